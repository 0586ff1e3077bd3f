import type { EntityManager } from 'typeorm';
import type { JsonObject } from '../domain/record.js';
import type { Instant } from '../domain/words.js';

export interface JobOptions {
  /** Jobs of one key are one job: a later one takes the place of one that has not begun. */
  key?: string;
  /** Default: at once. */
  runAt?: Instant;
  /** How often it is tried, later each time; default 5. */
  maxAttempts?: number;
}

/**
 * Has work done by a worker of any process, once the transaction that asks for it is committed. Not for
 * every record that comes in: each job wakes all workers.
 */
export async function enqueue(
  tx: EntityManager,
  task: string,
  payload: JsonObject,
  { key, runAt, maxAttempts = 5 }: JobOptions = {},
): Promise<void> {
  await tx.query(
    `select graphile_worker.add_job($1, $2::json, job_key := $3, run_at := $4::timestamptz, max_attempts := $5)`,
    [task, JSON.stringify(payload), key ?? null, runAt === undefined ? null : new Date(runAt), maxAttempts],
  );
}
