import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Ingest } from '../../ingest/receive.js';
import type { RecordResult } from '../../ingest/results.js';
import { RejectedStore } from '../../storage/rejected-store.js';
import { SourceActivity } from '../../storage/source-activity.js';
import { SourceStore } from '../../storage/source-store.js';
import { TenantStore } from '../../storage/tenant-store.js';
import { TraceStore } from '../../storage/trace/trace-store.js';
import type { Database } from '../database.js';
import type { Command } from './commands.js';
import { UsageError } from './commands.js';
import { withDatabase } from './with-database.js';

const BATCH = 200;

/** `import`: a JSONL file of neutral records through the same door as live ones. Running it again adds nothing. */
export const importRecords: Command = {
  usage: 'import <file.jsonl> --source <name> --tenant <name>',
  sentence:
    'Imports neutral records, one JSON object a line. It can be repeated: what is there is not taken twice.',
  options: ['source', 'tenant'],
  run: async (context, args) => {
    const [file] = args.positional;
    if (file === undefined) throw new UsageError('Name the file to import.');
    const size = sizeOf(file);
    return withDatabase(context, async (database) => {
      const tenant = await new TenantStore(database.db).byName(args.required('tenant'));
      if (tenant === null) throw new UsageError(`There is no tenant ${args.required('tenant')}.`);
      const { ingest, activity } = makeIngest(database);
      const source = await ingest.source(tenant.id, args.required('source'));
      if (source.provider !== 'neutral')
        throw new UsageError(
          `${source.name} is a ${source.provider} source; JSONL import takes neutral records.`,
        );
      const tally = new Tally(size, context.say);
      for await (const lines of batches(file))
        tally.add(lines, await ingest.receiveFor(source, lines.map(parse)));
      await activity.flush();
      tally.report();
      context.print(JSON.stringify(tally.counts));
      return tally.counts.REJECTED === 0 ? 0 : 1;
    });
  },
};

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    throw new UsageError(`${file} cannot be read.`);
  }
}

function makeIngest({ db }: Database): { ingest: Ingest; activity: SourceActivity } {
  const activity = new SourceActivity(db);
  const parts = {
    trace: new TraceStore(db),
    sources: new SourceStore(db),
    rejected: new RejectedStore(db),
    activity,
    now: Date.now,
  };
  return { ingest: new Ingest(parts), activity };
}

async function* batches(file: string): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    batch.push(line);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** A line that is not JSON is passed on as text: it is rejected with a reason, like any other bad record. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** Counts what became of the records, and tells how far the import has come. */
class Tally {
  readonly counts: Record<RecordResult['status'], number> = {
    ACCEPTED: 0,
    DUPLICATE: 0,
    CONFLICT: 0,
    REJECTED: 0,
  };
  #bytes = 0;
  #toldAt = 0;

  constructor(
    private readonly size: number,
    private readonly say: (line: string) => void,
  ) {}

  add(lines: readonly string[], results: readonly RecordResult[]): void {
    for (const line of lines) this.#bytes += Buffer.byteLength(line) + 1;
    for (const result of results) this.counts[result.status] += 1;
    if (Date.now() - this.#toldAt < 1_000) return;
    this.#toldAt = Date.now();
    this.report();
  }

  report(): void {
    const done = Math.min(1, this.size === 0 ? 1 : this.#bytes / this.size);
    const bar = '█'.repeat(Math.round(done * 20)).padEnd(20, '░');
    const { ACCEPTED, DUPLICATE, CONFLICT, REJECTED } = this.counts;
    this.say(
      `${bar} ${Math.round(done * 100)} %  ${ACCEPTED} accepted, ${DUPLICATE} duplicates, ${CONFLICT} conflicts, ${REJECTED} rejected`,
    );
  }
}
