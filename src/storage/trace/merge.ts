import type { EntityManager } from 'typeorm';
import type { Redirect } from '../../domain/identity.js';
import { followMerge } from '../analysis/follow.js';
import type { InteractionEntity } from '../entities/interaction.entity.js';
import { InteractionRedirectEntity } from '../entities/interaction.entity.js';
import { writeRows } from '../transaction.js';
import { announce } from './announce.js';
import type { Cause } from './cause.js';
import { recordFunnelChange } from './funnel-rollup.js';
import { endVersions } from './version-store.js';

/** Merged ids lead to their survivor from now on; subscribers are told (rule R17). */
export async function mergeInteractions(
  tx: EntityManager,
  tenantId: string,
  redirects: readonly Redirect[],
  {
    before,
    deletions,
  }: { before: ReadonlyMap<string, InteractionEntity>; deletions: ReadonlyMap<string, number> },
  cause: Cause,
  now: number,
): Promise<void> {
  if (redirects.length === 0) return;
  const ids = redirects.map(({ id }) => id);
  await endVersions(tx, tenantId, redirects, cause, now);
  await tx.query('delete from interaction where tenant_id = $1 and id = any($2::uuid[])', [tenantId, ids]);
  await recordFunnelChange(
    tx,
    tenantId,
    ids.map((id) => ({ before: before.get(id), after: undefined })),
  );
  await tx.query(
    `update interaction_redirect r set survivor_id = m."survivorId"
       from jsonb_to_recordset($2::jsonb) as m(id uuid, "survivorId" uuid)
      where r.tenant_id = $1 and r.survivor_id = m.id`,
    [tenantId, JSON.stringify(redirects)],
  );
  await writeRows(
    tx,
    InteractionRedirectEntity,
    redirects.map((one) => ({ tenantId, ...one, mergedAt: now })),
  );
  await followMerge(tx, tenantId, redirects, cause, now);
  await announce(
    tx,
    redirects
      .filter(({ id }) => before.get(id)?.deletedAt == null)
      .map(({ id, survivorId }) => ({
        tenantId,
        interactionId: id,
        kind: 'REMOVED' as const,
        revision: (before.get(id)?.revision ?? 0) + 1,
        changedFields: [],
        calls: [],
        removalReason: deletions.has(survivorId) ? ('DELETED' as const) : ('MERGED' as const),
        mergedInto: deletions.has(survivorId) ? null : survivorId,
        causeKind: cause.kind,
        causeId: cause.id,
        at: now,
      })),
  );
}
