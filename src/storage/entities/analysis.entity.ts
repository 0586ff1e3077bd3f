import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../../domain/record.js';
import type { AnalystName } from '../../domain/verdict/analyst.js';
import type { Failure } from '../../domain/verdict/lifecycle.js';
import type { OverallStatus, TimelineAnalysisStatus } from '../../domain/verdict/verdict.js';
import { instant, optionalInstant, optionalJson, optionalText, text } from './columns.js';

/** One judgement of an interaction. It stays what it was when the interaction changes afterwards. */
@Entity('timeline_analysis')
@Index('timeline_analysis_by_creation', ['tenantId', 'createdAt', 'id'])
@Index('timeline_analysis_by_interaction', ['tenantId', 'interactionId', 'createdAt', 'id'])
@Index('timeline_analysis_by_status', ['tenantId', 'status', 'createdAt', 'id'])
@Index('timeline_analysis_by_verdict', ['tenantId', 'overallStatus', 'createdAt', 'id'])
@Index('timeline_analysis_one_running', ['tenantId', 'interactionId'], {
  unique: true,
  where: "status = 'PROGRESSING'",
})
@Index('timeline_analysis_stalled', ['trustedUntil'], { where: "status = 'PROGRESSING'" })
export class TimelineAnalysisEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') id!: string;
  /** The interaction it belongs to now: after a merge the survivor. */
  @Column('uuid') interactionId!: string;
  /** The interaction that was judged, when it was merged into another one since. */
  @Column('uuid', { nullable: true }) mergedFrom!: string | null;
  /** The revision of the interaction that was judged; null until it is. */
  @Column('integer', { nullable: true }) revision!: number | null;
  @Column(text()) status!: TimelineAnalysisStatus;
  /** Null unless it failed. */
  @Column(optionalText()) failure!: Failure | null;
  /** The verdict in its JSON form, of whatever version; null unless it is completed. */
  @Column(optionalJson()) result!: JsonObject | null;
  /** The verdict's own, where lists can find it. */
  @Column(optionalText()) overallStatus!: OverallStatus | null;
  /** Who judged; null until somebody did. */
  @Column(optionalText()) analyst!: AnalystName | null;
  /** The model's name; null for the rules. */
  @Column(optionalText()) model!: string | null;
  /** Names the credential that asked; null: the policy did. */
  @Column(optionalText()) requestedBy!: string | null;
  /** Which hand-over to a worker this is, from 1. Only the worker of the latest one can finish it. */
  @Column('integer') attempt!: number;
  /** Until when the queue, then the worker, is trusted to be at it; null when it is over. */
  @Column(optionalInstant()) trustedUntil!: number | null;
  @Column(instant()) deadlineAt!: number;
  @Column(instant()) createdAt!: number;
  @Column(instant()) updatedAt!: number;
}

/** An interaction that ended and is to be analysed by itself, as its policy says. */
@Entity('analysis_due')
@Index('analysis_due_by_time', ['dueAt'])
export class AnalysisDueEntity {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') interactionId!: string;
  /** Later than the end when the tenant had too many running. */
  @Column(instant()) dueAt!: number;
}
