import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readJsonInput } from '../../graphql/json-input.js';
import { buildThroughlineSchema } from '../../graphql/schema.js';
import { audit } from '../../storage/audit/audit-log.js';
import type { WantedInteractions } from '../../storage/export/interaction-export.js';
import { CursorCodec } from '../../storage/list/cursor.js';
import type { InteractionFilter } from '../../storage/list/filter.js';
import { SourceReader } from '../../storage/source-reader.js';
import { TenantStore } from '../../storage/tenant-store.js';
import { inTransaction } from '../../storage/transaction.js';
import type { Database } from '../database.js';
import { loadInstance } from '../database.js';
import { listContents } from '../exports/contents.js';
import { CSV } from '../exports/csv.js';
import type { ListFormat } from '../exports/list-format.js';
import { NDJSON } from '../exports/ndjson.js';
import type { Arguments, Command } from './commands.js';
import { UsageError } from './commands.js';
import { withDatabase } from './with-database.js';

const FORMATS: Readonly<Record<string, ListFormat>> = { csv: CSV, ndjson: NDJSON };

/** `export`: what `/exports/interactions.*` gives an administrator, without a server. */
export const exportInteractions: Command = {
  usage: 'export --tenant <name> [--format csv|ndjson] [--filter <json>] [--out <file>]',
  sentence: 'Writes the interactions of a tenant to standard output or a file; NDJSON unless told otherwise.',
  options: ['tenant', 'format', 'filter', 'out'],
  run: async (context, args) => {
    const name = args.required('tenant');
    const format = FORMATS[args.option('format') ?? 'ndjson'];
    if (format === undefined) throw new UsageError('--format is csv or ndjson.');
    const wanted = wantedBy(args);
    return withDatabase(context, async (database) => {
      const chunks = await contentsFor(database, name, wanted, format);
      await write(chunks, args.option('out'));
      return 0;
    });
  },
};

function wantedBy(args: Arguments): WantedInteractions {
  const text = args.option('filter') ?? undefined;
  const filter = readJsonInput(buildThroughlineSchema(), 'InteractionFilter', 'filter', text);
  return { filter: filter as InteractionFilter | null, orderBy: null };
}

async function contentsFor(
  { db }: Database,
  name: string,
  wanted: WantedInteractions,
  format: ListFormat,
): Promise<AsyncIterable<string>> {
  const tenant = await new TenantStore(db).byName(name);
  if (tenant === null) throw new UsageError(`There is no tenant ${name}.`);
  const { id: tenantId, timeZone, defaultCountry } = tenant;
  const instance = await loadInstance(db);
  const readers = { sources: new SourceReader(db, new CursorCodec(instance.secret, instance.id)) };
  const frame = { tenantId, timeZone, defaultCountry, now: Date.now() };
  const { chunks } = await listContents({ db, readers }, frame, 'ADMIN', wanted, format);
  const kind = format === CSV ? 'INTERACTIONS_CSV' : 'INTERACTIONS_NDJSON';
  const detail = { kind, filter: Object.keys(wanted.filter ?? {}) };
  const actor = { id: 'command line', role: 'ADMIN' as const };
  const deed = { action: 'EXPORTED' as const, subjectId: null, detail };
  await inTransaction(db, (tx) => audit(tx, tenantId, actor, [deed], frame.now));
  return chunks;
}

/** Whoever reads standard output may stop reading, as `head` does: then no more is written. */
async function write(chunks: AsyncIterable<string>, file: string | null): Promise<void> {
  const body = Readable.from(chunks, { objectMode: false });
  if (file !== null) return pipeline(body, createWriteStream(file));
  try {
    await pipeline(body, process.stdout, { end: false });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EPIPE') throw error;
  }
}
