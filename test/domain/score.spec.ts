import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateOffset } from '../../src/domain/clock.js';
import type {
  DecideOptions,
  FeatureName,
  ScoreContext,
  ScoredLeg,
  ScoredPair,
  Veto,
} from '../../src/domain/score.js';
import {
  decidePairs,
  FEATURE_NAMES,
  LINK_RULES,
  OBSTACLES,
  scorePair,
  VETOES,
} from '../../src/domain/score.js';

const NOON = Date.UTC(2026, 8, 14, 12);
const at = (seconds: number): number => NOON + Math.round(seconds * 1_000);
const CALM: ScoreContext = { offsetMs: null, hot: false };

/** A dialer leg answered at 0 s and ended at 100 s; the assistant was there from 4 s to 99 s. */
const dialer = (fields: Partial<ScoredLeg> = {}): ScoredLeg => ({
  legId: 'd1',
  tenantId: 'tenant',
  role: 'DIALER',
  direction: 'INBOUND',
  campaign: 'spring',
  customerE164: '+12025550123',
  customerWithheld: false,
  did: '+12025550199',
  answeredAt: at(0),
  startedAt: at(-8),
  endedAt: at(100),
  isTest: false,
  hasPartner: false,
  ...fields,
});
const assistant = (fields: Partial<ScoredLeg> = {}): ScoredLeg =>
  dialer({ legId: 'a1', role: 'ASSISTANT', answeredAt: null, startedAt: at(4), endedAt: at(99), ...fields });

type Legs = [dialer: Partial<ScoredLeg>, assistant: Partial<ScoredLeg>];
const score = ([d, a]: Legs, context = CALM) => scorePair(dialer(d), assistant(a), context);
const feature = (name: FeatureName, ...legs: Legs) => score(legs).features.find((one) => one.name === name);

const OPTIONS: DecideOptions = { ...LINK_RULES, cannotLink: [] };

/** A pair whose score alone matters. */
const scored = (dialerId: string, assistantId: string, points: number, fields: Partial<ScoredPair> = {}) => ({
  dialerId,
  assistantId,
  score: { points, features: [], vetoes: [] },
  hot: false,
  ...fields,
});
const pairsOf = (
  dialers: readonly ScoredLeg[],
  assistants: readonly ScoredLeg[],
  context = CALM,
): ScoredPair[] =>
  dialers.flatMap((d) =>
    assistants.map((a) => ({
      dialerId: d.legId,
      assistantId: a.legId,
      score: scorePair(d, a, context),
      hot: false,
    })),
  );
const names = (decisions: readonly { dialerId: string; assistantId: string }[]) =>
  decisions.map((one) => `${one.dialerId}-${one.assistantId}`);

