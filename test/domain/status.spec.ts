import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../src/domain/call.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import { lastThereAt } from '../../src/domain/leg.js';
import type { Transfer } from '../../src/domain/record.js';
import type { StatusInput } from '../../src/domain/observation.js';
import type { Verdict } from '../../src/domain/status.js';
import { judge } from '../../src/domain/status.js';
import type { CallStatus, DropDetail, DropStage, FaultDomain, Role } from '../../src/domain/words.js';
import { CHANNELS, ROLES } from '../../src/domain/words.js';
import type { WhyCode } from '../../src/domain/why.js';
import { factsShown } from '../../src/domain/why.js';
import { HOUR, MINUTE, NOON, at, call, ended, open } from '../support/calls.js';

const LATER = at(48 * 3_600);

const input = (legs: readonly Call[], fields: Partial<StatusInput> = {}): StatusInput => ({
  legs,
  channel: 'VOICE',
  direction: 'INBOUND',
  transfers: [],
  policy: DEFAULT_POLICY,
  watermarks: {},
  lagP99: {},
  seesHumans: false,
  now: at(125),
  ...fields,
});
const verdict = (legs: readonly Call[], fields: Partial<StatusInput> = {}): Verdict =>
  judge(input(legs, fields));
const code = (legs: readonly Call[], fields: Partial<StatusInput> = {}): WhyCode =>
  verdict(legs, fields).why.code;

const dialer = (fields: Partial<Call> = {}) => ended('DIALER', 0, 120, fields);
const assistant = (fields: Partial<Call> = {}) => ended('ASSISTANT', 2, 119, fields);
const human = (fields: Partial<Call> = {}) => ended('HUMAN', 60, 120, fields);
const unanswered = (status: CallStatus = 'NO_ANSWER') => ended('DIALER', null, 30, { status });
const failedAssistant = () =>
  ended('ASSISTANT', 2, 3, { status: 'FAILED', answeredAt: null, startedAt: null });
const bridged: Transfer = { id: 't', state: 'BRIDGED', requestedAt: at(50), bridgedAt: at(60) };
const unseen: Transfer = { ...bridged, observable: false };

describe('what is expected (section 4): first by channel, then by facts', () => {
  const missing = (legs: readonly Call[], fields: Partial<StatusInput> = {}): Role[] =>
    verdict(legs, { now: LATER, ...fields }).missing.map(({ role }) => role);

  it.each<[string, Call[], Partial<StatusInput>, Role[]]>([
    ['of an answered call an assistant', [dialer()], {}, ['ASSISTANT']],
    ['of an unanswered call nobody else', [unanswered()], {}, []],
    [
      'of an unanswered call an assistant, if the policy says so',
      [unanswered()],
      { policy: { ...DEFAULT_POLICY, unansweredIsComplete: false } },
      ['ASSISTANT'],
    ],
    ['of an assistant a dialer', [assistant()], {}, ['DIALER']],
    ['of a human alone both', [human()], {}, ['DIALER', 'ASSISTANT']],
    ['of both nobody else', [dialer(), assistant()], {}, []],
    [
      'of a group of attempts with one answer one assistant',
      [unanswered(), dialer(), unanswered('BUSY')],
      {},
      ['ASSISTANT'],
    ],
    ['of a group of attempts without an answer nobody else', [unanswered(), unanswered('BUSY')], {}, []],
    ['of a call that a machine answered an assistant', [unanswered('VOICEMAIL')], {}, ['ASSISTANT']],
    [
      'of a call that is said to be completed an assistant, though nothing says when it was answered',
      [unanswered('COMPLETED')],
      {},
      ['ASSISTANT'],
    ],
    [
      'of an answered call another assistant after one that failed to join',
      [dialer(), failedAssistant()],
      {},
      ['ASSISTANT'],
    ],
    ['no other assistant when one of two joined', [dialer(), failedAssistant(), assistant()], {}, []],
    ['of a failed assistant alone a dialer', [failedAssistant()], {}, ['DIALER']],
    ['after a bridged transfer a human', [dialer(), assistant()], { transfers: [bridged] }, ['HUMAN']],
    ['no human that is there', [dialer(), assistant(), human()], { transfers: [bridged] }, []],
    [
      'of a dialer that fell silent before an answer the rest of its record',
      [open('DIALER', null, 0)],
      {},
      ['DIALER'],
    ],
    [
      'of a dialer that fell silent after the answer nothing more of its own',
      [open('DIALER', 0, 0)],
      {},
      ['ASSISTANT'],
    ],
    [
      'nothing more of a silent attempt when another attempt is whole',
      [open('DIALER', null, 0, { id: 'silent' }), unanswered()],
      {},
      [],
    ],
  ])('%s', (_rule, legs, fields, expected) => {
    expect(missing(legs, fields)).toEqual(expected);
  });

  it.each<[StatusInput['channel'], Role[]]>([
    ['VOICE', ['DIALER', 'ASSISTANT']],
    ['WEB', ['ASSISTANT']],
    ['CHAT', []],
    ['SMS', []],
    ['EMAIL', []],
    ['OTHER', []],
  ])('on channel %s: %j', (channel, expected) => {
    expect(missing([human()], { channel })).toEqual(expected);
  });

  it.each<[string, Role[], Call[], Role[]]>([
    ['no assistant', ['DIALER'], [dialer()], []],
    ['a chat system', ['CHAT'], [assistant()], ['CHAT']],
    ['a human without any transfer', ['DIALER', 'HUMAN'], [dialer()], ['HUMAN']],
    [
      'an assistant, which an unanswered call still does not get',
      ['DIALER', 'ASSISTANT'],
      [unanswered()],
      [],
    ],
    ['nobody', [], [dialer()], []],
  ])('a policy may expect others: %s', (_name, roles, legs, expected) => {
    expect(missing(legs, { policy: { ...DEFAULT_POLICY, roles } })).toEqual(expected);
  });

  it.each<[Transfer['state'], boolean]>([
    ['REQUESTED', false],
    ['RINGING', false],
    ['BRIDGED', true],
    ['ENDED', true],
    ['FAILED', false],
    ['CANCELLED', false],
    [null, false],
  ])('a human only after BRIDGED: of a transfer that is %s a human: %s (R21)', (state, expected) => {
    const transfers = [{ id: 't', state }];
    expect(missing([dialer(), assistant()], { transfers })).toEqual(expected ? ['HUMAN'] : []);
  });

  it.each<[string, Transfer[], boolean, WhyCode]>([
    ['nothing is said of what the source sees', [bridged], false, 'HUMAN_NEVER_REPORTED'],
    ['nothing is said of what the source sees, and a desk reports', [bridged], true, 'HUMAN_NEVER_REPORTED'],
    ['the source says that it sees it', [{ ...bridged, observable: true }], false, 'HUMAN_NEVER_REPORTED'],
    ['its source cannot see it, but a desk reports', [unseen], true, 'HUMAN_NEVER_REPORTED'],
    ['nobody can see it', [unseen], false, 'HUMAN_NOT_OBSERVABLE'],
    ['one of two transfers can be seen', [unseen, { ...bridged, id: 'u' }], false, 'HUMAN_NEVER_REPORTED'],
    ['no transfer', [], true, 'ALL_SEGMENTS_PRESENT'],
  ])('a human after a transfer, when %s', (_rule, transfers, seesHumans, expected) => {
    const legs = [dialer(), ended('ASSISTANT', 2, 60)];
    const covered = transfers.length === 0 ? [dialer(), assistant()] : legs;
    expect(code(covered, { transfers, seesHumans, now: LATER })).toBe(expected);
  });
});

