import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { Page } from '../../src/storage/read-model.js';
import { TimelineReader } from '../../src/storage/timeline-reader.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { NOON, SECOND, World } from '../support/rows.js';
import { countStatements } from '../support/statements.js';

let database: OpenDatabase;
let db: DataSource;
let world: World;
let reader: TimelineReader;

beforeAll(async () => {
  database = await openDatabase();
  db = database.db;
  reader = new TimelineReader(db, new CursorCodec('secret', 'instance'));
});

beforeEach(async () => {
  world = await World.in(db);
});

afterAll(() => database.close());

interface Entry {
  at: number;
  kind: string;
  callId: string;
  id: string;
}

/** Two calls of one interaction with sixty entries of all kinds, at only seven different times. */
async function conversation(): Promise<{ interactionId: string; callIds: string[]; entries: Entry[] }> {
  const interactionId = randomUUID();
  const callIds = [(await world.call({ interactionId })).id, (await world.call({ interactionId })).id];
  const entries: Entry[] = [];
  for (let n = 0; n < 60; n++) {
    const callId = callIds[n % 2] ?? '';
    const row = { id: `entry-${n}`, at: NOON + (n % 7) * SECOND };
    if (n % 3 === 0) await world.message(callId, row);
    if (n % 3 === 1) await world.toolCall(callId, row);
    if (n % 3 === 2) await world.knowledgeSearch(callId, row);
    entries.push({ ...row, callId, kind: ['MESSAGE', 'TOOL_CALL', 'KNOWLEDGE_SEARCH'][n % 3] ?? '' });
  }
  return { interactionId, callIds, entries: entries.sort(inTime) };
}

function inTime(a: Entry, b: Entry): number {
  const keys = [
    [a.kind, b.kind],
    [a.callId, b.callId],
    [a.id, b.id],
  ] as const;
  return a.at - b.at || (keys.map(([x, y]) => (x < y ? -1 : x > y ? 1 : 0)).find((sign) => sign !== 0) ?? 0);
}

type Read = 'timeline' | 'transcript';
type Pages = Map<string, Page<{ id: string }>>;

async function walk(read: Read, owner: 'call' | 'interaction', id: string, first: number): Promise<string[]> {
  const seen: string[] = [];
  for (let after: string | null = null; ;) {
    const pages: Pages = await reader[read](world.tenantId, owner, [id], { first, after });
    const page = pages.get(id);
    expect(page?.hasPreviousPage).toBe(seen.length > 0);
    seen.push(...(page?.edges ?? []).map((edge) => edge.node.id));
    if (!page?.hasNextPage) return seen;
    after = page.edges.at(-1)?.cursor ?? null;
  }
}

describe('timeline', () => {
  it('walks everything of an interaction in order, by pages of seven', async () => {
    const { interactionId, entries } = await conversation();
    expect(await walk('timeline', 'interaction', interactionId, 7)).toEqual(entries.map((entry) => entry.id));
  });

  it('walks everything of one call in order', async () => {
    const { callIds, entries } = await conversation();
    const [callId = ''] = callIds;
    const own = entries.filter((entry) => entry.callId === callId);
    expect(await walk('timeline', 'call', callId, 7)).toEqual(own.map((entry) => entry.id));
  });

  it('gives each kind with the fields of its own and no others', async () => {
    const { id } = await world.call();
    const message = await world.message(id, { at: NOON, startedAt: NOON, interrupted: true });
    const tool = await world.toolCall(id, { at: NOON + 1, arguments: { a: [1] }, error: 'no such order' });
    const search = await world.knowledgeSearch(id, {
      at: NOON + 2,
      latency: { totalMs: 95 },
      cacheStatus: 'HIT',
    });
    const page = (await reader.timeline(world.tenantId, 'call', [id], {})).get(id);
    expect(page?.edges.map((edge) => edge.node)).toEqual([
      { kind: 'MESSAGE', ...message, endedAt: null },
      { kind: 'TOOL_CALL', ...tool, startedAt: null, rawResponse: null, postProcessorError: null },
      { kind: 'KNOWLEDGE_SEARCH', ...search, startedAt: null },
    ]);
  });

  it('has the events of a call in their places when they are asked for, and pages through them', async () => {
    const events = [
      { id: 'e1', type: 'call.answered', at: NOON + 1, data: { by: 'x' } },
      { id: 'e2', type: null, at: NOON + 3 },
    ];
    const { id } = await world.call({ events });
    await world.message(id, { id: 'm1', at: NOON });
    await world.message(id, { id: 'm2', at: NOON + 2 });
    const read = async (after: string | null, includeEvents: boolean | null) => {
      const page = (
        await reader.timeline(world.tenantId, 'call', [id], { first: 2, after, includeEvents })
      ).get(id);
      return {
        ids: page?.edges.map(({ node }) => node.id),
        cursor: page?.edges.at(-1)?.cursor ?? null,
        page,
      };
    };
    const first = await read(null, true);
    const rest = await read(first.cursor, true);
    expect([first.ids, rest.ids, (await read(null, null)).ids]).toEqual([
      ['m1', 'e1'],
      ['m2', 'e2'],
      ['m1', 'm2'],
    ]);
    const of = { kind: 'EVENT', tenantId: world.tenantId, callId: id };
    expect(first.page?.edges[1]?.node).toEqual({ ...of, ...events[0] });
    expect(rest.page?.edges[1]?.node).toEqual({ ...of, ...events[1], data: null });
  });
});

