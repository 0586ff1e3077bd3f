import type { DataSource } from 'typeorm';
import type { Json } from '../domain/record.js';
import { RejectedRecordEntity, SourceRecordEntity } from './entities/source-record.entity.js';
import { SourceEntity } from './entities/tenant.entity.js';
import type { CursorCodec } from './list/cursor.js';
import type { KeysetList } from './list/keyset.js';
import { keysetPage } from './list/keyset.js';
import { Params, uuids } from './list/params.js';
import type {
  Page,
  PageArgs,
  RejectedRecordRow,
  SourceRecordRow,
  SourceRow,
  TenantFrame,
} from './read-model.js';
import { columnsOf, selectList } from './select.js';

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
      from source_record r where r.tenant_id = $1 and r.leg_id = any($2::uuid[])
      order by r.leg_id, r.received_at, r.id`,
      [tenantId, known],
    );
  }

  /** Without their payloads. */
  async recordsByIds(tenantId: string, ids: readonly string[]): Promise<Omit<SourceRecordRow, 'payload'>[]> {
    const known = uuids(ids);
    if (known.length === 0) return [];
    return this.db.query<Omit<SourceRecordRow, 'payload'>[]>(
      `select ${this.recordColumns()} from source_record r where r.tenant_id = $1 and r.id = any($2::uuid[])`,
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

  private recordColumns(): string {
    return `${selectList(columnsOf(this.db, SourceRecordEntity, ['payload']), 'r')}, r.record->>'role' as role`;
  }

  private sourceColumns(): string {
    return selectList(columnsOf(this.db, SourceEntity, ['secret']), 's');
  }
}
