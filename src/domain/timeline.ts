import type { Leg } from './leg.js';
import { byStart, isTerminal, legStart } from './leg.js';
import type { Verdict } from './status.js';
import type { Instant, Role, SegmentState } from './words.js';

/** A leg's bar on the mini timeline, or the place of one that is still missing. */
export interface Segment {
  legId: string | null;
  role: Role;
  sourceId: string | null;
  startedAt: Instant | null;
  endedAt: Instant | null;
  /** From the start of the interaction, in ms. */
  offsetMs: number | null;
  durationMs: number | null;
  /** Of the whole interaction, 0 to 100. */
  offsetPercent: number;
  widthPercent: number;
  state: SegmentState;
}

/** One bar a leg in order of start, then a placeholder for every role that is still missing. */
export function segmentsOf(
  legs: readonly Leg[],
  verdict: Verdict,
  span: { from: Instant; to: Instant },
): Segment[] {
  const bars = [...legs].sort(byStart).map((leg) => bar(leg, verdict, span));
  return [...bars, ...verdict.missing.map(({ role }) => placeholder(role, verdict))];
}

function bar(leg: Leg, verdict: Verdict, span: { from: Instant; to: Instant }): Segment {
  const startedAt = legStart(leg);
  const presumed = verdict.presumedEnds.get(leg.id) ?? null;
  const live = !isTerminal(leg) && presumed === null;
  const endedAt = leg.endedAt ?? (isTerminal(leg) ? leg.lastEventAt : presumed);
  const to = endedAt ?? span.to;
  return {
    legId: leg.id,
    role: leg.role,
    sourceId: leg.sourceId,
    startedAt,
    endedAt,
    offsetMs: startedAt - span.from,
    durationMs: endedAt === null ? null : Math.max(0, endedAt - startedAt),
    offsetPercent: percent(startedAt - span.from, span),
    widthPercent: percent(Math.max(0, to - startedAt), span),
    state: live ? 'LIVE' : 'PRESENT',
  };
}

function placeholder(role: Role, verdict: Verdict): Segment {
  const gone = verdict.status === 'DROPPED' && !verdict.isProvisional;
  return {
    legId: null,
    role,
    sourceId: null,
    startedAt: null,
    endedAt: null,
    offsetMs: null,
    durationMs: null,
    offsetPercent: 0,
    widthPercent: 100,
    state: gone ? 'MISSING' : 'EXPECTED',
  };
}

/** With two decimals; an interaction without length fills its row. */
function percent(ms: number, span: { from: Instant; to: Instant }): number {
  const length = span.to - span.from;
  if (length <= 0) return ms <= 0 && length < 0 ? 0 : 100;
  return Math.round((Math.min(Math.max(ms, 0), length) / length) * 10_000) / 100;
}