describe('rule 1: some leg is neither over nor presumed over: IN_PROGRESS', () => {
  const talking = [open('DIALER', 0, 60), open('ASSISTANT', 2, 90)];

  it.each<[string, Call[]]>([
    ['a ringing dialer', [open('DIALER', null, 0)]],
    ['both talking', talking],
    ['the dialer over and the assistant not', [dialer(), open('ASSISTANT', 2, 90)]],
    ['an assistant whose dialer is missing', [open('ASSISTANT', 2, 90)]],
    ['a human after the transfer', [dialer(), assistant(), open('HUMAN', 60, 120)]],
    ['a leg of which nothing is known', [call('DIALER')]],
  ])('%s', (_name, legs) => {
    const seen = verdict(legs);
    expect(seen).toMatchObject({
      status: 'IN_PROGRESS',
      why: { code: 'CALL_IN_PROGRESS' },
      expectedBy: null,
    });
    expect(seen.presumedEnds.size).toBe(0);
  });

  it('tells the last sign of it, on any leg', () => {
    expect(verdict(talking).why.facts).toEqual([{ name: 'lastActivityAt', value: at(90) }]);
    expect(verdict([dialer(), open('ASSISTANT', 2, 90)]).why.facts).toEqual([
      { name: 'lastActivityAt', value: at(120) },
    ]);
  });

  it('holds even when a deadline has passed while the call lasts', () => {
    expect(verdict([open('DIALER', 0, 3_000)], { now: at(3_001) }).status).toBe('IN_PROGRESS');
  });

  it.each<[string, number, Verdict['status']]>([
    ['one ms before', -1, 'IN_PROGRESS'],
    ['at', 0, 'COMPLETE'],
    ['one ms after', 1, 'COMPLETE'],
  ])('%s the end of the silence: %s ms: %s', (_name, offset, status) => {
    const now = at(90) + DEFAULT_POLICY.silence + offset;
    const seen = verdict([open('DIALER', 0, 90), open('ASSISTANT', 2, 85)], { now });
    expect(seen.status).toBe(status);
    expect([...seen.presumedEnds]).toEqual(
      status === 'IN_PROGRESS'
        ? []
        : [
            ['dialer', at(90)],
            ['assistant', at(85)],
          ],
    );
  });

  it('counts the silence of all legs together: one that speaks keeps the others alive', () => {
    const now = at(60) + DEFAULT_POLICY.silence;
    expect(verdict([open('DIALER', 0, 60), open('ASSISTANT', 2, 61)], { now }).status).toBe('IN_PROGRESS');
    expect(verdict([open('DIALER', 0, 60), ended('ASSISTANT', 2, 61)], { now }).status).toBe('IN_PROGRESS');
  });

  it('is reversible: a later event makes the call live again', () => {
    const now = at(90) + DEFAULT_POLICY.silence;
    expect(verdict([open('DIALER', 0, 90)], { now }).status).not.toBe('IN_PROGRESS');
    expect(verdict([open('DIALER', 0, 91)], { now }).status).toBe('IN_PROGRESS');
  });

  it('never presumes the end of a leg that is over', () => {
    expect(
      verdict([dialer({ endedAt: null }), open('ASSISTANT', 2, 90)], { now: LATER }).presumedEnds,
    ).toEqual(new Map([['assistant', at(90)]]));
  });
});