describe('the points of a pair', () => {
  it('add up to those of its features, each of which is named', () => {
    const { points, features, vetoes } = score([{}, {}]);
    expect(points).toBe(40 + 15 + 20 + 15 + 10 + 5);
    expect(features).toEqual([
      { name: 'CUSTOMER_NUMBER', value: 'E164', points: 40 },
      { name: 'DID', value: 'E164', points: 15 },
      { name: 'CUSTOMER_KEY', value: 'UNKNOWN', points: 0 },
      { name: 'BRIDGE', value: 'UNKNOWN', points: 0 },
      { name: 'JOIN_DELAY_MS', value: 4_000, points: 20 },
      { name: 'SHARE_INSIDE', value: 1, points: 15 },
      { name: 'END_GAP_MS', value: -1_000, points: 10 },
      { name: 'DIRECTION', value: 'SAME', points: 5 },
      { name: 'NUMBER_HEAT', value: 'NORMAL', points: 0 },
    ]);
    expect(vetoes).toEqual([]);
  });

  it('are none for what is not told', () => {
    const silent = {
      customerE164: null,
      did: null,
      direction: null,
      answeredAt: null,
      startedAt: null,
      endedAt: null,
    };
    const { points, features, vetoes } = score([silent, silent]);
    expect(points).toBe(0);
    expect(features.map(({ value }) => value)).toEqual([...Array<string>(8).fill('UNKNOWN'), 'NORMAL']);
    expect(vetoes).toEqual(['DIALER_NEVER_ANSWERED']);
  });

  it.each([
    ['+12025550123', '+12025550123', 'E164', 40],
    ['+5511987654321', '+551187654321', 'VARIANT', 34],
    ['+12025550123', '2025550123', 'LAST_9', 32],
    ['+12025550123', '+13035550123', 'LAST_6', 12],
    ['+12025550123', '+12025550124', 'DIFFERENT', 0],
    ['+12025550123', null, 'UNKNOWN', 0],
    [null, null, 'UNKNOWN', 0],
  ])('count the customers %j and %j as %s: %i', (a, b, value, points) => {
    const found = feature('CUSTOMER_NUMBER', { customerE164: a }, { customerE164: b });
    expect(found).toMatchObject({ value, points });
  });

  it.each([
    ['+12025550199', '+12025550199', 15],
    ['+5511987654321', '+551187654321', 15],
    ['+12025550199', '2025550199', 0],
    ['+12025550199', '+13035550199', -20],
    ['+12025550199', '+12025550198', -20],
    ['+12025550199', null, 0],
  ])('count the DIDs %j and %j: %i', (a, b, points) => {
    expect(feature('DID', { did: a }, { did: b })).toMatchObject({ points });
  });

  it.each([
    [-5.001, -15],
    [-5, 10],
    [-2.001, 10],
    [-2, 20],
    [10, 20],
    [10.001, 10],
    [30, 10],
    [30.001, 3],
    [60, 3],
    [60.001, -15],
  ])('count an assistant that starts %d s after the answer: %i', (seconds, points) => {
    const value = Math.round(seconds * 1_000);
    expect(feature('JOIN_DELAY_MS', {}, { startedAt: at(seconds) })).toMatchObject({ value, points });
  });

  it.each([
    [100, 15],
    [95, 15],
    [94.999, 8],
    [70, 8],
    [69.999, 0],
    [30, 0],
    [29.999, -20],
    [0, -20],
  ])('count an assistant of 100 s that shares %d s with the dialer: %i', (shared, points) => {
    const legs: Legs = [{ endedAt: at(shared) }, { startedAt: at(0), endedAt: at(100) }];
    expect(feature('SHARE_INSIDE', ...legs)).toMatchObject({ value: shared / 100, points });
  });

  it.each([
    ['inside', 50, 1, 15],
    ['at the start of', -8, 1, 15],
    ['at the end of', 100, 1, 15],
    ['outside', 101, 0, -20],
  ])(
    'count an assistant without length %s the dialer as whole or nothing',
    (_where, second, value, points) => {
      const found = feature('SHARE_INSIDE', {}, { startedAt: at(second), endedAt: at(second) });
      expect(found).toMatchObject({ value, points });
    },
  );

  it.each([
    [0, 10],
    [5, 10],
    [-5, 10],
    [5.001, 5],
    [-5.001, 5],
    [15, 5],
    [-15, 5],
    [15.001, 0],
    [-15.001, 0],
  ])('count an assistant that ends %d s after the dialer: %i', (gap, points) => {
    expect(feature('END_GAP_MS', {}, { endedAt: at(100 + gap) })).toMatchObject({ points });
  });

  it.each([
    ['INBOUND', 'spring', 'SAME', 5],
    ['INBOUND', null, 'SAME', 5],
    ['INBOUND', 'autumn', 'OTHER_CAMPAIGN', 0],
    ['OUTBOUND', 'spring', 'CONFLICT', 0],
    [null, 'spring', 'UNKNOWN', 0],
  ] as const)('count the direction %j in the campaign %j as %s: %i', (direction, campaign, value, points) => {
    expect(feature('DIRECTION', {}, { direction, campaign })).toMatchObject({ value, points });
  });

  it.each<[string, Legs]>([
    ['start of the assistant', [{}, { startedAt: null }]],
    ['end of the assistant', [{}, { endedAt: null }]],
    ['start of the dialer', [{ startedAt: null, answeredAt: null }, {}]],
    ['end of the dialer', [{ endedAt: null }, {}]],
  ])('know no share without the %s', (_what, legs) => {
    expect(feature('SHARE_INSIDE', ...legs)).toMatchObject({ value: 'UNKNOWN', points: 0 });
  });

  it('count the dialer from its answer when it tells no start', () => {
    const legs: Legs = [{ startedAt: null }, { startedAt: at(-4), endedAt: at(96) }];
    expect(feature('SHARE_INSIDE', ...legs)).toMatchObject({ value: 0.96 });
  });

  it('show a hot number without counting it', () => {
    const hot = score([{}, {}], { offsetMs: null, hot: true });
    expect(hot.features.at(-1)).toEqual({ name: 'NUMBER_HEAT', value: 'HOT', points: 0 });
    expect(hot.points).toBe(score([{}, {}]).points);
  });

  it('take the answer of the assistant for its start when both are told', () => {
    expect(feature('JOIN_DELAY_MS', {}, { startedAt: at(-60), answeredAt: at(3) })).toMatchObject({
      value: 3_000,
    });
  });
});

