import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { KeysetList, OrderDirection } from '../../src/storage/list/keyset.js';
import { keysetPage } from '../../src/storage/list/keyset.js';
import { pageSize } from '../../src/storage/list/page-size.js';
import { Params } from '../../src/storage/list/params.js';
import type { Page, PageArgs } from '../../src/storage/read-model.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { countStatements } from '../support/statements.js';

interface Item {
  id: string;
  rank: number | null;
}

const TENANT = '11111111-1111-4111-8111-111111111111';
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Sixty rows of a tenant, ten to each rank, ten without one; another tenant's row in between each. */
const ROWS: Item[] = Array.from({ length: 60 }, (_, n) => ({
  id: idOf(n),
  rank: n % 6 === 0 ? null : n % 6,
}));

let database: OpenDatabase;
let db: DataSource;
const cursors = new CursorCodec('secret', 'instance');

beforeAll(async () => {
  database = await openDatabase();
  db = database.db;
  await db.query(
    'create table item (tenant_id uuid not null, id uuid not null, rank bigint, hidden boolean not null)',
  );
  await db.query(
    `insert into item select t, i, r, false from unnest($1::uuid[], $2::uuid[], $3::bigint[]) row(t, i, r)`,
    [
      [...ROWS.map(() => TENANT), ...ROWS.map(() => idOf(999))],
      [...ROWS, ...ROWS].map((row) => row.id),
      [...ROWS, ...ROWS].map((row) => row.rank),
    ],
  );
});

afterAll(() => database.close());

interface Shape {
  direction: OrderDirection;
  isNullable: boolean;
}

function list({ direction, isNullable }: Shape): KeysetList<Item> {
  const params = new Params();
  const mine = `i.tenant_id = ${params.add(TENANT, 'uuid')} and not i.hidden`;
  return {
    kind: `items/RANK/${direction}`,
    tenantId: TENANT,
    columns: 'i.id as "id", i.rank as "rank"',
    from: 'item i',
    where: isNullable ? mine : `${mine} and i.rank is not null`,
    params,
    sort: { sql: 'i.rank', property: 'rank', type: 'bigint', isNullable },
    id: 'i.id',
    direction,
  };
}

const read = (shape: Shape, args: PageArgs): Promise<Page<Item>> =>
  keysetPage(db, cursors, list(shape), args);

/** The whole list as it must come, those without a rank last. */
function expected({ direction, isNullable }: Shape): Item[] {
  const sign = direction === 'ASC' ? 1 : -1;
  const byRank = (a: Item, b: Item) => (a.rank ?? 0) - (b.rank ?? 0) || (a.id < b.id ? -1 : 1);
  const ranked = ROWS.filter((row) => row.rank !== null).sort((a, b) => sign * byRank(a, b));
  const unranked = ROWS.filter((row) => row.rank === null).sort((a, b) => sign * byRank(a, b));
  return isNullable ? [...ranked, ...unranked] : ranked;
}

const SHAPES: Shape[] = [
  { direction: 'ASC', isNullable: false },
  { direction: 'DESC', isNullable: false },
  { direction: 'ASC', isNullable: true },
  { direction: 'DESC', isNullable: true },
];

const nodes = (page: Page<Item>) => page.edges.map((edge) => edge.node);

