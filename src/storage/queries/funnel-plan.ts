import { CALL_BACK_MS, startOf } from '../../domain/funnel.js';
import type { FunnelDimension, TimeInterval } from '../../domain/funnel.js';
import type { Instant } from '../../domain/words.js';
import { localDate, startOfDay } from '../../domain/zone.js';
import type { FunnelGrain } from '../entities/funnel.entity.js';
import type { InteractionFilter } from '../list/filter.js';
import { presetRange } from '../list/date-preset.js';
import type { Range, TenantFrame } from '../read-model.js';

/** A part of the time that is asked for, and where it is read: cells of a size, or the interactions themselves. */
export interface Piece {
  grain: FunnelGrain | 'ROWS';
  /** From inclusive, to exclusive; null: open. */
  from: Instant | null;
  to: Instant | null;
}

export interface FunnelPlan {
  pieces: Piece[];
  /** Interactions that began before this had a day in which the customer could call again. */
  matureBefore: Instant;
}

/** Conditions that cells can answer; times only where they hold for everything. */
const ROLLED_UP = new Set<string>([
  'status',
  'dropStage',
  'channel',
  'direction',
  'campaign',
  'flow',
  'source',
  'isTest',
] satisfies (keyof InteractionFilter)[]);
type Maybe<T> = T | null | undefined;

/** Conditions that the wide cells cannot answer. */
const NARROW = ['campaign', 'flow', 'source'] as const satisfies (keyof InteractionFilter)[];
const NARROW_DIMENSIONS: readonly Maybe<FunnelDimension>[] = ['CAMPAIGN', 'FLOW', 'SOURCE'];

const TIMES = new Set<string>(['startedAt', 'datePreset'] satisfies (keyof InteractionFilter)[]);

/**
 * Whole days and hours from the roll-up, what is left at the edges from the interactions: exact, and fast
 * however many there are. A filter that the roll-up knows nothing of reads the interactions alone.
 */
export function planFunnel(
  filter: InteractionFilter,
  frame: TenantFrame,
  { interval, groupBy }: { interval: Maybe<TimeInterval>; groupBy: Maybe<FunnelDimension> },
): FunnelPlan {
  const matureBefore = frame.now - CALL_BACK_MS;
  const range = rangeOf(filter, frame);
  if (frame.asOf !== undefined || !isRolledUp(filter) || range === null)
    return { pieces: [{ grain: 'ROWS', from: null, to: null }], matureBefore };
  const grain = interval === 'HOUR' ? 'HOUR' : 'DAY';
  const [from, to] = [range.from ?? -Infinity, range.to ?? Infinity];
  const pieces = [
    ...piecesOf({ from, to: Math.min(to, matureBefore) }, grain, frame.timeZone),
    ...piecesOf({ from: Math.max(from, matureBefore), to }, grain, frame.timeZone),
  ];
  const isWide = !NARROW_DIMENSIONS.includes(groupBy) && !isNarrow(filter);
  const widened = (piece: Piece): Piece =>
    isWide && piece.grain === 'HOUR' ? { ...piece, grain: 'WIDE_HOUR' } : piece;
  return { pieces: pieces.map(withOpenEnds).map(widened), matureBefore };
}

/** Tests are left out unless the filter says anything of them. */
export const withoutTests = (filter: InteractionFilter): InteractionFilter =>
  speaksOfTests(filter) ? filter : { ...filter, isTest: false };

const partsOf = (filter: InteractionFilter): InteractionFilter[] => [
  ...(filter.and ?? []),
  ...(filter.or ?? []),
  ...(filter.not ? [filter.not] : []),
];

export const speaksOfTests = (filter: InteractionFilter): boolean =>
  filter.isTest != null || partsOf(filter).some(speaksOfTests);

const isRolledUp = (filter: InteractionFilter, isPart = false): boolean =>
  Object.entries(filter).every(
    ([field, value]) =>
      value == null ||
      ROLLED_UP.has(field) ||
      ['and', 'or', 'not'].includes(field) ||
      (TIMES.has(field) && !isPart),
  ) && partsOf(filter).every((part) => isRolledUp(part, true));

const isNarrow = (filter: InteractionFilter): boolean =>
  NARROW.some((field) => filter[field] != null) || partsOf(filter).some(isNarrow);

/** The time that the filter asks for; null: not one that clocks show. */
function rangeOf({ startedAt, datePreset }: InteractionFilter, frame: TenantFrame): Range<Instant> | null {
  const ranges: Range<Instant>[] = [startedAt ?? {}, datePreset ? presetRange(datePreset, frame) : {}];
  const from = Math.max(...ranges.map((range) => range.from ?? -Infinity));
  const to = Math.min(...ranges.map((range) => range.to ?? Infinity));
  return [from, to].every(isOnClocks) ? { from, to } : null;
}

const isOnClocks = (at: number): boolean =>
  !Number.isNaN(at) && (Math.abs(at) === Infinity || Math.abs(at) < 4e12);

interface Span {
  from: number;
  to: number;
}

const isEmpty = ({ from, to }: Span): boolean => from >= to;

/** The largest whole cells inside, and the interactions of what is left on either side. */
function piecesOf(span: Span, largest: TimeInterval, timeZone: string): (Span & { grain: Piece['grain'] })[] {
  if (isEmpty(span)) return [];
  const hours = inner(span, 'HOUR', timeZone);
  if (isEmpty(hours)) return [{ grain: 'ROWS', ...span }];
  const days = largest === 'HOUR' ? { from: hours.to, to: hours.to } : inner(hours, 'DAY', timeZone);
  const split = isEmpty(days) ? { from: hours.to, to: hours.to } : days;
  return [
    { grain: 'ROWS' as const, from: span.from, to: hours.from },
    { grain: 'HOUR' as const, from: hours.from, to: split.from },
    { grain: 'DAY' as const, ...split },
    { grain: 'HOUR' as const, from: split.to, to: hours.to },
    { grain: 'ROWS' as const, from: hours.to, to: span.to },
  ].filter((piece) => !isEmpty(piece));
}

/** What is left of a span when its ends are moved inwards to full hours or days. */
const inner = ({ from, to }: Span, interval: TimeInterval, timeZone: string): Span => ({
  from: Number.isFinite(from) ? ceil(from, interval, timeZone) : from,
  to: Number.isFinite(to) ? startOf(to, interval, timeZone) : to,
});

function ceil(at: Instant, interval: TimeInterval, timeZone: string): Instant {
  const floor = startOf(at, interval, timeZone);
  if (floor === at) return at;
  if (interval === 'HOUR') return floor + 3_600_000;
  const [year, month, day] = localDate(at, timeZone);
  return startOfDay([year, month, day + 1], timeZone);
}

const withOpenEnds = ({ grain, from, to }: Span & { grain: Piece['grain'] }): Piece => ({
  grain,
  from: Number.isFinite(from) ? from : null,
  to: Number.isFinite(to) ? to : null,
});
