import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../src/domain/call.js';
import { partition } from '../../src/domain/correlate.js';
import { project } from '../../src/domain/interaction.js';
import type { LegKey } from '../../src/domain/leg.js';
import type { PolicyOverride } from '../../src/domain/policy.js';
import { DEFAULT_POLICY, inactivityOf } from '../../src/domain/policy.js';
import type { Joinable, KnownReach } from '../../src/domain/reach.js';
import { keyName } from '../../src/domain/reach.js';
import { presenceOf } from '../../src/domain/thread.js';
import type { Channel, Role } from '../../src/domain/words.js';
import { CHANNELS, ROLES } from '../../src/domain/words.js';
import { at, call, ended, HOUR, MINUTE, NOON, open, surroundings } from '../support/calls.js';

const THREAD: LegKey = { namespace: 'thread_id', value: 't1', scope: 'INTERACTION' };
const LIMIT = 30;

type Fields = Partial<Call>;
type Drawn = [name: string, fromMinute: number, toMinute: number, fields?: Fields, keys?: LegKey[]];

/** A leg of messages unless it says otherwise, from so many minutes after noon to so many; its id is its name. */
const leg = ([name, from, to, fields = {}, keys = [THREAD]]: Drawn): Joinable => {
  const whole = ended(fields.role ?? 'CHAT', from * 60, to * 60, {
    channel: 'CHAT',
    id: name,
    externalId: name,
    ...fields,
  });
  return { leg: whole, keys, presence: presenceOf(whole, DEFAULT_POLICY) };
};
const sessions = (...drawn: Drawn[]): string[] =>
  partition(drawn.map(leg)).groups.map(({ legIds }) => legIds.join(' '));

const SMS: Fields = { channel: 'SMS' };
const VOICE: Fields = { role: 'DIALER', channel: 'VOICE' };
const DESK: Fields = { role: 'HUMAN', channel: null };
const DAY = 24 * 60;
const X: LegKey = { ...THREAD, value: 'x' };

