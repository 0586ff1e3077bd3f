import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { funnel } from '../../src/domain/funnel.js';
import { FunnelReader } from '../../src/storage/queries/funnel.js';
import { withoutTests } from '../../src/storage/queries/funnel-plan.js';
import type { TenantFrame } from '../../src/storage/read-model.js';
import { frameAsOf } from '../../src/storage/read-model.js';
import { FunnelStore } from '../../src/storage/trace/funnel-store.js';
import { funnelRows, history, request } from '../support/funnel.js';
import { countStatements } from '../support/statements.js';
import { at, BASE, callRecords, World } from '../support/world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BASE_HOUR = BASE - (BASE % HOUR);

let world: World;
let reader: FunnelReader;
let store: FunnelStore;
beforeAll(async () => {
  world = await World.create(2);
  reader = new FunnelReader(world.db);
  store = new FunnelStore(world.db);
});
afterAll(() => world.close());
beforeEach(() => begin('UTC'));

/** An empty world whose tenants keep the time of a zone. */
async function begin(timeZone: string): Promise<void> {
  await world.clear();
  await world.db.query('update tenant set time_zone = $1', [timeZone]);
  world.now = BASE;
}

const frameAt = (now: number, timeZone = 'UTC'): TenantFrame => ({
  tenantId: world.tenantId,
  timeZone,
  defaultCountry: 'US',
  now,
});

async function addUpEverything(): Promise<void> {
  while ((await store.sweep()) > 0);
}

type Request = typeof request extends fc.Arbitrary<infer R> ? R : never;

/** The same question, answered by the database and by the domain from the same interactions. */
async function expectAgreement({ filter, groupBy, interval, laterBy }: Request, timeZone: string) {
  const frame = frameAt(world.now + laterBy * MINUTE, timeZone);
  const rows = await funnelRows(world, frame, withoutTests(filter));
  const options = { groupBy, interval, timeZone, asOf: frame.now, includeTests: true };
  const answer = await reader.read(frame, { filter, groupBy, interval });
  expect(answer).toEqual(funnel(rows, options));
}