describe('rule 2: nothing missing and lined up: COMPLETE', () => {
  it('with the number of segments and the length', () => {
    expect(verdict([dialer(), assistant()])).toEqual({
      status: 'COMPLETE',
      dropStage: null,
      dropDetail: null,
      isProvisional: false,
      expectedBy: null,
      faultDomain: null,
      why: {
        code: 'ALL_SEGMENTS_PRESENT',
        facts: [
          { name: 'legs', value: 2 },
          { name: 'durationMs', value: 120_000 },
        ],
      },
      missing: [],
      alignment: { isAligned: true, joinDelayMs: 2_000, overrunMs: -1_000, holeMs: 2_000 },
      presumedEnds: new Map(),
      cancelled: new Map(),
      nextEvaluationAt: null,
    });
  });

  it.each<[CallStatus]>([['NO_ANSWER'], ['BUSY'], ['DECLINED'], ['CANCELED'], ['FAILED'], ['MISSED']])(
    'a call that ended %s was never answered and is whole by itself',
    (status) => {
      expect(verdict([unanswered(status)])).toMatchObject({
        status: 'COMPLETE',
        why: { code: 'NEVER_ANSWERED', facts: [{ name: 'endedAt', value: at(30) }] },
        nextEvaluationAt: null,
      });
    },
  );

  it('also when an assistant was told to join and could not', () => {
    expect(code([unanswered(), failedAssistant()])).toBe('NEVER_ANSWERED');
  });

  it('is not never answered when an assistant handled it, whatever the dialer says', () => {
    expect(code([unanswered(), assistant()])).toBe('ALL_SEGMENTS_PRESENT');
  });

  it('a policy switch turns this off', () => {
    const policy = { ...DEFAULT_POLICY, unansweredIsComplete: false };
    expect(verdict([unanswered()], { policy }).status).toBe('PARTIAL');
  });

  it('a group call of five, one answered, is complete with its assistant: attempts are no segments (R22)', () => {
    const attempts = ['g1', 'g2', 'g4', 'g5'].map((externalId) =>
      ended('DIALER', null, 2, { externalId, id: externalId, status: 'CANCELED' }),
    );
    expect(verdict([...attempts, dialer(), assistant()])).toMatchObject({
      status: 'COMPLETE',
      why: {
        facts: [
          { name: 'legs', value: 2 },
          { name: 'durationMs', value: 120_000 },
        ],
      },
    });
  });

  it('a transfer that nobody can see is complete up to there', () => {
    expect(verdict([dialer(), ended('ASSISTANT', 2, 60)], { transfers: [unseen] })).toMatchObject({
      status: 'COMPLETE',
      why: { code: 'HUMAN_NOT_OBSERVABLE', facts: [{ name: 'bridgedAt', value: at(60) }] },
      alignment: { isAligned: true, holeMs: 2_000 },
    });
  });

  it('web and chat need no dialer', () => {
    expect(verdict([assistant()], { channel: 'WEB' }).status).toBe('COMPLETE');
    for (const channel of ['CHAT', 'SMS', 'EMAIL', 'OTHER'] as const)
      expect(verdict([ended('CHAT', 0, 60)], { channel }).status).toBe('COMPLETE');
  });

  it('a call whose clock ran backwards has no negative length', () => {
    expect(verdict([ended('ASSISTANT', 60, 0)], { channel: 'WEB' }).why.facts).toContainEqual({
      name: 'durationMs',
      value: 0,
    });
  });
});

