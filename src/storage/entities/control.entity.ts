import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ActionStep, ApiRole, MonitoringKind, MonitoringState } from '../../domain/words.js';
import { instant, optionalInstant, optionalText, text } from './columns.js';

const UNSETTLED = `state in ('REQUESTED', 'ACCEPTED')`;

/** What somebody did to a live call. The index on what is under way keeps two that exclude each other apart. */
@Entity('monitoring_action')
@Index('monitoring_action_by_time', ['tenantId', 'requestedAt', 'id'])
@Index('monitoring_action_by_call', ['tenantId', 'callId', 'requestedAt', 'id'])
@Index('monitoring_action_by_kind', ['tenantId', 'kind', 'requestedAt', 'id'])
@Index('monitoring_action_by_state', ['tenantId', 'state', 'requestedAt', 'id'])
@Index('monitoring_action_touched', ['tenantId', 'touchedAt'])
@Index('monitoring_action_unsettled', ['requestedAt'], { where: UNSETTLED })
@Index('monitoring_action_one_under_way', ['tenantId', 'callId'], {
  unique: true,
  where: `${UNSETTLED} and kind not in ('LISTEN_IN', 'COACH')`,
})
export class MonitoringActionEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  /** Given by the client, so that the same request twice is one action. */
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') callId!: string;
  @Column(text()) kind!: MonitoringKind;
  @Column(text()) state!: MonitoringState;
  /** Names the credential, never its secret. */
  @Column(text()) actor!: string;
  @Column(text()) actorRole!: ApiRole;
  /** Where the call is to go, or who is to be rung: a number in E.164, a SIP address, a queue. */
  @Column(optionalText()) destination!: string | null;
  /** Who had the call before a take-over, in the vendor's words. */
  @Column(optionalText()) previous!: string | null;
  /** Why it failed, or what is unknown about it; no secrets. */
  @Column(optionalText()) reason!: string | null;
  @Column(instant()) requestedAt!: number;
  /** When somebody took it upon himself to ask the vendor; it is asked only once. */
  @Column(optionalInstant()) sentAt!: number | null;
  @Column(optionalInstant()) settledAt!: number | null;
  /** When the link to listen was used; it works once. */
  @Column(optionalInstant()) listenedAt!: number | null;
  @Column('integer', { default: 1 }) revision!: number;
  /** The database's clock: readers that follow changes look back from it. */
  @Column(instant({ default: () => 'now()' })) touchedAt!: number;
}

/**
 * A command of an action that takes several, kept before it is sent: the row is the right to send it, and there is
 * one. It goes when the call has ended.
 */
@Entity('monitoring_step')
@Index('monitoring_step_by_call', ['tenantId', 'callId'])
export class MonitoringStepEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') actionId!: string;
  @PrimaryColumn('text') step!: ActionStep;
  @Column('uuid') callId!: string;
  @Column(instant()) sentAt!: number;
  /** What a later action needs to undo it, encrypted; null: nothing. */
  @Column(optionalText()) sealed!: string | null;
}

/** What was whispered to the agent of a call; no transcript, export or caller ever sees it. */
@Entity('coaching_note')
@Index('coaching_note_by_call', ['tenantId', 'callId', 'at', 'id'])
export class CoachingNoteEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  /** The id of its action. */
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') callId!: string;
  @Column(instant()) at!: number;
  @Column(text()) author!: string;
  @Column(text()) text!: string;
}

/**
 * What steers a live call at its vendor, encrypted. Whoever has it can end or hear the call: no reader shows it,
 * and it goes when the call has ended.
 */
@Entity('call_control')
export class CallControlEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') callId!: string;
  @Column(text()) sealed!: string;
}
