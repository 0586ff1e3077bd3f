import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FeedEvent } from '../../src/live/events.js';
import type { InteractionFilter } from '../../src/storage/list/filter.js';
import { eventually } from '../support/eventually.js';
import { frameOf, heldBy, Listener, liveSide, types } from '../support/live.js';
import { at, BASE, callRecords, World } from '../support/world.js';

let world: World;
let live: Awaited<ReturnType<typeof liveSide>>;
const listeners: Listener<unknown>[] = [];

beforeEach(async () => {
  world = await World.create(2);
  world.now = BASE + 130_000;
  live = await liveSide(world);
});
afterEach(async () => {
  await live.close();
  await Promise.all(listeners.splice(0).map((listener) => listener.stop()));
  await world.close();
});

function listen(
  args: { filter?: InteractionFilter; after?: string | null; tenantId?: string } = {},
): Listener<FeedEvent> {
  const { filter = null, after = null, tenantId } = args;
  const listener = new Listener(
    live.changes.interactions(frameOf(world, tenantId), { filter, after, windowMinutes: 15 }),
  );
  listeners.push(listener);
  return listener;
}

const has =
  (type: FeedEvent['type'], count = 1) =>
  (seen: readonly FeedEvent[]) =>
    types(seen).filter((one) => one === type).length >= count;
const complete = (seen: readonly FeedEvent[]) =>
  seen.some((event) => event.type === 'UPSERTED' && event.interaction.status === 'COMPLETE');

async function sendCall(id: string, tenantId = world.tenantId): Promise<void> {
  for (const { source, record } of callRecords(id)) await world.send(source, record, tenantId);
}

async function expectEverythingHeld(events: readonly FeedEvent[]): Promise<void> {
  const rows: { id: string; revision: number }[] = await world.db.query(
    'select id, revision from interaction where tenant_id = $1',
    [world.tenantId],
  );
  expect([...heldBy(events)].sort()).toEqual(rows.map((row) => [row.id, row.revision]).sort());
}