describe('a thread is cut into sessions (R24)', () => {
  it.each<[string, Drawn[], string[]]>([
    [
      'the limit after the end is the same session',
      [
        ['a', 0, 5],
        ['b', 35, 40],
      ],
      ['a b'],
    ],
    [
      'a minute more is another session',
      [
        ['a', 0, 5],
        ['b', 36, 40],
      ],
      ['a', 'b'],
    ],
    [
      'what overlaps is one session, however long',
      [
        ['a', 0, 300],
        ['b', 200, 210],
      ],
      ['a b'],
    ],
    [
      'sessions over any number of steps are one',
      [
        ['a', 0, 1],
        ['b', 30, 31],
        ['c', 60, 61],
        ['d', 90, 91],
      ],
      ['a b c d'],
    ],
    [
      'one between two that are apart makes them one',
      [
        ['a', 0, 1],
        ['c', 60, 61],
        ['b', 31, 32],
      ],
      ['a b c'],
    ],
    [
      'a long one that goes on behind later ones holds them',
      [
        ['a', 0, 100],
        ['b', 10, 11],
        ['c', 120, 121],
      ],
      ['a b c'],
    ],
    [
      'text messages wait for a day',
      [
        ['a', 0, 5, SMS],
        ['b', DAY + 5, DAY + 6, SMS],
        ['c', 2 * DAY + 7, 2 * DAY + 8, SMS],
      ],
      ['a b', 'c'],
    ],
    [
      'of two channels the longer limit holds',
      [
        ['a', 0, 5],
        ['b', DAY - 5, DAY - 4, SMS],
      ],
      ['a b'],
    ],
    [
      'a week of text messages without a day of silence is one session',
      Array.from({ length: 8 }, (_, n): Drawn => [`s${n}`, n * (DAY - 1), n * (DAY - 1) + 1, SMS]),
      ['s0 s1 s2 s3 s4 s5 s6 s7'],
    ],
    [
      'other threads have their own sessions',
      [
        ['a', 0, 5],
        ['b', 1, 6, {}, [X]],
      ],
      ['a', 'b'],
    ],
    [
      'a leg of two threads joins the sessions it meets in both',
      [
        ['a', 0, 5],
        ['b', 1, 6, {}, [X]],
        ['c', 7, 8, {}, [THREAD, X]],
        ['d', 90, 91, {}, [X]],
      ],
      ['a b c', 'd'],
    ],
  ])('%s', (_name, drawn, expected) => {
    expect(sessions(...drawn)).toEqual(expected);
    expect(sessions(...[...drawn].reverse())).toEqual(expected);
  });

  it.each<[string, Drawn[], string[]]>([
    [
      'a desk joins the session that it meets, and no other',
      [
        ['a', 0, 5],
        ['d', 3, 20, { ...DESK, channel: 'CHAT' }],
        ['b', 100, 105],
      ],
      ['a d', 'b'],
    ],
    [
      'a desk that names no channel does so too',
      [
        ['a', 0, 5],
        ['d', 3, 20, DESK],
        ['b', 100, 105],
      ],
      ['a d', 'b'],
    ],
    [
      'two desks without a channel do not hold two sessions together',
      [
        ['a', 0, 5],
        ['d', 3, 20, DESK],
        ['b', 100, 105],
        ['e', 101, 110, DESK],
      ],
      ['a d', 'b e'],
    ],
    [
      'an hour with the desk keeps the session open',
      [
        ['a', 0, 5],
        ['d', 3, 70, DESK],
        ['b', 90, 95],
      ],
      ['a d b'],
    ],
    [
      'an assistant that writes is cut like a chat',
      [
        ['a', 0, 5, { role: 'ASSISTANT' }],
        ['b', 36, 40, { role: 'ASSISTANT' }],
      ],
      ['a', 'b'],
    ],
    [
      'desks without a channel are together as ever where nothing is written',
      [
        ['d', 0, 5, DESK],
        ['e', 300, 305, DESK],
      ],
      ['d e'],
    ],
    [
      'calls stay together whatever is written between them',
      [
        ['v', 0, 1, VOICE],
        ['a', 120, 121],
        ['w', 300, 301, VOICE],
      ],
      ['v w', 'a'],
    ],
    [
      'a call joins the session that it meets',
      [
        ['a', 0, 5],
        ['v', 6, 10, VOICE],
        ['b', 100, 105],
      ],
      ['a v', 'b'],
    ],
    [
      'a call that goes from one session into the next makes them one',
      [
        ['a', 0, 5],
        ['v', 6, 80, VOICE],
        ['b', 100, 105],
      ],
      ['a v b'],
    ],
  ])('%s', (_name, drawn, expected) => {
    expect(sessions(...drawn)).toEqual(expected);
    expect(sessions(...[...drawn].reverse())).toEqual(expected);
  });

  it('keeps the key as the evidence of each link, with whom of the same session', () => {
    const { groups } = partition([leg(['a', 0, 5]), leg(['v', 6, 10, VOICE]), leg(['b', 100, 105])]);
    expect(groups.map(({ shared }) => Object.fromEntries(shared))).toEqual([
      { a: [{ key: THREAD, withLegIds: ['v'] }], v: [{ key: THREAD, withLegIds: ['a'] }] },
      { b: [] },
    ]);
  });

  it('takes a leg out of its session for a person, and leaves the rest of it together', () => {
    const three = [leg(['a', 0, 5]), leg(['b', 6, 10]), leg(['c', 11, 15])];
    const { groups, overruled } = partition(three, {
      apart: [
        ['b', 'a'],
        ['b', 'c'],
      ],
    });
    expect(groups.map(({ legIds }) => legIds)).toEqual([['a', 'c'], ['b']]);
    expect([...overruled.keys()].sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('where a leg stands in its threads', () => {
  const manner = (role: Role, channel: Channel | null) =>
    presenceOf(call(role, { channel }), DEFAULT_POLICY).manner;

  it('is written for every chat and for every leg of a written channel', () => {
    for (const channel of [null, ...CHANNELS]) expect(manner('CHAT', channel)).toBe('WRITTEN');
    for (const role of ROLES)
      for (const channel of ['CHAT', 'SMS', 'EMAIL'] as const) expect(manner(role, channel)).toBe('WRITTEN');
  });

  it('is spoken for other channels and for a dialer, and not said for the rest', () => {
    for (const role of ['DIALER', 'ASSISTANT', 'HUMAN'] as const)
      for (const channel of ['VOICE', 'WEB', 'OTHER'] as const) expect(manner(role, channel)).toBe('SPOKEN');
    expect(ROLES.map((role) => manner(role, null))).toEqual(['SPOKEN', 'UNSAID', 'UNSAID', 'WRITTEN']);
  });

  it.each<[string, Call, number]>([
    ['its end', ended('CHAT', 0, 60, { lastEventAt: at(9_000) }), 60],
    [
      'its latest message, even after its end',
      ended('CHAT', 0, 60, { messages: [{ id: 'm', startedAt: at(300) }] }),
      300,
    ],
    ['the latest statement while it goes on', open('CHAT', 0, 500), 500],
    ['its start when it ended before', ended('CHAT', 100, 60), 100],
  ])('lasts until %s', (_name, one, seconds) => {
    expect(presenceOf(one, DEFAULT_POLICY).until).toBe(at(seconds));
  });

  it.each<[Channel, number]>([
    ['CHAT', 30 * MINUTE],
    ['WEB', 30 * MINUTE],
    ['VOICE', 30 * MINUTE],
    ['SMS', 24 * HOUR],
    ['OTHER', 24 * HOUR],
    ['EMAIL', 72 * HOUR],
  ])('is closed in %s after %i ms unless a policy says otherwise', (channel, expected) => {
    expect(inactivityOf(channel)).toBe(expected);
    expect(presenceOf(call('CHAT', { channel }), DEFAULT_POLICY).limitMs).toBe(expected);
  });

  it('is closed when the policy says so for its channel and direction', () => {
    const overrides: PolicyOverride[] = [
      { channel: 'CHAT', direction: null, inactivity: 7 * MINUTE },
      { channel: 'CHAT', direction: 'OUTBOUND', inactivity: 9 * MINUTE },
      { channel: 'SMS', direction: 'OUTBOUND', inactivity: null },
    ];
    const policy = { ...DEFAULT_POLICY, inactivity: 5 * MINUTE, overrides };
    const limit = (fields: Fields) => presenceOf(call('CHAT', fields), policy).limitMs / MINUTE;
    expect(limit({ channel: 'CHAT' })).toBe(7);
    expect(limit({ channel: 'CHAT', direction: 'OUTBOUND' })).toBe(9);
    expect(limit({ channel: null })).toBe(7);
    expect(limit({ channel: 'EMAIL' })).toBe(5);
    expect(limit({ channel: 'SMS', direction: 'OUTBOUND' })).toBe(24 * 60);
  });
});

describe('what reaches too far (R8) in a thread', () => {
  const many = (count: number, everyMinutes: number, fields: Fields = {}): Drawn[] =>
    Array.from({ length: count }, (_, n) => [
      `l${String(n).padStart(3, '0')}`,
      n * everyMinutes,
      n * everyMinutes + 1,
      fields,
    ]);

  it('is never the thread: neither a thousand sessions nor a thousand days', () => {
    const { groups, quarantined } = partition(many(1_000, DAY).map(leg));
    expect(groups).toHaveLength(1_000);
    expect(quarantined).toEqual([]);
  });

  it('is a session of 65 legs, alone: all its legs part and its neighbours stay', () => {
    expect(sessions(...many(64, LIMIT))).toHaveLength(1);
    const apart: Drawn[] = [
      ['before', -100, -90],
      ['and', -89, -88],
    ];
    const legs = [...many(65, LIMIT), ...apart].map(leg);
    const { groups, quarantined, tooFar, overfull } = partition(legs);
    expect(groups.map(({ legIds }) => legIds.length)).toEqual([2, ...Array.from({ length: 65 }, () => 1)]);
    expect(quarantined).toEqual([]);
    expect(overfull.get('l000')).toEqual([THREAD]);
    expect([tooFar.size, overfull.size]).toEqual([65, 65]);
    expect(tooFar.get('before')).toBeUndefined();
  });

  it('is known from one leg of a session of which not all are at hand', () => {
    const known: KnownReach = { quarantined: new Set(), overfull: new Map([['a', [THREAD]]]) };
    const { groups, tooFar } = partition([leg(['a', 0, 5]), leg(['b', 6, 7]), leg(['c', 60, 61])], {}, known);
    expect(groups.map(({ legIds }) => legIds)).toEqual([['a'], ['b'], ['c']]);
    expect([...tooFar.keys()]).toEqual(['a', 'b']);
  });

  it('are the calls that carry its id, which may still be of a session', () => {
    const known: KnownReach = { quarantined: new Set([keyName(THREAD)]), overfull: new Map() };
    const legs = [leg(['a', 0, 5]), leg(['v', 6, 7, VOICE]), leg(['w', 300, 301, VOICE])];
    const { groups, tooFar } = partition(legs, {}, known);
    expect(groups.map(({ legIds }) => legIds)).toEqual([['a', 'v'], ['w']]);
    expect([...tooFar.keys()]).toEqual(['w']);
  });
});

describe('the sessions are a function of the set of legs (property)', () => {
  const KINDS: readonly Fields[] = [
    {},
    SMS,
    VOICE,
    DESK,
    { role: 'ASSISTANT' },
    { role: 'HUMAN', channel: 'CHAT' },
  ];
  const drawn = fc
    .array(
      fc.record({
        from: fc.nat(40),
        length: fc.nat(6),
        kind: fc.constantFrom(...KINDS.keys()),
        keys: fc.constantFrom<LegKey[][]>([THREAD], [X], [THREAD, X]),
      }),
      { minLength: 1, maxLength: 10 },
    )
    .map((drafts) =>
      drafts.map(({ from, length, kind, keys }, n): Drawn => [
        `l${n}`,
        from * 10,
        (from + length) * 10,
        KINDS[kind] ?? {},
        keys,
      ]),
    );
  const ranks = fc.array(fc.nat(99), { minLength: 10, maxLength: 10 });

  it('never depends on the order of the legs', () => {
    fc.assert(
      fc.property(drawn, ranks, (legs, order) => {
        const mixed = legs
          .map((one, place) => ({ one, rank: order[place] ?? 0 }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ one }) => one);
        expect(partition(mixed.map(leg))).toEqual(partition(legs.map(leg)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('joins the written legs of one thread that are within the limit, and no session with the next', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.nat(20)), { minLength: 1, maxLength: 12 }), (times) => {
        const legs = times.map(([from, length], n): Drawn => [`l${n}`, from, from + length]);
        const expected: string[][] = [];
        let openUntil = -Infinity;
        for (const [name, from, to] of [...legs].sort((a, b) => a[1] - b[1])) {
          if (from > openUntil) expected.push([]);
          expected.at(-1)?.push(name);
          openUntil = Math.max(openUntil, to + LIMIT);
        }
        const inOrder = (groups: readonly string[][]) =>
          groups.map((one) => [...one].sort().join(' ')).sort();
        expect(inOrder(partition(legs.map(leg)).groups.map(({ legIds }) => legIds))).toEqual(
          inOrder(expected),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same for the legs of one session as for all legs of the thread', () => {
    fc.assert(
      fc.property(drawn, (legs) => {
        const all = legs.map(leg);
        for (const { legIds } of partition(all).groups) {
          const alone = partition(all.filter((one) => legIds.includes(one.leg.id)));
          expect(alone.groups.map((group) => group.legIds)).toEqual([legIds]);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a session that nobody has closed', () => {
  const judged = (calls: Call[], now: number, policy = DEFAULT_POLICY) =>
    project(calls, surroundings({ now, policy, gapP99: { CHAT: 10 * HOUR } }));

  it.each<[Channel | null, number]>([
    ['CHAT', 30 * MINUTE],
    [null, 30 * MINUTE],
    ['SMS', 24 * HOUR],
    ['EMAIL', 72 * HOUR],
  ])(
    'in %s is presumed to have ended %i ms after its last activity, however long its source pauses',
    (channel, limit) => {
      const calls = [open('CHAT', 0, 60, { channel })];
      const before = judged(calls, at(60) + limit - 1).interaction;
      expect([before.status, before.nextEvaluationAt]).toEqual(['IN_PROGRESS', at(60) + limit]);
      const { interaction, presumedEnds } = judged(calls, at(60) + limit);
      expect(interaction).toMatchObject({ status: 'COMPLETE', endedAt: at(60), nextEvaluationAt: null });
      expect([...presumedEnds]).toEqual([['chat', at(60)]]);
    },
  );

  it('is waited for as the policy says, and never for a dialer', () => {
    const policy = { ...DEFAULT_POLICY, inactivity: 2 * MINUTE };
    expect(judged([open('CHAT', 0, 60)], at(179), policy).interaction).toMatchObject({
      channel: 'CHAT',
      status: 'IN_PROGRESS',
    });
    expect(judged([open('CHAT', 0, 60)], at(180), policy).interaction).toMatchObject({
      status: 'COMPLETE',
      why: { code: 'ALL_SEGMENTS_PRESENT' },
    });
  });

  it('does not keep a call waiting, nor is it kept by the silence of one', () => {
    const silent = [open('DIALER', 0, 60, { channel: 'VOICE' })];
    expect(project(silent, surroundings({ now: at(60) + 15 * MINUTE })).interaction.status).not.toBe(
      'IN_PROGRESS',
    );
    expect(judged([open('CHAT', 0, 60)], at(60) + 16 * MINUTE).interaction.status).toBe('IN_PROGRESS');
  });
});

it('minutes after noon are what these tests count in', () => {
  expect(leg(['a', 1, 2]).presence).toEqual({
    manner: 'WRITTEN',
    from: NOON + MINUTE,
    until: NOON + 2 * MINUTE,
    limitMs: LIMIT * MINUTE,
  });
});
