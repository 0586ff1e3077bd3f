import type { Leg } from './leg.js';
import type { Instant } from './words.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** When the clocks of two sources are known, and when they cannot be trusted (rule R11). */
export const CLOCK_RULES = {
  /** Fewer strongly joined pairs measure nothing. */
  minSamples: 30,
  /** A wider spread is unstable. */
  maxSpreadMs: 5 * SECOND,
  /** A median of the last hour this far from the one before has jumped. */
  jumpMs: 2 * SECOND,
  jumpWindowMs: 60 * MINUTE,
  /** Fewer differences on one side of the jump are chance. */
  jumpMinSamples: 5,
  /** Orphans are compared again when the offset has moved so far from the one they were compared by. */
  stepMs: 500,
} as const;

/** How long an assistant usually takes to join an answered call. */
export const TYPICAL_JOIN_LAG_MS = SECOND;

/** One strongly joined pair: assistant start minus dialer answer, each by its own source's clock. */
export interface ClockSample {
  at: Instant;
  differenceMs: number;
}

/** By how much an assistant source's clock is ahead of a dialer source's. */
export interface ClockEstimate {
  /** Null while there are too few pairs. */
  offsetMs: number | null;
  /** The interquartile range of the differences: half of them lie within it, whatever the outliers. */
  spreadMs: number | null;
  samples: number;
  /** False when automatic heuristic linking is off for the pair; too few pairs to tell are no reason. */
  isStable: boolean;
  /** The first difference of the last hour that belongs to the new median; null when nothing jumped. */
  jumpedAt: Instant | null;
}

/** The offset of two clocks from calls whose parts are known to belong together, in whatever order they come. */
export function estimateOffset(
  samples: readonly ClockSample[],
  typicalJoinLagMs = TYPICAL_JOIN_LAG_MS,
): ClockEstimate {
  const count = samples.length;
  if (count < CLOCK_RULES.minSamples)
    return { offsetMs: null, spreadMs: null, samples: count, isStable: true, jumpedAt: null };
  const differences = samples.map(({ differenceMs }) => differenceMs);
  const spreadMs = quantile(differences, 0.75) - quantile(differences, 0.25);
  const jumpedAt = findJump(samples);
  return {
    offsetMs: Math.round(median(differences) - typicalJoinLagMs),
    spreadMs: Math.round(spreadMs),
    samples: count,
    isStable: spreadMs <= CLOCK_RULES.maxSpreadMs && jumpedAt === null,
    jumpedAt,
  };
}

/** The offset to compare by: the measured one, but what moves by less than a step stays, so that nothing flaps. */
export const steadied = (applied: number | null, measured: number | null): number | null =>
  applied !== null && measured !== null && Math.abs(measured - applied) < CLOCK_RULES.stepMs
    ? applied
    : measured;

/** An instant of the assistant's clock as the dialer's would have shown it. Without an offset it stays. */
export const adjust = (instant: Instant, offsetMs: number | null): Instant => instant - (offsetMs ?? 0);

/** The dialer and the assistant whose clocks an alignment compares; none where several of a role are mixed. */
export function clockedSources(
  legs: readonly Pick<Leg, 'role' | 'sourceId' | 'answeredAt'>[],
): [dialer: string | undefined, assistant: string | undefined] {
  const only = (some: typeof legs): string | undefined => {
    const [id, ...others] = new Set(some.map(({ sourceId }) => sourceId));
    return others.length === 0 ? id : undefined;
  };
  return [
    only(legs.filter((leg) => leg.role === 'DIALER' && leg.answeredAt !== null)),
    only(legs.filter((leg) => leg.role === 'ASSISTANT')),
  ];
}

/** The last hour ends with the latest difference: no clock but the sources' own is asked. */
function findJump(samples: readonly ClockSample[]): Instant | null {
  const ordered = [...samples].sort((a, b) => a.at - b.at);
  const since = (ordered.at(-1)?.at ?? 0) - CLOCK_RULES.jumpWindowMs;
  const recent = ordered.filter((sample) => sample.at > since);
  const before = ordered.filter((sample) => sample.at <= since);
  if (Math.min(recent.length, before.length) < CLOCK_RULES.jumpMinSamples) return null;
  const [now, then] = [medianOf(recent), medianOf(before)];
  if (Math.abs(now - then) < CLOCK_RULES.jumpMs) return null;
  const isNew = ({ differenceMs }: ClockSample) =>
    Math.abs(differenceMs - now) < Math.abs(differenceMs - then);
  return recent.find(isNew)?.at ?? null;
}

const medianOf = (samples: readonly ClockSample[]): number =>
  median(samples.map(({ differenceMs }) => differenceMs));

const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Between two values the quantile lies in proportion. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place - Math.floor(place));
}
