import type { CallStatus, Direction, Instant, KeyScope, LegState, Role } from './words.js';
import { LEG_STATES } from './words.js';

/** One system's view of one party-to-party path: what joining, status and the mini timeline need to know. */
export interface Leg {
  id: string;
  sourceId: string;
  externalId: string;
  role: Role;
  direction: Direction | null;
  state: LegState;
  queuedAt: Instant | null;
  ringAt: Instant | null;
  answeredAt: Instant | null;
  startedAt: Instant | null;
  endedAt: Instant | null;
  /** Event times of the earliest and the latest statement about this leg. */
  firstEventAt: Instant;
  lastEventAt: Instant;
}

/** A leg with the status that its system gives it. */
export type StatedLeg = Leg & { status: CallStatus };

/** A key that a leg states or is known by, cleaned (see correlate.ts). */
export interface LegKey {
  namespace: string;
  value: string;
  scope: KeyScope;
}

export const stateRank = (state: LegState): number => LEG_STATES.indexOf(state);

/** When the leg began; null when nothing says so (rule R3). */
export const statedStart = (leg: Leg): Instant | null =>
  leg.startedAt ?? leg.queuedAt ?? leg.ringAt ?? leg.answeredAt;

/** Where the leg begins on a time line: without a stated start its first event, or an earlier end. */
export const legStart = (leg: Leg): Instant =>
  statedStart(leg) ?? Math.min(leg.firstEventAt, leg.endedAt ?? leg.firstEventAt);

export const isTerminal = (leg: Leg): boolean => leg.state === 'TERMINAL';

/** When a leg was last there; null while it is not known to have ended. */
export const lastThereAt = (leg: Leg): Instant | null =>
  leg.endedAt ?? (isTerminal(leg) ? leg.lastEventAt : null);

export const wasAnswered = (leg: StatedLeg): boolean =>
  leg.answeredAt !== null ||
  leg.status === 'ACTIVE' ||
  leg.status === 'COMPLETED' ||
  leg.status === 'VOICEMAIL';

/** An assistant leg that its own system gave up before it began. */
export const failedToJoin = (leg: StatedLeg): boolean =>
  leg.role === 'ASSISTANT' && leg.status === 'FAILED' && leg.answeredAt === null && leg.startedAt === null;

/** Earliest start first; the external id makes the order total. */
export const byStart = (a: Leg, b: Leg): number =>
  legStart(a) - legStart(b) || compareText(a.externalId, b.externalId) || compareText(a.sourceId, b.sourceId);

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
