import type { DataSource } from 'typeorm';
import type { AuditAction } from '../../domain/words.js';
import { AuditEntryEntity } from '../entities/audit.entity.js';
import { all, oneOf } from '../list/condition.js';
import type { CursorCodec } from '../list/cursor.js';
import type { KeysetList } from '../list/keyset.js';
import { keysetPage } from '../list/keyset.js';
import { Params } from '../list/params.js';
import type { Page, PageArgs, TenantFrame } from '../read-model.js';
import { columnsOf, selectList } from '../select.js';

export type AuditRow = Omit<AuditEntryEntity, 'tenantId'> & {
  /** True when a later entry has undone it. */
  isUndone: boolean;
};

export interface AuditFilter {
  /** What it was done to. */
  subjectId?: string | null;
  batchId?: string | null;
  action?: AuditAction[] | null;
}

/** Counted for each row of a page: `exists` would have the planner read the whole log for a few of them. */
const IS_UNDONE =
  '(select count(*) > 0 from audit_entry u where u.tenant_id = e.tenant_id and u.undoes = e.id)';

/** Reads who did what, and why. */
export class AuditReader {
  constructor(
    private readonly db: DataSource,
    private readonly cursors: CursorCodec,
  ) {}

  /** The latest first. */
  page(frame: TenantFrame, filter: AuditFilter, args: PageArgs): Promise<Page<AuditRow>> {
    const params = new Params();
    const given = (column: string, id: string | null | undefined) =>
      id == null ? null : `${column} = ${params.add(id, 'uuid')}`;
    const list: KeysetList<AuditRow> = {
      kind: 'audit-log',
      tenantId: frame.tenantId,
      columns: `${selectList(columnsOf(this.db, AuditEntryEntity, ['tenantId']), 'e')},
        ${IS_UNDONE} as "isUndone"`,
      from: 'audit_entry e',
      where: all([
        `e.tenant_id = ${params.add(frame.tenantId, 'uuid')}`,
        given('e.subject_id', filter.subjectId),
        given('e.batch_id', filter.batchId),
        oneOf('e.action', filter.action, params),
      ]),
      params,
      sort: { sql: 'e.at', property: 'at', type: 'timestamptz', isNullable: false },
      id: 'e.id',
      direction: 'DESC',
    };
    return keysetPage(this.db, this.cursors, list, args);
  }
}
