import type { EvidenceEvent, Findings } from './evidence.js';
import type { Failure } from './lifecycle.js';
import { FAILURES } from './lifecycle.js';
import type { Session } from './session.js';
import type { SessionContext, VerdictMetrics, VerdictOutcome } from './verdict.js';

export const ANALYSTS = ['RULES', 'MODEL'] as const;
export type AnalystName = (typeof ANALYSTS)[number];

/** What an analyst judges: the events it may cite, and the blocks that are computed already. */
export interface Case {
  session: Session;
  context: SessionContext | null;
  outcome: VerdictOutcome | null;
  metrics: VerdictMetrics | null;
  /** At most as many as `INPUT_LIMITS` says, errors apart. */
  events: readonly EvidenceEvent[];
  isReduced: boolean;
}

/**
 * Writes the narrative and finds the issues. What it cannot judge it refuses with an `AnalystFailure`;
 * it never invents. The signal ends it when its time is up.
 */
export interface Analyst {
  readonly name: AnalystName;
  /** The model's name; null for the rules. */
  readonly model: string | null;
  judge(one: Case, signal: AbortSignal): Promise<Findings>;
}

/** An analyst cannot judge. The code says why; nothing of what a foreign server said is in it. */
export class AnalystFailure extends Error {
  constructor(readonly failure: Failure) {
    super(FAILURES[failure]);
    this.name = 'AnalystFailure';
  }
}
