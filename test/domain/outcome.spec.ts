import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/domain/call.js';
import { outcomeOf } from '../../src/domain/outcome.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import type { Transfer } from '../../src/domain/record.js';
import type { CallStatus, DisconnectedBy, Outcome } from '../../src/domain/words.js';
import { at, call, ended } from '../support/calls.js';

const outcome = (...calls: Call[]): Outcome | null => outcomeOf(calls, true, DEFAULT_POLICY).outcome;

const dialer = (fields: Partial<Call> = {}) => ended('DIALER', 0, 120, fields);
const assistant = (fields: Partial<Call> = {}) => ended('ASSISTANT', 2, 119, fields);
const unanswered = (status: CallStatus, fields: Partial<Call> = {}) =>
  ended('DIALER', null, 30, { status, ...fields });

describe('an interaction that goes on has no outcome', () => {
  it('whatever its sources say already', () => {
    expect(outcomeOf([assistant({ outcome: 'FAILED', endReason: 'x' })], false, DEFAULT_POLICY)).toEqual({
      outcome: null,
      reason: null,
    });
  });
});

describe('the first rule that holds decides', () => {
  it.each<[string, Transfer['state'], Outcome]>([
    ['a bridged transfer', 'BRIDGED', 'TRANSFERRED'],
    ['a transfer that was bridged and is over', 'ENDED', 'TRANSFERRED'],
    ['not one that was only asked for', 'REQUESTED', 'FAILED'],
    ['not one that rings', 'RINGING', 'FAILED'],
    ['not one that failed', 'FAILED', 'FAILED'],
    ['not one that was called off', 'CANCELLED', 'FAILED'],
  ])('first: %s', (_rule, state, expected) => {
    expect(outcome(dialer(), assistant({ outcome: 'FAILED', transfers: [{ id: 't', state }] }))).toBe(
      expected,
    );
  });

  it('then: what a source states, the assistant before the human before the dialer', () => {
    const human = ended('HUMAN', null, 119, { startedAt: at(60), outcome: 'CANCELED' });
    expect(outcome(dialer({ outcome: 'BUSY' }), human, assistant({ outcome: 'VOICEMAIL' }))).toBe(
      'VOICEMAIL',
    );
    expect(outcome(dialer({ outcome: 'BUSY' }), human, assistant())).toBe('CANCELED');
    expect(outcome(dialer({ outcome: 'BUSY' }), assistant())).toBe('BUSY');
  });

  it.each<[CallStatus, Outcome]>([
    ['NO_ANSWER', 'NO_ANSWER'],
    ['MISSED', 'NO_ANSWER'],
    ['BUSY', 'BUSY'],
    ['DECLINED', 'DECLINED'],
    ['CANCELED', 'CANCELED'],
    ['FAILED', 'FAILED'],
    ['UNKNOWN', 'NO_ANSWER'],
  ])('then: why a call that nobody answered was not answered: %s makes %s', (status, expected) => {
    expect(outcome(unanswered(status))).toBe(expected);
  });

  it('does not say that nobody answered when the dialer fell silent while it rang', () => {
    expect(outcome(unanswered('RINGING', { state: 'RINGING', endedAt: null }))).toBe('UNKNOWN');
  });

  it('takes the first attempt that says why, when a group of attempts was not answered', () => {
    expect(outcome(unanswered('UNKNOWN'), unanswered('BUSY'), unanswered('NO_ANSWER'))).toBe('BUSY');
  });

  it('looks at the answered attempt of a group alone', () => {
    expect(outcome(unanswered('CANCELED'), dialer(), assistant())).toBe('COMPLETED');
  });

  it('calls what only a machine answered VOICEMAIL, with or without an assistant that spoke to it', () => {
    expect(outcome(dialer({ status: 'VOICEMAIL' }))).toBe('VOICEMAIL');
    expect(outcome(ended('DIALER', null, 30, { status: 'VOICEMAIL' }))).toBe('VOICEMAIL');
    expect(outcome(dialer({ status: 'VOICEMAIL' }), assistant())).toBe('VOICEMAIL');
    expect(outcome(dialer({ status: 'VOICEMAIL' }), dialer(), assistant())).toBe('COMPLETED');
    expect(outcome(dialer(), assistant({ status: 'VOICEMAIL' }))).toBe('VOICEMAIL');
  });

  it('then: a failed assistant', () => {
    expect(outcome(dialer(), assistant({ status: 'FAILED' }))).toBe('FAILED');
    expect(outcome(assistant({ status: 'FAILED' }))).toBe('FAILED');
  });

  it('is not failed by one party when another did what was asked', () => {
    expect(outcome(dialer(), assistant({ status: 'FAILED' }), assistant())).toBe('COMPLETED');
    expect(outcome(dialer(), assistant(), ended('HUMAN', null, 100, { status: 'MISSED' }))).toBe('COMPLETED');
  });

  it('then: an answered call that failed with nobody else there', () => {
    expect(outcome(dialer({ status: 'FAILED' }))).toBe('FAILED');
  });

  it('at last: completed, or unknown when nothing says that it ended', () => {
    expect(outcome(dialer(), assistant())).toBe('COMPLETED');
    expect(outcome(assistant())).toBe('COMPLETED');
    expect(outcome(assistant({ status: 'ACTIVE', state: 'ACTIVE', endedAt: null }))).toBe('UNKNOWN');
  });
});

