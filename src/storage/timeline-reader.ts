import type { DataSource } from 'typeorm';
import { KnowledgeSearchEntity, ToolCallEntity, TranscriptEntryEntity } from './entities/call.entity.js';
import type { CursorCodec } from './list/cursor.js';
import type { Phrase } from '../domain/spoken.js';
import { capped, COUNT_CAP } from './list/count.js';
import { once } from './list/once.js';
import { pageSize } from './list/page-size.js';
import { Params, storable, uuids } from './list/params.js';
import { entryHas } from './list/transcript.js';
import { ENTRY_UNSHOWN } from './read-model.js';
import type { Page, PageArgs, TimelineRow, TranscriptRow } from './read-model.js';
import { columnsOf, selectList } from './select.js';

export type TimelineOwner = 'call' | 'interaction';
export type ForwardArgs = Pick<PageArgs, 'first' | 'after'>;
/** Events come only when asked for. */
export type TimelineArgs = ForwardArgs & { includeEvents?: boolean | null };

type Kind = TimelineRow['kind'];

/** A row that was asked for by its owner. */
export type OfOwner<T> = T & { ownerId: string };

/** What places an entry in time; everything else depends on its kind. */
interface Entry {
  kind: Kind;
  at: number;
  callId: string;
  id: string;
}
type Found = Entry & { ownerId: string; hasEarlier: boolean; [property: string]: unknown };
type Place = [at: number, kind: Kind, callId: string, id: string];

/** One of the two lists, and how one of its rows looks to the caller. */
interface EntryList<T> {
  name: string;
  kinds: readonly Kind[];
  shape: (row: Found) => T;
}

const ENTITIES = {
  MESSAGE: TranscriptEntryEntity,
  TOOL_CALL: ToolCallEntity,
  KNOWLEDGE_SEARCH: KnowledgeSearchEntity,
};

interface Column {
  property: string;
  column: string;
  type: string;
}

/** Events lie in their calls: they are many, and seldom asked for. */
const EVENTS = `(select c.tenant_id, c.id as call_id, v.id, v.type, v.data,
    coalesce(to_timestamp(v.at / 1000.0), c.sorted_at)::timestamptz(3) as at
  from call c cross join lateral
    jsonb_to_recordset(c.events) as v(id text, type text, at numeric, data jsonb))`;

const EVENT_COLUMNS: Column[] = [
  { property: 'tenantId', column: 'tenant_id', type: 'uuid' },
  { property: 'callId', column: 'call_id', type: 'uuid' },
  { property: 'id', column: 'id', type: 'text' },
  { property: 'at', column: 'at', type: 'timestamptz' },
  { property: 'type', column: 'type', type: 'text' },
  { property: 'data', column: 'data', type: 'jsonb' },
];

/** The calls of an owner `o`. */
const CALLS_OF: Record<TimelineOwner, string> = {
  call: '(select o.id) l',
  interaction: '(select g.id from leg g where g.tenant_id = $1 and g.interaction_id = o.id) l',
};

const TIME_ORDER = 'entry.at, entry.kind, entry."callId", entry.id';

/**
 * Reads what was said and done, ordered by time, kind, call and id. Whatever the number of owners it
 * is one statement, and each owner gets a page of its own, an unknown one an empty page.
 */
export class TimelineReader {
  constructor(
    private readonly db: DataSource,
    private readonly cursors: CursorCodec,
  ) {}

  transcript(
    tenantId: string,
    owner: TimelineOwner,
    ownerIds: readonly string[],
    args: ForwardArgs,
  ): Promise<Map<string, Page<TranscriptRow>>> {
    const shape = (row: Found) => this.ofItsKind(row) as TranscriptRow;
    return this.pages({ name: 'transcript', kinds: ['MESSAGE'], shape }, tenantId, owner, ownerIds, args);
  }

  timeline(
    tenantId: string,
    owner: TimelineOwner,
    ownerIds: readonly string[],
    args: TimelineArgs,
  ): Promise<Map<string, Page<TimelineRow>>> {
    const kinds: Kind[] = ['MESSAGE', 'TOOL_CALL', 'KNOWLEDGE_SEARCH'];
    if (args.includeEvents === true) kinds.push('EVENT');
    const shape = (row: Found) => ({ kind: row.kind, ...this.ofItsKind(row) }) as TimelineRow;
    return this.pages({ name: 'timeline', kinds, shape }, tenantId, owner, ownerIds, args);
  }

