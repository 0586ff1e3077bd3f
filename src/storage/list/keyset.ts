import type { DataSource } from 'typeorm';
import type { Page, PageArgs } from '../read-model.js';
import type { CursorCodec, CursorField } from './cursor.js';
import type { CappedCount } from './count.js';
import { COUNT_CAP, countUpTo } from './count.js';
import { pageSize } from './page-size.js';
import type { Params } from './params.js';

export const ORDER_DIRECTIONS = ['ASC', 'DESC'] as const;
export type OrderDirection = (typeof ORDER_DIRECTIONS)[number];

/** The column that a list is ordered by; the row's id makes the order total. */
export interface SortColumn<T> {
  /** Qualified, for example `i.started_at`. */
  sql: string;
  /** The row's property that holds its value: epoch ms or a number. */
  property: keyof T & string;
  type: 'timestamptz' | 'bigint';
  /** Rows without a value stand last, whatever the direction. */
  isNullable: boolean;
}

export interface KeysetList<T extends { id: string }> {
  /** Names the list and its order in its cursors. */
  kind: string;
  tenantId: string;
  /** The select list; its names are the properties of T. */
  columns: string;
  /** Tables with their aliases. */
  from: string;
  /** Conditions, the tenant's among them; their parameters are in `params`. */
  where: string;
  params: Params;
  sort: SortColumn<T>;
  /** The qualified id column. */
  id: string;
  /** Default: uuid. */
  idType?: 'uuid' | 'text';
  direction: OrderDirection;
}

/** Where a cursor stands, and its values as placeholders. */
interface Bound {
  side: CursorField;
  hasValue: boolean;
  value: string;
  id: string;
}

/** The list is one run of rows in order, or two: those with a value, then those without. */
type Run = 'all' | 'valued' | 'valueless';

type Flags = { hasEarlier: boolean; hasLater: boolean };

/**
 * One page by one statement. Its place is found by comparing (sort column, id) as one row with the
 * cursor's, which an index answers at any depth. With a cursor the same statement also looks on the
 * cursor's other side, so that both flags of the page are facts.
 */
export async function keysetPage<T extends { id: string }>(
  db: DataSource,
  cursors: CursorCodec,
  list: KeysetList<T>,
  args: PageArgs,
): Promise<Page<T>> {
  const { size, isForward } = pageSize(args);
  const count = counting(db, list);
  const statement = new KeysetStatement(list, boundsOf(cursors, list, args), isForward, size + 1);
  const found = await db.query<(T & Flags)[]>(statement.sql(), list.params.values);
  const flags = { hasEarlier: found[0]?.hasEarlier ?? false, hasLater: found[0]?.hasLater ?? false };
  const hasMore = found.length > size;
  const rows = found
    .slice(0, size)
    .filter((row) => row.id !== null)
    .map(withoutFlags);
  const edges = (isForward ? rows : rows.reverse()).map((node) => edge(cursors, list, node));
  return isForward
    ? { edges, count, hasNextPage: hasMore || flags.hasLater, hasPreviousPage: flags.hasEarlier }
    : { edges, count, hasNextPage: flags.hasLater, hasPreviousPage: hasMore || flags.hasEarlier };
}

/** Counts the list as it is before a page is cut out of it: with the parameters that it has so far. */
function counting<T extends { id: string }>(
  db: DataSource,
  { columns, from, where, params }: KeysetList<T>,
): () => Promise<CappedCount> {
  const known = params.copy();
  return () => countUpTo(db, `select ${columns} from ${from} where ${where}`, known, COUNT_CAP);
}

/** Signing costs microseconds a row, so a cursor is made when it is asked for. */
function edge<T extends { id: string }>(cursors: CursorCodec, list: KeysetList<T>, node: T) {
  return {
    node,
    get cursor(): string {
      const value = node[list.sort.property] as number | null;
      return cursors.encode(list.kind, list.tenantId, [value, node.id]);
    },
  };
}

function boundsOf<T extends { id: string }>(
  cursors: CursorCodec,
  list: KeysetList<T>,
  args: PageArgs,
): Bound[] {
  const sides: readonly CursorField[] = ['after', 'before'];
  return sides.flatMap((side) => {
    const cursor = args[side] ?? null;
    if (cursor === null) return [];
    const [value, id] = cursors.decode(list.kind, list.tenantId, cursor, side) as [number | null, string];
    return [{ side, hasValue: value !== null, ...placeholders(list, value, id) }];
  });
}

