import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CallReader } from '../../src/storage/call-reader.js';
import { CustomerReader, nameCustomer } from '../../src/storage/customer-reader.js';
import { InteractionReader } from '../../src/storage/interaction-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { FunnelReader } from '../../src/storage/queries/funnel.js';
import { frameAsOf } from '../../src/storage/read-model.js';
import { DeletionStore } from '../../src/storage/removal/deletion-store.js';
import { SourceReader } from '../../src/storage/source-reader.js';
import { FunnelStore } from '../../src/storage/trace/funnel-store.js';
import { frameOf } from '../support/live.js';
import { at, BASE, callRecords, World } from '../support/world.js';

const HOUR = 3_600_000;
const CUSTOMER = nameCustomer(['address:+12025550123']);

let world: World;
let deletions: DeletionStore;
let interactions: InteractionReader;
let calls: CallReader;
let customers: CustomerReader;

beforeAll(async () => {
  world = await World.create(2);
  const cursors = new CursorCodec('secret', 'instance');
  deletions = new DeletionStore(world.db, cursors);
  interactions = new InteractionReader(world.db, cursors);
  calls = new CallReader(world.db, cursors);
  customers = new CustomerReader(world.db);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('truncate audit_entry');
  world.now = BASE + 130_000;
});

const by = { actor: { id: 'key-1', role: 'SUPERVISOR' }, reason: 'a test call' } as const;

/** Sends a whole call; answers its interaction. */
async function sendCall(id: string): Promise<string> {
  let interactionId = '';
  for (const { source, record } of callRecords(id)) {
    const [result] = await world.send(source, record);
    interactionId = result?.interactionId ?? '';
  }
  return interactionId;
}

const remove = (id: string) => deletions.delete(world.tenantId, id, by, world.now);
const restore = (id: string) => deletions.restore(world.tenantId, id, by, world.now);

/** Everything that a reader could find, by every way in. */
async function found(id: string, search: string) {
  const frame = frameOf(world);
  const { tenantId } = world;
  const list = await interactions.page(frame, null, null, { first: 10 });
  const legs: { id: string }[] = await world.db.query('select id from leg where interaction_id = $1', [id]);
  const legIds = legs.map((leg) => leg.id);
  const size = async (rows: Promise<readonly unknown[]>) => (await rows).length;
  return {
    list: list.edges.map(({ node }) => node.id),
    count: (await interactions.count(frame, null)).count,
    byId: await size(interactions.byIds(tenantId, [id])),
    search: (await interactions.count(frame, { search })).count,
    customer: (await customers.summaries(frame, [CUSTOMER])).get(CUSTOMER)?.interactionCount ?? 0,
    journey: (await customers.journeys(frame, [CUSTOMER], 10)).get(CUSTOMER)?.length,
    known: (await customers.find(frame, '+12025550123')) === null ? 0 : 1,
    said: (await interactions.count(frame, { transcriptSearch: 'hello' })).count,
    callSaid: (await calls.count(frame, { transcriptSearch: 'hello' })).count,
    facets: (await interactions.facets(frame, null, ['status'])).get('status')?.counts.length,
    recent: await size(interactions.recent(frame, null, 0, 10)),
    asOf: (await interactions.page(frameAsOf(frame, world.now), null, null, { first: 10 })).edges.length,
    calls: (await calls.page(frame, null, null, { first: 10 })).edges.length,
    callSearch: (await calls.count(frame, { search })).count,
    callsById: await size(calls.byIds(tenantId, legIds)),
    callsOfIt: await size(calls.callsByInteractions(tenantId, [id])),
    legs: await size(calls.legsByInteractions(tenantId, [id])),
    records: await size(
      new SourceReader(world.db, new CursorCodec('s', 'i')).recordsByLegs(tenantId, legIds),
    ),
    funnel: (await new FunnelReader(world.db).read(frame, {})).interactionCount,
  };
}

const NOTHING = {
  list: [],
  count: 0,
  byId: 0,
  search: 0,
  customer: 0,
  journey: 0,
  known: 0,
  said: 0,
  callSaid: 0,
  facets: 0,
  recent: 0,
  asOf: 0,
  calls: 0,
  callSearch: 0,
  callsById: 0,
  callsOfIt: 0,
  legs: 0,
  records: 0,
  funnel: 0,
};