  /** Entries of one call's transcript, in order of time. */
  async entriesByIds(tenantId: string, callId: string, ids: readonly string[]): Promise<TranscriptRow[]> {
    const [call] = uuids([callId]);
    const known = storable(ids);
    if (call === undefined || known.length === 0) return [];
    return this.db.query<TranscriptRow[]>(
      `select ${selectList(columnsOf(this.db, TranscriptEntryEntity, ENTRY_UNSHOWN), 'e')} from transcript_entry e
      where e.tenant_id = $1 and e.call_id = $2 and e.id = any($3::text[]) order by e.at, e.id`,
      [tenantId, call, known],
    );
  }

  /** The entries of each owner's transcripts in which all phrases stand, the earliest first. */
  async matches(
    tenantId: string,
    owner: TimelineOwner,
    ownerIds: readonly string[],
    phrases: readonly Phrase[],
    first: number,
  ): Promise<OfOwner<TranscriptRow>[]> {
    const { size } = pageSize({ first });
    const ids = uuids(ownerIds);
    if (ids.length === 0 || phrases.length === 0) return [];
    const params = new Params();
    const tenant = params.add(tenantId, 'uuid');
    const owners = params.add(ids, 'uuid[]');
    const columns = selectList(columnsOf(this.db, TranscriptEntryEntity, ENTRY_UNSHOWN), 'e');
    return this.db.query<OfOwner<TranscriptRow>[]>(
      `select o.id as "ownerId", entry.* from unnest(${owners}) o(id) cross join lateral (
        select ${columns} from ${CALLS_OF[owner]} join transcript_entry e on e.call_id = l.id
        where ${entryHas(phrases, tenantId, params, tenant)} order by e.at, e.call_id, e.id limit ${params.add(size, 'integer')}
      ) entry order by entry.at, entry."callId", entry.id`,
      params.values,
    );
  }

  private async pages<T>(
    list: EntryList<T>,
    tenantId: string,
    owner: TimelineOwner,
    ownerIds: readonly string[],
    args: ForwardArgs,
  ): Promise<Map<string, Page<T>>> {
    const { size } = pageSize({ first: args.first });
    const after = args.after == null ? null : this.cursors.decode(list.name, tenantId, args.after, 'after');
    const ids = uuids(ownerIds);
    const params = new Params();
    params.add(tenantId, 'uuid');
    params.add(ids, 'uuid[]');
    const sql = this.statement(list.kinds, owner, size + 1, after as Place | null, params);
    const found = ids.length === 0 ? [] : await this.db.query<Found[]>(sql, params.values);
    const byOwner = groupByOwner(found);
    const cursorOf = ({ at, kind, callId, id }: Entry) =>
      this.cursors.encode(list.name, tenantId, [at, kind, callId, id] satisfies Place);
    const counts = once(() => this.counts(list.kinds, tenantId, owner, ids));
    return new Map(
      ownerIds.map((id) => {
        const page = pageOf(byOwner.get(id.toLowerCase()) ?? [], size, list.shape, cursorOf);
        return [id, { ...page, count: async () => capped((await counts()).get(id.toLowerCase()) ?? 0) }];
      }),
    );
  }

  /** How many entries each owner has, as far as the cap and one more: one statement for all of a batch. */
  private async counts(
    kinds: readonly Kind[],
    tenantId: string,
    owner: TimelineOwner,
    ids: readonly string[],
  ): Promise<Map<string, number>> {
    const entries = kinds
      .map((kind) => `select 1 from ${this.tableOf(kind)} e where e.tenant_id = $1 and e.call_id = l.id`)
      .join(' union all ');
    const rows = await this.db.query<{ ownerId: string; count: number }[]>(
      `select o.id as "ownerId", found.count from unnest($2::uuid[]) o(id) cross join lateral (
         select count(*) from (select 1 from ${CALLS_OF[owner]} cross join lateral (${entries}) entry
           limit ${COUNT_CAP + 1}) entry) found`,
      [tenantId, ids],
    );
    return new Map(rows.map(({ ownerId, count }) => [ownerId, count]));
  }

