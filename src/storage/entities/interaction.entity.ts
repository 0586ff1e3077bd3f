import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Disagreement } from '../../domain/disagreements.js';
import type { Interaction, Resolution } from '../../domain/interaction.js';
import type { Tag } from '../../domain/tag.js';
import type { InteractionTransfer } from '../../domain/transfer.js';
import type { Sentiment } from '../../domain/record.js';
import type { Annotation, Flag } from '../../domain/mark.js';
import type { Stages } from '../../domain/stages.js';
import type { Alignment } from '../../domain/alignment.js';
import type { Segment } from '../../domain/timeline.js';
import type {
  CauseKind,
  Channel,
  Direction,
  DropDetail,
  DropStage,
  FaultDomain,
  InteractionStatus,
  Outcome,
  Platform,
} from '../../domain/words.js';
import type { Why } from '../../domain/why.js';
import { instant, json, optionalInstant, optionalJson, optionalText, text } from './columns.js';

@Entity('interaction')
@Index('interaction_by_start', ['tenantId', 'startedAt', 'id'])
@Index('interaction_by_status', ['tenantId', 'status', 'startedAt', 'id'])
@Index('interaction_by_update', ['tenantId', 'updatedAt', 'id'])
@Index('interaction_by_end', ['tenantId', 'endedAt'])
@Index('interaction_by_duration', ['tenantId', 'durationMs', 'id'])
@Index('interaction_by_customer', ['tenantId', 'customerE164', 'startedAt', 'id'])
@Index('interaction_by_customer_digits', ['tenantId', 'customerReversed'])
@Index('interaction_by_reference', ['tenantId', 'reference'])
@Index('interaction_by_label', ['labels'], { type: 'gin' })
@Index('interaction_provisional', ['tenantId', 'endedAt'], { where: "status = 'DROPPED' and is_provisional" })
@Index('interaction_contested', ['tenantId', 'startedAt', 'id'], {
  where: `disagreements @> '[{"code":"KEY_OVERRULED"}]'`,
})
@Index('interaction_due', ['nextEvaluationAt'], { where: 'next_evaluation_at is not null' })
@Index('interaction_deleted', ['tenantId', 'deletedAt', 'id'], { where: 'deleted_at is not null' })
export class InteractionEntity implements Interaction {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column(optionalText()) reference!: string | null;
  @Column('text', { array: true }) externalIds!: string[];
  @Column('uuid', { array: true }) sourceIds!: string[];
  @Column(text()) channel!: Channel;
  @Column(optionalText()) direction!: Direction | null;
  @Column(optionalText()) platform!: Platform | null;
  @Column(optionalText()) customerAddress!: string | null;
  /** The address as E.164 when it is a number, in one of its variants, else in lower case: equal customers have equal values. */
  @Column(optionalText()) customerE164!: string | null;
  /** Its digits, last first: what a search for the end of a number looks up. */
  @Column(optionalText({ collation: 'C' })) customerReversed!: string | null;
  /** All that the customer is known by (see customer-keys.ts): what journeys are made of. */
  @Column('text', { array: true, default: () => "'{}'" }) customerKeys!: string[];
  @Column(optionalText()) customerName!: string | null;
  @Column(optionalText()) did!: string | null;
  @Column(optionalText()) carrier!: string | null;
  @Column(instant()) startedAt!: number;
  @Column(optionalInstant()) endedAt!: number | null;
  @Column('bigint', { nullable: true }) durationMs!: number | null;
  @Column(optionalInstant()) lastMessageAt!: number | null;
  @Column(instant()) lastActivityAt!: number;
  @Column(text()) status!: InteractionStatus;
  @Column(optionalText()) dropStage!: DropStage | null;
  @Column(optionalText()) dropDetail!: DropDetail | null;
  @Column('boolean') isProvisional!: boolean;
  @Column(optionalInstant()) expectedBy!: number | null;
  @Column(optionalText()) faultDomain!: FaultDomain | null;
  @Column(json()) why!: Why;
  @Column(optionalText()) outcome!: Outcome | null;
  @Column(optionalText()) outcomeReason!: string | null;
  @Column(json()) segments!: Segment[];
  @Column(json()) stages!: Stages;
  /** The stages in the form in which the funnel adds them up (see domain/funnel.ts). */
  @Column('integer') stageMarks!: number;
  /** When the same customer next called, within the day after it began; null: not so far. */
  @Column(optionalInstant()) calledBackAt!: number | null;
  @Column(json()) alignment!: Alignment;
  @Column(json()) transfers!: InteractionTransfer[];
  @Column(optionalText()) campaign!: string | null;
  @Column(optionalText()) flow!: string | null;
  @Column('text', { array: true }) functions!: string[];
  @Column(json()) tags!: Tag[];
  @Column(json()) sentiment!: Sentiment[];
  @Column(json()) reviewFlags!: Flag[];
  @Column(json({ default: () => "'[]'" })) annotations!: Annotation[];
  @Column(optionalText()) summary!: string | null;
  @Column(optionalJson()) cost!: { amount: string; currency: string; isComplete: boolean } | null;
  @Column('boolean') hasRecording!: boolean;
  @Column('boolean') isTest!: boolean;
  @Column(json()) disagreements!: Disagreement[];
  @Column(optionalJson()) resolution!: Resolution | null;
  /** What filters look up (see list/labels.ts): whoever writes what it is taken from writes it too. */
  @Column('text', { array: true, default: () => "'{}'" }) labels!: string[];
  @Column('integer') policyVersion!: number;
  @Column(optionalInstant()) finalAt!: number | null;
  @Column('bigint', { nullable: true }) lateByMs!: number | null;
  @Column(optionalInstant()) nextEvaluationAt!: number | null;
  /** Since when no reader finds it, because one of its legs was deleted; null: it is there. */
  @Column(optionalInstant()) deletedAt!: number | null;
  /** Rises by one with every change that a client can see. */
  @Column('integer') revision!: number;
  @Column(instant({ default: () => 'now()' })) createdAt!: number;
  @Column(instant({ default: () => 'now()' })) updatedAt!: number;
}

/** An id that was merged into another and still resolves (rule R17). */
@Entity('interaction_redirect')
@Index('interaction_redirect_by_survivor', ['tenantId', 'survivorId'])
export class InteractionRedirectEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') survivorId!: string;
  /** The leg that it follows when the survivor parts again: its earliest one when it was merged. */
  @Column('uuid') legId!: string;
  @Column(instant({ default: () => 'now()' })) mergedAt!: number;
}

/** Every status an interaction ever had, and why. */
@Entity('status_change')
export class StatusChangeEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') interactionId!: string;
  @PrimaryColumn('integer') revision!: number;
  @Column(optionalText()) fromStatus!: InteractionStatus | null;
  @Column(text()) toStatus!: InteractionStatus;
  @Column(optionalText()) dropStage!: DropStage | null;
  @Column(optionalText()) dropDetail!: DropDetail | null;
  @Column('boolean', { default: false }) isProvisional!: boolean;
  @Column(json()) why!: Why;
  @Column(instant()) at!: number;
  @Column(text()) causeKind!: CauseKind;
  /** The record, person or rule; null for the timer. */
  @Column(optionalText()) causeId!: string | null;
  @Column('integer') policyVersion!: number;
}
