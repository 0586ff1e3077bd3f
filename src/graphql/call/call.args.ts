import { ArgsType, Field, InputType } from 'type-graphql';
import type { CallStatus, Direction, DisconnectedBy, Instant, Role } from '../../domain/words.js';
import type { CallFilter } from '../../storage/list/filter.js';
import type { OrderDirection } from '../../storage/list/keyset.js';
import type { CallOrder, CallOrderField } from '../../storage/list/order.js';
import type { DatePreset, Range } from '../../storage/read-model.js';
import { PageArgsType } from '../connection.js';
import { DirectionEnum, enumOf, RoleEnum } from '../enums.js';
import { DatePresetEnum, InstantRangeInput, OrderDirectionEnum } from '../list.args.js';
import { CallStatusEnum, DisconnectedByEnum } from './call.enums.js';

const ANY_OF = 'Any of these; null: not asked for.';

@InputType('CallFilter', {
  description: 'Which calls. All given fields must hold; null and absent fields are not asked for.',
})
export class CallFilterInput implements CallFilter {
  @Field(() => InstantRangeInput, { nullable: true, description: 'When it began.' })
  startedAt?: Range<Instant> | null;

  @Field(() => DatePresetEnum, { nullable: true, description: 'When it began, as a named period.' })
  datePreset?: DatePreset | null;

  @Field(() => [CallStatusEnum], { nullable: true, description: `Its status. ${ANY_OF}` })
  status?: CallStatus[] | null;

  @Field(() => [RoleEnum], { nullable: true, description: `The part its system plays. ${ANY_OF}` })
  role?: Role[] | null;

  @Field(() => String, { nullable: true, description: 'The name of the source that reported it.' })
  source?: string | null;

  @Field(() => [DirectionEnum], { nullable: true, description: `Its direction. ${ANY_OF}` })
  direction?: Direction[] | null;

  @Field(() => Boolean, { nullable: true, description: 'True: tests alone. False: no tests.' })
  isTest?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A phone number in any spelling or its last four digits or more, a reference, or any external id or key.',
  })
  search?: string | null;

  @Field(() => String, { nullable: true, description: 'Its campaign, exactly as the source names it.' })
  campaign?: string | null;

  @Field(() => [DisconnectedByEnum], { nullable: true, description: `Who ended it. ${ANY_OF}` })
  disconnectedBy?: DisconnectedBy[] | null;

  @Field(() => [CallFilterInput], { nullable: true, description: 'All of these hold too.' })
  and?: CallFilterInput[] | null;

  @Field(() => [CallFilterInput], { nullable: true, description: 'At least one of these holds.' })
  or?: CallFilterInput[] | null;

  @Field(() => CallFilterInput, { nullable: true, description: 'This does not hold.' })
  not?: CallFilter | null;
}

export const CallOrderFieldEnum = enumOf<CallOrderField>('CallOrderField', 'What calls are ordered by.', {
  STARTED_AT: 'When it began.',
});

@InputType('CallOrder', { description: 'The order of calls. The latest to begin come first by default.' })
export class CallOrderInput implements CallOrder {
  @Field(() => CallOrderFieldEnum, { nullable: true, description: 'STARTED_AT by default.' })
  field?: CallOrderField | null;

  @Field(() => OrderDirectionEnum, { nullable: true, description: 'DESC by default.' })
  direction?: OrderDirection | null;
}

@ArgsType()
export class CallsArgs extends PageArgsType {
  @Field(() => CallFilterInput, { nullable: true, description: 'Which calls; all by default.' })
  filter?: CallFilter | null;

  @Field(() => CallOrderInput, {
    nullable: true,
    description: 'In which order; the latest first by default.',
  })
  orderBy?: CallOrder | null;
}
