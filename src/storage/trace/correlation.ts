import type { EntityManager } from 'typeorm';
import type { LegKey } from '../../domain/leg.js';
import { KEY_LIMITS, keyName } from '../../domain/reach.js';
import type { Presence } from '../../domain/thread.js';
import type { KeyReachFault } from '../../domain/words.js';
import { CorrelationKeyEntity, QuarantinedKeyEntity } from '../entities/leg.entity.js';
import { writeRows } from '../transaction.js';
import { callsWith, isOfSession, isQuarantined, isSameKey, isThread, sessionOf } from './session-sql.js';

/** A leg with what joining looks up of it. */
export interface KeyedLeg {
  legId: string;
  keys: readonly LegKey[];
  presence: Presence;
}

/** Keeps the keys of legs, and when the legs were there. Keys are never taken away: a statement cannot be unsaid. */
export async function writeKeys(
  tx: EntityManager,
  tenantId: string,
  legs: readonly KeyedLeg[],
): Promise<void> {
  const rows = legs.flatMap(({ legId, keys, presence: { manner, from, until, limitMs } }) =>
    keys.map((key) => ({
      tenantId,
      legId,
      ...key,
      isWritten: manner === 'WRITTEN',
      limitMs,
      beganAt: from,
      openUntil: until + limitMs,
    })),
  );
  await writeRows(tx, CorrelationKeyEntity, rows, { onConflict: 'changed' });
  const written = legs.filter(({ presence }) => presence.manner === 'WRITTEN');
  await releaseThreads(
    tx,
    tenantId,
    written.map(({ legId }) => legId),
  );
}

/** Notes keys by which these legs are in a session of too many legs, where that is not known yet. */
export async function noteOverfull(
  tx: EntityManager,
  tenantId: string,
  found: ReadonlyMap<string, readonly LegKey[]>,
  known: ReadonlyMap<string, readonly LegKey[]>,
): Promise<void> {
  const fresh = [...found].flatMap(([legId, keys]) => {
    const names = new Set(known.get(legId)?.map(keyName));
    return keys.filter((key) => !names.has(keyName(key))).map((key) => ({ legId, ...key }));
  });
  if (fresh.length === 0) return;
  await tx.query(
    `update correlation_key k set is_overfull = true
       from jsonb_to_recordset($2::jsonb) as f("legId" uuid, namespace text, value text)
      where k.tenant_id = $1 and k.leg_id = f."legId" and k.namespace = f.namespace and k.value = f.value
        and k.scope = 'INTERACTION'`,
    [tenantId, JSON.stringify(fresh)],
  );
  const keys = new Map(fresh.map((key) => [keyName(key), key]));
  await noteQuarantine(tx, tenantId, [...keys.values()], 'SESSION_TOO_LARGE');
}

/** A key that turns out to be a thread's is cut into sessions, however many legs carry it. */
async function releaseThreads(tx: EntityManager, tenantId: string, legIds: readonly string[]): Promise<void> {
  if (legIds.length === 0) return;
  await tx.query(
    `delete from quarantined_key q using correlation_key k
      where k.tenant_id = $1 and k.leg_id = any($2::uuid[]) and k.scope = 'INTERACTION'
        and q.tenant_id = $1 and q.namespace = k.namespace and q.value = k.value and q.reach = 'TOO_MANY_LEGS'`,
    [tenantId, legIds],
  );
}

/**
 * Puts the strong keys of these legs that too many calls carry under quarantine. Answers the legs that a
 * key now under quarantine had held together: they are to be joined anew, without it.
 */
