import pg from 'pg';
import type { DataSource } from 'typeorm';
import { PG_TYPES } from '../data-source.js';

/** Rows that are in memory at a time: few, so that a batch holds up nobody and is gone before the garbage collector ages it. */
const BATCH = 100;

/** How long a reader may take nothing before its connection is taken back, and one batch may take, in ms. */
const PATIENCE_MS = 60_000;

/**
 * Reads any number of rows as they were at one moment, a batch at a time, as fast as they are taken. It has
 * a connection of its own, beside the pool: a slow reader holds up nobody else.
 */
export class SnapshotScan<T> {
  #isBusy = false;
  #closing: Promise<void> | null = null;

  private constructor(
    private readonly db: DataSource,
    private readonly client: pg.Client,
    private readonly pid: number,
  ) {}

  /** Resolves when the statement has been accepted: what is wrong with it is known before the first row. */
  static async open<T>(db: DataSource, select: string, values: readonly unknown[]): Promise<SnapshotScan<T>> {
    const client = new pg.Client({
      connectionString: (db.options as { url?: string }).url,
      types: PG_TYPES as pg.CustomTypesConfig,
      application_name: 'throughline export',
      options: '-c TimeZone=UTC',
      connectionTimeoutMillis: 5_000,
      statement_timeout: PATIENCE_MS,
      lock_timeout: 2_000,
      idle_in_transaction_session_timeout: PATIENCE_MS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('begin transaction isolation level repeatable read read only');
      await client.query(`declare export no scroll cursor for ${select}`, [...values]);
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      return new SnapshotScan<T>(db, client, rows[0]?.pid ?? 0);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  /** Called when the database takes the connection away, also while nobody reads. */
  onLost(listener: (error: Error) => void): void {
    this.client.on('error', listener);
  }

  /** The rows in the order of the statement. Ends the scan, however the reading ends. */
  async *batches(): AsyncGenerator<T[]> {
    try {
      for (let rows = await this.#fetch(); rows.length > 0; rows = await this.#fetch()) {
        yield rows;
        if (rows.length < BATCH) return;
      }
    } finally {
      await this.close();
    }
  }

  /** Gives the connection back at once; a statement that runs is cancelled. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #fetch(): Promise<T[]> {
    this.#isBusy = true;
    try {
      return (await this.client.query(`fetch ${String(BATCH)} from export`)).rows as T[];
    } finally {
      this.#isBusy = false;
    }
  }

  async #close(): Promise<void> {
    const cancelled = this.#isBusy ? this.db.query('select pg_cancel_backend($1)', [this.pid]) : null;
    await Promise.allSettled([cancelled, this.client.end()]);
  }
}
