import pg from 'pg';
import { numberChanges } from '../storage/feed-store.js';
import type { FeedBus } from './bus/bus.js';

/** The one advisory lock of the sequencer, in the database that it numbers. */
const LOCK = '7310023114265478001';

export interface SequencerOptions {
  /** How often to look for rows that other processes committed, in ms. */
  pollMs?: number;
  /** How often a process without the lock tries to get it, in ms. */
  takeoverMs?: number;
  onError?: (error: unknown) => void;
}

/**
 * Gives committed changes their positions. Of all processes on a database exactly one does so: the one whose
 * session holds the lock. When that session ends, however it ends, another takes over.
 */
export class Sequencer {
  #client: pg.Client | null = null;
  #holdsLock = false;
  #stopped = false;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #again = false;
  #busy = false;

  constructor(
    private readonly url: string,
    private readonly bus: FeedBus,
    private readonly options: SequencerOptions = {},
  ) {}

  get isLeader(): boolean {
    return this.#holdsLock;
  }

  start(): void {
    this.nudge();
  }

  /** Something was committed here: look now rather than at the next poll. */
  nudge(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    this.#running = this.#run().finally(() => {
      this.#busy = false;
      this.#schedule();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
    await this.#client?.end().catch(() => undefined);
    this.#holdsLock = false;
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        const session = await this.#lead();
        if (session !== null) await this.#numberAll(session);
      } catch (error) {
        this.options.onError?.(error);
      }
    }
  }

  async #numberAll(session: pg.Client): Promise<void> {
    for (let numbered = -1; numbered !== 0 && !this.#stopped;) {
      numbered = await numberChanges(session);
      if (numbered > 0) await this.bus.announce();
    }
  }

  #schedule(): void {
    if (this.#stopped) return;
    if (this.#timer) clearTimeout(this.#timer);
    const wait = this.#holdsLock ? (this.options.pollMs ?? 100) : (this.options.takeoverMs ?? 2_000);
    this.#timer = setTimeout(() => this.nudge(), wait);
  }

  /** The session that holds the lock; null when another process has it. */
  async #lead(): Promise<pg.Client | null> {
    const session = this.#client ?? (await this.#connect());
    if (this.#holdsLock) return session;
    const { rows } = await session.query<{ got: boolean }>('select pg_try_advisory_lock($1::bigint) as got', [
      LOCK,
    ]);
    this.#holdsLock = rows[0]?.got === true;
    return this.#holdsLock ? session : null;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'throughline sequencer',
      connectionTimeoutMillis: 2_000,
      query_timeout: 6_000,
      keepAlive: true,
    });
    const lost = () => {
      if (this.#client === client) [this.#client, this.#holdsLock] = [null, false];
    };
    client.on('error', lost);
    client.on('end', lost);
    await client.connect();
    this.#client = client;
    return client;
  }
}
