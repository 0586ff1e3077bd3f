import type { EntityManager } from 'typeorm';
import { reachOfChange } from '../../domain/lag.js';
import type { Instant } from '../../domain/words.js';
import type { TenantSurroundings } from '../trace/surroundings.js';
import { loadSurroundings } from '../trace/surroundings.js';

/**
 * Has the interactions judged anew by the next sweep whose deadlines the latest measurement has moved, so that what
 * is stored of them is what they would be judged by now. They are found by their end, and locked in the order of
 * their ids, as everybody does.
 */
export async function settleDeadlines(
  tx: EntityManager,
  before: TenantSurroundings,
  now: Instant,
): Promise<void> {
  const { tenantId } = before;
  const after = await loadSurroundings(tx, tenantId, now);
  const reach = reachOfChange(before.lagP99, after.lagP99, after.policy);
  if (reach === null) return;
  await tx.query(
    `with moved as (
       select id from interaction
        where tenant_id = $1 and ended_at >= $2 and status in ('PARTIAL', 'DROPPED')
        order by id for update)
     update interaction i set next_evaluation_at = $3 from moved
      where i.tenant_id = $1 and i.id = moved.id`,
    [tenantId, new Date(now - reach), new Date(now)],
  );
}
