import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { CallEntity, KnowledgeSearchEntity, ToolCallEntity } from './entities/call.entity.js';
import { LegEntity } from './entities/leg.entity.js';
import { RecordingEntity } from './entities/recording.entity.js';
import type { CappedCount } from './list/count.js';
import { COUNT_CAP, countUpTo } from './list/count.js';
import type { CursorCodec } from './list/cursor.js';
import type { CallFilter } from './list/filter.js';
import { callWhere } from './list/filter.js';
import { keysetPage } from './list/keyset.js';
import type { CallOrder } from './list/order.js';
import { callOrdering } from './list/order.js';
import { Params, uuids } from './list/params.js';
import { CALL_UNSHOWN } from './read-model.js';
import type {
  CallRow,
  KnowledgeSearchRow,
  LegRow,
  Page,
  PageArgs,
  RecordingRow,
  TenantFrame,
  ToolCallRow,
} from './read-model.js';
import { columnsOf, selectList } from './select.js';

type Maybe<T> = T | null | undefined;

/** A row that was asked for by its interaction. */
export type OfInteraction<T> = T & { interactionId: string };

/** What a leg has beside its call; the rest of a leg is joined into the call's row. */
const OF_LEG_ALONE = [
  'tenantId',
  'id',
  'keys',
  'ignoredKeys',
  'link',
  'endPresumed',
  'attemptEnd',
  'attemptEndDerived',
  'deletedAt',
];

const CALLS = 'call c join leg l on l.tenant_id = c.tenant_id and l.id = c.id';

/** The order of legs in the domain (`byStart`), in SQL. */
const LEG_ORDER = `l.interaction_id,
  coalesce(l.started_at, l.queued_at, l.ring_at, l.answered_at, l.first_event_at), l.external_id collate "C", l.source_id`;

/** Reads calls and legs. Every method is one statement, and none when it is asked for nothing. */
export class CallReader {
  private selected: string | undefined;

  constructor(
    private readonly db: DataSource,
    private readonly cursors: CursorCodec,
  ) {}

  async page(
    frame: TenantFrame,
    filter: Maybe<CallFilter>,
    order: Maybe<CallOrder>,
    args: PageArgs,
  ): Promise<Page<CallRow>> {
    const params = new Params();
    const list = {
      ...callOrdering(order),
      tenantId: frame.tenantId,
      columns: this.columns,
      from: CALLS,
      where: callWhere(filter, frame, params),
      params,
      id: 'c.id',
    };
    return keysetPage(this.db, this.cursors, list, args);
  }

  async count(frame: TenantFrame, filter: Maybe<CallFilter>, cap = COUNT_CAP): Promise<CappedCount> {
    const params = new Params();
    return countUpTo(
      this.db,
      `select 1 from ${CALLS} where ${callWhere(filter, frame, params)}`,
      params,
      cap,
    );
  }

  byIds(tenantId: string, ids: readonly string[]): Promise<CallRow[]> {
    return this.rows<CallRow>(
      `select ${this.columns} from ${CALLS} where c.tenant_id = $1 and c.id = any($2::uuid[]) and l.deleted_at is null`,
      tenantId,
      ids,
    );
  }

  /** The calls of each interaction, the earliest first. */
  callsByInteractions(tenantId: string, interactionIds: readonly string[]): Promise<CallRow[]> {
    return this.rows<CallRow>(
      `select ${this.columns} from ${CALLS}
      where c.tenant_id = $1 and l.tenant_id = $1 and l.interaction_id = any($2::uuid[]) and l.deleted_at is null
      order by ${LEG_ORDER}`,
      tenantId,
      interactionIds,
    );
  }

  legsByIds(tenantId: string, ids: readonly string[]): Promise<LegRow[]> {
    return this.legs('l.id', tenantId, ids);
  }

  /** The legs of each interaction, the earliest first. */
  legsByInteractions(tenantId: string, interactionIds: readonly string[]): Promise<LegRow[]> {
    return this.legs('l.interaction_id', tenantId, interactionIds);
  }

