import { ArgsType, Field, InputType } from 'type-graphql';
import type { DisagreementCode } from '../../domain/disagreements.js';
import type { DropDetail, DropStage, Instant, InteractionStatus } from '../../domain/words.js';
import type { InteractionFilter, QuickFilter } from '../../storage/list/filter.js';
import type { OrderDirection } from '../../storage/list/keyset.js';
import type { InteractionOrder, InteractionOrderField } from '../../storage/list/order.js';
import { PageArgsType } from '../connection.js';
import { enumOf } from '../enums.js';
import { ANY_OF, ListFilterInput, OrderDirectionEnum } from '../list.args.js';
import { DateTime } from '../scalars.js';
import {
  DisagreementCodeEnum,
  DropDetailEnum,
  DropStageEnum,
  InteractionStatusEnum,
} from './interaction.enums.js';

export const QuickFilterEnum = enumOf<QuickFilter>('QuickFilter', 'The one-click views of the list.', {
  DROPPED_TODAY: "Dropped, and begun today in the tenant's time zone.",
  WAITING_TO_SYNC: 'Dropped or partial with a record that may still come.',
  LIVE: 'In progress.',
});

@InputType('InteractionFilter', {
  description: 'Which interactions. All given fields must hold; null and absent fields are not asked for.',
})
export class InteractionFilterInput extends ListFilterInput implements InteractionFilter {
  @Field(() => [InteractionStatusEnum], { nullable: true, description: `Its status. ${ANY_OF}` })
  status?: InteractionStatus[] | null;

  @Field(() => [DropStageEnum], {
    nullable: true,
    description: `Where a dropped trace is incomplete. ${ANY_OF}`,
  })
  dropStage?: DropStage[] | null;

  @Field(() => [DropDetailEnum], { nullable: true, description: `What a dropped trace lacks. ${ANY_OF}` })
  dropDetail?: DropDetail[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether it is known what a dropped trace lacks; false also holds for all that are not dropped.',
  })
  hasDropDetail?: boolean | null;

  @Field(() => [DisagreementCodeEnum], {
    nullable: true,
    description: `Something of this kind does not fit together in it. ${ANY_OF}`,
  })
  disagreement?: DisagreementCode[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether a person has resolved it.' })
  resolved?: boolean | null;

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
