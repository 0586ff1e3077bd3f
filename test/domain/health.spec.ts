import { describe, expect, it } from '@jest/globals';
import type { HourHealth } from '../../src/domain/health.js';
import { breachesOf } from '../../src/domain/health.js';
import { HOUR, NOON } from '../support/calls.js';

const hour = (ago: number, more: Partial<HourHealth> = {}): HourHealth => ({
  hour: NOON - ago * HOUR,
  calls: 20,
  keyFillRate: 1,
  matchRate: 1,
  orphanRate: 0,
  lagMs: 1_000,
  clockOffsetMs: 0,
  ...more,
});

const hours = (count: number, more: (ago: number) => Partial<HourHealth> = () => ({})): HourHealth[] =>
  Array.from({ length: count }, (_, n) => hour(n + 1, more(n + 1)));

const metrics = (now: Partial<HourHealth>, history = hours(24)): string[] =>
  breachesOf(hour(0, now), history).map(({ metric }) => metric);

describe('an hour of a pair of sources', () => {
  it.each<[string, Partial<HourHealth>, string[]]>([
    ['is well when it is like the hours before', {}, []],
    ['is at fault when keys are missing', { keyFillRate: 0.94 }, ['KEY_FILL_RATE']],
    ['is well at the edge of the band', { keyFillRate: 0.95, matchRate: 0.95, orphanRate: 0.05 }, []],
    ['is at fault when calls do not match', { matchRate: 0.9 }, ['MATCH_RATE']],
    ['is at fault when calls are orphans', { orphanRate: 0.06 }, ['ORPHAN_RATE']],
    ['is at fault when records are late', { lagMs: 61_001 }, ['LAG']],
    ['is well when records are early', { lagMs: 0 }, []],
    ['is at fault when a clock runs ahead', { clockOffsetMs: 2_001 }, ['CLOCK_OFFSET']],
    ['is at fault when a clock falls behind', { clockOffsetMs: -2_001 }, ['CLOCK_OFFSET']],
    [
      'says nothing of what it has not',
      { keyFillRate: null, matchRate: null, lagMs: null, clockOffsetMs: null },
      [],
    ],
    ['says nothing with 19 calls', { calls: 19, matchRate: 0 }, []],
  ])('%s', (_rule, now, expected) => {
    expect(metrics(now)).toEqual(expected);
  });

  it('is well when it is better than the hours before', () => {
    const poor = hours(24, () => ({ keyFillRate: 0.5, matchRate: 0.5, orphanRate: 0.5 }));
    expect(metrics({}, poor)).toEqual([]);
  });

  it('is judged by no fewer than 24 hours, of 20 calls each, within seven days before it', () => {
    const broken = { matchRate: 0 };
    expect(metrics(broken, hours(23))).toEqual([]);
    expect(metrics(broken, [...hours(23), hour(30, { calls: 19 })])).toEqual([]);
    expect(metrics(broken, [...hours(23), hour(169)])).toEqual([]);
    expect(metrics(broken, [...hours(23), hour(-1)])).toEqual([]);
    expect(metrics(broken, [...hours(23), hour(168)])).toEqual(['MATCH_RATE']);
  });

  it('may stray as far as three median deviations from an unsteady median', () => {
    const unsteady = hours(25, (ago) => ({ orphanRate: 0.2 + 0.05 * (ago % 3) }));
    const [breach] = breachesOf(hour(0, { orphanRate: 0.41 }), unsteady);
    expect(breach?.median).toBeCloseTo(0.25);
    expect(breach?.high).toBeCloseTo(0.4);
    expect(metrics({ orphanRate: 0.39 }, unsteady)).toEqual([]);
  });

  it('is judged the same with a third of the hours before at fault', () => {
    const partly = hours(30, (ago) => (ago <= 10 ? { matchRate: 0 } : {}));
    expect(metrics({ matchRate: 0 }, partly)).toEqual(['MATCH_RATE']);
    expect(metrics({}, partly)).toEqual([]);
  });
});