describe('rule 3: nothing missing, not lined up: PARTIAL, and the numbers', () => {
  const withAssistant = (from: number, to: number): [Call, Call] => [
    dialer(),
    assistant({ startedAt: from, answeredAt: from, endedAt: to }),
  ];
  const { joinEarliest, joinLatest, endTolerance } = DEFAULT_POLICY;

  type AtFault = [name: string, value: number][];
  it.each<[string, number, number, AtFault, [number, number, number]]>([
    [
      'joined one ms too early',
      NOON + joinEarliest - 1,
      at(119),
      [['joinLeadMs', 5_001]],
      [-5_001, -1_000, 1_000],
    ],
    ['joined as early as it may', NOON + joinEarliest, at(119), [], [-5_000, -1_000, 1_000]],
    ['joined with the answer', NOON, at(120), [], [0, 0, 0]],
    ['joined 30 s after the answer', at(30), at(120), [], [30_000, 0, 30_000]],
    [
      'left nobody there for one ms more than 30 s before it joined',
      at(30) + 1,
      at(120),
      [['holeMs', 30_001]],
      [30_001, 0, 30_001],
    ],
    ['left nobody there for 30 s after it left', NOON, at(90), [], [0, -30_000, 30_000]],
    [
      'left nobody there for one ms more than 30 s after it left',
      NOON,
      at(90) - 1,
      [['holeMs', 30_001]],
      [0, -30_001, 30_001],
    ],
    ['outlasted the dialer as long as it may', NOON, at(120) + endTolerance, [], [0, 10_000, 0]],
    [
      'outlasted the dialer one ms too long',
      NOON,
      at(120) + endTolerance + 1,
      [['overrunMs', 10_001]],
      [0, 10_001, 0],
    ],
    [
      'joined one ms too late, and outlasted the dialer one ms too long',
      NOON + joinLatest + 1,
      at(120) + endTolerance + 1,
      [
        ['joinDelayMs', 60_001],
        ['overrunMs', 10_001],
        ['holeMs', 60_001],
      ],
      [60_001, 10_001, 60_001],
    ],
  ])('the assistant %s', (_name, from, to, atFault, [joinDelayMs, overrunMs, holeMs]) => {
    const isAligned = atFault.length === 0;
    const seen = verdict(withAssistant(from, to));
    expect(seen.alignment).toEqual({ isAligned, joinDelayMs, overrunMs, holeMs });
    expect(seen).toMatchObject(
      isAligned
        ? { status: 'COMPLETE', why: { code: 'ALL_SEGMENTS_PRESENT' } }
        : {
            status: 'PARTIAL',
            why: {
              code: 'SEGMENTS_MISALIGNED',
              facts: atFault.map(([name, value]) => ({ name, value })),
            },
            expectedBy: null,
            nextEvaluationAt: null,
          },
    );
  });

  it.each([
    ['as late as it may', joinLatest, true],
    ['one ms too late', joinLatest + 1, false],
  ])('the assistant joined %s, where a human bridged the wait', (_name, delay, isAligned) => {
    const legs = [...withAssistant(NOON + delay, at(120)), ended('HUMAN', 0, 70)];
    expect(verdict(legs).alignment).toEqual({ isAligned, joinDelayMs: delay, overrunMs: 0, holeMs: 0 });
  });

  it.each<[string, Partial<Call>]>([
    ['by its answer, not by an earlier start', { startedAt: at(-60), answeredAt: at(2) }],
    ['by its start when nothing says that it was answered', { startedAt: at(2), answeredAt: null }],
    ['by its ringing when that is all there is', { startedAt: null, answeredAt: null, ringAt: at(2) }],
  ])('measures the assistant %s', (_rule, fields) => {
    expect(verdict([dialer(), assistant(fields)]).alignment.joinDelayMs).toBe(2_000);
  });

  it('measures nothing without a start: a missing start is null, not the first event', () => {
    const reported = assistant({ startedAt: null, answeredAt: null, firstEventAt: at(119) });
    expect(verdict([dialer(), reported])).toMatchObject({
      status: 'COMPLETE',
      alignment: { isAligned: true, joinDelayMs: null, overrunMs: null, holeMs: null },
    });
  });

  it('measures nothing against a dialer that does not say when it was answered', () => {
    expect(verdict([dialer({ answeredAt: null }), assistant()]).alignment).toEqual({
      isAligned: true,
      joinDelayMs: null,
      overrunMs: null,
      holeMs: null,
    });
  });

  it('measures against the answered attempt of a group, however long another one rang', () => {
    const ringing = ended('DIALER', null, 200, { externalId: 'g2', id: 'g2', status: 'CANCELED' });
    expect(verdict([ringing, dialer(), assistant({ endedAt: at(131) })]).alignment).toEqual({
      isAligned: false,
      joinDelayMs: 2_000,
      overrunMs: 11_000,
      holeMs: 2_000,
    });
  });

  it('sees no hole in the time between two answered dialer legs', () => {
    const second = ended('DIALER', 300, 400, { externalId: 'd2', id: 'd2' });
    const again = ended('ASSISTANT', 301, 400, { externalId: 'a2', id: 'a2' });
    expect(verdict([dialer(), assistant(), second, again], { now: at(500) }).alignment).toEqual({
      isAligned: true,
      joinDelayMs: 2_000,
      overrunMs: 0,
      holeMs: 2_000,
    });
  });

  it('does not measure an assistant that failed to join before another one did', () => {
    const failed = { ...failedAssistant(), id: 'a0', ringAt: at(-60) };
    expect(verdict([dialer(), failed, assistant()]).alignment.joinDelayMs).toBe(2_000);
  });

  it('takes a human for company, and what nobody can see too', () => {
    const left = ended('ASSISTANT', 2, 60);
    expect(verdict([dialer(), left]).alignment.holeMs).toBe(60_000);
    expect(verdict([dialer(), left, human()]).alignment.holeMs).toBe(2_000);
    expect(verdict([dialer(), left], { transfers: [unseen] }).alignment.holeMs).toBe(2_000);
    expect(verdict([dialer(), left], { transfers: [{ ...unseen, endedAt: at(80) }] }).alignment.holeMs).toBe(
      40_000,
    );
  });

  it('takes out-of-sight time for company also after a human who is there', () => {
    const onward: Transfer = { ...unseen, id: 'u', requestedAt: at(80), bridgedAt: at(80) };
    const legs = [dialer(), ended('ASSISTANT', 2, 60), ended('HUMAN', 60, 80)];
    expect(verdict(legs, { transfers: [bridged, onward] })).toMatchObject({
      status: 'COMPLETE',
      alignment: { isAligned: true, holeMs: 2_000 },
    });
  });

  it('believes an end that is only presumed until a better one comes', () => {
    const legs = [dialer(), open('ASSISTANT', 2, 60)];
    expect(verdict(legs, { now: LATER }).alignment).toMatchObject({ isAligned: false, holeMs: 60_000 });
  });
});

