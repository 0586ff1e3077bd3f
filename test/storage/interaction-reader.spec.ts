import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { InteractionReader } from '../../src/storage/interaction-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { InteractionOrder } from '../../src/storage/list/order.js';
import type { InteractionRow, Page, PageArgs } from '../../src/storage/read-model.js';
import { INTERACTION_UNSHOWN } from '../../src/storage/read-model.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { NOON, SECOND, World, shownOf } from '../support/rows.js';
import { countStatements } from '../support/statements.js';

let database: OpenDatabase;
let db: DataSource;
let world: World;
let stranger: World;
let reader: InteractionReader;

beforeAll(async () => {
  database = await openDatabase();
  db = database.db;
  reader = new InteractionReader(db, new CursorCodec('secret', 'instance'));
});

beforeEach(async () => {
  world = await World.in(db);
  stranger = await World.in(db);
});

afterAll(() => database.close());

const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);
const idsOf = (page: Page<InteractionRow>) => page.edges.map((edge) => edge.node.id);

describe('page', () => {
  /** Sixty interactions at only nine different times, a third of them without an end. */
  async function sixty(): Promise<InteractionRow[]> {
    const rows: InteractionRow[] = [];
    for (let n = 0; n < 60; n++) {
      const times = { startedAt: NOON + (n % 9) * SECOND, updatedAt: NOON + (n % 4) };
      rows.push(await world.interaction({ ...times, durationMs: n % 3 === 0 ? null : (n % 7) * SECOND }));
      if (n % 10 === 0) await stranger.interaction(times);
    }
    return rows;
  }

  const ORDERS: [InteractionOrder, (row: InteractionRow) => number | null][] = [
    [{}, (row) => row.startedAt],
    [{ field: 'STARTED_AT', direction: 'ASC' }, (row) => row.startedAt],
    [{ field: 'UPDATED_AT', direction: 'DESC' }, (row) => row.updatedAt],
    [{ field: 'UPDATED_AT', direction: 'ASC' }, (row) => row.updatedAt],
    [{ field: 'DURATION', direction: 'DESC' }, (row) => row.durationMs],
    [{ field: 'DURATION', direction: 'ASC' }, (row) => row.durationMs],
  ];

  it('walks sixty rows in pages of seven, forwards and backwards, in every order', async () => {
    const rows = await sixty();
    for (const [order, value] of ORDERS) {
      const expected = ids(inOrder(rows, value, order.direction === 'ASC' ? 1 : -1));
      const walk = (step: (page: Page<InteractionRow> | null) => PageArgs | null) => pagesOf(order, step);
      const forwards = await walk((page) => {
        if (page === null) return { first: 7 };
        return page.hasNextPage ? { first: 7, after: page.edges.at(-1)?.cursor } : null;
      });
      const backwards = await walk((page) => {
        if (page === null) return { last: 7 };
        return page.hasPreviousPage ? { last: 7, before: page.edges[0]?.cursor } : null;
      });
      expect(forwards.flatMap(idsOf)).toEqual(expected);
      expect(backwards.reverse().flatMap(idsOf)).toEqual(expected);
    }
  });

  async function pagesOf(
    order: InteractionOrder,
    next: (page: Page<InteractionRow> | null) => PageArgs | null,
  ): Promise<Page<InteractionRow>[]> {
    const pages: Page<InteractionRow>[] = [];
    for (let args = next(null); args !== null;) {
      const page = await reader.page(world.frame, { isTest: false }, order, args);
      pages.push(page);
      args = next(page);
    }
    return pages;
  }

  it('gives rows of the shape of the entity, with instants in milliseconds', async () => {
    const tags = [{ name: 'Language', value: 'en' }];
    const row = await world.interaction({
      tags,
      externalIds: ['a', 'b'],
      startedAt: NOON + 1,
      updatedAt: NOON,
    });
    const page = await reader.page(world.frame, null, null, {});
    expect(page.edges[0]?.node).toMatchObject({ ...shownOf(row), reference: null, expectedBy: null });
    for (const name of INTERACTION_UNSHOWN) expect(page.edges[0]?.node).not.toHaveProperty(name);
    expect(await reader.byIds(world.tenantId, [row.id])).toEqual([page.edges[0]?.node]);
  });

  it('gives the same row with a cursor as without', async () => {
    await world.interaction({ startedAt: NOON });
    await world.interaction({ startedAt: NOON + 1 });
    const { edges } = await reader.page(world.frame, null, null, {});
    const next = await reader.page(world.frame, null, null, { after: edges[0]?.cursor });
    expect(next.edges[0]?.node).toEqual(edges[1]?.node);
    expect(next.edges[0]?.cursor).toBe(edges[1]?.cursor);
  });

  it('shows a tenant nothing of another, not even by its cursor', async () => {
    await stranger.interaction();
    const theirs = await reader.page(stranger.frame, null, null, {});
    expect(await reader.page(world.frame, null, null, {})).toMatchObject({
      edges: [],
      hasNextPage: false,
      hasPreviousPage: false,
    });
    const crossed = reader.page(world.frame, null, null, { after: theirs.edges[0]?.cursor });
    await expect(crossed).rejects.toThrow('after is not a cursor that you were given by this server');
  });

  it.each<[PageArgs, string]>([
    [{ first: 0 }, 'first must be between 1 and 100'],
    [{ last: 10_001 }, 'last must be between 1 and 100'],
    [{ first: 1, last: 1 }, 'first and last cannot be given together'],
    [{ after: 'x' }, 'after is not a cursor'],
    [{ before: '' }, 'before is not a cursor'],
  ])('refuses %j', async (args, message) => {
    await expect(reader.page(world.frame, null, null, args)).rejects.toThrow(message);
  });
});

