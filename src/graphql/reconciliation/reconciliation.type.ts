import { Field, Int, ObjectType } from 'type-graphql';
import type { DropDetail, DropStage, Instant, KeyReachFault } from '../../domain/words.js';
import type { InteractionFilter } from '../../storage/list/filter.js';
import type { DropGroup, QuarantinedKey } from '../../storage/reconciliation-reader.js';
import { DropDetailEnum, DropStageEnum, KeyReachFaultEnum } from '../interaction/interaction.enums.js';
import { DateTime } from '../scalars.js';

@ObjectType('ReconciliationGroup', {
  description:
    'Dropped interactions that are incomplete at one stage for one reason, and that nobody has resolved.',
  simpleResolvers: true,
})
export class ReconciliationGroupType implements DropGroup {
  @Field(() => DropStageEnum, { description: 'Where in the journey their trace is incomplete.' })
  dropStage!: DropStage;

  @Field(() => DropDetailEnum, {
    nullable: true,
    description: 'What is missing; null when nothing more is known.',
  })
  dropDetail!: DropDetail | null;

  @Field(() => Int, { description: 'How many there are.' })
  count!: number;

  @Field(() => Int, { description: 'How many of them a record that may still come would change.' })
  provisional!: number;

  @Field(() => Int, { description: 'How many of them have a suggestion.' })
  suggested!: number;

  @Field(() => DateTime, { description: 'When the first of them began.' })
  oldestAt!: Instant;

  @Field(() => DateTime, { description: 'When the last of them began.' })
  newestAt!: Instant;

  /** What was asked for, so that the interactions of the group are those that were counted. */
  filter!: InteractionFilter | null;
}

@ObjectType('QuarantinedKey', {
  description:
    'A key that reaches more than 64 legs, or legs more than 24 hours apart, and therefore is not trusted.',
  simpleResolvers: true,
})
export class QuarantinedKeyType implements QuarantinedKey {
  @Field(() => String, { description: 'What the value is: `interaction_id`, `twilio_call_sid`.' })
  namespace!: string;

  @Field(() => String, { description: 'The value, cleaned.' })
  value!: string;

  @Field(() => KeyReachFaultEnum, { description: 'What it reaches too far in, and what it still joins.' })
  reach!: KeyReachFault;

  @Field(() => DateTime, { description: 'Since when that is known.' })
  sinceAt!: Instant;

  @Field(() => Int, { description: 'How many legs carry it.' })
  legs!: number;
}

@ObjectType('Reconciliation', {
  description:
    'Dropped interactions by drop stage, and whatever else a person has to decide about the joins.',
})
export class ReconciliationType {
  filter!: InteractionFilter | null;
}
