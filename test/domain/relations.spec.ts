import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LegKey } from '../../src/domain/leg.js';
import type { Neighbour, Relatable } from '../../src/domain/relations.js';
import { relationsOf } from '../../src/domain/relations.js';
import type { RelationKind } from '../../src/domain/words.js';
import { CHANNELS, DIRECTIONS, OUTCOMES } from '../../src/domain/words.js';
import { at, HOUR, SECOND } from '../support/calls.js';

const call = (id: string, seconds: number, fields: Partial<Relatable> = {}): Relatable => ({
  id,
  channel: 'VOICE',
  direction: 'INBOUND',
  startedAt: at(seconds),
  endedAt: at(seconds + 120),
  outcome: 'COMPLETED',
  wasConnected: true,
  isTest: false,
  ...fields,
});
const BRIDGE: LegKey = { namespace: 'conference', value: 'room-1', scope: 'BRIDGE' };
const sameCustomer = (one: Relatable): Neighbour => ({ ...one, shared: 'CUSTOMER' });
const onBridge = (one: Relatable): Neighbour => ({ ...one, shared: BRIDGE });

/** How the two stand to each other, each read from its own end. */
function between(one: Relatable, other: Relatable, share: (one: Relatable) => Neighbour) {
  const kind = (own: Relatable, neighbour: Relatable): RelationKind | null =>
    relationsOf(own, [share(neighbour)])[0]?.kind ?? null;
  return [kind(other, one), kind(one, other)];
}

const attempt = (fields: Partial<Relatable>): Partial<Relatable> => ({ direction: 'OUTBOUND', ...fields });
const UNREACHED = attempt({ wasConnected: false, outcome: 'NO_ANSWER' });
const CALLED_BACK = ['CALLBACK_OF', 'CALLED_BACK_BY'];
const RETRIED = ['RETRY_OF', 'RETRIED_BY'];
const UNRELATED = [null, null];

describe('a later call of the same customer (R10)', () => {
  it.each<[string, Partial<Relatable>, number, Partial<Relatable>, (string | null)[]]>([
    ['that the customer makes is a call-back', {}, 150, {}, CALLED_BACK],
    ['of which nobody says who made it is a call-back', {}, 150, { direction: null }, CALLED_BACK],
    ['after one that we made is a call-back', UNREACHED, 150, {}, CALLED_BACK],
    ['in a browser is a call-back', {}, 150, { channel: 'WEB' }, CALLED_BACK],
    ['one ms after the end is a call-back', { endedAt: at(150) - 1 }, 150, {}, CALLED_BACK],
    ['at the end is none', { endedAt: at(150) }, 150, {}, UNRELATED],
    ['while the first goes on is none', { endedAt: null }, 150, {}, UNRELATED],
    ['one ms before a day has passed is a call-back', {}, 24 * 3_600 - 0.001, {}, CALLED_BACK],
    ['a day after the start is none', {}, 24 * 3_600, {}, UNRELATED],
    ['that is a test is none', {}, 150, { isTest: true }, UNRELATED],
    ['that is a test after a test is a call-back', { isTest: true }, 150, { isTest: true }, CALLED_BACK],
    ['in writing is none', {}, 150, { channel: 'SMS' }, UNRELATED],
    ['after something in writing is none', { channel: 'CHAT' }, 150, {}, UNRELATED],
    ['that we make after nobody answered us is a retry', UNREACHED, 150, attempt({}), RETRIED],
    [
      'that we make after a machine answered us is a retry',
      attempt({ outcome: 'VOICEMAIL' }),
      150,
      attempt({}),
      RETRIED,
    ],
    ['that we make after we reached the customer is none', attempt({}), 150, attempt({}), UNRELATED],
    [
      'that we make after the customer reached nobody is none',
      { wasConnected: false, outcome: 'NO_ANSWER' },
      150,
      attempt({}),
      UNRELATED,
    ],
  ])('%s', (_name, first, seconds, second, expected) => {
    const calls = [call('1', 0, first), call('2', seconds, second)] as const;
    expect(between(...calls, sameCustomer)).toEqual(expected);
  });

  it('tells when it began and how long after', () => {
    const [first, second] = [call('1', 0), call('2', 150)];
    const relation = { at: at(150), gapMs: 30 * SECOND, key: null };
    expect(relationsOf(second, [sameCustomer(first)])).toEqual([
      { kind: 'CALLBACK_OF', interactionId: '1', ...relation },
    ]);
    expect(relationsOf(first, [sameCustomer(second)])).toEqual([
      { kind: 'CALLED_BACK_BY', interactionId: '2', ...relation },
    ]);
  });

  it('is about the latest that was over when it began, and about no other', () => {
    const chain = [call('1', 0), call('2', 300), call('3', 350), call('4', 600)];
    const told = chain.map((own) =>
      relationsOf(own, chain.filter((one) => one !== own).map(sameCustomer)).map(
        ({ kind, interactionId }) => `${kind} ${interactionId}`,
      ),
    );
    expect(told).toEqual([
      ['CALLED_BACK_BY 3', 'CALLED_BACK_BY 2'],
      ['CALLBACK_OF 1'],
      ['CALLED_BACK_BY 4', 'CALLBACK_OF 1'],
      ['CALLBACK_OF 3'],
    ]);
  });
});

