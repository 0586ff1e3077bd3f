import { ChangeFeed } from '../../src/live/change-feed.js';
import { PostgresBus } from '../../src/live/bus/postgres-bus.js';
import type { FeedEvent } from '../../src/live/events.js';
import { FanOut } from '../../src/live/fan-out.js';
import { Sequencer } from '../../src/live/sequencer.js';
import { CallReader } from '../../src/storage/call-reader.js';
import { FeedStore } from '../../src/storage/feed-store.js';
import { InteractionReader } from '../../src/storage/interaction-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { TenantFrame } from '../../src/storage/read-model.js';
import { SourceReader } from '../../src/storage/source-reader.js';
import { TimelineReader } from '../../src/storage/timeline-reader.js';
import type { World } from './world.js';

/** The live side over a world's database, as the server ties it together. */
export async function liveSide(world: World, options: { capacity?: number; heartbeatMs?: number } = {}) {
  const cursors = new CursorCodec('a secret for the tests', 'instance');
  const interactions = new InteractionReader(world.db, cursors);
  const feed = new FeedStore(world.db);
  const bus = new PostgresBus(world.url);
  await bus.start();
  const sequencer = new Sequencer(world.url, bus, { pollMs: 20, takeoverMs: 50 });
  const fanOut = new FanOut(feed, interactions, bus, {
    capacity: options.capacity ?? 500,
    now: () => world.now,
    pollMs: 100,
  });
  const changes = new ChangeFeed({
    fanOut,
    feed,
    cursors,
    interactions,
    calls: new CallReader(world.db, cursors),
    timeline: new TimelineReader(world.db, cursors),
    sources: new SourceReader(world.db, cursors),
    now: () => world.now,
    heartbeatMs: options.heartbeatMs ?? 60_000,
  });
  sequencer.start();
  const close = async () => {
    fanOut.close();
    await sequencer.stop();
    await bus.close();
  };
  return { changes, feed, bus, sequencer, fanOut, interactions, close };
}

export const frameOf = (world: World, tenantId = world.tenantId): TenantFrame => ({
  tenantId,
  timeZone: 'UTC',
  defaultCountry: 'US',
  now: world.now,
});

/** Reads an endless iterator until a condition holds for what came; the caller ends it. */
export class Listener<T> {
  readonly seen: T[] = [];

  constructor(private readonly source: AsyncIterator<T>) {}

  async until(condition: (seen: readonly T[]) => boolean): Promise<T[]> {
    while (!condition(this.seen)) {
      const next = await this.source.next();
      if (next.done === true) throw new Error(`the stream ended after ${this.seen.length} events`);
      this.seen.push(next.value);
    }
    return this.seen;
  }

  async stop(): Promise<void> {
    await this.source.return?.();
  }
}

export const types = (events: readonly FeedEvent[]): string[] => events.map((event) => event.type);

/** What a client that applied all events holds. */
export function heldBy(events: readonly FeedEvent[]): Map<string, number> {
  const held = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'SNAPSHOT_START') held.clear();
    if (event.type === 'UPSERTED') held.set(event.interaction.id, event.revision);
    if (event.type === 'REMOVED') held.delete(event.interactionId);
  }
  return held;
}
