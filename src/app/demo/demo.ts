import type { Instant } from '../../domain/words.js';
import { Random } from './random.js';
import type { Story } from './stories.js';
import { bySending, tellCall } from './stories.js';
import type { DemoSource, Statement } from './teller.js';
import { DEMO_SOURCES } from './teller.js';

export interface DemoParts {
  /** The real way in. */
  send(source: DemoSource, records: object[]): Promise<void>;
  now(): Instant;
  /** A failed delivery of the live stream; the stream goes on. */
  onError(error: unknown): void;
  seed?: number;
}

const DAY = 24 * 3_600_000;
/** Records of one delivery. */
const BATCH = 200;

/** Calls that are on the line together in the live stream. */
const LIVE = { fewest: 2, most: 4 } as const;
/** From one call to the next, in ms; shorter while there are fewer than there should be. */
const GAP = { usual: [4_500, 7_500], short: [700, 1_500] } as const;

/** Simulated calls, of the past days and of this moment. Its ids hold the time of its making. */
export class Demo {
  readonly #run: string;
  readonly #random: Random;
  #seed: number;
  #queue: Statement[] = [];
  /** When the calls of the live stream end. */
  #ends: Instant[] = [];
  #nextCallAt: Instant = 0;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(private readonly parts: DemoParts) {
    this.#run = parts.now().toString(36);
    this.#seed = parts.seed ?? 1;
    this.#random = new Random(this.#seed);
  }

  /** Sends calls of the past days, all of them over. Fails when a delivery fails. */
  async backfill(days = 7, calls = 240): Promise<void> {
    const now = this.parts.now();
    const starts = Array.from({ length: calls }, () => pastInstant(this.#random, now, days));
    const stories = starts.sort((a, b) => a - b).map((startAt) => this.#tellPast(startAt, now));
    for (const { source, records } of deliveries(stories)) await this.parts.send(source, records);
  }

  /** Begins the live stream with a call that is under way at once. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#nextCallAt = this.parts.now();
    this.#schedule();
  }

  /** Waits for what is being sent; what was still to be sent is forgotten. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#running;
    this.#queue = [];
    this.#ends = [];
  }
}
