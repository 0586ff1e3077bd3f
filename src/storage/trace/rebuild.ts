import type { DataSource, EntityManager } from 'typeorm';
import { KEY_LIMITS } from '../../domain/reach.js';
import { inTransaction } from '../transaction.js';
import { lockPolicy } from './locks.js';
import { lookAgainAtAll } from './look-again.js';
import { refreshLegs } from './refresh.js';
import { joinAnew } from './rejoin.js';

/** Legs of one transaction: so long nobody else joins legs of the tenant. */
const BATCH = 100;

const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Makes the calls, legs and interactions of a tenant anew from its source records, batch by batch. What circumstances
 * have decided is due again after that.
 */
export async function rebuildTenant(
  db: DataSource,
  tenantId: string,
  namespaces: ReadonlyMap<string, string | null>,
  now: number,
  onBatch: (legs: number) => void,
): Promise<number> {
  await releaseKeys(db, tenantId);
  let done = 0;
  for (let last = FIRST; ;) {
    const legIds = await nextLegs(db, tenantId, last);
    if (legIds.length === 0) break;
    await inTransaction(db, (tx) => rebuildLegs(tx, tenantId, legIds, namespaces, now));
    last = legIds.at(-1) ?? last;
    done += legIds.length;
    onBatch(done);
  }
  await inTransaction(db, (tx) => lookAgainAtAll(tx, tenantId, now));
  return done;
}

/** Legs that were lost are made first; then all are joined with what people have said of them. */
async function rebuildLegs(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
  namespaces: ReadonlyMap<string, string | null>,
  now: number,
): Promise<void> {
  await lockPolicy(tx, tenantId);
  await tx.query('delete from correlation_key where tenant_id = $1 and leg_id = any($2::uuid[])', [
    tenantId,
    legIds,
  ]);
  const cause = { kind: 'RULE' as const, id: 'rebuild' };
  const work = { namespaces, causeOf: () => cause, recordingLegs: new Set<string>() };
  await refreshLegs(tx, tenantId, legIds, work, now);
  await joinAnew(tx, tenantId, legIds, cause, now);
}

/** Legs that records tell of, whether they are there or not. */
async function nextLegs(db: DataSource, tenantId: string, after: string): Promise<string[]> {
  const rows: { id: string }[] = await db.query(
    `select distinct leg_id as id from source_record where tenant_id = $1 and leg_id > $2::uuid
      order by leg_id limit ${BATCH}`,
    [tenantId, after],
  );
  return rows.map(({ id }) => id);
}

/** Keys under quarantine, and sessions, that no longer have too many legs may join again; what was used again is found again. */
async function releaseKeys(db: DataSource, tenantId: string): Promise<void> {
  await db.query(
    `delete from quarantined_key q
      where q.tenant_id = $1
        and (q.reach <> 'TOO_MANY_LEGS' or (select count(*) from (select from correlation_key k
               where k.tenant_id = q.tenant_id and k.namespace = q.namespace and k.value = q.value
                 and k.scope = 'INTERACTION' limit $2) carriers) <= $2 - 1)`,
    [tenantId, KEY_LIMITS.legs + 1],
  );
  await db.query(
    'update correlation_key set is_overfull = false where tenant_id = $1 and limit_ms > 0 and is_overfull',
    [tenantId],
  );
}
