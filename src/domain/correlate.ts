import { DisjointSets } from './disjoint-sets.js';
import type { Leg, LegKey } from './leg.js';
import { byStart } from './leg.js';
import type { Joinable, KeyReach, KnownReach } from './reach.js';
import { reachesOf } from './reach.js';
import type { RecordKey } from './record.js';

/** Why a key joins nothing. REACHES_TOO_FAR and OVERRULED are found when joining, the others when reading. */
export type KeyFault = 'EMPTY' | 'PLACEHOLDER' | 'OWN_ID' | 'REACHES_TOO_FAR' | 'OVERRULED';

/** A key that joins nothing, with the reason. */
export interface IgnoredKey {
  key: RecordKey;
  fault: KeyFault;
}

/** The namespace of our own correlation id. */
export const INTERACTION_ID = 'interaction_id';

/** Every spelling of it is one namespace. */
const SPELLINGS = /^(?:sip_?h(?:eader)?[._]|sip\.h\.)?(?:x[-_])?interaction[-_]?id$/i;

/** Values that systems write when they have none. */
const PLACEHOLDERS = new Set([
  'anonymous',
  'unknown',
  'restricted',
  'unavailable',
  'private',
  'withheld',
  'none',
  'null',
  'nil',
  'undefined',
  'n/a',
]);
/** The nil UUID with or without its dashes, and whatever else is only zeros. */
const NIL = /^[0-]+$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function canonicalNamespace(namespace: string): string {
  const name = namespace.trim();
  return SPELLINGS.test(name) ? INTERACTION_ID : name.toLowerCase();
}

const canonicalValue = (value: string): string => {
  const text = value.trim();
  return UUID.test(text) ? text.toLowerCase() : text;
};

/** Why a stated key cannot correlate anything, or null when it can (rule R8). */
export function keyFault(key: RecordKey, externalId: string): KeyFault | null {
  const value = canonicalValue(key.value);
  if (value === '') return 'EMPTY';
  if (NIL.test(value) || PLACEHOLDERS.has(value.toLowerCase())) return 'PLACEHOLDER';
  return value === canonicalValue(externalId) ? 'OWN_ID' : null;
}

/**
 * The keys a leg is known by: what it states, cleaned, and its own id under the name that other
 * systems use for it. That last one is identity: it can be met, while a stated key equal to the own
 * id says nothing and is left out with a warning.
 */
export function keysOfLeg(
  stated: readonly RecordKey[],
  externalId: string,
  identityNamespace: string | null,
): { keys: LegKey[]; faults: IgnoredKey[] } {
  const identity = identityNamespace === null ? null : canonicalNamespace(identityNamespace);
  const keys = new Map<string, LegKey>();
  const faults: IgnoredKey[] = [];
  const add = (key: LegKey) => keys.set(`${key.scope}/${key.namespace}/${key.value}`, key);
  for (const key of stated) {
    const fault = keyFault(key, externalId);
    const namespace = canonicalNamespace(key.namespace);
    if (fault !== null && !(fault === 'OWN_ID' && namespace === identity)) faults.push({ key, fault });
    else if (fault === null)
      add({ namespace, value: canonicalValue(key.value), scope: key.scope ?? 'INTERACTION' });
  }
  if (identity !== null)
    add({ namespace: identity, value: canonicalValue(externalId), scope: 'INTERACTION' });
  return { keys: [...keys.values()], faults };
}

export type LegPair = readonly [legId: string, legId: string];

/** Two legs that a person has parted (rule R18). */
export type CannotLink = LegPair;

/** What people have said of pairs of legs. Of one pair they say one thing: the latest. */
export interface Verdicts {
  together: readonly LegPair[];
  apart: readonly CannotLink[];
}

/** A strong key that a leg shares with others of its group: the evidence of its link. */
export interface SharedKey {
  key: LegKey;
  withLegIds: string[];
}

export interface Group {
  /** Members, earliest first. */
  legIds: string[];
  /** What holds each member in the group; a leg alone shares nothing. */
  shared: Map<string, SharedKey[]>;
  /** The members that a person has put together with a member. */
  byPerson: Map<string, string[]>;
}

export interface Partition {
  /** By their earliest member. */
  groups: Group[];
  /** Keys that reached too far somewhere and there join nothing (rule R8). */
  quarantined: LegKey[];
  /** The same by leg: the keys that join it with nothing for that reason. */
  tooFar: Map<string, LegKey[]>;
  /** Keys whose session has too many legs, by each leg of the session. */
  overfull: Map<string, LegKey[]>;
  /** Keys that two legs share which a person has parted, by either leg (rule R19). */
  overruled: Map<string, LegKey[]>;
}

const NOTHING_KNOWN: KnownReach = { quarantined: new Set(), overfull: new Map() };

/**
 * Which legs are one interaction: what a person has put together is together, equal strong keys join over any
 * number of hops (rule R5), but a thread only within a session (R24); keys that reach too far join nothing (R8),
 * what a person has parted stays parted (R18). A pure function of the set of legs: their order does not matter.
 */
