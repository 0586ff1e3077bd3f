import type { LagStats } from './lag.js';
import { gapP99, lagP99 } from './lag.js';
import type { Instant, Role } from './words.js';

const MINUTE = 60_000;

export const WATERMARK_RULES = {
  /** A source that is silent for longer is idle. */
  idleMs: 5 * MINUTE,
  /** Records must have kept coming for this long, or for the source's lag if that is longer. */
  steadyMs: 15 * MINUTE,
} as const;

export const WATERMARK_KINDS = ['REPORTED', 'DERIVED', 'UNKNOWN'] as const;
export type WatermarkKind = (typeof WATERMARK_KINDS)[number];

/** Up to when a source has told everything, and how that is known. */
export interface Watermark {
  at: Instant | null;
  kind: WatermarkKind;
}

/** What a source itself says and shows of how far it has told. */
export interface SourceProgress {
  /** What it reported; null: it never did. */
  watermarkAt: Instant | null;
  /** When its latest record came, by our clock. */
  lastRecordAt: Instant | null;
  /** The latest event it told of, by its own clock. */
  lastEventAt: Instant | null;
  /** How far its watermark was derived already; null: never. */
  derivedAt: Instant | null;
  /** Since when no two of its records came further apart than `idleMs`. */
  steadySince: Instant | null;
  lag: LagStats | null;
}

const UNKNOWN: Watermark = { at: null, kind: 'UNKNOWN' };

/**
 * A source that reports is taken at its word alone. Of any other, what lies its 99th percentile of lag before
 * its latest event has been told, while its records keep coming. A watermark never moves back: that of an idle
 * source stands still. What it has passed stays passed, and of what lies beyond nobody knows.
 */
export function watermarkOf(source: SourceProgress, now: Instant): Watermark {
  const { watermarkAt, derivedAt } = source;
  if (watermarkAt !== null) return { at: Math.max(watermarkAt, derivedAt ?? watermarkAt), kind: 'REPORTED' };
  const at = later(derivedAt, derive(source, now));
  return at === null ? UNKNOWN : { at, kind: 'DERIVED' };
}

/**
 * How far the records of a source reach now: the latest came at most `idleMs` ago, and all came steadily for long
 * enough for what an interruption held back to have come. Null: nobody can tell.
 */
function derive({ lastRecordAt, lastEventAt, steadySince, lag: stats }: SourceProgress, now: Instant) {
  const lag = lagP99(stats);
  if (lag === null || lastRecordAt === null || lastEventAt === null || steadySince === null) return null;
  const isIdle = now - lastRecordAt > WATERMARK_RULES.idleMs;
  const isSteady = lastRecordAt - steadySince >= Math.max(WATERMARK_RULES.steadyMs, lag);
  return isIdle || !isSteady ? null : Math.min(lastEventAt, lastRecordAt) - Math.max(lag, 0);
}

const later = (one: Instant | null, other: Instant | null): Instant | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

/** What the sources of a tenant show, role by role. */
export interface RolesProgress {
  watermarks: Partial<Record<Role, Instant | null>>;
  lagP99: Partial<Record<Role, number>>;
  gapP99: Partial<Record<Role, number>>;
}

/** A role is as far as its slowest source; one of which nothing is known makes its watermark unknown. */
export function progressOf(
  sources: readonly (SourceProgress & { role: Role })[],
  now: Instant,
): RolesProgress {
  const progress: RolesProgress = { watermarks: {}, lagP99: {}, gapP99: {} };
  for (const source of sources) {
    const { role } = source;
    progress.watermarks[role] = earlier(progress.watermarks[role], watermarkOf(source, now).at);
    raise(progress.lagP99, role, lagP99(source.lag));
    raise(progress.gapP99, role, gapP99(source.lag));
  }
  return progress;
}

/** `undefined`: no source so far; null: not known. */
const earlier = (before: Instant | null | undefined, at: Instant | null): Instant | null =>
  before === undefined ? at : before === null || at === null ? null : Math.min(before, at);

function raise(values: Partial<Record<Role, number>>, role: Role, value: number | null): void {
  if (value !== null) values[role] = Math.max(values[role] ?? value, value);
}