function inOrder(
  rows: readonly InteractionRow[],
  value: (row: InteractionRow) => number | null,
  sign: 1 | -1,
) {
  const compare = (a: InteractionRow, b: InteractionRow) =>
    (value(a) ?? 0) - (value(b) ?? 0) || (a.id < b.id ? -1 : 1);
  const sorted = [...rows].sort((a, b) => sign * compare(a, b));
  return [...sorted.filter((row) => value(row) !== null), ...sorted.filter((row) => value(row) === null)];
}

describe('by ids', () => {
  it('finds its own rows once each, and nothing by any other id', async () => {
    const mine = await world.interaction();
    const theirs = await stranger.interaction();
    const asked = [
      mine.id,
      mine.id,
      mine.id.toUpperCase(),
      theirs.id,
      randomUUID(),
      'x',
      '',
      "' or 1=1",
      '\u0000',
    ];
    expect(ids(await reader.byIds(world.tenantId, asked))).toEqual([mine.id]);
  });

  it('tells which of them match a filter now', async () => {
    const live = await world.interaction({ status: 'IN_PROGRESS' });
    const done = await world.interaction();
    await world.interaction({ status: 'IN_PROGRESS' });
    const matching = await reader.matching(world.frame, { quick: 'LIVE' }, [live.id, done.id]);
    expect(ids(matching)).toEqual([live.id]);
    expect(await reader.matching(stranger.frame, null, [live.id, done.id])).toEqual([]);
  });

  it('gives what changed since a time, the latest first', async () => {
    const changed = (ms: number) => world.interaction({ updatedAt: NOON + ms, startedAt: NOON - ms });
    const [one, two, three] = [await changed(1), await changed(2), await changed(3)];
    await world.interaction({ updatedAt: NOON + 2, isTest: true });
    await stranger.interaction({ updatedAt: NOON + 2 });
    const since = (at: number, limit: number) => reader.recent(world.frame, { isTest: false }, at, limit);
    expect(ids(await since(NOON + 2, 10))).toEqual([three.id, two.id]);
    expect(ids(await since(NOON, 2))).toEqual([three.id, two.id]);
    expect(ids(await since(-Infinity, 10))).toEqual([three.id, two.id, one.id]);
  });

  it('follows redirects to the survivor, over several hops and out of a circle', async () => {
    const [a, b, c, d, e] = Array.from({ length: 5 }, () => randomUUID()) as [
      string,
      string,
      string,
      string,
      string,
    ];
    await world.redirect(a, b);
    await world.redirect(b, c);
    await world.redirect(d, e);
    await world.redirect(e, d);
    await stranger.redirect(c, d);
    const survivors = await reader.survivors(world.tenantId, [a, b, c, 'x']);
    expect(survivors).toEqual(
      new Map([
        [a, c],
        [b, c],
      ]),
    );
    expect((await reader.survivors(world.tenantId, [d])).size).toBe(1);
    expect(await reader.survivors(stranger.tenantId, [a])).toEqual(new Map());
  });

  it('reads the status history of several interactions in order', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    await world.statusChange({
      interactionId: one,
      revision: 2,
      fromStatus: 'IN_PROGRESS',
      toStatus: 'COMPLETE',
    });
    await world.statusChange({ interactionId: one, revision: 1 });
    await world.statusChange({ interactionId: two, revision: 1 });
    await stranger.statusChange({ interactionId: one, revision: 3 });
    const changes = await reader.statusChanges(world.tenantId, [one, two]);
    const of = (id: string) =>
      changes.filter((change) => change.interactionId === id).map((one) => one.revision);
    expect([of(one), of(two)]).toEqual([[1, 2], [1]]);
    expect(changes.find((change) => change.revision === 2)).toMatchObject({
      at: NOON,
      toStatus: 'COMPLETE',
      why: { facts: [] },
    });
  });
});

describe('statements', () => {
  it('are one to a call of a method, and none where nothing is asked for', async () => {
    const { id } = await world.interaction({ customerAddress: '+12025550123' });
    const { tenantId, frame } = world;
    const calls: Record<string, (ids: string[]) => Promise<unknown>> = {
      byIds: (some) => reader.byIds(tenantId, some),
      matching: (some) => reader.matching(frame, { search: 'x' }, some),
      survivors: (some) => reader.survivors(tenantId, some),
      statusChanges: (some) => reader.statusChanges(tenantId, some),
    };
    const counter = countStatements(db);
    for (const [name, call] of Object.entries(calls)) {
      expect([name, await costOf(() => call([id, randomUUID()]))]).toEqual([name, 1]);
      expect([name, await costOf(() => call([]))]).toEqual([name, 0]);
      expect([name, await costOf(() => call(['not-an-id']))]).toEqual([name, 0]);
    }
    expect(await costOf(() => reader.page(frame, { search: '0123', source: 's' }, null, { last: 3 }))).toBe(
      1,
    );
    expect(await costOf(() => reader.count(frame, null))).toBe(1);
    expect(
      await costOf(() => reader.facets(frame, { status: ['DROPPED'] }, ['status', 'channel', 'outcome'])),
    ).toBe(1);
    expect(await costOf(() => reader.facets(frame, null, []))).toBe(0);
    expect(await costOf(() => reader.recent(frame, null, NOON, 3))).toBe(1);
    counter.stop();

    async function costOf(call: () => Promise<unknown>): Promise<number> {
      counter.reset();
      await call();
      return counter.count;
    }
  });
});
