import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TraceStore } from '../../src/storage/trace/trace-store.js';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { localId } from '../../src/graphql/node.js';
import { assistant, dialer } from '../support/halves.js';
import { frameOf } from '../support/live.js';
import { BASE, World, at } from '../support/world.js';
import { contextFor, dataOf, servicesOn } from './api.js';

const HOUR = 3_600_000;
const PERSON = { actor: { id: 'key-1', role: 'SUPERVISOR' as const }, reason: null };

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  world.now = BASE + 130_000;
});

interface Shown {
  id: string;
  legs: { externalId: string; state: string; attemptEnd: string | null; attemptEndDerived: boolean }[];
  status: string;
  statusHistory: {
    toStatus: string;
    isProvisional: boolean;
    mergedFromId: string | null;
    at: string;
    causedBy: { kind: string };
  }[];
}

async function shown(): Promise<Shown[]> {
  const { interactions } = await dataOf(
    contextFor(servicesOn(world.db), frameOf(world)),
    `{ interactions { nodes { id status legs { externalId state attemptEnd attemptEndDerived }
         statusHistory { toStatus isProvisional mergedFromId at causedBy { kind } } } } }`,
  );
  return (interactions as { nodes: Shown[] }).nodes;
}

const send = ([source, record]: readonly ['dialer' | 'assistant', object] | ReturnType<typeof dialer>) =>
  world.send(source, record);

const changesOf = async (): Promise<string[][]> => {
  const rows: { fields: string[] }[] = await world.db.query(
    'select changed_fields as fields from change order by id',
  );
  return rows.map(({ fields }) => fields);
};

describe('the status history', () => {
  it('has the moment at which a provisional drop became final, and the feed tells it', async () => {
    await send(dialer('d1', 0, 120));
    for (const now of [BASE + HOUR, BASE + 80 * HOUR]) await world.trace.sweep((world.now = now));
    const [one] = await shown();
    expect(one?.statusHistory.map((row) => [row.toStatus, row.isProvisional, row.causedBy.kind])).toEqual([
      ['PARTIAL', false, 'RECORD'],
      ['DROPPED', true, 'TIMER'],
      ['DROPPED', false, 'TIMER'],
    ]);
    expect((await changesOf()).at(-1)).toEqual(expect.arrayContaining(['isProvisional', 'expectedBy']));
    await world.trace.sweep(BASE + 200 * HOUR);
    expect(await world.count('status_change')).toBe(3);
  });

  it('has what befell each half before they were joined, under the id that it had then', async () => {
    await send(dialer('d1', 0, 120));
    world.now += 1_000;
    await send(assistant('a1', 2, 119));
    await world.trace.sweep((world.now = BASE + HOUR));
    const [other, survivor] = (await shown()).map(({ id }) => id);
    world.now += 1_000;
    await world.send('assistant', {
      ...assistant('a1', 2, 119)[1],
      version: '2',
      keys: [{ namespace: 'interaction_id', value: 'one' }],
    });
    await world.send('dialer', {
      ...dialer('d1', 0, 120)[1],
      version: '2',
      keys: [{ namespace: 'interaction_id', value: 'one' }],
    });
    const [joined, ...rest] = await shown();
    expect(rest).toEqual([]);
    expect(joined?.id).toBe(survivor);
    const { statusHistory = [] } = joined ?? {};
    expect(statusHistory.map((row) => [row.toStatus, row.mergedFromId])).toEqual([
      ['PARTIAL', null],
      ['PARTIAL', other],
      ['DROPPED', other],
      ['DROPPED', null],
      ['COMPLETE', null],
    ]);
    const times = statusHistory.map((row) => Date.parse(row.at));
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  it('has it no longer when the other half is an interaction again', async () => {
    await send(dialer('d1', 0, 120, { customer: '+12025550111' }));
    world.now += 1_000;
    await send(assistant('a1', 2, 119, { customer: '+12025550122' }));
    const [other = '', survivor = ''] = (await shown()).map(({ id }) => id);
    const histories = async () =>
      (await shown()).map((one) => [one.id, one.statusHistory.map((row) => row.mergedFromId)]);
    const decisions = new Decisions(world.db);
    world.now += 1_000;
    const { auditId } = await decisions.link(world.tenantId, key(survivor), [key(other)], PERSON, world.now);
    expect(await histories()).toEqual([[survivor, [null, other, null]]]);
    await decisions.undo(world.tenantId, auditId, PERSON, world.now);
    expect(await histories()).toEqual([
      [other, [null, null]],
      [survivor, [null, null, null]],
    ]);
  });
});

const key = (id: string): string => localId('Interaction', id) ?? '';

describe('a group call (R22)', () => {
  const attempt = (externalId: string, said: object = {}) => ({
    externalId,
    role: 'DIALER',
    channel: 'VOICE',
    occurredAt: at(0),
    ringAt: at(0),
    status: 'RINGING',
    keys: [{ namespace: 'interaction_id', value: 'one' }],
    ...said,
  });
  const ends = async () =>
    (await shown()).flatMap(({ status, legs }) => [
      status,
      ...legs.map((leg) => [leg.externalId, leg.state, leg.attemptEnd, leg.attemptEndDerived]),
    ]);
  const CANCELLED = 'CANCELLED_ANSWERED_ELSEWHERE';

  beforeEach(async () => {
    await world.send('dialer', [
      attempt('g1'),
      attempt('g2'),
      attempt('g3', {
        version: '2',
        occurredAt: at(2),
        status: 'CANCELED',
        endedAt: at(2),
        endReason: CANCELLED,
      }),
    ]);
    await send(dialer('g4', 2, 120, { key: 'one' }));
    await send(assistant('a1', 3, 119, { key: 'one' }));
  });

  it('is over with the answered attempt; the others were answered elsewhere, by rule or by their own word', async () => {
    expect(await ends()).toEqual([
      'COMPLETE',
      ['g1', 'RINGING', CANCELLED, true],
      ['g2', 'RINGING', CANCELLED, true],
      ['g3', 'TERMINAL', CANCELLED, false],
      ['g4', 'TERMINAL', null, false],
      ['a1', 'TERMINAL', null, false],
    ]);
  });

  it('goes on again when a late record says that another attempt was answered after all', async () => {
    await world.send('dialer', attempt('g1', { version: '2', status: 'ACTIVE', answeredAt: at(3) }));
    expect(await ends()).toEqual([
      'IN_PROGRESS',
      ['g1', 'ACTIVE', null, false],
      ['g2', 'RINGING', CANCELLED, true],
      ['g3', 'TERMINAL', CANCELLED, false],
      ['g4', 'TERMINAL', null, false],
      ['a1', 'TERMINAL', null, false],
    ]);
    await world.send(
      'dialer',
      attempt('g2', { version: '2', occurredAt: at(2), status: 'BUSY', endedAt: at(2) }),
    );
    expect(await ends()).toContainEqual(['g2', 'TERMINAL', null, false]);
  });
});

describe('an interaction whose first event comes late', () => {
  it('is in progress on arrival, and over when its silence is', async () => {
    world.now = BASE + HOUR / 3;
    await world.send('dialer', { externalId: 'd9', occurredAt: at(0), status: 'RINGING', ringAt: at(0) });
    expect((await shown()).map(({ status }) => status)).toEqual(['IN_PROGRESS']);
    await new TraceStore(world.db).sweep(world.now + HOUR / 4);
    expect((await shown()).map(({ status }) => status)).toEqual(['DROPPED']);
  });
});
