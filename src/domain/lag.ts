import type { PolicySet } from './policy.js';
import type { Instant, Role } from './words.js';
import { ROLES } from './words.js';

const HOUR = 3_600_000;

/** How late a source tells, and what it takes to believe the measurement (rule R14). */
export const LAG_RULES = {
  windowMs: 7 * 24 * HOUR,
  /** Fewer samples measure nothing. */
  minSamples: 20,
  /** A call told of later than this is history that was loaded, not lag. */
  historyMs: 72 * HOUR,
} as const;

/** What was measured of a source. Percentiles are values that occurred; null: nothing was there to measure. */
export interface LagStats {
  /** Receive time minus end time, of the first record of a call that states its end. */
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  samples: number;
  /** Event time between two records of a call that goes on, at the 99th percentile. */
  gapP99Ms: number | null;
  gapSamples: number;
  measuredAt: Instant;
}

/** How late the source is at its 99th percentile; null: not known well enough. */
export const lagP99 = (lag: LagStats | null): number | null =>
  lag !== null && lag.samples >= LAG_RULES.minSamples ? lag.p99Ms : null;

/** How long a call of the source goes on without a word; null: not known well enough. */
export const gapP99 = (lag: LagStats | null): number | null =>
  lag !== null && lag.gapSamples >= LAG_RULES.minSamples ? lag.gapP99Ms : null;

type Lags = Readonly<Partial<Record<Role, number>>>;

/**
 * How long ago an interaction can have ended, in ms, of which another measurement moves a deadline; null when it
 * moves none: a lag that is shorter than every window decides nothing.
 */
export function reachOfChange(before: Lags, after: Lags, policy: PolicySet): number | null {
  const reaches = ROLES.flatMap((role) => {
    const windows = [policy, ...policy.overrides].flatMap(({ window }) => window?.[role] ?? []);
    const [old, next] = [before, after].map((lags) => Math.max(lags[role] ?? 0, Math.min(...windows)));
    return old === next ? [] : [Math.max(old ?? 0, next ?? 0, ...windows)];
  });
  return reaches.length === 0 ? null : Math.max(...reaches);
}
