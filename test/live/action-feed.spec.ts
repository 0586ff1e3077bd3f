import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ActionFeed } from '../../src/live/action-feed.js';
import { PostgresBus } from '../../src/live/bus/postgres-bus.js';
import { ActionReader } from '../../src/storage/control/action-reader.js';
import { ACTION_CHANNEL } from '../../src/storage/control/action-row.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { MonitoringActionRow } from '../../src/storage/read-model.js';
import { deskOn, frameAt, liveCall, person, request, steeredSource } from '../support/live-call.js';
import { Listener } from '../support/live.js';
import { Vendor } from '../support/vendor.js';
import { BASE, World } from '../support/world.js';

let world: World;
let vendor: Vendor;
let other: string;
const processes: { feed: ActionFeed; bus: PostgresBus }[] = [];

/** The live side of one process; it polls so rarely that only announcements can wake it. */
async function process(options: { capacity?: number; pollMs?: number } = {}): Promise<ActionFeed> {
  const bus = new PostgresBus(world.url, ACTION_CHANNEL);
  await bus.start();
  const reader = new ActionReader(world.db, new CursorCodec('secret', 'instance'));
  const feed = new ActionFeed(reader, bus, { capacity: 100, pollMs: 600_000, ...options });
  processes.push({ feed, bus });
  return feed;
}

beforeAll(async () => {
  vendor = await Vendor.start();
  world = await World.create();
  await steeredSource(world, 'bot', { url: `${vendor.url}/hook` });
  other = await world.addTenant('other', []);
});
afterEach(async () => {
  for (const { feed, bus } of processes.splice(0)) {
    feed.close();
    await bus.close();
  }
  vendor.reset();
  await world.clear();
  await world.db.query('truncate monitoring_action');
});
afterAll(async () => {
  await world.close();
  await vendor.close();
});

const act = (kind: 'TAKE_OVER' | 'HAND_BACK' | 'END', id: string) =>
  deskOn(world).desk.act(frameAt(world), person(), request(kind, id));
const told = (rows: readonly MonitoringActionRow[]) => rows.map(({ kind, state }) => `${kind} ${state}`);

/** A subscription that is running: it has told of an action that waits. */
async function following(feed: ActionFeed, callId: string | null) {
  return new Listener(feed.actions(world.tenantId, callId));
}

describe('who follows actions', () => {
  it('is told what waits first, then of each that is settled, whichever process settles it', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    vendor.answers({ status: 202 });
    const { action } = await act('END', id);
    const [one, two] = [await following(await process(), id), await following(await process(), null)];
    for (const listener of [one, two])
      expect(told(await listener.until((seen) => seen.length === 1))).toEqual(['END ACCEPTED']);
    await deskOn(world).actions.sweep(BASE + 10_000);
    for (const listener of [one, two]) {
      const seen = await listener.until((rows) => rows.length === 2);
      expect(told(seen)).toEqual(['END ACCEPTED', 'END TIMED_OUT']);
      expect(seen.map((row) => [row.id, row.revision])).toEqual([
        [action.id, 2],
        [action.id, 3],
      ]);
      await listener.stop();
    }
  });

  it('is told of the call asked for alone, and of no other tenant', async () => {
    const [first, second] = [await liveCall(world, 'bot', 'c1'), await liveCall(world, 'bot', 'c2')];
    vendor.answers({ status: 202 });
    await act('END', second);
    await act('END', first);
    const feed = await process({ pollMs: 20 });
    const [own, foreign] = [new Listener(feed.actions(world.tenantId, first)), feed.actions(other, null)];
    const nothing = foreign.next();
    expect(told(await own.until((seen) => seen.length === 1))).toEqual(['END ACCEPTED']);
    await deskOn(world).actions.sweep(BASE + 10_000);
    const seen = await own.until((rows) => rows.length === 2);
    expect(new Set(seen.map((row) => row.callId))).toEqual(new Set([first]));
    feed.close();
    expect(await nothing).toEqual({ done: true, value: undefined });
  });

  it('is told of no state twice, and not of what was settled before', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    await act('TAKE_OVER', id);
    vendor.answers({ status: 202 });
    await act('HAND_BACK', id);
    const feed = await process({ pollMs: 5 });
    const listener = new Listener(feed.actions(world.tenantId, id));
    expect(told(await listener.until((seen) => seen.length === 1))).toEqual(['HAND_BACK ACCEPTED']);
    await deskOn(world).actions.sweep(BASE + 10_000);
    vendor.answers({ status: 200 });
    await listener.until((seen) => seen.length === 2);
    await act('HAND_BACK', id);
    const seen = await listener.until((rows) => rows.some(({ state }) => state === 'DONE'));
    const states = seen.map((row) => `${row.id}/${row.revision}`);
    expect(new Set(states).size).toBe(states.length);
    expect(told(seen).filter((one) => one.startsWith('TAKE_OVER'))).toEqual([]);
    await listener.stop();
  });

  it('is counted while it follows, and no longer', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    vendor.answers({ status: 202 });
    await act('END', id);
    const feed = await process();
    expect(feed.subscribers).toBe(0);
    const listener = await following(feed, id);
    await listener.until((seen) => seen.length === 1);
    expect(feed.subscribers).toBe(1);
    await listener.stop();
    expect(feed.subscribers).toBe(0);
  });
});
