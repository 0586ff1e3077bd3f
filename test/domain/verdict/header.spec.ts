import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../../src/domain/call.js';
import { resourcesUsed, sessionContext } from '../../../src/domain/verdict/context.js';
import { endedLabel } from '../../../src/domain/verdict/label.js';
import { sessionMetrics } from '../../../src/domain/verdict/metrics.js';
import { resultOf, sessionOutcome } from '../../../src/domain/verdict/outcome.js';
import type { SessionResult, VerdictMetrics } from '../../../src/domain/verdict/verdict.js';
import type { CallStatus, DisconnectedBy } from '../../../src/domain/words.js';
import { at, call, ended, open } from '../../support/calls.js';
import { answeredCall, said, sessionOf } from '../../support/sessions.js';

const PARTIES = { customerAddress: '+12025550123', did: '+12025550199' };

describe('the context of a call', () => {
  it('names who called whom, through which flow, since when', () => {
    const calls = answeredCall(PARTIES, { flow: 'support' });
    expect(sessionContext(sessionOf(calls, { directionRaw: 'incoming' }))).toEqual({
      referenceType: 'CALL',
      channel: 'VOICE',
      direction: 'INBOUND',
      directionRaw: 'incoming',
      participants: [
        { role: 'SOURCE', address: '+12025550123' },
        { role: 'DESTINATION', address: '+12025550199' },
      ],
      flowName: 'support',
      startedAt: at(2),
      originKind: null,
      originType: null,
      multiLeg: false,
      aiHandled: true,
      humanInvolved: false,
    });
  });

  it('turns the parties round when we call, and leaves out whom nobody names', () => {
    const outbound = sessionOf(answeredCall({ ...PARTIES, direction: 'OUTBOUND' }));
    expect(sessionContext(outbound)?.participants).toEqual([
      { role: 'SOURCE', address: '+12025550199' },
      { role: 'DESTINATION', address: '+12025550123' },
    ]);
    expect(sessionContext(sessionOf(answeredCall()))?.participants).toBeNull();
  });

  it.each<[what: string, calls: Call[], flags: [multiLeg: boolean, aiHandled: boolean, human: boolean]]>([
    ['a dialer alone', [ended('DIALER', 2, 9)], [false, false, false]],
    ["the assistant's view of the same path", answeredCall(), [false, true, false]],
    [
      'a group call',
      [...answeredCall(), ended('DIALER', null, 4, { id: 'd2', externalId: 'd2' })],
      [true, true, false],
    ],
    ['an agent who took over', [...answeredCall(), ended('HUMAN', 60, 100)], [true, true, true]],
    [
      'an agent who never answered',
      [...answeredCall(), ended('HUMAN', null, 70, { status: 'MISSED' })],
      [true, true, false],
    ],
    [
      'an assistant that replies in a chat',
      [ended('CHAT', 0, 9, { channel: 'CHAT', messages: [said('CUSTOMER', 1), said('ASSISTANT', 2)] })],
      [false, true, false],
    ],
    [
      'an agent who replies in a chat',
      [ended('CHAT', 0, 9, { channel: 'CHAT', messages: [said('CUSTOMER', 1), said('AGENT', 2)] })],
      [false, false, true],
    ],
    [
      'a chat in which nobody has replied',
      [ended('CHAT', 0, 9, { channel: 'CHAT', messages: [said('CUSTOMER', 1)] })],
      [false, false, false],
    ],
    [
      'an assistant that could not join',
      [ended('DIALER', 2, 9), call('ASSISTANT', { status: 'FAILED', state: 'TERMINAL' })],
      [false, false, false],
    ],
  ])('tells legs, assistant and agent: %s', (_, calls, flags) => {
    const context = sessionContext(sessionOf(calls));
    expect([context?.multiLeg, context?.aiHandled, context?.humanInvolved]).toEqual(flags);
  });
});

