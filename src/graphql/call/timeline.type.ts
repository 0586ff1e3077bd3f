import { ArgsType, createUnionType, Field, Int, ObjectType } from 'type-graphql';
import type { Json, SearchLatency } from '../../domain/record.js';
import type { CacheStatus, Instant, Speaker, ToolStatus } from '../../domain/words.js';
import type { TimelineRow, TranscriptRow } from '../../storage/read-model.js';
import { connectionType, ForwardArgs } from '../connection.js';
import { DateTime, JsonValue } from '../scalars.js';
import { CacheStatusEnum, SpeakerEnum, ToolStatusEnum } from './call.enums.js';

@ObjectType('Message', { description: 'Something that was said.', simpleResolvers: true })
export class MessageType {
  @Field(() => DateTime, { description: 'When, in the order of everything that happened.' })
  at!: Instant;

  @Field(() => SpeakerEnum, { nullable: true, description: 'Who said it.' })
  speaker!: Speaker | null;

  @Field(() => String, { nullable: true, description: 'What was said.' })
  text!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it began; null when the source has not said.' })
  startedAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended; null when the source has not said.' })
  endedAt!: Instant | null;

  @Field(() => Boolean, { nullable: true, description: 'True when the other side barged in.' })
  interrupted!: boolean | null;
}

@ObjectType('TextSpan', {
  description: 'A part of a text, in UTF-16 units as JavaScript counts them.',
  simpleResolvers: true,
})
export class TextSpanType {
  @Field(() => Int, { description: 'Where it begins.' })
  from!: number;

  @Field(() => Int, { description: 'Where it ends; the unit there is not part of it.' })
  to!: number;
}

@ObjectType('TranscriptMatch', {
  description: 'An entry of a transcript that has what was searched for.',
  simpleResolvers: true,
})
export class TranscriptMatchType {
  @Field(() => MessageType, { description: 'The whole entry.' })
  entry!: TranscriptRow;

  @Field(() => String, { description: 'The part of its text around what was found. Plain text, not HTML.' })
  snippet!: string;

  @Field(() => [TextSpanType], { description: 'Where in the snippet the searched words stand.' })
  highlights!: TextSpanType[];
}

@ObjectType('ToolCall', {
  description: 'A tool or integration that the bot ran during the call.',
  simpleResolvers: true,
})
export class ToolCallType {
  @Field(() => DateTime, { description: 'When, in the order of everything that happened.' })
  at!: Instant;

  @Field(() => String, { nullable: true, description: 'The name of the function.' })
  name!: string | null;

  @Field(() => ToolStatusEnum, {
    nullable: true,
    description: 'How it ended; null while it runs, or not said.',
  })
  status!: ToolStatus | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was called; null when the source has not said.',
  })
  startedAt!: Instant | null;

  @Field(() => Int, { nullable: true, description: 'How long it took, in ms.' })
  durationMs!: number | null;

  @Field(() => JsonValue, { nullable: true, description: 'What it was called with.' })
  arguments!: Json;

  @Field(() => JsonValue, { nullable: true, description: 'What it answered, before any post-processing.' })
  rawResponse!: Json;

  @Field(() => String, { nullable: true, description: 'Why it failed.' })
  error!: string | null;

  @Field(() => String, { nullable: true, description: 'What went wrong while its answer was processed.' })
  postProcessorError!: string | null;
}

@ObjectType('SearchLatency', {
  description: 'How long the parts of a knowledge search took.',
  simpleResolvers: true,
})
export class SearchLatencyType {
  @Field(() => Int, { nullable: true, description: 'Embedding the query.' })
  embedMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'Searching.' })
  searchMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'Ranking the hits.' })
  rerankMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'The whole search.' })
  totalMs!: number | null;
}

@ObjectType('KnowledgeSearch', {
  description: 'A search of the bot in its knowledge base.',
  simpleResolvers: true,
})
export class KnowledgeSearchType {
  @Field(() => DateTime, { description: 'When, in the order of everything that happened.' })
  at!: Instant;

  @Field(() => String, { nullable: true, description: 'What it searched for.' })
  query!: string | null;

  @Field(() => Int, { nullable: true, description: 'How many matching passages were found.' })
  hitCount!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When it began; null when the source has not said.' })
  startedAt!: Instant | null;

  @Field(() => SearchLatencyType, {
    nullable: true,
    description: 'How long it took; null when the source has not said.',
  })
  latency!: SearchLatency | null;

  @Field(() => CacheStatusEnum, { nullable: true, description: 'Whether a cache answered.' })
  cacheStatus!: CacheStatus | null;
}

@ObjectType('LifecycleEvent', {
  description: "A low-level event of a call's life, in its place among what was said and done.",
  simpleResolvers: true,
})
export class LifecycleEventType {
  @Field(() => DateTime, { description: 'When, in the order of everything that happened.' })
  at!: Instant;

  @Field(() => String, {
    nullable: true,
    description: 'What happened, as the source names it: `call.answered`.',
  })
  type!: string | null;

  @Field(() => JsonValue, { nullable: true, description: 'What the source says about it.' })
  data!: Json;
}

const ENTRY_TYPES = {
  MESSAGE: MessageType,
  TOOL_CALL: ToolCallType,
  KNOWLEDGE_SEARCH: KnowledgeSearchType,
  EVENT: LifecycleEventType,
} satisfies Record<TimelineRow['kind'], object>;

export const TimelineEntry = createUnionType({
  name: 'TimelineEntry',
  description: 'Something that was said or done.',
  types: () => [MessageType, ToolCallType, KnowledgeSearchType, LifecycleEventType] as const,
  resolveType: (row) => ENTRY_TYPES[(row as unknown as TimelineRow).kind],
});

export const MessageConnection = connectionType('Message', 'messages', () => MessageType, {
  isCounted: true,
});
export const TimelineEntryConnection = connectionType('TimelineEntry', 'entries', () => TimelineEntry, {
  isCounted: true,
});

@ArgsType()
export class TimelineArgs extends ForwardArgs {
  @Field(() => Boolean, {
    nullable: true,
    description: 'True: the low-level events of its life, too. False by default.',
  })
  includeEvents?: boolean | null;
}
