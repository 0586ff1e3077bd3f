import { describe, expect, it, test } from '@jest/globals';
import { project } from '../../src/domain/interaction.js';
import type { PolicyChange, PolicyFault, PolicyOverride, PolicySet } from '../../src/domain/policy.js';
import { changed, checkPolicy, DEFAULT_POLICY, policyFor, rolesOf } from '../../src/domain/policy.js';
import type { Channel, Direction } from '../../src/domain/words.js';
import { CHANNELS, DIRECTIONS } from '../../src/domain/words.js';
import { at, ended, surroundings } from '../support/calls.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const override = (
  channel: Channel | null,
  direction: Direction | null,
  patch: Omit<PolicyOverride, 'channel' | 'direction'>,
): PolicyOverride => ({ channel, direction, ...patch });

const withOverrides = (...overrides: PolicyOverride[]): PolicySet => ({ ...DEFAULT_POLICY, overrides });

describe('the policy for a channel and direction', () => {
  const set = withOverrides(
    override('VOICE', 'OUTBOUND', { silence: 4 }),
    override('VOICE', null, { silence: 3, joinLatest: 30, window: { HUMAN: 3 } }),
    override(null, 'OUTBOUND', {
      silence: 2,
      joinLatest: 20,
      holeTolerance: 20,
      window: { HUMAN: 2, CHAT: 2 },
    }),
  );

  test.each<[Channel, Direction | null, silence: number, joinLatest: number, hole: number]>([
    ['VOICE', 'OUTBOUND', 4, 30, 20],
    ['VOICE', 'INBOUND', 3, 30, DEFAULT_POLICY.holeTolerance],
    ['VOICE', null, 3, 30, DEFAULT_POLICY.holeTolerance],
    ['WEB', 'OUTBOUND', 2, 20, 20],
    ['WEB', 'INBOUND', DEFAULT_POLICY.silence, DEFAULT_POLICY.joinLatest, DEFAULT_POLICY.holeTolerance],
    ['CHAT', null, DEFAULT_POLICY.silence, DEFAULT_POLICY.joinLatest, DEFAULT_POLICY.holeTolerance],
  ])(
    'of %s %s takes each value from its most specific statement',
    (channel, direction, silence, join, hole) => {
      const policy = policyFor(set, channel, direction);
      expect([policy.silence, policy.joinLatest, policy.holeTolerance]).toEqual([silence, join, hole]);
    },
  );

  it('takes windows role by role', () => {
    const { ASSISTANT, DIALER } = DEFAULT_POLICY.window;
    expect(policyFor(set, 'VOICE', 'OUTBOUND').window).toEqual({ ASSISTANT, DIALER, HUMAN: 3, CHAT: 2 });
  });

  it('does not depend on the order of the overrides', () => {
    const turned = { ...set, overrides: [...set.overrides].reverse() };
    for (const channel of CHANNELS)
      for (const direction of [null, ...DIRECTIONS])
        expect(policyFor(turned, channel, direction)).toEqual(policyFor(set, channel, direction));
  });

  it('is that of the set, version and all, and knows no overrides', () => {
    expect(policyFor({ ...set, version: 7 }, 'VOICE', null)).toMatchObject({ version: 7 });
    expect(policyFor(set, 'VOICE', null)).not.toHaveProperty('overrides');
    expect(policyFor(set, 'VOICE', null)).not.toHaveProperty('channel');
  });
});

describe('a change', () => {
  it('leaves alone what it does not name', () => {
    const before = withOverrides(override('CHAT', null, { silence: 5 }));
    const after = changed(before, { joinLatest: 9, window: { HUMAN: 8 } });
    expect(after).toEqual({ ...before, joinLatest: 9, window: { ...before.window, HUMAN: 8 } });
    expect(changed(before, { overrides: [] })).toEqual({ ...before, overrides: [] });
    expect(changed(before, {})).toEqual(before);
  });
});

