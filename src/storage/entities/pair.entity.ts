import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Calibration } from '../../domain/calibration.js';
import type { ClockEstimate } from '../../domain/clock.js';
import type { Breach, HourHealth } from '../../domain/health.js';
import { instant, json, optionalInstant, optionalJson } from './columns.js';

const optionalNumber = { type: 'double precision', nullable: true } as const;

/** The clocks of a dialer and an assistant that have joined calls by key, as last measured (rule R11). */
@Entity('source_pair')
export class SourcePairEntity implements ClockEstimate {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') dialerSourceId!: string;
  @PrimaryColumn('uuid') assistantSourceId!: string;
  /** By how much the assistant's clock is ahead; null: too few calls to tell. */
  @Column('integer', { nullable: true }) offsetMs!: number | null;
  /** The offset by which legs of the two are compared: it follows the measured one in steps (see domain/clock.ts). */
  @Column('integer', { nullable: true }) appliedOffsetMs!: number | null;
  @Column('integer', { nullable: true }) spreadMs!: number | null;
  @Column('integer') samples!: number;
  @Column('boolean') isStable!: boolean;
  @Column(optionalInstant()) jumpedAt!: number | null;
  @Column(instant()) measuredAt!: number;
  /** How well circumstantial evidence finds what keys have joined; null: not tried. */
  @Column(optionalJson()) calibration!: Calibration | null;
}

/** How well the calls of a pair of sources that began in one hour found each other (rule R27). */
@Entity('join_health')
export class JoinHealthEntity implements HourHealth {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') dialerSourceId!: string;
  @PrimaryColumn('uuid') assistantSourceId!: string;
  @PrimaryColumn({ ...instant(), nullable: false }) hour!: number;
  @Column('integer') calls!: number;
  @Column(optionalNumber) keyFillRate!: number | null;
  @Column(optionalNumber) matchRate!: number | null;
  @Column(optionalNumber) orphanRate!: number | null;
  @Column(optionalNumber) lagMs!: number | null;
  @Column(optionalNumber) clockOffsetMs!: number | null;
  /** What is outside its seven-day band. */
  @Column(json()) breaches!: Breach[];
  @Column(instant()) measuredAt!: number;
}
