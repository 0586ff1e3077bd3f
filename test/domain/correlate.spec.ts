import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CannotLink, KeyFault } from '../../src/domain/correlate.js';
import { canonicalNamespace, keyFault, keysOfLeg, partition } from '../../src/domain/correlate.js';
import type { LegKey } from '../../src/domain/leg.js';
import type { Joinable } from '../../src/domain/reach.js';
import { KEY_LIMITS } from '../../src/domain/reach.js';
import type { KeyScope } from '../../src/domain/words.js';
import { HOUR, NOON, SECOND, call } from '../support/calls.js';

const key = (value: string, namespace = 'interaction_id', scope: KeyScope = 'INTERACTION'): LegKey => ({
  namespace,
  value,
  scope,
});

/** A leg that began so many ms after noon; its id is its name, its external id too. */
const leg = (externalId: string, startMs: number, ...keys: (string | LegKey)[]): Joinable => ({
  leg: call('DIALER', { externalId, id: externalId, startedAt: NOON + startMs }),
  keys: keys.map((one) => (typeof one === 'string' ? key(one) : one)),
});

const groups = (joinables: readonly Joinable[], cannotLink: readonly CannotLink[] = []): string[][] =>
  partition(joinables, { apart: cannotLink }).groups.map((group) => group.legIds);

/** The partition as a set of sets. */
const setOfSets = (parts: readonly string[][]): string[] =>
  parts.map((part) => [...part].sort().join(' ')).sort();

describe('every spelling of our correlation id is one namespace (R5)', () => {
  it.each([
    'interaction_id',
    'interaction-id',
    'interactionId',
    'InteractionID',
    'INTERACTION_ID',
    'X-Interaction-Id',
    'x-interaction-id',
    'x_interaction_id',
    'sip_header_x-interaction-id',
    'SipHeader_X-Interaction-Id',
    'sip_h_X-Interaction-Id',
    'sip.h.x-interaction-id',
    'sip.h.X-Interaction-ID',
    ' interaction_id ',
  ])('%j', (spelling) => {
    expect(canonicalNamespace(spelling)).toBe('interaction_id');
  });

  it.each([
    ['Twilio_Call_SID', 'twilio_call_sid'],
    ['my_interaction_id', 'my_interaction_id'],
    ['interaction_id_old', 'interaction_id_old'],
    ['parent_interaction', 'parent_interaction'],
    ['sip_call_id', 'sip_call_id'],
  ])('%j is a namespace of its own', (namespace, canonical) => {
    expect(canonicalNamespace(namespace)).toBe(canonical);
  });
});

describe('a bad key joins nothing (R8)', () => {
  it.each<[string, KeyFault | null]>([
    ['', 'EMPTY'],
    ['  ', 'EMPTY'],
    ['00000000-0000-0000-0000-000000000000', 'PLACEHOLDER'],
    ['00000000000000000000000000000000', 'PLACEHOLDER'],
    ['0', 'PLACEHOLDER'],
    ['-', 'PLACEHOLDER'],
    ['anonymous', 'PLACEHOLDER'],
    ['Anonymous', 'PLACEHOLDER'],
    [' UNKNOWN ', 'PLACEHOLDER'],
    ['unknown', 'PLACEHOLDER'],
    ['restricted', 'PLACEHOLDER'],
    ['unavailable', 'PLACEHOLDER'],
    ['private', 'PLACEHOLDER'],
    ['withheld', 'PLACEHOLDER'],
    ['none', 'PLACEHOLDER'],
    ['null', 'PLACEHOLDER'],
    ['nil', 'PLACEHOLDER'],
    ['undefined', 'PLACEHOLDER'],
    ['N/A', 'PLACEHOLDER'],
    ['own-1', 'OWN_ID'],
    [' own-1 ', 'OWN_ID'],
    ['OWN-1', null],
    ['anonymous-7', null],
    ['00000000-0000-0000-0000-000000000001', null],
    ['10', null],
  ])('%j: %s', (value, fault) => {
    expect(keyFault({ namespace: 'interaction_id', value }, 'own-1')).toBe(fault);
  });

  it('knows the own id in either case when it is a UUID', () => {
    const own = '0192F0A4-7C11-7E3A-9D42-5B8E6F1C2D30';
    expect(keyFault({ namespace: 'interaction_id', value: own.toLowerCase() }, own)).toBe('OWN_ID');
  });
});

