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
  const loaded = await Promise.all(records.map(({ id }) => payloads.load(id)));
  return {
    call: rawCall(call),
    records: records.map((record, index) => rawSent(record, loaded[index] ?? null)),
  };
}

/** The folded call. */
export const rawCall = (call: CallRow): object =>
  Object.fromEntries(Object.entries(call).filter(([name]) => name !== 'tenantId'));

/** One record of it, with the payload as it came. */
export const rawSent = (record: RecordRow, payload: Json): object => {
  const { id, version, hash, occurredAt, receivedAt, record: read } = record;
  return { id, version, hash, occurredAt, receivedAt, record: read, payload };
};