/** The rows of the feed: kind, reason, and whether fields were told. */
async function feed(): Promise<[kind: string, reason: string | null, fields: boolean][]> {
  const rows: { kind: string; reason: string | null; fields: boolean }[] = await world.db.query(
    `select kind, removal_reason as reason, changed_fields <> '{}' as fields from change order by id`,
  );
  return rows.map(({ kind, reason, fields }) => [kind, reason, fields]);
}

describe('a deleted interaction', () => {
  it('is found by no reader, now or as of a time, and comes back whole', async () => {
    const id = await sendCall('one');
    const before = await found(id, 'one');
    expect(before).toMatchObject({ list: [id], asOf: 1, calls: 2, callsOfIt: 2, records: 6, funnel: 1 });
    expect(before).toMatchObject({ customer: 1, journey: 1, known: 1, said: 1, callSaid: 1, facets: 1 });
    const [row] = await interactions.byIds(world.tenantId, [id]);
    expect(await remove(id)).toBe(id);
    expect(await found(id, 'one')).toEqual(NOTHING);
    await new FunnelStore(world.db).sweep();
    expect(await found(id, 'one')).toEqual(NOTHING);
    expect(await restore(id)).toBe(id);
    expect(await found(id, 'one')).toEqual(before);
    const [again] = await interactions.byIds(world.tenantId, [id]);
    expect(again).toEqual({ ...row, revision: (row?.revision ?? 0) + 2, updatedAt: world.now });
  });

  it('leaves all others as they are', async () => {
    const id = await sendCall('one');
    const other = await sendCall('two');
    await remove(id);
    expect(await found(other, 'two')).toMatchObject({ list: [other], search: 1, calls: 2, funnel: 1 });
    expect(await found(other, 'one')).toMatchObject({ search: 0, callSearch: 0 });
  });

  it('is not there to be deleted again, and one that is there is not to be restored', async () => {
    const id = await sendCall('one');
    await expect(restore(id)).rejects.toThrow('There is no deleted interaction with this id.');
    await remove(id);
    await expect(remove(id)).rejects.toThrow('There is no interaction with this id.');
    expect(await world.count('audit_entry')).toBe(1);
    expect(await world.count('deleted_leg')).toBe(2);
  });

  it('is not to be deleted or restored by another tenant', async () => {
    const id = await sendCall('one');
    const other = world.tenants[1] ?? '';
    await expect(deletions.delete(other, id, by, world.now)).rejects.toThrow('There is no interaction');
    expect(await found(id, 'one')).toMatchObject({ list: [id] });
    await remove(id);
    await expect(deletions.restore(other, id, by, world.now)).rejects.toThrow(
      'There is no deleted interaction',
    );
    expect(await found(id, 'one')).toEqual(NOTHING);
  });

  it('is written to the audit log and listed with who deleted it and why', async () => {
    const id = await sendCall('one');
    await remove(id);
    const { edges } = await deletions.page(frameOf(world), { first: 10 });
    expect(edges.map(({ node }) => node)).toEqual([
      { id, startedAt: BASE, deletedAt: world.now, deletedBy: 'key-1', reason: 'a test call' },
    ]);
    await restore(id);
    expect((await deletions.page(frameOf(world), { first: 10 })).edges).toEqual([]);
    const log: object[] = await world.db.query(
      'select actor, action, subject_id as subject, reason from audit_entry order by id',
    );
    expect(log).toEqual(
      ['INTERACTION_DELETED', 'INTERACTION_RESTORED'].map((action) => ({
        actor: 'key-1',
        action,
        subject: id,
        reason: 'a test call',
      })),
    );
  });

  it('is told to subscribers once as DELETED, then nothing, then as a whole upsert', async () => {
    const id = await sendCall('one');
    const before = (await feed()).length;
    await remove(id);
    await world.send('assistant', { externalId: 'a-one', occurredAt: at(125), carrier: 'late' });
    await restore(id);
    expect((await feed()).slice(before)).toEqual([
      ['REMOVED', 'DELETED', false],
      ['UPSERTED', null, true],
    ]);
  });
});

