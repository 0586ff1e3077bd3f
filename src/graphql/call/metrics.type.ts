import { Field, Int, ObjectType } from 'type-graphql';
import type { LatencyHint, TraceRow } from '../../domain/presentation.js';
import type { Instant } from '../../domain/words.js';
import { Needs } from '../guard.js';
import { DateTime } from '../scalars.js';
import { LatencyHintEnum } from './call.enums.js';

@ObjectType('Latency', {
  description:
    'Average response times of a whole call, in ms: as its source states them, else averaged over its turns, ' +
    'else, for tools and the knowledge base, over the tool calls and searches themselves.',
  simpleResolvers: true,
})
export class LatencyType {
  @Field(() => Int, { nullable: true, description: 'Speech to text; null without inputs.' })
  sttMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'The language model; null without inputs.' })
  llmMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'The knowledge base; null without inputs.' })
  ragMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'Tools and integrations; null without inputs.' })
  toolMs!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Text to speech, until it began to speak; null without inputs.',
  })
  ttsMs!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The whole round trip: how long the customer waited for a reply; null without inputs.',
  })
  totalMs!: number | null;
}

@ObjectType('Tokens', { description: 'How much language-model work a call took.', simpleResolvers: true })
export class TokensType {
  @Field(() => Int, { nullable: true, description: 'Tokens sent during the conversation.' })
  prompt!: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens generated in reply.' })
  completion!: number | null;

  @Field(() => Int, { nullable: true, description: 'Characters spoken by the voice engine.' })
  ttsCharacters!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Tokens used after the call, by its analysis and quality control.',
  })
  postCallAndQc!: number | null;
}

@ObjectType('PostCallCache', {
  description: 'How much of the post-call analysis reused a cached prompt.',
  simpleResolvers: true,
})
export class PostCallCacheType {
  @Field(() => String, { nullable: true, description: 'Whether the cache was used, as the source names it.' })
  status!: string | null;

  @Field(() => Int, { nullable: true, description: 'Tokens read from the cache.' })
  cachedRead!: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens written into the cache.' })
  cacheCreated!: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens that had to be sent anew.' })
  freshPrompt!: number | null;

  @Field(() => Int, { nullable: true, description: 'Tokens generated for the analysis.' })
  completion!: number | null;
}

@ObjectType('Turn', {
  description: 'One exchange: the customer speaks, the assistant answers. Times in ms.',
  simpleResolvers: true,
})
export class TurnType {
  @Field(() => Int, { description: 'Its number in the conversation.' })
  turn!: number;

  @Field(() => Int, { nullable: true, description: 'Speech to text.' })
  sttMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'Looking up the knowledge base.' })
  ragMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'Running tools.' })
  toolMs!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The language model; where its source does not say, from the request to the first token.',
  })
  llmMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'Text to speech.' })
  ttsMs!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The whole answer; where its source does not say, from the customer's last word to the voice.",
  })
  totalMs!: number | null;

  @Needs('READ_USAGE')
  @Field(() => Int, { nullable: true, description: 'Tokens used. Needs READ_USAGE.' })
  tokens!: number | null;

  @Field(() => Number, { nullable: true, description: 'How sure speech to text was, 0 to 1.' })
  confidence!: number | null;
}

@ObjectType('LatencyTrace', { description: 'When each stage of one answer began.', simpleResolvers: true })
export class LatencyTraceType implements TraceRow {
  @Field(() => Int, { description: 'The number of the turn.' })
  turn!: number;

  @Field(() => DateTime, { nullable: true, description: 'The customer had finished speaking.' })
  sttFinalAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'The language model was asked.' })
  llmRequestAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'Its first token came.' })
  llmFirstTokenAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'The voice began.' })
  ttsStartAt!: Instant | null;

  @Field(() => Int, { nullable: true, description: 'From the request to the first token, in ms.' })
  firstTokenMs!: number | null;

  @Field(() => LatencyHintEnum, { nullable: true, description: 'What made it slow; null when nothing did.' })
  hint!: LatencyHint | null;
}
