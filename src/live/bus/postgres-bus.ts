import pg from 'pg';
import type { FeedBus } from './bus.js';

const FEED_CHANNEL = 'throughline_feed';
const RECONNECT_MS = 1_000;

/** The bus over LISTEN and NOTIFY. It has a connection of its own and makes a new one when that is lost. */
export class PostgresBus implements FeedBus {
  #client: pg.Client | null = null;
  #listener: () => void = () => undefined;
  #closed = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly url: string,
    private readonly channel = FEED_CHANNEL,
  ) {}

  async start(): Promise<void> {
    await this.#connect();
  }

  async announce(): Promise<void> {
    await this.#client?.query(`notify ${this.channel}`).catch(() => undefined);
  }

  onAnnounced(listener: () => void): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'throughline bus',
      connectionTimeoutMillis: 2_000,
      keepAlive: true,
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', () => this.#listener());
    try {
      await client.connect();
      await client.query(`listen ${this.channel}`);
      this.#client = client;
      this.#listener();
    } catch {
      this.#lost(client);
    }
  }

  #lost(client: pg.Client): void {
    if (this.#client === client) this.#client = null;
    if (this.#closed || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#connect();
    }, RECONNECT_MS);
    void client.end().catch(() => undefined);
  }
}