describe('the interaction feed', () => {
  it('begins with a snapshot, and says where it begins and ends', async () => {
    await sendCall('one');
    const events = await listen().until(has('SNAPSHOT_END'));
    expect(types(events)).toEqual(['SNAPSHOT_START', 'UPSERTED', 'SNAPSHOT_END']);
    expect(events[0]).toMatchObject({ type: 'SNAPSHOT_START', count: 1 });
  });

  it('snapshot and changes together are what a fresh snapshot shows', async () => {
    await sendCall('before');
    const listener = listen();
    await listener.until(has('SNAPSHOT_END'));
    await Promise.all(['x', 'y', 'z'].map((id) => sendCall(id)));
    const events = await listener.until(
      (seen) =>
        [...seen].filter((event) => event.type === 'UPSERTED' && event.interaction.status === 'COMPLETE')
          .length >= 4,
    );
    await expectEverythingHeld(events);
  });

  it('goes on after any of its cursors without a gap and without a repetition', async () => {
    const listener = listen();
    await listener.until(has('SNAPSHOT_END'));
    await sendCall('one');
    const full = await listener.until(complete);
    const deltas = full.slice(types(full).indexOf('SNAPSHOT_END') + 1);
    await sendCall('two');
    const [whole] = await Promise.all([
      listener.until(
        (seen) =>
          seen.filter((event) => event.type === 'UPSERTED' && event.interaction.status === 'COMPLETE')
            .length >= 2,
      ),
    ]);
    for (const from of deltas) {
      const resumed = await listen({ after: from.cursor }).until(
        (seen) =>
          seen.filter((event) => event.type === 'UPSERTED' && event.interaction.status === 'COMPLETE')
            .length >= (from === deltas.at(-1) ? 1 : 2),
      );
      expect(types(resumed)).not.toContain('SNAPSHOT_START');
      const revisions = (events: readonly FeedEvent[]) =>
        events.flatMap((event) =>
          event.type === 'UPSERTED' ? [`${event.interaction.id}/${event.revision}`] : [],
        );
      expect(new Set(revisions(resumed)).size).toBe(revisions(resumed).length);
      await expectEverythingHeld([...whole.slice(0, whole.indexOf(from) + 1), ...resumed]);
    }
  });

  it('removes an interaction that leaves the filter', async () => {
    const listener = listen({ filter: { status: ['IN_PROGRESS'] } });
    await listener.until(has('SNAPSHOT_END'));
    const steps = callRecords('one');
    for (const { source, record } of steps.slice(0, 2)) await world.send(source, record);
    await listener.until(has('UPSERTED'));
    for (const { source, record } of steps.slice(2)) await world.send(source, record);
    const events = await listener.until(has('REMOVED'));
    expect(events.at(-1)).toMatchObject({ type: 'REMOVED', reason: 'LEFT_FILTER', mergedInto: null });
    expect(heldBy(events).size).toBe(0);
  });

  it('names the survivor when an interaction is merged away', async () => {
    const leg = (externalId: string, ...values: string[]) => ({
      externalId,
      occurredAt: at(1),
      status: 'COMPLETED',
      answeredAt: at(1),
      endedAt: at(9),
      keys: values.map((value) => ({ namespace: 'crm', value })),
    });
    const [older] = await world.send('dialer', leg('d', 'k1'));
    const [newer] = await world.send('assistant', leg('a', 'k2'));
    const listener = listen();
    await listener.until(has('SNAPSHOT_END'));
    await world.send('human', leg('h', 'k1', 'k2'));
    const events = await listener.until((seen) => has('REMOVED')(seen) && has('UPSERTED', 3)(seen));
    expect(events.find((event) => event.type === 'REMOVED')).toMatchObject({
      interactionId: newer?.interactionId,
      reason: 'MERGED',
      mergedInto: older?.interactionId,
    });
    await expectEverythingHeld(events);
  });

  it('asks for a new start, and gives it, when the cursor is no longer kept', async () => {
    const listener = listen();
    await listener.until(has('SNAPSHOT_END'));
    await sendCall('one');
    const first = (await listener.until(has('UPSERTED'))).at(-1);
    await listener.until(complete);
    expect(await live.feed.prune(world.now + 1)).toBeGreaterThan(1);
    const events = await listen({ after: first?.cursor ?? null }).until(has('SNAPSHOT_END'));
    expect(types(events)).toEqual(['RESYNC_REQUIRED', 'SNAPSHOT_START', 'UPSERTED', 'SNAPSHOT_END']);
    expect(events[0]).toMatchObject({ reason: 'CURSOR_EXPIRED' });
  });

  it("refuses a cursor that is forged, or another tenant's", async () => {
    const other = world.tenants[1] ?? '';
    const [, , end] = [...(await listen({ tenantId: other }).until(has('SNAPSHOT_END')))].reverse();
    const foreign = (end ?? { cursor: '' }).cursor;
    for (const after of ['nonsense', foreign])
      await expect(listen({ after }).until(has('SNAPSHOT_END'))).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        field: 'after',
      });
  });

  it('shows a tenant nothing of another', async () => {
    const [own, other] = [world.tenantId, world.tenants[1] ?? ''];
    const listener = listen({ tenantId: own });
    await listener.until(has('SNAPSHOT_END'));
    await sendCall('theirs', other);
    await sendCall('ours', own);
    const events = await listener.until(complete);
    await expectEverythingHeld(events);
  });

  it('gives a reader who was too slow a new snapshot instead of memory without end', async () => {
    await live.close();
    live = await liveSide(world, { capacity: 3 });
    const listener = listen();
    await listener.until(has('SNAPSHOT_END'));
    for (let n = 0; n < 10; n += 1)
      await world.send('dialer', {
        externalId: `q${n}`,
        occurredAt: at(n),
        status: 'RINGING',
        ringAt: at(n),
      });
    const other = listen();
    await other.until((seen) => heldBy(seen).size === 10);
    const events = await listener.until(
      (seen) => has('RESYNC_REQUIRED')(seen) && has('SNAPSHOT_END', 2)(seen),
    );
    expect(events.find((event) => event.type === 'RESYNC_REQUIRED')).toMatchObject({
      reason: 'SLOW_CONSUMER',
    });
    await expectEverythingHeld(events);
  });

  it("beats when nothing happens, with each source's lag", async () => {
    await live.close();
    live = await liveSide(world, { heartbeatMs: 5 });
    const events = await listen().until(has('HEARTBEAT'));
    const beat = events.at(-1);
    expect(
      beat?.type === 'HEARTBEAT' ? beat.sources.map(({ source, lagMs }) => [source.name, lagMs]) : null,
    ).toEqual([
      ['assistant', null],
      ['dialer', null],
      ['human', null],
    ]);
  });

  it('tells the same by polling: every change once, in pages', async () => {
    await sendCall('one');
    await eventually(async () => expect((await live.feed.ends(world.tenantId)).head).toBe(6));
    const polled: FeedEvent[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const page = await live.changes.changes(frameOf(world), { filter: null, after, first: 2 });
      polled.push(...page.edges.map((edge) => edge.event));
      [after, more] = [page.endCursor, page.hasNextPage];
    }
    await expectEverythingHeld(polled);
  });

  it('sends each transcript entry once, after a cursor too', async () => {
    const steps = callRecords('one');
    for (const { source, record } of steps.slice(3, 4)) await world.send(source, record);
    const [call]: { id: string }[] = await world.db.query('select id from call');
    const ids = (seen: readonly { entries: { id: string }[] }[]) =>
      seen.flatMap((event) => event.entries.map((entry) => entry.id));
    const listener = new Listener(live.changes.transcript(frameOf(world), call?.id ?? '', null));
    listeners.push(listener);
    const reading = listener.until((seen) => ids(seen).length >= 2);
    await listen().until(has('SNAPSHOT_END'));
    for (const { source, record } of steps.slice(4)) await world.send(source, record);
    const events = await reading;
    expect(ids(events)).toEqual(['m1', 'm2']);
    const resumed = new Listener(
      live.changes.transcript(frameOf(world), call?.id ?? '', events[0]?.cursor ?? null),
    );
    listeners.push(resumed);
    expect(ids(await resumed.until((seen) => ids(seen).length >= 1))).toEqual(['m2']);
  });
});
