import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { funnel } from '../../src/domain/funnel.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { FunnelReader } from '../../src/storage/queries/funnel.js';
import { DeletionStore } from '../../src/storage/removal/deletion-store.js';
import { ErasureStore } from '../../src/storage/removal/erasure-store.js';
import { doomedTables } from '../../src/storage/removal/tables.js';
import { FunnelStore } from '../../src/storage/trace/funnel-store.js';
import { tablesWith } from '../support/everything.js';
import { funnelRows } from '../support/funnel.js';
import { frameOf } from '../support/live.js';
import { at, BASE, World } from '../support/world.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let world: World;
let erasures: ErasureStore;
let deletions: DeletionStore;

beforeAll(async () => {
  world = await World.create(2);
  erasures = new ErasureStore(world.db);
  deletions = new DeletionStore(world.db, new CursorCodec('secret', 'instance'));
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('truncate audit_entry, graphile_worker._private_jobs');
  world.now = BASE + 10 * MINUTE;
});

const by = { actor: { id: 'key-1', role: 'ADMIN' }, reason: 'asked to be forgotten' } as const;
const erase = (address: string, tenantId = world.tenantId) =>
  erasures.erase(tenantId, address, by, world.now);

/** Everything that a system may say of a call, with something to be found in every place. */
function statement(externalId: string, key: string, customer: object | null, extra: object = {}): object {
  return {
    externalId,
    occurredAt: at(60),
    channel: 'VOICE',
    direction: 'INBOUND',
    startedAt: at(0),
    answeredAt: at(2),
    endedAt: at(60),
    keys: [{ namespace: 'interaction_id', value: key }],
    customer,
    ...extra,
  };
}

const SENTENCE = 'My purple umbrella is in the garage';
const FULL = {
  reference: 'ORD-4711-SPOTTED',
  status: 'COMPLETED',
  endReason: 'spotted-end',
  recording: { url: 'https://spotted.example/audio.mp3', format: 'mp3' },
  messages: [
    { id: 'm1', speaker: 'CUSTOMER', text: SENTENCE, startedAt: at(5) },
    { id: 'm2', speaker: 'ASSISTANT', text: 'So the spotted umbrella', startedAt: at(8) },
  ],
  toolCalls: [
    {
      id: 't1',
      name: 'find',
      status: 'OK',
      startedAt: at(9),
      arguments: { who: 'spotted' },
      rawResponse: {},
    },
  ],
  knowledgeSearches: [{ id: 'k1', query: 'spotted umbrella', startedAt: at(10) }],
  events: [{ id: 'e1', type: 'spotted.event', at: at(11), data: { note: 'spotted' } }],
  serviceErrors: [{ service: 'LLM', at: at(12), fatal: false, message: 'spotted failed' }],
  integrationLog: [{ integration: 'crm', at: at(13), status: 'OK', detail: { row: 'spotted' } }],
  transfers: [
    { id: 'x1', state: 'FAILED', target: '+12025550177', failureReason: 'spotted', requestedAt: at(20) },
  ],
  reviewFlags: [{ code: 'ANOMALY', reason: 'spotted flag', by: 'AI' }],
  postCallAnalysis: { summary: 'Jane Spotted lost an umbrella', tags: ['spotted'], fields: { a: 'spotted' } },
  qcAnalysis: { fields: { b: 'spotted' } },
  payload: { raw: { From: '+1 (202) 555-0123', Caller: 'Jane Spotted' } },
};

/** In the number every spelling, the name, a sentence, the ids, and whatever else was planted. */
const NEEDLES = [
  '2[^0-9a-z]{0,3}0[^0-9a-z]{0,3}2[^0-9a-z]{0,3}555[^0-9a-z]{0,3}0123',
  '3210555202',
  'spotted',
  'purple umbrella',
  '(dialer|assistant|human|chat|moved|variant)-1\\M',
  'shared-key-1\\M',
  'crm-contact-1\\M',
  'wrong half',
];

