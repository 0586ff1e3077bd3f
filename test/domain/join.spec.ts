import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LegPair } from '../../src/domain/correlate.js';
import type { Joined, WeakPair } from '../../src/domain/join.js';
import { joinedAt, joinLegs } from '../../src/domain/join.js';
import type { Joinable } from '../../src/domain/reach.js';
import type { Role } from '../../src/domain/words.js';
import { at, call, ended } from '../support/calls.js';

/** A leg that began so many seconds after noon and lasted a hundred; its id says what it is. */
const leg = (role: Role, id: string, start: number, ...keys: string[]): Joinable => ({
  leg: { ...ended(role, start, start + 100), id, externalId: id },
  keys: keys.map((value) => ({ namespace: 'interaction_id', value, scope: 'INTERACTION' })),
});
const d = (id: string, start = 0, ...keys: string[]) => leg('DIALER', id, start, ...keys);
const a = (id: string, start = 1, ...keys: string[]) => leg('ASSISTANT', id, start, ...keys);

const weak = (dialerId: string, assistantId: string, points = 100): WeakPair => ({
  dialerId,
  assistantId,
  points,
});

const join = (
  legs: readonly Joinable[],
  pairs: readonly WeakPair[] = [],
  { together = [], apart = [] }: { together?: LegPair[]; apart?: LegPair[] } = {},
): Joined => joinLegs(legs, { together, apart }, pairs);

const groups = (joined: Joined) => joined.groups.map(({ legIds }) => legIds.join(' '));

describe('a weak pair', () => {
  it('makes two halves one group that says so', () => {
    const pair = weak('d1', 'a1');
    const { groups: made, lapsed, orphans } = join([d('d1'), a('a1')], [pair]);
    expect(made).toMatchObject([{ legIds: ['d1', 'a1'], weak: pair }]);
    expect([lapsed, orphans]).toEqual([[], ['d1', 'a1']]);
  });

  it('brings along what a key holds with either half', () => {
    const human = leg('HUMAN', 'h1', 60, 'k');
    const joined = join([d('d1'), a('a1', 1, 'k'), human], [weak('d1', 'a1')]);
    expect(groups(joined)).toEqual(['d1 a1 h1']);
  });

  it('lapses when a key finds the partner of one half, and the other is an orphan again', () => {
    const joined = join([d('d1', 0, 'k'), a('a1'), a('a2', 2, 'k')], [weak('d1', 'a1')]);
    expect(groups(joined)).toEqual(['d1 a2', 'a1']);
    expect([joined.lapsed, joined.orphans]).toEqual([[weak('d1', 'a1')], ['a1']]);
  });

  it('lapses when a person parts any legs of the two groups', () => {
    const legs = [d('d1', 0, 'k'), d('d2', 1, 'k'), a('a1')];
    const joined = join(legs, [weak('d1', 'a1')], { apart: [['a1', 'd2']] });
    expect(groups(joined)).toEqual(['d1 d2', 'a1']);
    expect(joined.lapsed).toEqual([weak('d1', 'a1')]);
  });

  it('lapses when one of its halves is not there', () => {
    expect(join([d('d1')], [weak('d1', 'a1')]).lapsed).toEqual([weak('d1', 'a1')]);
  });

  it('lapses when a person has put its halves together: it is not needed any more', () => {
    const joined = join([d('d1'), a('a1')], [weak('d1', 'a1')], { together: [['a1', 'd1']] });
    expect(joined.groups).toMatchObject([{ legIds: ['d1', 'a1'], weak: null }]);
    expect([joined.lapsed, joined.orphans]).toEqual([[weak('d1', 'a1')], []]);
  });

  it('gives way to a better one of the same half, and never chains', () => {
    const pairs = [weak('d1', 'a1', 90), weak('d1', 'a2', 95), weak('d2', 'a1', 91)];
    const joined = join([d('d1'), d('d2'), a('a1'), a('a2')], pairs);
    expect(groups(joined).sort()).toEqual(['d1 a2', 'd2 a1']);
    expect(joined.lapsed).toEqual([weak('d1', 'a1', 90)]);
  });

  it('lends the keys of its halves to nobody', () => {
    const legs = [d('d1', 0, 'k'), d('d2', 1, 'k'), a('a1', 1, 'l'), leg('HUMAN', 'h1', 50, 'm')];
    const joined = join(legs, [weak('d1', 'a1')]);
    expect(groups(joined)).toEqual(['d1 d2 a1', 'h1']);
    expect(joined.groups[0]?.shared.get('a1')).toEqual([]);
  });
});

