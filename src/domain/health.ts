import type { Instant } from './words.js';

const SECOND = 1_000;
const HOUR = 3_600_000;

/** When an hour of a pair of sources is unlike the seven days before it (rule R27). */
export const HEALTH_RULES = {
  windowMs: 168 * HOUR,
  /** An hour with fewer calls says nothing. */
  minCalls: 20,
  /** Fewer hours that say something make no band. */
  minHours: 24,
  /** The band is the median plus and minus this many median absolute deviations, or the metric's floor. */
  deviations: 3,
  /** An alarm stands until the hour after the next has begun, unless a later hour is well. */
  standingMs: 2 * HOUR,
} as const;

export const JOIN_METRICS = ['KEY_FILL_RATE', 'MATCH_RATE', 'ORPHAN_RATE', 'LAG', 'CLOCK_OFFSET'] as const;
export type JoinMetric = (typeof JOIN_METRICS)[number];

/** How well the calls of a dialer and an assistant found each other in one hour. Null: nothing to measure. */
export interface HourHealth {
  hour: Instant;
  /** Calls that are joined, or whose other half is overdue. */
  calls: number;
  /** The share of calls with a key that can join, at the source that fills it less. */
  keyFillRate: number | null;
  /** The share of calls joined, of those of which every part that is here has a key. */
  matchRate: number | null;
  /** The share of calls whose other half is overdue. */
  orphanRate: number | null;
  /** How long after its end both had told of a call, at the 95th percentile. */
  lagMs: number | null;
  /** By how much the assistant's clock is ahead of the dialer's. */
  clockOffsetMs: number | null;
}

/** A metric outside its band. */
export interface Breach {
  metric: JoinMetric;
  value: number;
  median: number;
  low: number;
  high: number;
}

interface Rule {
  read: (hour: HourHealth) => number | null;
  /** The band is at least this wide to either side of the median. */
  floor: number;
  /** Which side of the band is a fault. */
  fault: 'BELOW' | 'ABOVE' | 'EITHER';
}

const RULES: Record<JoinMetric, Rule> = {
  KEY_FILL_RATE: { read: (hour) => hour.keyFillRate, floor: 0.05, fault: 'BELOW' },
  MATCH_RATE: { read: (hour) => hour.matchRate, floor: 0.05, fault: 'BELOW' },
  ORPHAN_RATE: { read: (hour) => hour.orphanRate, floor: 0.05, fault: 'ABOVE' },
  LAG: { read: (hour) => hour.lagMs, floor: 60 * SECOND, fault: 'ABOVE' },
  CLOCK_OFFSET: { read: (hour) => hour.clockOffsetMs, floor: 2 * SECOND, fault: 'EITHER' },
};

/** What is wrong with an hour of a pair, by the hours of the same pair before it, in whatever order. */
export function breachesOf(hour: HourHealth, history: readonly HourHealth[]): Breach[] {
  if (hour.calls < HEALTH_RULES.minCalls) return [];
  const before = history.filter(
    (one) =>
      one.hour < hour.hour &&
      one.hour >= hour.hour - HEALTH_RULES.windowMs &&
      one.calls >= HEALTH_RULES.minCalls,
  );
  return JOIN_METRICS.flatMap((metric) => breachOf(metric, hour, before) ?? []);
}

function breachOf(metric: JoinMetric, hour: HourHealth, before: readonly HourHealth[]): Breach | null {
  const { read, floor, fault } = RULES[metric];
  const value = read(hour);
  const known = before.flatMap((one) => read(one) ?? []);
  if (value === null || known.length < HEALTH_RULES.minHours) return null;
  const middle = median(known);
  const spread = median(known.map((one) => Math.abs(one - middle)));
  const reach = Math.max(HEALTH_RULES.deviations * spread, floor);
  const [low, high] = [middle - reach, middle + reach];
  const isBreach = (value < low && fault !== 'ABOVE') || (value > high && fault !== 'BELOW');
  return isBreach ? { metric, value, median: middle, low, high } : null;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}
