import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { CallReader } from '../../src/storage/call-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { PageArgs } from '../../src/storage/read-model.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { MINUTE, NOON, SECOND, World } from '../support/rows.js';
import { countStatements } from '../support/statements.js';

let database: OpenDatabase;
let db: DataSource;
let world: World;
let stranger: World;
let reader: CallReader;

beforeAll(async () => {
  database = await openDatabase();
  db = database.db;
  reader = new CallReader(db, new CursorCodec('secret', 'instance'));
});

beforeEach(async () => {
  world = await World.in(db);
  stranger = await World.in(db);
});

afterAll(() => database.close());

const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);

describe('page', () => {
  it('walks sixty calls with equal times, latest first and earliest first', async () => {
    const calls: { id: string; sortedAt: number }[] = [];
    for (let n = 0; n < 60; n++) calls.push(await world.call({ startedAt: NOON + (n % 5) * SECOND }));
    await stranger.call();
    const sorted = calls.sort((a, b) => a.sortedAt - b.sortedAt || (a.id < b.id ? -1 : 1));
    expect(await walk('ASC', (cursor) => ({ first: 7, after: cursor }))).toEqual(ids(sorted));
    expect(await walk('DESC', (cursor) => ({ last: 7, before: cursor }))).toEqual(ids(sorted));
    expect(await walk('DESC', (cursor) => ({ first: 7, after: cursor }))).toEqual(ids(sorted).reverse());
  });

  /** The ids in the order in which a walk meets them, page by page away from where it began. */
  async function walk(
    direction: 'ASC' | 'DESC',
    argsAt: (cursor: string | null) => PageArgs,
  ): Promise<string[]> {
    const seen: string[] = [];
    for (let cursor: string | null = null; ;) {
      const args = argsAt(cursor);
      const page = await reader.page(world.frame, null, { direction }, args);
      const outwards = args.last ? [...page.edges].reverse() : page.edges;
      seen.push(...outwards.map((edge) => edge.node.id));
      if (args.last ? !page.hasPreviousPage : !page.hasNextPage) return seen;
      cursor = outwards.at(-1)?.cursor ?? null;
    }
  }

  it('gives a call with the facts of its leg, and the same by its id', async () => {
    const call = await world.call({
      role: 'ASSISTANT',
      direction: 'INBOUND',
      tags: { Language: 'en' },
      did: '+1',
    });
    const [edge] = (await reader.page(world.frame, null, null, {})).edges;
    expect(edge?.node).toMatchObject({ ...call, tags: { Language: 'en' }, answeredAt: null, cost: null });
    expect(Object.keys(edge?.node ?? {})).not.toContain('link');
    expect(await reader.byIds(world.tenantId, [call.id])).toEqual([edge?.node]);
  });
});

describe('by owners', () => {
  it('gives the legs and calls of each interaction, the earliest first, as the domain orders them', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    const late = await world.call({ interactionId: one, startedAt: NOON + MINUTE });
    const silent = await world.call({
      interactionId: one,
      startedAt: null,
      queuedAt: null,
      ringAt: NOON + SECOND,
      sortedAt: NOON + SECOND,
    });
    const twin = await world.call({ interactionId: one, externalId: 'b' });
    const first = await world.call({ interactionId: one, externalId: 'B' });
    const other = await world.call({ interactionId: two });
    await stranger.call({ interactionId: one });
    const expected = [first.id, twin.id, silent.id, late.id];
    const legs = await reader.legsByInteractions(world.tenantId, [one, two]);
    expect(ids(legs.filter((leg) => leg.interactionId === one))).toEqual(expected);
    expect(ids(legs.filter((leg) => leg.interactionId === two))).toEqual([other.id]);
    const calls = await reader.callsByInteractions(world.tenantId, [one]);
    expect(ids(calls)).toEqual(expected);
  });

  it('gives a leg with its keys and its link', async () => {
    const keys = [{ namespace: 'sip_call_id', value: 'x', scope: 'INTERACTION' as const }];
    const leg = await world.leg({ keys });
    expect(await reader.legsByIds(world.tenantId, [leg.id])).toMatchObject([
      { ...leg, keys, ignoredKeys: [], endPresumed: false, link: { tier: 'ALONE' } },
    ]);
    expect(await reader.legsByIds(stranger.tenantId, [leg.id])).toEqual([]);
  });

  it('gives tool calls and searches in order of time, by call and by interaction', async () => {
    const interactionId = randomUUID();
    const [a, b] = [await world.call({ interactionId }), await world.call({ interactionId })];
    const second = await world.toolCall(a.id, {
      at: NOON + 2,
      arguments: { order: 17 },
      rawResponse: [1, null],
    });
    const first = await world.toolCall(b.id, { at: NOON + 1 });
    const third = await world.toolCall(a.id, { at: NOON + 3 });
    const search = await world.knowledgeSearch(b.id, { latency: { totalMs: 95 } });
    await stranger.toolCall(a.id);
    const byCall = await reader.toolCallsByCalls(world.tenantId, [a.id]);
    expect(ids(byCall)).toEqual([second.id, third.id]);
    expect(byCall[0]).toMatchObject({
      callId: a.id,
      at: NOON + 2,
      arguments: { order: 17 },
      rawResponse: [1, null],
    });
    const byInteraction = await reader.toolCallsByInteractions(world.tenantId, [interactionId]);
    expect(ids(byInteraction)).toEqual([first.id, second.id, third.id]);
    expect(byInteraction[0]).toMatchObject({ interactionId, callId: b.id });
    const found = { ...search, cacheStatus: null };
    expect(await reader.knowledgeSearchesByCalls(world.tenantId, [b.id])).toMatchObject([found]);
    expect(await reader.knowledgeSearchesByInteractions(world.tenantId, [interactionId])).toMatchObject([
      { ...found, interactionId },
    ]);
  });

  it('runs one statement a method, and none without an id that can exist', async () => {
    const call = await world.call();
    const counter = countStatements(db);
    const methods = [
      'byIds',
      'legsByIds',
      'legsByInteractions',
      'callsByInteractions',
      'toolCallsByCalls',
      'knowledgeSearchesByCalls',
      'toolCallsByInteractions',
      'knowledgeSearchesByInteractions',
    ] as const;
    for (const method of methods) {
      expect([method, await costOf(() => reader[method](world.tenantId, [call.id, randomUUID()]))]).toEqual([
        method,
        1,
      ]);
      expect([method, await costOf(() => reader[method](world.tenantId, []))]).toEqual([method, 0]);
      expect([method, await costOf(() => reader[method](world.tenantId, ['nobody', '\u0000']))]).toEqual([
        method,
        0,
      ]);
    }
    expect(await costOf(() => reader.page(world.frame, { search: '0123' }, null, {}))).toBe(1);
    expect(await costOf(() => reader.count(world.frame, { source: 's' }))).toBe(1);
    counter.stop();

    async function costOf(call: () => Promise<unknown>): Promise<number> {
      counter.reset();
      await call();
      return counter.count;
    }
  });
});
