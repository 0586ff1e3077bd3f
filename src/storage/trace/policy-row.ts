import type { EntityManager } from 'typeorm';
import type { PolicySet } from '../../domain/policy.js';
import { DEFAULT_POLICY } from '../../domain/policy.js';
import type { PolicyEntity } from '../entities/policy.entity.js';

export type StatedPolicy = Pick<PolicyEntity, 'version' | 'policy'>;

/** The latest policy of tenant `$1`, if it ever stated one. */
export const LATEST_POLICY =
  'select version, policy from trace_policy where tenant_id = $1 order by version desc limit 1';

/** A stated policy; values that it was made too early to have are the product's. */
export const policyOf = (stated: StatedPolicy | null): PolicySet =>
  stated === null ? DEFAULT_POLICY : { ...DEFAULT_POLICY, ...stated.policy, version: stated.version };

/** The policy as it is now. */
export async function loadPolicy(tx: EntityManager, tenantId: string): Promise<PolicySet> {
  const [latest]: StatedPolicy[] = await tx.query(LATEST_POLICY, [tenantId]);
  return policyOf(latest ?? null);
}
