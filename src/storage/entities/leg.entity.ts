import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { IgnoredKey, SharedKey } from '../../domain/correlate.js';
import type { Leg, LegKey } from '../../domain/leg.js';
import type { Feature, Rival } from '../../domain/score.js';
import type {
  AttemptEnd,
  Direction,
  KeyReachFault,
  KeyScope,
  LegState,
  LinkTier,
  Role,
} from '../../domain/words.js';
import { instant, json, optionalInstant, optionalText, text } from './columns.js';

/** The circumstantial evidence for a leg and the one it is linked with. */
export interface Match {
  withLegId: string;
  features: Feature[];
  rivals: Rival[];
  /** Points ahead of the best rival; null without one. */
  margin: number | null;
}

/** Why a leg is in its interaction. */
export interface Link {
  tier: LinkTier;
  /** The rule that decided: `SHARED_KEY`, `PERSON`, `SCORE`, or `NONE` for a leg on its own. */
  method: string;
  /** Points of a heuristic link. */
  score: number | null;
  evidence: SharedKey[];
  /** The legs that a person has put it together with; absent: none. */
  byPerson?: string[];
  /** Absent unless the link is heuristic. */
  match?: Match;
  decidedBy: string;
  /** Of the rules that decided: those of joining, or those of weighing circumstances (rule R28). */
  rulesVersion: number;
  decidedAt: number;
}

@Entity('leg')
@Index('leg_identity', ['tenantId', 'sourceId', 'externalId'], { unique: true })
@Index('leg_by_interaction', ['tenantId', 'interactionId'])
@Index('leg_by_external_id', ['tenantId', 'externalId'])
@Index('leg_by_end', ['tenantId', 'sourceId', 'endedAt'])
export class LegEntity implements Leg {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') interactionId!: string;
  @Column('uuid') sourceId!: string;
  @Column(text()) externalId!: string;
  @Column(text()) role!: Role;
  @Column(optionalText()) direction!: Direction | null;
  @Column(text()) state!: LegState;
  @Column(optionalInstant()) queuedAt!: number | null;
  @Column(optionalInstant()) ringAt!: number | null;
  @Column(optionalInstant()) answeredAt!: number | null;
  @Column(optionalInstant()) startedAt!: number | null;
  @Column(optionalInstant()) endedAt!: number | null;
  @Column(instant()) firstEventAt!: number;
  @Column(instant()) lastEventAt!: number;
  /** True while its end is only inferred from silence. */
  @Column('boolean', { default: false }) endPresumed!: boolean;
  /** How it ended, where it is an attempt of a group call that another attempt made needless. */
  @Column(optionalText()) attemptEnd!: AttemptEnd | null;
  /** True where its own system did not say so. */
  @Column('boolean', { default: false }) attemptEndDerived!: boolean;
  @Column(json()) keys!: LegKey[];
  /** Keys that join nothing, with the reason. */
  @Column(json({ default: () => "'[]'" })) ignoredKeys!: IgnoredKey[];
  @Column(json()) link!: Link;
  /** Since when its interaction is deleted: no reader finds the leg or its call. */
  @Column(optionalInstant()) deletedAt!: number | null;
}

/** One key of one leg: what joining looks up. */
@Entity('correlation_key')
@Index('correlation_key_by_leg', ['tenantId', 'legId'])
@Index('correlation_key_by_value', ['tenantId', 'value'])
@Index('correlation_key_of_call', ['tenantId', 'namespace', 'value', 'legId'], { where: 'limit_ms = 0' })
@Index('correlation_key_by_session', ['tenantId', 'namespace', 'value', 'openUntil'], {
  where: 'limit_ms > 0',
})
export class CorrelationKeyEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('text') namespace!: string;
  @PrimaryColumn('text') value!: string;
  @PrimaryColumn('text') scope!: KeyScope;
  @PrimaryColumn('uuid') legId!: string;
  /** True for a leg of messages: it makes the key a thread, which inactivity cuts into sessions (see thread.ts). */
  @Column('boolean', { default: false }) isWritten!: boolean;
  /** The inactivity that closes the leg's session, in ms, by the policy when the leg was written; 0 for a call. */
  @Column('integer', { default: 0 }) limitMs!: number;
  @Column(optionalInstant()) beganAt!: number | null;
  /** The leg's last activity and that limit: what begins later is of another session. */
  @Column(optionalInstant()) openUntil!: number | null;
  /** True for a leg of a session of more legs than one interaction can have (rule R8): the key joins it with nothing. */
  @Column('boolean', { default: false }) isOverfull!: boolean;
}

/** A strong key that reaches too far (rule R8). */
@Entity('quarantined_key')
export class QuarantinedKeyEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('text') namespace!: string;
  @PrimaryColumn('text') value!: string;
  /** What it reaches too far in, and so what it still joins. */
  @Column(text()) reach!: KeyReachFault;
  @Column(instant({ default: () => 'now()' })) since!: number;
}