describe('the reference', () => {
  it.each([
    ['VOICE', 'CALL', 'VOICE'],
    ['WEB', 'AI', 'AI'],
    ['CHAT', 'CONVERSATION', 'CHAT'],
    ['SMS', 'CONVERSATION', 'CHAT'],
    ['EMAIL', 'CONVERSATION', 'CHAT'],
  ] as const)('of the channel %s is %s', (channel, referenceType, sessionChannel) => {
    const context = sessionContext(sessionOf([ended('ASSISTANT', 1, 9, { channel })]));
    expect(context).toMatchObject({ referenceType, channel: sessionChannel });
  });

  it('of a channel that is nothing of the kind is none: there is no context, outcome or metrics', () => {
    const session = sessionOf([
      ended('ASSISTANT', 1, 9, { channel: 'OTHER', messages: [said('CUSTOMER', 1)] }),
    ]);
    expect([sessionContext(session), sessionOutcome(session), sessionMetrics(session)]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it.each(['api', 'campaign'])(
    'that a source states as %s has a context and neither outcome nor metrics',
    (type) => {
      const session = sessionOf(
        answeredCall({ tags: { reference_type: type } }, { messages: [said('CUSTOMER', 5)] }),
      );
      expect(sessionContext(session)?.referenceType).toBe(type.toUpperCase());
      expect([sessionOutcome(session), sessionMetrics(session)]).toEqual([null, null]);
    },
  );

  const origin = sessionOf(
    answeredCall({ ...PARTIES, endReason: 'normal' }, { messages: [said('CUSTOMER', 5)] }),
  );

  it.each([
    ['transcribe', 'TRANSCRIBE', 'TRANSCRIPTION'],
    ['recording', 'RECORDING', 'RECORDING'],
  ])('%s borrows the body of the call it was made from, but not its flags and metrics', (tag, type, kind) => {
    const session = sessionOf(
      [ended('ASSISTANT', 200, 201, { tags: { reference_type: tag }, messages: [said('CUSTOMER', 5)] })],
      { origin },
    );
    expect(sessionContext(session)).toEqual({
      ...sessionContext(origin),
      referenceType: type,
      originKind: kind,
      originType: 'CALL',
      aiHandled: false,
      humanInvolved: false,
    });
    expect(sessionOutcome(session)).toEqual(sessionOutcome(origin));
    expect(sessionMetrics(session)).toBeNull();
  });

  it('of a transcription finds its origin among the legs of the same interaction too', () => {
    const transcription = ended('ASSISTANT', 3, 50, {
      id: 't',
      externalId: 't',
      tags: { reference_type: 'transcribe' },
    });
    const session = sessionOf([...answeredCall(PARTIES), transcription]);
    expect(sessionContext(session)).toMatchObject({
      referenceType: 'TRANSCRIBE',
      originType: 'CALL',
      direction: 'INBOUND',
      participants: [{ address: '+12025550123' }, { address: '+12025550199' }],
    });
  });

  it('of a conference bridge is told as its source states it; an origin that nobody knows leaves the body empty', () => {
    const tags = { reference_type: 'recording', origin_type: 'confbridge' };
    const session = sessionOf([ended('DIALER', 1, 9, { ...PARTIES, tags })]);
    expect(sessionContext(session)).toMatchObject({
      originType: 'CONFBRIDGE',
      participants: null,
      direction: null,
      channel: null,
    });
    expect(sessionOutcome(session)).toBeNull();
  });
});

describe('the result of a call', () => {
  const result = (
    endReason: string | null,
    status: CallStatus = 'COMPLETED',
    state: Call['state'] = 'TERMINAL',
  ) => resultOf({ endReason, status, state });

  it.each<[reason: string, result: SessionResult]>([
    ['normal', 'COMPLETED'],
    ['NORMAL_CLEARING', 'COMPLETED'],
    ['customer-ended-call', 'COMPLETED'],
    ['noanswer', 'NO_ANSWER'],
    ['no-answer', 'NO_ANSWER'],
    ['customer-did-not-answer', 'NO_ANSWER'],
    ['dialout', 'NO_ANSWER'],
    ['busy', 'BUSY'],
    ['customer-busy', 'BUSY'],
    ['failed', 'FAILED'],
    ['cancel', 'FAILED'],
    ['canceled', 'FAILED'],
    ['timeout', 'FAILED'],
    ['silence-timed-out', 'FAILED'],
    ['amd', 'FAILED'],
    ['machine', 'FAILED'],
    ['martian', 'UNKNOWN'],
  ])('with the reason %s is %s', (reason, expected) => {
    expect(result(reason)).toBe(expected);
  });

  it.each<[status: CallStatus, result: SessionResult]>([
    ['BUSY', 'BUSY'],
    ['NO_ANSWER', 'NO_ANSWER'],
    ['MISSED', 'NO_ANSWER'],
    ['FAILED', 'FAILED'],
    ['DECLINED', 'FAILED'],
    ['CANCELED', 'FAILED'],
    ['VOICEMAIL', 'FAILED'],
    ['COMPLETED', 'COMPLETED'],
    ['UNKNOWN', 'COMPLETED'],
  ])('without a reason follows from the status %s', (status, expected) => {
    expect(result(null, status)).toBe(expected);
  });

  it('is in progress without a reason and without a hang-up, and the status decides where no family knows the reason', () => {
    expect(result(null, 'ACTIVE', 'ACTIVE')).toBe('IN_PROGRESS');
    expect(result('sip-486', 'BUSY')).toBe('BUSY');
  });
});

describe('the outcome of a call', () => {
  it('has the time from the answer to the hang-up, and the reason as it was said', () => {
    expect(sessionOutcome(sessionOf(answeredCall({ endReason: 'normal' })))).toEqual({
      result: 'COMPLETED',
      endedBy: 'REMOTE',
      reason: 'normal',
      detail: { duration_sec: '98', hangup_reason: 'normal' },
    });
  });

  it('has neither a duration nor one who ended it when nobody answered', () => {
    const missed = ended('DIALER', null, 30, { endReason: 'noanswer', disconnectedBy: 'SYSTEM' });
    expect(sessionOutcome(sessionOf([missed]))).toEqual({
      result: 'NO_ANSWER',
      endedBy: null,
      reason: 'noanswer',
      detail: { hangup_reason: 'noanswer' },
    });
  });

  it('is that of the earliest leg', () => {
    const first = ended('DIALER', null, 5, { endReason: 'busy' });
    const second = ended('DIALER', 20, 60, { id: 'd2', externalId: 'd2', endReason: 'normal' });
    expect(sessionOutcome(sessionOf([second, first]))?.result).toBe('BUSY');
  });

  it.each<[DisconnectedBy, 'REMOTE' | 'LOCAL' | null]>([
    ['CUSTOMER', 'REMOTE'],
    ['VOICEMAIL', 'REMOTE'],
    ['BOT', 'LOCAL'],
    ['AGENT', 'LOCAL'],
    ['SYSTEM', 'LOCAL'],
    ['TIMEOUT', 'LOCAL'],
    ['ERROR', 'LOCAL'],
    ['UNKNOWN', null],
  ])('was ended by %s: %s', (disconnectedBy, endedBy) => {
    expect(sessionOutcome(sessionOf(answeredCall({}, { disconnectedBy })))?.endedBy).toBe(endedBy);
  });

  it('of a session with an assistant alone is told as far as it goes', () => {
    const session = sessionOf([
      ended('ASSISTANT', 1, 9, { channel: 'WEB', endReason: 'assistant-ended-call', disconnectedBy: 'BOT' }),
    ]);
    expect(sessionOutcome(session)).toEqual({
      result: 'COMPLETED',
      endedBy: null,
      reason: 'assistant-ended-call',
      detail: null,
    });
  });
});

describe('the label of who ended it', () => {
  it.each([
    ['CALL', 'INBOUND', 'REMOTE', 'Customer ended'],
    ['CALL', 'INBOUND', 'LOCAL', 'System ended'],
    ['CALL', 'OUTBOUND', 'REMOTE', 'Callee ended'],
    ['CALL', 'OUTBOUND', 'LOCAL', 'System ended'],
    ['CALL', 'INBOUND', null, 'No answer / N/A'],
    ['CALL', 'OUTBOUND', null, 'No answer / N/A'],
    ['CALL', null, null, 'No answer / N/A'],
    ['CALL', null, 'REMOTE', null],
    ['CONVERSATION', null, null, null],
    ['AI', 'INBOUND', 'REMOTE', null],
  ] as const)('of %s %s %s is %s', (reference, direction, endedBy, label) => {
    expect(endedLabel(reference, direction, endedBy)).toBe(label);
  });
});

describe('the metrics', () => {
  const metrics = (messages: Call['messages'], assistant: Partial<Call> = {}): VerdictMetrics | null =>
    sessionMetrics(sessionOf(answeredCall({}, { messages, ...assistant })));

  it('count turns and measure from the end of one to the start of the next', () => {
    const turns = [
      said('ASSISTANT', 4, 6),
      said('CUSTOMER', 7, 9),
      said('ASSISTANT', 10, 12),
      said('CUSTOMER', 20, 21),
      said('ASSISTANT', 24, 25),
    ];
    expect(metrics(turns)).toEqual({
      turnsUser: 2,
      turnsBot: 3,
      firstResponseMs: 1_000,
      avgResponseMs: 2_000,
      maxResponseMs: 3_000,
      maxGapMs: 8_000,
    });
  });

  it.each<[what: string, turns: Call['messages'], expected: Partial<VerdictMetrics> | null]>([
    ['nothing was said', [], null],
    [
      'only ticks of a model, agents and systems',
      [said('ASSISTANT', 4, 5, ' '), said('AGENT', 5), said('SYSTEM', 6)],
      null,
    ],
    [
      'the customer alone',
      [said('CUSTOMER', 5)],
      { turnsUser: 1, turnsBot: 0, firstResponseMs: null, avgResponseMs: null, maxGapMs: null },
    ],
    [
      'turns without times',
      [said('CUSTOMER', null), said('ASSISTANT', null)],
      {
        turnsUser: 1,
        turnsBot: 1,
        firstResponseMs: null,
        avgResponseMs: null,
        maxResponseMs: null,
        maxGapMs: null,
      },
    ],
    [
      'turns that overlap',
      [said('CUSTOMER', 5, 9), said('ASSISTANT', 8, 10)],
      { avgResponseMs: 0, maxResponseMs: 0, maxGapMs: 0 },
    ],
    [
      'two turns of the customer before one answer',
      [said('CUSTOMER', 5, 6), said('CUSTOMER', 8, 9), said('ASSISTANT', 11)],
      { avgResponseMs: 2_000, maxGapMs: 2_000 },
    ],
    ['a first turn before the start', [said('ASSISTANT', 1, 4)], { firstResponseMs: 0 }],
  ])('when %s', (_, turns, expected) => {
    if (expected === null) expect(metrics(turns)).toBeNull();
    else expect(metrics(turns)).toMatchObject(expected);
  });

  it('take one transcript where two systems wrote one', () => {
    const heard = [said('CUSTOMER', 5), said('ASSISTANT', 6)];
    const session = sessionOf(answeredCall({ messages: heard }, { messages: heard }));
    expect(sessionMetrics(session)).toMatchObject({ turnsUser: 1, turnsBot: 1 });
  });

  it('are none for a conversation', () => {
    const session = sessionOf([ended('CHAT', 1, 9, { channel: 'CHAT', messages: [said('CUSTOMER', 5)] })]);
    expect(sessionMetrics(session)).toBeNull();
  });
});

describe('a conversation', () => {
  const thread = (messages: Call['messages'], fields: Partial<Call> = {}) =>
    sessionOf([ended('CHAT', 0, 9_000, { channel: 'CHAT', direction: 'INBOUND', messages, ...fields })]);
  const outcome = (...request: Parameters<typeof thread>) => sessionOutcome(thread(...request));

  it('has no direction, starts with its first message, and names the business and the customer', () => {
    const context = sessionContext(
      sessionOf([
        ended('CHAT', 0, 900, {
          channel: 'CHAT',
          direction: 'INBOUND',
          ...PARTIES,
          messages: [said('CUSTOMER', 30)],
        }),
      ]),
    );
    expect(context).toMatchObject({
      channel: 'CHAT',
      direction: null,
      startedAt: at(30),
      participants: [
        { role: 'SELF', address: '+12025550199' },
        { role: 'PEER', address: '+12025550123' },
      ],
    });
  });

  it('stands as its last message does', () => {
    expect(
      outcome([said('CUSTOMER', 10), said('ASSISTANT', 20), said('CUSTOMER', 70)], {
        carrier: 'WhatsApp Business',
      }),
    ).toEqual({
      result: 'COMPLETED',
      endedBy: null,
      reason: null,
      detail: {
        chat_platform: 'whatsapp',
        last_activity_by: 'peer',
        turns_self: '1',
        turns_peer: '2',
        unanswered: 'true',
        delivery_failures: '0',
        thread_span_sec: '60',
        truncated: 'false',
      },
    });
  });

  it('is not failed by one delivery that failed, only by the last', () => {
    const messages = [said('ASSISTANT', 10), said('CUSTOMER', 20), said('ASSISTANT', 30)];
    const status = (place: number, word: string) => ({
      id: `e${place}${word}`,
      type: `message.${word}`,
      at: at(40),
      data: { messageId: messages[place]?.id ?? '' },
    });
    expect(outcome(messages, { events: [status(0, 'failed'), status(2, 'delivered')] })).toMatchObject({
      result: 'COMPLETED',
      reason: 'delivered',
      detail: {
        delivery_failures: '1',
        last_activity_by: 'self',
        unanswered: 'false',
        chat_platform: 'message',
      },
    });
    expect(outcome(messages, { events: [status(2, 'undelivered')] })).toMatchObject({
      result: 'FAILED',
      reason: 'undelivered',
    });
  });

  it('is in progress while it goes on, and unknown when nothing was written', () => {
    const going = sessionOf([open('CHAT', 0, 3_590, { channel: 'CHAT', messages: [said('CUSTOMER', 5)] })]);
    expect(sessionOutcome(going)?.result).toBe('IN_PROGRESS');
    expect(outcome([])).toMatchObject({
      result: 'UNKNOWN',
      detail: { turns_self: '0', thread_span_sec: '0' },
    });
    expect(outcome([])?.detail).not.toHaveProperty('last_activity_by');
  });

  it('counts its latest messages only when there are too many, and says so', () => {
    const many = Array.from({ length: 5_001 }, (_, n) => said('CUSTOMER', n));
    expect(outcome(many)?.detail).toMatchObject({ truncated: 'true', turns_peer: '5000' });
  });
});

describe('the resources', () => {
  it('are counted by kind, without those of which there are none', () => {
    const tools = [{ id: 't1' }, { id: 't2' }];
    const calls = answeredCall({}, { messages: [said('CUSTOMER', 5)], toolCalls: tools });
    expect(resourcesUsed(sessionOf(calls))).toEqual([
      { type: 'call', count: 1 },
      { type: 'ai', count: 1 },
      { type: 'transcribe', count: 1 },
      { type: 'tool', count: 2 },
    ]);
  });
});

describe('the primary leg', () => {
  const key = (value: string) => ({ namespace: 'twilio_call_sid', value, scope: 'INTERACTION' as const });
  const keysOf = (named: Record<string, string[]>) =>
    new Map(Object.entries(named).map(([id, values]) => [id, values.map(key)]));
  /** As a provider tells of it: nothing says when it began or was answered. */
  const parent = ended('DIALER', 0, 361, {
    id: 'p',
    externalId: 'p',
    direction: 'INBOUND',
    startedAt: null,
    answeredAt: null,
    firstEventAt: at(361),
  });
  const child = ended('DIALER', 2, 146, { id: 'c', externalId: 'c', queuedAt: at(0), startedAt: null });
  const outcomeOf = (keys: Record<string, string[]>, calls = [child, parent]) =>
    sessionOutcome(sessionOf(calls, { keys: keysOf(keys) }))?.detail;

  it.each<[what: string, keys: Record<string, string[]>, seconds: string]>([
    ['is never one that was made from another that is there', { c: ['c', 'p'], p: ['p'] }, '359'],
    ['of two that name each other is the one that knows the direction', { c: ['p'], p: ['c'] }, '359'],
    ['is the earliest when none names another', { c: ['c'], p: ['p'] }, '144'],
    ['may be one whose origin is not there', { c: ['x'] }, '144'],
  ])('%s', (_what, keys, seconds) => {
    expect(outcomeOf(keys)).toEqual({ duration_sec: seconds });
    expect(outcomeOf(keys, [parent, child])).toEqual({ duration_sec: seconds });
  });

  it('is the earliest by the first time that is known of a leg, not by when it was connected', () => {
    const queued = ended('DIALER', 60, 100, {
      id: 'q',
      externalId: 'q',
      queuedAt: at(0),
      direction: 'INBOUND',
    });
    const later = ended('DIALER', 30, 50, { id: 'l', externalId: 'l' });
    expect(outcomeOf({}, [later, queued])).toEqual({ duration_sec: '40' });
  });
});
