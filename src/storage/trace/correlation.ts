import type { EntityManager } from 'typeorm';
import { KEY_LIMITS } from '../../domain/correlate.js';
import type { LegKey } from '../../domain/leg.js';
import { CorrelationKeyEntity, QuarantinedKeyEntity } from '../entities/leg.entity.js';
import { writeRows } from '../transaction.js';

/** Adds the keys of legs to what joining looks up. Keys are never taken away: a statement cannot be unsaid. */
export async function writeKeys(
  tx: EntityManager,
  tenantId: string,
  legs: readonly { legId: string; keys: readonly LegKey[] }[],
): Promise<void> {
  const rows = legs.flatMap(({ legId, keys }) => keys.map((key) => ({ tenantId, legId, ...key })));
  await writeRows(tx, CorrelationKeyEntity, rows, { onConflict: 'nothing' });
}

/**
 * Puts the strong keys of these legs that too many legs carry under quarantine. Answers the legs that a
 * key now under quarantine had held together: they are to be joined anew, without it.
 */
export async function quarantineKeys(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<string[]> {
  const crowded: { namespace: string; value: string; legIds: string[] }[] = await tx.query(
    `select k.namespace, k.value, reach.leg_ids as "legIds"
       from (select distinct namespace, value from correlation_key
              where tenant_id = $1 and leg_id = any($2::uuid[]) and scope = 'INTERACTION') k
      cross join lateral (
            select array_agg(c.leg_id) as leg_ids, count(*) as legs from correlation_key c
             where c.tenant_id = $1 and c.namespace = k.namespace and c.value = k.value and c.scope = 'INTERACTION') reach
      where reach.legs > $3
        and not exists (select from quarantined_key q
                         where q.tenant_id = $1 and q.namespace = k.namespace and q.value = k.value)`,
    [tenantId, legIds, KEY_LIMITS.legs],
  );
  const rows = crowded.map(({ namespace, value }) => ({ tenantId, namespace, value }));
  await writeRows(tx, QuarantinedKeyEntity, rows, { onConflict: 'nothing' });
  return [...new Set(crowded.flatMap((key) => key.legIds))];
}

/**
 * All legs that the given ones reach over strong keys not under quarantine, over the word of a person, and over
 * weak links; themselves included.
 */
export async function reachableLegs(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<string[]> {
  const rows: { legId: string }[] = await tx.query(
    `with recursive reached(leg_id) as (
       select unnest($2::uuid[])
       union
       select other.leg_id from reached cross join lateral (${NEIGHBOURS}) other
     )
     select leg_id as "legId" from reached`,
    [tenantId, legIds],
  );
  return rows.map((row) => row.legId);
}

/** `offset 0` fences the lookups: first the leg's own few keys that may join, then the legs that carry them. */
const NEIGHBOURS = `
  select other.leg_id
    from (select k.namespace, k.value from correlation_key k
           where k.tenant_id = $1 and k.leg_id = reached.leg_id and k.scope = 'INTERACTION'
             and not exists (select from quarantined_key q
                              where q.tenant_id = $1 and q.namespace = k.namespace and q.value = k.value)
          offset 0) own
   cross join lateral (
         select c.leg_id from correlation_key c
          where c.tenant_id = $1 and c.namespace = own.namespace and c.value = own.value and c.scope = 'INTERACTION'
         offset 0) other
  union all
  select other_leg_id from leg_verdict where tenant_id = $1 and leg_id = reached.leg_id and verdict = 'TOGETHER'
  union all
  select leg_id from leg_verdict where tenant_id = $1 and other_leg_id = reached.leg_id and verdict = 'TOGETHER'
  union all
  select assistant_leg_id from leg_pair where tenant_id = $1 and dialer_leg_id = reached.leg_id and is_linked
  union all
  select dialer_leg_id from leg_pair where tenant_id = $1 and assistant_leg_id = reached.leg_id and is_linked`;
