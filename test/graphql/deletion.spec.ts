import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { globalId } from '../../src/graphql/node.js';
import type { FeedEvent } from '../../src/live/events.js';
import { frameOf, Listener, liveSide } from '../support/live.js';
import { BASE, callRecords, World } from '../support/world.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  world.now = BASE + 130_000;
});

const DELETE = `mutation ($id: ID!) {
  deleteInteraction(input: { interactionId: $id, reason: "wrong number" }) {
    deletedInteractionId userErrors { field message code } } }`;
const RESTORE = `mutation ($id: ID!) {
  restoreInteraction(input: { interactionId: $id, reason: "it was not" }) {
    interaction { id status calls { id } } userErrors { field message code } } }`;

const as = (role: 'ADMIN' | 'SUPERVISOR') =>
  contextFor(servicesOn(world.db, { now: () => world.now }), frameOf(world), role);

async function sendCall(id: string): Promise<string> {
  for (const { source, record } of callRecords(id)) await world.send(source, record);
  const [row]: { id: string }[] = await world.db.query('select id from interaction');
  return globalId('Interaction', row?.id ?? '');
}

describe('deleteInteraction and restoreInteraction', () => {
  it('take an interaction away from every field and bring it back', async () => {
    const id = await sendCall('one');
    const calls = await dataOf(as('ADMIN'), '{ calls { nodes { id leg { id sourceRecords { id } } } } }');
    const { nodes } = calls['calls'] as {
      nodes: { id: string; leg: { id: string; sourceRecords: { id: string }[] } }[];
    };
    const ids = [
      id,
      ...nodes.flatMap((call) => [call.id, call.leg.id, ...call.leg.sourceRecords.map((r) => r.id)]),
    ];
    expect(ids).toHaveLength(11);
    const find = async () =>
      (await dataOf(as('ADMIN'), 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }))['nodes'];
    expect(await find()).toEqual(ids.map((one) => ({ id: one })));
    expect(await dataOf(as('SUPERVISOR'), DELETE, { id })).toEqual({
      deleteInteraction: { deletedInteractionId: id, userErrors: [] },
    });
    expect(await find()).toEqual(ids.map(() => null));
    expect(
      await dataOf(as('SUPERVISOR'), '{ deletedInteractions { nodes { id startedAt deletedBy reason } } }'),
    ).toEqual({
      deletedInteractions: {
        nodes: [{ id, startedAt: '2026-09-14T15:04:05.000Z', deletedBy: 'key', reason: 'wrong number' }],
      },
    });
    expect(await dataOf(as('SUPERVISOR'), RESTORE, { id })).toEqual({
      restoreInteraction: {
        interaction: { id, status: 'COMPLETE', calls: [...nodes].reverse().map((call) => ({ id: call.id })) },
        userErrors: [],
      },
    });
    expect(await find()).toEqual(ids.map((one) => ({ id: one })));
  });

  it.each([
    ['deleteInteraction', DELETE, 'There is no interaction with this id.'],
    ['restoreInteraction', RESTORE, 'There is no deleted interaction with this id.'],
  ])('%s says that there is none, and changes nothing', async (name, document, message) => {
    await sendCall('one');
    const id = globalId('Interaction', '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30');
    const { data } = await run(as('ADMIN'), document, { id });
    expect((data?.[name] as { userErrors: object[] }).userErrors).toEqual([
      { field: 'interactionId', message, code: 'NOT_FOUND' },
    ]);
    expect(await world.count('deleted_leg')).toBe(0);
  });

  it('say to subscribers that it is gone, and show it to them again; its calls are not found', async () => {
    const live = await liveSide(world);
    try {
      const id = await sendCall('one');
      const feed = new Listener<FeedEvent>(
        live.changes.interactions(frameOf(world), { filter: null, after: null, windowMinutes: 15 }),
      );
      await feed.until((seen) => seen.at(-1)?.type === 'SNAPSHOT_END');
      const [leg]: { id: string }[] = await world.db.query('select id from leg limit 1');
      const call = live.changes.call(frameOf(world), leg?.id ?? '');
      await call.next();
      const before = feed.seen.length;
      await dataOf(as('ADMIN'), DELETE, { id });
      await feed.until((seen) => seen.length > before);
      await expect(call.next()).rejects.toThrow('There is no call with this id.');
      await dataOf(as('ADMIN'), RESTORE, { id });
      const events = (await feed.until((seen) => seen.length > before + 1)).slice(before);
      await feed.stop();
      expect(events).toMatchObject([
        { type: 'REMOVED', reason: 'DELETED', mergedInto: null },
        { type: 'UPSERTED', causedBy: { kind: 'PERSON', id: 'key' } },
      ]);
    } finally {
      await live.close();
    }
  });
});
