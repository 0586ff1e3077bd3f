import type { EntityManager } from 'typeorm';
import { canonicalJson } from '../../domain/canonical.js';
import type { Group } from '../../domain/correlate.js';
import { partition } from '../../domain/correlate.js';
import type { LegKey } from '../../domain/leg.js';
import type { CallChange } from '../entities/change.entity.js';
import type { Link } from '../entities/leg.entity.js';
import { LegEntity } from '../entities/leg.entity.js';
import { writeRows } from '../transaction.js';
import type { KnownCall } from './call-store.js';
import { loadCalls } from './call-store.js';
import type { Assignment } from './correlation.js';
import { assignInteractions, quarantinedKeysOf, reachableLegs } from './correlation.js';
import type { Cause } from './interaction-store.js';
import { lockInteractions, mergeInteractions, writeInteractions } from './interaction-store.js';
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
    const reach = await reachableLegs(tx, tenantId, seeds);
    const fellows = await fellowLegs(tx, tenantId, reach);
    const stored = await loadCalls(tx, tenantId, [...new Set([...reach, ...fellows])]);
    const ids = [...new Set(stored.flatMap(({ interactionId }) => interactionId ?? []))].sort();
    if (before !== null && ids.every((id) => before?.has(id)))
      return { known: withRefreshed(stored, refreshed), before };
    before = await lockInteractions(tx, tenantId, ids);
  }
}

/** Other legs of the same interactions: they may have to part. */
async function fellowLegs(tx: EntityManager, tenantId: string, legIds: readonly string[]): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `select l.id from leg l where l.tenant_id = $1 and l.interaction_id in
       (select interaction_id from leg where tenant_id = $1 and id = any($2::uuid[]))`,
    [tenantId, legIds],
  );
  return rows.map((row) => row.id);
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
        : { ...now, interactionId: old.interactionId, endPresumed: old.endPresumed, link: old.link };
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
  refreshed: readonly KnownCall[];
  changes: readonly CallChange[];
  fresh: readonly Caused[];
}

/** Parts the known legs into interactions, and writes each one that is not as it was. */
export async function rejoin(
  tx: EntityManager,
  tenantId: string,
  work: Rejoining,
  now: number,
): Promise<void> {
  const crowded = await quarantinedKeysOf(
    tx,
    tenantId,
    work.known.map(({ call }) => call.id),
  );
  const { groups, joinable } = regroup(work.known, crowded);
  const currentOf = new Map(joinable.map(({ call, interactionId }) => [call.id, interactionId]));
  const { assignments, redirects } = assignInteractions(groups, currentOf);
  const callOf = new Map(joinable.map((one) => [one.call.id, one]));
  const changeOf = new Map(work.changes.map((change) => [change.callId, change]));
  const isTouched = touched(work.known, joinable, changeOf, redirects);
  const moved = assignments.filter(isTouched);
  await writeRows(
    tx,
    LegEntity,
    moved.flatMap((one) => legRows(tenantId, one, callOf, now)),
  );
  const due = moved.map(({ interactionId, group }) => ({
    interactionId,
    calls: group.legIds.flatMap((id) => callOf.get(id) ?? []),
    callChanges: group.legIds.flatMap((id) => changeOf.get(id) ?? []),
    cause: causeOf(work.fresh, group.legIds),
  }));
  const surroundings = await loadSurroundings(tx, tenantId, now);
  const deletions = await writeInteractions(tx, surroundings, due, work.before, now);
  const { before } = work;
  await mergeInteractions(tx, tenantId, redirects, { before, deletions }, causeOf(work.fresh, []), now);
}

/** Groups the legs by the keys that may join, and notes on each leg those that may not. */
function regroup(
  known: readonly KnownCall[],
  crowded: ReadonlyMap<string, LegKey[]>,
): { groups: Group[]; joinable: KnownCall[] } {
  const name = (key: { namespace: string; value: string }) => `${key.namespace}/${key.value}`;
  const banned = new Set([...crowded.values()].flat().map(name));
  const strong = (keys: readonly LegKey[]) =>
    keys.filter((key) => key.scope === 'INTERACTION' && !banned.has(name(key)));
  const { groups, quarantined } = partition(
    known.map(({ call, keys }) => ({ leg: call, keys: strong(keys) })),
  );
  for (const key of quarantined) banned.add(name(key));
  const joinable = known.map((one) => {
    const read = one.ignoredKeys.filter(({ fault }) => fault !== 'REACHES_TOO_FAR');
    const tooFar = one.keys.filter((key) => key.scope === 'INTERACTION' && banned.has(name(key)));
    return {
      ...one,
      ignoredKeys: [...read, ...tooFar.map((key) => ({ key, fault: 'REACHES_TOO_FAR' as const }))],
    };
  });
  return { groups, joinable };
}

/** Is this interaction to be written: a call of it changed, or a leg came, went, or lost a key. */
function touched(
  known: readonly KnownCall[],
  joinable: readonly KnownCall[],
  changeOf: ReadonlyMap<string, CallChange>,
  redirects: readonly { survivorId: string }[],
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
  return ({ interactionId, group }) =>
    legsBefore.get(interactionId) !== group.legIds.length ||
    redirects.some((one) => one.survivorId === interactionId) ||
    group.legIds.some((id) => changeOf.has(id) || rekeyed.has(id) || currentOf.get(id) !== interactionId);
}

/** The record that touched one of these legs last; for legs moved by others' records the batch's last one. */
function causeOf(fresh: readonly Caused[], legIds: readonly string[]): Cause {
  const own = fresh.filter((one) => legIds.includes(one.legId));
  return { kind: 'RECORD', id: (own.at(-1) ?? fresh.at(-1))?.id ?? null };
}

function legRows(
  tenantId: string,
  { interactionId, group }: Assignment,
  callOf: ReadonlyMap<string, KnownCall>,
  now: number,
): Partial<LegEntity>[] {
  return group.legIds.flatMap((id) => {
    const known = callOf.get(id);
    if (known === undefined) return [];
    const { call, keys, ignoredKeys, endPresumed } = known;
    const link = linkOf(group, id, known.link, now);
    const { sourceId, externalId, role, direction, state, queuedAt, ringAt, answeredAt, startedAt, endedAt } =
      call;
    const times = {
      queuedAt,
      ringAt,
      answeredAt,
      startedAt,
      endedAt,
      firstEventAt: call.firstEventAt,
      lastEventAt: call.lastEventAt,
    };
    return [
      {
        tenantId,
        id,
        interactionId,
        sourceId,
        externalId,
        role,
        direction,
        state,
        ...times,
        endPresumed,
        keys,
        ignoredKeys,
        link,
      },
    ];
  });
}

/** A link keeps the time of its decision for as long as its evidence stays the same. */
function linkOf(group: Group, legId: string, before: Link | null, now: number): Link {
  const evidence = group.shared.get(legId) ?? [];
  if (before !== null && canonicalJson(before.evidence) === canonicalJson(evidence)) return before;
  const joined = evidence.length > 0;
  return {
    tier: joined ? 'KEY' : 'ALONE',
    method: joined ? 'SHARED_KEY' : 'NONE',
    score: null,
    evidence,
    decidedBy: 'rule',
    decidedAt: now,
  };
}
