import type { EntityManager } from 'typeorm';
import type { Instant } from '../../domain/words.js';
import { enqueue } from '../jobs.js';

/** The background job that deletes copies from the storage: `{keys}`. */
export const REMOVE_AUDIO = 'remove-audio';

/** Has copies deleted from the storage once the transaction is committed; tried again until it is done. */
export async function removeAudio(tx: EntityManager, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await enqueue(tx, REMOVE_AUDIO, { keys: [...keys] }, { maxAttempts: 25 });
}

/**
 * Deletes all that is kept of the calls' recordings: the rows here and now, the audio by a background job
 * once the transaction is committed (a copy that is being made just then finds no row and deletes itself).
 * What the calls' own records say of a recording is not touched, nor is a change announced: whoever
 * deletes or erases the calls does both. Answers how many recordings had a copy.
 */
export async function deleteRecordings(
  tx: EntityManager,
  tenantId: string,
  callIds: readonly string[],
): Promise<number> {
  if (callIds.length === 0) return 0;
  const [rows]: [{ storage_key: string | null }[], number] = await tx.query(
    'delete from recording where tenant_id = $1 and call_id = any($2::uuid[]) returning storage_key',
    [tenantId, callIds],
  );
  const keys = rows.flatMap((row) => row.storage_key ?? []);
  await removeAudio(tx, keys);
  return keys.length;
}

/**
 * Deletes the copies of the calls' recordings and keeps the rows, which say EXPIRED and why: for
 * retention. They are not fetched again. Answers the calls whose copy is gone; the caller announces it.
 */
export async function expireRecordings(
  tx: EntityManager,
  tenantId: string,
  callIds: readonly string[],
  reason: string,
  now: Instant,
): Promise<string[]> {
  const rows: { callId: string; key: string }[] = await tx.query(
    `with old as (
       select call_id, storage_key from recording
        where tenant_id = $1 and call_id = any($2::uuid[]) and storage_key is not null order by call_id for update
     ), gone as (
       update recording r set state = 'EXPIRED', reason = $3, storage_key = null, bytes = null, sha256 = null,
                              content_type = null, expires_at = null, updated_at = $4
         from old where r.tenant_id = $1 and r.call_id = old.call_id
     )
     select call_id as "callId", storage_key as key from old`,
    [tenantId, callIds, reason, new Date(now)],
  );
  await removeAudio(
    tx,
    rows.map(({ key }) => key),
  );
  return rows.map(({ callId }) => callId);
}