describe('ABANDONED is derived: the customer hung up early, and no source states an outcome', () => {
  const hungUp = (by: DisconnectedBy | null, joined: number, end: number, fields: Partial<Call> = {}) =>
    ended('ASSISTANT', joined, end, { disconnectedBy: by, ...fields });
  const said = (speaker: 'ASSISTANT' | 'CUSTOMER') => ({ id: speaker, speaker });

  it.each<[string, Call, Outcome]>([
    ['one ms within the policy time', hungUp('CUSTOMER', 2, 7, { endedAt: at(7) - 1 }), 'ABANDONED'],
    ['at the policy time', hungUp('CUSTOMER', 2, 7), 'ABANDONED'],
    ['one ms after it', hungUp('CUSTOMER', 2, 7, { endedAt: at(7) + 1 }), 'COMPLETED'],
    [
      'after it, before the first turn of the assistant',
      hungUp('CUSTOMER', 2, 60, { messages: [said('CUSTOMER')] }),
      'ABANDONED',
    ],
    [
      'after a turn of the assistant',
      hungUp('CUSTOMER', 2, 60, { messages: [said('CUSTOMER'), said('ASSISTANT')] }),
      'COMPLETED',
    ],
    ['when no turns are reported at all', hungUp('CUSTOMER', 2, 60), 'COMPLETED'],
    ['when the assistant hung up', hungUp('BOT', 2, 3), 'COMPLETED'],
    ['when nobody says who hung up', hungUp(null, 2, 3), 'COMPLETED'],
    ['when an outcome is stated', hungUp('CUSTOMER', 2, 3, { outcome: 'COMPLETED' }), 'COMPLETED'],
    [
      'when nothing says when the assistant joined',
      hungUp('CUSTOMER', 2, 3, { answeredAt: null, startedAt: null, firstEventAt: at(3) }),
      'COMPLETED',
    ],
    ['when the end is not known', hungUp('CUSTOMER', 2, 3, { endedAt: null }), 'COMPLETED'],
  ])('%s', (_rule, one, expected) => {
    expect(outcome(dialer(), one)).toBe(expected);
  });

  it('counts from the answer, not from an earlier start', () => {
    expect(outcome(dialer(), hungUp('CUSTOMER', 10, 14, { startedAt: at(0) }))).toBe('ABANDONED');
  });

  it('takes the time from the policy', () => {
    const patient = { ...DEFAULT_POLICY, abandonedWithin: 500 };
    expect(outcomeOf([dialer(), hungUp('CUSTOMER', 2, 3)], true, patient).outcome).toBe('COMPLETED');
  });

  it('believes the assistant before the dialer about who hung up', () => {
    expect(outcome(dialer({ disconnectedBy: 'CUSTOMER' }), hungUp('BOT', 2, 3))).toBe('COMPLETED');
    expect(outcome(dialer({ disconnectedBy: 'CUSTOMER' }), hungUp(null, 2, 3))).toBe('ABANDONED');
  });

  it('needs an assistant to hang up on', () => {
    expect(outcome(dialer({ disconnectedBy: 'CUSTOMER' }))).toBe('COMPLETED');
  });
});

describe('the reason is the own word of a source for the end', () => {
  it('of the assistant before the dialer', () => {
    const both = [dialer({ endReason: 'normal-clearing' }), assistant({ endReason: 'customer-ended-call' })];
    expect(outcomeOf(both, true, DEFAULT_POLICY).reason).toBe('customer-ended-call');
    expect(outcomeOf([...both].reverse(), true, DEFAULT_POLICY).reason).toBe('customer-ended-call');
    expect(outcomeOf([dialer({ endReason: 'busy' }), assistant()], true, DEFAULT_POLICY).reason).toBe('busy');
    expect(outcomeOf([call('DIALER')], true, DEFAULT_POLICY).reason).toBeNull();
  });
});
