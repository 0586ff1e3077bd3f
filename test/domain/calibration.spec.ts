import { describe, expect, it } from '@jest/globals';
import type { KnownCall } from '../../src/domain/calibration.js';
import { calibrate, CALIBRATION_RULES, isPrecise, share } from '../../src/domain/calibration.js';
import type { ScoredLeg } from '../../src/domain/pair.js';

const NOON = Date.parse('2026-09-14T12:00:00Z');
const MINUTE = 60_000;

const leg = (
  legId: string,
  role: 'DIALER' | 'ASSISTANT',
  at: number,
  fields: Partial<ScoredLeg> = {},
): ScoredLeg => ({
  legId,
  tenantId: 't',
  role,
  direction: 'INBOUND',
  campaign: null,
  customerE164: '+12025550123',
  customerWithheld: false,
  did: '+12025550199',
  answeredAt: at,
  startedAt: at,
  endedAt: at + MINUTE,
  isTest: false,
  hasPartner: false,
  ...fields,
});

/** Calls of as many customers, ten minutes apart, the assistant a second after the answer. */
const calls = (count: number): KnownCall[] =>
  Array.from({ length: count }, (_, n) => {
    const customerE164 = `+1202555${String(n).padStart(4, '0')}`;
    const at = NOON + n * 10 * MINUTE;
    return {
      dialer: leg(`d${n}`, 'DIALER', at, { customerE164 }),
      assistant: leg(`a${n}`, 'ASSISTANT', at + 1_000, { customerE164, endedAt: at + MINUTE }),
    };
  });

describe('a share', () => {
  it.each([
    [0, 10, 0, 0, 0.2775],
    [5, 10, 0.5, 0.2366, 0.7634],
    [10, 10, 1, 0.7225, 1],
    [995, 1_000, 0.995, 0.9883, 0.9979],
  ])("of %d in %d is %d, and lies within Wilson's interval %d to %d", (hits, of, rate, low, high) => {
    const found = share(hits, of);
    expect(found).toMatchObject({ hits, of, rate });
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  it('of nothing is unknown', () => {
    expect(share(0, 0)).toEqual({ hits: 0, of: 0, rate: null, low: null, high: null });
  });
});

describe('a calibration', () => {
  it('finds every call of distinct customers again, and leaves out about a tenth of each side', () => {
    const { calls: tried, precision, recall } = calibrate(calls(500), null, NOON);
    expect(tried).toBe(500);
    expect(precision.hits).toBe(precision.of);
    expect(recall).toMatchObject({ hits: precision.hits, of: precision.of, rate: 1 });
    expect(recall.of).toBeGreaterThan(500 * 0.75);
    expect(recall.of).toBeLessThan(500 * 0.87);
  });

  it('counts a link to a stranger against the precision, and links are not made without a person any more', () => {
    const all = calls(100);
    const planted = all.map(({ dialer, assistant }, n) => {
      const stranger = all[n % 2 === 0 ? n + 1 : n - 1];
      return n < 4 && stranger !== undefined
        ? { dialer, assistant: stranger.assistant }
        : { dialer, assistant };
    });
    const right = calibrate(all, null, NOON);
    const wrong = calibrate(planted, null, NOON);
    expect([isPrecise(right), isPrecise(wrong)]).toEqual([true, false]);
    expect(wrong.precision.of).toBe(right.precision.of);
    expect(wrong.precision.hits).toBe(right.precision.hits - 4);
  });

  it('reads the clocks by their offset', () => {
    const skewed = calls(60).map(({ dialer, assistant }) => ({
      dialer,
      assistant: {
        ...assistant,
        answeredAt: (assistant.answeredAt ?? 0) + 40_000,
        startedAt: (assistant.startedAt ?? 0) + 40_000,
        endedAt: (assistant.endedAt ?? 0) + 40_000,
      },
    }));
    expect(calibrate(skewed, 40_000, NOON).recall.rate).toBe(1);
    expect(calibrate(skewed, null, NOON).recall.rate).toBe(0);
  });

  it('links nobody on a hot number, so that nothing is found and nothing wrong', () => {
    const crowd = calls(60).map(({ dialer, assistant }, n) => {
      const at = NOON + n * 2 * MINUTE;
      const number = { customerE164: '+12025550123' };
      return {
        dialer: { ...dialer, ...number, answeredAt: at, startedAt: at, endedAt: at + MINUTE },
        assistant: { ...assistant, ...number, answeredAt: at + 1_000, startedAt: at, endedAt: at + MINUTE },
      };
    });
    expect(calibrate(crowd, null, NOON)).toMatchObject({
      precision: { hits: 0, of: 0, rate: null },
      recall: { hits: 0, rate: 0 },
    });
  });

  it('of which nothing is known speaks for trust; the bound is met exactly', () => {
    const of = (hits: number, all: number) => ({ ...calibrate([], null, NOON), precision: share(hits, all) });
    expect(isPrecise(null)).toBe(true);
    expect(isPrecise(of(0, 0))).toBe(true);
    expect(isPrecise(of(995, 1_000))).toBe(true);
    expect(isPrecise(of(994, 1_000))).toBe(false);
    expect(CALIBRATION_RULES.minPrecision).toBe(0.995);
  });
});
