import { describe, expect, it } from '@jest/globals';
import { RulesAnalyst } from '../../src/analysis/analysts/rules/rules-analyst.js';
import { severityOf, threshold } from '../../src/analysis/analysts/rules/thresholds.js';
import { judge } from '../../src/analysis/analyze.js';
import { timelineOf } from '../../src/analysis/evidence.js';
import type { Call } from '../../src/domain/call.js';
import type { Session } from '../../src/domain/verdict/session.js';
import type { Verdict } from '../../src/domain/verdict/verdict.js';
import { at, ended } from '../support/calls.js';
import { answeredCall, said, sessionOf } from '../support/sessions.js';

const verdictOf = (session: Session): Promise<Verdict> =>
  judge(session, new RulesAnalyst(), new AbortController().signal);

const issuesOf = async (session: Session) =>
  (await verdictOf(session)).issues.map(({ severity, area, summary, evidence }) => [
    severity,
    area,
    summary,
    evidence.map(({ eventType }) => eventType),
  ]);

const withAssistant = (fields: Partial<Call>): Session => sessionOf(answeredCall({}, fields));
const turn = (number: number, fields: object) => ({ turn: number, sttFinalAt: at(5 * number), ...fields });
const search = (id: string, hitCount: number, fields: object = {}) => ({
  id,
  hitCount,
  startedAt: at(9),
  ...fields,
});
const tool = (id: string, fields: object) => ({ id, name: 'lookup', startedAt: at(9), ...fields });
const interruption = (second: number) => ({ at: at(second), by: 'CUSTOMER' as const });
const fault = (second: number, fatal = false) => ({ service: 'LLM' as const, at: at(second), fatal });
const transfer = (state: 'FAILED' | 'CANCELLED', failureReason: string | null = null) => ({
  id: `x${state}`,
  state,
  requestedAt: at(40),
  endedAt: at(50),
  failureReason,
});

