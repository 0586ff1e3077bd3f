import type { Instant } from '../domain/words.js';
import type { Actor } from '../storage/audit/audit-log.js';

/** What the GraphQL layer needs of the analyses' use case. */
export interface AnalysisStarter {
  /**
   * Begins an analysis of the interaction, or finds the one that is there; answers its id. Throws NOT_FOUND,
   * CONFLICT for one that has not ended, and RATE_LIMITED within the cool-down or beyond the cap.
   */
  start(
    tenantId: string,
    interactionId: string,
    reanalyze: boolean,
    by: Actor,
    now: Instant,
  ): Promise<string>;
}
