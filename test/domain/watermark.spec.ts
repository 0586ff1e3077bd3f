import { describe, expect, it } from '@jest/globals';
import type { LagStats } from '../../src/domain/lag.js';
import type { SourceProgress } from '../../src/domain/watermark.js';
import { progressOf, watermarkOf } from '../../src/domain/watermark.js';
import { HOUR, MINUTE, NOON } from '../support/calls.js';

const lag = (p99Ms: number, more: Partial<LagStats> = {}): LagStats => ({
  p50Ms: 1,
  p95Ms: 2,
  p99Ms,
  samples: 20,
  gapP99Ms: null,
  gapSamples: 0,
  measuredAt: NOON,
  ...more,
});

const source = (more: Partial<SourceProgress> = {}): SourceProgress => ({
  watermarkAt: null,
  lastRecordAt: NOON,
  lastEventAt: NOON - 1_000,
  steadySince: NOON - HOUR,
  derivedAt: null,
  lag: lag(2 * MINUTE),
  ...more,
});

const DERIVED = { at: NOON - 1_000 - 2 * MINUTE, kind: 'DERIVED' };
const UNKNOWN = { at: null, kind: 'UNKNOWN' };

describe('the watermark of a source', () => {
  it.each<[string, Partial<SourceProgress>, object]>([
    ['lies its lag before the latest event while records keep coming', {}, DERIVED],
    [
      'is what it reported, however late',
      { watermarkAt: NOON - 9 * HOUR },
      { at: NOON - 9 * HOUR, kind: 'REPORTED' },
    ],
    ['is what it reported when it is idle', { watermarkAt: 7, lastRecordAt: 8 }, { at: 7, kind: 'REPORTED' }],
    [
      'holds until five minutes after the latest record',
      { lastRecordAt: NOON - 5 * MINUTE, lastEventAt: NOON - 6 * MINUTE },
      { at: NOON - 8 * MINUTE, kind: 'DERIVED' },
    ],
    ['is unknown when it is idle', { lastRecordAt: NOON - 5 * MINUTE - 1 }, UNKNOWN],
    ['is unknown when it never sent anything', { lastRecordAt: null, lastEventAt: null }, UNKNOWN],
    ['is unknown when its lag is not measured', { lag: null }, UNKNOWN],
    ['is unknown when its lag is measured on 19 calls', { lag: lag(1, { samples: 19 }) }, UNKNOWN],
    ['is unknown for 15 minutes after an interruption', { steadySince: NOON - 15 * MINUTE + 1 }, UNKNOWN],
    ['is known 15 minutes after an interruption', { steadySince: NOON - 15 * MINUTE }, DERIVED],
    ['is unknown for as long after an interruption as its lag', { lag: lag(2 * HOUR) }, UNKNOWN],
    ['never lies after what came', { lastEventAt: NOON + HOUR }, { at: NOON - 2 * MINUTE, kind: 'DERIVED' }],
    [
      'does not lie after the latest event of a fast clock',
      { lag: lag(-7_000) },
      { at: NOON - 1_000, kind: 'DERIVED' },
    ],
    [
      'stands where it was when the source falls silent',
      { derivedAt: NOON - 9 * MINUTE, lastRecordAt: NOON - 6 * MINUTE },
      { at: NOON - 9 * MINUTE, kind: 'DERIVED' },
    ],
    [
      'stands where it was when the lag is found to be longer',
      { derivedAt: NOON - MINUTE, lag: lag(9 * MINUTE) },
      { at: NOON - MINUTE, kind: 'DERIVED' },
    ],
    ['moves on from where it was', { derivedAt: NOON - HOUR }, DERIVED],
    [
      'does not move back with the first word of the source itself',
      { derivedAt: NOON - MINUTE, watermarkAt: NOON - HOUR },
      { at: NOON - MINUTE, kind: 'REPORTED' },
    ],
  ])('%s', (_rule, more, expected) => {
    expect(watermarkOf(source(more), NOON)).toEqual(expected);
  });
});

describe('the progress of roles', () => {
  const dialer = (more: Partial<SourceProgress>) => ({ ...source(more), role: 'DIALER' as const });

  it('is that of the slowest source', () => {
    const sources = [
      dialer({ watermarkAt: NOON - 5 }),
      dialer({ watermarkAt: NOON - 9 }),
      dialer({ watermarkAt: NOON }),
    ];
    expect(progressOf(sources, NOON).watermarks).toEqual({ DIALER: NOON - 9 });
  });

  it.each([[[5, null, 9]], [[null, 5, 9]], [[5, 9, null]]])(
    'is unknown when one source is, in whatever order: %j',
    (marks) => {
      const sources = marks.map((watermarkAt) => dialer({ watermarkAt, lag: null }));
      expect(progressOf(sources, NOON).watermarks).toEqual({ DIALER: null });
    },
  );

  it('waits for the latest of its sources, as far as twenty samples tell', () => {
    const measured = [
      lag(5, { gapP99Ms: 70, gapSamples: 20 }),
      lag(9, { gapP99Ms: 90, gapSamples: 19 }),
      lag(90, { samples: 19 }),
    ];
    const progress = progressOf(
      measured.map((one) => dialer({ lag: one })),
      NOON,
    );
    expect([progress.lagP99, progress.gapP99]).toEqual([{ DIALER: 9 }, { DIALER: 70 }]);
  });

  it('knows nothing of a role without sources', () => {
    expect(progressOf([], NOON)).toEqual({ watermarks: {}, lagP99: {}, gapP99: {} });
  });
});