describe('transcript', () => {
  it('walks what was said in an interaction, and nothing else', async () => {
    const { interactionId, entries } = await conversation();
    const said = entries.filter((entry) => entry.kind === 'MESSAGE');
    expect(await walk('transcript', 'interaction', interactionId, 3)).toEqual(said.map((entry) => entry.id));
  });

  it('finds entries of one call by their ids', async () => {
    const { id } = await world.call();
    const late = await world.message(id, { id: 'm2', at: NOON + 1 });
    const early = await world.message(id, { id: 'm1' });
    await world.message(randomUUID(), { id: 'm3' });
    const asked = ['m2', 'm1', 'm3', 'm1', 'x\u0000'];
    const nulls = { startedAt: null, endedAt: null, interrupted: null };
    expect(await reader.entriesByIds(world.tenantId, id, asked)).toEqual([
      { ...early, ...nulls },
      { ...late, ...nulls },
    ]);
    expect(await reader.entriesByIds((await World.in(db)).tenantId, id, asked)).toEqual([]);
    expect(await reader.entriesByIds(world.tenantId, 'no-call', asked)).toEqual([]);
  });
});

describe('owners', () => {
  it('get a page each from one statement, an unknown one an empty page', async () => {
    const [a, b] = [await world.call(), await world.call()];
    for (const n of [1, 2, 3]) await world.message(a.id, { id: `a${n}`, at: NOON + n });
    await world.message(b.id, { id: 'b1' });
    const [empty, stranger] = [await world.call(), await (await World.in(db)).call()];
    const counter = countStatements(db);
    const asked = [a.id, b.id, empty.id, stranger.id, 'no-id'];
    const pages = await reader.transcript(world.tenantId, 'call', asked, { first: 2 });
    counter.stop();
    expect(counter.count).toBe(1);
    expect(
      [...pages].map(([id, page]) => [id, page.edges.map((edge) => edge.node.id), page.hasNextPage]),
    ).toEqual([
      [a.id, ['a1', 'a2'], true],
      [b.id, ['b1'], false],
      [empty.id, [], false],
      [stranger.id, [], false],
      ['no-id', [], false],
    ]);
  });

  it('know what is before a cursor, even if nothing is after it', async () => {
    const { id } = await world.call();
    await world.message(id, { id: 'only' });
    const cursor = (await reader.timeline(world.tenantId, 'call', [id], {})).get(id)?.edges[0]?.cursor ?? '';
    const rest = (await reader.timeline(world.tenantId, 'call', [id], { after: cursor })).get(id);
    expect(rest).toMatchObject({ edges: [], hasNextPage: false, hasPreviousPage: true });
    await db.query('delete from transcript_entry where tenant_id = $1', [world.tenantId]);
    const gone = (await reader.timeline(world.tenantId, 'call', [id], { after: cursor })).get(id);
    expect(gone).toMatchObject({ edges: [], hasNextPage: false, hasPreviousPage: false });
    await expect(reader.transcript(world.tenantId, 'call', [id], { after: cursor })).rejects.toThrow(
      'after is a cursor of another list',
    );
  });

  it('cost no statement when there are none, but are refused a page that is too long', async () => {
    const counter = countStatements(db);
    expect(await reader.timeline(world.tenantId, 'interaction', [], {})).toEqual(new Map());
    expect((await reader.transcript(world.tenantId, 'call', ['x'], {})).get('x')?.edges).toEqual([]);
    expect(await reader.entriesByIds(world.tenantId, randomUUID(), [])).toEqual([]);
    counter.stop();
    expect(counter.count).toBe(0);
    await expect(reader.timeline(world.tenantId, 'call', [], { first: 101 })).rejects.toThrow(
      'first must be between 1 and 100',
    );
  });
});
