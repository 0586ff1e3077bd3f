import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rowsOfNext, SnapshotScan } from '../../../src/storage/export/snapshot-scan.js';
import { eventually } from '../../support/eventually.js';
import type { OpenDatabase } from '../../support/open-database.js';
import { openDatabase } from '../../support/open-database.js';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const open = <T>(select: string, values: unknown[] = []) => SnapshotScan.open<T>(database.db, select, values);

const states = async () => {
  const rows: { state: string }[] = await database.db.query(
    `select state from pg_stat_activity where application_name = 'throughline export' and datname = current_database()`,
  );
  return rows.map(({ state }) => state);
};

async function all<T>(scan: SnapshotScan<T>): Promise<T[][]> {
  const batches: T[][] = [];
  for await (const batch of scan.batches()) batches.push(batch);
  return batches;
}

describe('a scan', () => {
  it.each([
    [0, []],
    [1, [1]],
    [20, [20]],
    [21, [20, 1]],
    [250, [20, 100, 100, 30]],
  ])('of %i rows comes in batches, and gives its connection back', async (count, sizes) => {
    const scan = await open<{ n: number }>('select n from generate_series(1, $1::integer) n order by n', [
      count,
    ]);
    expect(await states()).toEqual(['idle in transaction']);
    const batches = await all(scan);
    expect(batches.map(({ length }) => length)).toEqual(sizes);
    expect(batches.flat().map(({ n }) => n)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    await eventually(async () => expect(await states()).toEqual([]));
  });

  it('takes fewer rows at a time the wider they are, so that a batch is never large', async () => {
    const scan = await open<{ wide: string }>(
      `select repeat('x', case when n <= 500 then 8192 else 8 end) as wide from generate_series(1, 1000) n`,
    );
    const batches = await all(scan);
    expect(batches.flat()).toHaveLength(1_000);
    const inMiddle = batches.slice(1, 10).map((batch) => batch.length);
    expect(inMiddle).toEqual(inMiddle.map(() => 15));
    expect(batches.slice(-4, -1).map((batch) => batch.length)).toEqual([100, 100, 100]);
  });

  it.each([
    [20, 20 * 2_048, 64],
    [64, 64 * 2_048, 64],
    [100, 100, 100],
    [20, 20 * 128 * 1_024, 1],
    [1, 10_000_000, 1],
    [0, 0, 1],
  ])('asks after %i rows in %i bytes for %i', (rows, bytes, next) => {
    expect(rowsOfNext(rows, bytes)).toBe(next);
  });

  it('reads instants and large numbers as every other reader does', async () => {
    const scan = await open(
      `select timestamptz '2026-09-14T15:04:05.125Z' as at, 9007199254740991::bigint as n`,
    );
    expect(await all(scan)).toEqual([
      [{ at: Date.parse('2026-09-14T15:04:05.125Z'), n: 9_007_199_254_740_991 }],
    ]);
  });

  it('tells what is wrong with its statement before the first row, and keeps no connection', async () => {
    await expect(open('select nothing from nowhere')).rejects.toMatchObject({ code: '42P01' });
    await eventually(async () => expect(await states()).toEqual([]));
  });

  it('gives its connection back when its reader stops early', async () => {
    const scan = await open('select n from generate_series(1, 5000) n');
    for await (const batch of scan.batches()) {
      expect(batch).toHaveLength(20);
      break;
    }
    await eventually(async () => expect(await states()).toEqual([]));
  });

  it('is closed in the middle of a statement, which does not run on', async () => {
    const scan = await open('select pg_sleep(60)');
    const reading = expect(all(scan)).rejects.toBeInstanceOf(Error);
    await eventually(async () => expect(await states()).toEqual(['active']));
    await scan.close();
    await reading;
    await eventually(async () => expect(await states()).toEqual([]), 5_000);
  });

  it('tells when its connection is taken away while nobody reads', async () => {
    const scan = await open('select 1');
    const lost = new Promise((resolve) => scan.onLost(resolve));
    await database.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'throughline export' and datname = current_database()`,
    );
    expect(await lost).toBeInstanceOf(Error);
    await scan.close();
  });
});
