import type { EntityManager } from 'typeorm';
import type { Mark } from '../../domain/mark.js';

/** What people said about these legs. */
export async function loadMarks(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<Mark[]> {
  if (legIds.length === 0) return [];
  return tx.query(
    `select id, leg_id as "legId", kind, name, text, is_set as "isSet", "by", at from mark
      where tenant_id = $1 and leg_id = any($2::uuid[])`,
    [tenantId, legIds],
  );
}