describe('a bridge that legs of both were on (R9)', () => {
  it.each<[string, number, string | null]>([
    ['relates those that overlap', 60, 'SHARED_BRIDGE'],
    ['relates one after the other', HOUR / 1_000, 'SHARED_BRIDGE'],
    ['relates those that began a day apart', 24 * 3_600, 'SHARED_BRIDGE'],
    ['is another one when it comes back later', 24 * 3_600 + 0.001, null],
  ])('%s', (_name, seconds, expected) => {
    expect(between(call('1', 0), call('2', seconds), onBridge)).toEqual([expected, expected]);
  });

  it('is told with its key, and with how long they overlapped', () => {
    expect(relationsOf(call('2', 60), [onBridge(call('1', 0))])).toEqual([
      { kind: 'SHARED_BRIDGE', interactionId: '1', at: at(60), gapMs: -60 * SECOND, key: BRIDGE },
    ]);
  });

  it('relates once, however many bridges they share, and beside a call-back', () => {
    const first = call('1', 0);
    const neighbours = [onBridge(first), onBridge(first), sameCustomer(first)];
    expect(
      relationsOf(call('2', 150), neighbours)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['CALLBACK_OF', 'SHARED_BRIDGE']);
  });
});

describe('whatever there is', () => {
  const INVERSE: Record<RelationKind, RelationKind> = {
    CALLBACK_OF: 'CALLED_BACK_BY',
    CALLED_BACK_BY: 'CALLBACK_OF',
    RETRY_OF: 'RETRIED_BY',
    RETRIED_BY: 'RETRY_OF',
    PREVIOUS: 'NEXT',
    NEXT: 'PREVIOUS',
    SHARED_BRIDGE: 'SHARED_BRIDGE',
  };
  const some = fc.array(
    fc.record({
      channel: fc.constantFrom(...CHANNELS.slice(0, 3)),
      direction: fc.constantFrom(...DIRECTIONS, null),
      start: fc.nat({ max: 40 }),
      length: fc.option(fc.nat({ max: 5 })),
      outcome: fc.constantFrom(...OUTCOMES, null),
      wasConnected: fc.boolean(),
      isTest: fc.boolean(),
    }),
    { minLength: 2, maxLength: 8 },
  );
  const callsOf = (drawn: typeof some extends fc.Arbitrary<infer T> ? T : never): Relatable[] =>
    drawn.map(({ start, length, ...rest }, place) => ({
      id: String(place),
      ...rest,
      startedAt: at(start * 3_600),
      endedAt: length === null ? null : at((start + length) * 3_600),
    }));

  it('both ends tell of the same relation, in any order of the neighbours', () => {
    fc.assert(
      fc.property(some, fc.boolean(), (drawn, isBridge) => {
        const calls = callsOf(drawn);
        const share = isBridge ? onBridge : sameCustomer;
        const edges = new Set(
          calls.flatMap((own) => {
            const neighbours = calls.filter((one) => one !== own).map(share);
            const relations = relationsOf(own, neighbours);
            expect(relationsOf(own, [...neighbours].reverse())).toEqual(relations);
            return relations.map(({ kind, interactionId, at: when, gapMs }) =>
              [own.id, kind, interactionId, when, gapMs].join(' '),
            );
          }),
        );
        for (const edge of edges) {
          const [from = '', kind = '', to = '', ...facts] = edge.split(' ');
          expect(edges).toContain([to, INVERSE[kind as RelationKind], from, ...facts].join(' '));
        }
      }),
      { numRuns: 500 },
    );
  });
});
