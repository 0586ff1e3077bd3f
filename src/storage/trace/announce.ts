import type { EntityManager } from 'typeorm';
import type { ChangeEntity } from '../entities/change.entity.js';

/** A change that has no position in the feed yet. */
export type NewChange = Omit<ChangeEntity, 'id' | 'position' | 'analyses'>;

/** Writes the feed's rows, in the transaction of the changes. */
export async function announce(tx: EntityManager, changes: readonly NewChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `insert into change (tenant_id, interaction_id, kind, revision, changed_fields, calls, removal_reason, merged_into, cause_kind, cause_id, at)
     select c."tenantId", c."interactionId", c.kind, c.revision, c."changedFields", c.calls, c."removalReason", c."mergedInto",
            c."causeKind", c."causeId", to_timestamp(c.at / 1000.0)
       from jsonb_to_recordset($1::jsonb) as c("tenantId" uuid, "interactionId" uuid, kind text, revision int, "changedFields" text[],
            calls jsonb, "removalReason" text, "mergedInto" uuid, "causeKind" text, "causeId" text, at numeric)`,
    [JSON.stringify(changes)],
  );
}
