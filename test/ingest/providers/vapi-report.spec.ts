import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject, NeutralRecord } from '../../../src/domain/record.js';
import { endingOf, faultOf } from '../../../src/ingest/providers/vapi/ended-reason.js';
import { AT, adapt } from './vapi-message.js';

const report = (message: JsonObject = {}, call: JsonObject = {}): NeutralRecord =>
  adapt('end-of-call-report', message, call);

describe('the end-of-call report', () => {
  it('takes start and end from the message, not from the stale call', () => {
    const times = { startedAt: '2026-03-05T09:00:01.000Z', endedAt: '2026-03-05T09:01:00.000Z' };
    expect(
      report(
        { ...times, endedReason: 'customer-ended-call' },
        { status: 'ringing', endedAt: '2026-03-05T00:00:00Z' },
      ),
    ).toMatchObject({
      status: 'COMPLETED',
      answeredAt: Date.parse(times.startedAt),
      startedAt: Date.parse(times.startedAt),
      endedAt: Date.parse(times.endedAt),
    });
  });

  it('a call that never connected was not answered, whatever start the report gives', () => {
    const record = report({ startedAt: '2026-03-05T09:00:01.000Z', endedReason: 'customer-busy' });
    expect(record).not.toHaveProperty('answeredAt');
    expect(record).not.toHaveProperty('startedAt');
  });

  it('times what was said by the clock: seconds from start begin anew with each assistant', () => {
    const messages: JsonObject[] = [
      { role: 'bot', message: 'One', time: AT, endTime: AT + 1000.6, secondsFromStart: 18.83 },
      { role: 'system', message: 'Prompt', time: AT + 2000, secondsFromStart: 0 },
      { role: 'assistant', message: 'Two', time: AT + 3000.999, endTime: AT + 4000, secondsFromStart: 1.12 },
      { role: 'user', message: ' ', time: AT + 5000 },
    ];
    expect(report({ artifact: { messages } })).toMatchObject({
      messages: [
        { id: 'm0', speaker: 'ASSISTANT', text: 'One', startedAt: AT, endedAt: AT + 1001 },
        { id: 'm2', speaker: 'ASSISTANT', text: 'Two', startedAt: AT + 3001, endedAt: AT + 4000 },
      ],
      wholeLists: ['messages'],
    });
  });

  it('reads the messages of older reports beside the artifact', () => {
    const messages = [{ role: 'user', message: 'Hello', time: AT }];
    expect(report({ messages, artifact: { messages: [] } }).messages).toHaveLength(1);
  });

  it('without a transcript it unsays nothing that was heard live', () => {
    const record = report({ artifact: { messages: [{ role: 'system', message: 'x', time: AT }] } });
    expect(record).not.toHaveProperty('wholeLists');
    expect(record).not.toHaveProperty('messages');
  });

  it.each([
    ['a plain answer', 'Booked for ten.', { status: 'OK' }],
    ['a JSON answer', '{"status":"ready"}', { status: 'OK', rawResponse: { status: 'ready' } }],
    ['no error', '{"error":null,"errors":[]}', { status: 'OK' }],
    ['an error text', 'Error: no such ticket', { status: 'ERROR', error: 'Error: no such ticket' }],
    ['nothing', 'No result returned.', { status: 'ERROR', error: 'No result returned.' }],
    [
      'an error field',
      '{"error":{"message":"no such ticket"}}',
      { status: 'ERROR', error: 'no such ticket' },
    ],
    ['a failed success', '{"success":false,"message":"closed"}', { status: 'ERROR', error: 'closed' }],
    ['a failed status', { status: 'error' }, { status: 'ERROR', error: '{"status":"error"}' }],
    ['a time-out', '{"error":"Request timed out"}', { status: 'TIMEOUT', error: 'Request timed out' }],
  ])('judges a tool by its answer: %s', (_, result, expected) => {
    const messages: JsonObject[] = [
      { role: 'tool_calls', time: AT, toolCalls: [{ id: 'c', function: { name: 'find', arguments: '{' } }] },
      { role: 'tool_call_result', time: AT + 1250, toolCallId: 'c', name: 'find', result },
    ];
    expect(report({ artifact: { messages } }).toolCalls).toMatchObject([
      { id: 'c', name: 'find', startedAt: AT, durationMs: 1250, arguments: '{', ...expected },
    ]);
  });

  it('a tool call without a result has no status', () => {
    const messages = [{ role: 'tool_calls', time: AT, toolCalls: [{ id: 'c', function: { name: 'find' } }] }];
    expect(report({ artifact: { messages } }).toolCalls).toEqual([{ id: 'c', name: 'find', startedAt: AT }]);
  });

  it.each([
    [0.1873, '0.1873'],
    [0, '0'],
    [1e-7, '0.0000001'],
    [12, '12'],
  ])('a cost of %d is %j dollars', (cost, amount) => {
    expect(report({ cost }).cost).toEqual({ amount, currency: 'USD' });
  });

  it('an unknown cost is not said', () => {
    expect(report({})).not.toHaveProperty('cost');
  });

  it('sums tokens by what they were spent on, and knows the older breakdown', () => {
    const costs: JsonObject[] = [
      { type: 'model', promptTokens: 100, completionTokens: 10, cachedPromptTokens: 50 },
      { type: 'model', promptTokens: 5, completionTokens: 1 },
      { type: 'knowledge-base', promptTokens: 20, completionTokens: 2 },
      { type: 'voice', characters: 64 },
      { type: 'analysis', promptTokens: 7, completionTokens: 3 },
    ];
    expect(report({ costs }).tokens).toEqual({
      prompt: 125,
      completion: 13,
      ttsCharacters: 64,
      postCallAndQc: 10,
    });
    const costBreakdown = {
      total: 0.2,
      llmPromptTokens: 9,
      llmCompletionTokens: 4,
      ttsCharacters: 30,
      analysisCostBreakdown: {
        summary: 0.1,
        summaryPromptTokens: 5,
        summaryCompletionTokens: 2,
        summaryCachedPromptTokens: 4,
      },
    };
    expect(report({ costBreakdown })).toMatchObject({
      cost: { amount: '0.2', currency: 'USD' },
      tokens: { prompt: 9, completion: 4, ttsCharacters: 30, postCallAndQc: 7 },
    });
  });

  it('latencies are in seconds when all of them are that small, else in milliseconds', () => {
    const metrics = (model: number, voice: number) => ({
      artifact: {
        performanceMetrics: {
          turnLatencies: [{ modelLatency: model, voiceLatency: voice }],
          modelLatencyAverage: model,
        },
      },
    });
    expect(report(metrics(0.42, 0.018))).toMatchObject({
      latency: { llmMs: 420 },
      turns: [{ turn: 1, llmMs: 420, ttsMs: 18 }],
    });
    expect(report(metrics(420, 18))).toMatchObject({
      latency: { llmMs: 420 },
      turns: [{ turn: 1, llmMs: 420, ttsMs: 18 }],
    });
  });

  it.each([
    [
      {
        recording: { mono: { combinedUrl: 'https://s.example/m.wav' }, stereoUrl: 'https://s.example/s.wav' },
      },
      'https://s.example/m.wav',
      'wav',
    ],
    [{ recording: { stereoUrl: 'https://s.example/s.mp3' } }, 'https://s.example/s.mp3', 'mp3'],
    [{ recordingUrl: 'https://s.example/old' }, 'https://s.example/old', undefined],
  ])('finds the recording in %j', (artifact, url, format) => {
    expect(report({ artifact }).recording).toEqual(
      JSON.parse(JSON.stringify({ url, format, state: 'AVAILABLE' })),
    );
  });

  it('never takes a presigned address for the recording', () => {
    expect(
      report({ artifact: { recording: { presignedStereoUrl: 'https://s.example/?sig=1' } } }),
    ).not.toHaveProperty('recording');
  });

  it('analysis becomes fields, and what names a verdict a disposition', () => {
    const analysis = {
      summary: 'Short.',
      structuredData: {
        callOutcome: 'agreed',
        orderNumber: '78542',
        note: 'x',
        reason: 'y'.repeat(61),
        count: 2,
      },
      successEvaluation: 'true',
    };
    const structuredOutputs = { 'id-1': { name: 'CSAT', result: 4 }, 'id-2': { name: 'empty' } };
    expect(report({ analysis, artifact: { structuredOutputs } }).postCallAnalysis).toEqual({
      summary: 'Short.',
      fields: { ...analysis.structuredData, CSAT: 4, successEvaluation: 'true' },
      dispositions: [{ name: 'callOutcome', value: 'agreed' }],
    });
    expect(report({ analysis: {} })).not.toHaveProperty('postCallAnalysis');
  });

  it.each<[string, JsonObject[], JsonObject, [string, string][]]>([
    [
      'by the key of its plan, with a result',
      [{ key: 'booking', result: { outcome: 'booked', slot: '10:30' } }],
      { booking: { outcome: 'booked', slot: '10:30' } },
      [['outcome', 'booked']],
    ],
    [
      'by the assistant of a squad, with data',
      [{ assistant: 'Triage', data: { intent: 'refund' } }],
      { Triage: { intent: 'refund' } },
      [['intent', 'refund']],
    ],
    [
      'by its key, with the data beside it',
      [{ key: 'review', outcome: 'ok' }],
      { review: { outcome: 'ok' } },
      [['outcome', 'ok']],
    ],
    [
      'without a name, field by field',
      [{ outcome: 'ok' }, { note: 'x' }],
      { outcome: 'ok', note: 'x' },
      [['outcome', 'ok']],
    ],
  ])(
    'the structured data of several plans become fields: %s',
    (_how, structuredDataMulti, fields, badges) => {
      const dispositions = badges.map(([name, value]) => ({ name, value }));
      expect(report({ analysis: { structuredDataMulti } }).postCallAnalysis).toEqual({
        fields,
        dispositions,
      });
    },
  );

  it('structured outputs and scorecards are read from the analysis too, and those of the artifact beside them', () => {
    const record = report({
      analysis: {
        structuredOutputs: { o2: { name: 'Result', result: { disposition: 'AGREED' } } },
        scorecards: { s2: { name: 'Tone', score: 3 } },
      },
      artifact: {
        structuredOutputs: { o1: { name: 'CSAT', result: 4 } },
        scorecards: { s1: { name: 'Script', score: 7 } },
      },
    });
    expect(record.postCallAnalysis).toEqual({
      fields: { CSAT: 4, Result: { disposition: 'AGREED' } },
      dispositions: [{ name: 'disposition', value: 'AGREED' }],
    });
    expect(record.qcAnalysis).toEqual({ fields: { Script: { score: 7 }, Tone: { score: 3 } } });
  });

  it.each<[string, JsonObject, JsonObject, string | undefined]>([
    ['the assistant', { assistant: { name: 'Desk' } }, { squad: { name: 'Team' } }, 'Desk'],
    ['the squad', { squad: { name: 'Team' } }, { workflow: { name: 'Path' } }, 'Team'],
    ['the workflow', {}, { workflow: { name: 'Path' } }, 'Path'],
    ['nothing that has no name', {}, { squad: {} }, undefined],
  ])('the flow is named by %s', (_what, message, call, flow) => {
    expect(report(message, call).flow).toBe(flow);
  });

  it('the consent to the recording is an event at its time', () => {
    const recordingConsent = { type: 'verbal', grantedAt: '2026-03-05T09:00:09.000Z' };
    const at = Date.parse(recordingConsent.grantedAt);
    expect(report({ compliance: { recordingConsent } }).events).toEqual([
      { id: `recording-consent/${at}`, type: 'recording-consent', at, data: { consent: 'verbal' } },
    ]);
    expect(report({ compliance: { recordingConsent: { type: 'verbal' } } })).not.toHaveProperty('events');
  });

  it('what a list of conversations is read by becomes tags', () => {
    const structuredData = {
      callReason: 'refund',
      language: 'en',
      Issue: 'x'.repeat(61),
      agreed: 'yes',
      topic: 4,
    };
    const tags = { callReason: 'refund', language: 'en' };
    expect(report({ analysis: { structuredData } }).tags).toEqual(tags);
    expect(report({ analysis: { summary: 'Short.' } })).not.toHaveProperty('tags');
  });

  it('scorecards become the quality-control analysis, each under its name', () => {
    const scorecards = { 'id-1': { name: 'Script', score: 7, scoreNormalized: 70 }, 'id-2': { score: 1 } };
    expect(report({ artifact: { scorecards } }).qcAnalysis).toEqual({
      fields: { Script: { score: 7, scoreNormalized: 70 }, 'id-2': { score: 1 } },
    });
    expect(report({ artifact: { scorecards: {} } })).not.toHaveProperty('qcAnalysis');
  });

  it.each<[string, JsonObject, object | undefined]>([
    [
      'of its costs',
      {
        costs: [
          { type: 'analysis', promptTokens: 900, completionTokens: 40, cachedPromptTokens: 800 },
          { type: 'analysis', promptTokens: 100, completionTokens: 20, cachedPromptTokens: 0 },
          { type: 'model', promptTokens: 5, completionTokens: 6, cachedPromptTokens: 4 },
        ],
      },
      { status: 'HIT', cachedRead: 800, freshPrompt: 200, completion: 60 },
    ],
    [
      'of its breakdown',
      {
        costBreakdown: {
          analysisCostBreakdown: {
            summaryPromptTokens: 9,
            summaryCompletionTokens: 4,
            summaryCachedPromptTokens: 0,
          },
        },
      },
      { status: 'MISS', cachedRead: 0, freshPrompt: 9, completion: 4 },
    ],
    [
      'no prompt that nobody stated',
      { costs: [{ type: 'analysis', cachedPromptTokens: 7 }] },
      { status: 'HIT', cachedRead: 7 },
    ],
    [
      'nothing when nothing is said of a cache',
      { costs: [{ type: 'analysis', promptTokens: 9 }] },
      undefined,
    ],
  ])('what the analyses read from a cache: %s', (_what, message, cache) => {
    expect(report(message).postCallCache).toEqual(cache);
  });
});

