import { expect, it } from '@jest/globals';
import { Measurer } from '../../src/app/measurer.js';
import { Metrics } from '../../src/app/metrics.js';
import type { SourceStats } from '../../src/storage/source-stats.js';
import { eventually } from '../support/eventually.js';

/** Stands in for the measuring itself, which fails the first time. */
function measurerOf(metrics: Metrics, faults: unknown[]): { measurer: Measurer; turns: number[] } {
  const turns: number[] = [];
  const stats: Pick<SourceStats, 'measure' | 'standingAlarms'> = {
    measure: (now) => {
      turns.push(now);
      return turns.length === 1 ? Promise.reject(new Error('no database')) : Promise.resolve();
    },
    standingAlarms: () => Promise.resolve(3),
  };
  const measurer = new Measurer({
    stats: stats as SourceStats,
    now: () => 7,
    onMeasured: (alarms) => metrics.joinAlarms.set(alarms),
    onError: (error) => faults.push(error),
    intervalMs: 1,
  });
  return { measurer, turns };
}

it('measures again and again, a fault notwithstanding, and tells operations how many alarms stand', async () => {
  const metrics = new Metrics();
  const faults: unknown[] = [];
  const { measurer, turns } = measurerOf(metrics, faults);
  measurer.start();
  await eventually(async () => {
    expect(await metrics.registry.metrics()).toMatch(/^throughline_join_alarms 3$/m);
  });
  await measurer.stop();
  const done = turns.length;
  expect(done).toBeGreaterThan(1);
  expect(faults).toEqual([new Error('no database')]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(turns).toHaveLength(done);
});