export function partition(
  joinables: readonly Joinable[],
  { together = [], apart = [] }: Partial<Verdicts> = {},
  known: KnownReach = NOTHING_KNOWN,
): Partition {
  const sorted = [...joinables].sort((a, b) => byStart(a.leg, b.leg));
  const ids = sorted.map(({ leg }) => leg.id);
  const sets = new DisjointSets(ids, apart);
  const all = reachesOf(sorted, known);
  const usable = all.filter(({ isTooFar }) => !isTooFar);
  const tooFar = all.filter(({ isTooFar }) => isTooFar);
  for (const [one, other] of inOrder(together, ids)) sets.union(one, other);
  for (const { legs } of usable) uniteAll(sets, legs);
  return {
    groups: sets.groups().map((legIds) => ({
      legIds,
      shared: sharedWithin(legIds, usable),
      byPerson: partnersWithin(legIds, together),
    })),
    quarantined: [...new Set(tooFar.filter(({ session }) => session.length === 0).map(({ key }) => key))],
    tooFar: keysByLeg(
      tooFar.map(({ key, legs }) => ({ key, legs: legs.filter(isNotJoinedBy(key, usable)) })),
    ),
    overfull: keysByLeg(tooFar.map(({ key, session }) => ({ key, legs: session }))),
    overruled: overruledKeys(usable, apart),
  };
}

/** A call that carries too common a key may still be of a session by it. */
const isNotJoinedBy =
  (key: LegKey, usable: readonly KeyReach[]) =>
  (leg: Leg): boolean =>
    !usable.some((one) => one.key === key && one.legs.length > 1 && one.legs.includes(leg));

function keysByLeg(reaches: readonly Pick<KeyReach, 'key' | 'legs'>[]): Map<string, LegKey[]> {
  const byLeg = new Map<string, LegKey[]>();
  for (const { key, legs } of reaches)
    for (const { id } of legs) {
      const keys = byLeg.get(id) ?? [];
      if (!keys.includes(key)) byLeg.set(id, [...keys, key]);
    }
  return byLeg;
}

/** Pairs of known legs, in the order of the legs. */
function inOrder(pairs: readonly LegPair[], ids: readonly string[]): LegPair[] {
  const place = new Map(ids.map((id, index) => [id, index]));
  const placed = pairs.flatMap(([a, b]) => {
    const [one, other] = [place.get(a), place.get(b)];
    if (one === undefined || other === undefined) return [];
    return [{ pair: [a, b] as const, first: Math.min(one, other), second: Math.max(one, other) }];
  });
  return placed.sort((a, b) => a.first - b.first || a.second - b.second).map(({ pair }) => pair);
}

function partnersWithin(legIds: readonly string[], together: readonly LegPair[]): Group['byPerson'] {
  const members = new Set(legIds);
  const partners: Group['byPerson'] = new Map();
  const add = (id: string, partner: string) =>
    partners.set(id, [...(partners.get(id) ?? []), partner].sort());
  for (const [a, b] of together) {
    if (!members.has(a) || !members.has(b)) continue;
    add(a, b);
    add(b, a);
  }
  return partners;
}

function overruledKeys(keys: readonly KeyReach[], apart: readonly CannotLink[]): Partition['overruled'] {
  return keysByLeg(
    keys.map(({ key, legs }) => {
      const carriers = new Set(legs.map((leg) => leg.id));
      const parted = new Set(apart.filter(([a, b]) => carriers.has(a) && carriers.has(b)).flat());
      return { key, legs: legs.filter(({ id }) => parted.has(id)) };
    }),
  );
}

/** Each with every other: one that was parted from some of them may still belong to the rest. */
function uniteAll(sets: DisjointSets, legs: readonly Leg[]): void {
  for (const [place, leg] of legs.entries())
    for (const earlier of legs.slice(0, place)) sets.union(earlier.id, leg.id);
}

function sharedWithin(legIds: readonly string[], keys: readonly KeyReach[]): Group['shared'] {
  const members = new Set(legIds);
  const shared: Group['shared'] = new Map(legIds.map((id) => [id, []]));
  for (const { key, legs } of keys) {
    const inside = legs.filter((leg) => members.has(leg.id)).map((leg) => leg.id);
    if (inside.length < 2) continue;
    for (const id of inside)
      addEvidence(
        shared.get(id),
        key,
        inside.filter((other) => other !== id),
      );
  }
  return shared;
}

/** A call may share a key with the session that it meets, and with other calls. */
function addEvidence(evidence: SharedKey[] = [], key: LegKey, withLegIds: string[]): void {
  const known = evidence.find((one) => one.key === key);
  if (known === undefined) evidence.push({ key, withLegIds });
  else known.withLegIds = [...new Set([...known.withLegIds, ...withLegIds])];
}
