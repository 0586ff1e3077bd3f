import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/domain/record.js';
import { ErasureStore } from '../../src/storage/removal/erasure-store.js';
import { ERASE_CUSTOMER } from '../../src/storage/removal/ledger.js';
import { tablesWith } from '../support/everything.js';
import { at, BASE, World } from '../support/world.js';

const MINUTE = 60_000;

let world: World;
let erasures: ErasureStore;

beforeAll(async () => {
  world = await World.create(2);
  erasures = new ErasureStore(world.db);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('truncate audit_entry, graphile_worker._private_jobs');
  world.now = BASE + 10 * MINUTE;
});

const by = { actor: { id: 'key-1', role: 'ADMIN' }, reason: 'asked to be forgotten' } as const;
const erase = (address: string) => erasures.erase(world.tenantId, address, by, world.now);

const JANE = { address: '+12025550123', displayName: 'Jane Spotted' };
const JOE = { address: '+12025550199', displayName: 'Joe Plain' };
const SENTENCE = 'My purple umbrella is in the garage';
const NEEDLES = ['2025550123', 'spotted', 'purple umbrella', 'erased-'];

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

/** What was made of a call afterwards: it shows nobody, and only names the call. */
const made = (externalId: string, of: string, extra: object = {}, type = 'TRANSCRIBE') =>
  statement(externalId, null, {
    tags: { reference_type: type, reference_id: of },
    messages: [{ id: 'm1', speaker: 'CUSTOMER', text: SENTENCE, startedAt: at(5) }],
    ...extra,
  });

const legs = async (): Promise<string[]> =>
  (
    await world.db.query<{ id: string }[]>(
      'select external_id as id from leg where tenant_id = $1 order by 1',
      [world.tenantId],
    )
  ).map(({ id }) => id);

/** Runs the jobs that go on with erasures, as a worker would; answers how many there were. */
async function work(): Promise<number> {
  const jobs: { payload: JsonObject }[] = await world.db.query(
    `select j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
      where t.identifier = $1 order by j.id`,
    [ERASE_CUSTOMER],
  );
  await world.db.query('truncate graphile_worker._private_jobs');
  for (const { payload } of jobs) await erasures.work(payload, world.now);
  return jobs.length;
}

describe('what was made of an erased call and only names it', () => {
  it.each([
    ['a transcription', made('erased-t', 'erased-1')],
    ['a recording', made('erased-t', 'erased-1', {}, 'recording')],
    [
      'one that names it as its reference',
      made('erased-t', '', { tags: { reference_type: 'TRANSCRIBE' }, reference: 'erased-1' }),
    ],
    ['one that shows somebody else', made('erased-t', 'erased-1', { customer: JOE })],
  ])('goes with it, though nobody ever analysed it: %s', async (_what, record) => {
    await world.send('dialer', [statement('erased-1', JANE), statement('joes', JOE)]);
    await world.send('human', [record, made('joes-t', 'joes', { messages: [] })]);
    const erasure = await erase('+12025550123');
    expect(erasure).toMatchObject({ state: 'DONE', interactionCount: 2, callCount: 2 });
    expect(await legs()).toEqual(['joes', 'joes-t']);
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
  });

  it('goes over any number of steps, and round a circle', async () => {
    await world.send('dialer', statement('erased-1', JANE));
    await world.send('human', [
      made('erased-r', 'erased-1', {}, 'RECORDING'),
      made('erased-t', 'erased-r'),
      made('erased-a', 'erased-b'),
      made('erased-b', 'erased-a'),
    ]);
    await world.send('assistant', made('erased-c', 'erased-t', { tags: tags('erased-t') }));
    expect(await erase('+12025550123')).toMatchObject({ interactionCount: 4 });
    expect(await legs()).toEqual(['erased-a', 'erased-b']);
  });

  it('stays when a call that stays has the same id: nobody can tell which of the two it is of', async () => {
    await world.send('dialer', statement('4711', JANE));
    await world.send('assistant', statement('4711', JOE));
    await world.send('human', made('t', '4711', { messages: [] }));
    expect(await erase('+12025550123')).toMatchObject({ interactionCount: 1 });
    expect(await legs()).toEqual(['4711', 't']);
    const [late] = await world.send('human', made('t2', '4711', { messages: [] }));
    expect(late?.status).toBe('ACCEPTED');
  });

  it('is no campaign that has the same id', async () => {
    await world.send('dialer', statement('7', JANE));
    await world.send('human', made('t', '7', { messages: [] }, 'CAMPAIGN'));
    expect(await erase('+12025550123')).toMatchObject({ interactionCount: 1 });
    expect(await legs()).toEqual(['t']);
  });

  it('is only that of the same tenant', async () => {
    await world.send('dialer', statement('one', JANE));
    await world.send('human', made('t', 'one'), world.tenants[1]);
    expect(await erase('+12025550123')).toMatchObject({ interactionCount: 1 });
    expect(await world.count('leg')).toBe(1);
  });
});

