import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClockSample } from '../../src/domain/clock.js';
import { adjust, estimateOffset, TYPICAL_JOIN_LAG_MS } from '../../src/domain/clock.js';

const START = Date.UTC(2026, 8, 14, 8);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A minute apart, from the time on. */
const samplesOf = (differences: readonly number[], from = START): ClockSample[] =>
  differences.map((differenceMs, index) => ({ at: from + index * MINUTE, differenceMs }));

const same = (count: number, differenceMs: number): number[] => Array<number>(count).fill(differenceMs);

/** A quarter of the differences at either end of a spread, the rest in the middle of it. */
const spreadOver = (spreadMs: number): number[] => [
  ...same(10, -spreadMs / 2),
  ...same(11, 0),
  ...same(10, spreadMs / 2),
];

/** Old differences over three hours, then new ones in the hour after them. */
const jumping = (before: readonly number[], after: readonly number[]): ClockSample[] => [
  ...samplesOf(before),
  ...samplesOf(after, START + 5 * HOUR),
];

describe('estimateOffset', () => {
  it('measures a clock that is 7 s ahead over 40 keyed calls to half a second (scenario 12)', () => {
    const lags = Array.from({ length: 40 }, (_, call) => 400 + ((call * 37) % 40) * 30);
    const estimate = estimateOffset(samplesOf(lags.map((lag) => 7 * SECOND + lag)));
    expect(Math.abs((estimate.offsetMs ?? 0) - 7 * SECOND)).toBeLessThanOrEqual(500);
    expect(estimate).toMatchObject({ samples: 40, isStable: true, jumpedAt: null });
  });

  it.each([
    [29, null],
    [30, 3 * SECOND],
  ])('knows from %i pairs the offset %j', (count, offsetMs) => {
    const samples = samplesOf(same(count, 3 * SECOND + TYPICAL_JOIN_LAG_MS));
    const spreadMs = offsetMs === null ? null : 0;
    expect(estimateOffset(samples)).toEqual({
      offsetMs,
      spreadMs,
      samples: count,
      isStable: true,
      jumpedAt: null,
    });
  });

  it('leaves out the typical join lag that it is given', () => {
    expect(estimateOffset(samplesOf(same(30, 5_000)), 2_000).offsetMs).toBe(3_000);
    expect(estimateOffset(samplesOf(same(30, 5_000)), 0).offsetMs).toBe(5_000);
  });

  it('measures a clock that is behind', () => {
    expect(estimateOffset(samplesOf(same(30, -6_000)), 1_000).offsetMs).toBe(-7_000);
  });

  it('takes the middle between the two middle differences, in whole milliseconds', () => {
    expect(estimateOffset(samplesOf([...same(15, 1_000), ...same(15, 1_101)]), 0).offsetMs).toBe(1_051);
  });

  it('gives the range of the middle half as the spread', () => {
    const rising = Array.from({ length: 41 }, (_, index) => index * 100);
    expect(estimateOffset(samplesOf(rising), 0)).toMatchObject({ offsetMs: 2_000, spreadMs: 2_000 });
    expect(estimateOffset(samplesOf(rising.slice(0, 39)), 0)).toMatchObject({
      offsetMs: 1_900,
      spreadMs: 1_900,
    });
    expect(estimateOffset(samplesOf(rising.slice(0, 32)), 0)).toMatchObject({
      offsetMs: 1_550,
      spreadMs: 1_550,
    });
  });

  it('is not moved by a few wild differences', () => {
    const samples = samplesOf([...same(40, 2_000), ...same(5, HOUR), ...same(4, -HOUR)]);
    expect(estimateOffset(samples, 0)).toMatchObject({ offsetMs: 2_000, spreadMs: 0 });
  });

  it.each([
    [5_000, true],
    [5_002, false],
  ])('calls a clock with a spread of %i ms stable: %j', (spreadMs, isStable) => {
    expect(estimateOffset(samplesOf(spreadOver(spreadMs)))).toMatchObject({ spreadMs, isStable });
  });

  it.each([
    [1_999, true],
    [2_000, false],
    [-1_999, true],
    [-2_000, false],
  ])('calls a clock whose median moved by %i ms in the last hour stable: %j', (moved, isStable) => {
    const samples = jumping(same(40, 1_000), same(10, 1_000 + moved));
    const jumpedAt = isStable ? null : START + 5 * HOUR;
    expect(estimateOffset(samples)).toMatchObject({ isStable, jumpedAt });
  });

  it('names the first difference that belongs to the new median', () => {
    const samples = jumping(same(40, 1_000), [...same(4, 1_000), ...same(9, 4_000)]);
    expect(estimateOffset(samples).jumpedAt).toBe(START + 5 * HOUR + 4 * MINUTE);
  });

  it('sees a jump in five differences, and takes four for chance', () => {
    expect(estimateOffset(jumping(same(40, 0), same(5, 9_000))).isStable).toBe(false);
    expect(estimateOffset(jumping(same(40, 0), same(4, 9_000))).isStable).toBe(true);
    expect(estimateOffset(jumping(same(5, 0), same(40, 9_000))).isStable).toBe(false);
    expect(estimateOffset(jumping(same(4, 0), same(40, 9_000))).isStable).toBe(true);
  });

  it('counts a difference of exactly an hour ago as before', () => {
    const old = same(30, 0).map((differenceMs) => ({ at: START, differenceMs }));
    const late = same(5, 9_000).map((differenceMs) => ({ at: START + HOUR, differenceMs }));
    const early = same(5, 9_000).map((differenceMs) => ({ at: START + HOUR - 1, differenceMs }));
    expect(estimateOffset([...old, ...late]).isStable).toBe(false);
    expect(estimateOffset([...old, ...early]).isStable).toBe(true);
  });

  it('does not depend on the order of the samples', () => {
    const sample = fc.record({
      at: fc.integer({ min: START, max: START + 6 * HOUR }),
      differenceMs: fc.integer({ min: -10_000, max: 10_000 }),
    });
    const shuffled = fc
      .array(sample, { minLength: 28, maxLength: 60 })
      .chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(estimateOffset(other)).toEqual(estimateOffset(all));
      }),
    );
  });
});

describe('adjust', () => {
  it('reads an instant of the assistant by the clock of the dialer', () => {
    expect(adjust(START, 7_000)).toBe(START - 7_000);
    expect(adjust(START, -7_000)).toBe(START + 7_000);
  });

  it('leaves an instant as it is while the offset is not known', () => {
    expect(adjust(START, null)).toBe(START);
  });
});
