import { ArgsType, Field, InputType } from 'type-graphql';
import type { CallStatus, DisconnectedBy, Role } from '../../domain/words.js';
import type { CallFilter } from '../../storage/list/filter.js';
import type { OrderDirection } from '../../storage/list/keyset.js';
import type { CallOrder, CallOrderField } from '../../storage/list/order.js';
import { PageArgsType } from '../connection.js';
import { enumOf, RoleEnum } from '../enums.js';
import { ANY_OF, ListFilterInput, OrderDirectionEnum } from '../list.args.js';
import { CallStatusEnum, DisconnectedByEnum } from './call.enums.js';

@InputType('CallFilter', {
  description: 'Which calls. All given fields must hold; null and absent fields are not asked for.',
})
export class CallFilterInput extends ListFilterInput implements CallFilter {
  @Field(() => [CallStatusEnum], { nullable: true, description: `Its status. ${ANY_OF}` })
  status?: CallStatus[] | null;

  @Field(() => [RoleEnum], { nullable: true, description: `The part its system plays. ${ANY_OF}` })
  role?: Role[] | null;

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
  UPDATED_AT: 'When its source last told something of it, by our clock.',
  DURATION: 'How long it lasted; those without an end stand last.',
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