describe('a veto', () => {
  const VETOED: [Veto, Legs, harmless: Legs][] = [
    ['OTHER_TENANT', [{}, { tenantId: 'other' }], [{}, {}]],
    ['NOT_COMPLEMENTARY', [{}, { role: 'HUMAN' }], [{}, {}]],
    ['NOT_COMPLEMENTARY', [{ role: 'ASSISTANT' }, {}], [{}, {}]],
    ['TEST_AGAINST_REAL', [{ isTest: true }, {}], [{ isTest: true }, { isTest: true }]],
    ['HAS_PARTNER', [{ hasPartner: true }, {}], [{}, {}]],
    ['HAS_PARTNER', [{}, { hasPartner: true }], [{}, {}]],
    ['CUSTOMER_WITHHELD', [{ customerE164: null, customerWithheld: true }, {}], [{ customerE164: null }, {}]],
    ['CUSTOMER_WITHHELD', [{}, { customerE164: null, customerWithheld: true }], [{}, { customerE164: null }]],
    ['CUSTOMER_DIFFERENT', [{}, { customerE164: '+12025559123' }], [{}, { customerE164: '+13035550123' }]],
    ['DIRECTION_CONFLICT', [{}, { direction: 'OUTBOUND' }], [{}, { direction: null }]],
    ['DIALER_NEVER_ANSWERED', [{ answeredAt: null }, {}], [{ endedAt: null }, {}]],
    ['ASSISTANT_BEFORE_ANSWER', [{}, { startedAt: at(-5.001) }], [{}, { startedAt: at(-5) }]],
    ['ASSISTANT_AFTER_END', [{}, { startedAt: at(105.001), endedAt: at(106) }], [{}, { startedAt: at(105) }]],
    ['ASSISTANT_OUTLASTS_DIALER', [{}, { endedAt: at(110.001) }], [{}, { endedAt: at(110) }]],
  ];

  it.each(VETOED)('is %s, and is not on the near side of its bound', (veto, vetoed, harmless) => {
    expect(score(vetoed).vetoes).toEqual([veto]);
    expect(score(harmless).vetoes).toEqual([]);
  });

  it('is CANNOT_LINK when a person has parted the two, in either order', () => {
    const parted = (...cannotLink: [string, string][]) => score([{}, {}], { ...CALM, cannotLink }).vetoes;
    expect(parted(['d1', 'a1'])).toEqual(['CANNOT_LINK']);
    expect(parted(['a1', 'd1'])).toEqual(['CANNOT_LINK']);
    expect(parted(['d1', 'a2'], ['d2', 'a1'])).toEqual([]);
  });

  it('stands in the table above for every name there is', () => {
    const tested = new Set<Veto>([...VETOED.map(([veto]) => veto), 'CANNOT_LINK']);
    expect(tested).toEqual(new Set(VETOES));
    expect(FEATURE_NAMES).toHaveLength(9);
  });

  it('comes with all others that hold, and leaves the points as they are', () => {
    const { points, vetoes } = score([{ isTest: true }, { tenantId: 'other' }]);
    expect(vetoes).toEqual(['OTHER_TENANT', 'TEST_AGAINST_REAL']);
    expect(points).toBe(105);
  });
});