describe('what comes later for a deleted interaction', () => {
  it('is kept and stays deleted: a record of its own leg, and one of a leg that joins it', async () => {
    const steps = callRecords('one');
    const dialer = steps.filter(({ source }) => source === 'dialer').map(({ record }) => record);
    const assistant = steps.filter(({ source }) => source === 'assistant').map(({ record }) => record);
    const [first] = await world.send('dialer', dialer);
    const id = first?.interactionId ?? '';
    await remove(id);
    const results = await world.send('assistant', assistant);
    await world.send('dialer', { externalId: 'd-one', version: '9', occurredAt: at(130), carrier: 'late' });
    expect(results.map(({ status, interactionId }) => [status, interactionId])).toEqual([
      ['ACCEPTED', id],
      ['ACCEPTED', id],
      ['ACCEPTED', id],
    ]);
    expect(await found(id, 'one')).toEqual(NOTHING);
    world.now += 48 * HOUR;
    await world.trace.sweep(world.now);
    expect(await found(id, 'one')).toEqual(NOTHING);
    await restore(id);
    expect(await found(id, 'one')).toMatchObject({ list: [id], calls: 2, records: 7, funnel: 1 });
  });

  it('stays deleted when everything is made again from the source records', async () => {
    const id = await sendCall('one');
    await sendCall('two');
    await remove(id);
    const before = await found(id, 'one');
    await world.trace.rebuild(world.tenantId, new Map(), world.now);
    expect(await found(id, 'one')).toEqual(before);
    await restore(id);
    expect(await found(id, 'one')).toMatchObject({ count: 2, byId: 1, calls: 4, callsOfIt: 2, funnel: 2 });
  });

  const leg = (externalId: string, ...values: string[]) => ({
    externalId,
    occurredAt: at(1),
    startedAt: at(1),
    keys: values.map((value) => ({ namespace: 'interaction_id', value })),
  });

  it.each([
    ['older', 'k1', 'k2'],
    ['newer', 'k2', 'k1'],
  ])(
    'hides an interaction that it merges with the deleted one, the %s of both',
    async (_age, gone, stays) => {
      const [one] = await world.send('dialer', leg('d1', 'k1'));
      const [two] = await world.send('dialer', leg('d2', 'k2'));
      const idOf: Record<string, string> = { k1: one?.interactionId ?? '', k2: two?.interactionId ?? '' };
      await remove(idOf[gone] ?? '');
      const before = (await feed()).length;
      await world.send('assistant', leg('a1', 'k1', 'k2'));
      expect((await feed()).slice(before)).toEqual([['REMOVED', 'DELETED', false]]);
      expect(await found(idOf[stays] ?? '', 'k1')).toEqual({ ...NOTHING });
      await restore(idOf['k2'] ?? '');
      expect((await interactions.page(frameOf(world), null, null, { first: 10 })).edges).toHaveLength(1);
      expect((await calls.page(frameOf(world), null, null, { first: 10 })).edges).toHaveLength(3);
    },
  );

  it('shows again what parts from it when a key turns out to join too much', async () => {
    await world.send('dialer', leg('d0', 'hot'));
    const [result] = await world.send('assistant', leg('a0', 'hot'));
    const id = result?.interactionId ?? '';
    const [row]: { id: string }[] = await world.db.query(`select id from leg where external_id = 'd0'`);
    await remove(id);
    await world.db.query(`delete from deleted_leg where leg_id <> $1`, [row?.id]);
    for (let number = 1; number < 64; number += 1) await world.send('dialer', leg(`d${number}`, 'hot'));
    const { edges } = await interactions.page(frameOf(world), null, null, { first: 100 });
    expect(edges).toHaveLength(64);
    const shown: { externalId: string }[] = await world.db.query(
      `select external_id as "externalId" from leg where deleted_at is not null`,
    );
    expect(shown).toEqual([{ externalId: 'd0' }]);
  });

  it('does not wake a call-back: the funnel forgets that the customer called again', async () => {
    const first = { ...leg('d1', 'k1'), direction: 'INBOUND', customer: { address: '+12025550123' } };
    const again = { startedAt: at(7_200), occurredAt: at(7_300), endedAt: at(7_300) };
    await world.send('dialer', { ...first, endedAt: at(60) });
    const [second] = await world.send('dialer', { ...first, ...again, ...{ externalId: 'd2', keys: [] } });
    const calledBack = async (): Promise<(number | null)[]> => {
      await new FunnelStore(world.db).sweep();
      const rows: { at: number | null }[] = await world.db.query(
        'select called_back_at as at from interaction order by started_at',
      );
      return rows.map((row) => row.at);
    };
    expect(await calledBack()).toEqual([BASE + 7_200_000, null]);
    await remove(second?.interactionId ?? '');
    expect(await calledBack()).toEqual([null, null]);
    await restore(second?.interactionId ?? '');
    expect(await calledBack()).toEqual([BASE + 7_200_000, null]);
  });
});
