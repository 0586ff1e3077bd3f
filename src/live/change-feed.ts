import { BadUserInput, NotFound } from '../domain/errors.js';
import type { Instant } from '../domain/words.js';
import type { CallReader } from '../storage/call-reader.js';
import type { FeedEnds, FeedRow, FeedStore } from '../storage/feed-store.js';
import type { InteractionReader } from '../storage/interaction-reader.js';
import type { CursorCodec } from '../storage/list/cursor.js';
import type { InteractionFilter } from '../storage/list/filter.js';
import type { CallRow, TenantFrame } from '../storage/read-model.js';
import type { SourceReader } from '../storage/source-reader.js';
import type { TimelineReader } from '../storage/timeline-reader.js';
import type { FeedEvent, LiveFeed, ResyncReason, TranscriptAppended } from './events.js';
import type { FanOut, Seen, Subscriber } from './fan-out.js';
import { FeedView } from './feed-view.js';

export interface ChangeFeedParts {
  fanOut: FanOut;
  feed: FeedStore;
  cursors: CursorCodec;
  interactions: InteractionReader;
  calls: CallReader;
  timeline: TimelineReader;
  sources: SourceReader;
  now: () => Instant;
  /** Time between heartbeats, in ms. */
  heartbeatMs: number;
}

/** The most interactions that a snapshot shows. */
const SNAPSHOT_LIMIT = 1_000;
const CURSOR = 'feed';

export interface InteractionFeedArgs {
  filter: InteractionFilter | null;
  after: string | null;
  windowMinutes: number;
}

/** Snapshot, deltas, heartbeat and gapless resume over the numbered change feed. */
export class ChangeFeed implements LiveFeed {
  constructor(private readonly parts: ChangeFeedParts) {}

  async *interactions(frame: TenantFrame, args: InteractionFeedArgs): AsyncIterableIterator<FeedEvent> {
    if (!Number.isInteger(args.windowMinutes) || args.windowMinutes < 1 || args.windowMinutes > 1_440)
      throw new BadUserInput('windowMinutes', 'must be a whole number between 1 and 1440.');
    const after = this.#position(frame, args.after);
    const subscriber = await this.parts.fanOut.subscribe(frame, args.filter);
    try {
      yield* this.#feed(frame, args, after, subscriber);
    } finally {
      subscriber.close();
    }
  }

  async *call(frame: TenantFrame, callId: string): AsyncIterableIterator<CallRow> {
    const subscriber = await this.parts.fanOut.subscribe(frame, null);
    try {
      yield await this.#callNow(frame, callId);
      for await (const items of this.#batches(subscriber)) {
        if (
          items === 'overflow' ||
          items.some((item) => item.change.calls.some((one) => one.callId === callId))
        )
          yield await this.#callNow(frame, callId);
      }
    } finally {
      subscriber.close();
    }
  }