describe('rules 4 and 5: missing is PARTIAL before the deadline and DROPPED from it on', () => {
  interface Wait {
    role: Role;
    legs: Call[];
    deadline: number;
    code: WhyCode;
    dropped: WhyCode;
    fields?: Partial<StatusInput>;
  }
  const WAITS: [string, Wait][] = [
    [
      'an assistant, from the answer',
      {
        role: 'ASSISTANT',
        legs: [dialer()],
        deadline: at(0) + 10 * MINUTE,
        code: 'WAITING_FOR_ASSISTANT',
        dropped: 'ASSISTANT_NOT_REPORTED_YET',
      },
    ],
    [
      'an assistant, from the end when nothing says when it was answered',
      {
        role: 'ASSISTANT',
        legs: [dialer({ answeredAt: null })],
        deadline: at(120) + 10 * MINUTE,
        code: 'WAITING_FOR_ASSISTANT',
        dropped: 'ASSISTANT_NOT_REPORTED_YET',
      },
    ],
    [
      'an assistant, from the first of several answers',
      {
        role: 'ASSISTANT',
        legs: [dialer(), ended('DIALER', 60, 100, { externalId: 'd2', id: 'd2' })],
        deadline: at(0) + 10 * MINUTE,
        code: 'WAITING_FOR_ASSISTANT',
        dropped: 'ASSISTANT_NOT_REPORTED_YET',
      },
    ],
    [
      'a dialer, from the last observed end',
      {
        role: 'DIALER',
        legs: [assistant()],
        deadline: at(119) + 15 * MINUTE,
        code: 'WAITING_FOR_DIALER',
        dropped: 'DIALER_NOT_SYNCED_YET',
      },
    ],
    [
      'a human, from the last observed end',
      {
        role: 'HUMAN',
        legs: [dialer(), assistant()],
        deadline: at(120) + HOUR,
        code: 'WAITING_FOR_HUMAN',
        dropped: 'HUMAN_NEVER_REPORTED',
        fields: { transfers: [bridged] },
      },
    ],
    [
      'an assistant of an unanswered call, if the policy wants one',
      {
        role: 'ASSISTANT',
        legs: [unanswered()],
        deadline: at(30) + 10 * MINUTE,
        code: 'WAITING_FOR_ASSISTANT',
        dropped: 'ASSISTANT_NEVER_REPORTED',
        fields: { policy: { ...DEFAULT_POLICY, unansweredIsComplete: false } },
      },
    ],
    [
      'a dialer as long as its source needs for 99 of 100 records, if that is more than the window',
      {
        role: 'DIALER',
        legs: [assistant()],
        deadline: at(119) + 2 * HOUR,
        code: 'WAITING_FOR_DIALER',
        dropped: 'DIALER_NOT_SYNCED_YET',
        fields: { lagP99: { DIALER: 2 * HOUR } },
      },
    ],
    [
      'a dialer no shorter than the window, however fast its source is',
      {
        role: 'DIALER',
        legs: [assistant()],
        deadline: at(119) + 15 * MINUTE,
        code: 'WAITING_FOR_DIALER',
        dropped: 'DIALER_NOT_SYNCED_YET',
        fields: { lagP99: { DIALER: 1_000, ASSISTANT: 9 * HOUR } },
      },
    ],
    [
      'the rest of a dialer record that fell silent before an answer',
      {
        role: 'DIALER',
        legs: [open('DIALER', null, 0)],
        deadline: at(0) + 40 * MINUTE,
        code: 'WAITING_FOR_DIALER',
        dropped: 'DIALER_NEVER_REPORTED',
        fields: { lagP99: { DIALER: 40 * MINUTE } },
      },
    ],
  ];

  describe.each(WAITS)('%s', (_name, { role, legs, deadline, code: waiting, dropped, fields }) => {
    it('one ms before the deadline: PARTIAL, with the time by which it is expected', () => {
      const seen = verdict(legs, { ...fields, now: deadline - 1 });
      expect(seen).toMatchObject({
        status: 'PARTIAL',
        dropStage: null,
        dropDetail: null,
        isProvisional: false,
        expectedBy: deadline,
        faultDomain: null,
        why: { code: waiting },
        missing: [{ role, deadline }],
        nextEvaluationAt: deadline,
      });
      expect(seen.why.facts).toContainEqual({ name: 'expectedBy', value: deadline });
    });

    it.each([
      ['at', 0],
      ['one ms after', 1],
    ])('%s the deadline: DROPPED', (_when, offset) => {
      expect(verdict(legs, { ...fields, now: deadline + offset })).toMatchObject({
        status: 'DROPPED',
        why: { code: dropped },
        missing: [{ role, deadline }],
      });
    });
  });

  it('of several missing roles, the first deadline counts', () => {
    const legs = [ended('HUMAN', 60, 120)];
    expect(verdict(legs)).toMatchObject({
      expectedBy: at(120) + 10 * MINUTE,
      why: { code: 'WAITING_FOR_ASSISTANT' },
    });
    expect(verdict(legs, { now: at(120) + 10 * MINUTE })).toMatchObject({
      status: 'DROPPED',
      why: { code: 'ASSISTANT_NEVER_REPORTED' },
    });
  });
});

