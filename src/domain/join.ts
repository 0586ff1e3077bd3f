import type { Group, LegPair, Partition, Verdicts } from './correlate.js';
import { partition } from './correlate.js';
import type { Leg } from './leg.js';
import { compareText, isTerminal } from './leg.js';
import type { Joinable, KnownReach } from './reach.js';
import type { Instant, Role } from './words.js';

/** How keys and persons make groups, and how weak pairs bond them. Raised when legs would be grouped otherwise. */
export const JOIN_RULES = { version: 1 } as const;

/** A dialer's and an assistant's leg that are taken for one call on circumstantial evidence (rule R15). */
export interface WeakPair {
  dialerId: string;
  assistantId: string;
  points: number;
}

export interface JoinedGroup extends Group {
  /** What holds its two halves together; null when keys or persons do, or it has but one. */
  weak: WeakPair | null;
}

export interface Joined extends Omit<Partition, 'groups'> {
  groups: JoinedGroup[];
  /**
   * One ended leg of each group by keys and persons that has a dialer which was answered but no assistant, or
   * an assistant but no dialer: what circumstantial evidence may join.
   */
  orphans: string[];
  /** Weak pairs that hold no longer: one half has found its partner, or a person has parted them (rule R19). */
  lapsed: WeakPair[];
}

/**
 * Which legs are one interaction, weak links included. They join groups that keys and persons have made, never
 * more than two of them, so that they never chain, and lend their keys to nobody (rule R16).
 */
export function joinLegs(
  joinables: readonly Joinable[],
  verdicts: Verdicts,
  weakPairs: readonly WeakPair[],
  known?: KnownReach,
): Joined {
  const { groups, ...rest } = partition(joinables, verdicts, known);
  const legOf = new Map(joinables.map(({ leg }) => [leg.id, leg]));
  const orphanOf = new Map(groups.map((group) => [group, orphanIn(group, legOf)]));
  const bonds = bondsOf(groups, orphanOf, verdicts.apart, weakPairs);
  const lapsed = weakPairs.filter((pair) => ![...bonds.values()].some((bond) => bond.pair === pair));
  return {
    ...rest,
    groups: merged(groups, bonds),
    orphans: groups.flatMap((group) => orphanOf.get(group) ?? []),
    lapsed,
  };
}

interface Bond {
  pair: WeakPair;
  with: Group;
}

/** Each group with the one that a weak pair bonds it to; of two pairs for one group the better holds. */
function bondsOf(
  groups: readonly Group[],
  orphanOf: ReadonlyMap<Group, string | null>,
  apart: readonly LegPair[],
  pairs: readonly WeakPair[],
): Map<Group, Bond> {
  const groupOf = new Map(groups.flatMap((group) => group.legIds.map((id) => [id, group] as const)));
  const bonds = new Map<Group, Bond>();
  for (const pair of [...pairs].sort(bestFirst)) {
    const [one, other] = [groupOf.get(pair.dialerId), groupOf.get(pair.assistantId)];
    if (one === undefined || other === undefined || one === other) continue;
    if (orphanOf.get(one) !== pair.dialerId || orphanOf.get(other) !== pair.assistantId) continue;
    if (bonds.has(one) || bonds.has(other) || areApart(one, other, apart)) continue;
    bonds.set(one, { pair, with: other }).set(other, { pair, with: one });
  }
  return bonds;
}

const bestFirst = (a: WeakPair, b: WeakPair): number =>
  b.points - a.points || compareText(a.dialerId, b.dialerId) || compareText(a.assistantId, b.assistantId);

const areApart = (one: Group, other: Group, apart: readonly LegPair[]): boolean =>
  apart.some(
    ([a, b]) =>
      (one.legIds.includes(a) && other.legIds.includes(b)) ||
      (one.legIds.includes(b) && other.legIds.includes(a)),
  );

/** The groups in the order of their earliest member, bonded ones as one. */
function merged(groups: readonly Group[], bonds: ReadonlyMap<Group, Bond>): JoinedGroup[] {
  const place = new Map(groups.map((group, index) => [group, index]));
  return groups.flatMap((group, index): JoinedGroup[] => {
    const bond = bonds.get(group);
    if (bond === undefined) return [{ ...group, weak: null }];
    if ((place.get(bond.with) ?? 0) < index) return [];
    return [
      {
        legIds: [...group.legIds, ...bond.with.legIds],
        shared: new Map([...group.shared, ...bond.with.shared]),
        byPerson: new Map([...group.byPerson, ...bond.with.byPerson]),
        weak: bond.pair,
      },
    ];
  });
}

/** The leg by which a group may find its other half: the first dialer that was answered, or the first assistant. */
function orphanIn(group: Group, legOf: ReadonlyMap<string, Leg>): string | null {
  const legs = group.legIds.flatMap((id) => legOf.get(id) ?? []);
  const has = (role: Role) => legs.some((leg) => leg.role === role);
  if (has('DIALER') === has('ASSISTANT')) return null;
  return legs.find((leg) => isTerminal(leg) && joinedAt(leg) !== null)?.id ?? null;
}

/** When a leg of a dialer or an assistant met, or could have met, the other; null: never, or not said. */
export function joinedAt({ role, answeredAt, startedAt }: Leg): Instant | null {
  switch (role) {
    case 'DIALER':
      return answeredAt;
    case 'ASSISTANT':
      return answeredAt ?? startedAt;
    case 'HUMAN':
    case 'CHAT':
      return null;
  }
}