describe('the keys of a leg', () => {
  const stated = (value: string, namespace = 'interaction_id') => ({ namespace, value });

  it('are what it states, cleaned, each once', () => {
    const { keys, faults } = keysOfLeg(
      [
        stated(' 0192F0A4-7C11-7E3A-9D42-5B8E6F1C2D30 ', 'X-Interaction-Id'),
        stated('0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30'),
        { ...stated('C-7', 'CRM'), scope: 'CUSTOMER' },
      ],
      'own-1',
      null,
    );
    expect(keys).toEqual([key('0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30'), key('C-7', 'crm', 'CUSTOMER')]);
    expect(faults).toEqual([]);
  });

  it('leave out bad ones, each with its fault as a warning', () => {
    const bad = [stated(''), stated('anonymous'), stated('own-1')];
    expect(keysOfLeg([...bad, stated('good')], 'own-1', null)).toEqual({
      keys: [key('good')],
      faults: [
        { key: bad[0], fault: 'EMPTY' },
        { key: bad[1], fault: 'PLACEHOLDER' },
        { key: bad[2], fault: 'OWN_ID' },
      ],
    });
  });

  it('have the own id under the name that other systems use for it: identity, which can be met', () => {
    expect(keysOfLeg([], 'CA1', 'twilio_call_sid')).toEqual({
      keys: [key('CA1', 'twilio_call_sid')],
      faults: [],
    });
  });

  it('take a stated own id under that very name for the same identity, without a warning', () => {
    expect(keysOfLeg([stated('CA1', 'Twilio_Call_Sid')], 'CA1', 'twilio_call_sid')).toEqual({
      keys: [key('CA1', 'twilio_call_sid')],
      faults: [],
    });
  });

  it('know that name in any spelling', () => {
    expect(keysOfLeg([stated('CA1', 'twilio_call_sid')], 'CA1', 'Twilio_Call_Sid')).toEqual({
      keys: [key('CA1', 'twilio_call_sid')],
      faults: [],
    });
  });

  it('warn of the own id under any other name', () => {
    const own = stated('CA1');
    expect(keysOfLeg([own], 'CA1', 'twilio_call_sid')).toEqual({
      keys: [key('CA1', 'twilio_call_sid')],
      faults: [{ key: own, fault: 'OWN_ID' }],
    });
  });
});

describe('equal strong keys join (R5)', () => {
  it('two legs, whatever the time between them up to a day', () => {
    expect(groups([leg('a', 0, 'k'), leg('b', 5 * HOUR, 'k')])).toEqual([['a', 'b']]);
  });

  it('over any number of hops', () => {
    const chain = Array.from({ length: 10 }, (_, n) => leg(`l${n}`, n, `k${n}`, `k${n + 1}`));
    expect(groups(chain)).toEqual([chain.map((one) => one.leg.id)]);
  });

  it('not across namespaces', () => {
    expect(groups([leg('a', 0, key('k', 'one')), leg('b', 1, key('k', 'two'))])).toEqual([['a'], ['b']]);
  });

  it('not a namespace that ends where another value begins', () => {
    expect(groups([leg('a', 0, key('b/c', 'a')), leg('b', 1, key('c', 'a/b'))])).toEqual([['a'], ['b']]);
  });

  it.each<[KeyScope, string[][]]>([
    ['INTERACTION', [['a', 'b']]],
    ['BRIDGE', [['a'], ['b']]],
    ['CUSTOMER', [['a'], ['b']]],
  ])('in scope %s: %j (R9)', (scope, expected) => {
    expect(groups([leg('a', 0, key('k', 'n', scope)), leg('b', 1, key('k', 'n', scope))])).toEqual(expected);
  });

  it('never legs that have no key', () => {
    expect(groups([leg('a', 0), leg('b', 0)])).toEqual([['a'], ['b']]);
    expect(groups([])).toEqual([]);
  });

  it('lists groups and their members earliest first', () => {
    const legs = [leg('d', 4, 'z'), leg('c', 3, 'a', 'z'), leg('b', 2), leg('a', 1, 'a')];
    expect(groups(legs)).toEqual([['a', 'c', 'd'], ['b']]);
  });

  it('lists groups earliest first also when a later leg held one together', () => {
    const legs = [leg('l0', 0, 'k1'), leg('l1', 1), leg('l2', 2, 'k2'), leg('l3', 3, 'k1', 'k2')];
    expect(groups(legs)).toEqual([['l0', 'l2', 'l3'], ['l1']]);
  });

  it('keeps the evidence of every link: the key, and with whom', () => {
    const { groups: found } = partition([
      leg('a', 0, 'k'),
      leg('b', 1, 'k', 'm'),
      leg('c', 2, 'm'),
      leg('d', 3, 'x'),
    ]);
    expect(found.map(({ shared }) => Object.fromEntries(shared))).toEqual([
      {
        a: [{ key: key('k'), withLegIds: ['b'] }],
        b: [
          { key: key('k'), withLegIds: ['a'] },
          { key: key('m'), withLegIds: ['c'] },
        ],
        c: [{ key: key('m'), withLegIds: ['b'] }],
      },
      { d: [] },
    ]);
  });
});