export async function quarantineKeys(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<string[]> {
  const crowded: { namespace: string; value: string; legIds: string[] }[] = await tx.query(
    `select k.namespace, k.value, reach.leg_ids as "legIds"
       from (select distinct k.namespace, k.value from correlation_key k
              where k.tenant_id = $1 and k.leg_id = any($2::uuid[]) and k.scope = 'INTERACTION'
                and not ${isQuarantined('k')} and not ${isThread('k')}
             offset 0) k
      cross join lateral (
            select array_agg(c.leg_id) as leg_ids, count(*) as legs from correlation_key c
             where ${isSameKey('c', 'k')}) reach
      where reach.legs > $3`,
    [tenantId, legIds, KEY_LIMITS.legs],
  );
  await noteQuarantine(tx, tenantId, crowded, 'TOO_MANY_LEGS');
  return [...new Set(crowded.flatMap((key) => key.legIds))];
}

/** Notes what people have to look at: keys that reach too far. */
export async function noteQuarantine(
  tx: EntityManager,
  tenantId: string,
  keys: readonly Pick<LegKey, 'namespace' | 'value'>[],
  reach: KeyReachFault,
): Promise<void> {
  const rows = keys.map(({ namespace, value }) => ({ tenantId, namespace, value, reach }));
  await writeRows(tx, QuarantinedKeyEntity, rows, {
    onConflict: reach === 'TOO_MANY_LEGS' ? 'changed' : 'nothing',
  });
}

/**
 * All legs that the given ones, and those of their interactions, reach over strong keys, over the word of a person,
 * and over weak links; themselves included. Of a thread that is the sessions they meet, and nothing before or after;
 * `overSessions` looks for them too, which takes several times as long to plan.
 */
export async function reachableLegs(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
  overSessions: boolean,
): Promise<string[]> {
  const rows: { legId: string }[] = await tx.query(overSessions ? OVER_SESSIONS : OVER_CALLS, [
    tenantId,
    legIds,
  ]);
  return rows.map(({ legId }) => legId);
}

const DECIDED = `
  select other_leg_id from leg_verdict where tenant_id = $1 and leg_id = reached.leg_id and verdict = 'TOGETHER'
  union all
  select leg_id from leg_verdict where tenant_id = $1 and other_leg_id = reached.leg_id and verdict = 'TOGETHER'
  union all
  select assistant_leg_id from leg_pair where tenant_id = $1 and dialer_leg_id = reached.leg_id and is_linked
  union all
  select dialer_leg_id from leg_pair where tenant_id = $1 and assistant_leg_id = reached.leg_id and is_linked`;

/** All that is reached over steps from `reached.leg_id`. */
const reaching = (step: string): string => `
  with recursive reached(leg_id) as (
    (select unnest($2::uuid[])
     union
     select fellow.id from leg l join leg fellow on fellow.tenant_id = $1 and fellow.interaction_id = l.interaction_id
      where l.tenant_id = $1 and l.id = any($2::uuid[]))
    union
    select other.leg_id from reached cross join lateral (${step} union all ${DECIDED}) other
  )
  select leg_id as "legId" from reached`;

/** `offset 0` fences the lookups: first the leg's own few keys that may join, then the legs that carry them. */
const OVER_CALLS = reaching(
  `select other.leg_id
     from (select k.namespace, k.value from correlation_key k
            where k.tenant_id = $1 and k.leg_id = reached.leg_id and k.scope = 'INTERACTION'
              and not ${isQuarantined('k')} and not ${isThread('k')}
           offset 0) own
    cross join lateral (
          select c.leg_id from correlation_key c where ${isSameKey('c', 'own')} offset 0) other`,
);

const OVER_SESSIONS = reaching(
  `select other.leg_id
     from (select k.*, ${isOfSession('k')} as is_of_session from correlation_key k
            where k.tenant_id = $1 and k.leg_id = reached.leg_id and k.scope = 'INTERACTION'
           offset 0) own
    cross join lateral (${callsWith('own', KEY_LIMITS.legs + 1)} union all ${sessionOf('own')} offset 0) other`,
);

/** Other legs of the same interactions, which may have to part; and whether any of the given ones is in a thread. */
export async function fellowLegs(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<{ fellows: string[]; areInThread: boolean }> {
  const [row]: { fellows: string[] | null; areInThread: boolean }[] = await tx.query(
    `select array(select l.id from leg l where l.tenant_id = $1 and l.interaction_id in
                    (select interaction_id from leg where tenant_id = $1 and id = any($2::uuid[]))) as fellows,
            exists (select from correlation_key k
                     where k.tenant_id = $1 and k.leg_id = any($2::uuid[]) and k.scope = 'INTERACTION'
                       and (k.is_written or ${isThread('k')})) as "areInThread"`,
    [tenantId, legIds],
  );
  return { fellows: row?.fellows ?? [], areInThread: row?.areInThread === true };
}
