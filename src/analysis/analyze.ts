import type { Analyst, Case } from '../domain/verdict/analyst.js';
import { AnalystFailure } from '../domain/verdict/analyst.js';
import { resourcesUsed, sessionContext } from '../domain/verdict/context.js';
import type { Findings } from '../domain/verdict/evidence.js';
import { cite, faultsOf } from '../domain/verdict/evidence.js';
import { verdictJson } from '../domain/verdict/json.js';
import { ANALYSIS_LIMITS } from '../domain/verdict/lifecycle.js';
import { sessionMetrics } from '../domain/verdict/metrics.js';
import { sessionOutcome } from '../domain/verdict/outcome.js';
import { reduceEvents } from '../domain/verdict/reduce.js';
import type { Session } from '../domain/verdict/session.js';
import type { Verdict } from '../domain/verdict/verdict.js';
import { overallOf, VERDICT_VERSION } from '../domain/verdict/verdict.js';
import type { Instant } from '../domain/words.js';
import type { AnalysisJob } from '../storage/analysis/analysis-start.js';
import type { AnalysisStore, Ending } from '../storage/analysis/analysis-store.js';
import type { SessionReader } from '../storage/analysis/session-reader.js';
import type { Actor } from '../storage/audit/audit-log.js';
import { timelineOf } from './evidence.js';

export interface AnalyzerParts {
  analyses: AnalysisStore;
  sessions: SessionReader;
  analyst: Analyst;
  now: () => Instant;
  /** How often a worker gives a sign of life, in ms; default: a third of the lease. */
  signEveryMs?: number;
}

/** Judges ended interactions: asked for, by jobs, and swept when nobody is at them any more. */
export class TimelineAnalyzer {
  readonly #closing = new AbortController();

  constructor(private readonly parts: AnalyzerParts) {}

  /** Begins an analysis, or finds the one that is there; answers its id. Throws what the caller can mend. */
  start(
    tenantId: string,
    interactionId: string,
    reanalyze: boolean,
    by: Actor,
    now: Instant,
  ): Promise<string> {
    return this.parts.analyses.start(tenantId, interactionId, { reanalyze, by }, now);
  }

  /**
   * The work of one job. A job that another worker has taken over, or whose analysis is over, does nothing.
   * A fault of ours is thrown, so that the job is tried again, but for the last time.
   */
  async run(job: AnalysisJob, isLast: boolean): Promise<void> {
    const { analyses, now } = this.parts;
    const claim = await analyses.claim(job, now());
    if (claim === null) return;
    try {
      const ending = await this.judged(job, claim.interactionId, claim.deadlineAt - now());
      await analyses.end(job, ending, now());
    } catch (error) {
      if (this.#closing.signal.aborted) return analyses.release(job, now());
      if (!isLast) throw error;
      await analyses.end(job, { status: 'FAILED', failure: 'INTERNAL' }, now());
      throw error;
    }
  }

  /** Lets go of all that is being judged; another worker, or the next start, goes on with it. */
  close(): void {
    this.#closing.abort();
  }

  /** Begins what policies want analysed, and decides about what nobody is at any more; answers how many. */
  async sweep(limit = 100): Promise<number> {
    const { analyses, now } = this.parts;
    let count = await analyses.sweep(now(), limit);
    for (let due = 0; due < limit && (await analyses.startDue(now())); due += 1) count += 1;
    return count;
  }

  private async judged(job: AnalysisJob, interactionId: string, remainingMs: number): Promise<Ending> {
    const { sessions, analyst } = this.parts;
    const known = await sessions.read(job.tenantId, interactionId);
    if (known === null) return { status: 'FAILED', failure: 'INTERACTION_GONE' };
    const watch = this.signsOfLife(job, remainingMs);
    try {
      const verdict = await judge(known.session, analyst, watch.signal);
      const { name, model } = analyst;
      return {
        status: 'COMPLETED',
        result: verdictJson(verdict),
        overallStatus: verdict.overallStatus,
        revision: known.revision,
        callIds: known.callIds,
        analyst: name,
        model,
      };
    } catch (error) {
      if (this.#closing.signal.aborted) throw error;
      if (watch.signal.aborted) return { status: 'FAILED', failure: 'TIME_LIMIT' };
      if (error instanceof AnalystFailure) return { status: 'FAILED', failure: error.failure };
      throw error;
    } finally {
      watch.stop();
    }
  }

  /** Renews the lease while the work goes on; the signal says that its time is up, or that the job was taken over. */
  private signsOfLife(job: AnalysisJob, remainingMs: number): { signal: AbortSignal; stop(): void } {
    const { analyses, now, signEveryMs = ANALYSIS_LIMITS.lease / 3 } = this.parts;
    const control = new AbortController();
    const end = setTimeout(() => control.abort(), Math.max(0, remainingMs));
    const sign = setInterval(() => {
      analyses.claim(job, now()).then(
        (claim) => (claim === null ? control.abort() : undefined),
        () => undefined,
      );
    }, signEveryMs);
    const stop = () => {
      clearTimeout(end);
      clearInterval(sign);
    };
    return { signal: AbortSignal.any([control.signal, this.#closing.signal]), stop };
  }
}

/** A verdict of version 3. Its header blocks and its resources are computed; an analyst adds words and issues. */
export async function judge(session: Session, analyst: Analyst, signal: AbortSignal): Promise<Verdict> {
  const { events, isReduced } = reduceEvents(timelineOf(session));
  const one: Case = {
    session,
    context: sessionContext(session),
    outcome: sessionOutcome(session),
    metrics: sessionMetrics(session),
    events,
    isReduced,
  };
  const findings = await analyst.judge(one, signal);
  return verdictOf(one, findings);
}

/** Whatever an analyst says, an issue without evidence, or with evidence that does not exist, is no verdict. */
function verdictOf(one: Case, findings: Findings): Verdict {
  if (faultsOf(findings, one.events).length > 0) throw new AnalystFailure('ANALYST_INVALID');
  return {
    version: VERDICT_VERSION,
    overallStatus: overallOf(findings.issues),
    inputReduced: one.isReduced,
    sessionContext: one.context,
    outcome: one.outcome,
    metrics: one.metrics,
    resourcesUsed: resourcesUsed(one.session),
    interactions: findings.interactions,
    narrative: findings.narrative,
    issues: cite(findings.issues, one.events),
  };
}
