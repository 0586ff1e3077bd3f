import type { FeedStore } from '../storage/feed-store.js';
import type { RetentionStore } from '../storage/removal/retention-store.js';
import type { FunnelStore } from '../storage/trace/funnel-store.js';
import type { TraceStore } from '../storage/trace/trace-store.js';

export interface SweeperParts {
  trace: TraceStore;
  feed: FeedStore;
  funnel: FunnelStore;
  /** Begins analyses that are due, and decides about those that nobody is at any more. */
  analyzer: { sweep(): Promise<number> };
  retention: RetentionStore;
  now: () => number;
  retentionMs: number;
  onSwept: (count: number) => void;
  onError: (error: unknown) => void;
  intervalMs?: number;
}

const BATCH = 200;
const MATCH_BATCH = 50;
const FUNNEL_BATCH = 5_000;
const PRUNE_EVERY_MS = 60_000;

/**
 * Judges anew what time alone changes, finds the halves of calls, adds up the funnel, forgets what the feed
 * keeps no longer, and removes what has become too old. It runs in every process.
 */
export class Sweeper {
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #prunedAt = 0;

  constructor(private readonly parts: SweeperParts) {}

  start(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#turn().finally(() => {
        if (!this.#stopped) this.start();
      });
    }, this.parts.intervalMs ?? 500);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  async #turn(): Promise<void> {
    try {
      for (let swept = BATCH; swept === BATCH && !this.#stopped;) {
        swept = await this.parts.trace.sweep(this.parts.now(), BATCH);
        if (swept > 0) this.parts.onSwept(swept);
      }
      for (let looked = MATCH_BATCH; looked >= MATCH_BATCH && !this.#stopped;)
        looked = await this.parts.trace.match(this.parts.now(), MATCH_BATCH);
      for (let added = FUNNEL_BATCH; added >= FUNNEL_BATCH && !this.#stopped;)
        added = await this.parts.funnel.sweep(FUNNEL_BATCH);
      await this.parts.analyzer.sweep();
      await this.#prune();
    } catch (error) {
      this.parts.onError(error);
    }
  }

  async #prune(): Promise<void> {
    const now = this.parts.now();
    if (now - this.#prunedAt < PRUNE_EVERY_MS) return;
    this.#prunedAt = now;
    await this.parts.feed.prune(now - this.parts.retentionMs);
    await this.parts.retention.sweep(now);
  }
}
