import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Calibration } from '../../src/domain/calibration.js';
import { SourceStats } from '../../src/storage/source-stats.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';
import type { Half } from '../support/halves.js';
import { assistant, dialer } from '../support/halves.js';
import { BASE, World } from '../support/world.js';

const HOUR = 3_600_000;
const CALLS = 60;

let world: World;
let stats: SourceStats;
beforeAll(async () => {
  world = await World.create();
  world.now = BASE + 10 * HOUR;
  stats = new SourceStats(world.db);
  for (let n = 0; n < CALLS; n += 1) await call(n, n);
});
afterAll(() => world.close());

const customer = (n: number) => `+1202555${String(n).padStart(4, '0')}`;

/** A keyed call; the assistant saw the customer of the call `seen`, at the time of that call. */
async function call(n: number, seen: number): Promise<void> {
  const [from, at] = [n * 120, seen * 120];
  await send(
    dialer(`d${n}`, from, from + 60, { key: `k${n}`, customer: customer(n) }),
    assistant(`a${n}`, at + 1, at + 60, { key: `k${n}`, customer: customer(seen) }),
  );
}

async function send(...halves: Half[]): Promise<void> {
  const bySource = (name: string) => halves.filter(([source]) => source === name).map(([, record]) => record);
  await world.send('dialer', bySource('dialer'));
  await world.send('assistant', bySource('assistant'));
}

const settle = async () => {
  while ((await world.trace.match(world.now)) > 0);
};
const pairs = (): Promise<object[]> =>
  world.db.query('select is_linked as "isLinked", obstacles from leg_pair order by points, dialer_leg_id');

const calibrated = async (): Promise<Calibration> => {
  const [only, ...others] = await stats.calibrate(world.tenantId, world.now);
  expect(others).toEqual([]);
  if (only === undefined) throw new Error('no pair of sources was calibrated');
  return only.calibration;
};

describe('links without a person', () => {
  it('are made while every call whose keys are hidden is found again', async () => {
    const { calls, precision, recall } = await calibrated();
    expect(calls).toBe(CALLS);
    expect([precision.rate, recall.rate]).toEqual([1, 1]);
    await send(dialer('x1', 9_000, 9_100, { customer: customer(900) }));
    await send(assistant('y1', 9_001, 9_100, { customer: customer(900) }));
    const watermarks = new WatermarkStore(world.db);
    for (const source of ['dialer', 'assistant'])
      await watermarks.report(world.tenantId, source, BASE + 9 * HOUR, world.now);
    await settle();
    expect(await pairs()).toEqual([{ isLinked: true, obstacles: [] }]);
  });

  it('are switched off, and undone, by planted calls whose keys contradict the evidence', async () => {
    await call(100, 102);
    await call(102, 100);
    const { precision } = await calibrated();
    expect(precision.hits).toBeLessThan(precision.of);
    await settle();
    expect(await pairs()).toEqual([{ isLinked: false, obstacles: ['PRECISION_TOO_LOW'] }]);
  });

  it('come back when the calls no longer contradict it', async () => {
    await world.db.query("delete from leg where external_id in ('d100', 'd102')");
    expect((await calibrated()).precision.rate).toBe(1);
    await settle();
    expect(await pairs()).toEqual([{ isLinked: true, obstacles: [] }]);
  });

  it('are calibrated once a day by the product itself', async () => {
    const at = async () => {
      const [row] = (await world.db.query("select (calibration->>'at')::bigint as at from source_pair")) as [
        { at: number },
      ];
      return row.at;
    };
    const first = await at();
    await stats.measureTenant(world.tenantId, first + 23 * HOUR);
    expect(await at()).toBe(first);
    await stats.measureTenant(world.tenantId, first + 25 * HOUR);
    expect(await at()).toBe(first + 25 * HOUR);
  });
});
