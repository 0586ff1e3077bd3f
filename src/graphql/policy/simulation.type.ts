import { Field, Int, ObjectType } from 'type-graphql';
import type { DropDetail, DropStage, Instant, InteractionStatus } from '../../domain/words.js';
import type { Judged, LinkDifference, PolicyTrial, TrialTotal } from '../../storage/policy-trial.js';
import { DropDetailEnum, DropStageEnum, InteractionStatusEnum } from '../interaction/interaction.enums.js';
import { DateTime } from '../scalars.js';

@ObjectType('PolicyTotal', {
  description: 'How many interactions have a status, now and under the policy that is tried.',
  simpleResolvers: true,
})
export class PolicyTotalType implements TrialTotal {
  @Field(() => InteractionStatusEnum, { description: 'The status.' })
  status!: InteractionStatus;

  @Field(() => DropStageEnum, { nullable: true, description: 'The drop stage; null unless DROPPED.' })
  dropStage!: DropStage | null;

  @Field(() => Int, { description: 'Under the present policy.' })
  before!: number;

  @Field(() => Int, { description: 'Under the policy that is tried.' })
  after!: number;
}

@ObjectType('JudgedStatus', { description: 'What a policy makes of an interaction.', simpleResolvers: true })
export class JudgedStatusType implements Omit<Judged, 'why'> {
  @Field(() => InteractionStatusEnum, { description: 'The status.' })
  status!: InteractionStatus;

  @Field(() => DropStageEnum, { nullable: true, description: 'The drop stage; null unless DROPPED.' })
  dropStage!: DropStage | null;

  @Field(() => DropDetailEnum, { nullable: true, description: 'What is missing; null when nothing is.' })
  dropDetail!: DropDetail | null;

  @Field(() => Boolean, { description: 'True while a record that may still come would change a DROPPED.' })
  isProvisional!: boolean;
}

@ObjectType('PolicyDifference', {
  description: 'An interaction of which the policies make different things.',
  simpleResolvers: true,
})
export class PolicyDifferenceType {
  @Field(() => JudgedStatusType, { description: 'Under the present policy.' })
  before!: Judged;

  @Field(() => JudgedStatusType, { description: 'Under the policy that is tried.' })
  after!: Judged;
}

@ObjectType('LinkDifference', {
  description: 'Two legs that one policy links by itself, and the other puts before a person.',
  simpleResolvers: true,
})
export class LinkDifferenceType implements LinkDifference {
  dialerLegId!: string;
  assistantLegId!: string;

  @Field(() => Boolean, { description: 'Whether the present policy links them.' })
  isLinkedBefore!: boolean;

  @Field(() => Boolean, { description: 'Whether the policy that is tried links them.' })
  isLinkedAfter!: boolean;
}

@ObjectType('PolicySimulation', {
  description:
    'What a policy would make of stored interactions. Both policies judge at the same moment, so every difference ' +
    'is theirs; interactions that are final are judged too, though a change of the policy leaves them as they are. ' +
    'Statuses are judged with the links as they are; what a policy does to links is told beside them.',
  simpleResolvers: true,
})
export class PolicySimulationType implements Omit<PolicyTrial, 'differences' | 'linkDifferences'> {
  @Field(() => DateTime, { description: 'The moment at which both judge.' })
  judgedAt!: Instant;

  @Field(() => Int, { description: 'How many were judged.' })
  judged!: number;

  @Field(() => Boolean, { description: 'True when more match than were judged.' })
  isCapped!: boolean;

  @Field(() => [PolicyTotalType], {
    description: 'Totals by status and drop stage. Both columns sum to `judged`.',
  })
  totals!: TrialTotal[];
}
