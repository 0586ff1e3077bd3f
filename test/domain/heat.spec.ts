import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TimedLeg } from '../../src/domain/heat.js';
import { concerned, HEAT_READS, HEAT_RULES, hotAmong } from '../../src/domain/heat.js';

const HOUR = 3_600_000;
const SPAN = HEAT_RULES.withinMs;

/** So many legs, one after the other by the step. */
const legs = (count: number, from: number, step: number, name = 'x'): TimedLeg[] =>
  Array.from({ length: count }, (_, n) => ({
    legId: `${name}${String(n).padStart(3, '0')}`,
    at: from + n * step,
  }));

describe('a number', () => {
  it('is hot from 41 legs in eight hours', () => {
    expect(HEAT_RULES).toEqual({ legs: 40, withinMs: 8 * HOUR });
    expect(hotAmong(legs(40, 0, 1))).toEqual(new Set());
    const crowd = legs(41, 0, 1);
    expect(hotAmong(crowd)).toEqual(new Set(crowd.map(({ legId }) => legId)));
  });

  it.each([
    ['before', 0],
    ['in the midst', 20],
    ['after', 40],
  ])('is hot for a leg that comes %s the others', (_where, place) => {
    const crowd = legs(41, 0, 60_000);
    expect(hotAmong(crowd).has(crowd[place]?.legId ?? '')).toBe(true);
  });

  it('is not hot by legs that no eight hours hold', () => {
    expect(hotAmong(legs(41, 0, SPAN / 40)).size).toBe(0);
    expect(hotAmong(legs(41, 0, SPAN / 40 - 1)).size).toBe(41);
  });

  it('is hot for those of its legs that are in a crowd, and for no others', () => {
    const [crowd, lone] = [legs(41, 0, 1), legs(3, 20 * HOUR, 1, 'y')];
    expect(hotAmong([...lone, ...crowd])).toEqual(new Set(crowd.map(({ legId }) => legId)));
  });
});

describe('a leg that comes or goes', () => {
  const crowds = fc
    .array(fc.integer({ min: 0, max: 30 }), { minLength: 30, maxLength: 160 })
    .map((hours) => hours.map((hour, n): TimedLeg => ({ legId: `l${n}`, at: hour * HOUR + n })));

  it('changes the heat of nobody but of those whom it concerns, told by the legs nearest to it (property)', () => {
    fc.assert(
      fc.property(crowds, fc.nat(), (all, which) => {
        const leg = all[which % all.length];
        if (leg === undefined) return;
        const without = all.filter((one) => one !== leg);
        const [hotWith, hotWithout] = [hotAmong(all), hotAmong(without)];
        const turned = without
          .map(({ legId }) => legId)
          .filter((id) => hotWith.has(id) !== hotWithout.has(id));
        const near = nearest(all, leg.at);
        const told = concerned(near, leg.at).map(({ legId }) => legId);
        expect(told).toEqual(expect.arrayContaining([...turned, leg.legId]));
        const hotNear = hotAmong(near);
        for (const id of told) expect(hotNear.has(id)).toBe(hotWith.has(id));
      }),
    );
  });
});

/** As many as are read, before and after a time. */
function nearest(all: readonly TimedLeg[], at: number): TimedLeg[] {
  const sorted = [...all].sort((a, b) => a.at - b.at);
  const before = sorted.filter((leg) => leg.at <= at);
  const after = sorted.filter((leg) => leg.at > at);
  return [...before.slice(-HEAT_READS), ...after.slice(0, HEAT_READS)];
}