/** What one customer leaves behind, in all its spellings and roundabout ways; others are beside. */
async function live(): Promise<void> {
  const jane = { address: '+1 202-555-0123', displayName: 'Jane Spotted' };
  await world.send('dialer', statement('dialer-1', 'shared-key-1', jane, FULL));
  await world.send(
    'assistant',
    statement('assistant-1', 'shared-key-1', { address: 'sip:+12025550123@x.example' }, FULL),
  );
  const contact = { namespace: 'crm', value: 'crm-contact-1', scope: 'CUSTOMER' };
  await world.send(
    'human',
    statement('human-1', 'shared-key-1', null, {
      keys: [{ namespace: 'interaction_id', value: 'shared-key-1' }, contact],
    }),
  );
  await world.send('human', statement('chat-1', '', null, { keys: [contact], channel: 'CHAT', ...FULL }));
  const moved = statement('moved-1', 'k-moved', jane, { version: '1', endedAt: null });
  await world.send('dialer', moved);
  const elsewhere = { address: '+12025550188', displayName: null };
  await world.send('dialer', statement('moved-1', 'k-moved', elsewhere, { version: '2' }));
  const [variant] = await world.send(
    'dialer',
    statement('variant-1', 'k-variant', { address: '(202) 555 0123' }, FULL),
  );
  await deletions.delete(
    world.tenantId,
    variant?.interactionId ?? '',
    { ...by, reason: 'Jane Spotted asked' },
    world.now,
  );
  await world.send('dialer', [
    { role: 'DIALER', occurredAt: at(0), customer: { address: '+12025550123' }, note: 'Jane Spotted' },
    { externalId: 'assistant-1', occurredAt: 'never', note: 'spotted' },
  ]);
}

/** Somebody else, whom nothing may touch. */
async function other(): Promise<string> {
  const [result] = await world.send(
    'dialer',
    statement('d-other', 'k-other', { address: '+12025550199', displayName: 'Joe' }, { status: 'COMPLETED' }),
  );
  await world.send('dialer', { role: 'DIALER', occurredAt: at(0), customer: { address: '+12025550199' } });
  return result?.interactionId ?? '';
}

async function expectRightFunnel(): Promise<void> {
  const frame = frameOf(world);
  const rows = await funnelRows(world, frame, {});
  const by = { groupBy: 'CHANNEL', interval: null, timeZone: 'UTC', includeTests: false } as const;
  const options = { ...by, asOf: frame.now };
  const reader = new FunnelReader(world.db);
  expect(await reader.read(frame, { groupBy: 'CHANNEL' })).toEqual(funnel(rows, options));
  await new FunnelStore(world.db).sweep();
  expect(await reader.read(frame, { groupBy: 'CHANNEL' })).toEqual(funnel(rows, options));
}

const counts = async () => ({
  interactions: await world.count('interaction'),
  legs: await world.count('leg'),
  records: await world.count('source_record'),
  rejected: await world.count('rejected_record'),
});