describe('an orphan', () => {
  it.each<[string, Joinable[], string[]]>([
    ['is an answered dialer that has ended alone', [d('d1')], ['d1']],
    ['is an assistant that has ended alone', [a('a1')], ['a1']],
    ['is not one who has its other half', [d('d1', 0, 'k'), a('a1', 1, 'k')], []],
    [
      'is not a dialer that was never answered',
      [{ ...d('d1'), leg: { ...ended('DIALER', null, 30), id: 'd1', externalId: 'd1' } }],
      [],
    ],
    [
      'is not one that goes on',
      [{ leg: call('DIALER', { id: 'd1', state: 'ACTIVE', answeredAt: at(0) }), keys: [] }],
      [],
    ],
    ['is no person and no chat', [leg('HUMAN', 'h1', 0), leg('CHAT', 'c1', 0)], []],
    ['is the first that was answered of several attempts', [d('d1', 0, 'k'), d('d2', 5, 'k')], ['d1']],
    ['is one though a person is in its call', [d('d1', 0, 'k'), leg('HUMAN', 'h1', 5, 'k')], ['d1']],
  ])('%s', (_rule, legs, orphans) => {
    expect(join(legs).orphans).toEqual(orphans);
  });

  it('could have met its other half when it was answered, an assistant also when it began', () => {
    const times = { answeredAt: null, startedAt: at(3) };
    expect(joinedAt(call('ASSISTANT', times))).toBe(at(3));
    expect(joinedAt(call('ASSISTANT', { ...times, answeredAt: at(4) }))).toBe(at(4));
    expect(joinedAt(call('DIALER', times))).toBeNull();
    expect(joinedAt(call('HUMAN', { answeredAt: at(4) }))).toBeNull();
  });
});

describe('whatever weak pairs there are', () => {
  const worlds = fc.record({
    keys: fc.array(fc.constantFrom('', '', 'k', 'l'), { minLength: 6, maxLength: 6 }),
    pairs: fc.uniqueArray(
      fc.record({ dialer: fc.nat(2), assistant: fc.nat(2), points: fc.constantFrom(85, 90, 95) }),
      { selector: ({ dialer, assistant }) => `${dialer}/${assistant}`, maxLength: 6 },
    ),
    order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
  });

  it('every leg is in one group, one weak pair at most holds it, none lapses that holds, and order is nothing (property)', () => {
    fc.assert(
      fc.property(worlds, ({ keys, pairs, order }) => {
        const legs = keys.map((value, n) =>
          (n < 3 ? d : a)(`${n < 3 ? 'd' : 'a'}${n % 3}`, n % 3, ...(value === '' ? [] : [value])),
        );
        const all = pairs.map(({ dialer, assistant, points }) => weak(`d${dialer}`, `a${assistant}`, points));
        const joined = join(legs, all);
        expect(joined.groups.flatMap(({ legIds }) => legIds).sort()).toEqual(
          legs.map(({ leg: { id } }) => id).sort(),
        );
        const held = joined.groups.flatMap((group) => group.weak ?? []);
        expect(held.length + joined.lapsed.length).toBe(all.length);
        for (const { legIds, weak: pair } of joined.groups)
          if (pair !== null)
            expect(legIds).toEqual(expect.arrayContaining([pair.dialerId, pair.assistantId]));
        const shuffled = join(
          order.flatMap((n) => legs[n] ?? []),
          [...all].reverse(),
        );
        expect(groups(shuffled)).toEqual(groups(joined));
      }),
    );
  });
});
