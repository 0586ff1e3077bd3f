import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { startJobs } from '../../src/app/jobs.js';
import type { JsonObject } from '../../src/domain/record.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { enqueue } from '../../src/storage/jobs.js';
import { testDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

let url: string;
let db: DataSource;
let drop: () => Promise<void>;
let worker: { close(): Promise<void> };
const done: JsonObject[] = [];
const faults: unknown[] = [];
const attempts: number[] = [];

beforeAll(async () => {
  ({ url, drop } = await testDatabase());
  db = await createDataSource(url).initialize();
  worker = await startJobs(
    url,
    {
      note: async (payload) => void done.push(payload),
      stumble: async (_payload, { number, isLast }) => {
        attempts.push(number);
        if (!isLast) throw new Error('not yet');
      },
    },
    { onError: (error) => faults.push(error) },
  );
});
afterAll(async () => {
  await worker.close();
  await db.destroy();
  await drop();
});

describe('background jobs', () => {
  it('run once the transaction that asked for them is committed, and never when it is not', async () => {
    await expect(
      db.transaction(async (tx) => {
        await enqueue(tx, 'note', { of: 'a transaction that fails' });
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await db.transaction((tx) => enqueue(tx, 'note', { of: 'a transaction that holds' }));
    await eventually(async () => expect(done).toEqual([{ of: 'a transaction that holds' }]));
  });

  it('are one job when they have one key', async () => {
    await db.transaction(async (tx) => {
      await enqueue(tx, 'note', { place: 1 }, { key: 'same' });
      await enqueue(tx, 'note', { place: 2 }, { key: 'same' });
    });
    await eventually(async () => expect(done.slice(1)).toEqual([{ place: 2 }]));
  });

  it('are tried again after a fault, which is reported, and know their last attempt', async () => {
    await enqueue(db.manager, 'stumble', {}, { maxAttempts: 2 });
    await eventually(async () => expect(faults).toHaveLength(1));
    await db.query('update graphile_worker._private_jobs set run_at = now()');
    await eventually(async () => expect(attempts).toEqual([1, 2]));
  });
});