  async *transcript(
    frame: TenantFrame,
    callId: string,
    after: string | null,
  ): AsyncIterableIterator<TranscriptAppended> {
    const from = this.#position(frame, after);
    const subscriber = await this.parts.fanOut.subscribe(frame, null);
    try {
      await this.#callNow(frame, callId);
      let position = subscriber.from;
      if (from !== null) {
        this.#mustBeKept(from, await this.parts.feed.ends(frame.tenantId));
        for await (const rows of this.#missed(frame, from, subscriber.from))
          yield* this.#entries(frame, callId, rows);
      }
      for await (const items of this.#batches(subscriber)) {
        const { head } =
          items === 'overflow' ? await this.parts.feed.ends(frame.tenantId) : { head: position };
        for await (const rows of this.#missed(frame, position, head))
          yield* this.#entries(frame, callId, rows);
        position = Math.max(position, head);
        if (items === 'overflow') continue;
        const rows = items.map((item) => item.change).filter((row) => row.position > position);
        yield* this.#entries(frame, callId, rows);
        position = Math.max(position, ...rows.map((row) => row.position));
      }
    } finally {
      subscriber.close();
    }
  }

  async changes(
    frame: TenantFrame,
    args: { filter: InteractionFilter | null; after: string | null; first: number },
  ): ReturnType<LiveFeed['changes']> {
    const ends = await this.parts.feed.ends(frame.tenantId);
    const after = this.#position(frame, args.after) ?? ends.floor;
    this.#mustBeKept(after, ends);
    const rows = await this.parts.feed.read(frame.tenantId, after, args.first + 1);
    const page = rows.slice(0, args.first);
    const view = new FeedView(true);
    const seen = await this.parts.fanOut.see(frame, args.filter, page);
    const edges = seen.flatMap((item) => {
      const cursor = this.#cursor(frame, item.change.position);
      return view.eventsOf([item]).map((event) => ({ cursor, event: { ...event, cursor } as FeedEvent }));
    });
    const last = page.at(-1)?.position ?? after;
    return { edges, hasNextPage: rows.length > args.first, endCursor: this.#cursor(frame, last) };
  }

  async *#feed(
    frame: TenantFrame,
    args: InteractionFeedArgs,
    after: number | null,
    subscriber: Subscriber,
  ): AsyncIterableIterator<FeedEvent> {
    let position = subscriber.from;
    let view = new FeedView(after !== null);
    const lost = after === null ? null : resyncReason(after, await this.parts.feed.ends(frame.tenantId));
    if (after === null || lost !== null) {
      if (lost !== null)
        yield { type: 'RESYNC_REQUIRED', reason: lost, cursor: this.#cursor(frame, position) };
      view = new FeedView(false);
      yield* this.#snapshot(frame, args, view, position);
    } else {
      for await (const rows of this.#missed(frame, after, subscriber.from))
        yield* this.#deltas(frame, view, await this.parts.fanOut.see(frame, args.filter, rows));
    }
    for await (const items of this.#batches(subscriber)) {
      if (items === 'overflow') {
        position = (await this.parts.feed.ends(frame.tenantId)).head;
        yield { type: 'RESYNC_REQUIRED', reason: 'SLOW_CONSUMER', cursor: this.#cursor(frame, position) };
        view = new FeedView(false);
        yield* this.#snapshot(frame, args, view, position);
      } else if (items.length === 0) {
        yield await this.#heartbeat(frame, position);
      } else {
        const fresh = items.filter((item) => item.change.position > position);
        yield* this.#deltas(frame, view, fresh);
        position = Math.max(position, ...fresh.map((item) => item.change.position));
      }
    }
  }

  async *#snapshot(
    frame: TenantFrame,
    args: InteractionFeedArgs,
    view: FeedView,
    position: number,
  ): AsyncIterableIterator<FeedEvent> {
    const now = this.parts.now();
    const since = now - args.windowMinutes * 60_000;
    const rows = await this.parts.interactions.recent({ ...frame, now }, args.filter, since, SNAPSHOT_LIMIT);
    const cursor = this.#cursor(frame, position);
    yield { type: 'SNAPSHOT_START', cursor, count: rows.length };
    for (const interaction of rows) {
      view.show(interaction);
      yield {
        type: 'UPSERTED',
        cursor,
        interaction,
        revision: interaction.revision,
        changedFields: [],
        causedBy: { kind: 'RULE', id: 'snapshot' },
      };
    }
    yield { type: 'SNAPSHOT_END', cursor };
  }

  *#deltas(frame: TenantFrame, view: FeedView, items: readonly Seen[]): IterableIterator<FeedEvent> {
    for (const event of view.eventsOf(items))
      yield { ...event, cursor: this.#cursor(frame, event.position) } as FeedEvent;
  }

  /** What was missed, in pages, from one position up to another. */
  async *#missed(frame: TenantFrame, after: number, upTo: number): AsyncIterableIterator<FeedRow[]> {
    for (let position = after; position < upTo;) {
      const rows = await this.parts.feed.read(frame.tenantId, position, 200, upTo);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      position = last.position;
    }
  }

  async *#batches(subscriber: Subscriber): AsyncIterableIterator<Seen[] | 'overflow'> {
    for (;;) {
      const items = await subscriber.queue.take(this.parts.heartbeatMs);
      if (items === 'closed') return;
      yield items;
    }
  }

  async *#entries(
    frame: TenantFrame,
    callId: string,
    rows: readonly FeedRow[],
  ): AsyncIterableIterator<TranscriptAppended> {
    for (const row of rows) {
      const ids = row.calls.filter((one) => one.callId === callId).flatMap((one) => one.messageIds);
      if (ids.length === 0) continue;
      const entries = await this.parts.timeline.entriesByIds(frame.tenantId, callId, ids);
      yield { cursor: this.#cursor(frame, row.position), call: await this.#callNow(frame, callId), entries };
    }
  }

  async #callNow(frame: TenantFrame, callId: string): Promise<CallRow> {
    const [call] = await this.parts.calls.byIds(frame.tenantId, [callId]);
    if (call === undefined) throw new NotFound('call');
    return call;
  }

  async #heartbeat(frame: TenantFrame, position: number): Promise<FeedEvent> {
    const at = this.parts.now();
    const sources = (await this.parts.sources.all(frame.tenantId)).map((source) => ({
      source,
      lagMs: source.lastEventAt === null ? null : Math.max(0, at - source.lastEventAt),
    }));
    const joinAlarms = await this.parts.sources.joinAlarms(frame.tenantId, at);
    return { type: 'HEARTBEAT', cursor: this.#cursor(frame, position), at, sources, joinAlarms };
  }

  #cursor(frame: TenantFrame, position: number): string {
    return this.parts.cursors.encode(CURSOR, frame.tenantId, [position]);
  }

  #position(frame: TenantFrame, cursor: string | null): number | null {
    if (cursor === null) return null;
    const [position] = this.parts.cursors.decode(CURSOR, frame.tenantId, cursor, 'after');
    if (typeof position !== 'number') throw new BadUserInput('after', 'is not a cursor of this feed.');
    return position;
  }

  #mustBeKept(after: number, ends: FeedEnds): void {
    const reason = resyncReason(after, ends);
    if (reason !== null) throw new BadUserInput('after', `is a cursor that is no longer kept (${reason}).`);
  }
}

/** Why a feed cannot be resumed after this position, or null when it can. */
function resyncReason(after: number, ends: FeedEnds): ResyncReason | null {
  if (after > ends.head) return 'CURSOR_AHEAD';
  return after < ends.floor ? 'CURSOR_EXPIRED' : null;
}
