import type { Leg, LegKey } from './leg.js';
import { compareText, legStart } from './leg.js';
import type { Presence } from './thread.js';
import { membersOf, sessionsOf, spoken, touch } from './thread.js';

/** Hours, legs: what a strong key may reach before it is taken for a constant (rule R8). */
export const KEY_LIMITS = { legs: 64, spreadMs: 24 * 3_600_000 } as const;

/** What joining sees of a leg. */
export interface Joinable {
  leg: Leg;
  keys: readonly LegKey[];
  /** Where it stands in threads; absent: it is a call. */
  presence?: Presence;
}

/** What is known of keys beyond the legs at hand, because they are too many to be at hand. */
export interface KnownReach {
  /** Keys that more calls carry than one interaction can have, by their names. */
  quarantined: ReadonlySet<string>;
  /** Keys by which a leg is in a session of more legs than that, by the leg's id. */
  overfull: ReadonlyMap<string, readonly LegKey[]>;
}

export const keyName = ({ namespace, value }: Pick<LegKey, 'namespace' | 'value'>): string =>
  `${namespace}\u0000${value}`;

/** Legs that a key joins with each other, earliest first; or would, were they not too many. */
export interface KeyReach {
  key: LegKey;
  legs: Leg[];
  isTooFar: boolean;
  /** Those of them that are of one session of a thread; empty for calls. */
  session: Leg[];
}

interface Carrier {
  id: string;
  leg: Leg;
  presence: Presence;
}

interface Carried {
  key: LegKey;
  carriers: Carrier[];
}

/** What each strong key joins, in a fixed order. The joinables come earliest first. */
export const reachesOf = (sorted: readonly Joinable[], known: KnownReach): KeyReach[] =>
  carriersByKey(sorted).flatMap((carried) => {
    const members = membersOf(carried.carriers);
    return [...sessionReaches(carried, members, known), ...callReach(carried, members, known)];
  });

function carriersByKey(sorted: readonly Joinable[]): Carried[] {
  const byKey = new Map<string, Carried>();
  for (const { leg, keys, presence = spoken(leg) } of sorted) {
    for (const key of keys) {
      if (key.scope !== 'INTERACTION') continue;
      const entry = byKey.get(keyName(key)) ?? { key, carriers: [] };
      entry.carriers.push({ id: leg.id, leg, presence });
      byKey.set(keyName(key), entry);
    }
  }
  return [...byKey].sort(([a], [b]) => compareText(a, b)).map(([, entry]) => entry);
}

/**
 * The sessions of a thread, each with the calls that meet it. However old a thread becomes and however many
 * sessions it has, only the legs of one session are counted.
 */
function sessionReaches(
  { key, carriers }: Carried,
  members: readonly Carrier[],
  known: KnownReach,
): KeyReach[] {
  const isMember = new Set(members);
  return sessionsOf(members).map((session) => {
    const isOfSession = new Set(session);
    const legs = carriers.filter(
      (one) =>
        isOfSession.has(one) ||
        (!isMember.has(one) && session.some(({ presence }) => touch(presence, one.presence))),
    );
    const isOverfull = session.some(({ id }) => isIn(known.overfull.get(id), key));
    return {
      key,
      legs: legs.map(({ leg }) => leg),
      isTooFar: isOverfull || legs.length > KEY_LIMITS.legs,
      session: session.map(({ leg }) => leg),
    };
  });
}

const isIn = (keys: readonly LegKey[] | undefined, key: LegKey): boolean =>
  keys?.some((one) => keyName(one) === keyName(key)) === true;

/**
 * What is of no session is joined as long as the key is no constant. Of a key that is used again those legs stay
 * joined that began within a day of its first one; what began later it joins with nothing.
 */
function callReach({ key, carriers }: Carried, members: readonly Carrier[], known: KnownReach): KeyReach[] {
  const isMember = new Set(members);
  const legs = carriers.filter((one) => !isMember.has(one)).map(({ leg }) => leg);
  if (known.quarantined.has(keyName(key)) || legs.length > KEY_LIMITS.legs)
    return [{ key, legs, isTooFar: true, session: [] }];
  const until = Math.min(...legs.map(legStart)) + KEY_LIMITS.spreadMs;
  return [
    { key, legs: legs.filter((leg) => legStart(leg) <= until), isTooFar: false, session: [] },
    { key, legs: legs.filter((leg) => legStart(leg) > until), isTooFar: true, session: [] },
  ].filter((reach) => reach.legs.length > 0);
}
