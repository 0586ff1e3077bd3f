import type { StatedLeg } from './leg.js';
import { byStart, isTerminal, lastThereAt, legStart, wasAnswered } from './leg.js';
import type { Awaited, Verdict } from './status.js';
import { bridgeTime } from './transfer.js';
import type { Instant, Role, SegmentState } from './words.js';

/** A leg's bar on the mini timeline, or the place of one that is still missing. */
export interface Segment {
  legId: string | null;
  role: Role;
  sourceId: string | null;
  /** Of a placeholder: when what is missing should have begun; null where nothing tells. */
  startedAt: Instant | null;
  /** When it was answered, as near as is known; null when it was not, and for a placeholder. */
  answeredAt: Instant | null;
  endedAt: Instant | null;
  /** Until when the record of a placeholder may still come; null for a leg, and once none is awaited. */
  expectedBy: Instant | null;
  /** From the start of the interaction, in ms. */
  offsetMs: number | null;
  durationMs: number | null;
  /** Of the whole interaction, 0 to 100. */
  offsetPercent: number;
  widthPercent: number;
  state: SegmentState;
}

/**
 * One bar a leg in order of start, then a placeholder for every leg that is still missing. What is missing of
 * a dialer that fell silent has its place already: the leg's bar.
 */
export function segmentsOf(
  legs: readonly StatedLeg[],
  verdict: Verdict,
  span: { from: Instant; to: Instant },
): Segment[] {
  const bars = [...legs].sort(byStart).map((leg) => bar(leg, verdict, span));
  const fellSilent = legs.some((leg) => leg.role === 'DIALER' && verdict.presumedEnds.has(leg.id));
  const missing = verdict.missing.filter(({ role }) => role !== 'DIALER' || !fellSilent);
  return [...bars, ...missing.map((one) => placeholder(one, legs, verdict, span))];
}

function bar(leg: StatedLeg, verdict: Verdict, span: { from: Instant; to: Instant }): Segment {
  const startedAt = legStart(leg);
  const presumed = verdict.presumedEnds.get(leg.id) ?? null;
  const cancelled = verdict.cancelled.get(leg.id);
  const live = !isTerminal(leg) && presumed === null && cancelled === undefined;
  const endedAt = lastThereAt(leg) ?? cancelled?.endedAt ?? presumed;
  return {
    legId: leg.id,
    role: leg.role,
    sourceId: leg.sourceId,
    startedAt,
    answeredAt: wasAnswered(leg) ? (leg.answeredAt ?? startedAt) : null,
    endedAt,
    expectedBy: null,
    offsetMs: startedAt - span.from,
    durationMs: endedAt === null ? null : Math.max(0, endedAt - startedAt),
    ...place(startedAt, endedAt ?? span.to, span),
    state: live ? 'LIVE' : 'PRESENT',
  };
}

/** Expected for as long as its own record is awaited, whatever else is missing. */
function placeholder(
  missing: Awaited,
  legs: readonly StatedLeg[],
  verdict: Verdict,
  span: { from: Instant; to: Instant },
): Segment {
  const { role, awaitedUntil } = missing;
  const gone = verdict.status === 'DROPPED' && awaitedUntil === null;
  const startedAt = startOf(missing, legs);
  return {
    legId: null,
    role,
    sourceId: null,
    startedAt,
    answeredAt: null,
    endedAt: null,
    expectedBy: awaitedUntil,
    offsetMs: startedAt === null ? null : startedAt - span.from,
    durationMs: null,
    ...place(startedAt ?? span.from, span.to, span),
    state: gone ? 'MISSING' : 'EXPECTED',
  };
}

/** A human begins with the bridge, an assistant with the dialer's answer; of a dialer nothing tells. */
function startOf({ role, transfer }: Awaited, legs: readonly StatedLeg[]): Instant | null {
  if (role === 'HUMAN') return transfer === undefined ? null : bridgeTime(transfer);
  if (role !== 'ASSISTANT') return null;
  const answers = legs.flatMap((leg) => (leg.role === 'DIALER' ? (leg.answeredAt ?? []) : []));
  return answers.length === 0 ? null : Math.min(...answers);
}

/** In percent with two decimals, never beyond the row; an interaction without length fills its row. */
function place(
  start: Instant,
  end: Instant,
  span: { from: Instant; to: Instant },
): Pick<Segment, 'offsetPercent' | 'widthPercent'> {
  const length = span.to - span.from;
  if (length <= 0) return { offsetPercent: 0, widthPercent: 100 };
  const inSpan = (at: Instant) => Math.min(Math.max(at - span.from, 0), length);
  const hundredths = (at: Instant) => Math.round((inSpan(at) / length) * 10_000);
  const [from, to] = [hundredths(start), hundredths(end)];
  return { offsetPercent: from / 100, widthPercent: Math.max(0, to - from) / 100 };
}
