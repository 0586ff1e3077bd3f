import type { Instant } from '../../domain/words.js';
import { deliveries, pastInstant, runsOf } from './deliveries.js';
import { Random } from './random.js';
import type { Story } from './stories.js';
import { bySending, tellCall } from './stories.js';
import type { DemoSource, Statement } from './teller.js';

export interface DemoParts {
  /** The real way in. */
  send(source: DemoSource, records: object[]): Promise<void>;
  now(): Instant;
  /** A delivery of the live stream failed; the stream goes on. */
  onError(error: unknown): void;
  seed?: number;
}

/** Calls on the line together in the live stream. */
const LIVE = { fewest: 2, most: 4 } as const;
/** From one call to the next, in ms; shorter while there are fewer than there should be. */
const GAP = { usual: [4_500, 7_500], short: [700, 1_500] } as const;
/** Live calls are told faster than in life: something should happen while one watches. */
const LIVE_PACE = [1.3, 1.9] as const;
const PAST_PACE = [0.45, 1.1] as const;

/** Simulated calls: of the past days, and of this moment. All ids name the time at which the demo was made. */
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
  #past: Promise<unknown> = Promise.resolve();
  #live = false;
  #stopped = false;

  constructor(private readonly parts: DemoParts) {
    this.#run = parts.now().toString(36);
    this.#seed = parts.seed ?? 1;
    this.#random = new Random(this.#seed);
  }

  /** Sends calls of the past days, each of them over by now. Fails with the first delivery that fails. */
  backfill(days = 7, calls = 240): Promise<void> {
    const past = this.#sendPast(days, calls);
    this.#past = past.catch(() => undefined);
    return past;
  }

  async #sendPast(days: number, calls: number): Promise<void> {
    const now = this.parts.now();
    const starts = Array.from({ length: calls }, () => pastInstant(this.#random, now, days));
    const stories = starts.sort((a, b) => a - b).map((startAt) => this.#tellPast(startAt, now));
    for (const { source, records } of deliveries(stories)) {
      if (this.#stopped) return;
      await this.parts.send(source, records);
    }
  }

  /** Begins the live stream, with a call that is under way at once. */
  start(): void {
    if (this.#live) return;
    this.#live = true;
    this.#stopped = false;
    this.#nextCallAt = this.parts.now();
    this.#schedule();
  }

  /** Ends the stream, and the filling of the past. What is being sent is waited for; what was to be sent later is forgotten. */
  async stop(): Promise<void> {
    this.#live = false;
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await Promise.all([this.#running, this.#past]);
    this.#queue = [];
    this.#ends = [];
  }

  #schedule(): void {
    const nextAt = Math.min(this.#nextCallAt, this.#queue[0]?.atMs ?? Infinity);
    this.#timer = setTimeout(
      () => {
        this.#running = this.#tick();
      },
      Math.max(0, nextAt - this.parts.now()),
    );
  }

  async #tick(): Promise<void> {
    const now = this.parts.now();
    if (this.#nextCallAt <= now) this.#nextCallAt = this.#makeCall(now);
    const due = this.#queue.filter(({ atMs }) => atMs <= now);
    this.#queue = this.#queue.slice(due.length);
    for (const { source, records } of runsOf(due)) if (this.#live) await this.#send(source, records);
    if (this.#live) this.#schedule();
  }

  async #send(source: DemoSource, records: object[]): Promise<void> {
    try {
      await this.parts.send(source, records);
    } catch (error) {
      this.parts.onError(error);
    }
  }

  /** Begins a call if there is a free line, and answers when to look for the next. */
  #makeCall(now: Instant): Instant {
    this.#ends = this.#ends.filter((end) => end > now);
    if (this.#ends.length >= LIVE.most) return Math.min(...this.#ends);
    const isFirst = this.#ends.length === 0;
    const story = this.#tell(now, LIVE_PACE, (one) => !isFirst || one.shape === 'COMPLETE');
    this.#queue = [...this.#queue, ...story.statements].sort(bySending);
    this.#ends.push(story.endedAt);
    const [shortest, longest] = this.#ends.length < LIVE.fewest ? GAP.short : GAP.usual;
    return now + this.#random.whole(shortest, longest);
  }

  #tell(
    startAt: Instant,
    [slowest, fastest]: readonly [number, number],
    isWanted: (story: Story) => boolean = () => true,
  ): Story {
    const pace = this.#random.between(slowest, fastest, 2);
    for (;;) {
      const story = tellCall(this.#seed++, startAt, pace, this.#run);
      if (isWanted(story)) return story;
    }
  }

  /** A call that would not be over by now is told as one that began earlier. */
  #tellPast(startAt: Instant, now: Instant): Story {
    const seed = this.#seed++;
    const pace = this.#random.between(...PAST_PACE, 2);
    const story = tellCall(seed, startAt, pace, this.#run);
    const overrun = (story.statements.at(-1)?.atMs ?? startAt) - now;
    return overrun < 0 ? story : tellCall(seed, startAt - overrun - 1_000, pace, this.#run);
  }
}