describe('transfers in a report', () => {
  const destination = { type: 'number', number: '+12025550150' };
  const of = (transfers: Json, endedReason = 'assistant-forwarded-call', more: JsonObject = {}) =>
    report({ endedReason, artifact: { transfers }, ...more }).transfers;

  it.each([
    ['connected', { state: 'BRIDGED' }],
    ['completed', { state: 'ENDED' }],
    ['no-answer', { state: 'FAILED', failureReason: 'no-answer' }],
    ['busy', { state: 'FAILED', failureReason: 'busy' }],
    ['voicemail', { state: 'FAILED', failureReason: 'voicemail' }],
    ['failed', { state: 'FAILED', failureReason: 'failed' }],
    ['cancelled', { state: 'CANCELLED' }],
    ['something-new', { state: 'REQUESTED' }],
  ])('%s is %j', (status, expected) => {
    expect(of([{ destination, mode: 'warm-transfer-say-message', status }], 'customer-ended-call')).toEqual([
      { id: 'transfer:+12025550150', initiator: 'AI', target: '+12025550150', kind: 'WARM', ...expected },
    ]);
  });

  it('tells a second attempt at the same target from the first', () => {
    const attempts = [
      { destination, status: 'busy' },
      { destination, status: 'connected' },
    ];
    expect(of(attempts)?.map(({ id, state }) => [id, state])).toEqual([
      ['transfer:+12025550150', 'FAILED'],
      ['transfer:+12025550150#2', 'BRIDGED'],
    ]);
  });

  it('once the call is forwarded Vapi sees no more of it, whatever the mode', () => {
    expect(of([{ destination, mode: 'warm-transfer-say-message', status: 'connected' }])).toMatchObject([
      { observable: false },
    ]);
  });

  it('a hand-over between assistants is not one', () => {
    expect(
      of(
        [{ destination: { type: 'assistant', assistantName: 'b' }, status: 'completed' }],
        'customer-ended-call',
      ),
    ).toBeUndefined();
  });

  it('an older report without the list still tells of the one it ended with', () => {
    expect(of([], 'assistant-forwarded-call', { destination })).toMatchObject([
      { state: 'BRIDGED', observable: false },
    ]);
    expect(of([], 'call.forwarding.operator-busy', { destination })).toMatchObject([
      { state: 'FAILED', failureReason: 'busy' },
    ]);
    expect(of([], 'customer-ended-call', { destination })).toBeUndefined();
  });
});

