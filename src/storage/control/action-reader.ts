import type { DataSource } from 'typeorm';
import type { Instant, MonitoringKind, MonitoringState } from '../../domain/words.js';
import { CoachingNoteEntity, MonitoringActionEntity } from '../entities/control.entity.js';
import type { CursorCodec } from '../list/cursor.js';
import type { KeysetList } from '../list/keyset.js';
import { keysetPage } from '../list/keyset.js';
import { Params, uuids } from '../list/params.js';
import type {
  CoachingNoteRow,
  HandOffRow,
  MonitoringActionRow,
  Page,
  PageArgs,
  Range,
  TenantFrame,
} from '../read-model.js';
import { columnsOf, selectList } from '../select.js';

export interface ActionFilter {
  /** Local ids; one that cannot exist matches nothing. */
  callId?: string | null;
  kind?: readonly MonitoringKind[] | null;
  state?: readonly MonitoringState[] | null;
  requestedAt?: Range<Instant> | null;
}

/** How far back a reader of changes looks, by the database's clock: longer than any transaction lasts. */
const LOOK_BACK = `interval '60 seconds'`;

/** That somebody took a call over. */
export interface TakeOver {
  callId: string;
  at: Instant;
}

/** Reads actions on live calls, coaching notes, and calls that wait for a human. */
export class ActionReader {
  constructor(
    private readonly db: DataSource,
    private readonly cursors: CursorCodec,
  ) {}

  /** The latest first. */
  page(frame: TenantFrame, filter: ActionFilter | null, args: PageArgs): Promise<Page<MonitoringActionRow>> {
    const params = new Params();
    const list: KeysetList<MonitoringActionRow> = {
      kind: 'monitoring-actions',
      tenantId: frame.tenantId,
      columns: this.columns,
      from: 'monitoring_action a',
      where: conditions(frame.tenantId, filter ?? {}, params).join(' and '),
      params,
      sort: { sql: 'a.requested_at', property: 'requestedAt', type: 'timestamptz', isNullable: false },
      id: 'a.id',
      direction: 'DESC',
    };
    return keysetPage(this.db, this.cursors, list, args);
  }

  /** Calls whose assistant asked for a human who has not come, the one that waits longest first. */
  handOffs(frame: TenantFrame, args: PageArgs): Promise<Page<HandOffRow>> {
    const params = new Params();
    const tenant = params.add(frame.tenantId, 'uuid');
    const list: KeysetList<HandOffRow> = {
      kind: 'hand-offs',
      tenantId: frame.tenantId,
      columns: 'c.id, c.hand_off_at as "handOffAt", c.transfers',
      from: 'call c join leg l on l.tenant_id = c.tenant_id and l.id = c.id',
      where: `c.tenant_id = ${tenant} and l.tenant_id = ${tenant} and c.hand_off_at is not null and ${STILL_WAITS}`,
      params,
      sort: { sql: 'c.hand_off_at', property: 'handOffAt', type: 'timestamptz', isNullable: false },
      id: 'c.id',
      direction: 'ASC',
    };
    return keysetPage(this.db, this.cursors, list, args);
  }

  byIds(tenantId: string, ids: readonly string[]): Promise<MonitoringActionRow[]> {
    return this.rows<MonitoringActionRow>(
      `select ${this.columns} from monitoring_action a where a.tenant_id = $1 and a.id = any($2::uuid[])`,
      tenantId,
      ids,
    );
  }

  /** When somebody took each call over, in order of time: every take-over that the vendor confirmed. */
  takeOversByCalls(tenantId: string, callIds: readonly string[]): Promise<TakeOver[]> {
    return this.rows<TakeOver>(
      `select call_id as "callId", settled_at as at from monitoring_action
        where tenant_id = $1 and call_id = any($2::uuid[]) and kind = 'TAKE_OVER' and state = 'DONE'
          and settled_at is not null
        order by call_id, settled_at, id`,
      tenantId,
      callIds,
    );
  }

  /** Of each call, in order of time. */
  notesByCalls(tenantId: string, callIds: readonly string[]): Promise<CoachingNoteRow[]> {
    return this.rows<CoachingNoteRow>(
      `select ${selectList(columnsOf(this.db, CoachingNoteEntity), 'n')} from coaching_note n
        where n.tenant_id = $1 and n.call_id = any($2::uuid[]) order by n.call_id, n.at, n.id`,
      tenantId,
      callIds,
    );
  }

  /** What changed lately in these tenants, in the order of the changes. */
  lately(tenantIds: readonly string[]): Promise<MonitoringActionRow[]> {
    return this.db.query<MonitoringActionRow[]>(
      `select ${this.columns} from monitoring_action a
        where a.tenant_id = any($1::uuid[]) and a.touched_at > now() - ${LOOK_BACK} order by a.touched_at, a.id`,
      [tenantIds],
    );
  }

  private async rows<T>(sql: string, tenantId: string, ids: readonly string[]): Promise<T[]> {
    const known = uuids(ids);
    return known.length === 0 ? [] : this.db.query<T[]>(sql, [tenantId, known]);
  }

  private get columns(): string {
    return selectList(columnsOf(this.db, MonitoringActionEntity), 'a');
  }
}

function conditions(tenantId: string, filter: ActionFilter, params: Params): string[] {
  const { callId, kind, state, requestedAt } = filter;
  const where = [`a.tenant_id = ${params.add(tenantId, 'uuid')}`];
  if (callId != null) where.push(`a.call_id = any(${params.add(uuids([callId]), 'uuid[]')})`);
  if (kind != null) where.push(`a.kind = any(${params.add(kind, 'text[]')})`);
  if (state != null) where.push(`a.state = any(${params.add(state, 'text[]')})`);
  if (requestedAt?.from != null) where.push(`a.requested_at >= ${params.instant(requestedAt.from)}`);
  if (requestedAt?.to != null) where.push(`a.requested_at < ${params.instant(requestedAt.to)}`);
  return where;
}

/** The call goes on, no human is on the line or taking it, and nobody has taken it over. */
const STILL_WAITS = `l.state = 'ACTIVE' and not l.end_presumed and l.deleted_at is null
  and not exists (select from leg h where h.tenant_id = l.tenant_id and h.interaction_id = l.interaction_id
                     and h.role = 'HUMAN' and h.state in ('ACTIVE', 'TERMINAL') and h.first_event_at >= c.hand_off_at)
  and not exists (select from monitoring_action t where t.tenant_id = l.tenant_id and t.call_id = c.id
                     and t.kind in ('TAKE_OVER', 'TRANSFER') and t.state = 'DONE' and t.requested_at >= c.hand_off_at)`;
