import type { Instant } from '../domain/words.js';
import type { FeedRow, FeedStore } from '../storage/feed-store.js';
import type { InteractionReader } from '../storage/interaction-reader.js';
import type { InteractionFilter } from '../storage/list/filter.js';
import type { InteractionRow, TenantFrame } from '../storage/read-model.js';
import { canonicalJson } from '../domain/canonical.js';
import { BoundedQueue } from './bounded-queue.js';
import type { FeedBus } from './bus/bus.js';
import type { WakeLoopOptions } from './wake-loop.js';
import { WakeLoop } from './wake-loop.js';

/** A change with what its interaction looks like now to those who asked with one filter. */
export interface Seen {
  change: FeedRow;
  /** The interaction as it is now, when it matches the filter. */
  row: InteractionRow | null;
  /** True when the interaction is there but does not match. */
  left: boolean;
}

export interface Subscriber {
  queue: BoundedQueue<Seen>;
  /** The position after which the queue receives. */
  from: number;
  close(): void;
}

export interface FanOutOptions extends WakeLoopOptions {
  capacity: number;
  now: () => Instant;
}

/** Subscribers of one tenant with one filter and one sight of sources: what they see is looked up once for all of them. */
interface Group {
  frame: TenantFrame;
  filter: InteractionFilter | null;
  position: number;
  queues: Set<BoundedQueue<Seen>>;
}

/** Reads the feed once for a process and hands it to everyone who listens. A slow subscriber delays no one. */
export class FanOut {
  readonly #groups = new Map<string, Group>();
  readonly #loop: WakeLoop;

  constructor(
    private readonly feed: FeedStore,
    private readonly readers: InteractionReader,
    bus: FeedBus,
    private readonly options: FanOutOptions,
  ) {
    this.#loop = new WakeLoop(
      () => this.#groups.size > 0,
      () => this.#pullOnce(),
      options,
    );
    bus.onAnnounced(() => this.#loop.wake());
  }

  get subscribers(): number {
    return [...this.#groups.values()].reduce((sum, group) => sum + group.queues.size, 0);
  }

  /** From now on the queue receives every change of the tenant, without a gap. Whoever subscribes closes. */
  async subscribe(frame: TenantFrame, filter: InteractionFilter | null): Promise<Subscriber> {
    const key = `${frame.tenantId}/${frame.hidesSources === true ? 'hides' : 'shows'}/${canonicalJson(filter)}`;
    const { head } = await this.feed.ends(frame.tenantId);
    const group = this.#groups.get(key) ?? { frame, filter, position: head, queues: new Set() };
    this.#groups.set(key, group);
    const queue = new BoundedQueue<Seen>(
      this.options.capacity,
      (item) => item.change.interactionId,
      mergeSeen,
    );
    group.queues.add(queue);
    this.#loop.schedule();
    const close = () => {
      queue.close();
      group.queues.delete(queue);
      if (group.queues.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key);
    };
    return { queue, from: group.position, close };
  }

  /** What changes look like now through a filter. One or two statements, whatever their number. */
  async see(
    frame: TenantFrame,
    filter: InteractionFilter | null,
    changes: readonly FeedRow[],
  ): Promise<Seen[]> {
    const fresh = { ...frame, now: this.options.now() };
    const ids = [
      ...new Set(changes.filter(({ kind }) => kind === 'UPSERTED').map((change) => change.interactionId)),
    ];
    const matching = new Map((await this.readers.matching(fresh, filter, ids)).map((row) => [row.id, row]));
    const others = ids.filter((id) => !matching.has(id));
    const left = new Set((await this.readers.byIds(frame.tenantId, others)).map((row) => row.id));
    return changes.map((change) => ({
      change,
      row: matching.get(change.interactionId) ?? null,
      left: left.has(change.interactionId),
    }));
  }

  close(): void {
    this.#loop.close();
    for (const group of this.#groups.values()) for (const queue of group.queues) queue.close();
    this.#groups.clear();
  }

  async #pullOnce(): Promise<void> {
    const groups = [...this.#groups.values()];
    const ends = await this.feed.endsOf([...new Set(groups.map((group) => group.frame.tenantId))]);
    for (const group of groups) {
      const head = ends.get(group.frame.tenantId)?.head ?? 0;
      while (group.position < head && group.queues.size > 0) await this.#advance(group);
    }
  }

  async #advance(group: Group): Promise<void> {
    const changes = await this.feed.read(group.frame.tenantId, group.position);
    const last = changes.at(-1);
    if (last === undefined) return;
    const seen = await this.see(group.frame, group.filter, changes);
    group.position = last.position;
    for (const queue of group.queues) for (const item of seen) queue.push(item);
  }
}

/** The newer state, with all that changed since the older one. */
export function mergeSeen(older: Seen, newer: Seen): Seen {
  const fields = new Set([...older.change.changedFields, ...newer.change.changedFields]);
  const calls = [...older.change.calls, ...newer.change.calls];
  const analyses = [...older.change.analyses, ...newer.change.analyses];
  return { ...newer, change: { ...newer.change, changedFields: [...fields], calls, analyses } };
}
