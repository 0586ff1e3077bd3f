import type { EntityManager } from 'typeorm';
import type { CallChange } from '../entities/change.entity.js';
import type { Cause } from './cause.js';
import { announce } from './announce.js';
import { lockInteractions } from './interaction-store.js';
import { keepVersions } from './version-store.js';

/**
 * Gives an interaction its next revision although no record changed it, because something beside it did, and
 * tells subscribers. One that was merged away or deleted meanwhile is left alone: that was told.
 */
export async function touchInteraction(
  tx: EntityManager,
  tenantId: string,
  interactionId: string,
  { fields, calls, cause }: { fields: string[]; calls: CallChange[]; cause: Cause },
  now: number,
): Promise<void> {
  const before = (await lockInteractions(tx, tenantId, [interactionId])).get(interactionId);
  if (before === undefined || before.deletedAt !== null) return;
  const revision = before.revision + 1;
  await tx.query(
    'update interaction set revision = $3, updated_at = greatest(updated_at, $4) where tenant_id = $1 and id = $2',
    [tenantId, interactionId, revision, new Date(now)],
  );
  await announce(tx, [
    {
      tenantId,
      interactionId,
      kind: 'UPSERTED',
      revision,
      changedFields: fields,
      calls,
      removalReason: null,
      mergedInto: null,
      causeKind: cause.kind,
      causeId: cause.id,
      at: now,
    },
  ]);
  await keepVersions(tx, tenantId, [{ one: { interactionId, cause }, fields }], now);
}