  toolCallsByCalls(tenantId: string, callIds: readonly string[]): Promise<ToolCallRow[]> {
    return this.partsByCalls<ToolCallRow>(ToolCallEntity, tenantId, callIds);
  }

  knowledgeSearchesByCalls(tenantId: string, callIds: readonly string[]): Promise<KnowledgeSearchRow[]> {
    return this.partsByCalls<KnowledgeSearchRow>(KnowledgeSearchEntity, tenantId, callIds);
  }

  toolCallsByInteractions(
    tenantId: string,
    interactionIds: readonly string[],
  ): Promise<OfInteraction<ToolCallRow>[]> {
    return this.partsByInteractions<ToolCallRow>(ToolCallEntity, tenantId, interactionIds);
  }

  knowledgeSearchesByInteractions(
    tenantId: string,
    interactionIds: readonly string[],
  ): Promise<OfInteraction<KnowledgeSearchRow>[]> {
    return this.partsByInteractions<KnowledgeSearchRow>(KnowledgeSearchEntity, tenantId, interactionIds);
  }

  /** What is known of the audio of each call. */
  recordings(tenantId: string, callIds: readonly string[]): Promise<RecordingRow[]> {
    return this.rows<RecordingRow>(
      `select ${selectList(columnsOf(this.db, RecordingEntity), 'r')} from recording r
      where r.tenant_id = $1 and r.call_id = any($2::uuid[])`,
      tenantId,
      callIds,
    );
  }

  private legs(column: string, tenantId: string, ids: readonly string[]): Promise<LegRow[]> {
    return this.rows<LegRow>(
      `select ${selectList(columnsOf(this.db, LegEntity), 'l')} from leg l
      where l.tenant_id = $1 and ${column} = any($2::uuid[]) and l.deleted_at is null order by ${LEG_ORDER}`,
      tenantId,
      ids,
    );
  }

  /** In order of time within each call. */
  private partsByCalls<T>(
    entity: EntityTarget<ObjectLiteral>,
    tenantId: string,
    callIds: readonly string[],
  ): Promise<T[]> {
    return this.rows<T>(
      `select ${selectList(columnsOf(this.db, entity), 'e')} from ${this.tableOf(entity)} e
      where e.tenant_id = $1 and e.call_id = any($2::uuid[]) order by e.call_id, e.at, e.id`,
      tenantId,
      callIds,
    );
  }

  /** In order of time within each interaction, whatever the call. */
  private partsByInteractions<T>(
    entity: EntityTarget<ObjectLiteral>,
    tenantId: string,
    interactionIds: readonly string[],
  ): Promise<OfInteraction<T>[]> {
    return this.rows<OfInteraction<T>>(
      `select l.interaction_id as "interactionId", ${selectList(columnsOf(this.db, entity), 'e')}
      from leg l join ${this.tableOf(entity)} e on e.tenant_id = l.tenant_id and e.call_id = l.id
      where l.tenant_id = $1 and e.tenant_id = $1 and l.interaction_id = any($2::uuid[])
      order by l.interaction_id, e.at, e.call_id, e.id`,
      tenantId,
      interactionIds,
    );
  }

  private tableOf(entity: EntityTarget<ObjectLiteral>): string {
    return this.db.getMetadata(entity).tableName;
  }

  private async rows<T>(sql: string, tenantId: string, ids: readonly string[]): Promise<T[]> {
    const known = uuids(ids);
    return known.length === 0 ? [] : this.db.query<T[]>(sql, [tenantId, known]);
  }

  /** Made late: the entities' metadata is there only once the data source is initialised. */
  private get columns(): string {
    this.selected ??= [
      selectList(columnsOf(this.db, CallEntity, CALL_UNSHOWN), 'c'),
      selectList(columnsOf(this.db, LegEntity, OF_LEG_ALONE), 'l'),
    ].join(', ');
    return this.selected;
  }
}
