import type { ActionStep, Instant, LegState, MonitoringKind, MonitoringState, Role } from './words.js';
import type { Transfer } from './record.js';

/**
 * Acting on a call that an AI agent holds: what is allowed when, and the life of an action. Everything here is
 * decided from facts that are passed in; who sends, stores and waits is elsewhere.
 */

/** How long an action waits for the vendor's answer and for its effect, in ms. */
export const ACTION_TIMEOUT_MS = 10_000;

/** How long the link to listen may be opened after the action, in ms. */
export const LISTEN_LINK_MS = 60_000;

/** Actions that change who has the call: at most one of them is under way for a call. */
const EXCLUSIVE = new Set<MonitoringKind>(['TAKE_OVER', 'HAND_BACK', 'TRANSFER', 'ENQUEUE', 'END']);

export const isExclusive = (kind: MonitoringKind): boolean => EXCLUSIVE.has(kind);

/** Where nothing happens any more. */
export const isFinal = (state: MonitoringState): boolean => state !== 'REQUESTED' && state !== 'ACCEPTED';

/** What can become of an action at once, by the vendor's answer, the call's own records, or time. */
export type ActionEvent = 'ACCEPTED' | 'DONE' | 'FAILED' | 'TIMED_OUT';

/**
 * The next state, or null when the event comes too late to matter: what is final stays as it is, and an
 * accepted action is not accepted again.
 */
export function nextState(state: MonitoringState, event: ActionEvent): MonitoringState | null {
  if (isFinal(state) || state === event) return null;
  return event;
}

/** An action as far as it decides who has the call. */
export interface PastAction {
  id: string;
  kind: MonitoringKind;
  state: MonitoringState;
  requestedAt: Instant;
}

/** Who has the call, as far as our own actions say. */
export interface Holder {
  by: 'ASSISTANT' | 'PERSON' | 'QUEUE' | 'ELSEWHERE' | 'NOBODY';
  /** The action that gave it to them; null for the assistant that had it from the beginning. */
  actionId: string | null;
}

const GIVES_TO: Partial<Record<MonitoringKind, Holder['by']>> = {
  TAKE_OVER: 'PERSON',
  HAND_BACK: 'ASSISTANT',
  TRANSFER: 'ELSEWHERE',
  ENQUEUE: 'QUEUE',
  END: 'NOBODY',
};

/** What the actions that were done, in their order, make of the call. */
export function holderOf(actions: readonly PastAction[]): Holder {
  const done = actions.filter(({ kind, state }) => state === 'DONE' && GIVES_TO[kind] !== undefined);
  const last = done.sort(byRequest).at(-1);
  return { by: (last && GIVES_TO[last.kind]) ?? 'ASSISTANT', actionId: last?.id ?? null };
}

const byRequest = (a: PastAction, b: PastAction): number =>
  a.requestedAt - b.requestedAt || (a.id < b.id ? -1 : 1);

/**
 * The take-over that a hand-back undoes: the latest that was done, or of which nobody knows whether it was. One that
 * is handed back without anybody knowing whether that worked may be handed back again.
 */
export function takenBy(actions: readonly PastAction[]): PastAction | null {
  const last = actions
    .filter(({ kind, state }) => isExclusive(kind) && state !== 'FAILED')
    .filter(({ kind, state }) => kind !== 'HAND_BACK' || state !== 'TIMED_OUT')
    .sort(byRequest)
    .at(-1);
  return last?.kind === 'TAKE_OVER' && isFinal(last.state) ? last : null;
}

const isUncertain = (actions: readonly PastAction[]): boolean => takenBy(actions)?.state === 'TIMED_OUT';

/** A leg of the interaction, as far as it tells who is on the line. */
export interface LegFact {
  id: string;
  role: Role;
  state: LegState;
  endPresumed: boolean;
}

/** All that decides what may be done to a call. */
export interface Situation {
  leg: LegFact;
  /** The other legs of the interaction. */
  others: readonly LegFact[];
  transfers: readonly Pick<Transfer, 'state'>[];
  actions: readonly PastAction[];
  /** What the vendor can do with this source's settings. */
  capabilities: ReadonlySet<MonitoringKind>;
  /** The vendor's name, for the refusal. */
  provider: string;
}

export interface Refusal {
  code: 'ACTION_NOT_ALLOWED' | 'CONFLICT' | 'CAPABILITY_MISSING';
  reason: string;
}

const notAllowed = (reason: string): Refusal => ({ code: 'ACTION_NOT_ALLOWED', reason });
const conflict = (reason: string): Refusal => ({ code: 'CONFLICT', reason });

/** Why an action cannot be taken now; null when it can. Roles are asked for elsewhere. */
export function refusalOf(kind: MonitoringKind, situation: Situation): Refusal | null {
  return (
    notInProgress(situation) ??
    heldElsewhere(kind, situation) ??
    underWay(kind, situation) ??
    beyondVendor(kind, situation)
  );
}

const OF_WHOM: Record<Exclude<Role, 'ASSISTANT'>, string> = {
  DIALER: "This is the dialer's record of the call; act on the call of the AI agent.",
  HUMAN: 'The call is with a human agent.',
  CHAT: 'This is a written conversation, not a call of an AI agent.',
};