const tags = (of: string) => ({ reference_type: 'transcribe', reference_id: of });

describe('a record that names an erased call and comes later', () => {
  it.each([
    ['by a tag', made('erased-t', 'erased-1')],
    ['by a tag without its type', made('erased-t', '', { tags: { reference_id: 'erased-1' } })],
    [
      'as its reference',
      made('erased-t', '', { tags: { reference_type: 'RECORDING' }, reference: 'erased-1' }),
    ],
    ['long after', made('erased-t', 'erased-1', { occurredAt: '2026-12-01T00:00:00.000Z' })],
  ])('is recognised and not kept, with what comes with it and names it: %s', async (_how, record) => {
    await world.send('dialer', [statement('erased-1', JANE), statement('joes', JOE)]);
    await erase('+12025550123');
    world.now += 90 * 24 * 60 * MINUTE;
    const results = await world.send('human', [
      record,
      { externalId: 'erased-t', occurredAt: at(80), messages: [{ id: 'm2', text: SENTENCE }] },
      made('erased-r', 'erased-t'),
      made('joes-t', 'joes', { messages: [] }),
    ]);
    expect(results.map(({ status, interactionId }) => [status, interactionId !== null])).toEqual([
      ['DUPLICATE', false],
      ['DUPLICATE', false],
      ['DUPLICATE', false],
      ['ACCEPTED', true],
    ]);
    expect(await legs()).toEqual(['joes', 'joes-t']);
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
    expect(await work()).toBe(1);
  });
});

describe('what was here before anything told that it is the erased customer’s', () => {
  const key = [{ namespace: 'interaction_id', value: 'erased-key' }];
  const half = { keys: key, messages: [{ id: 'm1', text: SENTENCE, startedAt: at(5) }] };

  it.each([
    ['the call that a transcription names', made('erased-t', 'erased-1')],
    ['the other half of its call', statement('erased-a', null, half)],
  ])('goes once it is told, in the background: by %s', async (_by, before) => {
    await world.send('human', [before, made('joes-t', 'joes', { messages: [] })]);
    await world.send('dialer', statement('joes', JOE));
    expect(await erase('+12025550123')).toMatchObject({ state: 'DONE', interactionCount: 0 });
    await work();
    world.now += MINUTE;
    const [late] = await world.send('dialer', statement('erased-1', JANE, { keys: key }));
    expect([late?.status, late?.interactionId]).toEqual(['DUPLICATE', null]);
    expect(await work()).toBe(1);
    expect(await legs()).toEqual(['joes', 'joes-t']);
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
    const [erasure] = await erasures.latest(world.tenantId, 1);
    expect(erasure).toMatchObject({ state: 'DONE', interactionCount: 1, callCount: 1 });
    expect(await world.send('human', before)).toMatchObject([{ status: 'DUPLICATE', interactionId: null }]);
  });

  it('goes when its own later record names the customer, and what it has with others stays', async () => {
    const shared = { keys: [{ namespace: 'interaction_id', value: 'constant' }] };
    await world.send('assistant', statement('erased-a', null, { messages: half.messages }));
    await world.send('dialer', statement('joes', JOE, shared));
    await erase('+12025550123');
    await work();
    await world.send('assistant', statement('erased-a', JANE, { version: '2', ...shared }));
    expect(await work()).toBe(1);
    expect(await legs()).toEqual(['joes']);
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
  });

  it('asks for no job where there is none of it', async () => {
    await world.send('dialer', statement('erased-1', JANE));
    await erase('+12025550123');
    await work();
    await world.send('dialer', statement('erased-1', JANE));
    expect(await work()).toBe(0);
  });
});
