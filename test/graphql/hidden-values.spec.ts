import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLOutputType } from 'graphql';
import type { Monitor } from '../../src/control/monitor.js';
import type { ApiRole, MonitoringKind } from '../../src/domain/words.js';
import { globalId } from '../../src/graphql/node.js';
import { frameOf, liveSide } from '../support/live.js';
import { at, BASE, World } from '../support/world.js';
import { contextFor, run, schema, servicesOn } from './api.js';
import { Everything } from './everything.js';

/** Each hidden thing has a value that nothing else has. */
const USAGE = ['7110011', '7220022', '7330033'];
const RAW = ['raw-needle-41', 'rejected-needle-42'];
const SOURCES = ['source-needle-51', 'key-needle-52'];

const HIDDEN: Partial<Record<ApiRole, string[]>> = {
  SUPERVISOR: RAW,
  AGENT: RAW,
  CALLS_ONLY: [...RAW, ...USAGE, ...SOURCES],
};
const ROLES = Object.keys(HIDDEN) as ApiRole[];

let world: World;
let live: Awaited<ReturnType<typeof liveSide>>;
let ids: Record<string, string>;

beforeAll(async () => {
  world = await World.create(1, ['dialer', 'assistant']);
  world.now = BASE + 130_000;
  live = await liveSide(world);
  await plant();
});
afterAll(async () => {
  await live.close();
  await world.close();
});

const key = (value: string) => ({ namespace: 'interaction_id', value });

async function plant(): Promise<void> {
  const times = {
    occurredAt: at(60),
    startedAt: at(0),
    answeredAt: at(1),
    endedAt: at(60),
    channel: 'VOICE',
  };
  const base = { ...times, keys: [key('key-needle-52')], customer: { address: '+12025550123' } };
  const [result] = await world.send('assistant', {
    ...base,
    externalId: 'a1',
    tokens: { prompt: 7110011 },
    postCallCache: { status: 'HIT', cachedRead: 7220022 },
    turns: [{ turn: 1, totalMs: 900, tokens: 7330033 }],
    messages: [{ id: 'm1', speaker: 'CUSTOMER', text: 'Hello', startedAt: at(3) }],
    payload: { raw: 'raw-needle-41' },
  });
  await world.send('dialer', [
    { ...base, externalId: 'd1', status: 'COMPLETED', payload: { raw: 'raw-needle-41' } },
    { occurredAt: at(0), note: 'rejected-needle-42' },
  ]);
  await world.db.query(`update source set name = 'source-needle-51' where name = 'assistant'`);
  const [leg]: { id: string }[] = await world.db.query(`select id from leg where external_id = 'a1'`);
  const [record]: { id: string }[] = await world.db.query('select id from source_record where leg_id = $1', [
    leg?.id,
  ]);
  ids = {
    interaction: globalId('Interaction', result?.interactionId ?? ''),
    call: globalId('Call', leg?.id ?? ''),
    leg: globalId('Leg', leg?.id ?? ''),
    record: globalId('SourceRecord', leg?.id ?? '', record?.id ?? ''),
  };
}

/** Nothing can be done to a call here; what can be is no secret. */
const monitor = {
  available: () => Promise.resolve(new Map<string, MonitoringKind[]>()),
} as unknown as Monitor;

const as = (role: ApiRole) =>
  contextFor(
    servicesOn(world.db, { now: () => world.now, live: live.changes, monitor }),
    frameOf(world),
    role,
  );

const everything = () =>
  new Everything({
    id: ids['interaction'],
    'call.id': ids['call'],
    callId: ids['call'],
    interactionId: ids['interaction'],
    address: '+12025550123',
    asOf: at(0),
  });
const documents = () => everything().queries(Object.values(ids));

/** What a role is answered to a document, data and errors alike. */
async function answerTo(role: ApiRole, document: string): Promise<string> {
  const { data, errors = [] } = await run(as(role), document);
  return JSON.stringify([data, errors.map(({ message, path, extensions }) => [message, path, extensions])]);
}

