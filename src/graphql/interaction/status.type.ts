import type { Resolution } from '../../domain/interaction.js';
import type { ResolutionKind } from '../../domain/words.js';
import { Field, Int, ObjectType } from 'type-graphql';
import type { Disagreement, DisagreementCode } from '../../domain/disagreements.js';
import type { Alignment } from '../../domain/alignment.js';
import type { Explanation, WhyCode } from '../../domain/why.js';
import type {
  CauseKind,
  DropDetail,
  DropStage,
  Instant,
  InteractionStatus,
  Role,
  SegmentState,
} from '../../domain/words.js';
import { CauseKindEnum, RoleEnum } from '../enums.js';
import { DateTime } from '../scalars.js';
import {
  DisagreementCodeEnum,
  ResolutionKindEnum,
  DropDetailEnum,
  DropStageEnum,
  InteractionStatusEnum,
  SegmentStateEnum,
  WhyCodeEnum,
} from './interaction.enums.js';

@ObjectType('Fact', { description: 'A number or an instant that a sentence shows.', simpleResolvers: true })
export class FactType {
  @Field(() => String, { description: 'What it measures, for machines: `joinDelayMs`, `expectedBy`.' })
  name!: string;

  @Field(() => String, { description: 'What it measures, in words of the locale.' })
  label!: string;

  @Field(() => String, { description: 'Its value, written out as in the sentence.' })
  value!: string;

  @Field(() => DateTime, { nullable: true, description: 'The instant, where the fact is one; else null.' })
  at!: Instant | null;
}

@ObjectType('Why', {
  description: 'Why an interaction has its status. The same facts always give the same sentence.',
  simpleResolvers: true,
})
export class WhyType implements Explanation {
  @Field(() => WhyCodeEnum, { description: 'The reason, for machines.' })
  code!: WhyCode;

  @Field(() => String, { description: 'The reason in a few words.' })
  headline!: string;

  @Field(() => String, { description: 'The reason in a sentence. Every number in it is one of the facts.' })
  text!: string;

  @Field(() => [FactType], { description: 'The numbers and instants that the sentence shows.' })
  facts!: Explanation['facts'];
}

@ObjectType('StatusChange', {
  description: 'A status that an interaction came to have.',
  simpleResolvers: true,
})
export class StatusChangeType {
  @Field(() => InteractionStatusEnum, {
    nullable: true,
    description: 'The status before; null for the first.',
  })
  fromStatus!: InteractionStatus | null;

  @Field(() => InteractionStatusEnum, { description: 'The status from then on.' })
  toStatus!: InteractionStatus;

  @Field(() => DropStageEnum, {
    nullable: true,
    description: 'The drop stage from then on; null unless DROPPED.',
  })
  dropStage!: DropStage | null;

  @Field(() => DropDetailEnum, { nullable: true, description: 'What was missing; null when nothing was.' })
  dropDetail!: DropDetail | null;

  @Field(() => Boolean, {
    description:
      'True while a record that was still expected would have changed it: a drop that became final is a change.',
  })
  isProvisional!: boolean;

  @Field(() => DateTime, { description: 'When it was decided, by our clock.' })
  at!: Instant;

  @Field(() => Int, { description: 'The revision of the interaction that has this status first.' })
  revision!: number;

  @Field(() => Int, { description: 'Version of the policy that decided it.' })
  policyVersion!: number;
}

@ObjectType('Segment', {
  description: "A leg's bar on the mini timeline, or the place of one that is still missing.",
  simpleResolvers: true,
})
export class SegmentType {
  @Field(() => RoleEnum, { description: 'The part that its system plays.' })
  role!: Role;

