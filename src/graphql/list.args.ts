import { Field, InputType, Int } from 'type-graphql';
import type { ListFilter, TagFilter } from '../storage/list/filter.js';
import type { OrderDirection } from '../storage/list/keyset.js';
import type { DatePreset, Range } from '../storage/read-model.js';
import type { Channel, Direction, Instant, Outcome } from '../domain/words.js';
import { ChannelEnum, DirectionEnum, enumOf } from './enums.js';
import { OutcomeEnum } from './interaction/interaction.enums.js';
import { DateTime } from './scalars.js';

/** What the filters and orders of all lists share. */

export const OrderDirectionEnum = enumOf<OrderDirection>(
  'OrderDirection',
  'Which end of a list comes first.',
  {
    ASC: 'Earliest or smallest first.',
    DESC: 'Latest or largest first.',
  },
);

export const DatePresetEnum = enumOf<DatePreset>(
  'DatePreset',
  "A period that ends now or today, in the tenant's time zone.",
  {
    TODAY: 'Since midnight.',
    YESTERDAY: 'The day before today.',
    LAST_24_HOURS: 'The last 24 hours.',
    LAST_7_DAYS: 'Today and the six days before it.',
    THIS_MONTH: 'Since the first of the month.',
    LAST_30_DAYS: 'Today and the 29 days before it.',
  },
);

@InputType('InstantRange', { description: 'A period. Either end may be left open.' })
export class InstantRangeInput implements Range<Instant> {
  @Field(() => DateTime, { nullable: true, description: 'Its beginning, included.' })
  from?: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'Its end, not included.' })
  to?: Instant | null;
}

@InputType('TagFilter', { description: 'A tag. Neither name nor value is told apart by case.' })
export class TagFilterInput implements TagFilter {
  @Field(() => String, { description: 'Its whole name.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Its whole value; null: any.' })
  value?: string | null;
}

export const ANY_OF = 'Any of these; null: not asked for.';

/** What the filters of interactions and calls have in common. */
@InputType()
export abstract class ListFilterInput implements ListFilter {
  @Field(() => InstantRangeInput, { nullable: true, description: 'When it began.' })
  startedAt?: Range<Instant> | null;

  @Field(() => DatePresetEnum, { nullable: true, description: 'When it began, as a named period.' })
  datePreset?: DatePreset | null;

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

  @Field(() => String, {
    nullable: true,
    description: 'The name of a source that reported it, or one of its legs.',
  })
  source?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A phone number in any spelling or its last four digits or more, a reference, or any external id or key. ' +
      'Nothing in it is a wildcard. At most 500 characters.',
  })
  search?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Words that were said: one entry of the transcript has them all, in any order; words in quotation marks stand ' +
      'together. Case and accents do not matter; nothing in it is a wildcard. At most 500 characters and 50 words.',
  })
  transcriptSearch?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The customer's address, a number in any spelling, or the id that one of your systems gives the customer.",
  })
  customer?: string | null;

  @Field(() => [TagFilterInput], {
    nullable: true,
    description: `Its tags. ${ANY_OF} For all of several, use \`and\`.`,
  })
  tags?: TagFilter[] | null;

  @Field(() => [String], {
    nullable: true,
    description: `Emotions that were noticed, such as \`gratitude\`, in any case. ${ANY_OF}`,
  })
  sentiment?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it has a review flag.' })
  flagged?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it has a recording.' })
  hasRecording?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'True: tests alone. False: no tests.' })
  isTest?: boolean | null;

  @Field(() => Int, { nullable: true, description: 'It lasted at least this long, in ms.' })
  minDurationMs?: number | null;

  @Field(() => Int, { nullable: true, description: 'It lasted at most this long, in ms.' })
  maxDurationMs?: number | null;
}