describe('the rules find', () => {
  it.each<[what: string, session: Session, issue: [string, string, string, string[]]]>([
    [
      'slow speech recognition',
      withAssistant({ turns: [turn(1, { sttMs: 1_000 }), turn(2, { sttMs: 999 })] }),
      [
        'WARNING',
        'latency',
        'Speech recognition (STT) was slow in 1 turn: up to 1,000 ms, where 1,000 ms is the limit.',
        ['turn'],
      ],
    ],
    [
      'a slow language model, by its times where no duration is told',
      withAssistant({
        turns: [turn(1, { llmRequestAt: at(5), llmFirstTokenAt: at(12) }), turn(2, { llmMs: 1_500 })],
      }),
      [
        'ERROR',
        'latency',
        'The language model (LLM) was slow in 2 turns: up to 7,000 ms, where 1,500 ms is the limit.',
        ['turn', 'turn'],
      ],
    ],
    [
      'slow speech synthesis',
      withAssistant({ turns: [turn(1, { ttsMs: 5_000 })] }),
      [
        'ERROR',
        'latency',
        'Speech synthesis (TTS) was slow in 1 turn: up to 5,000 ms, where 1,000 ms is the limit.',
        ['turn'],
      ],
    ],
    [
      'slow retrieval',
      withAssistant({ knowledgeSearches: [search('k1', 2, { latency: { totalMs: 1_600 } })] }),
      [
        'WARNING',
        'latency',
        'Retrieval (RAG) was slow in 1 turn: up to 1,600 ms, where 1,500 ms is the limit.',
        ['knowledge_search'],
      ],
    ],
    [
      'a slow tool',
      withAssistant({ toolCalls: [tool('t1', { status: 'OK', durationMs: 4_000 })] }),
      ['WARNING', 'latency', '1 tool call took up to 4,000 ms, where 4,000 ms is the limit.', ['tool_call']],
    ],
    [
      'an answer that the customer waited long for',
      withAssistant({ messages: [said('CUSTOMER', 10, 11), said('ASSISTANT', 16)] }),
      [
        'WARNING',
        'latency',
        'The customer waited long for 1 answer: up to 5,000 ms, where 4,000 ms is the limit.',
        ['message_bot'],
      ],
    ],
    [
      'dead air',
      withAssistant({ messages: [said('ASSISTANT', 10, 11), said('CUSTOMER', 41)] }),
      ['ERROR', 'media', 'Nobody spoke for up to 0m 30s, in 1 place longer than 0m 10s.', ['message_user']],
    ],
    [
      'interruptions',
      withAssistant({ interruptions: [5, 6, 7].map(interruption) }),
      [
        'INFO',
        'conversation',
        'The sides interrupted each other 3 times.',
        ['interruption', 'interruption', 'interruption'],
      ],
    ],
    [
      'a tool that failed',
      withAssistant({ toolCalls: [tool('t1', { status: 'ERROR', error: 'no such order' })] }),
      ['WARNING', 'tool', '1 tool call failed: lookup.', ['tool_call']],
    ],
    [
      'a tool whose result could not be used',
      withAssistant({ toolCalls: [tool('t1', { status: 'OK', postProcessorError: 'no JSON' })] }),
      ['WARNING', 'tool', '1 tool call failed: lookup.', ['tool_call']],
    ],
    [
      'tools that time out again and again',
      withAssistant({
        toolCalls: ['t1', 't2', 't3'].map((id) => tool(id, { status: 'TIMEOUT', durationMs: 9_000 })),
      }),
      ['ERROR', 'tool', '3 tool calls timed out: lookup.', ['tool_timeout', 'tool_timeout', 'tool_timeout']],
    ],
    [
      'searches that find nothing',
      withAssistant({ knowledgeSearches: [search('k1', 0), search('k2', 3)] }),
      ['INFO', 'knowledge', '1 knowledge search found nothing.', ['knowledge_search']],
    ],
    [
      'a transfer that failed',
      sessionOf(answeredCall({ transfers: [transfer('FAILED', 'no agent is free')] })),
      ['ERROR', 'transfer', '1 transfer did not come about: no agent is free.', ['transfer_failed']],
    ],
    [
      'a transfer that was cancelled',
      sessionOf(answeredCall({ transfers: [transfer('CANCELLED')] })),
      ['ERROR', 'transfer', '1 transfer did not come about.', ['transfer_cancelled']],
    ],
    [
      'an error of a service',
      withAssistant({ serviceErrors: [fault(20)] }),
      ['WARNING', 'service', '1 error of services, 0 fatal: LLM.', ['service_error']],
    ],
    [
      'a fatal error of a service',
      withAssistant({ serviceErrors: [fault(20, true)] }),
      ['ERROR', 'service', '1 error of services, 1 fatal: LLM.', ['service_error_fatal']],
    ],
    [
      'bad sound, where a source measures it',
      sessionOf(answeredCall({ events: [{ id: 'e1', type: 'quality', at: at(50), data: { mos: 2.8 } }] })),
      ['WARNING', 'media', 'Call media quality (MOS) degraded to 2.8.', ['quality']],
    ],
    [
      'a call that was abandoned',
      sessionOf([
        ended('DIALER', 2, 6, { direction: 'INBOUND' }),
        ended('ASSISTANT', 3, 6, { disconnectedBy: 'CUSTOMER' }),
      ]),
      ['WARNING', 'flow', 'The customer hung up after 0m 4s, before the assistant could help.', ['ai_ended']],
    ],
    [
      'a delivery that failed',
      withAssistant({ integrationLog: [{ integration: 'crm', at: at(99), status: 'ERROR' }] }),
      ['WARNING', 'integration', '1 delivery to a connected system failed: crm.', ['integration']],
    ],
  ])('%s', async (_, session, issue) => {
    expect(await issuesOf(session)).toEqual([issue]);
  });

  it('a leg that never came, with the sentence of the status and the event it had to follow', async () => {
    const [issue] = await issuesOf(
      sessionOf([ended('DIALER', 2, 100, { direction: 'INBOUND', channel: 'VOICE' })]),
    );
    expect(issue).toEqual([
      'ERROR',
      'trace',
      expect.stringMatching(/^The dialer connected the call at .* no assistant record joined it/),
      ['call_answered'],
    ]);
  });

  it('nothing in a call in which nothing is wrong, and say so', async () => {
    const messages = [said('ASSISTANT', 4, 6), said('CUSTOMER', 7, 9), said('ASSISTANT', 10, 12)];
    const verdict = await verdictOf(sessionOf(answeredCall({ endReason: 'normal' }, { messages })));
    expect([verdict.overallStatus, verdict.issues]).toEqual(['OK', []]);
    expect(verdict.narrative).toBe(
      'An inbound call of 1m 38s; the assistant took part. It was completed (customer ended). ' +
        'The customer spoke once, the assistant 2 times; an answer took 1,000 ms on average. Nothing stands out.',
    );
    expect(verdict.interactions).toEqual([
      { resourceType: 'call', summary: '1 leg, 1 answered. Result: completed.' },
      { resourceType: 'ai', summary: '2 turns of the assistant, 1 turn of the customer.' },
    ]);
  });

  it('the same in a call of many thousand events, and say that the input was reduced', async () => {
    const messages = Array.from({ length: 6_000 }, (_, n) =>
      said(n % 2 === 0 ? 'CUSTOMER' : 'ASSISTANT', 4 + n / 100),
    );
    const verdict = await verdictOf(
      withAssistant({ messages, toolCalls: [tool('t1', { status: 'ERROR', error: 'no such order' })] }),
    );
    expect(verdict.inputReduced).toBe(true);
    expect(verdict.metrics).toMatchObject({ turnsUser: 3_000, turnsBot: 3_000 });
    expect(verdict.issues.map(({ area, evidence }) => [area, evidence[0]?.eventType])).toEqual([
      ['tool', 'tool_call'],
    ]);
    const index = verdict.issues[0]?.evidence[0]?.evidenceIndex ?? -1;
    expect(
      timelineOf(withAssistant({ messages, toolCalls: [tool('t1', { status: 'ERROR' })] }))[index]?.type,
    ).toBe('tool_call');
  });
});

