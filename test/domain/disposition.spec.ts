import { describe, expect, it } from '@jest/globals';
import type { Analysed } from '../../src/domain/disposition.js';
import { analysisOf, callAnalysis, customerSpoke, SHORT_CALL_MS } from '../../src/domain/disposition.js';
import type { Speaker } from '../../src/domain/words.js';
import { at, ended } from '../support/calls.js';

/** An assistant's call of so many seconds that ended well and was not analysed. */
const bot = (seconds: number, fields: Partial<Analysed> = {}): Analysed => ({
  ...ended('ASSISTANT', 0, seconds),
  customerSpoke: true,
  ...fields,
});
const assigned = (value: string) => ({ dispositions: [{ name: 'disposition', value }], autoAssigned: true });

describe('a call of an assistant that nobody analysed', () => {
  it.each<[what: string, call: Analysed, value: string]>([
    ['the customer stayed silent, by its own word', bot(30, { disconnectedBy: 'RNR' }), 'RNR'],
    ['a machine answered', bot(30, { disconnectedBy: 'BOT', status: 'VOICEMAIL' }), 'VOICEMAIL'],
    ['it rang out', bot(30, { disconnectedBy: 'NO_ANSWER', status: 'FAILED' }), 'NO_ANSWER'],
    ['the line was busy', bot(30, { status: 'BUSY' }), 'BUSY'],
    ['the customer never spoke', bot(30, { customerSpoke: false, disconnectedBy: 'BOT' }), 'CUSTOMER_SILENT'],
    ['it was over at once', bot(3, { disconnectedBy: 'CUSTOMER' }), 'SHORT_CALL'],
    ['it was over at once, in silence', bot(3, { customerSpoke: false }), 'SHORT_CALL'],
    [
      'it lasted as long as a short call may',
      bot(SHORT_CALL_MS / 1_000, { customerSpoke: null }),
      'SHORT_CALL',
    ],
    ['the time it rang counts for nothing', bot(30, { answeredAt: at(26) }), 'SHORT_CALL'],
  ])('is assigned a disposition when %s', (_what, call, value) => {
    expect(callAnalysis(call)).toEqual(assigned(value));
    expect(analysisOf([{ ...call, role: 'DIALER' }, call])).toEqual(assigned(value));
    expect(callAnalysis({ ...call, postCallAnalysis: { summary: 'machine' } })).toEqual({
      summary: 'machine',
    });
    expect([callAnalysis({ ...call, role: 'DIALER' }), callAnalysis({ ...call, state: 'ACTIVE' })]).toEqual([
      null,
      null,
    ]);
  });

  it.each<[what: string, call: Analysed]>([
    ['there was a conversation', bot(30, { disconnectedBy: 'CUSTOMER' })],
    ['no transcript tells whether the customer spoke', bot(30, { customerSpoke: null })],
    ['nothing says when it began', bot(30, { startedAt: null, answeredAt: null })],
    ['nothing says when it ended', bot(3, { endedAt: null })],
  ])('is assigned none when %s', (_what, call) => {
    expect(callAnalysis(call)).toBeNull();
  });
});

describe('whether the customer spoke', () => {
  it.each<[speakers: (Speaker | null)[], expected: boolean | null]>([
    [['ASSISTANT', 'CUSTOMER'], true],
    [['ASSISTANT', 'SYSTEM'], false],
    [['ASSISTANT', null], false],
    [[null], null],
    [[], null],
  ])('is told by a transcript of %j: %j', (speakers, expected) => {
    expect(customerSpoke(speakers.map((speaker, place) => ({ id: `m${place}`, speaker })))).toBe(expected);
  });
});

describe('the analysis of an interaction', () => {
  it('is that of whoever talked with the customer first of all', () => {
    const analysis = (summary: string) => ({ summary });
    const dialer = bot(30, { role: 'DIALER', postCallAnalysis: analysis('line') });
    const talk = bot(30, { postCallAnalysis: analysis('talk') });
    expect(analysisOf([dialer, talk])).toEqual(analysis('talk'));
    expect(analysisOf([dialer, { ...talk, postCallAnalysis: null }])).toEqual(analysis('line'));
    expect(analysisOf([])).toBeNull();
  });
});
