import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/domain/call.js';
import { project } from '../../src/domain/interaction.js';
import type { Message, ServiceError, ToolCall } from '../../src/domain/record.js';
import { REVIEW_CRITERIA } from '../../src/domain/review.js';
import { at, ended, open, surroundings } from '../support/calls.js';

/** The codes and reasons of the flags of one assistant's call. */
function flagsOf(fields: Partial<Call>, length = 120): [string, string | null | undefined][] {
  const { interaction } = project(
    [ended('ASSISTANT', 0, length, { answeredAt: at(0), ...fields })],
    surroundings(),
  );
  return interaction.reviewFlags.map(({ code, reason }) => [code, reason]);
}

const said = (speaker: Message['speaker'], from: number, to: number | null): Message => ({
  id: `m${from}`,
  speaker: speaker ?? null,
  startedAt: at(from),
  endedAt: to === null ? null : at(to),
});
const talk = (...gaps: [from: number, to: number | null][]) =>
  gaps.map(([from, to], index) => said(index % 2 === 0 ? 'ASSISTANT' : 'CUSTOMER', from, to));
const error = (second: number, fatal: boolean | null = null): ServiceError => ({
  service: 'TTS',
  at: at(second),
  fatal,
});
const tool = (id: string, status: ToolCall['status']): ToolCall => ({ id, name: id, status: status ?? null });
const felt = (label: string, second: number, score: number | null = 0.8) => ({
  label,
  at: at(second),
  score,
});

describe('the built-in reviewer', () => {
  it('finds nothing in an ordinary call', () => {
    const messages = talk([1, 4], [6, 8], [10, 29], [48, 60]);
    const sentiment = [felt('gratitude', 10), felt('anger', 20), felt('curiosity', 30)];
    expect(
      flagsOf({ messages, sentiment, toolCalls: [tool('t', 'ERROR')], serviceErrors: [error(5)] }),
    ).toEqual([]);
  });

  it('flags as a rule, at the end of the interaction, with the numbers in the reason', () => {
    const call = ended('ASSISTANT', 0, 120, { messages: talk([1, 4], [46, 50]) });
    expect(project([call], surroundings()).interaction.reviewFlags).toEqual([
      {
        code: 'LONG_SILENCE',
        reason: 'Nobody spoke for 0m 42s (flagged from 0m 20s).',
        by: 'RULE',
        at: at(120),
      },
    ]);
  });

  it.each<[string, Message[], boolean]>([
    ['of exactly the threshold', talk([1, 4], [24, 30]), true],
    ['of a millisecond less', [said('ASSISTANT', 1, 4), said('CUSTOMER', 23.999, 30)], false],
    ['that another voice fills', talk([1, 4], [3, 30], [31, 40]), false],
    ['after words without an end', talk([1, null], [40, 41]), false],
    ['before the first word and after the last', talk([60, 61], [62, 63]), false],
  ])('judges a silence %s', (_, messages, isFlagged) => {
    expect(flagsOf({ messages }).map(([code]) => code)).toEqual(isFlagged ? ['LONG_SILENCE'] : []);
  });

  it.each<[string, Partial<Call>, number, [string, string][]]>([
    [
      'a customer who never speaks',
      { messages: [said('ASSISTANT', 1, 110)] },
      120,
      [
        [
          'SILENT_CUSTOMER',
          'The assistant talked for 2m 0s and the customer said nothing (flagged from 1m 0s).',
        ],
      ],
    ],
    ['not when the call is short', { messages: [said('ASSISTANT', 1, 50)] }, 59, []],
    ['a very long call', {}, 1_800, [['LONG_DURATION', 'It lasted 30m 0s (flagged from 30m 0s).']]],
    ['not a second less', {}, 1_799, []],
    [
      'a single fatal error',
      { serviceErrors: [error(5, true)] },
      120,
      [['FATAL_ERROR', 'Fatal errors of the voice pipeline: 1.']],
    ],
    [
      'many errors that were got over',
      { serviceErrors: [error(5), error(6, false), error(7)] },
      120,
      [['SERVICE_ERRORS', 'Errors of the voice pipeline: 3 (flagged from 3).']],
    ],
    [
      'tools that fail',
      { toolCalls: [tool('a', 'ERROR'), tool('b', 'OK'), tool('c', 'TIMEOUT')] },
      120,
      [['TOOL_FAILURES', 'Tools that failed or did not answer in time: 2 (flagged from 2).']],
    ],
    [
      'negative emotions that their source is sure of',
      { sentiment: [felt('Anger', 1), felt('frustration', 2, null), felt('disgust', 3, 0.59)] },
      120,
      [['NEGATIVE_SENTIMENT', 'Moments of a negative emotion: 2 (flagged from 2).']],
    ],
    [
      'no negative emotion that is only supposed',
      { sentiment: [felt('anger', 1), felt('anger', 2, 0.5)] },
      120,
      [],
    ],
  ])('flags %s', (_, fields, length, flags) => {
    expect(flagsOf(fields, length)).toEqual(flags);
  });

  it('waits for the end', () => {
    const call = open('ASSISTANT', 0, 100, { serviceErrors: [error(5, true)] });
    expect(project([call], surroundings({ now: at(101) })).interaction.reviewFlags).toEqual([]);
  });

  it('lets those who write take their time, and leaves tests alone', () => {
    const fields = { messages: talk([1, 4], [100, 101]), serviceErrors: [error(5, true)] };
    expect(flagsOf({ ...fields, channel: 'CHAT' }).map(([code]) => code)).toEqual(['FATAL_ERROR']);
    expect(flagsOf({ ...fields, isTest: true })).toEqual([]);
  });

  it('adds nothing to what a record states under the same code, and yields to a person', () => {
    const stated = { code: 'FATAL_ERROR', reason: 'the model gave up', by: 'AI' as const };
    const call = ended('ASSISTANT', 0, 120, { serviceErrors: [error(5, true)], reviewFlags: [stated] });
    expect(project([call], surroundings()).interaction.reviewFlags).toEqual([stated]);
    const marks = [
      {
        id: 'm',
        legId: call.id,
        kind: 'FLAG' as const,
        name: 'FATAL_ERROR',
        text: null,
        isSet: false,
        by: 'key',
        at: 0,
      },
    ];
    expect(project([call], surroundings({ marks })).interaction.reviewFlags).toEqual([]);
  });

  it('has a code, a threshold and words for each criterion', () => {
    expect(REVIEW_CRITERIA.map(({ code, threshold }) => [code, threshold])).toEqual([
      ['LONG_SILENCE', 20_000],
      ['SILENT_CUSTOMER', 60_000],
      ['LONG_DURATION', 1_800_000],
      ['FATAL_ERROR', 1],
      ['SERVICE_ERRORS', 3],
      ['TOOL_FAILURES', 2],
      ['NEGATIVE_SENTIMENT', 2],
    ]);
  });
});