describe('the timeline of an interaction', () => {
  it('has everything in order of time, each event with its place', () => {
    const [dialer, assistant] = answeredCall(
      { ringAt: at(0), endReason: 'normal' },
      { messages: [said('ASSISTANT', 4)], toolCalls: [tool('t1', { status: 'OK' })] },
    );
    const events = timelineOf(sessionOf([assistant, dialer]));
    expect(
      events.map(({ index, type, resource, resourceId, at: when }) => [
        index,
        type,
        resource,
        resourceId,
        when,
      ]),
    ).toEqual([
      [0, 'call_ringing', 'call', 'dialer', at(0)],
      [1, 'call_answered', 'call', 'dialer', at(2)],
      [2, 'ai_started', 'ai', 'assistant', at(3)],
      [3, 'message_bot', 'ai', 'assistant', at(4)],
      [4, 'tool_call', 'ai', 'assistant', at(9)],
      [5, 'ai_ended', 'ai', 'assistant', at(99)],
      [6, 'call_hangup', 'call', 'dialer', at(100)],
    ]);
  });

  it('has an event for a leg of which nothing but its being is known', () => {
    const silent: Call = { ...ended('DIALER', 2, 9), answeredAt: null, startedAt: null, endedAt: null };
    expect(timelineOf(sessionOf([silent])).map(({ type }) => type)).toEqual(['call_started']);
  });
});

describe('a threshold', () => {
  it('names the most serious level that is reached; a score counts downwards', () => {
    expect([999, 1_000, 4_999, 5_000].map((ms) => severityOf('SLOW_STT', ms))).toEqual([
      null,
      'WARNING',
      'WARNING',
      'ERROR',
    ]);
    expect([3.5, 3.4, 1.9].map((mos) => severityOf('LOW_MOS', mos))).toEqual([null, 'WARNING', 'ERROR']);
    expect([threshold('SLOW_STT'), threshold('LOW_MOS')]).toEqual([1_000, 3.5]);
  });
});