function placeholders<T extends { id: string }>(
  { params, sort, idType = 'uuid' }: KeysetList<T>,
  value: number | null,
  id: string,
) {
  const write = (at: number) => (sort.type === 'timestamptz' ? params.instant(at) : params.whole(at));
  return { value: value === null ? 'null' : write(value), id: params.add(id, idType) };
}

/** Both flags come with every row; the row itself is of the shape that it has in other lists. */
function withoutFlags<T extends object>(row: T & Partial<Flags>): T {
  if (row.hasEarlier === undefined) return row;
  const bare: Partial<T & Flags> = { ...row };
  delete bare.hasLater;
  delete bare.hasEarlier;
  return bare as T;
}

class KeysetStatement<T extends { id: string }> {
  private readonly runs: Run[];

  constructor(
    private readonly list: KeysetList<T>,
    private readonly bounds: readonly Bound[],
    private readonly isForward: boolean,
    private readonly limit: number,
  ) {
    this.runs = list.sort.isNullable ? ['valued', 'valueless'] : ['all'];
  }

  sql(): string {
    if (this.bounds.length === 0) return this.page();
    return `select edge.*, side.*
      from (select ${this.beyond('after')} as "hasEarlier", ${this.beyond('before')} as "hasLater") side
      left join (${this.page()}) edge on true
      ${this.outputOrder()}`;
  }

  private page(): string {
    const limit = this.list.params.add(this.limit, 'integer');
    const scans = this.runs.map((run) => {
      const within = this.bounds.map((bound) => this.relative(run, bound, bound.side, ''));
      return this.scan(run, this.list.columns, within, this.isForward, limit);
    });
    if (scans.length === 1) return scans.join();
    const union = scans.map((scan) => `(${scan})`).join(' union all ');
    return `select * from (${union}) run ${this.outputOrder()} limit ${limit}`;
  }

  /** Whether any row stands at the cursor or on its far side. The nearest is looked for: it is the cheapest. */
  private beyond(side: CursorField): string {
    const bound = this.bounds.find((one) => one.side === side);
    if (bound === undefined) return 'false';
    const farSide = side === 'after' ? 'before' : 'after';
    const scans = this.runs.map((run) =>
      this.scan(run, 'true', [this.relative(run, bound, farSide, '=')], farSide === 'after', '1'),
    );
    return scans.map((scan) => `(${scan}) is not null`).join(' or ');
  }

  private scan(run: Run, columns: string, conditions: string[], isForward: boolean, limit: string): string {
    const { from, where, sort, id } = this.list;
    const direction = this.sqlDirection(isForward);
    const presence = { all: [], valued: [`${sort.sql} is not null`], valueless: [`${sort.sql} is null`] }[
      run
    ];
    return `select ${columns} from ${from}
      where ${[where, ...presence, ...conditions].join(' and ')}
      order by ${sort.sql} ${direction}, ${id} ${direction} limit ${limit}`;
  }

  /** The rows of a run on one side of a cursor; `'='` takes in the cursor's own row. */
  private relative(run: Run, bound: Bound, side: CursorField, orEqual: '' | '='): string {
    const { sort, id, direction } = this.list;
    const operator = ((side === 'after') === (direction === 'ASC') ? '>' : '<') + orEqual;
    if (run === 'valueless')
      return bound.hasValue ? String(side === 'after') : `${id} ${operator} ${bound.id}`;
    if (!bound.hasValue) return String(side === 'before');
    return `(${sort.sql}, ${id}) ${operator} (${bound.value}, ${bound.id})`;
  }

  /** The page's own order by the names of its columns: neither a union nor a join promises to keep one. */
  private outputOrder(): string {
    const { sort } = this.list;
    const direction = this.sqlDirection(this.isForward);
    const presence = sort.isNullable ? [`"${sort.property}" is null ${this.isForward ? 'asc' : 'desc'}`] : [];
    return `order by ${[...presence, `"${sort.property}" ${direction}`, `"id" ${direction}`].join(', ')}`;
  }

  private sqlDirection(isForward: boolean): OrderDirection {
    return isForward ? this.list.direction : this.list.direction === 'ASC' ? 'DESC' : 'ASC';
  }
}
