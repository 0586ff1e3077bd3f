import type { Instant } from './words.js';

const HOUR = 3_600_000;

/** A number is hot where more of its orphan legs than this lie within so many ms of each other (rule R15). */
export const HEAT_RULES = { legs: 40, withinMs: 8 * HOUR } as const;

/** A number's orphan leg. */
export interface TimedLeg {
  legId: string;
  /** When it met, or could have met, its other half. */
  at: Instant;
}

const byTime = (a: TimedLeg, b: TimedLeg): number => a.at - b.at || (a.legId < b.legId ? -1 : 1);

/**
 * The legs of one number that are hot: each is in some span of less than `withinMs`, before it or after it or both,
 * with more than `legs` of them.
 */
export function hotAmong(legs: readonly TimedLeg[]): Set<string> {
  const sorted = [...legs].sort(byTime);
  const hot = new Set<string>();
  let done = 0;
  for (const [place, first] of sorted.entries()) {
    const end = place + HEAT_RULES.legs + 1;
    const last = sorted[end - 1];
    if (last === undefined || last.at - first.at >= HEAT_RULES.withinMs) continue;
    for (const { legId } of sorted.slice(Math.max(place, done), end)) hot.add(legId);
    done = end;
  }
  return hot;
}

/**
 * The legs of a number, of those given, whose heat one leg coming or going can change: so many before and after its
 * time, for a span that reaches further has enough legs without it.
 */
export function concerned(legs: readonly TimedLeg[], at: Instant): TimedLeg[] {
  const sorted = [...legs].sort(byTime).filter((leg) => Math.abs(leg.at - at) < HEAT_RULES.withinMs);
  const before = sorted.filter((leg) => leg.at <= at);
  const after = sorted.filter((leg) => leg.at > at);
  return [...before.slice(-REACH), ...after.slice(0, REACH)];
}

/** The leg itself, and one more than can share a span with it that it makes hot. */
const REACH = HEAT_RULES.legs + 2;

/** Before and after a leg so many of its number decide about the heat of all that it concerns. */
export const HEAT_READS = REACH + HEAT_RULES.legs;
