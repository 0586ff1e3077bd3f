import type { DataSource, EntityManager } from 'typeorm';
import { WATERMARK_RULES } from '../domain/watermark.js';
import type { Instant } from '../domain/words.js';
import type { HeardSource } from './derived-marks.js';
import { keepMarks } from './derived-marks.js';
import { SOURCE_FACT } from './trace/surroundings.js';
import { inTransaction } from './transaction.js';

interface Seen {
  lastRecordAt: Instant;
  lastEventAt: Instant;
}

const FLUSH_MS = 500;

/**
 * When each source was last heard of. It is gathered here and written twice a second at most: a row that
 * every record had to update would make all writers of a source wait for each other.
 */
export class SourceActivity {
  readonly #pending = new Map<string, Seen & { tenantId: string; sourceId: string }>();
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly db: DataSource) {}

  note(tenantId: string, sourceId: string, seen: Seen): void {
    const key = `${tenantId}/${sourceId}`;
    const before = this.#pending.get(key);
    this.#pending.set(key, {
      tenantId,
      sourceId,
      lastRecordAt: Math.max(seen.lastRecordAt, before?.lastRecordAt ?? 0),
      lastEventAt: Math.max(seen.lastEventAt, before?.lastEventAt ?? 0),
    });
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), FLUSH_MS);
  }

  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const rows = [...this.#pending.values()];
    this.#pending.clear();
    if (rows.length === 0) return;
    await inTransaction(this.db, (tx) => writeSeen(tx, rows));
  }
}

/** One statement, and one more when a watermark that is derived has moved on. */
async function writeSeen(
  tx: EntityManager,
  rows: readonly (Seen & { tenantId: string; sourceId: string })[],
): Promise<void> {
  const [heard] = (await tx.query(
    `update source s
        set last_record_at = greatest(s.last_record_at, to_timestamp(a."lastRecordAt" / 1000.0)),
            steady_since = case when to_timestamp(a."lastRecordAt" / 1000.0) - s.last_record_at <= $2::int * interval '1 millisecond'
                                then coalesce(s.steady_since, s.last_record_at)
                                else to_timestamp(a."lastRecordAt" / 1000.0) end,
            last_event_at = greatest(s.last_event_at, to_timestamp(a."lastEventAt" / 1000.0))
       from jsonb_to_recordset($1::jsonb) as a("tenantId" uuid, "sourceId" uuid, "lastRecordAt" numeric, "lastEventAt" numeric)
      where s.tenant_id = a."tenantId" and s.id = a."sourceId"
      returning s.tenant_id as "tenantId", ${SOURCE_FACT} as source, (a."lastRecordAt")::bigint as now`,
    [JSON.stringify(rows), WATERMARK_RULES.idleMs],
  )) as [HeardSource[], number];
  await keepMarks(tx, heard);
}
