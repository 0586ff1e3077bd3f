import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Feature, Obstacle, Rival } from '../../domain/score.js';
import type { Direction, LegVerdict, ResolutionKind, Role } from '../../domain/words.js';
import { instant, json, optionalInstant, optionalText, text } from './columns.js';

/** What a person said of two legs. Of several verdicts on one pair the latest holds; undoing takes it away. */
@Entity('leg_verdict')
@Index('leg_verdict_by_other', ['tenantId', 'otherLegId'])
export class LegVerdictEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  /** The two in the order of their ids. */
  @PrimaryColumn('uuid') legId!: string;
  @PrimaryColumn('uuid') otherLegId!: string;
  /** The entry of the audit log that tells who, when and why; ids are made in the order of time. */
  @PrimaryColumn('uuid') auditId!: string;
  @Column(text()) verdict!: LegVerdict;
}

/** What circumstantial evidence has to go by, of a leg whose other half has not been found by key or by hand. */
@Entity('orphan')
@Index('orphan_by_customer', ['tenantId', 'role', 'customerTail', 'at'])
@Index('orphan_by_did', ['tenantId', 'role', 'did', 'at'])
@Index('orphan_due', ['checkAt'], { where: 'check_at is not null' })
export class OrphanEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') legId!: string;
  @Column('uuid') sourceId!: string;
  @Column(text()) role!: Role;
  /** When it met, or could have met, its other half. */
  @Column(instant()) at!: number;
  @Column(optionalInstant()) answeredAt!: number | null;
  @Column(optionalInstant()) startedAt!: number | null;
  @Column(optionalInstant()) endedAt!: number | null;
  @Column(optionalText()) customerE164!: string | null;
  /** The last six digits of the customer's number; null when there is none. */
  @Column(optionalText()) customerTail!: string | null;
  @Column('boolean') customerWithheld!: boolean;
  @Column(optionalText()) did!: string | null;
  @Column(optionalText()) direction!: Direction | null;
  @Column(optionalText()) campaign!: string | null;
  @Column('boolean') isTest!: boolean;
  /** Its keys of scope BRIDGE and of scope CUSTOMER, each as `namespace/value`, in order. */
  @Column(json({ default: () => "'[]'" })) bridges!: string[];
  @Column(json({ default: () => "'[]'" })) contacts!: string[];
  /** True: too many orphans of its time have its customer's number (see domain/heat.ts). */
  @Column('boolean', { default: false }) isHot!: boolean;
  /** When it is to be compared with others; null: when something changes. */
  @Column(optionalInstant()) checkAt!: number | null;
}

/** A dialer's and an assistant's leg that may be one call: linked, or put before a person. */
@Entity('leg_pair')
@Index('leg_pair_by_assistant', ['tenantId', 'assistantLegId'])
@Index('leg_pair_waiting', ['tenantId'], { where: `obstacles @> '["WATERMARK_BEHIND"]'` })
export class LegPairEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') dialerLegId!: string;
  @PrimaryColumn('uuid') assistantLegId!: string;
  @Column('boolean') isLinked!: boolean;
  @Column('integer') points!: number;
  /** Points ahead of the best rival; null without one. */
  @Column('integer', { nullable: true }) margin!: number | null;
  @Column(json()) features!: Feature[];
  @Column(json()) rivals!: Rival[];
  @Column(json()) obstacles!: Obstacle[];
  @Column('integer') rulesVersion!: number;
  @Column(instant()) decidedAt!: number;
}

/** A person's word that the trace of an interaction stays as it is. It goes where the leg goes. */
@Entity('resolution')
export class ResolutionEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') legId!: string;
  /** The entry of the audit log that tells who and why. */
  @PrimaryColumn('uuid') auditId!: string;
  @Column(text()) kind!: ResolutionKind;
  @Column(optionalText()) note!: string | null;
  @Column(text()) by!: string;
  @Column(instant()) at!: number;
}
