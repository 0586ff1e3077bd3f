import type { EntityManager } from 'typeorm';
import type { JsonObject } from '../../domain/record.js';
import type { ApiRole, AuditAction, Instant } from '../../domain/words.js';
import { AuditEntryEntity } from '../entities/audit.entity.js';
import { newId } from '../ids.js';
import { writeRows } from '../transaction.js';

/** Who does something: the credential's name and its role. */
export interface Actor {
  id: string;
  role: ApiRole;
}

/** What is done, before it has a time and an id. */
export interface Deed {
  action: AuditAction;
  subjectId: string | null;
  reason?: string | null;
  batchId?: string | null;
  undoes?: string | null;
  detail?: JsonObject;
}

/**
 * Writes deeds to the audit log, in the transaction that does them; answers their ids in the same order.
 * A second entry that undoes the same one breaks a unique key: nothing is undone twice.
 */
export async function audit(
  tx: EntityManager,
  tenantId: string,
  actor: Actor,
  deeds: readonly Deed[],
  now: Instant,
): Promise<string[]> {
  const rows = deeds.map((deed) => ({
    tenantId,
    id: newId(),
    at: now,
    actor: actor.id,
    actorRole: actor.role,
    action: deed.action,
    subjectId: deed.subjectId,
    reason: deed.reason ?? null,
    batchId: deed.batchId ?? null,
    undoes: deed.undoes ?? null,
    detail: deed.detail ?? {},
  }));
  await writeRows(tx, AuditEntryEntity, rows);
  return rows.map(({ id }) => id);
}