describe('decidePairs', () => {
  it('has the bounds of the rule set', () => {
    const bounds = { linkAt: 85, suggestAt: 60, margin: 15 };
    expect(LINK_RULES).toEqual({ version: 2, ...bounds });
  });

  it.each([
    [59, [], []],
    [60, [], ['d1-a1']],
    [84, [], ['d1-a1']],
    [85, ['d1-a1'], []],
  ])('takes a pair of %i points for a link %j, a suggestion %j or nothing', (points, links, suggestions) => {
    const decided = decidePairs([scored('d1', 'a1', points)], OPTIONS);
    expect(names(decided.links)).toEqual(links);
    expect(names(decided.suggestions)).toEqual(suggestions);
  });

  it.each([
    ['the dialer', 'd1', 'a2'],
    ['the assistant', 'd2', 'a1'],
  ])('links no pair that is less than 15 points ahead of a rival of %s', (_side, dialerId, assistantId) => {
    const against = (points: number) =>
      decidePairs([scored('d1', 'a1', 90), scored(dialerId, assistantId, points)], OPTIONS);
    expect(names(against(75).links)).toEqual(['d1-a1']);
    expect(against(75).links[0]).toMatchObject({ margin: 15, obstacles: [] });
    expect(against(75).suggestions).toEqual([]);
    expect(against(76).links).toEqual([]);
    const rivals = [{ dialerId, assistantId, points: 76 }];
    expect(against(76).suggestions[0]).toMatchObject({ margin: 14, obstacles: ['MARGIN_TOO_THIN'], rivals });
  });

  it('links only what is the best of both sides', () => {
    const decided = decidePairs([scored('d1', 'a1', 87), scored('d1', 'a2', 105)], OPTIONS);
    expect(names(decided.links)).toEqual(['d1-a2']);
    expect(decided.suggestions).toEqual([]);
  });

  it('links neither of two equals, even when no margin is asked for', () => {
    const equals = [scored('d1', 'a1', 90), scored('d1', 'a2', 90)];
    const decided = decidePairs(equals, { ...OPTIONS, margin: 0 });
    expect(names(decided.suggestions)).toEqual(['d1-a1', 'd1-a2']);
    const ahead = [scored('d1', 'a1', 91), scored('d1', 'a2', 90)];
    expect(names(decidePairs(ahead, { ...OPTIONS, margin: 0 }).links)).toEqual(['d1-a1']);
    expect(decided.suggestions[0]).toMatchObject({ margin: 0, obstacles: ['MARGIN_TOO_THIN'] });
  });

  it.each([
    ['SCORE_TOO_LOW', scored('d1', 'a1', 84), OPTIONS],
    ['NUMBER_HOT', scored('d1', 'a1', 100, { hot: true }), OPTIONS],
    ['CLOCK_UNSTABLE', scored('d1', 'a1', 100, { isStable: false }), OPTIONS],
    ['PRECISION_TOO_LOW', scored('d1', 'a1', 100, { isPrecise: false }), OPTIONS],
    ['WATERMARK_BEHIND', scored('d1', 'a1', 100, { isTold: false }), OPTIONS],
    ['AUTOMATIC_OFF', scored('d1', 'a1', 100, { isAutomatic: false }), OPTIONS],
  ] as const)('only suggests for the reason %s', (obstacle, pair, options) => {
    const { links, suggestions } = decidePairs([pair], options);
    expect(links).toEqual([]);
    expect(suggestions).toMatchObject([{ obstacles: [obstacle], margin: null, rivals: [] }]);
    expect(OBSTACLES).toContain(obstacle);
  });

  it('counts a rival that is linked to another: a weak link is no evidence for a second one', () => {
    const chain = [scored('d1', 'a1', 105), scored('d1', 'a2', 80), scored('d2', 'a2', 90)];
    const decided = decidePairs(chain, OPTIONS);
    expect(names(decided.links)).toEqual(['d1-a1']);
    expect(decided.suggestions).toMatchObject([{ dialerId: 'd2', assistantId: 'a2', margin: 10 }]);
  });

  it('does not count a rival that is impossible', () => {
    const vetoed = scored('d1', 'a2', 100, { score: { points: 100, features: [], vetoes: ['HAS_PARTNER'] } });
    const parted = scored('d2', 'a1', 100);
    const decided = decidePairs([scored('d1', 'a1', 90), vetoed, parted], {
      ...OPTIONS,
      cannotLink: [['a1', 'd2']],
    });
    expect(decided.links).toMatchObject([{ dialerId: 'd1', assistantId: 'a1', margin: null, rivals: [] }]);
    expect(decided.suggestions).toEqual([]);
  });

  it('shows the rivals of both sides together, the best first and five of a side', () => {
    const others = [61, 62, 63, 64, 65, 66, 67].map((points) => scored('d1', `a${points}`, points));
    const decided = decidePairs([scored('d1', 'a1', 95), ...others, scored('d2', 'a1', 70)], OPTIONS);
    expect(decided.links[0]?.rivals.map(({ points }) => points)).toEqual([70, 67, 66, 65, 64, 63]);
    expect(decided.links[0]?.margin).toBe(25);
    const last = decidePairs(others, OPTIONS).suggestions.at(-1);
    expect(last?.rivals.map(({ points }) => points)).toEqual([67, 66, 65, 64, 63]);
  });

  const candidate = fc.record({
    points: fc.integer({ min: 40, max: 105 }),
    vetoed: fc.nat(9).map((one) => one === 0),
    hot: fc.nat(9).map((one) => one === 0),
    parted: fc.nat(9).map((one) => one === 0),
  });

  /** Up to five dialers against up to five assistants, and the same pairs in another order. */
  const worlds = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
    .chain(([dialers, assistants]) =>
      fc.array(candidate, { minLength: dialers * assistants, maxLength: dialers * assistants }).map((all) =>
        all.map(({ points, vetoed, hot, parted }, index) => ({
          parted,
          pair: scored(`d${index % dialers}`, `a${Math.floor(index / dialers)}`, points, {
            score: { points, features: [], vetoes: vetoed ? ['OTHER_TENANT' as const] : [] },
            hot,
          }),
        })),
      ),
    )
    .chain((all) => {
      const pairs = all.map(({ pair }) => pair);
      const size = { minLength: pairs.length, maxLength: pairs.length };
      return fc.record({
        pairs: fc.constant(pairs),
        shuffled: fc.shuffledSubarray(pairs, size),
        options: fc.record<DecideOptions>({
          linkAt: fc.constant(LINK_RULES.linkAt),
          suggestAt: fc.constant(LINK_RULES.suggestAt),
          margin: fc.constantFrom(0, 5, LINK_RULES.margin),
          cannotLink: fc.constant(
            all.filter(({ parted }) => parted).map(({ pair }) => [pair.dialerId, pair.assistantId] as const),
          ),
        }),
      });
    });

  it('does not depend on the order of the pairs', () => {
    fc.assert(
      fc.property(worlds, ({ pairs, shuffled, options }) => {
        expect(decidePairs(shuffled, options)).toEqual(decidePairs(pairs, options));
      }),
    );
  });

  it('neither links nor suggests nor shows as a rival what is vetoed or parted', () => {
    fc.assert(
      fc.property(worlds, ({ pairs, options }) => {
        const impossible = new Set([
          ...names(pairs.filter((pair) => pair.score.vetoes.length > 0)),
          ...options.cannotLink.map(([d, a]) => `${d}-${a}`),
        ]);
        const { links, suggestions } = decidePairs(pairs, options);
        const shown = [...links, ...suggestions].flatMap((one) => names([one, ...one.rivals]));
        expect(shown.filter((name) => impossible.has(name))).toEqual([]);
      }),
    );
  });

  it('puts no leg in two links, and none of a link in a suggestion', () => {
    fc.assert(
      fc.property(worlds, ({ pairs, options }) => {
        const { links, suggestions } = decidePairs(pairs, options);
        const linked = links.flatMap((one) => [one.dialerId, one.assistantId]);
        expect(new Set(linked).size).toBe(linked.length);
        expect(suggestions.filter((one) => linked.includes(one.dialerId))).toEqual([]);
        expect(suggestions.filter((one) => linked.includes(one.assistantId))).toEqual([]);
      }),
    );
  });

  it('links only above the bounds, and suggests only with a reason', () => {
    fc.assert(
      fc.property(worlds, ({ pairs, options }) => {
        const { links, suggestions } = decidePairs(pairs, options);
        for (const { score: found, margin, obstacles } of links) {
          expect(found.points).toBeGreaterThanOrEqual(options.linkAt);
          expect(margin ?? Infinity).toBeGreaterThanOrEqual(options.margin);
          expect(obstacles).toEqual([]);
        }
        for (const { score: found, obstacles } of suggestions) {
          expect(found.points).toBeGreaterThanOrEqual(options.suggestAt);
          expect(obstacles.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('calls without a shared key', () => {
  it('are linked when their halves are 4 s apart, with the evidence beside (scenario 5)', () => {
    const { links, suggestions } = decidePairs(pairsOf([dialer()], [assistant()]), OPTIONS);
    expect(links).toMatchObject([{ dialerId: 'd1', assistantId: 'a1', score: { points: 105, vetoes: [] } }]);
    expect(links[0]?.score.features).toHaveLength(FEATURE_NAMES.length);
    expect(suggestions).toEqual([]);
  });

  it('are suggested and never linked when the assistant does not know the customer (scenario 5)', () => {
    const { links, suggestions } = decidePairs(
      pairsOf([dialer()], [assistant({ customerE164: null })]),
      OPTIONS,
    );
    expect(links).toEqual([]);
    expect(suggestions).toMatchObject([{ score: { points: 65 }, obstacles: ['SCORE_TOO_LOW'] }]);
  });

  it('are not linked by themselves when two dialer legs fit (scenario 6)', () => {
    const twin = dialer({ legId: 'd2', answeredAt: at(1), endedAt: at(101) });
    const { links, suggestions } = decidePairs(pairsOf([dialer(), twin], [assistant()]), OPTIONS);
    expect(links).toEqual([]);
    expect(names(suggestions)).toEqual(['d1-a1', 'd2-a1']);
    expect(suggestions[0]).toMatchObject({
      margin: 0,
      rivals: [{ dialerId: 'd2', assistantId: 'a1', points: 105 }],
    });
  });

  it('are joined over a BR mobile with and without its 9, and not over a landline (scenario 11)', () => {
    const decided = (long: string, short: string) =>
      decidePairs(pairsOf([dialer({ customerE164: long })], [assistant({ customerE164: short })]), OPTIONS);
    expect(decided('+5511987654321', '+551187654321').links).toMatchObject([{ score: { points: 99 } }]);
    expect(decided('+5511932654321', '+551132654321').links).toEqual([]);
  });

  it.each([7, -7])('are linked when the clock of the assistant is %i s ahead (scenario 12)', (ahead) => {
    const samples = Array.from({ length: 40 }, (_, call) => ({
      at: at(call * 60),
      differenceMs: ahead * 1_000 + 1_000 + ((call % 5) - 2) * 150,
    }));
    const { offsetMs } = estimateOffset(samples);
    const skewed = assistant({ startedAt: at(1 + ahead), endedAt: at(99 + ahead) });
    const { links } = decidePairs(pairsOf([dialer()], [skewed], { offsetMs, hot: false }), OPTIONS);
    expect(Math.abs((offsetMs ?? 0) - ahead * 1_000)).toBeLessThanOrEqual(500);
    expect(links).toMatchObject([{ score: { points: 105 } }]);
    expect(score([{}, skewed]).points).toBeLessThan(105);
  });

  it('lose their weak link when a strong key finds the partner elsewhere (scenario 15)', () => {
    const before = decidePairs(pairsOf([dialer()], [assistant()]), OPTIONS);
    const after = decidePairs(pairsOf([dialer()], [assistant({ hasPartner: true })]), OPTIONS);
    expect(names(before.links)).toEqual(['d1-a1']);
    expect(after).toEqual({ links: [], suggestions: [], displaced: [] });
  });

  it('stay apart once a person has parted them (scenario 16), and in two tenants (scenario 17)', () => {
    const parted = decidePairs(pairsOf([dialer()], [assistant()]), {
      ...OPTIONS,
      cannotLink: [['d1', 'a1']],
    });
    const strangers = decidePairs(pairsOf([dialer()], [assistant({ tenantId: 'other' })]), OPTIONS);
    expect(parted).toEqual({ links: [], suggestions: [], displaced: [] });
    expect(strangers).toEqual({ links: [], suggestions: [], displaced: [] });
  });
});

describe('an assistant that does not see the number of the customer (R23)', () => {
  const DID = '+12025550199';
  const CARRIER = '+18005550100';
  const judged = (a: Partial<ScoredLeg>, d: Partial<ScoredLeg> = {}) => {
    const pair = score([d, a]);
    return [feature('CUSTOMER_NUMBER', d, a)?.value, pair.points, pair.vetoes];
  };

  it.each<[string, Partial<ScoredLeg>, Partial<ScoredLeg>, unknown[]]>([
    ['the number that was dialled', { customerE164: DID }, {}, ['CARRIER', 65, []]],
    ['a number that is hot', { customerE164: CARRIER, isHot: true }, {}, ['CARRIER', 65, []]],
    ['a hot number that is the customer\u2019s all the same', { isHot: true }, {}, ['E164', 105, []]],
    ['another number', { customerE164: CARRIER }, {}, ['DIFFERENT', 65, ['CUSTOMER_DIFFERENT']]],
    [
      'a number that is hot, of a customer who hid theirs from the dialer',
      { customerE164: CARRIER, isHot: true },
      { customerE164: null, customerWithheld: true },
      ['WITHHELD', 65, ['CUSTOMER_WITHHELD']],
    ],
  ])('sees %s', (_what, a, d, expected) => {
    expect(judged(a, d)).toEqual(expected);
  });

  it('may be suggested by the number dialled, the time and a shared bridge, and is never linked by itself', () => {
    const bridges = ['conference/c1'];
    const all = { bridges, contacts: ['crm_contact/7'] };
    const suggested = [
      [{ customerE164: DID }, {}, 65],
      [{ customerE164: DID, bridges }, { bridges }, 80],
      [{ customerE164: DID, bridges, did: null }, { bridges }, 65],
      [{ customerE164: DID, ...all }, all, 95],
    ] as const;
    for (const [a, d, points] of suggested) {
      const decided = decidePairs(pairsOf([dialer(d)], [assistant(a)]), OPTIONS);
      expect(decided.links).toEqual([]);
      expect(decided.suggestions.map(({ score: { points: sum } }) => sum)).toEqual([points]);
      expect(decided.suggestions[0]?.obstacles).toContain('CARRIER_NUMBER');
    }
  });

  it('is not brought nearer to a customer whose number it sees by a bridge: others may be on it too', () => {
    const bridges = ['conference/c1'];
    expect(feature('BRIDGE', { bridges }, { bridges })).toEqual({
      name: 'BRIDGE',
      value: 'UNKNOWN',
      points: 0,
    });
    const nobody = { bridges, customerE164: null };
    expect(feature('BRIDGE', nobody, { bridges })).toEqual({ name: 'BRIDGE', value: 'SHARED', points: 15 });
    expect(feature('BRIDGE', nobody, { bridges: ['conference/c2'] })?.points).toBe(0);
  });
});

describe('a customer whom two systems know by one id (R9)', () => {
  it('brings their legs nearer, and another id parts nobody', () => {
    const [one, other] = [{ contacts: ['crm_contact/7'] }, { contacts: ['crm_contact/8', 'crm_contact/9'] }];
    expect(feature('CUSTOMER_KEY', one, one)).toEqual({ name: 'CUSTOMER_KEY', value: 'SHARED', points: 15 });
    expect(feature('CUSTOMER_KEY', one, other)?.points).toBe(0);
    expect(score([one, other])).toMatchObject({ points: 105, vetoes: [] });
  });
});