function notInProgress({ leg, others, transfers }: Situation): Refusal | null {
  if (leg.role !== 'ASSISTANT') return notAllowed(OF_WHOM[leg.role]);
  if (leg.state === 'TERMINAL') return notAllowed('The call has ended.');
  if (leg.endPresumed)
    return notAllowed('The call is presumed over: its system has been silent for too long.');
  if (leg.state === 'QUEUED') return notAllowed('The call is queued.');
  if (leg.state !== 'ACTIVE') return notAllowed('The call is not in progress yet.');
  const humans = others.filter((one) => one.role === 'HUMAN' && one.state !== 'TERMINAL' && !one.endPresumed);
  if (humans.some(({ state }) => state === 'ACTIVE')) return notAllowed('The call is with a human agent.');
  if (humans.some(({ state }) => state !== 'UNKNOWN'))
    return notAllowed('The call is queued for a human agent.');
  if (transfers.some(({ state }) => state === 'BRIDGED')) return notAllowed('The call was transferred.');
  return null;
}

function heldElsewhere(kind: MonitoringKind, { actions }: Situation): Refusal | null {
  const { by } = holderOf(actions);
  if (by === 'NOBODY') return notAllowed('The call has ended.');
  if (by === 'QUEUE') return notAllowed('The call is queued for a human agent.');
  if (by === 'ELSEWHERE') return notAllowed('The call was transferred.');
  if (by === 'PERSON' && kind === 'TAKE_OVER') return conflict('Somebody has taken this call over already.');
  if (by === 'PERSON' && kind !== 'HAND_BACK')
    return notAllowed('A person has taken this call over; hand it back first.');
  if (by === 'ASSISTANT' && kind === 'HAND_BACK' && !isUncertain(actions))
    return notAllowed('Nobody has taken this call over.');
  return null;
}

function underWay(kind: MonitoringKind, { actions }: Situation): Refusal | null {
  if (!isExclusive(kind)) return null;
  const open = actions.find((action) => isExclusive(action.kind) && !isFinal(action.state));
  return open === undefined
    ? null
    : conflict(`Another action on this call is under way: ${open.kind}. Try again when it is settled.`);
}

function beyondVendor(kind: MonitoringKind, { capabilities, provider }: Situation): Refusal | null {
  if (capabilities.has(kind)) return null;
  const reason = `${provider} cannot do ${kind} with the settings of this source.`;
  return { code: 'CAPABILITY_MISSING', reason };
}

/** The call as its own system tells it, for judging whether an accepted action has had its effect. */
export interface Effect {
  state: LegState;
  transfers: readonly Pick<Transfer, 'state' | 'target'>[];
}

/** An action that waits, as far as its end is decided by time and by the call. */
export interface Waiting {
  kind: MonitoringKind;
  state: MonitoringState;
  requestedAt: Instant;
  /** Where the call was to go; null for actions without a destination. */
  destination: string | null;
  /** What was sent of an action that takes several commands; empty for those that take one. */
  steps: readonly ActionStep[];
}

/**
 * What time and the call's records make of an action that waits; null: it goes on waiting. One that stopped before the
 * command that moves the caller has failed: nothing is unknown about it.
 */
export function settled(
  action: Waiting,
  call: Effect | null,
  now: Instant,
): 'DONE' | 'FAILED' | 'TIMED_OUT' | null {
  if (isFinal(action.state)) return null;
  if (call !== null && hasHappened(action, call)) return 'DONE';
  if (now - action.requestedAt < ACTION_TIMEOUT_MS) return null;
  return hasStoppedShort(action.steps) ? 'FAILED' : 'TIMED_OUT';
}

const hasStoppedShort = (steps: readonly ActionStep[]): boolean =>
  steps.length > 0 && !steps.includes('MOVE_CALLER');

/** Commands that are not sent any more once the action is settled; sending away who was rung for nothing always is. */
export const needsOpenAction = (step: ActionStep): boolean => step !== 'RELEASE_PERSON';

function hasHappened({ kind, destination }: Waiting, { state, transfers }: Effect): boolean {
  if (kind === 'END') return state === 'TERMINAL';
  if (kind !== 'TRANSFER' && kind !== 'ENQUEUE') return false;
  return transfers.some((one) => isOnItsWay(one.state) && sameTarget(one.target ?? null, destination));
}

const isOnItsWay = (state: Transfer['state']): boolean =>
  state !== null && state !== undefined && state !== 'FAILED' && state !== 'CANCELLED';

/** Spelling apart: a number with its scheme and host is the number. */
function sameTarget(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return false;
  return dialled(a) === dialled(b);
}

const dialled = (target: string): string =>
  target
    .toLowerCase()
    .replace(/^(tel|sips?):/, '')
    .replace(/@.*$/, '');

/** When the assistant asked for a human who has not come: the earliest such request of a call; else null. */
export function handOffAt(call: {
  role: Role;
  state: LegState;
  transfers: readonly Transfer[];
  lastEventAt: Instant;
}): Instant | null {
  if (call.role !== 'ASSISTANT' || call.state === 'TERMINAL') return null;
  const asked = call.transfers.filter(
    ({ state, initiator }) => (state === 'REQUESTED' || state === 'RINGING') && (initiator ?? 'AI') === 'AI',
  );
  const times = asked.map(({ requestedAt }) => requestedAt ?? call.lastEventAt);
  return times.length === 0 ? null : Math.min(...times);
}
