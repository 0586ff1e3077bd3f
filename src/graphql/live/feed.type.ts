import { createUnionType, Field, Int, ObjectType } from 'type-graphql';
import type { CausedBy, FeedEvent, FeedRemovalReason, ResyncReason, SourceLag } from '../../live/events.js';
import type { Instant } from '../../domain/words.js';
import type { CallRow, InteractionRow, JoinAlarmRow } from '../../storage/read-model.js';
import { CallType } from '../call/call.type.js';
import { connectionType } from '../connection.js';
import { enumOf } from '../enums.js';
import { Needs } from '../guard.js';
import { InteractionType } from '../interaction/interaction.type.js';
import { CauseType } from '../interaction/status.type.js';
import { DateTime } from '../scalars.js';
import { JoinAlarmType } from '../source/measured.type.js';
import { SourceType } from '../source/source.type.js';

/** One enum for both events, so that a client can ask for `reason` of each without an alias. */
export const FeedReasonEnum = enumOf<FeedRemovalReason | ResyncReason>(
  'FeedReason',
  'Why an interaction is gone from a feed, or why the feed begins anew.',
  {
    LEFT_FILTER: 'It no longer matches the filter.',
    MERGED: 'It became part of `mergedInto`.',
    DELETED: 'It was deleted, and can be restored.',
    ERASED: 'It was removed for good: the customer was erased, or it became too old to be kept.',
    CURSOR_EXPIRED: 'What followed the cursor is no longer kept.',
    CURSOR_AHEAD: 'The cursor lies after the end of the feed: it is of another state of the database.',
    SLOW_CONSUMER: 'Too much was waiting to be read.',
  },
);

/** What every event has; not a type of its own in the schema. */
@ObjectType({ simpleResolvers: true })
abstract class WithCursor {
  @Field(() => String, { description: 'Whoever has handled this event may go on after it: `after: cursor`.' })
  cursor!: string;
}

@ObjectType('FeedSnapshotStart', { description: 'What follows is the present state.', simpleResolvers: true })
export class FeedSnapshotStart extends WithCursor {
  @Field(() => Int, { description: 'How many interactions follow.' })
  count!: number;
}

@ObjectType('InteractionUpserted', {
  description: 'An interaction is new, or has changed.',
  simpleResolvers: true,
})
export class InteractionUpserted extends WithCursor {
  @Field(() => InteractionType, { description: 'The whole interaction as it is now.' })
  interaction!: InteractionRow;

  @Field(() => Int, { description: 'Its revision. A lower one than you have is old news.' })
  revision!: number;

  @Field(() => [String], { description: 'Names of the fields that changed; empty in a snapshot.' })
  changedFields!: string[];

  @Field(() => CauseType, { description: 'What made it change.' })
  causedBy!: CausedBy;
}

@ObjectType('InteractionRemoved', {
  description: 'An interaction is no longer part of the feed.',
  simpleResolvers: true,
})
export class InteractionRemoved extends WithCursor {
  @Field(() => FeedReasonEnum, { description: 'LEFT_FILTER, MERGED, DELETED or ERASED.' })
  reason!: FeedRemovalReason;
}

@ObjectType('FeedSnapshotEnd', {
  description: 'The present state is complete; changes follow.',
  simpleResolvers: true,
})
export class FeedSnapshotEnd extends WithCursor {}

@ObjectType('SourceLag', { description: 'How far a source is behind.', simpleResolvers: true })
export class SourceLagType {
  @Field(() => SourceType, { description: 'The source.' })
  source!: SourceLag['source'];

  @Field(() => Int, {
    nullable: true,
    description: 'Now minus the latest event it told of, in ms; null: it never told any.',
  })
  lagMs!: number | null;
}

@ObjectType('FeedHeartbeat', { description: 'The feed is alive: sent every 15 s.', simpleResolvers: true })
export class FeedHeartbeat extends WithCursor {
  @Field(() => DateTime, { description: 'When, by our clock.' })
  at!: Instant;

  @Needs('READ_SOURCES')
  @Field(() => [SourceLagType], {
    nullable: true,
    description: 'How far each source is behind. Needs READ_SOURCES.',
  })
  sources!: SourceLag[];

  @Needs('READ_SOURCES')
  @Field(() => [JoinAlarmType], {
    nullable: true,
    description: 'Pairs of sources whose records stopped finding each other as usual. Needs READ_SOURCES.',
  })
  joinAlarms!: JoinAlarmRow[];
}

@ObjectType('FeedResyncRequired', {
  description: 'Forget what you have: a snapshot follows by itself.',
  simpleResolvers: true,
})
export class FeedResyncRequired extends WithCursor {
  @Field(() => FeedReasonEnum, { description: 'CURSOR_EXPIRED, CURSOR_AHEAD or SLOW_CONSUMER.' })
  reason!: ResyncReason;
}

const EVENT_TYPES = {
  SNAPSHOT_START: FeedSnapshotStart,
  UPSERTED: InteractionUpserted,
  REMOVED: InteractionRemoved,
  SNAPSHOT_END: FeedSnapshotEnd,
  HEARTBEAT: FeedHeartbeat,
  RESYNC_REQUIRED: FeedResyncRequired,
} satisfies Record<FeedEvent['type'], object>;

export const InteractionFeedEvent = createUnionType({
  name: 'InteractionFeedEvent',
  description: 'One event of the interaction feed. Every one has a cursor.',
  types: () => Object.values(EVENT_TYPES) as [typeof FeedSnapshotStart],
  resolveType: (event) => EVENT_TYPES[(event as unknown as FeedEvent).type],
});

export const InteractionChangeConnection = connectionType(
  'InteractionChange',
  'changes',
  () => InteractionFeedEvent,
);

@ObjectType('TranscriptAppended', {
  description: 'What was said in a call since the event before.',
  simpleResolvers: true,
})
export class TranscriptAppendedType extends WithCursor {
  @Field(() => CallType, { description: 'The call as it is now.' })
  call!: CallRow;
}
