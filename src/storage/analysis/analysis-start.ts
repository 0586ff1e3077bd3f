import type { EntityManager } from 'typeorm';
import type { JsonObject } from '../../domain/record.js';
import type { AnalysisTimes, StartState } from '../../domain/verdict/lifecycle.js';
import { decideStart } from '../../domain/verdict/lifecycle.js';
import type { TimelineAnalysisStatus } from '../../domain/verdict/verdict.js';
import type { Instant } from '../../domain/words.js';
import { TimelineAnalysisEntity } from '../entities/analysis.entity.js';
import { newId } from '../ids.js';
import { enqueue } from '../jobs.js';
import { lockNames } from '../trace/locks.js';
import { writeRows } from '../transaction.js';
import { announceAnalyses } from './announce.js';

/** The job that judges one analysis. */
export const ANALYZE_TASK = 'analyze-timeline';

/** Which hand-over of which analysis a job is. */
export interface AnalysisJob {
  tenantId: string;
  id: string;
  attempt: number;
}

/** The job of a payload that `handOver` wrote. */
export const readAnalysisJob = ({ tenantId, id, attempt }: JsonObject): AnalysisJob => ({
  tenantId: String(tenantId),
  id: String(id),
  attempt: Number(attempt),
});

interface KnownState extends Omit<StartState, 'reanalyze'> {
  interactionId: string;
}

/** Whoever starts for a tenant waits for others that do: the cap would not hold otherwise. */
export async function startState(
  tx: EntityManager,
  tenantId: string,
  id: string,
): Promise<KnownState | null> {
  await lockNames(tx, tenantId, ['timeline-analysis']);
  const [interaction]: { id: string; endedAt: Instant | null }[] = await tx.query(
    `select id, ended_at as "endedAt" from interaction where tenant_id = $1 and deleted_at is null and id in
       (select $2::uuid union select survivor_id from interaction_redirect where tenant_id = $1 and id = $2)
      for share`,
    [tenantId, id],
  );
  if (interaction === undefined) return null;
  const [latest]: { id: string; status: TimelineAnalysisStatus; updatedAt: Instant }[] = await tx.query(
    `select id, status, updated_at as "updatedAt" from timeline_analysis
      where tenant_id = $1 and interaction_id = $2 order by created_at desc, id desc limit 1`,
    [tenantId, interaction.id],
  );
  const [running]: { count: number }[] = await tx.query(
    `select count(*) as count from timeline_analysis where tenant_id = $1 and status = 'PROGRESSING'`,
    [tenantId],
  );
  return {
    interactionId: interaction.id,
    endedAt: interaction.endedAt,
    latest: latest ?? null,
    running: Number(running?.count ?? 0),
  };
}

/** Begins an analysis, with its change row and its job; null for `requestedBy`: nobody asked for it. */
export async function begin(
  tx: EntityManager,
  tenantId: string,
  interactionId: string,
  requestedBy: string | null,
  times: AnalysisTimes,
  now: Instant,
): Promise<string> {
  const id = newId();
  const row = {
    tenantId,
    id,
    interactionId,
    mergedFrom: null,
    revision: null,
    status: 'PROGRESSING' as const,
    failure: null,
    result: null,
    overallStatus: null,
    analyst: null,
    model: null,
    requestedBy,
    attempt: 1,
    trustedUntil: now + Math.min(times.pickUp, times.timeLimit),
    deadlineAt: now + times.timeLimit,
    createdAt: now,
    updatedAt: now,
  };
  await writeRows(tx, TimelineAnalysisEntity, [row]);
  const cause = { kind: requestedBy === null ? ('RULE' as const) : ('PERSON' as const), id: requestedBy };
  await announceAnalyses(tx, tenantId, [{ id, interactionId, status: 'PROGRESSING' }], cause, now);
  await handOver(tx, { tenantId, id, attempt: 1 });
  return id;
}

/** The job itself is tried again when the worker meets a fault; a worker that died is replaced by a new job. */
export const handOver = (tx: EntityManager, job: AnalysisJob): Promise<void> =>
  enqueue(tx, ANALYZE_TASK, { ...job }, { key: `${ANALYZE_TASK}/${job.id}/${job.attempt}`, maxAttempts: 3 });

export const startDeed = (interactionId: string, analysisId: string) => ({
  action: 'TIMELINE_ANALYSIS_STARTED' as const,
  subjectId: interactionId,
  detail: { analysisId },
});

/** An interaction is analysed by itself once: one that was analysed before, by whomever, is not. */
export async function startNextDue(tx: EntityManager, times: AnalysisTimes, now: Instant): Promise<boolean> {
  const [due]: { tenantId: string; interactionId: string }[] = await tx.query(
    `select tenant_id as "tenantId", interaction_id as "interactionId" from analysis_due
      where due_at <= $1 order by due_at limit 1 for update skip locked`,
    [new Date(now)],
  );
  if (due === undefined) return false;
  const { tenantId, interactionId } = due;
  const state = await startState(tx, tenantId, interactionId);
  const decision = state === null ? null : decideStart({ ...state, reanalyze: false }, now);
  if (decision?.kind === 'REFUSED' && decision.code === 'RATE_LIMITED') {
    await postpone(tx, tenantId, now);
    return true;
  }
  await tx.query('delete from analysis_due where tenant_id = $1 and interaction_id = $2', [
    tenantId,
    interactionId,
  ]);
  if (decision?.kind === 'START') await begin(tx, tenantId, interactionId, null, times, now);
  return true;
}

/** How long those of a tenant wait that has too many running, in ms. */
const POSTPONED = 2_000;

const postpone = (tx: EntityManager, tenantId: string, now: Instant): Promise<unknown> =>
  tx.query(
    `update analysis_due set due_at = $2 where (tenant_id, interaction_id) in
       (select tenant_id, interaction_id from analysis_due where tenant_id = $1 and due_at <= $3
         for update skip locked)`,
    [tenantId, new Date(now + POSTPONED), new Date(now)],
  );