describe('a value that a role may not see', () => {
  it('is shown to an administrator by these documents, so that its absence means something', async () => {
    const answers = await Promise.all(documents().map(([, document]) => answerTo('ADMIN', document)));
    const all = answers.join('\n');
    for (const value of [...USAGE, ...RAW, ...SOURCES])
      expect([value, all.includes(value)]).toEqual([value, true]);
    expect(documents().length).toBeGreaterThan(12);
    expect(all.length).toBeGreaterThan(20_000);
  });

  it.each(ROLES)('is nowhere in all that %s can reach, by any field of the schema', async (role) => {
    for (const [name, document] of documents()) {
      const answer = await answerTo(role, document);
      for (const value of HIDDEN[role] ?? [])
        expect([name, value, answer.includes(value)]).toEqual([name, value, false]);
    }
  });

  it.each(ROLES)('is in no event that %s subscribes to', async (role) => {
    const context = as(role);
    const event =
      everything().selectionOf(schema.getType('InteractionFeedEvent') as GraphQLOutputType, []) ?? '';
    for await (const value of context.live.interactions(context.frame, {
      filter: null,
      after: null,
      windowMinutes: 15,
    })) {
      const answer = await answerTo(role, `{ interactionChanges { nodes ${event} } }`);
      for (const hidden of HIDDEN[role] ?? []) expect(answer).not.toContain(hidden);
      if (value.type === 'SNAPSHOT_END') break;
    }
  });

  it('finds nothing for one who searches by it, in no list and in no funnel', async () => {
    const asked = (value: string) =>
      `{ interactions(filter: { search: "${value}" }) { totalCount } calls(filter: { search: "${value}" }) { totalCount }
         funnel(filter: { search: "${value}" }) { interactionCount } }`;
    const none = {
      interactions: { totalCount: 0 },
      calls: { totalCount: 0 },
      funnel: { interactionCount: 0 },
    };
    const found = {
      interactions: { totalCount: 1 },
      calls: { totalCount: 2 },
      funnel: { interactionCount: 1 },
    };
    for (const role of ROLES)
      for (const value of HIDDEN[role] ?? [])
        expect([role, value, (await run(as(role), asked(value))).data]).toEqual([role, value, none]);
    expect((await run(as('AGENT'), asked('key-needle-52'))).data).toEqual(found);
    const then = `{ interactions(asOf: "${new Date(world.now).toISOString()}", filter: { search: "key-needle-52" }) { totalCount } }`;
    expect((await run(as('CALLS_ONLY'), then)).data).toEqual({ interactions: { totalCount: 0 } });
    expect((await run(as('AGENT'), then)).data).toEqual({ interactions: { totalCount: 1 } });
  });

  it.each([
    ['interactions', '{ interactions(filter: { source: "source-needle-51" }) { totalCount } }'],
    ['interactions', '{ interactions(filter: { not: { source: "other" } }) { totalCount } }'],
    ['calls', '{ calls(filter: { source: "source-needle-51" }) { totalCount } }'],
    ['funnel', '{ funnel(filter: { source: "source-needle-51" }) { interactionCount } }'],
    ['funnel', '{ funnel(groupBy: SOURCE) { groups { key } } }'],
  ])('cannot be asked by: %s %s', async (name, document) => {
    const { data, errors = [] } = await run(as('CALLS_ONLY'), document);
    expect(data).toBeNull();
    expect(
      errors.map(({ path, originalError }) => [path, (originalError as { code?: string }).code]),
    ).toEqual([[[name], 'FORBIDDEN']]);
    expect((await run(as('AGENT'), document)).errors).toBeUndefined();
  });

  it('does not come to one subscriber through another who may see it and asks the same', async () => {
    const filter = { search: 'key-needle-52' };
    const admin = await live.fanOut.subscribe(as('ADMIN').frame, filter);
    const other = await live.fanOut.subscribe(as('CALLS_ONLY').frame, filter);
    await world.send('dialer', { externalId: 'd1', version: '2', occurredAt: at(61), carrier: 'new' });
    const rows = async (queue: typeof admin.queue) => {
      const items = await queue.take(10_000);
      return Array.isArray(items) ? items.map(({ row }) => row !== null) : items;
    };
    expect(await rows(admin.queue)).toEqual([true]);
    expect(await rows(other.queue)).toEqual([false]);
    admin.close();
    other.close();
  });
});