describe('a strong key that reaches too far is quarantined (R8)', () => {
  const crowd = (size: number) =>
    Array.from({ length: size }, (_, n) => leg(`l${String(n).padStart(2, '0')}`, n, 'k'));

  it('joins 64 legs', () => {
    expect(KEY_LIMITS.legs).toBe(64);
    const { groups: found, quarantined } = partition(crowd(64));
    expect(found.map((group) => group.legIds.length)).toEqual([64]);
    expect(quarantined).toEqual([]);
  });

  it('joins none of 65 legs', () => {
    const { groups: found, quarantined } = partition(crowd(65));
    expect(found.map((group) => group.legIds.length)).toEqual(Array.from({ length: 65 }, () => 1));
    expect(quarantined).toEqual([key('k')]);
  });

  it.each<[string, number, string[][]]>([
    ['one ms less than a day', 24 * HOUR - 1, [['a', 'b', 'c']]],
    ['a day', 24 * HOUR, [['a', 'b', 'c']]],
    ['one ms more than a day', 24 * HOUR + 1, [['a', 'b'], ['c']]],
  ])('by time joins only what began within a day of its first leg: %s', (_name, spread, expected) => {
    const legs = [leg('a', 0, 'k'), leg('b', HOUR, 'k'), leg('c', spread, 'k')];
    expect(groups(legs)).toEqual(expected);
    const { quarantined, tooFar } = partition(legs);
    expect(quarantined).toEqual(expected.length === 1 ? [] : [key('k')]);
    expect([...tooFar]).toEqual(expected.length === 1 ? [] : [['c', [key('k')]]]);
  });

  it('by time joins nothing that is later, not even with each other', () => {
    const late = [leg('c', 25 * HOUR, 'k'), leg('d', 25 * HOUR + 1, 'k')];
    expect(groups([leg('a', 0, 'k'), leg('b', 1, 'k'), ...late])).toEqual([['a', 'b'], ['c'], ['d']]);
  });

  it('still joins the same legs by another key', () => {
    const legs = [leg('a', 0, 'k', 'm'), leg('b', 25 * HOUR, 'k'), leg('c', 1, 'm')];
    expect(groups(legs)).toEqual([['a', 'c'], ['b']]);
  });

  it('lets a chain of keys be longer than a day when no single key is', () => {
    expect(groups([leg('a', 0, 'k'), leg('b', 20 * HOUR, 'k', 'm'), leg('c', 40 * HOUR, 'm')])).toEqual([
      ['a', 'b', 'c'],
    ]);
  });
});

describe('what a person has parted stays parted (R18)', () => {
  const three = [leg('a', 0, 'k'), leg('b', 1, 'k'), leg('c', 2, 'k')];

  it('takes one leg out of a group and keeps the others together, whichever leg it is', () => {
    expect(
      groups(three, [
        ['a', 'b'],
        ['a', 'c'],
      ]),
    ).toEqual([['a'], ['b', 'c']]);
    expect(
      groups(three, [
        ['b', 'a'],
        ['b', 'c'],
      ]),
    ).toEqual([['a', 'c'], ['b']]);
    expect(
      groups(three, [
        ['c', 'a'],
        ['c', 'b'],
      ]),
    ).toEqual([['a', 'b'], ['c']]);
  });

  it('holds over hops: a leg between two parted ones goes with the earlier', () => {
    const chain = [leg('a', 0, 'k'), leg('b', 1, 'k', 'm'), leg('c', 2, 'm')];
    expect(groups(chain, [['a', 'c']])).toEqual([['a', 'b'], ['c']]);
  });

  it('means the same in either direction, and nothing for legs that are not here', () => {
    expect(groups(three, [['c', 'a']])).toEqual(groups(three, [['a', 'c']]));
    expect(groups(three, [['a', 'elsewhere']])).toEqual([['a', 'b', 'c']]);
  });

  it('shows no evidence across the parting', () => {
    const apart: CannotLink[] = [
      ['a', 'b'],
      ['a', 'c'],
    ];
    const { groups: found, overruled } = partition(three, { apart });
    expect(Object.fromEntries(overruled)).toEqual({ a: [key('k')], b: [key('k')], c: [key('k')] });
    expect(found.map(({ shared }) => Object.fromEntries(shared))).toEqual([
      { a: [] },
      {
        b: [{ key: key('k'), withLegIds: ['c'] }],
        c: [{ key: key('k'), withLegIds: ['b'] }],
      },
    ]);
  });
});

