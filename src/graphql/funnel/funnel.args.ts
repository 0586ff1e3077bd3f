import { ArgsType, Field } from 'type-graphql';
import type { FunnelDimension, TimeInterval } from '../../domain/funnel.js';
import type { InteractionFilter } from '../../storage/list/filter.js';
import type { FunnelRequest } from '../../storage/queries/funnel.js';
import { enumOf } from '../enums.js';
import { InteractionFilterInput } from '../interaction/interaction.args.js';

export const FunnelDimensionEnum = enumOf<FunnelDimension>(
  'FunnelDimension',
  'What the interactions of a funnel are grouped by. Every interaction is in exactly one group.',
  {
    CHANNEL: 'The channel.',
    DIRECTION: 'Who began it.',
    CAMPAIGN: 'The campaign, as the source names it.',
    FLOW: "The assistant's flow, as the source names it.",
    SOURCE:
      'All sources that reported its legs, together: `dialer` alone is another group than `assistant + dialer`.',
    DROP_STAGE: 'Where a dropped trace is incomplete.',
  },
);

export const TimeIntervalEnum = enumOf<TimeInterval>(
  'TimeInterval',
  "A length of time on the clocks of the tenant's zone.",
  {
    HOUR: 'A full hour.',
    DAY: 'A calendar day, which lasts 23 or 25 hours twice a year in many zones.',
  },
);

@ArgsType()
export class FunnelArgs implements FunnelRequest {
  @Field(() => InteractionFilterInput, {
    nullable: true,
    description:
      'Which interactions; all by default. Test calls count only when the filter speaks of `isTest`.',
  })
  filter?: InteractionFilter | null;

  @Field(() => FunnelDimensionEnum, {
    nullable: true,
    description: 'Groups by a property. Not grouped by default.',
  })
  groupBy?: FunnelDimension | null;

  @Field(() => TimeIntervalEnum, {
    nullable: true,
    description: 'Groups by when the interactions began; with `groupBy`, by both. Not grouped by default.',
  })
  interval?: TimeInterval | null;
}
