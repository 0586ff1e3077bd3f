import { Field, InputType } from 'type-graphql';
import type { OrderDirection } from '../storage/list/keyset.js';
import type { DatePreset, Range } from '../storage/read-model.js';
import type { Instant } from '../domain/words.js';
import { enumOf } from './enums.js';
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