  @Field(() => SegmentStateEnum, { description: 'Whether it is there.' })
  state!: SegmentState;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When the system joined; of a placeholder when it should have: the bridge for a human, the answer for an ' +
      'assistant. Null when nothing tells.',
  })
  startedAt!: Instant | null;

  @Field(() => DateTime, { nullable: true, description: 'When it left; null while it goes on.' })
  endedAt!: Instant | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'Until when the record of a placeholder may still come; null for a leg, and once none is awaited.',
  })
  expectedBy!: Instant | null;

  @Field(() => Int, { nullable: true, description: 'From the start of the interaction, in ms.' })
  offsetMs!: number | null;

  @Field(() => Int, { nullable: true, description: 'How long it stayed, in ms; null while it goes on.' })
  durationMs!: number | null;

  @Field(() => Number, { description: 'Where the bar begins, in percent of the row, 0 to 100.' })
  offsetPercent!: number;

  @Field(() => Number, { description: 'How wide the bar is, in percent of the row, 0 to 100.' })
  widthPercent!: number;
}

@ObjectType('Alignment', {
  description:
    'Whether the segments fit together in time, with the numbers. Null without both a dialer and an assistant.',
  simpleResolvers: true,
})
export class AlignmentType implements Alignment {
  @Field(() => Boolean, { description: 'True when every number is within the policy.' })
  isAligned!: boolean;

  @Field(() => Int, { nullable: true, description: "Assistant's start minus the dialer's answer, in ms." })
  joinDelayMs!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Assistant's end minus the dialer's end, in ms; negative: it left first.",
  })
  overrunMs!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The longest part of the answered call with nobody on the other side, in ms.',
  })
  holeMs!: number | null;
}

@ObjectType('DisagreementClaim', { description: 'What one source states.', simpleResolvers: true })
export class ClaimType {
  @Field(() => String, { description: 'The value, as stated.' })
  value!: string;

  legId!: string;
}

@ObjectType('Disagreement', {
  description: 'Something that does not fit together, kept beside the value that was chosen.',
  simpleResolvers: true,
})
export class DisagreementType implements Omit<Disagreement, 'claims'> {
  @Field(() => DisagreementCodeEnum, { description: 'What kind it is.' })
  code!: DisagreementCode;

  @Field(() => String, { description: 'The field it is about.' })
  field!: string;

  @Field(() => String, { nullable: true, description: 'The value that was chosen; null when none was.' })
  resolved!: string | null;

  @Field(() => String, { description: 'The rule that chose.' })
  rule!: string;
}

@ObjectType('Resolution', {
  description: "A person's word that a broken trace stays as it is.",
  simpleResolvers: true,
})
export class ResolutionType implements Omit<Resolution, 'auditId'> {
  @Field(() => ResolutionKindEnum, { description: 'Why it stays as it is.' })
  kind!: ResolutionKind;

  @Field(() => String, { nullable: true, description: 'A note for others.' })
  note!: string | null;

  @Field(() => String, { description: 'Names the credential of whoever said it.' })
  by!: string;

  @Field(() => DateTime, { description: 'When it was said, by our clock.' })
  at!: Instant;
}

@ObjectType('InteractionRevision', {
  description: 'A change of an interaction that a client can see.',
  simpleResolvers: true,
})
export class InteractionRevisionType {
  @Field(() => Int, { description: 'The revision that it made.' })
  revision!: number;

  @Field(() => DateTime, { description: 'When it was made, by our clock.' })
  at!: Instant;

  @Field(() => [String], { description: 'Names of the fields that changed; `calls` when a call of it did.' })
  changedFields!: string[];

  @Field(() => InteractionStatusEnum, {
    nullable: true,
    description: 'The status from then on; null when it was merged away.',
  })
  status!: InteractionStatus | null;

  @Field(() => DropStageEnum, {
    nullable: true,
    description: 'The drop stage from then on; null unless DROPPED.',
  })
  dropStage!: DropStage | null;
}

@ObjectType('Cause', { description: 'What made a change.', simpleResolvers: true })
export class CauseType {
  @Field(() => CauseKindEnum, { description: 'What it was.' })
  kind!: CauseKind;

  @Field(() => String, {
    nullable: true,
    description: 'Names it: the uuid of the source record, the person or the rule; null for a timer.',
  })
  id!: string | null;
}
