import type { DataSource } from 'typeorm';
import { HEALTH_RULES } from '../domain/health.js';
import type { Json } from '../domain/record.js';
import type { Instant } from '../domain/words.js';
import { JoinHealthEntity, SourcePairEntity } from './entities/pair.entity.js';
import { RejectedRecordEntity, SourceRecordEntity } from './entities/source-record.entity.js';
import type { CursorCodec } from './list/cursor.js';
import type { KeysetList } from './list/keyset.js';
import { keysetPage } from './list/keyset.js';
import { Params, uuids } from './list/params.js';
import type {
  JoinAlarmRow,
  JoinHealthRow,
  Page,
  PageArgs,
  RejectedRecordRow,
  SourcePairRow,
  SourceRecordRow,
  SourceRow,
  TenantFrame,
} from './read-model.js';
import { columnsOf, selectList } from './select.js';
import { sourceColumns } from './source-columns.js';
import { standingHours } from './stats/standing.js';

/** The record `r` is not of a leg whose interaction is deleted. */
const NOT_DELETED = `not exists (select from leg l
  where l.tenant_id = r.tenant_id and l.id = r.leg_id and l.deleted_at is not null)`;

/** Reads sources and what they sent. No method reads a source's secret. */
export class SourceReader {
  constructor(
    private readonly db: DataSource,
    private readonly cursors: CursorCodec,
  ) {}

  /** In order of name. */
  all(tenantId: string): Promise<SourceRow[]> {
    return this.db.query<SourceRow[]>(
      `select ${this.sourceColumns()} from source s where s.tenant_id = $1 order by s.name collate "C"`,
      [tenantId],
    );
  }

  async byIds(tenantId: string, ids: readonly string[]): Promise<SourceRow[]> {
    const known = uuids(ids);
    if (known.length === 0) return [];
    return this.db.query<SourceRow[]>(
      `select ${this.sourceColumns()} from source s where s.tenant_id = $1 and s.id = any($2::uuid[])`,
      [tenantId, known],
    );
  }

  /** What was said of each leg, in the order in which it came, without the payloads. */
  async recordsByLegs(
    tenantId: string,
    legIds: readonly string[],
  ): Promise<Omit<SourceRecordRow, 'payload'>[]> {
    const known = uuids(legIds);
    if (known.length === 0) return [];
    return this.db.query<Omit<SourceRecordRow, 'payload'>[]>(
      `select ${this.recordColumns()}
      from source_record r where r.tenant_id = $1 and r.leg_id = any($2::uuid[]) and ${NOT_DELETED}
      order by r.leg_id, r.received_at, r.id`,
      [tenantId, known],
    );
  }

  /** Without their payloads. */
  async recordsByIds(tenantId: string, ids: readonly string[]): Promise<Omit<SourceRecordRow, 'payload'>[]> {
    const known = uuids(ids);
    if (known.length === 0) return [];
    return this.db.query<Omit<SourceRecordRow, 'payload'>[]>(
      `select ${this.recordColumns()} from source_record r
      where r.tenant_id = $1 and r.id = any($2::uuid[]) and ${NOT_DELETED}`,
      [tenantId, known],
    );
  }

  async rejectedByIds(tenantId: string, ids: readonly string[]): Promise<RejectedRecordRow[]> {
    const known = uuids(ids);
    if (known.length === 0) return [];
    return this.db.query<RejectedRecordRow[]>(
      `select ${selectList(columnsOf(this.db, RejectedRecordEntity), 'r')} from rejected_record r
      where r.tenant_id = $1 and r.id = any($2::uuid[])`,
      [tenantId, known],
    );
  }

  /** The payloads of records as they came, by record id. */
  async payloads(tenantId: string, recordIds: readonly string[]): Promise<Map<string, Json>> {
    const known = uuids(recordIds);
    if (known.length === 0) return new Map();
    const rows = await this.db.query<{ id: string; payload: Json }[]>(
      `select r.id, r.payload from source_record r where r.tenant_id = $1 and r.id = any($2::uuid[])`,
      [tenantId, known],
    );
    return new Map(rows.map((row) => [row.id, row.payload]));
  }

  /** What could not be read, the latest first. */
  rejected(frame: TenantFrame, args: PageArgs): Promise<Page<RejectedRecordRow>> {
    const params = new Params();
    const list: KeysetList<RejectedRecordRow> = {
      kind: 'rejected-records',
      tenantId: frame.tenantId,
      columns: selectList(columnsOf(this.db, RejectedRecordEntity), 'r'),
      from: 'rejected_record r',
      where: `r.tenant_id = ${params.add(frame.tenantId, 'uuid')}`,
      params,
      sort: { sql: 'r.received_at', property: 'receivedAt', type: 'timestamptz', isNullable: false },
      id: 'r.id',
      direction: 'DESC',
    };
    return keysetPage(this.db, this.cursors, list, args);
  }

  /** The clocks of all pairs of sources. */
  pairs(tenantId: string): Promise<SourcePairRow[]> {
    return this.db.query<SourcePairRow[]>(
      `select ${selectList(columnsOf(this.db, SourcePairEntity), 'p')} from source_pair p
        where p.tenant_id = $1 order by p.dialer_source_id, p.assistant_source_id`,
      [tenantId],
    );
  }

  /** The hours of all pairs of sources since an instant, the latest first. */
  joinHealth(tenantId: string, since: Instant): Promise<JoinHealthRow[]> {
    return this.db.query<JoinHealthRow[]>(
      `select ${selectList(columnsOf(this.db, JoinHealthEntity), 'h')} from join_health h
        where h.tenant_id = $1 and h.hour > $2 order by h.hour desc, h.dialer_source_id, h.assistant_source_id`,
      [tenantId, new Date(since)],
    );
  }

  /** What is wrong now with how sources find each other. */
  joinAlarms(tenantId: string, now: Instant): Promise<JoinAlarmRow[]> {
    return this.db.query<JoinAlarmRow[]>(
      `select h.dialer_source_id as "dialerSourceId", h.assistant_source_id as "assistantSourceId", h.hour, h.calls, b.*
         from (${standingHours('$2', 'tenant_id = $1')}) h
        cross join lateral jsonb_to_recordset(h.breaches)
              as b(metric text, value float8, median float8, low float8, high float8)
        order by h.dialer_source_id, h.assistant_source_id, b.metric`,
      [tenantId, new Date(now - HEALTH_RULES.standingMs)],
    );
  }

  private recordColumns(): string {
    return `${selectList(columnsOf(this.db, SourceRecordEntity, ['payload']), 'r')}, r.record->>'role' as role`;
  }

  private sourceColumns(): string {
    return sourceColumns(this.db);
  }
}
