import { CALL_BACK_MS } from './funnel.js';
import type { LegKey } from './leg.js';
import { compareText } from './leg.js';
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

/** Another interaction, with what it shares: the customer, or a bridge that legs of both were on. */
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
  /** The bridge that both were on; null for other kinds. */
  key: LegKey | null;
}

/** A bridge of the same name further away than this is another bridge: names are used again. */
export const BRIDGE_MS = 24 * 3_600_000;

/**
 * How an interaction stands to its neighbours, the latest first (rules R9 and R10). A relation joins
 * nothing. It is told from the interactions as they are, so that both ends tell of the same one.
 */
export function relationsOf(own: Relatable, neighbours: readonly Neighbour[]): Relation[] {
  const relations = [...callsOf(own, neighbours), ...bridgesOf(own, neighbours)];
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

function bridgesOf(own: Relatable, neighbours: readonly Neighbour[]): Relation[] {
  return neighbours.flatMap((other) => {
    const { shared } = other;
    if (shared === 'CUSTOMER' || Math.abs(own.startedAt - other.startedAt) > BRIDGE_MS) return [];
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
  own.startedAt < other.startedAt || (own.startedAt === other.startedAt && own.id < other.id)
    ? [own, other]
    : [other, own];
