import { ArgsType, Field, InputType, Int } from 'type-graphql';
import type {
  Channel,
  Direction,
  DropStage,
  Instant,
  InteractionStatus,
  Outcome,
} from '../../domain/words.js';
import type { InteractionFilter, QuickFilter } from '../../storage/list/filter.js';
import type { OrderDirection } from '../../storage/list/keyset.js';
import type { InteractionOrder, InteractionOrderField } from '../../storage/list/order.js';
import type { DatePreset, Range } from '../../storage/read-model.js';
import { PageArgsType } from '../connection.js';
import { ChannelEnum, DirectionEnum, enumOf } from '../enums.js';
import { DatePresetEnum, InstantRangeInput, OrderDirectionEnum } from '../list.args.js';
import { DateTime } from '../scalars.js';
import { DropStageEnum, InteractionStatusEnum, OutcomeEnum } from './interaction.enums.js';

export const QuickFilterEnum = enumOf<QuickFilter>('QuickFilter', 'The one-click views of the list.', {
  DROPPED_TODAY: "Dropped, and begun today in the tenant's time zone.",
  WAITING_TO_SYNC: 'Dropped or partial with a record that may still come.',
  LIVE: 'In progress.',
});

const ANY_OF = 'Any of these; null: not asked for.';

@InputType('InteractionFilter', {
  description: 'Which interactions. All given fields must hold; null and absent fields are not asked for.',
})
export class InteractionFilterInput implements InteractionFilter {
  @Field(() => InstantRangeInput, { nullable: true, description: 'When it began.' })
  startedAt?: Range<Instant> | null;

  @Field(() => DatePresetEnum, { nullable: true, description: 'When it began, as a named period.' })
  datePreset?: DatePreset | null;

  @Field(() => [InteractionStatusEnum], { nullable: true, description: `Its status. ${ANY_OF}` })
  status?: InteractionStatus[] | null;

  @Field(() => [DropStageEnum], {
    nullable: true,
    description: `Where a dropped trace is incomplete. ${ANY_OF}`,
  })
  dropStage?: DropStage[] | null;

  @Field(() => [ChannelEnum], { nullable: true, description: `Its channel. ${ANY_OF}` })
  channel?: Channel[] | null;

  @Field(() => [DirectionEnum], { nullable: true, description: `Its direction. ${ANY_OF}` })
  direction?: Direction[] | null;

  @Field(() => [OutcomeEnum], { nullable: true, description: `How it ended. ${ANY_OF}` })
  outcome?: Outcome[] | null;

  @Field(() => String, { nullable: true, description: 'Its campaign, exactly as the source names it.' })
  campaign?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The assistant's flow, exactly as the source names it.",
  })
  flow?: string | null;

  @Field(() => String, { nullable: true, description: 'The name of a source that reported one of its legs.' })
  source?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A phone number in any spelling or its last four digits or more, a reference, or any external id or key.',
  })
  search?: string | null;

  @Field(() => String, { nullable: true, description: "The customer's address; numbers in any spelling." })
  customer?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'True: tests alone. False: no tests.' })
  isTest?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it has a recording.' })
  hasRecording?: boolean | null;

  @Field(() => Int, { nullable: true, description: 'It lasted at least this long, in ms.' })
  minDurationMs?: number | null;

  @Field(() => Int, { nullable: true, description: 'It lasted at most this long, in ms.' })
  maxDurationMs?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it has a review flag.' })
  flagged?: boolean | null;

  @Field(() => QuickFilterEnum, { nullable: true, description: 'A one-click view.' })
  quick?: QuickFilter | null;

  @Field(() => [InteractionFilterInput], { nullable: true, description: 'All of these hold too.' })
  and?: InteractionFilterInput[] | null;

  @Field(() => [InteractionFilterInput], { nullable: true, description: 'At least one of these holds.' })
  or?: InteractionFilterInput[] | null;

  @Field(() => InteractionFilterInput, { nullable: true, description: 'This does not hold.' })
  not?: InteractionFilter | null;
}

export const InteractionOrderFieldEnum = enumOf<InteractionOrderField>(
  'InteractionOrderField',
  'What interactions are ordered by.',
  {
    STARTED_AT: 'When it began.',
    UPDATED_AT: 'When it last changed here.',
    DURATION: 'How long it lasted; those that go on stand last.',
  },
);

@InputType('InteractionOrder', {
  description: 'The order of interactions. The latest to begin come first by default.',
})
export class InteractionOrderInput implements InteractionOrder {
  @Field(() => InteractionOrderFieldEnum, { nullable: true, description: 'STARTED_AT by default.' })
  field?: InteractionOrderField | null;

  @Field(() => OrderDirectionEnum, { nullable: true, description: 'DESC by default.' })
  direction?: OrderDirection | null;
}

export const AS_OF =
  'Shows what was known at this time, by our clock; now by default. What lies in an interaction itself is as it was; ' +
  'its legs, calls and records are those of now.';

@ArgsType()
export class InteractionsArgs extends PageArgsType {
  @Field(() => InteractionFilterInput, { nullable: true, description: 'Which interactions; all by default.' })
  filter?: InteractionFilter | null;

  @Field(() => InteractionOrderInput, {
    nullable: true,
    description: 'In which order; the latest first by default.',
  })
  orderBy?: InteractionOrder | null;

  @Field(() => DateTime, { nullable: true, description: `${AS_OF} Named periods are those of that day.` })
  asOf?: Instant | null;
}