describe('endedReason', () => {
  it.each([
    ['customer-ended-call', 'COMPLETED', 'CUSTOMER', undefined],
    ['customer-ended-call-during-transfer', 'COMPLETED', 'CUSTOMER', undefined],
    ['customer-busy', 'BUSY', 'REJECTED', 'BUSY'],
    ['customer-did-not-answer', 'NO_ANSWER', 'NO_ANSWER', 'NO_ANSWER'],
    ['customer-did-not-give-microphone-permission', 'FAILED', 'ERROR', 'FAILED'],
    ['voicemail', 'VOICEMAIL', 'VOICEMAIL', 'VOICEMAIL'],
    ['vonage-rejected', 'DECLINED', 'REJECTED', 'DECLINED'],
    ['assistant-ended-call', 'COMPLETED', 'BOT', 'COMPLETED'],
    ['assistant-ended-call-after-message-spoken', 'COMPLETED', 'BOT', 'COMPLETED'],
    ['assistant-said-end-call-phrase', 'COMPLETED', 'BOT', 'COMPLETED'],
    ['assistant-forwarded-call', 'COMPLETED', 'BOT', 'TRANSFERRED'],
    ['assistant-request-returned-forwarding-phone-number', 'COMPLETED', 'BOT', 'TRANSFERRED'],
    ['call.ringing.hook-executed-transfer', 'COMPLETED', 'BOT', 'TRANSFERRED'],
    ['call.forwarding.operator-busy', 'COMPLETED', 'SYSTEM', 'FAILED'],
    ['call.forwarding.no-answer', 'COMPLETED', 'SYSTEM', 'FAILED'],
    ['call.ending.hook-executed-say', 'COMPLETED', 'UNKNOWN', undefined],
    ['silence-timed-out', 'COMPLETED', 'TIMEOUT', undefined],
    ['exceeded-max-duration', 'COMPLETED', 'TIMEOUT', undefined],
    ['manually-canceled', 'CANCELED', 'SYSTEM', 'CANCELED'],
    ['scheduled-call-deleted', 'CANCELED', 'SYSTEM', 'CANCELED'],
    ['call-deleted', 'CANCELED', 'SYSTEM', 'CANCELED'],
    ['call.in-progress.twilio-completed-call', 'COMPLETED', 'UNKNOWN', undefined],
    ['vonage-completed', 'COMPLETED', 'UNKNOWN', undefined],
    ['hangup', 'COMPLETED', 'UNKNOWN', undefined],
    ['call.ringing.sip-inbound-caller-hungup-before-call-connect', 'CANCELED', 'CUSTOMER', undefined],
    ['call.start.error-get-transport', 'FAILED', 'ERROR', 'FAILED'],
    ['call-start-error-neither-assistant-nor-server-set', 'FAILED', 'ERROR', 'FAILED'],
    ['assistant-request-failed', 'FAILED', 'ERROR', 'FAILED'],
    ['assistant-join-timed-out', 'FAILED', 'ERROR', 'FAILED'],
    ['twilio-failed-to-connect-call', 'FAILED', 'ERROR', 'FAILED'],
    ['twilio-reported-customer-misdialed', 'FAILED', 'ERROR', 'FAILED'],
    ['call.in-progress.error-vapifault-openai-llm-failed', 'FAILED', 'ERROR', 'FAILED'],
    ['pipeline-no-available-llm-model', 'FAILED', 'ERROR', 'FAILED'],
    ['worker-shutdown', 'FAILED', 'ERROR', 'FAILED'],
    ['phone-call-provider-closed-websocket', 'FAILED', 'ERROR', 'FAILED'],
    ['something-nobody-knows-yet', 'COMPLETED', 'UNKNOWN', undefined],
    [undefined, 'COMPLETED', 'UNKNOWN', undefined],
  ])('%s: %s, by %s, outcome %s', (reason, status, disconnectedBy, outcome) => {
    const { connected, ...ending } = endingOf(reason);
    expect(typeof connected).toBe('boolean');
    expect(ending).toEqual(JSON.parse(JSON.stringify({ status, disconnectedBy, outcome })));
  });

  it.each([
    ['customer-busy', false],
    ['call.start.error-get-assistant', false],
    ['call.in-progress.error-sip-outbound-call-failed-to-connect', false],
    ['call.in-progress.error-providerfault-openai-llm-failed', true],
    ['silence-timed-out', true],
  ])('%s: the parties spoke: %j', (reason, connected) => expect(endingOf(reason).connected).toBe(connected));

  it.each([
    ['call.in-progress.error-providerfault-openai-llm-failed', 'LLM'],
    ['call.in-progress.error-providerfault-eleven-labs-voice-failed', 'TTS'],
    ['call.in-progress.error-vapifault-deepgram-transcriber-failed', 'STT'],
    ['pipeline-error-cartesia-transcriber-failed', 'STT'],
    ['call.in-progress.error-providerfault-groq-429-exceeded-quota', 'LLM'],
    ['call.in-progress.error-warm-transfer-microphone-timeout', 'OTHER'],
    ['twilio-failed-to-connect-call', 'TELEPHONY'],
    ['call.start.error-get-customer', 'OTHER'],
  ])('%s is a fatal error of %s', (reason, service) => {
    expect(faultOf(reason, AT)).toEqual([{ service, at: AT, fatal: true, message: reason }]);
  });

  it('an ordinary end is no error', () => {
    expect(faultOf('customer-ended-call', AT)).toBeUndefined();
  });
});