describe('the partition is a function of the set of legs (property)', () => {
  const legs = fc
    .array(
      fc.record({
        start: fc.constantFrom(0, SECOND, HOUR, 24 * HOUR, 24 * HOUR + 1),
        keys: fc.uniqueArray(fc.constantFrom('k1', 'k2', 'k3', 'k4'), { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 9 },
    )
    .map((drafts) => drafts.map(({ start, keys }, n) => leg(`l${n}`, start, ...keys)));
  const pairs = fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 3 });
  const history = fc.record({ legs, pairs, ranks: fc.array(fc.nat(99), { minLength: 9, maxLength: 9 }) });
  const parted = (drafts: readonly (readonly [number, number])[]): CannotLink[] =>
    drafts.filter(([a, b]) => a !== b).map(([a, b]) => [`l${a}`, `l${b}`]);
  const shuffle = <T>(items: readonly T[], ranks: readonly number[]): T[] =>
    items
      .map((item, place) => ({ item, rank: ranks[place] ?? 0 }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ item }) => item);

  it('never depends on the order of the legs, of their keys or of the partings', () => {
    fc.assert(
      fc.property(history, ({ legs: all, pairs: drafts, ranks }) => {
        const apart = parted(drafts);
        const mixed = shuffle(all, ranks).map(({ leg: one, keys }) => ({
          leg: one,
          keys: [...keys].reverse(),
        }));
        const turned = shuffle(apart, ranks).map(([a, b]): CannotLink => [b, a]);
        expect(partition(mixed, { apart: turned })).toEqual(partition(all, { apart }));
      }),
      { numRuns: 2_000 },
    );
  });

  it('puts every leg into exactly one group, and no two parted legs into the same', () => {
    fc.assert(
      fc.property(history, ({ legs: all, pairs: drafts }) => {
        const apart = parted(drafts);
        const found = groups(all, apart);
        expect(found.flat().sort()).toEqual(all.map((one) => one.leg.id).sort());
        for (const [a, b] of apart)
          expect(found.some((group) => group.includes(a) && group.includes(b))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the reach over shared keys where nothing is parted', () => {
    fc.assert(
      fc.property(history, ({ legs: all }) => {
        const { groups: found, tooFar } = partition(all);
        const trusted = all.map((one) => withoutKeys(one, tooFar.get(one.leg.id) ?? []));
        expect(setOfSets(found.map((group) => group.legIds))).toEqual(setOfSets(reach(trusted)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves no two groups apart that share a usable key, unless a person parted some of their legs', () => {
    fc.assert(
      fc.property(history, ({ legs: all, pairs: drafts }) => {
        const apart = parted(drafts);
        const { groups: found, tooFar } = partition(all, { apart });
        const valuesOf = new Map(
          all
            .map((one) => withoutKeys(one, tooFar.get(one.leg.id) ?? []))
            .map(({ leg: { id }, keys }) => [id, keys.map(({ value }) => value)]),
        );
        const meet = (one: readonly string[], other: readonly string[]) =>
          one.some((a) =>
            other.some((b) => valuesOf.get(a)?.some((value) => valuesOf.get(b)?.includes(value))),
          );
        const mayMeet = (one: readonly string[], other: readonly string[]) =>
          !apart.some(
            ([a, b]) => (one.includes(a) && other.includes(b)) || (one.includes(b) && other.includes(a)),
          );
        for (const [place, one] of found.entries())
          for (const other of found.slice(place + 1))
            expect(meet(one.legIds, other.legIds) && mayMeet(one.legIds, other.legIds)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});

const withoutKeys = ({ leg: one, keys }: Joinable, ignored: readonly LegKey[]): Joinable => ({
  leg: one,
  keys: keys.filter(({ value }) => !ignored.some((key) => key.value === value)),
});

/** The plainest way to the same answer: spread over shared keys until nothing moves. */
function reach(all: readonly Joinable[]): string[][] {
  const left = new Map(all.map((one) => [one.leg.id, one]));
  const parts: string[][] = [];
  for (const start of all) {
    if (!left.delete(start.leg.id)) continue;
    const part = [start];
    for (const member of part)
      for (const other of [...left.values()])
        if (member.keys.some((mine) => other.keys.some(({ value }) => value === mine.value))) {
          left.delete(other.leg.id);
          part.push(other);
        }
    parts.push(part.map((one) => one.leg.id));
  }
  return parts;
}