describe('an erased customer', () => {
  it('is in no table of any schema, in no spelling, by no name, word or id; others are all there', async () => {
    await live();
    const kept = await other();
    const before = await tablesWith(world.db, NEEDLES);
    expect(new Set(before.map((one) => one.split(':')[0])).size).toBeGreaterThan(12);
    world.now += MINUTE;
    const erasure = await erase('001 (202) 555.0123');
    expect(erasure).toMatchObject({
      state: 'DONE',
      requestedAt: world.now,
      requestedBy: 'key-1',
      reason: 'asked to be forgotten',
      interactionCount: 4,
      callCount: 6,
    });
    expect(erasure.rowCount).toBeGreaterThan(50);
    await new FunnelStore(world.db).sweep();
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
    expect(await counts()).toEqual({ interactions: 1, legs: 1, records: 1, rejected: 1 });
    const rows: { id: string }[] = await world.db.query('select id from interaction');
    expect(rows).toEqual([{ id: kept }]);
    await expectRightFunnel();
  });

  it('leaves the feed dense, and what is told of it is that it is gone', async () => {
    await live();
    const before: { n: number }[] = await world.db.query('select count(*)::int as n from change');
    await erase('+12025550123');
    const rows: { kind: string; reason: string | null; told: boolean }[] = await world.db.query(
      `select kind, removal_reason as reason, changed_fields <> '{}' or cause_kind = 'RECORD' and cause_id is not null as told
         from change order by id offset $1`,
      [before[0]?.n],
    );
    expect(rows).toEqual(
      ['chat-1', 'call', 'moved'].map(() => ({ kind: 'REMOVED', reason: 'ERASED', told: false })),
    );
    const told: { n: number }[] = await world.db.query(
      `select count(*)::int as n from change where kind = 'UPSERTED' and (changed_fields <> '{}' or calls <> '[]')`,
    );
    expect(told).toEqual([{ n: 0 }]);
  });

  it('is erased again without harm, and the log keeps both requests', async () => {
    await live();
    await other();
    const first = await erase('+12025550123');
    const second = await erase('202-555-0123');
    expect([first.interactionCount, second.interactionCount, second.state]).toEqual([4, 0, 'DONE']);
    expect((await erasures.latest(world.tenantId, 10)).map(({ id }) => id)).toEqual([second.id, first.id]);
    const log: { action: string; subject: string }[] = await world.db.query(
      `select action, subject_id as subject from audit_entry where action = 'CUSTOMER_ERASED' order by id`,
    );
    expect(log.map(({ subject }) => subject)).toEqual([first.id, second.id]);
  });

  it('is only that of the tenant that asks', async () => {
    await live();
    const before = await counts();
    const erasure = await erase('+12025550123', world.tenants[1]);
    expect(erasure).toMatchObject({ state: 'DONE', interactionCount: 0, rowCount: 0 });
    expect(await counts()).toEqual(before);
    expect(await erasures.byIds(world.tenantId, [erasure.id])).toEqual([]);
  });

  it.each([
    ['anonymous', null, 'address names nobody: a number or another address is needed.'],
    ['+12025550123', 'said 1-202 555 0123', 'reason must not name the customer: it is kept.'],
    ['+12025550123', 'for jane spotted', 'reason must not name the customer: it is kept.'],
  ])('is refused, and nothing changes: %s because %s', async (address, reason, message) => {
    await live();
    const before = await counts();
    await expect(erasures.erase(world.tenantId, address, { ...by, reason }, world.now)).rejects.toThrow(
      message,
    );
    expect(await counts()).toEqual(before);
    expect(await world.count('erasure')).toBe(0);
  });
});