  private tableOf(kind: Kind): string {
    return kind === 'EVENT' ? EVENTS : this.db.getMetadata(ENTITIES[kind]).tableName;
  }

  /** `$1` is the tenant and `$2` the owners. Without the fence `hasEarlier` would be found anew for each row. */
  private statement(
    kinds: readonly Kind[],
    owner: TimelineOwner,
    limit: number,
    after: Place | null,
    params: Params,
  ): string {
    const most = params.add(limit, 'integer');
    const place = after === null ? null : placeholders(after, params);
    const entries = this.entries(kinds, place === null ? null : `> ${place}`, most);
    const earlier = place === null ? null : this.entries(kinds, `<= ${place}`, '1');
    const hasEarlier =
      earlier === null
        ? 'false'
        : `exists (select 1 from ${CALLS_OF[owner]} cross join lateral (${earlier}) entry)`;
    return `select o.id as "ownerId", o."hasEarlier", entry.*
      from (select o.id, ${hasEarlier} as "hasEarlier" from unnest($2::uuid[]) o(id) offset 0) o
      left join lateral (
        select entry.* from ${CALLS_OF[owner]} cross join lateral (${entries}) entry
        order by ${TIME_ORDER} limit ${most}
      ) entry on true
      order by ${TIME_ORDER}`;
  }

  /** The entries of one call `l`, each kind read from its own table in order of time as far as the limit. */
  private entries(kinds: readonly Kind[], position: string | null, limit: string): string {
    return kinds
      .map((kind) => {
        const key = `(e.at, '${kind}'::text, e.call_id, e.id)`;
        return `(select '${kind}'::text as kind, ${this.columns(kind, kinds)}
          from ${this.tableOf(kind)} e
          where e.tenant_id = $1 and e.call_id = l.id and ${position === null ? 'true' : `${key} ${position}`}
          order by e.at, e.id limit ${limit})`;
      })
      .join(' union all ');
  }

  /** The columns of one kind, with nulls for those that only the others have: a union has one shape. */
  private columns(kind: Kind, kinds: readonly Kind[]): string {
    const own = new Set(this.propertiesOf(kind));
    const all = new Map(kinds.flatMap((one) => this.columnsOf(one)).map((one) => [one.property, one]));
    return [...all.values()]
      .map(({ property, column, type }) =>
        own.has(property) ? `e.${column} as "${property}"` : `null::${type} as "${property}"`,
      )
      .join(', ');
  }

  private ofItsKind(row: Found): object {
    return Object.fromEntries(this.propertiesOf(row.kind).map((property) => [property, row[property]]));
  }

  private propertiesOf(kind: Kind): string[] {
    return this.columnsOf(kind).map(({ property }) => property);
  }

  private columnsOf(kind: Kind): Column[] {
    if (kind === 'EVENT') return EVENT_COLUMNS;
    return columnsOf(this.db, ENTITIES[kind], ENTRY_UNSHOWN).map((column) => ({
      property: column.propertyName,
      column: column.databaseName,
      type: this.db.driver.normalizeType(column),
    }));
  }
}

const placeholders = ([at, kind, callId, id]: Place, params: Params): string =>
  `(${params.instant(at)}, ${params.add(kind, 'text')}, ${params.add(callId, 'uuid')}, ${params.add(id, 'text')})`;

function groupByOwner(rows: readonly Found[]): Map<string, Found[]> {
  const groups = new Map<string, Found[]>();
  for (const row of rows) {
    const group = groups.get(row.ownerId);
    if (group === undefined) groups.set(row.ownerId, [row]);
    else group.push(row);
  }
  return groups;
}

/** An owner without entries has one row, which has no id. */
function pageOf<T>(
  rows: readonly Found[],
  size: number,
  shape: (row: Found) => T,
  cursorOf: (row: Found) => string,
): Page<T> {
  const entries = rows.slice(0, size).filter((row) => row.id !== null);
  return {
    edges: entries.map((row) => ({
      node: shape(row),
      get cursor(): string {
        return cursorOf(row);
      },
    })),
    hasNextPage: rows.length > size,
    hasPreviousPage: rows[0]?.hasEarlier ?? false,
  };
}
