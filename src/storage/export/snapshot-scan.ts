import { Socket } from 'node:net';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { PG_TYPES } from '../data-source.js';

/** So much comes at a time: little, so that a batch holds up nobody and is gone before the garbage collector ages it. */
const BATCH_BYTES = 128 * 1_024;
const MOST_ROWS = 100;

/** Before it is known how wide a row is. */
const FIRST_ROWS = 20;

/** How many rows to ask for next, after so many rows in so many bytes. */
export const rowsOfNext = (rows: number, bytes: number): number =>
  Math.min(Math.max(Math.floor((BATCH_BYTES * rows) / Math.max(bytes, 1)), 1), MOST_ROWS);

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
    private readonly socket: Socket,
    private readonly pid: number,
  ) {}

  /** Resolves when the statement has been accepted: what is wrong with it is known before the first row. */
  static async open<T>(db: DataSource, select: string, values: readonly unknown[]): Promise<SnapshotScan<T>> {
    const socket = new Socket();
    const client = new pg.Client({
      stream: () => socket,
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
      return new SnapshotScan<T>(db, client, socket, rows[0]?.pid ?? 0);
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
      for (let wanted = FIRST_ROWS, isOver = false; !isOver;) {
        const { bytesRead } = this.socket;
        const rows = await this.#fetch(wanted);
        isOver = rows.length < wanted;
        wanted = rowsOfNext(rows.length, this.socket.bytesRead - bytesRead);
        if (rows.length > 0) yield rows;
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

  async #fetch(rows: number): Promise<T[]> {
    this.#isBusy = true;
    try {
      return await this.#ask<T>(`fetch ${String(rows)} from export`);
    } finally {
      this.#isBusy = false;
    }
  }

  /**
   * By a callback. Of the promises that pg makes itself each one that has grown old keeps the next alive, and
   * with it the rows: all of them would stay until a full collection.
   */
  #ask<R>(sql: string): Promise<R[]> {
    return new Promise((resolve, reject) => {
      this.client.query(sql, (error: Error | null, result: { rows: unknown[] }) => {
        if (error === null) resolve(result.rows as R[]);
        else reject(error);
      });
    });
  }

  async #close(): Promise<void> {
    const cancelled = this.#isBusy ? this.db.query('select pg_cancel_backend($1)', [this.pid]) : null;
    await Promise.allSettled([cancelled, this.client.end()]);
  }
}
