import type { EntityManager } from 'typeorm';
import { LINK_RULES } from '../../domain/score.js';
import type { Instant } from '../../domain/words.js';

/**
 * Has the tenant's orphans compared anew by the next looks, because something has changed that decides about all of
 * their pairs, or about those of these dialers' sources. An orphan's other half is compared with it: those of dialers
 * suffice.
 */
export async function lookAgainAt(
  tx: EntityManager,
  tenantId: string,
  now: Instant,
  dialerSourceIds: readonly string[] | null = null,
): Promise<void> {
  if (dialerSourceIds?.length === 0) return;
  await tx.query(
    `update orphan set check_at = $2
      where tenant_id = $1 and role = 'DIALER' and ($3::uuid[] is null or source_id = any($3::uuid[]))`,
    [tenantId, new Date(now), dialerSourceIds],
  );
}

/** Every orphan is compared anew, and whatever was decided about it. */
export async function lookAgainAtAll(tx: EntityManager, tenantId: string, now: Instant): Promise<void> {
  await tx.query('update orphan set check_at = $2 where tenant_id = $1', [tenantId, new Date(now)]);
}

/** Orphans that were compared by older rules are compared anew by the present ones. */
export async function lookAgainByNewRules(tx: EntityManager, now: Instant): Promise<void> {
  await tx.query(
    `with outdated as (update tenant set link_rules_version = $1 where link_rules_version < $1 returning id)
     update orphan set check_at = $2 from outdated where tenant_id = outdated.id`,
    [LINK_RULES.version, new Date(now)],
  );
}
