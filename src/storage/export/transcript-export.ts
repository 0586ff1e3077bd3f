import type { DataSource } from 'typeorm';
import type { Role } from '../../domain/words.js';
import type { TranscriptRow } from '../read-model.js';
import { ENTRY_UNSHOWN } from '../read-model.js';
import { columnsOf, selectList } from '../select.js';
import { TranscriptEntryEntity } from '../entities/call.entity.js';
import { SnapshotScan } from './snapshot-scan.js';

/** Something that was said, and the part that the system plays which told of it. */
export type ExportedEntry = Omit<TranscriptRow, 'tenantId'> & { role: Role };

/** All that was said in an interaction, in the order of its transcript. */
export function scanTranscript(
  db: DataSource,
  tenantId: string,
  interactionId: string,
): Promise<SnapshotScan<ExportedEntry>> {
  const columns = selectList(columnsOf(db, TranscriptEntryEntity, ['tenantId', ...ENTRY_UNSHOWN]), 'e');
  return SnapshotScan.open(
    db,
    `select ${columns}, l.role from leg l
    join transcript_entry e on e.tenant_id = l.tenant_id and e.call_id = l.id
    where l.tenant_id = $1::uuid and e.tenant_id = $1::uuid and l.interaction_id = $2::uuid
      and l.deleted_at is null
    order by e.at, e.call_id, e.id`,
    [tenantId, interactionId],
  );
}
