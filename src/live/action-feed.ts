import { isFinal } from '../domain/monitoring.js';
import type { ActionReader } from '../storage/control/action-reader.js';
import type { MonitoringActionRow } from '../storage/read-model.js';
import { BoundedQueue } from './bounded-queue.js';
import type { FeedBus } from './bus/bus.js';
import type { LiveActions } from './events.js';
import type { WakeLoopOptions } from './wake-loop.js';
import { WakeLoop } from './wake-loop.js';

export interface ActionFeedOptions extends WakeLoopOptions {
  /** Actions that may wait for one slow reader. */
  capacity: number;
}

interface Subscriber {
  tenantId: string;
  callId: string | null;
  queue: BoundedQueue<MonitoringActionRow>;
  /** The revision of each action that it was last given. */
  shown: Map<string, number>;
}

const IDLE_MS = 60_000;

/**
 * Reads what changed lately, once for a process, when the database announces a change or a second has passed, and
 * gives each subscriber what is new to it. Changes are told after their commit; each state comes at most once.
 */
export class ActionFeed implements LiveActions {
  readonly #subscribers = new Set<Subscriber>();
  readonly #loop: WakeLoop;

  constructor(
    private readonly reader: ActionReader,
    bus: FeedBus,
    private readonly options: ActionFeedOptions,
  ) {
    this.#loop = new WakeLoop(
      () => this.#subscribers.size > 0,
      () => this.#pullOnce(),
      options,
    );
    bus.onAnnounced(() => this.#loop.wake());
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  async *actions(tenantId: string, callId: string | null): AsyncIterableIterator<MonitoringActionRow> {
    const queue = new BoundedQueue<MonitoringActionRow>(
      this.options.capacity,
      ({ id }) => id,
      (_, newer) => newer,
    );
    const subscriber: Subscriber = { tenantId, callId, queue, shown: new Map() };
    try {
      await this.#begin(subscriber);
      for (;;) {
        const items = await queue.take(IDLE_MS);
        if (items === 'closed') return;
        yield* items === 'overflow' ? await this.#all(subscriber) : items;
      }
    } finally {
      queue.close();
      this.#subscribers.delete(subscriber);
    }
  }

  close(): void {
    this.#loop.close();
    for (const { queue } of this.#subscribers) queue.close();
    this.#subscribers.clear();
  }

  /** What was settled before is old news; what waits is told. */
  async #begin(subscriber: Subscriber): Promise<void> {
    for (const row of await this.#all(subscriber))
      if (isFinal(row.state)) subscriber.shown.set(row.id, row.revision);
      else offer(subscriber, row);
    if (this.#loop.isClosed) return subscriber.queue.close();
    this.#subscribers.add(subscriber);
    this.#loop.wake();
  }

  async #all(subscriber: Subscriber): Promise<MonitoringActionRow[]> {
    return (await this.reader.lately([subscriber.tenantId])).filter((row) => concerns(subscriber, row));
  }

  async #pullOnce(): Promise<void> {
    const subscribers = [...this.#subscribers];
    const rows = await this.reader.lately([...new Set(subscribers.map(({ tenantId }) => tenantId))]);
    const recent = new Set(rows.map(({ id }) => id));
    for (const subscriber of subscribers) {
      for (const row of rows) if (concerns(subscriber, row)) offer(subscriber, row);
      for (const id of subscriber.shown.keys()) if (!recent.has(id)) subscriber.shown.delete(id);
    }
  }
}

const concerns = ({ tenantId, callId }: Subscriber, row: MonitoringActionRow): boolean =>
  row.tenantId === tenantId && (callId === null || row.callId === callId);

function offer({ shown, queue }: Subscriber, row: MonitoringActionRow): void {
  if ((shown.get(row.id) ?? 0) >= row.revision) return;
  shown.set(row.id, row.revision);
  queue.push(row);
}
