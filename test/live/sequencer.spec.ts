import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PostgresBus } from '../../src/live/bus/postgres-bus.js';
import { Sequencer } from '../../src/live/sequencer.js';
import { eventually } from '../support/eventually.js';
import { World } from '../support/world.js';

let world: World;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  world = await World.create(2);
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await world.close();
});

async function startSequencer(): Promise<Sequencer> {
  const bus = new PostgresBus(world.url);
  await bus.start();
  const sequencer = new Sequencer(world.url, bus, { pollMs: 10, takeoverMs: 50 });
  sequencer.start();
  closers.push(
    () => bus.close(),
    () => sequencer.stop(),
  );
  return sequencer;
}

const INSERT = `insert into change (tenant_id, interaction_id, kind, revision, cause_kind) values ($1, gen_random_uuid(), 'UPSERTED', 1, 'RECORD')`;

/** A writer as they are: transactions that overlap, that commit out of order, and that sometimes roll back. */
async function write(times: number, writer: number): Promise<number> {
  const client = new pg.Client(world.url);
  await client.connect();
  let committed = 0;
  for (let n = 0; n < times; n += 1) {
    const rollsBack = (n + writer) % 7 === 0;
    await client.query('begin');
    await client.query(INSERT, [world.tenants[(n + writer) % 2]]);
    await client.query('select pg_sleep($1)', [((n * 31 + writer * 17) % 10) / 2_000]);
    await client.query(rollsBack ? 'rollback' : 'commit');
    if (!rollsBack) committed += 1;
  }
  await client.end();
  return committed;
}

const positions = async (): Promise<number[][]> => {
  const rows: { positions: number[] }[] = await world.db.query(
    'select array_agg(position::int order by position) as positions from change where position is not null group by tenant_id order by tenant_id',
  );
  return rows.map((row) => row.positions);
};
const dense = (list: number[] | undefined) => list?.every((position, index) => position === index + 1);

describe('the sequencer', () => {
  it('numbers what twelve writers commit, densely in each tenant, and loses nothing', async () => {
    await startSequencer();
    const committed = (
      await Promise.all(Array.from({ length: 12 }, (_, writer) => write(25, writer)))
    ).reduce((a, b) => a + b);
    await eventually(async () => expect((await positions()).flat().length).toBe(committed));
    expect((await positions()).map(dense)).toEqual([true, true]);
  });

  it('is one at a time; when it goes, another takes over and the numbers go on', async () => {
    const first = await startSequencer();
    await eventually(async () => expect(first.isLeader).toBe(true));
    const second = await startSequencer();
    await write(10, 1);
    expect(second.isLeader).toBe(false);
    await first.stop();
    await eventually(async () => expect(second.isLeader).toBe(true));
    await write(10, 2);
    await eventually(async () =>
      expect(await world.db.query('select 1 from change where position is null')).toEqual([]),
    );
    expect((await positions()).map(dense)).toEqual([true, true]);
  });

  it('goes on after its connection was cut', async () => {
    const sequencer = await startSequencer();
    await eventually(async () => expect(sequencer.isLeader).toBe(true));
    await world.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'throughline %' and pid <> pg_backend_pid()`,
    );
    await write(10, 1);
    await eventually(async () =>
      expect(await world.db.query('select 1 from change where position is null')).toEqual([]),
    );
    expect((await positions()).every((list) => dense(list) === true)).toBe(true);
  });

  it('does not wait for a transaction that stays open', async () => {
    await startSequencer();
    const open = new pg.Client(world.url);
    await open.connect();
    await open.query('begin');
    await open.query(INSERT, [world.tenantId]);
    await write(10, 1);
    await eventually(async () =>
      expect(await world.db.query('select 1 from change where position is null')).toEqual([]),
    );
    await open.query('commit');
    await open.end();
    await eventually(async () =>
      expect(await world.db.query('select 1 from change where position is null')).toEqual([]),
    );
    expect((await positions()).every((list) => dense(list) === true)).toBe(true);
  });
});
