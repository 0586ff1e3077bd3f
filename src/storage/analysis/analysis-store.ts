import type { DataSource, EntityManager } from 'typeorm';
import { NotFound, ThroughlineError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/record.js';
import type { AnalystName } from '../../domain/verdict/analyst.js';
import type { Failure, StalledAnalysis, StartState } from '../../domain/verdict/lifecycle.js';
import { ANALYSIS_LIMITS, decideStalled, decideStart } from '../../domain/verdict/lifecycle.js';
import type { OverallStatus, TimelineAnalysisStatus } from '../../domain/verdict/verdict.js';
import type { Instant } from '../../domain/words.js';
import type { Actor } from '../audit/audit-log.js';
import { audit } from '../audit/audit-log.js';
import { TimelineAnalysisEntity } from '../entities/analysis.entity.js';
import { newId } from '../ids.js';
import { enqueue } from '../jobs.js';
import { lockNames } from '../trace/locks.js';
import { inTransaction, writeRows } from '../transaction.js';
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

/** How an analysis ended. */
export type Ending =
  | { status: 'FAILED'; failure: Failure }
  | {
      status: 'COMPLETED';
      result: JsonObject;
      overallStatus: OverallStatus;
      revision: number;
      analyst: AnalystName;
      model: string | null;
    };

/** The lifecycle of analyses in the database. Each step is one transaction, with its change row and its job. */
export class AnalysisStore {
  constructor(
    private readonly db: DataSource,
    /** Called after a commit that wrote changes. */
    private readonly onCommit: () => void = () => undefined,
  ) {}

  /** Answers the id of the analysis that was begun, or of the one that is there. A refusal says what it refuses. */
  async start(
    tenantId: string,
    interactionId: string,
    { reanalyze, by }: { reanalyze: boolean; by: Actor },
    now: Instant,
  ): Promise<string> {
    const id = await inTransaction(this.db, async (tx) => {
      const state = await startState(tx, tenantId, interactionId);
      if (state === null) throw new NotFound('interaction');
      const decision = decideStart({ ...state, reanalyze }, now);
      if (decision.kind === 'EXISTING') return decision.id;
      if (decision.kind === 'REFUSED')
        throw new ThroughlineError(decision.code, decision.message, decision.field);
      const analysisId = await begin(tx, tenantId, state.interactionId, by.id, now);
      await audit(tx, tenantId, by, [startDeed(state.interactionId, analysisId)], now);
      return analysisId;
    });
    this.onCommit();
    return id;
  }

  /** Decides about one interaction that a policy wants analysed, and begins it if it can; false when none is due. */
  async startDue(now: Instant): Promise<boolean> {
    const decided = await inTransaction(this.db, (tx) => startNextDue(tx, now));
    if (decided) this.onCommit();
    return decided;
  }

  /** The worker that takes the job says so; null when it is not its job any more. */
  async claim(
    { tenantId, id, attempt }: AnalysisJob,
    now: Instant,
  ): Promise<{ interactionId: string; deadlineAt: Instant } | null> {
    const [rows] = (await this.db.query(
      `update timeline_analysis set trusted_until = least($4::timestamptz, deadline_at)
        where tenant_id = $1 and id = $2 and attempt = $3 and status = 'PROGRESSING' and deadline_at > $5
       returning interaction_id as "interactionId", deadline_at as "deadlineAt"`,
      [tenantId, id, attempt, new Date(now + ANALYSIS_LIMITS.lease), new Date(now)],
    )) as [{ interactionId: string; deadlineAt: Instant }[], number];
    return rows[0] ?? null;
  }

  /** The worker gives the job back: whoever sweeps next hands it to another one. */
  async release({ tenantId, id, attempt }: AnalysisJob, now: Instant): Promise<void> {
    await this.db.query(
      `update timeline_analysis set trusted_until = $4
        where tenant_id = $1 and id = $2 and attempt = $3 and status = 'PROGRESSING'`,
      [tenantId, id, attempt, new Date(now)],
    );
  }

  /** False when the job is not this worker's any more, or the analysis is over: nothing is written then. */
  async end({ tenantId, id, attempt }: AnalysisJob, ending: Ending, now: Instant): Promise<boolean> {
    const ended = await inTransaction(this.db, (tx) => endOne(tx, { tenantId, id, attempt }, ending, now));
    if (ended) this.onCommit();
    return ended;
  }

  /**
   * Decides about analyses whose worker gave no sign of life, or whose time is up: another worker's turn, or
   * failed. Answers how many. Several processes may sweep at once: each takes what no other holds.
   */
  async sweep(now: Instant, limit = 50): Promise<number> {
    const swept = await inTransaction(this.db, (tx) => sweepStalled(tx, now, limit));
    if (swept > 0) this.onCommit();
    return swept;
  }
}

interface KnownState extends Omit<StartState, 'reanalyze'> {
  interactionId: string;
}

/** Whoever starts for a tenant waits for others that do: the cap would not hold otherwise. */
async function startState(tx: EntityManager, tenantId: string, id: string): Promise<KnownState | null> {
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

async function begin(
  tx: EntityManager,
  tenantId: string,
  interactionId: string,
  requestedBy: string | null,
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
    trustedUntil: now + ANALYSIS_LIMITS.pickUp,
    deadlineAt: now + ANALYSIS_LIMITS.timeLimit,
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
const handOver = (tx: EntityManager, job: AnalysisJob): Promise<void> =>
  enqueue(tx, ANALYZE_TASK, { ...job }, { key: `${ANALYZE_TASK}/${job.id}/${job.attempt}`, maxAttempts: 3 });

const startDeed = (interactionId: string, analysisId: string) => ({
  action: 'TIMELINE_ANALYSIS_STARTED' as const,
  subjectId: interactionId,
  detail: { analysisId },
});

/** An interaction is analysed by itself once: one that was analysed before, by whomever, is not. */
async function startNextDue(tx: EntityManager, now: Instant): Promise<boolean> {
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
  if (decision?.kind === 'START') await begin(tx, tenantId, interactionId, null, now);
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

async function endOne(
  tx: EntityManager,
  { tenantId, id, attempt }: AnalysisJob,
  ending: Ending,
  now: Instant,
): Promise<boolean> {
  const done = ending.status === 'COMPLETED' ? ending : null;
  const [rows] = (await tx.query(
    `update timeline_analysis
        set status = $4, failure = $5, result = $6::jsonb, overall_status = $7, revision = $8, analyst = $9,
            model = $10, updated_at = $11, trusted_until = null
      where tenant_id = $1 and id = $2 and attempt = $3 and status = 'PROGRESSING'
     returning interaction_id as "interactionId"`,
    [
      tenantId,
      id,
      attempt,
      ending.status,
      ending.status === 'FAILED' ? ending.failure : null,
      done === null ? null : JSON.stringify(done.result),
      done?.overallStatus ?? null,
      done?.revision ?? null,
      done?.analyst ?? null,
      done?.model ?? null,
      new Date(now),
    ],
  )) as [{ interactionId: string }[], number];
  const [row] = rows;
  if (row === undefined) return false;
  await announceAnalyses(
    tx,
    tenantId,
    [{ id, status: ending.status, interactionId: row.interactionId }],
    { kind: 'RULE', id: `timeline-analysis/${id}` },
    now,
  );
  return true;
}

async function sweepStalled(tx: EntityManager, now: Instant, limit: number): Promise<number> {
  const stalled: (AnalysisJob & StalledAnalysis)[] = await tx.query(
    `select tenant_id as "tenantId", id, attempt, deadline_at as "deadlineAt" from timeline_analysis
      where status = 'PROGRESSING' and trusted_until <= $1 order by trusted_until limit $2 for update skip locked`,
    [new Date(now), limit],
  );
  for (const one of stalled) {
    const decision = decideStalled(one, now);
    if (decision.kind === 'FAIL') await endOne(tx, one, { status: 'FAILED', failure: decision.failure }, now);
    else await handOverAgain(tx, { ...one, attempt: decision.attempt }, now);
  }
  return stalled.length;
}

/** The worker before, should it come back to life, finds that the attempt is not its own. */
async function handOverAgain(tx: EntityManager, job: AnalysisJob, now: Instant): Promise<void> {
  const { tenantId, id, attempt } = job;
  await tx.query(
    `update timeline_analysis set attempt = $3, trusted_until = least($4::timestamptz, deadline_at)
      where tenant_id = $1 and id = $2`,
    [tenantId, id, attempt, new Date(now + ANALYSIS_LIMITS.pickUp)],
  );
  await handOver(tx, { tenantId, id, attempt });
}
