import { Field, Int, ObjectType } from 'type-graphql';
import type { DropDetail, DropStage, Instant, InteractionStatus } from '../../domain/words.js';
import type { LinkDifference } from '../../storage/link-trial.js';
import type { Judged, PolicyTrial, TrialTotal } from '../../storage/policy-trial.js';
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
  @Field(() => JudgedStatusType, {
    nullable: true,
    description: 'Under the present policy; null for what the policy that is tried would part from it.',
  })
  before!: Judged | null;

  @Field(() => JudgedStatusType, {
    nullable: true,
    description: 'Under the policy that is tried; null for what would become part of another interaction.',
  })
  after!: Judged | null;
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
    'The policy that is tried judges them with the links that it would make: links that it would not make part them, ' +
    'links that it would make join them; sessions of written threads stay cut as they are. The latest 10,000 to begin ' +
    'are judged, and 1,000 links are followed.',
  simpleResolvers: true,
})
export class PolicySimulationType implements Omit<PolicyTrial, 'differences' | 'linkDifferences'> {
  @Field(() => DateTime, { description: 'The moment at which both judge.' })
  judgedAt!: Instant;

  @Field(() => Int, {
    description:
      'How many were judged, with those that the policy that is tried would join with one of them.',
  })
  judged!: number;

  @Field(() => Boolean, { description: 'True when more match than were judged.' })
  isCapped!: boolean;

  @Field(() => Boolean, {
    description:
      'True when more links may be others than were followed; the rest are judged with their links as they are.',
  })
  areLinksCapped!: boolean;

  @Field(() => [PolicyTotalType], {
    description:
      'Totals by status and drop stage. `before` sums to `judged`; `after` counts what would be parted and joined.',
  })
  totals!: TrialTotal[];
}
