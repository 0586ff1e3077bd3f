import type { EntityManager } from 'typeorm';
import type { Assignment, Identities } from '../../domain/identity.js';
import { assignIds, partingIds } from '../../domain/identity.js';
import type { Joined, JoinedGroup } from '../../domain/join.js';
import { joinLegs } from '../../domain/join.js';
import type { LegKey } from '../../domain/leg.js';
import type { PolicySet } from '../../domain/policy.js';
import { keyName } from '../../domain/reach.js';
import { presenceOf } from '../../domain/thread.js';
import type { CallChange } from '../entities/change.entity.js';
import { LegEntity } from '../entities/leg.entity.js';
import { newId } from '../ids.js';
import { writeRows } from '../transaction.js';
import type { Bonds } from './bonds.js';
import { loadBonds, removePairs } from './bonds.js';
import type { KnownCall } from './call-store.js';
import { loadCalls } from './call-store.js';
import { fellowLegs, noteOverfull, noteQuarantine, reachableLegs } from './correlation.js';
import type { Cause } from './cause.js';
import { lockInteractions, writeInteractions } from './interaction-store.js';
import { mergeInteractions } from './merge.js';
import { legRows } from './leg-rows.js';
import { orphanOf, settleOrphans } from './orphans.js';
import { moveRedirects, redirectsTo, reviveIds } from './redirects.js';
import { loadSurroundings } from './surroundings.js';

type LockedInteractions = Awaited<ReturnType<typeof lockInteractions>>;

/**
 * The legs that are to be joined anew, with their interactions locked. Another transaction may join legs
 * while this one waits for a lock, so the reach is read again until nothing new comes into it.
 */
export async function settleReach(
  tx: EntityManager,
  tenantId: string,
  seeds: readonly string[],
  refreshed: readonly KnownCall[],
): Promise<{ known: KnownCall[]; before: LockedInteractions }> {
  let before: LockedInteractions | null = null;
  for (;;) {
    const stored = await loadCalls(tx, tenantId, await reachOf(tx, tenantId, seeds));
    const ids = [...new Set(stored.flatMap(({ interactionId }) => interactionId ?? []))].sort();
    if (before !== null && ids.every((id) => before?.has(id)))
      return { known: withRefreshed(stored, refreshed), before };
    before = await lockInteractions(tx, tenantId, ids);
  }
}

/** The legs in reach, with all others of their interactions. */
async function reachOf(tx: EntityManager, tenantId: string, seeds: readonly string[]): Promise<string[]> {
  const reach = await reachableLegs(tx, tenantId, seeds, false);
  const { fellows, areInThread } = await fellowLegs(tx, tenantId, reach);
  if (!areInThread) return [...new Set([...reach, ...fellows])];
  const further = await reachableLegs(tx, tenantId, [...reach, ...fellows], true);
  return [...new Set([...further, ...(await fellowLegs(tx, tenantId, further)).fellows])];
}

/** The stored calls, with those that were folded anew in their new state. */
function withRefreshed(stored: readonly KnownCall[], refreshed: readonly KnownCall[]): KnownCall[] {
  const fresh = new Map(refreshed.map((one) => [one.call.id, one]));
  const seen = new Set(stored.map(({ call }) => call.id));
  return [
    ...stored.map((old) => {
      const now = fresh.get(old.call.id);
      return now === undefined
        ? old
        : { ...old, call: now.call, keys: now.keys, ignoredKeys: now.ignoredKeys };
    }),
    ...refreshed.filter(({ call }) => !seen.has(call.id)),
  ];
}

/** A kept record, as the cause of a change. */
export interface Caused {
  id: string;
  legId: string;
}

/** What joining works on: the legs in reach, their interactions as they were, and what this batch changed. */
export interface Rejoining {
  known: KnownCall[];
  before: LockedInteractions;
  changes: readonly CallChange[];
  /** Legs whose interaction is to be written whatever else has changed. */
  forced: readonly string[];
  /** What made the interaction of these legs change. */
  causeOf: (legIds: readonly string[]) => Cause;
  wishes: Wishes;
}

/** What a person wants to become of the ids: the interaction that survives, the leg that is taken out of its own. */
export interface Wishes {
  survivorId?: string;
  leaverId?: string;
}

/** Joins legs anew without a record about them: because a person or a rule decided. */
export async function joinAnew(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
  cause: Cause,
  now: number,
  wishes: Wishes = {},
): Promise<void> {
  if (legIds.length === 0) return;
  const { known, before } = await settleReach(tx, tenantId, legIds, []);
  const work = { known, before, changes: [], forced: legIds, causeOf: () => cause, wishes };
  await rejoin(tx, tenantId, work, now);
}

