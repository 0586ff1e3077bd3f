import { CALL_BACK_MS } from './funnel.js';
import type { LegKey } from './leg.js';
import { compareText } from './leg.js';
import { keyName } from './reach.js';
import type { Channel, Direction, Instant, Outcome, RelationKind } from './words.js';

/** What relations between interactions are told by. */
export interface Relatable {
  id: string;
  channel: Channel;
  direction: Direction | null;
  startedAt: Instant;
  /** Null while it goes on. */
  endedAt: Instant | null;
  outcome: Outcome | null;
  /** False when nobody answered. */
  wasConnected: boolean;
  isTest: boolean;
}

/**
 * Another interaction, with what it shares: the customer, a bridge that legs of both were on (a key of scope
 * BRIDGE), or a thread of which both are sessions (a key of scope INTERACTION).
 */
export interface Neighbour extends Relatable {
  shared: 'CUSTOMER' | LegKey;
}

/** How one interaction stands to another, read from the one: it is KIND the other. */
export interface Relation {
  kind: RelationKind;
  interactionId: string;
  /** When the later of the two began. */
  at: Instant;
  /**
   * From the end of the earlier to the start of the later, in ms; negative when they overlapped, null
   * while the earlier goes on.
   */
  gapMs: number | null;
  /** The bridge that both were on, or their thread; null for other kinds. */
  key: LegKey | null;
}

/** A bridge of the same name further away than this is another bridge: names are used again. */
export const BRIDGE_MS = 24 * 3_600_000;

/**
 * How an interaction stands to its neighbours, the latest first (rules R9, R10 and R24). A relation joins
 * nothing. It is told from the interactions as they are, so that both ends tell of the same one.
 */
export function relationsOf(own: Relatable, neighbours: readonly Neighbour[]): Relation[] {
  const relations = [
    ...callsOf(own, neighbours),
    ...sessionsOf(own, neighbours),
    ...bridgesOf(own, neighbours),
  ];
  const distinct = new Map(relations.map((one) => [`${one.kind}/${one.interactionId}`, one]));
  return [...distinct.values()].sort((a, b) => b.at - a.at || compareText(a.interactionId, b.interactionId));
}

/** How a call is named that follows another of the same customer, and how the other is named by it. */
const FOLLOW_UPS = {
  CALLBACK: ['CALLBACK_OF', 'CALLED_BACK_BY'],
  RETRY: ['RETRY_OF', 'RETRIED_BY'],
} as const satisfies Record<string, readonly [RelationKind, RelationKind]>;

/** Calls of one customer: each follows the latest that was over when it began. */
function callsOf(own: Relatable, neighbours: readonly Neighbour[]): Relation[] {
  const others = neighbours.filter(({ shared }) => shared === 'CUSTOMER');
  const all = [own, ...others];
  return others.flatMap((other) => {
    const [earlier, later] = inOrder(own, other);
    const followUp = precursor(later, all)?.id === earlier.id ? followUpOf(earlier, later) : null;
    if (followUp === null) return [];
    const [ofEarlier, byLater] = FOLLOW_UPS[followUp];
    return [relation(own === later ? ofEarlier : byLater, own, other, null)];
  });
}

/** A customer who calls is calling back; we who call again are trying again whom we did not reach. */
function followUpOf(earlier: Relatable, later: Relatable): keyof typeof FOLLOW_UPS | null {
  if (later.direction !== 'OUTBOUND') return 'CALLBACK';
  return earlier.direction === 'OUTBOUND' && !reachedSomebody(earlier) ? 'RETRY' : null;
}

const reachedSomebody = ({ wasConnected, outcome }: Relatable): boolean =>
  wasConnected && outcome !== 'VOICEMAIL';

/** The latest call of the same customer that was over when this one began, at most a day before. */
function precursor(call: Relatable, all: readonly Relatable[]): Relatable | undefined {
  const [latest] = all
    .filter((one) => isCall(one) && isCall(call) && one.isTest === call.isTest && isBefore(one, call))
    .sort((a, b) => b.startedAt - a.startedAt || compareText(b.id, a.id));
  return latest;
}

const isCall = ({ channel }: Relatable): boolean => channel === 'VOICE' || channel === 'WEB';

const isBefore = (one: Relatable, call: Relatable): boolean =>
  one.endedAt !== null && one.endedAt < call.startedAt && call.startedAt < one.startedAt + CALL_BACK_MS;

/** Of each thread: a session follows the latest that was over when it began (rule R24). */
function sessionsOf(own: Relatable, neighbours: readonly Neighbour[]): Relation[] {
  return threadsAmong(neighbours).flatMap(({ key, sessions }) => {
    const all = [own, ...sessions];
    return sessions.flatMap((other) => {
      const [earlier, later] = inOrder(own, other);
      if (latestBefore(later, all)?.id !== earlier.id) return [];
      return [relation(own === later ? 'PREVIOUS' : 'NEXT', own, other, key)];
    });
  });
}

function threadsAmong(neighbours: readonly Neighbour[]): { key: LegKey; sessions: Relatable[] }[] {
  const threads = new Map<string, { key: LegKey; sessions: Relatable[] }>();
  for (const { shared: key, ...session } of neighbours) {
    if (key === 'CUSTOMER' || key.scope !== 'INTERACTION') continue;
    const thread = threads.get(keyName(key)) ?? { key, sessions: [] };
    thread.sessions.push(session);
    threads.set(keyName(key), thread);
  }
  return [...threads.values()];
}

/** One that goes on was over all the same, or the later one would be a part of it. */
const latestBefore = (later: Relatable, all: readonly Relatable[]): Relatable | undefined =>
  all
    .filter((one) => byBeginning(one, later) < 0 && (one.endedAt ?? one.startedAt) <= later.startedAt)
    .sort(byBeginning)
    .at(-1);

const byBeginning = (a: Relatable, b: Relatable): number =>
  a.startedAt - b.startedAt || compareText(a.id, b.id);

function bridgesOf(own: Relatable, neighbours: readonly Neighbour[]): Relation[] {
  return neighbours.flatMap((other) => {
    const { shared } = other;
    if (
      shared === 'CUSTOMER' ||
      shared.scope !== 'BRIDGE' ||
      Math.abs(own.startedAt - other.startedAt) > BRIDGE_MS
    )
      return [];
    return [relation('SHARED_BRIDGE', own, other, shared)];
  });
}

function relation(kind: RelationKind, own: Relatable, other: Relatable, key: LegKey | null): Relation {
  const [earlier, later] = inOrder(own, other);
  return {
    kind,
    interactionId: other.id,
    at: later.startedAt,
    gapMs: earlier.endedAt === null ? null : later.startedAt - earlier.endedAt,
    key,
  };
}

const inOrder = (own: Relatable, other: Relatable): [earlier: Relatable, later: Relatable] =>
  byBeginning(own, other) < 0 ? [own, other] : [other, own];