describe.each(SHAPES)('a list ordered $direction (nullable: $isNullable)', (shape) => {
  const whole = expected(shape);

  it('is walked forwards in pages of seven without a gap or a repetition', async () => {
    const seen: Item[] = [];
    for (let after: string | null = null; ;) {
      const page: Page<Item> = await read(shape, { first: 7, after });
      expect(page.hasPreviousPage).toBe(seen.length > 0);
      seen.push(...nodes(page));
      expect(page.hasNextPage).toBe(seen.length < whole.length);
      if (!page.hasNextPage) break;
      after = page.edges.at(-1)?.cursor ?? null;
    }
    expect(seen).toEqual(whole);
  });

  it('is walked backwards in pages of seven to the same rows', async () => {
    const seen: Item[] = [];
    for (let before: string | null = null; ;) {
      const page: Page<Item> = await read(shape, { last: 7, before });
      expect(page.hasNextPage).toBe(seen.length > 0);
      seen.unshift(...nodes(page));
      expect(page.hasPreviousPage).toBe(seen.length < whole.length);
      if (!page.hasPreviousPage) break;
      before = page.edges[0]?.cursor ?? null;
    }
    expect(seen).toEqual(whole);
  });

  it('stops between two cursors, and knows what is beyond them', async () => {
    const { edges } = await read(shape, { first: 100 });
    const [after, before] = [edges[9]?.cursor, edges[45]?.cursor];
    expect(await read(shape, { first: 100, after, before })).toMatchObject({
      hasNextPage: true,
      hasPreviousPage: true,
    });
    expect(nodes(await read(shape, { first: 100, after, before }))).toEqual(whole.slice(10, 45));
    expect(nodes(await read(shape, { last: 3, after, before }))).toEqual(whole.slice(42, 45));
    expect(nodes(await read(shape, { first: 3, after, before }))).toEqual(whole.slice(10, 13));
  });

  it('has an empty page after its last row and before its first', async () => {
    const { edges } = await read(shape, { first: 100 });
    const none = { edges: [], hasNextPage: false, hasPreviousPage: false };
    expect(await read(shape, { first: 5, after: edges.at(-1)?.cursor })).toMatchObject({
      ...none,
      hasPreviousPage: true,
    });
    expect(await read(shape, { last: 5, before: edges[0]?.cursor })).toMatchObject({
      ...none,
      hasNextPage: true,
    });
  });

  it('goes on from a row that is gone', async () => {
    const { edges } = await read(shape, { first: 1 });
    const [gone] = edges;
    await db.query('update item set hidden = true where id = $1', [gone?.node.id]);
    const page = await read(shape, { first: 2, after: gone?.cursor });
    await db.query('update item set hidden = false');
    expect(nodes(page)).toEqual(whole.slice(1, 3));
    expect(page.hasPreviousPage).toBe(false);
  });
});

describe('keysetPage', () => {
  const shape: Shape = { direction: 'DESC', isNullable: true };

  it('is one statement, whatever is asked of it', async () => {
    const { edges } = await read(shape, { first: 30 });
    const counter = countStatements(db);
    await read(shape, { first: 5 });
    await read(shape, { last: 5 });
    await read(shape, { first: 5, after: edges[3]?.cursor, before: edges[20]?.cursor });
    counter.stop();
    expect(counter.count).toBe(3);
  });

  it('puts nothing of the cursor into the text of a statement', async () => {
    const { edges } = await read(shape, { first: 2 });
    const counter = countStatements(db);
    await read(shape, { first: 5, after: edges[1]?.cursor });
    counter.stop();
    expect(counter.statements[0]?.sql).not.toContain(edges[1]?.node.id);
  });

  it('refuses a cursor of the other direction', async () => {
    const { edges } = await read(shape, { first: 1 });
    const other = read({ ...shape, direction: 'ASC' }, { first: 1, after: edges[0]?.cursor });
    await expect(other).rejects.toThrow('after is a cursor of another list or another order');
  });

  it('has no next page when the rows end with the page', async () => {
    expect(await read(shape, { first: 60 })).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    expect(await read(shape, { last: 60 })).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    expect(await read(shape, { first: 59 })).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(await read(shape, { last: 59 })).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });
});

describe('pageSize', () => {
  it.each<[PageArgs, number, boolean]>([
    [{}, 50, true],
    [{ first: null, last: null }, 50, true],
    [{ first: 1 }, 1, true],
    [{ first: 100 }, 100, true],
    [{ last: 100 }, 100, false],
    [{ after: 'c' }, 50, true],
    [{ before: 'c' }, 50, false],
    [{ before: 'c', first: 10 }, 10, true],
    [{ after: 'c', before: 'd' }, 50, true],
  ])('takes from %j a page of %d (forwards: %s)', (args, size, isForward) => {
    expect(pageSize(args)).toEqual({ size, isForward });
  });

  it.each([0, -1, 101, 10_001, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a page of %d', (size) => {
    expect(() => pageSize({ first: size })).toThrow('first must be between 1 and 100');
    expect(() => pageSize({ last: size })).toThrow('last must be between 1 and 100');
  });

  it('refuses first and last together', () => {
    expect(() => pageSize({ first: 1, last: 1 })).toThrow('first and last cannot be given together');
  });
});
