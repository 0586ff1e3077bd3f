import type { EntityManager } from 'typeorm';
import { lockNames } from '../trace/locks.js';

/**
 * True when one of the calls is gone for good: a result that was made of it may not be written. Whoever erases
 * waits until this transaction is committed, and then finds what it wrote; or this one waits until it is erased.
 */
export async function anyErased(
  tx: EntityManager,
  tenantId: string,
  callIds: readonly string[],
): Promise<boolean> {
  await lockNames(
    tx,
    tenantId,
    callIds.map((id) => `judged/${id}`),
  );
  const [gone]: object[] = await tx.query(
    `select 1 from unnest($2::uuid[]) known(id)
      where not exists (select from leg l where l.tenant_id = $1 and l.id = known.id) limit 1`,
    [tenantId, callIds],
  );
  return gone !== undefined;
}
