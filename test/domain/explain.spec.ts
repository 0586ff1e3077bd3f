import { describe, expect, it } from '@jest/globals';
import type { Evidence, ExplainedLeg } from '../../src/domain/explain.js';
import { explainPair, JOIN_REASONS } from '../../src/domain/explain.js';
import type { LegKey } from '../../src/domain/leg.js';
import type { Decision, Obstacle, PairScore, Veto } from '../../src/domain/score.js';
import type { KeyScope, Role } from '../../src/domain/words.js';
import { call, ended } from '../support/calls.js';

const key = (value: string, scope: KeyScope = 'INTERACTION'): LegKey => ({
  namespace: 'interaction_id',
  value,
  scope,
});

const leg = (role: Role, ...keys: LegKey[]): ExplainedLeg => ({
  call: ended(role, 0, 100),
  keys,
  interactionId: `of ${role}`,
});

const PAIR = [leg('DIALER'), leg('ASSISTANT')] as const;
const KEYED = [leg('DIALER', key('k')), leg('ASSISTANT', key('k'))] as const;

const score = (points: number, ...vetoes: Veto[]): PairScore => ({ points, features: [], vetoes });
const decision = (points: number, ...obstacles: Obstacle[]): Decision => ({
  dialerId: 'dialer',
  assistantId: 'assistant',
  score: score(points),
  margin: -3,
  rivals: [{ dialerId: 'other', assistantId: 'assistant', points: points + 3 }],
  obstacles,
});

const NOTHING: Evidence = {
  score: null,
  decision: null,
  isDisplaced: false,
  isRepresented: false,
  verdicts: { together: [], apart: [] },
  isDismissed: false,
  quarantined: [],
};
const APART = { verdicts: { together: [], apart: [['assistant', 'dialer'] as const] } };

const reasons = (legs: readonly [ExplainedLeg, ExplainedLeg], evidence: Partial<Evidence>) =>
  explainPair(...legs, { ...NOTHING, ...evidence }).reasons;

describe('what the rules of joining say of two legs', () => {
  const together = KEYED.map((one) => ({ ...one, interactionId: 'same' })) as [ExplainedLeg, ExplainedLeg];
  const open = [{ ...PAIR[0], call: call('DIALER', { state: 'ACTIVE' }) }, PAIR[1]] as const;
  const chats = KEYED.map((one) => ({ ...one, call: { ...one.call, channel: 'CHAT' as const } })) as [
    ExplainedLeg,
    ExplainedLeg,
  ];

  it.each<[string, readonly [ExplainedLeg, ExplainedLeg], Partial<Evidence>, string[]]>([
    ['they are together by a key', together, {}, ['TOGETHER']],
    ['a person parted them, whatever they share', KEYED, APART, ['PARTED_BY_PERSON']],
    [
      'a person dismissed them, whatever the points',
      PAIR,
      { isDismissed: true, score: score(105, 'CANNOT_LINK') },
      ['DISMISSED_BY_PERSON', 'NO_SHARED_KEY', 'VETOED'],
    ],
    [
      'their only key reaches too far',
      KEYED,
      { quarantined: [key('k')] },
      ['KEY_QUARANTINED', 'NO_SHARED_KEY', 'NOT_COMPARABLE'],
    ],
    [
      'one of their keys reaches too far, another joins one of them with legs that were parted',
      [leg('DIALER', key('k'), key('l')), leg('ASSISTANT', key('k'), key('l'))],
      { quarantined: [key('k')] },
      ['KEY_QUARANTINED', 'KEY_JOINS_OTHERS'],
    ],
    ['their key holds, but they are of two sessions of a thread', chats, {}, ['OTHER_SESSION']],
    [
      'a key of another scope joins nothing',
      [leg('DIALER', key('k', 'BRIDGE')), leg('ASSISTANT', key('k', 'BRIDGE'))],
      {},
      ['NO_SHARED_KEY', 'NOT_COMPARABLE'],
    ],
    ['one has not ended', open, { score: score(105) }, ['NO_SHARED_KEY', 'NOT_ENDED']],
    ['circumstances cannot compare them', PAIR, {}, ['NO_SHARED_KEY', 'NOT_COMPARABLE']],
    [
      'another leg of the interaction is compared instead',
      PAIR,
      { isRepresented: true, score: score(105) },
      ['NO_SHARED_KEY', 'OTHER_LEG_STANDS'],
    ],
    ['something is impossible', PAIR, { score: score(105, 'HAS_PARTNER') }, ['NO_SHARED_KEY', 'VETOED']],
    ['59 points suggest nothing', PAIR, { score: score(59) }, ['NO_SHARED_KEY', 'SCORE_TOO_LOW']],
    [
      '60 points suggest',
      PAIR,
      { score: score(60), decision: decision(60, 'SCORE_TOO_LOW') },
      ['NO_SHARED_KEY', 'SCORE_NEEDS_A_PERSON'],
    ],
    [
      '84 points and something else suggest',
      PAIR,
      { score: score(84), decision: decision(84, 'SCORE_TOO_LOW', 'NUMBER_HOT') },
      ['NO_SHARED_KEY', 'SCORE_NEEDS_A_PERSON', 'OBSTRUCTED'],
    ],
    [
      '85 points link',
      PAIR,
      { score: score(85), decision: decision(85) },
      ['NO_SHARED_KEY', 'SCORE_SUFFICES'],
    ],
    [
      '85 points with an obstacle do not',
      PAIR,
      { score: score(85), decision: decision(85, 'WATERMARK_BEHIND') },
      ['NO_SHARED_KEY', 'SCORE_SUFFICES', 'OBSTRUCTED'],
    ],
    [
      'a better link took one of them',
      PAIR,
      { score: score(85), decision: decision(85, 'MARGIN_TOO_THIN'), isDisplaced: true },
      ['NO_SHARED_KEY', 'SCORE_SUFFICES', 'OBSTRUCTED', 'LINKED_ELSEWHERE'],
    ],
  ])('%s', (_rule, legs, evidence, expected) => {
    expect(reasons(legs, evidence)).toEqual(expected);
  });

  it('is told with what the matcher decided: obstacles, margin and rivals', () => {
    const decided = decision(90, 'MARGIN_TOO_THIN');
    const explained = explainPair(...PAIR, { ...NOTHING, score: score(90), decision: decided });
    expect(explained).toMatchObject({
      legIds: ['dialer', 'assistant'],
      areTogether: false,
      sharedKeys: [],
      obstacles: ['MARGIN_TOO_THIN'],
      margin: -3,
      rivals: [{ dialerId: 'other', assistantId: 'assistant', points: 93 }],
    });
  });

  it('is never nothing', () => {
    const every = [PAIR, KEYED, together, open, chats].flatMap((legs) =>
      [{}, APART, { quarantined: [key('k')] }, { isDismissed: true }, { score: score(70) }].map((evidence) =>
        reasons(legs, evidence),
      ),
    );
    expect(every.every((one) => one.length > 0)).toBe(true);
    expect(every.flat().every((reason) => JOIN_REASONS.includes(reason))).toBe(true);
  });

  it('leaves the keys in sight that both carry, and those alone', () => {
    const both = [leg('DIALER', key('k'), key('own')), leg('ASSISTANT', key('other'), key('k'))] as const;
    expect(explainPair(...both, { ...NOTHING, quarantined: [key('k')] }).sharedKeys).toEqual([key('k')]);
  });
});
