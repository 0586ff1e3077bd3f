import type { DataSource, EntityManager } from 'typeorm';
import { NotFound, ThroughlineError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/record.js';
import type { AnalystName } from '../../domain/verdict/analyst.js';
import type { AnalysisTimes, Failure, StalledAnalysis } from '../../domain/verdict/lifecycle.js';
import { ANALYSIS_LIMITS, decideStalled, decideStart } from '../../domain/verdict/lifecycle.js';
import type { OverallStatus } from '../../domain/verdict/verdict.js';
import type { Instant } from '../../domain/words.js';
import type { Actor } from '../audit/audit-log.js';
import { audit } from '../audit/audit-log.js';
import { inTransaction } from '../transaction.js';
import type { AnalysisJob } from './analysis-start.js';
import { begin, handOver, startDeed, startNextDue, startState } from './analysis-start.js';
import { announceAnalyses } from './announce.js';
import { anyErased } from './fence.js';

/** How an analysis ended. */
export type Ending =
  | { status: 'FAILED'; failure: Failure }
  | {
      status: 'COMPLETED';
      result: JsonObject;
      overallStatus: OverallStatus;
      revision: number;
      /** The calls that the result speaks of: it is worth nothing once one of them has been erased. */
      callIds: readonly string[];
      analyst: AnalystName;
      model: string | null;
    };

const GONE: Ending = { status: 'FAILED', failure: 'INTERACTION_GONE' };

/** The lifecycle of analyses in the database. Each step is one transaction, with its change row and its job. */
export class AnalysisStore {
  constructor(
    private readonly db: DataSource,
    /** Called after a commit that wrote changes. */
    private readonly onCommit: () => void = () => undefined,
    private readonly times: AnalysisTimes = ANALYSIS_LIMITS,
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
      const analysisId = await begin(tx, tenantId, state.interactionId, by.id, this.times, now);
      await audit(tx, tenantId, by, [startDeed(state.interactionId, analysisId)], now);
      return analysisId;
    });
    this.onCommit();
    return id;
  }

  /** Decides about one interaction that a policy wants analysed, and begins it if it can; false when none is due. */
  async startDue(now: Instant): Promise<boolean> {
    const decided = await inTransaction(this.db, (tx) => startNextDue(tx, this.times, now));
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
      [tenantId, id, attempt, new Date(now + this.times.lease), new Date(now)],
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
    const ended = await inTransaction(this.db, async (tx) => {
      const isErased = ending.status === 'COMPLETED' && (await anyErased(tx, tenantId, ending.callIds));
      return endOne(tx, { tenantId, id, attempt }, isErased ? GONE : ending, now);
    });
    if (ended) this.onCommit();
    return ended;
  }

  /**
   * Decides about analyses whose worker gave no sign of life, or whose time is up: another worker's turn, or
   * failed. Answers how many. Several processes may sweep at once: each takes what no other holds.
   */
  async sweep(now: Instant, limit = 50): Promise<number> {
    const swept = await inTransaction(this.db, (tx) => sweepStalled(tx, this.times, now, limit));
    if (swept > 0) this.onCommit();
    return swept;
  }
}

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

async function sweepStalled(
  tx: EntityManager,
  { pickUp }: AnalysisTimes,
  now: Instant,
  limit: number,
): Promise<number> {
  const stalled: (AnalysisJob & StalledAnalysis)[] = await tx.query(
    `select tenant_id as "tenantId", id, attempt, deadline_at as "deadlineAt" from timeline_analysis
      where status = 'PROGRESSING' and trusted_until <= $1 order by trusted_until limit $2 for update skip locked`,
    [new Date(now), limit],
  );
  for (const one of stalled) {
    const decision = decideStalled(one, now);
    if (decision.kind === 'FAIL') await endOne(tx, one, { status: 'FAILED', failure: decision.failure }, now);
    else await handOverAgain(tx, { ...one, attempt: decision.attempt }, now + pickUp);
  }
  return stalled.length;
}

/** The worker before, should it come back to life, finds that the attempt is not its own. */
async function handOverAgain(tx: EntityManager, job: AnalysisJob, trustedUntil: Instant): Promise<void> {
  const { tenantId, id, attempt } = job;
  await tx.query(
    `update timeline_analysis set attempt = $3, trusted_until = least($4::timestamptz, deadline_at)
      where tenant_id = $1 and id = $2`,
    [tenantId, id, attempt, new Date(trustedUntil)],
  );
  await handOver(tx, { tenantId, id, attempt });
}