describe('the check', () => {
  it('finds nothing wrong with the policy of the product', () => {
    expect(checkPolicy(DEFAULT_POLICY)).toEqual([]);
  });

  const inBase = (change: PolicyChange) => change;
  const inOverride = (patch: PolicyOverride) => ({ overrides: [patch] });

  test.each<[string, PolicyChange, Pick<PolicyFault, 'override' | 'field'>[]]>([
    ['a window of no time', inBase({ window: { DIALER: 0 } }), [{ override: null, field: 'window.DIALER' }]],
    ['a window below zero', inBase({ window: { HUMAN: -1 } }), [{ override: null, field: 'window.HUMAN' }]],
    ['a silence of no time', inBase({ silence: 0 }), [{ override: null, field: 'silence' }]],
    ['parts of a ms', inBase({ silence: 1.5 }), [{ override: null, field: 'silence' }]],
    ['what is not a number', inBase({ silence: Number.NaN }), [{ override: null, field: 'silence' }]],
    [
      'longer than 24 days',
      inBase({ finalizeAfter: 24 * DAY + 1 }),
      [{ override: null, field: 'finalizeAfter' }],
    ],
    ['a tolerance below zero', inBase({ holeTolerance: -1 }), [{ override: null, field: 'holeTolerance' }]],
    [
      'every fault at once',
      inBase({ silence: 0, endTolerance: -1 }),
      [
        { override: null, field: 'silence' },
        { override: null, field: 'endTolerance' },
      ],
    ],
    ['a role twice', inBase({ roles: ['DIALER', 'DIALER'] }), [{ override: null, field: 'roles' }]],
    [
      'an earliest join that is not before the latest',
      inBase({ joinEarliest: 5, joinLatest: 5 }),
      [{ override: null, field: 'joinEarliest' }],
    ],
    [
      'a window that outlasts all waiting',
      inBase({ window: { HUMAN: 2 * DAY }, finalizeAfter: DAY }),
      [{ override: null, field: 'window.HUMAN' }],
    ],
    [
      'a value in an override',
      inOverride(override('VOICE', null, { silence: 0 })),
      [{ override: 0, field: 'silence' }],
    ],
    [
      'an override for nothing in particular',
      inOverride(override(null, null, { silence: 5 })),
      [{ override: 0, field: 'channel' }],
    ],
    [
      'two overrides for the same',
      { overrides: [override('VOICE', null, { silence: 5 }), override('VOICE', null, { silence: 6 })] },
      [{ override: 1, field: 'channel' }],
    ],
    [
      'an override that collides with the policy',
      inOverride(override('VOICE', null, { joinLatest: -6_000 })),
      [{ override: 0, field: 'joinLatest' }],
    ],
    [
      'two overrides that collide where they meet',
      {
        overrides: [
          override('VOICE', null, { joinEarliest: 1_000 }),
          override(null, 'OUTBOUND', { joinLatest: 500 }),
        ],
      },
      [{ override: 0, field: 'joinEarliest' }],
    ],
  ])('names %s', (_, change, faults) => {
    const found = checkPolicy(changed(DEFAULT_POLICY, change));
    expect(found.map(({ override: place, field }) => ({ override: place, field }))).toEqual(faults);
    expect(found.every(({ message }) => message.length > 10)).toBe(true);
  });

  it('takes everything up to the bounds', () => {
    const bounds = { silence: 24 * DAY, finalizeAfter: 24 * DAY, abandonedWithin: 0, roles: [] };
    expect(checkPolicy(changed(DEFAULT_POLICY, bounds))).toEqual([]);
  });
});

describe('a projection', () => {
  const calls = [ended('DIALER', 0, 60, { channel: 'VOICE', direction: 'OUTBOUND' })];
  const statusUnder = (...overrides: PolicyOverride[]) =>
    project(calls, surroundings({ policy: { ...withOverrides(...overrides), version: 4 }, now: at(120) }))
      .interaction;

  it('is judged by the policy of its own channel and direction, and keeps its version', () => {
    expect(statusUnder()).toMatchObject({ status: 'PARTIAL', policyVersion: 4 });
    const short = { window: { ASSISTANT: MINUTE } };
    expect(statusUnder(override('VOICE', 'OUTBOUND', short)).status).toBe('DROPPED');
    expect(statusUnder(override('VOICE', 'INBOUND', short)).status).toBe('PARTIAL');
    expect(statusUnder(override('WEB', null, short)).status).toBe('PARTIAL');
  });

  it('expects the roles that the policy says, else those of the channel', () => {
    expect(rolesOf('VOICE')).toEqual(['DIALER', 'ASSISTANT']);
    expect(statusUnder(override(null, 'OUTBOUND', { roles: ['DIALER'] })).status).toBe('COMPLETE');
    expect(
      statusUnder(override(null, 'OUTBOUND', { roles: ['DIALER'] }), override('VOICE', null, { roles: null }))
        .status,
    ).toBe('PARTIAL');
    const desk = statusUnder(override('VOICE', null, { roles: ['DIALER', 'HUMAN'] }));
    expect(desk.segments.map(({ role, state }) => [role, state])).toEqual([
      ['DIALER', 'PRESENT'],
      ['HUMAN', 'EXPECTED'],
    ]);
  });
});
