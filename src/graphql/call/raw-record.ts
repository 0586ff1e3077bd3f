import type DataLoader from 'dataloader';
import type { Json } from '../../domain/record.js';
import type { CallRow } from '../../storage/read-model.js';
import type { RecordRow } from '../loaders.js';

/** The exact, unedited document behind a call, for support and tickets. Instants are epoch ms, as stored. */
export async function rawRecord(
  call: CallRow,
  records: readonly RecordRow[],
  payloads: DataLoader<string, Json>,
) {
  const folded = Object.fromEntries(Object.entries(call).filter(([name]) => name !== 'tenantId'));
  const loaded = await Promise.all(records.map(({ id }) => payloads.load(id)));
  const sent = records.map(({ id, version, hash, occurredAt, receivedAt, record }, index) => {
    const payload = loaded[index] ?? null;
    return { id, version, hash, occurredAt, receivedAt, record, payload };
  });
  return { call: folded, records: sent };
}