/** Parts the known legs into interactions, and writes each one that is not as it was. */
export async function rejoin(
  tx: EntityManager,
  tenantId: string,
  work: Rejoining,
  now: number,
): Promise<void> {
  const tenant = await loadSurroundings(tx, tenantId, now);
  const bonds = await loadBonds(
    tx,
    tenantId,
    work.known.map(({ call }) => call.id),
  );
  const { joined, joinable } = regroup(work.known, bonds, tenant.policy);
  const { assignments, merged, moved, revived } = await identify(tx, tenantId, joined.groups, work);
  const callOf = new Map(joinable.map((one) => [one.call.id, one]));
  const changeOf = new Map(work.changes.map((change) => [change.callId, change]));
  const isTouched = touched(work, joinable, changeOf, merged);
  const changed = assignments.filter(isTouched);
  await writeRows(
    tx,
    LegEntity,
    changed.flatMap((one) => legRows(tenantId, one, callOf, bonds.weak, now)),
  );
  await moveRedirects(tx, tenantId, moved);
  const formers = await reviveIds(tx, tenantId, revived);
  const due = changed.map(({ interactionId, group }) => ({
    interactionId,
    calls: group.legIds.flatMap((id) => callOf.get(id) ?? []),
    callChanges: group.legIds.flatMap((id) => changeOf.get(id) ?? []),
    cause: work.causeOf(group.legIds),
    former: formers.get(interactionId),
  }));
  const deletions = await writeInteractions(tx, tenant, due, work.before, now);
  const { before } = work;
  await mergeInteractions(tx, tenantId, merged, { before, deletions }, work.causeOf([]), now);
  await removePairs(tx, tenantId, joined.lapsed);
  await noteOverfull(tx, tenantId, joined.overfull, bonds.overfull);
  await noteQuarantine(tx, tenantId, usedAgain(joined, bonds), 'TOO_FAR_APART');
  const orphans = joined.orphans.flatMap((id) => {
    const known = callOf.get(id);
    return (known && orphanOf(tenantId, known, tenant.defaultCountry)) ?? [];
  });
  await settleOrphans(tx, tenantId, joinable, orphans, now);
}

/** The ids that lead to an interaction matter only when it parts. */
export async function identify(
  tx: EntityManager,
  tenantId: string,
  groups: readonly JoinedGroup[],
  { known, wishes }: Pick<Rejoining, 'known' | 'wishes'>,
): Promise<Identities<JoinedGroup>> {
  const places = new Map(known.map(({ call, interactionId }) => [call.id, interactionId]));
  const redirects = await redirectsTo(tx, tenantId, partingIds(groups, places));
  const { survivorId = null, leaverId = null } = wishes;
  return assignIds(groups, places, { survivorId, leaverId, redirects, nameNew: newId });
}

/** Keys that reach legs too far apart, and are not under quarantine for having too many. */
function usedAgain({ quarantined }: Joined, { crowded }: Bonds): LegKey[] {
  const known = crowdedNames(crowded);
  return quarantined.filter((key) => !known.has(keyName(key)));
}

const crowdedNames = (crowded: Bonds['crowded']): Set<string> =>
  new Set([...crowded.values()].flat().map(keyName));

/** Groups the legs by what may join them, and notes on each leg the keys that may not. */
export function regroup(
  known: readonly KnownCall[],
  bonds: Bonds,
  policy: PolicySet,
): { joined: Joined; joinable: KnownCall[] } {
  const joined = joinLegs(
    known.map(({ call, keys }) => ({ leg: call, keys, presence: presenceOf(call, policy) })),
    bonds.verdicts,
    bonds.weak,
    {
      quarantined: crowdedNames(bonds.crowded),
      overfull: bonds.overfull,
    },
  );
  return { joined, joinable: known.map((one) => withIgnored(one, joined)) };
}

function withIgnored(one: KnownCall, { tooFar, overruled }: Joined): KnownCall {
  const read = one.ignoredKeys.filter(({ fault }) => fault !== 'REACHES_TOO_FAR' && fault !== 'OVERRULED');
  const far = tooFar.get(one.call.id) ?? [];
  const parted = overruled.get(one.call.id) ?? [];
  return {
    ...one,
    ignoredKeys: [
      ...read,
      ...far.map((key) => ({ key, fault: 'REACHES_TOO_FAR' as const })),
      ...parted.map((key) => ({ key, fault: 'OVERRULED' as const })),
    ],
  };
}

/** Is this interaction to be written: a call of it changed, or a leg came, went, or lost a key. */
function touched(
  { known, forced }: Rejoining,
  joinable: readonly KnownCall[],
  changeOf: ReadonlyMap<string, CallChange>,
  merged: readonly { survivorId: string }[],
): (assignment: Assignment) => boolean {
  const legsBefore = new Map<string, number>();
  for (const { interactionId } of known)
    if (interactionId !== null) legsBefore.set(interactionId, (legsBefore.get(interactionId) ?? 0) + 1);
  const currentOf = new Map(known.map(({ call, interactionId }) => [call.id, interactionId]));
  const rekeyed = new Set(
    joinable
      .filter((one, index) => one.ignoredKeys.length !== known[index]?.ignoredKeys.length)
      .map(({ call }) => call.id),
  );
  for (const id of forced) rekeyed.add(id);
  return ({ interactionId, group }) =>
    legsBefore.get(interactionId) !== group.legIds.length ||
    merged.some((one) => one.survivorId === interactionId) ||
    group.legIds.some((id) => changeOf.has(id) || rekeyed.has(id) || currentOf.get(id) !== interactionId);
}

/** The record that touched one of these legs last; for legs moved by others' records the batch's last one. */
export const causedBy =
  (fresh: readonly Caused[]) =>
  (legIds: readonly string[]): Cause => {
    const own = fresh.filter((one) => legIds.includes(one.legId));
    return { kind: 'RECORD', id: (own.at(-1) ?? fresh.at(-1))?.id ?? null };
  };