describe('a record that comes after its customer was erased', () => {
  const CUSTOMER = { address: '+12025550123' };

  it('is answered as a duplicate without an interaction and not kept: of the call, of one with its key, of the past', async () => {
    await live();
    world.now = BASE + DAY;
    await erase('+12025550123');
    const later = { occurredAt: new Date(world.now + MINUTE).toISOString() };
    const results = await world.send('assistant', [
      statement('assistant-1', 'shared-key-1', CUSTOMER, FULL),
      { externalId: 'assistant-1', ...later, messages: [{ id: 'm9', text: SENTENCE }] },
      {
        externalId: 'new-leg',
        occurredAt: at(70),
        keys: [{ namespace: 'X-Interaction-ID', value: 'shared-key-1' }],
      },
      statement('old-call', 'k-old', { address: '(202) 555-0123' }),
      { externalId: 'late-told', ...later, startedAt: at(3), customer: CUSTOMER },
      {
        externalId: 'contact',
        occurredAt: at(3),
        keys: [{ namespace: 'crm', value: 'crm-contact-1', scope: 'CUSTOMER' }],
      },
    ]);
    expect(results.map(({ status, interactionId }) => [status, interactionId])).toEqual(
      results.map(() => ['DUPLICATE', null]),
    );
    expect(await counts()).toMatchObject({ interactions: 0, legs: 0, records: 0 });
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
  });

  it('is taken in when it is of a new call, or of somebody else', async () => {
    await live();
    await erase('+12025550123');
    world.now += DAY;
    const now = new Date(world.now).toISOString();
    const times = { occurredAt: now, startedAt: now, answeredAt: null, endedAt: null };
    const results = await world.send('dialer', [
      statement('dialer-2', 'shared-key-2', CUSTOMER, times),
      statement('dialer-3', 'shared-key-3', { address: '+12025550199' }),
      statement('dialer-1', 'shared-key-1', CUSTOMER, times),
    ]);
    expect(results.map(({ status, interactionId }) => [status, interactionId !== null])).toEqual([
      ['ACCEPTED', true],
      ['ACCEPTED', true],
      ['DUPLICATE', false],
    ]);
    expect(await counts()).toMatchObject({ interactions: 2, legs: 2 });
  });

  it('takes its keys with it, but not one that other calls have as well', async () => {
    await world.send('dialer', statement('d-other', 'constant', { address: '+12025550199' }));
    await erase('+12025550123');
    const keys = ['constant', 'its-own'].map((value) => ({ namespace: 'interaction_id', value }));
    await world.send('dialer', statement('late-told', '', CUSTOMER, { keys }));
    const results = await world.send('assistant', [
      statement('a1', 'its-own', null),
      statement('a2', 'constant', null),
      statement('late-told', 'any', null),
    ]);
    expect(results.map(({ status, interactionId }) => [status, interactionId !== null])).toEqual([
      ['DUPLICATE', false],
      ['ACCEPTED', true],
      ['ACCEPTED', true],
    ]);
  });

  it('is taken in by another tenant', async () => {
    await live();
    await erase('+12025550123');
    const [result] = await world.send('dialer', statement('dialer-1', 'k', CUSTOMER), world.tenants[1]);
    expect(result?.status).toBe('ACCEPTED');
  });

  it('cannot slip in while the erasing runs', async () => {
    const sending = Array.from({ length: 20 }, async (_, number) =>
      world.send('dialer', statement(`early-${number}`, `race-${number}`, CUSTOMER)),
    );
    const erasing = erase('+12025550123');
    await Promise.all([...sending, erasing]);
    await world.send(
      'assistant',
      Array.from({ length: 20 }, (_, number) => statement(`late-${number}`, `race-${number}`, null)),
    );
    expect(await counts()).toEqual({ interactions: 0, legs: 0, records: 0, rejected: 0 });
  });
});

describe('a customer with very many interactions', () => {
  it('is erased in the background, batch by batch, and can be looked at meanwhile', async () => {
    const many = Array.from({ length: 720 }, (_, number) =>
      statement(`dialer-${number}`, `key-${number}`, { address: '+12025550123' }),
    );
    await world.send('dialer', many);
    const erasure = await erase('+12025550123');
    expect(erasure).toMatchObject({ state: 'RUNNING', completedAt: null, interactionCount: 700 });
    const [again] = [await erase('+12025550123')];
    expect(again.id).toBe(erasure.id);
    const jobs: { payload: object }[] = await world.db.query(
      'select payload from graphile_worker._private_jobs',
    );
    expect(jobs).toEqual([{ payload: { tenantId: world.tenantId, erasureId: erasure.id } }]);
    world.now += MINUTE;
    await erasures.resume(world.tenantId, erasure.id, world.now);
    const [done] = await erasures.byIds(world.tenantId, [erasure.id]);
    expect(done).toMatchObject({ state: 'DONE', interactionCount: 720, callCount: 720 });
    expect(await world.count('interaction')).toBe(0);
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
    await expectRightFunnel();
  });
});

describe('the tables of the database', () => {
  it('are all either emptied of what is erased, or told here to hold nothing of a customer', () => {
    const doomed = new Set(doomedTables(world.db.entityMetadatas).map(({ name }) => name));
    const others = world.db.entityMetadatas
      .map(({ tableName }) => tableName)
      .filter((one) => !doomed.has(one));
    expect(others.sort()).toEqual([
      'api_key',
      'audit_entry',
      'call_back_check',
      'change',
      'erased_name',
      'erasure',
      'feed_head',
      'funnel_cell',
      'funnel_delta',
      'instance',
      'interaction_version',
      'join_health',
      'quarantined_key',
      'recording',
      'rejected_record',
      'source',
      'source_pair',
      'tenant',
      'trace_policy',
    ]);
  });
});
