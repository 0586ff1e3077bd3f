import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AnalysisStore } from '../../src/storage/analysis/analysis-store.js';
import { MarkStore } from '../../src/storage/marks/mark-store.js';
import { enqueueFetch } from '../../src/storage/recording/recording-notes.js';
import { ErasureStore } from '../../src/storage/removal/erasure-store.js';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { tablesWith } from '../support/everything.js';
import { at, BASE, World } from '../support/world.js';

const MINUTE = 60_000;

let world: World;
let erasures: ErasureStore;
let decisions: Decisions;
let marks: MarkStore;

beforeAll(async () => {
  world = await World.create();
  erasures = new ErasureStore(world.db);
  decisions = new Decisions(world.db);
  marks = new MarkStore(world.db);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('truncate timeline_analysis, analysis_due, graphile_worker._private_jobs');
  world.now = BASE + 10 * MINUTE;
});

const actor = { id: 'key-1', role: 'ADMIN' } as const;
const erase = () => erasures.erase(world.tenantId, '+12025550123', { actor, reason: 'asked us' }, world.now);

const NEEDLES = ['2025550123', '202[^0-9]{0,2}555[^0-9]{0,2}0123', 'spotted'];
const JANE = { address: '+12025550123', displayName: 'Jane Spotted' };
const JOE = { address: '+12025550199', displayName: 'Joe Plain' };
const keys = [{ namespace: 'interaction_id', value: 'wrongly-shared' }];
const statement = (externalId: string, customer: object | null, extra: object = {}) => ({
  externalId,
  occurredAt: at(60),
  channel: 'VOICE',
  direction: 'INBOUND',
  startedAt: at(0),
  answeredAt: at(2),
  endedAt: at(60),
  customer,
  ...extra,
});

async function send(source: 'dialer' | 'assistant' | 'human', record: object): Promise<string> {
  const [result] = await world.send(source, record);
  return result?.interactionId ?? '';
}

async function legOf(externalId: string): Promise<string> {
  const [leg]: { id: string }[] = await world.db.query('select id from leg where external_id = $1', [
    externalId,
  ]);
  return leg?.id ?? '';
}

const reasons = async () =>
  (
    await world.db.query<{ action: string; reason: string | null; legs: number | null }[]>(
      `select action, reason, jsonb_array_length(detail->'legIds') as legs from audit_entry
        where action <> 'CUSTOMER_ERASED' order by id`,
    )
  ).map(({ action, reason, legs }) => [action, reason, legs]);

describe('an interaction that a call of the erased customer was once part of', () => {
  /** Joe's, with Jane's call in it by a key that was wrong, until somebody takes it out. */
  async function parted(): Promise<string> {
    const joes = await send('dialer', statement('joes', JOE, { keys }));
    const tags = { note: 'spotted' };
    await send('assistant', statement('spotted-1', null, { keys, tags, startedAt: at(5) }));
    const reason = 'This one is Jane Spotted';
    await decisions.unlink(world.tenantId, await legOf('spotted-1'), { actor, reason }, world.now);
    await send('assistant', statement('spotted-1', JANE, { startedAt: at(5), version: '2' }));
    return joes;
  }

  it('stays as it is now; the versions and reasons that tell of the call go', async () => {
    const joes = await parted();
    const before = await tablesWith(world.db, NEEDLES);
    expect(before).toContain('public.interaction_version: spotted');
    expect(before).toContain('public.audit_entry: spotted');
    expect(await erase()).toMatchObject({ state: 'DONE', interactionCount: 1, callCount: 1 });
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
    const rows: { id: string; ids: string[] }[] = await world.db.query(
      'select id, external_ids as ids from interaction',
    );
    expect(rows).toEqual([{ id: joes, ids: ['joes'] }]);
    expect(await reasons()).toEqual([['LEG_UNLINKED', null, 1]]);
    const held: { now: boolean }[] = await world.db.query(
      `select valid_to = 'infinity' as now from interaction_version where interaction_id = $1 order by revision`,
      [joes],
    );
    expect(held).toEqual([{ now: false }, { now: true }]);
  });

  it('keeps the reasons of decisions that have nothing to do with the customer', async () => {
    const [one, other] = [
      await send('dialer', statement('joes', JOE)),
      await send('assistant', statement('joes too', JOE, { startedAt: at(40) })),
    ];
    await send('dialer', statement('spotted-1', JANE));
    await decisions.link(world.tenantId, one, [other], { actor, reason: 'one call' }, world.now);
    await erase();
    expect(await reasons()).toEqual([['INTERACTIONS_LINKED', 'one call', 2]]);
  });

  it.each(['+1 (202) 555-0123', '202 5550123'])(
    'loses the reason that somebody wrote with the number in it: %s',
    async (number) => {
      const joes = await send('dialer', statement('joes', JOE));
      await send('dialer', statement('spotted-1', JANE));
      const flag = { kind: 'FLAG', name: 'MIX_UP', text: null, isSet: true } as const;
      const reason = `Was called from ${number}`;
      await marks.say(world.tenantId, joes, { ...flag, reason }, actor, world.now);
      await erase();
      expect(await reasons()).toEqual([['INTERACTION_FLAGGED', null, 1]]);
      expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
    },
  );
});