describe('the funnel of the database', () => {
  it('equals the domain on the same interactions, whatever happened in whatever order, added up or not', async () => {
    const zone = fc.constantFrom(
      ...['UTC', 'Asia/Kolkata', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'],
    );
    const requests = fc.array(request, { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(history, requests, zone, async (steps, questions, timeZone) => {
        await begin(timeZone);
        for (const step of steps) {
          if (step.do === 'SEND') await world.send(step.sent.source, step.sent.record);
          if (step.do === 'SWEEP') await world.trace.sweep(world.now);
          if (step.do === 'COMPACT') await store.sweep(7);
          if (step.do === 'WAIT') world.now += 25 * MINUTE;
        }
        for (const question of questions) await expectAgreement(question, timeZone);
        await addUpEverything();
        for (const question of questions) await expectAgreement(question, timeZone);
        await expectRightCallBacks();
        await store.rebuild(world.tenantId);
        for (const question of questions) await expectAgreement(question, timeZone);
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  /** Every call-back is found, and nothing else: by looking at all pairs. */
  async function expectRightCallBacks() {
    const rows = await funnelRows(world, frameAt(world.now), {});
    const expected = rows.map((row) => {
      const later = rows.filter(
        (other) =>
          row.customerE164 !== null &&
          other.customerE164 === row.customerE164 &&
          row.endedAt !== null &&
          other.startedAt > row.endedAt &&
          other.startedAt < row.startedAt + DAY &&
          ['VOICE', 'WEB'].includes(other.channel) &&
          other.direction !== 'OUTBOUND' &&
          !other.isTest,
      );
      return later.length === 0 ? null : Math.min(...later.map((other) => other.startedAt));
    });
    expect(rows.map((row) => row.calledBackAt)).toEqual(expected);
  }
});

const ID = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';

async function sendCall(id = ID, sources = ['dialer', 'assistant'], extra: object = {}): Promise<void> {
  for (const { source, record } of callRecords(id))
    if (sources.includes(source)) await world.send(source, { ...record, ...extra });
}

const total = async (request: Parameters<FunnelReader['read']>[1] = {}) =>
  reader.read(frameAt(world.now), request);

describe('what the funnel sees', () => {
  it('are no test calls unless the filter speaks of them', async () => {
    await sendCall('one');
    await sendCall('two', ['dialer', 'assistant'], { isTest: true });
    const counted = async (filter: object) => (await total({ filter })).interactionCount;
    expect(await counted({})).toBe(1);
    expect(await counted({ channel: ['VOICE'] })).toBe(1);
    expect(await counted({ isTest: true })).toBe(1);
    expect(await counted({ or: [{ isTest: true }, { isTest: false }] })).toBe(2);
  });

  it('is nothing of another tenant', async () => {
    await sendCall();
    await addUpEverything();
    const other = { ...frameAt(world.now), tenantId: world.tenants[1] ?? '' };
    expect((await reader.read(other, {})).interactionCount).toBe(0);
    expect((await reader.read(other, { filter: { search: ID } })).interactionCount).toBe(0);
  });

  it('follows a call from a drop to completeness when its dialer comes late', async () => {
    await sendCall(ID, ['assistant']);
    world.now = BASE + 100 * HOUR;
    await world.trace.sweep(world.now);
    await addUpEverything();
    const dropped = await total({ groupBy: 'DROP_STAGE' });
    expect(dropped.completionRate).toMatchObject({ value: 0, numerator: 0, denominator: 1 });
    expect(dropped.groups.map(({ key }) => key)).toEqual(['UNSPECIFIED']);
    await sendCall(ID, ['dialer']);
    const complete = await total({ groupBy: 'DROP_STAGE' });
    expect(complete.completionRate).toMatchObject({ value: 1, numerator: 1, denominator: 1 });
    expect(complete.groups.map(({ key, interactionCount }) => [key, interactionCount])).toEqual([[null, 1]]);
    await addUpEverything();
    expect(await total({ groupBy: 'DROP_STAGE' })).toEqual(complete);
  });

  it('counts two interactions as one when a record joins them', async () => {
    const leg = (externalId: string, ...values: string[]) => ({
      externalId,
      occurredAt: at(1),
      status: 'COMPLETED',
      answeredAt: at(1),
      endedAt: at(9),
      keys: values.map((value) => ({ namespace: 'crm_call', value })),
    });
    await world.send('dialer', leg('d1', 'k1'));
    await world.send('assistant', leg('a1', 'k2'));
    await addUpEverything();
    expect((await total()).interactionCount).toBe(2);
    await world.send('human', leg('h1', 'k1', 'k2'));
    const merged = await total({ groupBy: 'SOURCE' });
    expect(merged.groups.map(({ key, interactionCount }) => [key, interactionCount])).toEqual([
      ['assistant + dialer + human', 1],
    ]);
    await addUpEverything();
    expect(await total({ groupBy: 'SOURCE' })).toEqual(merged);
  });

  it('is what was known then, for one who asks for it', async () => {
    await sendCall(ID, ['assistant']);
    const then = world.now;
    world.now += HOUR;
    await sendCall(ID, ['dialer']);
    const known = await reader.read(frameAsOf(frameAt(world.now), then), {});
    expect(known.completionRate).toMatchObject({ value: null, excluded: 1 });
    expect((await total()).completionRate).toMatchObject({ value: 1, excluded: 0 });
  });

  it('is everything, while sixteen write and two add up at once', async () => {
    const ids = Array.from({ length: 16 }, (_, n) => `c${n}`);
    const writing = Promise.all(ids.map((id) => sendCall(id)));
    const adding = [store, new FunnelStore(world.db)].map(async (one) => {
      for (let turn = 0; turn < 20; turn += 1) await one.sweep(5);
    });
    await Promise.all([writing, ...adding]);
    const counted = await total({ groupBy: 'SOURCE' });
    expect(counted.groups.map(({ key, interactionCount }) => [key, interactionCount])).toEqual([
      ['assistant + dialer', 16],
    ]);
    await addUpEverything();
    expect(await total({ groupBy: 'SOURCE' })).toEqual(counted);
    expect(await world.count('funnel_delta')).toBe(0);
    expect(await world.count('call_back_check')).toBe(0);
    expect(await world.count('funnel_cell')).toBe(3);
  });

  it('refuses more groups than anyone reads', async () => {
    await world.db.query(
      `insert into funnel_cell (tenant_id, grain, started_at, facts_hash, channel, campaign, source_ids, status,
                                is_provisional, is_test, stage_marks, count)
       select $1, 'DAY', $2, gen_random_uuid(), 'VOICE', 'campaign ' || n, '{}', 'COMPLETE', false, false, 1, 1
         from generate_series(1, 1001) n`,
      [world.tenantId, new Date(BASE - (BASE % DAY) - 5 * DAY)],
    );
    await expect(total({ groupBy: 'CAMPAIGN' })).rejects.toThrow(/more than 1000 groups/);
  });
});

describe('what the funnel costs', () => {
  it('is one statement a batch that changes something, however many interactions it changes', async () => {
    const records = Array.from({ length: 30 }, (_, n) => callRecords(`c${n}`)).flat();
    const counter = countStatements(world.db);
    const ofFunnel = () => counter.statements.filter(({ sql }) => sql.includes('funnel_delta')).length;
    const send = () =>
      world.send(
        'assistant',
        records.filter(({ source }) => source === 'assistant').map(({ record }) => record),
      );
    await send();
    expect(ofFunnel()).toBe(1);
    await send();
    expect(ofFunnel()).toBe(1);
    counter.stop();
  });

  it.each<[string, object]>([
    ['everything', {}],
    ['days', { interval: 'DAY', groupBy: 'CAMPAIGN' }],
    ['hours', { interval: 'HOUR', filter: { startedAt: { from: BASE_HOUR - 9 * HOUR, to: BASE_HOUR } } }],
    [
      'a filter',
      { groupBy: 'SOURCE', filter: { source: 'dialer', status: ['COMPLETE'], not: { flow: 'x' } } },
    ],
  ])('is one statement for %s, in which whole hours touch no interaction', async (_what, request) => {
    world.now = BASE_HOUR;
    const [statement, ...others] = await statementsOf(request);
    expect(others).toEqual([]);
    expect(await tablesOf(statement)).toEqual(expect.not.arrayContaining(['interaction', 'leg']));
  });

  it.each<[string, object, string]>([
    ['alone in wide cells', {}, 'WIDE_HOUR'],
    [
      'by drop stage in wide cells',
      { groupBy: 'DROP_STAGE', filter: { direction: ['INBOUND'] } },
      'WIDE_HOUR',
    ],
    ['by campaign in narrow cells', { groupBy: 'CAMPAIGN' }, 'HOUR'],
    ['of a flow in narrow cells', { filter: { and: [{ flow: 'x' }] } }, 'HOUR'],
    ['of a source in narrow cells', { filter: { not: { source: 'dialer' } } }, 'HOUR'],
  ])('reads hours %s', async (_what, request, grain) => {
    const [statement] = await statementsOf({ interval: 'HOUR', ...request });
    const grains = new Set([...(statement?.sql.matchAll(/c\.grain = '(\w+)'/g) ?? [])].map(([, one]) => one));
    expect([...grains]).toEqual([grain]);
  });

  it('is the interactions of the edges alone when the time has edges', async () => {
    for (const hours of [0, 1, 2, 3])
      await world.send('dialer', {
        externalId: `d${hours}`,
        occurredAt: new Date(BASE - hours * HOUR).toISOString(),
        status: 'NO_ANSWER',
      });
    world.now = BASE_HOUR + 5 * DAY;
    const filter = { startedAt: { from: BASE - 3 * HOUR - MINUTE, to: BASE + MINUTE } };
    expect((await total({ filter })).interactionCount).toBe(4);
    const [statement] = await statementsOf({ filter });
    const scans = (await nodesOf(statement)).filter((node) => node['Relation Name'] === 'interaction');
    expect(scans.map((node) => Number(node['Actual Rows']))).toEqual([2]);
  });

  it('is an index scan over many cells', async () => {
    await world.db.query(
      `insert into funnel_cell (tenant_id, grain, started_at, facts_hash, channel, source_ids, status, is_provisional,
                                is_test, stage_marks, count)
       select $1, 'WIDE_HOUR', $2::timestamptz - n % 4000 * interval '1 hour', gen_random_uuid(), 'VOICE', '{}', 'COMPLETE',
              false, false, 1, 1 from generate_series(1, 20000) n`,
      [world.tenantId, new Date(BASE_HOUR)],
    );
    await world.db.query('analyze funnel_cell');
    world.now = BASE_HOUR;
    const filter = { startedAt: { from: BASE_HOUR - 9 * HOUR, to: BASE_HOUR } };
    const [statement] = await statementsOf({ filter, interval: 'HOUR' });
    const scans = (await nodesOf(statement)).filter((node) => node['Node Type'] === 'Seq Scan');
    expect(scans.map((node) => node['Relation Name'])).not.toContain('funnel_cell');
  });

  type Statement = { sql: string; parameters: unknown[] };

  async function statementsOf(request: object): Promise<Statement[]> {
    const counter = countStatements(world.db);
    await total(request);
    counter.stop();
    return [...counter.statements];
  }

  type PlanNode = Record<string, unknown> & { Plans?: PlanNode[] };

  async function nodesOf(statement: Statement | undefined): Promise<PlanNode[]> {
    const rows: { 'QUERY PLAN': { Plan: PlanNode }[] }[] = await world.db.query(
      `explain (analyze, format json) ${statement?.sql ?? ''}`,
      statement?.parameters,
    );
    const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
    return rows.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan }) => flat(Plan));
  }

  const tablesOf = async (statement: Statement | undefined): Promise<unknown[]> =>
    (await nodesOf(statement)).flatMap((node) => node['Relation Name'] ?? []);
});
