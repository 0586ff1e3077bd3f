import type { DataSource } from 'typeorm';
import { may } from '../../domain/permissions.js';
import type { ApiRole } from '../../domain/words.js';
import type { Readers } from '../../graphql/context.js';
import { rawCall, rawSent } from '../../graphql/call/raw-record.js';
import type { WantedInteractions } from '../../storage/export/interaction-export.js';
import { scanInteractions } from '../../storage/export/interaction-export.js';
import type { SnapshotScan } from '../../storage/export/snapshot-scan.js';
import { scanTranscript } from '../../storage/export/transcript-export.js';
import type { CallRow, InteractionRow, TenantFrame } from '../../storage/read-model.js';
import type { Download } from './downloads.js';
import type { ListFormat, SourceNames } from './list-format.js';
import { EXPORTED } from './list-format.js';
import type { TranscriptFormat } from './transcripts.js';
import type { VconParts } from './vcon.js';
import { writeVcon } from './vcon.js';

/** What the files hold. */
export interface ExportSource {
  db: DataSource;
  readers: Pick<Readers, 'sources'>;
}

export type Contents = Pick<Download, 'chunks' | 'stop' | 'onLost'>;

/** The interactions that are wanted, as a reader of the role may see them. */
export async function listContents(
  { db, readers }: ExportSource,
  frame: TenantFrame,
  role: ApiRole,
  wanted: WantedInteractions,
  format: ListFormat,
): Promise<Contents> {
  const sources = await sourceNames(readers, frame.tenantId, role);
  const scan = await scanInteractions(db, frame, wanted, EXPORTED);
  async function* write(): AsyncGenerator<string> {
    if (format.head !== '') yield format.head;
    for await (const rows of scan.batches()) yield format.lines(rows, sources);
  }
  return ofScan(scan, write());
}

export async function transcriptContents(
  { db }: ExportSource,
  interaction: InteractionRow,
  format: TranscriptFormat,
): Promise<Contents> {
  const scan = await scanTranscript(db, interaction.tenantId, interaction.id);
  return ofScan(scan, format.write(interaction, scan.batches()));
}

export async function vconContents({ db }: ExportSource, parts: VconParts): Promise<Contents> {
  const { tenantId, id } = parts.interaction;
  const scan = await scanTranscript(db, tenantId, id);
  return ofScan(scan, writeVcon(parts, scan.batches()));
}

/** What GraphQL's `rawRecord` holds, one payload in memory at a time. */
export async function callContents({ readers }: ExportSource, call: CallRow): Promise<Contents> {
  const { tenantId, id } = call;
  const records = await readers.sources.recordsByLegs(tenantId, [id]);
  async function* write(): AsyncGenerator<string> {
    yield `{"call":${JSON.stringify(rawCall(call))},"records":[`;
    for (const [index, record] of records.entries()) {
      const payloads = await readers.sources.payloads(tenantId, [record.id]);
      const sent = JSON.stringify(rawSent(record, payloads.get(record.id) ?? null));
      yield `${index === 0 ? '' : ','}\n${sent}`;
    }
    yield '\n]}\n';
  }
  return { chunks: write(), stop: () => Promise.resolve(), onLost: () => undefined };
}

const ofScan = (scan: SnapshotScan<unknown>, chunks: AsyncIterable<string>): Contents => ({
  chunks,
  stop: () => scan.close(),
  onLost: (listener) => scan.onLost(listener),
});

async function sourceNames(
  readers: ExportSource['readers'],
  tenantId: string,
  role: ApiRole,
): Promise<SourceNames> {
  const sources = may(role, 'READ_SOURCES') ? await readers.sources.all(tenantId) : [];
  return new Map(sources.map(({ id, name }) => [id, name]));
}