describe('what people said of the erased customer’s interaction', () => {
  it('goes with its projections, versions and history: flags, tags, notes, what was taken back', async () => {
    const janes = await send('dialer', statement('one', JANE));
    const said = [
      { kind: 'FLAG', name: 'SPOTTED', text: 'spotted it' },
      { kind: 'TAG', name: 'spotted', text: 'spotted' },
      { kind: 'ANNOTATION', name: randomUUID(), text: 'Jane Spotted, +1 202 555 0123' },
    ] as const;
    for (const one of said)
      await marks.say(world.tenantId, janes, { ...one, isSet: true, reason: 'spotted' }, actor, world.now);
    await marks.say(
      world.tenantId,
      janes,
      { ...said[0], isSet: false, reason: 'not spotted' },
      actor,
      world.now,
    );
    const before = await tablesWith(world.db, ['spotted']);
    expect(before).toEqual(
      ['audit_entry', 'call', 'interaction', 'interaction_version', 'mark', 'source_record'].map(
        (table) => `public.${table}: spotted`,
      ),
    );
    await erase();
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
    expect(await world.count('mark')).toBe(0);
  });
});

describe('jobs that wait for the erased customer’s calls', () => {
  it('name nothing but ids of ours, and find nothing', async () => {
    const recording = { url: 'https://spotted.example/2025550123.mp3' };
    const janes = await send('dialer', statement('one', JANE, { recording }));
    const callId = await legOf('one');
    const analyses = new AnalysisStore(world.db);
    const order = { reanalyze: false, by: actor };
    const id = await analyses.start(world.tenantId, janes, order, world.now);
    await enqueueFetch(world.db.manager, { tenantId: world.tenantId, callId }, 1);
    await erase();
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
    const jobs: { payload: object }[] = await world.db.query(
      'select payload from graphile_worker._private_jobs order by id',
    );
    expect(jobs.map(({ payload }) => Object.keys(payload).sort().join())).toEqual([
      'attempt,id,tenantId',
      'attempt,callId,copy,tenantId',
      'erasureId,tenantId',
    ]);
    const job = { tenantId: world.tenantId, id, attempt: 1 };
    expect(await analyses.claim(job, world.now)).toBeNull();
  });
});

describe('what could not be read', () => {
  const unreadable = (extra: object) => ({ occurredAt: 'never', ...extra });
  const bodies = async () =>
    (await world.db.query<{ body: string }[]>('select body from rejected_record order by id')).map(
      ({ body }) => JSON.parse(body) as object,
    );

  it('goes when it names a key or a contact of an erased call, and no other', async () => {
    const contact = { namespace: 'crm', value: 'contact-88121', scope: 'CUSTOMER' };
    const own = { namespace: 'interaction_id', value: 'key-of-hers' };
    await send('dialer', statement('one', JANE, { keys: [own, contact, ...keys] }));
    await send('dialer', statement('joes', JOE, { startedAt: at(1) }));
    const others = [unreadable({ externalId: 'x', keys: [{ namespace: 'crm', value: 'contact-99' }] })];
    await world.send('human', [
      unreadable({ externalId: 'a', keys: [own] }),
      unreadable({ externalId: 'b', note: 'contact-88121' }),
      ...others,
    ]);
    await erase();
    expect(await bodies()).toEqual(others);
  });

  it.each([
    ['the call', { externalId: 'one' }],
    ['a key', { externalId: 'a', keys: [{ namespace: 'X-Interaction-Id', value: 'key-of-hers' }] }],
    ['the call that it was made of', { externalId: 'a', tags: { reference_id: 'one' } }],
    [
      'the number, in a time before',
      { externalId: 'a', customer: { address: '(202) 555-0123' }, startedAt: at(3) },
    ],
  ])('is told of and not kept when it comes later and names %s', async (_what, named) => {
    await send(
      'dialer',
      statement('one', JANE, { keys: [{ namespace: 'interaction_id', value: 'key-of-hers' }] }),
    );
    await erase();
    const results = await world.send('dialer', [unreadable(named), unreadable({ externalId: 'new' })]);
    expect(results.map(({ status, error }) => [status, error?.field])).toEqual([
      ['REJECTED', 'occurredAt'],
      ['REJECTED', 'occurredAt'],
    ]);
    expect(await bodies()).toEqual([unreadable({ externalId: 'new' })]);
  });

  it('is kept when it may be of a new contact of the same customer', async () => {
    await send('dialer', statement('one', JANE));
    await erase();
    const startedAt = new Date(world.now + MINUTE).toISOString();
    const later = unreadable({ externalId: 'two', customer: JANE, startedAt });
    await world.send('dialer', later);
    expect(await bodies()).toEqual([later]);
  });
});