describe('the stage of a drop, in order', () => {
  const answeredAt = { name: 'answeredAt', value: at(0) };
  const endedAt = { name: 'endedAt', value: at(119) };
  const assistantBy = { name: 'deadline', value: at(0) + 10 * MINUTE };
  const dialerBy = { name: 'deadline', value: at(119) + 15 * MINUTE };
  const humanBy = { name: 'deadline', value: at(120) + HOUR };
  const bridgedAt = { name: 'bridgedAt', value: at(60) };
  const final = DEFAULT_POLICY.finalizeAfter;

  interface Drop {
    legs: Call[];
    fields?: Partial<StatusInput>;
    stage: DropStage;
    detail: DropDetail | null;
    code: WhyCode;
    fault: FaultDomain;
    /** Null: settled. */
    until: number | null;
    facts: { name: string; value: number }[];
  }
  const DROPS: [string, Drop][] = [
    [
      'INFRA_TO_BOT: answered, no assistant, and nothing known of what its source has reported',
      {
        legs: [dialer()],
        stage: 'INFRA_TO_BOT',
        detail: 'ASSISTANT_NOT_REPORTED_YET',
        code: 'ASSISTANT_NOT_REPORTED_YET',
        fault: 'ASSISTANT',
        until: at(0) + final,
        facts: [answeredAt, assistantBy],
      },
    ],
    [
      'INFRA_TO_BOT: the watermark of the assistant one ms before the end of the call',
      {
        legs: [dialer()],
        fields: { watermarks: { ASSISTANT: at(120) - 1 } },
        stage: 'INFRA_TO_BOT',
        detail: 'ASSISTANT_NOT_REPORTED_YET',
        code: 'ASSISTANT_NOT_REPORTED_YET',
        fault: 'ASSISTANT',
        until: at(0) + final,
        facts: [answeredAt, assistantBy],
      },
    ],
    [
      'INFRA_TO_BOT: the watermark of the assistant has passed the call',
      {
        legs: [dialer()],
        fields: { watermarks: { ASSISTANT: at(120) } },
        stage: 'INFRA_TO_BOT',
        detail: 'ASSISTANT_NEVER_STARTED',
        code: 'ASSISTANT_NEVER_STARTED',
        fault: 'ASSISTANT',
        until: null,
        facts: [answeredAt, { name: 'endedAt', value: at(120) }],
      },
    ],
    [
      'INFRA_TO_BOT: a call that is said to be completed, of which nothing says when it was answered',
      {
        legs: [dialer({ answeredAt: null })],
        stage: 'INFRA_TO_BOT',
        detail: 'ASSISTANT_NOT_REPORTED_YET',
        code: 'ASSISTANT_NOT_REPORTED_YET',
        fault: 'ASSISTANT',
        until: at(120) + final,
        facts: [{ name: 'deadline', value: at(120) + 10 * MINUTE }],
      },
    ],
    [
      'INFRA_TO_BOT: a call of which nothing says when it was answered, nor when it ended',
      {
        legs: [dialer({ answeredAt: null, endedAt: null })],
        fields: { watermarks: { ASSISTANT: at(120) } },
        stage: 'INFRA_TO_BOT',
        detail: 'ASSISTANT_NEVER_STARTED',
        code: 'ASSISTANT_NEVER_STARTED',
        fault: 'ASSISTANT',
        until: null,
        facts: [],
      },
    ],
    [
      'INFRA_TO_BOT: the watermark of another source says nothing',
      {
        legs: [dialer()],
        fields: { watermarks: { ASSISTANT: null, DIALER: LATER } },
        stage: 'INFRA_TO_BOT',
        detail: 'ASSISTANT_NOT_REPORTED_YET',
        code: 'ASSISTANT_NOT_REPORTED_YET',
        fault: 'ASSISTANT',
        until: at(0) + final,
        facts: [answeredAt, assistantBy],
      },
    ],
    [
      'INFRA_TO_BOT: the assistant said that it could not join',
      {
        legs: [dialer(), failedAssistant()],
        fields: { watermarks: { ASSISTANT: LATER } },
        stage: 'INFRA_TO_BOT',
        detail: 'ASSISTANT_FAILED_TO_JOIN',
        code: 'ASSISTANT_FAILED_TO_JOIN',
        fault: 'ASSISTANT',
        until: null,
        facts: [answeredAt],
      },
    ],
    [
      'INFRA_TO_BOT: a suggestion stands, and the assistant may not have reported everything',
      {
        legs: [dialer()],
        fields: { hasSuggestion: true },
        stage: 'INFRA_TO_BOT',
        detail: 'CANDIDATE_EXISTS',
        code: 'CANDIDATE_EXISTS',
        fault: 'ASSISTANT',
        until: at(0) + final,
        facts: [answeredAt],
      },
    ],
    [
      'INFRA_TO_BOT: a suggestion stands, and the watermark of the assistant has passed the call',
      {
        legs: [dialer()],
        fields: { hasSuggestion: true, watermarks: { ASSISTANT: at(120) } },
        stage: 'INFRA_TO_BOT',
        detail: 'CANDIDATE_EXISTS',
        code: 'CANDIDATE_EXISTS',
        fault: 'ASSISTANT',
        until: null,
        facts: [answeredAt],
      },
    ],
    [
      'INFRA_TO_BOT: that the assistant could not join weighs more than a suggestion',
      {
        legs: [dialer(), failedAssistant()],
        fields: { hasSuggestion: true },
        stage: 'INFRA_TO_BOT',
        detail: 'ASSISTANT_FAILED_TO_JOIN',
        code: 'ASSISTANT_FAILED_TO_JOIN',
        fault: 'ASSISTANT',
        until: null,
        facts: [answeredAt],
      },
    ],
    [
      'INFRA_TO_BOT: a voicemail that no assistant spoke to',
      {
        legs: [dialer({ status: 'VOICEMAIL' })],
        stage: 'INFRA_TO_BOT',
        detail: 'ASSISTANT_NOT_REPORTED_YET',
        code: 'ASSISTANT_NOT_REPORTED_YET',
        fault: 'ASSISTANT',
        until: at(0) + final,
        facts: [answeredAt, assistantBy],
      },
    ],
    [
      'INFRA_TO_BOT: before a missing human',
      {
        legs: [dialer()],
        fields: { transfers: [bridged] },
        stage: 'INFRA_TO_BOT',
        detail: 'ASSISTANT_NOT_REPORTED_YET',
        code: 'ASSISTANT_NOT_REPORTED_YET',
        fault: 'ASSISTANT',
        until: at(0) + final,
        facts: [answeredAt, assistantBy],
      },
    ],
    [
      'SYNC_GAP: assistant without a dialer, whose watermark is not known',
      {
        legs: [assistant()],
        stage: 'SYNC_GAP',
        detail: 'DIALER_NOT_SYNCED_YET',
        code: 'DIALER_NOT_SYNCED_YET',
        fault: 'SYNC',
        until: at(119) + final,
        facts: [endedAt],
      },
    ],
    [
      'SYNC_GAP: the watermark of the dialer one ms before the end',
      {
        legs: [assistant()],
        fields: { watermarks: { DIALER: at(119) - 1 } },
        stage: 'SYNC_GAP',
        detail: 'DIALER_NOT_SYNCED_YET',
        code: 'DIALER_NOT_SYNCED_YET',
        fault: 'SYNC',
        until: at(119) + final,
        facts: [endedAt],
      },
    ],
    [
      'UNSPECIFIED: the moment the watermark of the dialer passes the end',
      {
        legs: [assistant()],
        fields: { watermarks: { DIALER: at(119) } },
        stage: 'UNSPECIFIED',
        detail: 'DIALER_NEVER_REPORTED',
        code: 'DIALER_NEVER_REPORTED',
        fault: 'DIALER',
        until: null,
        facts: [endedAt, dialerBy],
      },
    ],
    [
      'UNSPECIFIED: a human who never came',
      {
        legs: [dialer(), assistant()],
        fields: { transfers: [bridged] },
        stage: 'UNSPECIFIED',
        detail: 'HUMAN_NEVER_REPORTED',
        code: 'HUMAN_NEVER_REPORTED',
        fault: 'HUMAN_DESK',
        until: null,
        facts: [bridgedAt, humanBy],
      },
    ],
    [
      'UNSPECIFIED: of a transfer that says only when it was asked for, nothing says when it was bridged',
      {
        legs: [dialer(), assistant()],
        fields: { transfers: [{ ...bridged, bridgedAt: null }] },
        stage: 'UNSPECIFIED',
        detail: 'HUMAN_NEVER_REPORTED',
        code: 'HUMAN_NEVER_REPORTED',
        fault: 'HUMAN_DESK',
        until: null,
        facts: [humanBy],
      },
    ],
    [
      'UNSPECIFIED: of two transfers the one that can be seen',
      {
        legs: [dialer(), assistant()],
        fields: { transfers: [{ ...unseen, bridgedAt: at(20) }, bridged] },
        stage: 'UNSPECIFIED',
        detail: 'HUMAN_NEVER_REPORTED',
        code: 'HUMAN_NEVER_REPORTED',
        fault: 'HUMAN_DESK',
        until: null,
        facts: [bridgedAt, humanBy],
      },
    ],
    [
      'UNSPECIFIED: a dialer that fell silent before an answer',
      {
        legs: [open('DIALER', null, 0)],
        stage: 'UNSPECIFIED',
        detail: 'DIALER_NEVER_REPORTED',
        code: 'DIALER_NEVER_REPORTED',
        fault: 'DIALER',
        until: null,
        facts: [{ name: 'deadline', value: at(0) + 15 * MINUTE }],
      },
    ],
    [
      'UNSPECIFIED: a human whom the policy expects without any transfer',
      {
        legs: [dialer()],
        fields: { policy: { ...DEFAULT_POLICY, roles: ['DIALER', 'HUMAN'] } },
        stage: 'UNSPECIFIED',
        detail: 'HUMAN_NEVER_REPORTED',
        code: 'HUMAN_NEVER_REPORTED',
        fault: 'HUMAN_DESK',
        until: null,
        facts: [humanBy],
      },
    ],
    [
      'UNSPECIFIED: a chat system that the policy expects',
      {
        legs: [dialer()],
        fields: { policy: { ...DEFAULT_POLICY, roles: ['CHAT'] } },
        stage: 'UNSPECIFIED',
        detail: null,
        code: 'CHAT_NEVER_REPORTED',
        fault: 'UNKNOWN',
        until: null,
        facts: [{ name: 'deadline', value: at(120) + 15 * MINUTE }],
      },
    ],
    [
      'UNSPECIFIED: a human alone',
      {
        legs: [human()],
        stage: 'UNSPECIFIED',
        detail: null,
        code: 'ASSISTANT_NEVER_REPORTED',
        fault: 'ASSISTANT',
        until: null,
        facts: [{ name: 'deadline', value: at(120) + 10 * MINUTE }],
      },
    ],
  ];

  it.each(DROPS)('%s', (_name, { legs, fields, stage, detail, code: why, fault, until, facts }) => {
    expect(verdict(legs, { now: LATER, ...fields })).toMatchObject({
      status: 'DROPPED',
      dropStage: stage,
      dropDetail: detail,
      faultDomain: fault,
      isProvisional: until !== null,
      expectedBy: until,
      nextEvaluationAt: until,
      why: { code: why, facts },
    });
  });

  it.each<[string, number, boolean]>([
    ['one ms before', -1, true],
    ['at', 0, false],
    ['one ms after', 1, false],
  ])(
    'an unreported assistant is provisional %s the end of all timers (R13): %s ms: %s',
    (_name, offset, isProvisional) => {
      expect(verdict([dialer()], { now: at(0) + final + offset })).toMatchObject({
        dropStage: 'INFRA_TO_BOT',
        dropDetail: 'ASSISTANT_NOT_REPORTED_YET',
        isProvisional,
        nextEvaluationAt: isProvisional ? at(0) + final : null,
      });
    },
  );

  it.each<[string, number, DropStage, DropDetail]>([
    ['one ms before', -1, 'SYNC_GAP', 'DIALER_NOT_SYNCED_YET'],
    ['at', 0, 'UNSPECIFIED', 'DIALER_NEVER_REPORTED'],
    ['one ms after', 1, 'UNSPECIFIED', 'DIALER_NEVER_REPORTED'],
  ])('a sync gap ends with all timers (R13): %s, %s ms: %s', (_name, offset, dropStage, dropDetail) => {
    expect(verdict([assistant()], { now: at(119) + final + offset })).toMatchObject({
      dropStage,
      dropDetail,
      isProvisional: dropStage === 'SYNC_GAP',
      nextEvaluationAt: dropStage === 'SYNC_GAP' ? at(119) + final : null,
    });
  });

  it('a record that comes after all timers still completes it', () => {
    const now = at(0) + 2 * final;
    expect(verdict([dialer()], { now })).toMatchObject({ status: 'DROPPED', nextEvaluationAt: null });
    expect(verdict([dialer(), assistant()], { now }).status).toBe('COMPLETE');
  });

  it('goes on to the next stage when the deadline of another role comes later', () => {
    const fields = { lagP99: { DIALER: 2 * HOUR }, transfers: [bridged] };
    const legs = [ended('ASSISTANT', 2, 120)];
    expect(verdict(legs, { ...fields, now: at(120) + HOUR })).toMatchObject({
      dropStage: 'UNSPECIFIED',
      dropDetail: 'HUMAN_NEVER_REPORTED',
      nextEvaluationAt: at(120) + 2 * HOUR,
    });
    expect(verdict(legs, { ...fields, now: at(120) + 2 * HOUR })).toMatchObject({
      dropStage: 'SYNC_GAP',
      dropDetail: 'DIALER_NOT_SYNCED_YET',
    });
  });
});

