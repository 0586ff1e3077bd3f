import type { Instant } from '../words.js';
import type { TimelineAnalysisStatus } from './verdict.js';

/** The times and numbers that bound analyses; times in ms. */
export const ANALYSIS_LIMITS = {
  /** From the request on; whatever is not done by then has failed. */
  timeLimit: 5 * 60_000,
  /** After the latest analysis of an interaction ended, before it may be judged again. */
  coolDown: 60_000,
  /** Running at a time for one tenant. */
  running: 20,
  /** How long the queue is trusted to hand a job to a worker. */
  pickUp: 90_000,
  /** How long a worker that gives no sign of life is trusted. It gives one every third of it. */
  lease: 30_000,
  /** How often an analysis is handed to a worker before it is given up. */
  attempts: 3,
} as const;

/** How long the steps of an analysis may take, in ms. */
export type AnalysisTimes = Readonly<Record<'timeLimit' | 'pickUp' | 'lease', number>>;

/** Why an analysis failed. What a model's server said is never part of it. */
export const FAILURES = {
  TIME_LIMIT: 'The analysis was not done within its time limit.',
  INTERRUPTED: 'The process that worked on the analysis ended, several times. Ask again.',
  INTERACTION_MERGED:
    'The interaction became part of another one while it was analysed. Ask for an analysis of that one.',
  INTERACTION_GONE: 'The interaction, or a call that it took part of, is no longer there.',
  ANALYST_UNREACHABLE: 'The model that analyses could not be reached.',
  ANALYST_TIMEOUT: 'The model that analyses did not answer in time.',
  ANALYST_BUSY: 'The model that analyses is busy. Ask again later.',
  ANALYST_FAULT: 'The model that analyses answered with a fault of its own. Ask again later.',
  ANALYST_REFUSED: 'The model that analyses refused the request. Its configuration may be wrong.',
  ANALYST_DECLINED: 'The model that analyses declined to judge this interaction.',
  ANALYST_INVALID: 'The model that analyses gave no answer that could be used.',
  INPUT_TOO_LARGE: 'The interaction is too large for the model that analyses, even when it is reduced.',
  INTERNAL: 'Something failed on our side while the interaction was analysed. Ask again.',
} as const;
export type Failure = keyof typeof FAILURES;

/** What a request to analyse is decided by. */
export interface StartState {
  /** Null while the interaction goes on. */
  endedAt: Instant | null;
  latest: { id: string; status: TimelineAnalysisStatus; updatedAt: Instant } | null;
  /** Analyses of the tenant that run now. */
  running: number;
  reanalyze: boolean;
}

export type StartDecision =
  | { kind: 'START' }
  | { kind: 'EXISTING'; id: string }
  | { kind: 'REFUSED'; code: 'CONFLICT' | 'RATE_LIMITED'; field: string; message: string };

/**
 * One that is there, or runs, is answered unless a new one is asked for. A new one needs an interaction that
 * ended, a minute since the end of the one before, and room among those that run.
 */
export function decideStart(state: StartState, now: Instant): StartDecision {
  const { latest, reanalyze } = state;
  if (latest !== null && !reanalyze) return { kind: 'EXISTING', id: latest.id };
  if (state.endedAt === null)
    return refused(
      'CONFLICT',
      'interactionId',
      'The interaction has not ended; only ended ones are analysed.',
    );
  const tooSoon = latest === null ? null : tooSoonAfter(latest, now);
  if (tooSoon !== null) return refused('RATE_LIMITED', 'reanalyze', tooSoon);
  if (state.running >= ANALYSIS_LIMITS.running)
    return refused(
      'RATE_LIMITED',
      'interactionId',
      `${ANALYSIS_LIMITS.running} analyses are running already; ask again when one of them is done.`,
    );
  return { kind: 'START' };
}

/** Why another analysis cannot begin yet; null when it can. */
function tooSoonAfter(latest: NonNullable<StartState['latest']>, now: Instant): string | null {
  const { coolDown } = ANALYSIS_LIMITS;
  if (latest.status === 'PROGRESSING')
    return `It is being analysed now; ask again ${coolDown / 1_000} s after that has ended.`;
  const wait = latest.updatedAt + coolDown - now;
  return wait > 0 ? `It was analysed just now; ask again in ${Math.ceil(wait / 1_000)} s.` : null;
}

const refused = (code: 'CONFLICT' | 'RATE_LIMITED', field: string, message: string): StartDecision => ({
  kind: 'REFUSED',
  code,
  field,
  message,
});

/** A running analysis of which nobody has heard for too long. */
export interface StalledAnalysis {
  attempt: number;
  deadlineAt: Instant;
}

/** What becomes of it: another worker's turn, or the end. */
export function decideStalled(
  { attempt, deadlineAt }: StalledAnalysis,
  now: Instant,
): { kind: 'RETRY'; attempt: number } | { kind: 'FAIL'; failure: Failure } {
  if (deadlineAt <= now) return { kind: 'FAIL', failure: 'TIME_LIMIT' };
  return attempt >= ANALYSIS_LIMITS.attempts
    ? { kind: 'FAIL', failure: 'INTERRUPTED' }
    : { kind: 'RETRY', attempt: attempt + 1 };
}
