import type { Leg, StatedLeg } from './leg.js';
import { failedToJoin, lastThereAt, legStart, statedStart } from './leg.js';
import type { TracePolicy } from './policy.js';
import type { Transfer } from './record.js';
import { bridgeTime } from './transfer.js';
import type { Instant } from './words.js';

/** How the parts of an interaction fit together in time. Numbers in ms. */
export interface Alignment {
  isAligned: boolean;
  /** Assistant start minus dialer answer. Null when either is unknown. */
  joinDelayMs: number | null;
  /** Assistant end minus dialer end; negative when the assistant left first. */
  overrunMs: number | null;
  /** The longest part of the answered dialer leg in which nobody else took part. */
  holeMs: number | null;
}

/** The numbers by one clock, beside those that the sources state. */
export interface AdjustedAlignment {
  /** By how much the assistant's clock is ahead of the dialer's. */
  clockOffsetMs: number;
  joinDelayMs: number;
  overrunMs: number;
}

/** Null where nothing was measured, or the clocks are not known or not to be trusted (rule R11). */
export function adjustedAlignment(
  { joinDelayMs, overrunMs }: Pick<Alignment, 'joinDelayMs' | 'overrunMs'>,
  clocks: { offsetMs: number | null; isStable: boolean } | undefined,
): AdjustedAlignment | null {
  const offset = clocks?.isStable === true ? clocks.offsetMs : null;
  if (offset === null || joinDelayMs === null || overrunMs === null) return null;
  return { clockOffsetMs: offset, joinDelayMs: joinDelayMs - offset, overrunMs: overrunMs - offset };
}

/** What the numbers are held against. */
type Bounds = Pick<TracePolicy, 'joinEarliest' | 'joinLatest' | 'endTolerance' | 'holeTolerance'>;

export interface AlignmentInput {
  legs: readonly StatedLeg[];
  policy: Bounds;
  /** Bridged transfers after which nothing can be seen: they cover the line from then on. */
  outOfSight: readonly Transfer[];
  /** Ends presumed from silence, by leg id. */
  presumedEnds: ReadonlyMap<string, Instant>;
  /** The end of the whole, for legs of which no end is known. */
  endedAt: Instant;
}

const UNKNOWN: Alignment = { isAligned: true, joinDelayMs: null, overrunMs: null, holeMs: null };

/**
 * Do the parts fit together in time? The numbers are returned, not only the answer. There are none
 * while nothing says when the dialer was answered, or when an assistant started.
 */
export function align(input: AlignmentInput): Alignment {
  const assistants = input.legs.filter((leg) => leg.role === 'ASSISTANT' && !failedToJoin(leg));
  const dialers = input.legs.filter((leg) => leg.role === 'DIALER' && leg.answeredAt !== null);
  const isKnown = assistants.every((leg) => (leg.answeredAt ?? statedStart(leg)) !== null);
  if (assistants.length === 0 || dialers.length === 0 || !isKnown) return UNKNOWN;
  const numbers = measure(input, assistants.map(spanIn(input)), dialers.map(spanIn(input)));
  return { isAligned: Object.keys(misfits(numbers, input.policy)).length === 0, ...numbers };
}

/** The numbers that are out of bounds, none of them negative: an assistant that was early has a lead. */
export function misfits(
  { joinDelayMs, overrunMs, holeMs }: Omit<Alignment, 'isAligned'>,
  policy: Bounds,
): Partial<Record<'joinDelayMs' | 'joinLeadMs' | 'overrunMs' | 'holeMs', number>> {
  const delay = joinDelayMs ?? 0;
  const joined = delay < 0 ? { joinLeadMs: -delay } : { joinDelayMs: delay };
  const isJoinOff = joinDelayMs !== null && (delay < policy.joinEarliest || delay > policy.joinLatest);
  return {
    ...(isJoinOff ? joined : {}),
    ...(overrunMs !== null && overrunMs > policy.endTolerance ? { overrunMs } : {}),
    ...(holeMs !== null && holeMs > policy.holeTolerance ? { holeMs } : {}),
  };
}

type Span = readonly [from: Instant, to: Instant];
type Numbers = Record<'joinDelayMs' | 'overrunMs' | 'holeMs', number>;

const endIn = ({ presumedEnds, endedAt }: AlignmentInput, leg: Leg): Instant =>
  lastThereAt(leg) ?? presumedEnds.get(leg.id) ?? endedAt;

const spanIn =
  (input: AlignmentInput) =>
  (leg: Leg): Span => [leg.answeredAt ?? legStart(leg), endIn(input, leg)];

function measure(input: AlignmentInput, assistants: readonly Span[], dialers: readonly Span[]): Numbers {
  const dialerEnd = lastOf(dialers);
  const humans = input.legs
    .filter((leg) => leg.role === 'HUMAN')
    .map((leg): Span => [legStart(leg), endIn(input, leg)]);
  const unseen = input.outOfSight.map((transfer): Span => [
    bridgeTime(transfer) ?? dialerEnd,
    transfer.endedAt ?? dialerEnd,
  ]);
  const cover = [...assistants, ...humans, ...unseen];
  return {
    joinDelayMs: firstOf(assistants) - firstOf(dialers),
    overrunMs: lastOf(assistants) - dialerEnd,
    holeMs: Math.max(...dialers.map((dialer) => longestHole(dialer, cover))),
  };
}

const firstOf = (spans: readonly Span[]): Instant => Math.min(...spans.map(([from]) => from));
const lastOf = (spans: readonly Span[]): Instant => Math.max(...spans.map(([, to]) => to));

/** The longest stretch inside a span that no cover span touches. */
function longestHole([start, end]: Span, cover: readonly Span[]): number {
  let reached = start;
  let longest = 0;
  for (const [from, to] of [...cover].sort((a, b) => a[0] - b[0])) {
    longest = Math.max(longest, Math.min(from, end) - reached);
    reached = Math.max(reached, to);
  }
  return Math.max(longest, end - reached);
}