describe('the verdict is a pure function, and knows when it will be another (property)', () => {
  const seconds = fc.constantFrom(0, 2, 60, 120, 3_000, 90_000);
  const optional = fc.option(seconds.map(at));
  const leg = fc
    .record({
      role: fc.constantFrom<Role>('DIALER', 'ASSISTANT', 'HUMAN', 'CHAT'),
      status: fc.constantFrom<CallStatus>(
        'RINGING',
        'ACTIVE',
        'COMPLETED',
        'FAILED',
        'NO_ANSWER',
        'VOICEMAIL',
        'UNKNOWN',
      ),
      over: fc.boolean(),
      answeredAt: optional,
      startedAt: optional,
      endedAt: optional,
      first: seconds,
      last: seconds,
    })
    .map(({ role, over, first, last, ...fields }) =>
      call(role, {
        ...fields,
        state: over ? 'TERMINAL' : 'ACTIVE',
        firstEventAt: at(Math.min(first, last)),
        lastEventAt: at(Math.max(first, last)),
      }),
    );
  const transfer = fc.record<Transfer>({
    id: fc.constant('t'),
    state: fc.constantFrom('REQUESTED', 'BRIDGED', 'ENDED'),
    bridgedAt: optional,
    observable: fc.constantFrom(true, false, null),
  });
  const lag = fc.constantFrom(0, 2 * HOUR, 100 * HOUR);
  const situation: fc.Arbitrary<StatusInput> = fc
    .record({
      legs: fc.array(leg, { minLength: 1, maxLength: 4 }),
      transfers: fc.array(transfer, { maxLength: 2 }),
      channel: fc.constantFrom(...CHANNELS, 'VOICE' as const, 'VOICE' as const),
      unansweredIsComplete: fc.boolean(),
      finalizeAfter: fc.constantFrom(MINUTE, 72 * HOUR),
      roles: fc.option(fc.subarray([...ROLES]), { freq: 4 }),
      watermarks: fc.record({ DIALER: optional, ASSISTANT: optional }),
      lagP99: fc.record({ DIALER: lag, ASSISTANT: lag, HUMAN: lag }),
      seesHumans: fc.boolean(),
      hasSuggestion: fc.boolean(),
      now: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 400_000 })).map(at),
    })
    .map(({ legs, unansweredIsComplete, finalizeAfter, roles, ...rest }) => ({
      ...rest,
      legs: legs.map((one, place) => ({ ...one, id: `leg-${place}` })),
      direction: null,
      policy: { ...DEFAULT_POLICY, unansweredIsComplete, finalizeAfter, roles },
    }));
  const untimed = (one: Verdict): Verdict => ({ ...one, nextEvaluationAt: null });
  const RUNS = { numRuns: 3_000 };

  it('nothing changes before nextEvaluationAt, and something does at it', () => {
    fc.assert(
      fc.property(situation, fc.double({ min: 0, max: 1, noNaN: true }), (one, part) => {
        const before = judge(one);
        const next = before.nextEvaluationAt;
        if (next === null) {
          const later = one.now + Math.round(part * 1_000 * HOUR);
          expect(judge({ ...one, now: later })).toEqual(before);
          return;
        }
        expect(next).toBeGreaterThan(one.now);
        const between = one.now + Math.floor(part * (next - 1 - one.now));
        expect(judge({ ...one, now: between })).toEqual(before);
        expect(judge({ ...one, now: next - 1 })).toEqual(before);
        expect(untimed(judge({ ...one, now: next }))).not.toEqual(untimed(before));
      }),
      RUNS,
    );
  });

  it('comes to rest after a few turns', () => {
    fc.assert(
      fc.property(situation, (one) => {
        let now: number | null = one.now;
        for (let turn = 0; turn < 12 && now !== null; turn += 1)
          now = judge({ ...one, now }).nextEvaluationAt;
        expect(now).toBeNull();
      }),
      RUNS,
    );
  });

  it('says things that go together', () => {
    fc.assert(
      fc.property(situation, (one) => {
        const seen = judge(one);
        expect(seen.dropStage !== null).toBe(seen.status === 'DROPPED');
        expect(seen.faultDomain !== null).toBe(seen.status === 'DROPPED');
        if (seen.isProvisional) {
          expect(seen.status).toBe('DROPPED');
          expect(seen.nextEvaluationAt).not.toBeNull();
          expect(seen.expectedBy).toBeGreaterThanOrEqual(seen.nextEvaluationAt ?? Infinity);
        }
        if (seen.status === 'COMPLETE')
          expect(seen).toMatchObject({ missing: [], expectedBy: null, nextEvaluationAt: null });
        if (seen.status === 'PARTIAL') expect(seen.expectedBy).toBe(seen.nextEvaluationAt);
        if (seen.status === 'IN_PROGRESS') expect(seen.presumedEnds.size).toBe(0);
        const facts = new Set<string>(seen.why.facts.map(({ name }) => name));
        expect(factsShown(seen.why).filter((name) => !facts.has(name))).toEqual([]);
        for (const fact of seen.why.facts) {
          expect(Number.isSafeInteger(fact.value)).toBe(true);
          expect(fact.value).toBeGreaterThanOrEqual(0);
        }
        const endedAt = Math.max(...one.legs.map((leg) => lastThereAt(leg) ?? leg.lastEventAt));
        for (const { deadline } of seen.missing)
          expect(deadline).toBeLessThanOrEqual(endedAt + one.policy.finalizeAfter);
      }),
      RUNS,
    );
  });

  it('does not depend on the order of the legs', () => {
    fc.assert(
      fc.property(situation, (one) => {
        expect(judge({ ...one, legs: [...one.legs].reverse() })).toEqual(judge(one));
      }),
      RUNS,
    );
  });
});
