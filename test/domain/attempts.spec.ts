import { describe, expect, it } from '@jest/globals';
import { cancelledElsewhere } from '../../src/domain/attempts.js';
import type { Call } from '../../src/domain/call.js';
import type { CallStatus } from '../../src/domain/words.js';
import { project } from '../../src/domain/interaction.js';
import { MINUTE, at, ended, open, surroundings } from '../support/calls.js';

const answered = (fields: Partial<Call> = {}) => ended('DIALER', 10, 120, fields);
const assistant = () => ended('ASSISTANT', 11, 119);
/** An attempt that began to ring at a time and of which no more is said. */
const ringing = (from = 0, fields: Partial<Call> = {}): Call =>
  open('DIALER', null, from, {
    id: 'g1',
    externalId: 'g1',
    startedAt: null,
    ringAt: at(from),
    firstEventAt: at(from),
    ...fields,
  });
const over = (end: number, status: CallStatus, fields: Partial<Call> = {}): Call =>
  ended('DIALER', null, end, { id: 'g1', externalId: 'g1', status, ringAt: at(0), ...fields });

describe('an attempt of a group call that was answered elsewhere (R22)', () => {
  const DERIVED = { isDerived: true };
  it.each<[string, Call[], object | undefined]>([
    ['rang when another was answered', [ringing(), answered()], { ...DERIVED, endedAt: at(10) }],
    ['alone', [ringing()], undefined],
    ['while nothing was answered', [ringing(), ended('DIALER', null, 30)], undefined],
    ['with an assistant, but no answered dialer leg', [ringing(), assistant()], undefined],
    ['that was answered too', [ringing(0, { answeredAt: at(9) }), answered()], undefined],
    ['that a machine answered', [over(12, 'VOICEMAIL'), answered()], undefined],
    ['that was cancelled then', [over(10, 'CANCELED'), answered()], { ...DERIVED, endedAt: at(10) }],
    ['that rang out then', [over(11, 'NO_ANSWER'), answered()], { ...DERIVED, endedAt: at(11) }],
    ['that was missed then', [over(10, 'MISSED'), answered()], { ...DERIVED, endedAt: at(10) }],
    ['that does not say how it ended', [over(10, 'UNKNOWN'), answered()], { ...DERIVED, endedAt: at(10) }],
    ['that was busy', [over(10, 'BUSY'), answered()], undefined],
    ['that was declined', [over(10, 'DECLINED'), answered()], undefined],
    ['that failed', [over(10, 'FAILED'), answered()], undefined],
    ['over 5 s before the answer', [over(5, 'CANCELED'), answered()], { ...DERIVED, endedAt: at(5) }],
    ['over earlier', [over(4.999, 'CANCELED'), answered()], undefined],
    ['that began 5 s after the answer', [ringing(15), answered()], { ...DERIVED, endedAt: at(15) }],
    ['that began later', [ringing(15.001), answered()], undefined],
    ['that began 5 min before', [ringing(-290), answered()], { ...DERIVED, endedAt: at(10) }],
    ['that began earlier', [ringing(-290.001), answered()], undefined],
    [
      'of a call of which nothing says when it was answered',
      [ringing(100), answered({ answeredAt: null })],
      { ...DERIVED, endedAt: null },
    ],
    [
      'with two answers: the first ended it',
      [ringing(), answered(), ended('DIALER', 8, 20, { id: 'd2', externalId: 'd2' })],
      { ...DERIVED, endedAt: at(8) },
    ],
    [
      'whose own system says so, whenever it rang',
      [over(3, 'CANCELED', { endReason: 'CANCELLED_ANSWERED_ELSEWHERE' }), answered()],
      { isDerived: false, endedAt: at(3) },
    ],
    [
      'whose own system says so before the answer is told',
      [over(3, 'CANCELED', { endReason: 'answered elsewhere' })],
      { isDerived: false, endedAt: at(3) },
    ],
    [
      'that lost the race',
      [over(3, 'CANCELED', { endReason: 'LOSE_RACE' }), answered()],
      { isDerived: false, endedAt: at(3) },
    ],
    [
      'that gives another reason of its own',
      [over(10, 'CANCELED', { endReason: 'ORIGINATOR_CANCEL' }), answered()],
      { ...DERIVED, endedAt: at(10) },
    ],
  ])('%s', (_name, legs, expected) => {
    expect(cancelledElsewhere(legs).get('g1')).toEqual(expected);
    expect(cancelledElsewhere([...legs].reverse()).get('g1')).toEqual(expected);
    expect(cancelledElsewhere(legs).has('dialer')).toBe(false);
  });

  it('is no leg of another role', () => {
    const human = { ...ringing(), role: 'HUMAN' as const };
    expect(cancelledElsewhere([human, answered()]).size).toBe(0);
  });
});

describe('the interaction of a group call', () => {
  const state = (calls: Call[], now = at(125)) => project(calls, surroundings({ now }));

  it('is not in progress for an attempt that still rings when the answered one is over', () => {
    const { interaction, presumedEnds, cancelled } = state([ringing(), answered(), assistant()]);
    expect(interaction).toMatchObject({
      status: 'COMPLETE',
      why: { code: 'ALL_SEGMENTS_PRESENT' },
      outcome: 'COMPLETED',
      endedAt: at(120),
      nextEvaluationAt: null,
    });
    expect(interaction.why.facts).toContainEqual({ name: 'legs', value: 2 });
    expect(interaction.segments.map(({ legId, state: is, endedAt }) => [legId, is, endedAt])).toEqual([
      ['g1', 'PRESENT', at(10)],
      ['dialer', 'PRESENT', at(120)],
      ['assistant', 'PRESENT', at(119)],
    ]);
    expect([presumedEnds.size, cancelled.size]).toEqual([0, 1]);
  });

  it('is in progress while nobody has answered, and while the answered one lasts', () => {
    expect(state([ringing()], at(5)).interaction.status).toBe('IN_PROGRESS');
    const talking = [ringing(), open('DIALER', 10, 30)];
    expect(state(talking, at(31)).interaction.status).toBe('IN_PROGRESS');
    expect(state(talking, at(30) + 16 * MINUTE).presumedEnds).toEqual(new Map([['dialer', at(30)]]));
  });

  it('is in progress again when a late record says that the attempt was answered after all', () => {
    const late = open('DIALER', 12, 12, { id: 'g1', externalId: 'g1' });
    expect(state([late, answered(), assistant()])).toMatchObject({
      interaction: { status: 'IN_PROGRESS' },
      cancelled: new Map(),
    });
  });
});
