import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';

/** A 64-bit lock number for a name, as the signed decimal that PostgreSQL takes. */
const lockNumber = (name: string): bigint => createHash('sha256').update(name).digest().readBigInt64BE(0);

/**
 * Takes the advisory locks of all names until the transaction ends, always in the same order, so that
 * two transactions with names in common wait for each other instead of deadlocking (rule R7).
 */
export async function lockNames(
  tx: EntityManager,
  tenantId: string,
  names: readonly string[],
): Promise<void> {
  const numbers = [...new Set(names.map((name) => lockNumber(`${tenantId}/${name}`)))];
  numbers.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  await tx.query(
    `select pg_advisory_xact_lock_shared($2::bigint), pg_advisory_xact_lock(n) from unnest($1::bigint[]) as n`,
    [numbers.map(String), policyLock(tenantId)],
  );
}

const policyLock = (tenantId: string): string => String(lockNumber(`${tenantId}/policy`));

/**
 * Waits until nobody joins legs of the tenant, and keeps everybody from it until the transaction ends:
 * whoever joins afterwards reads the policy that this transaction wrote.
 */
export async function lockPolicy(tx: EntityManager, tenantId: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1::bigint)', [policyLock(tenantId)]);
}

/** Takes a lock until the transaction ends if nobody has it; never waits. */
export async function tryLock(tx: EntityManager, tenantId: string, name: string): Promise<boolean> {
  const [row]: { got: boolean }[] = await tx.query('select pg_try_advisory_xact_lock($1::bigint) as got', [
    String(lockNumber(`${tenantId}/${name}`)),
  ]);
  return row?.got === true;
}
