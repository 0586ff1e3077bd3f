import type { DataSource, EntityManager } from 'typeorm';
import { canonicalJson } from '../domain/canonical.js';
import { ThroughlineError } from '../domain/errors.js';
import type { PolicySet } from '../domain/policy.js';
import { DEFAULT_POLICY, linkOtherwise, without } from '../domain/policy.js';
import type { Instant } from '../domain/words.js';
import { PolicyEntity } from './entities/policy.entity.js';
import type { InteractionFilter } from './list/filter.js';
import type { PolicyTrial } from './policy-trial.js';
import { tryPolicy } from './policy-trial.js';
import type { TenantFrame } from './read-model.js';
import { lockPolicy } from './trace/locks.js';
import { lookAgainAt } from './trace/look-again.js';
import { loadPolicy, policyOf } from './trace/policy-row.js';
import { inTransaction, writeRows } from './transaction.js';

/** A version of a tenant's policy, and who made it; null throughout for the product's own. */
export interface PolicyVersion {
  policy: PolicySet;
  changedAt: Instant | null;
  changedBy: string | null;
  reason: string | null;
}

const PRODUCTS_OWN: PolicyVersion = {
  policy: DEFAULT_POLICY,
  changedAt: null,
  changedBy: null,
  reason: null,
};

/** The policies of tenants, with a version each. */
export class PolicyStore {
  constructor(private readonly db: DataSource) {}

  async current(tenantId: string): Promise<PolicyVersion> {
    const [latest] = await this.history(tenantId, Number.MAX_SAFE_INTEGER, 1);
    return latest ?? PRODUCTS_OWN;
  }

  /** Versions up to the given one, the latest first; the product's own is the last. */
  async history(tenantId: string, upTo: number, first: number): Promise<PolicyVersion[]> {
    const rows: PolicyEntity[] = await this.db.query(
      `select version, policy, changed_by as "changedBy", reason, at from trace_policy
        where tenant_id = $1 and version <= $2::bigint order by version desc limit $3`,
      [tenantId, upTo, first],
    );
    const stated = rows.map((row) => ({
      policy: policyOf(row),
      changedAt: row.at,
      changedBy: row.changedBy,
      reason: row.reason,
    }));
    return [...stated, PRODUCTS_OWN].slice(0, first);
  }

  /** What a policy would make of stored interactions; writes nothing. */
  trial(frame: TenantFrame, policy: PolicySet, filter: InteractionFilter | null): Promise<PolicyTrial> {
    return tryPolicy(this.db, frame, policy, filter);
  }

  /**
   * Makes the policy the tenant's next version, unless somebody else was faster (CONFLICT), and has every
   * interaction that is not final judged anew, and every link that may be another. A policy equal to the present one
   * changes nothing.
   */
  async update(
    tenantId: string,
    expectedVersion: number,
    next: PolicySet,
    by: { changedBy: string; reason: string | null },
    now: Instant,
  ): Promise<void> {
    await inTransaction(this.db, async (tx) => {
      await lockPolicy(tx, tenantId);
      const present = await loadPolicy(tx, tenantId);
      const { version } = present;
      const policy = without(next, 'version');
      if (version !== expectedVersion) throw new PolicyConflict(version);
      if (canonicalJson(without(present, 'version')) === canonicalJson(policy)) return;
      await writeRows(tx, PolicyEntity, [{ tenantId, version: version + 1, policy, ...by, at: now }]);
      await judgeAnew(tx, tenantId, now);
      if (linkOtherwise(present, next)) await lookAgainAt(tx, tenantId, now);
    });
  }
}

export class PolicyConflict extends ThroughlineError {
  constructor(version: number) {
    super('CONFLICT', `The policy is at version ${version} by now.`, 'expectedVersion');
  }
}

/** Makes every interaction due that is not final. */
async function judgeAnew(tx: EntityManager, tenantId: string, now: Instant): Promise<void> {
  await tx.query(
    `update interaction set next_evaluation_at = $2
      where tenant_id = $1 and (status in ('IN_PROGRESS', 'PARTIAL') or (status = 'DROPPED' and is_provisional))`,
    [tenantId, new Date(now)],
  );
}
