import type { Group } from './correlate.js';
import { compareText } from './leg.js';

/** The id of an interaction that was merged into another: it leads to where the leg is that it follows (rule R17). */
export interface Redirect {
  id: string;
  survivorId: string;
  /** Its earliest leg when it was merged. */
  legId: string;
}

export interface Assignment<G extends Group = Group> {
  interactionId: string;
  group: G;
}

/** What becomes of the ids of interactions when their legs are joined anew. */
export interface Identities<G extends Group> {
  assignments: Assignment<G>[];
  /** Interactions that become part of another now. */
  merged: Redirect[];
  /** Ids that were merged before and lead elsewhere now. */
  moved: Redirect[];
  /** Ids that were merged before and are interactions again. */
  revived: string[];
}

export interface IdentityWishes {
  /** The interaction whose id a person wants to keep; null: the oldest survives. */
  survivorId: string | null;
  /** A leg that a person takes out: the interaction stays where the others are. */
  leaverId: string | null;
  /** The ids that lead to interactions which part. */
  redirects: readonly Redirect[];
  nameNew: () => string;
}

/** Of each leg the interaction that it is part of so far; null: none. */
type Places = ReadonlyMap<string, string | null>;

/**
 * Which interaction each group of legs is. An interaction stays where its legs are; when they part, where its
 * earliest leg is that did not come to it by a merge. A group to which several go keeps the oldest id, or the one that
 * a person wants to survive. A group to which none goes takes the id back that one of its legs lost in a merge,
 * so that a merge can be undone (rule R18); else it is new.
 * Groups come earliest first, and so do their legs. Ids are UUIDs of version 7: the smaller one is the older one.
 */
export function assignIds<G extends Group>(
  groups: readonly G[],
  places: Places,
  wishes: IdentityWishes,
): Identities<G> {
  const ownedBy = ownedIds(groups, places, wishes);
  const revived: string[] = [];
  const assignments = groups.map((group) => {
    const [own] = ownedBy.get(group) ?? [];
    if (own !== undefined) return { interactionId: own, group };
    const [lost] = lostIds(group, wishes.redirects);
    if (lost !== undefined) revived.push(lost);
    return { interactionId: lost ?? wishes.nameNew(), group };
  });
  const merged = assignments.flatMap(({ interactionId, group }) =>
    (ownedBy.get(group) ?? [])
      .filter((id) => id !== interactionId)
      .map((id) => ({ id, survivorId: interactionId, legId: earliestOf(id, group, places) })),
  );
  return { assignments, merged, moved: movedIds(assignments, wishes.redirects, revived), revived };
}

/** Interactions whose legs are in several groups. */
export function partingIds(groups: readonly Group[], places: Places): string[] {
  const seen = new Set<string>();
  const parting = new Set<string>();
  for (const group of groups) for (const id of idsIn(group, places)) (seen.has(id) ? parting : seen).add(id);
  return [...parting];
}

/** The ids that go to each group: the one that is wanted first, then the oldest. */
function ownedIds<G extends Group>(
  groups: readonly G[],
  places: Places,
  wishes: IdentityWishes,
): Map<G, string[]> {
  const homes = new Map<string, G[]>();
  for (const group of groups)
    for (const id of idsIn(group, places)) homes.set(id, [...(homes.get(id) ?? []), group]);
  const owned = new Map<G, string[]>();
  for (const [id, candidates] of homes) {
    const home = homeOf(id, candidates, places, wishes);
    if (home !== undefined) owned.set(home, [...(owned.get(home) ?? []), id]);
  }
  for (const ids of owned.values())
    ids.sort(
      (a, b) => Number(b === wishes.survivorId) - Number(a === wishes.survivorId) || compareText(a, b),
    );
  return owned;
}

function homeOf<G extends Group>(
  id: string,
  homes: readonly G[],
  places: Places,
  { leaverId, redirects }: IdentityWishes,
): G | undefined {
  const staying = homes.filter(({ legIds }) => leaverId === null || !legIds.includes(leaverId));
  const came = (group: G) =>
    redirects.some(({ survivorId, legId }) => survivorId === id && legId === earliestOf(id, group, places));
  return staying.find((group) => !came(group)) ?? staying[0] ?? homes[0];
}

const idsIn = ({ legIds }: Group, places: Places): Set<string> =>
  new Set(legIds.flatMap((legId) => places.get(legId) ?? []));

const lostIds = ({ legIds }: Group, redirects: readonly Redirect[]): string[] =>
  redirects
    .filter(({ legId }) => legIds.includes(legId))
    .map(({ id }) => id)
    .sort(compareText);

const earliestOf = (id: string, { legIds }: Group, places: Places): string =>
  legIds.find((legId) => places.get(legId) === id) ?? '';

function movedIds(
  assignments: readonly Assignment[],
  redirects: readonly Redirect[],
  revived: readonly string[],
): Redirect[] {
  return redirects
    .filter(({ id }) => !revived.includes(id))
    .flatMap((redirect) => {
      const home = assignments.find(({ group }) => group.legIds.includes(redirect.legId));
      if (home === undefined || home.interactionId === redirect.survivorId) return [];
      return [{ ...redirect, survivorId: home.interactionId }];
    });
}
