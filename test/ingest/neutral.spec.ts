import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidPayload, UnreadableBody } from '../../src/domain/errors.js';
import type { Json, JsonObject } from '../../src/domain/record.js';
import { bodyHash, canonicalJson } from '../../src/ingest/canonical.js';
import { MAX_RECORDS, readNeutralBody, UnreadableRecord } from '../../src/ingest/neutral/body.js';
import { parseNeutralRecord } from '../../src/ingest/neutral/parse.js';

const AT = '2026-09-14T15:04:07.210Z';
const at = Date.parse(AT);
const minimal = { externalId: 'a1', occurredAt: AT, role: 'ASSISTANT' };
const parse = (fields: object, role: 'DIALER' | null = null) =>
  parseNeutralRecord({ ...minimal, ...fields }, { role });
const record = (fields: object) => parse(fields).record;

/** Every field of the contract, as a sender writes it. */
const full = {
  ...minimal,
  version: '3',
  channel: 'VOICE',
  direction: 'INBOUND',
  keys: [
    { namespace: 'interaction_id', value: '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30' },
    { namespace: 'crm', value: 'C-7', scope: 'CUSTOMER' },
  ],
  customer: { address: '+12025550123', displayName: null },
  did: '+12025550199',
  carrier: 'twilio',
  reference: 'ORD-17',
  campaign: 'spring',
  flow: 'support',
  platform: 'PHONE',
  isTest: false,
  tags: { Language: 'en' },
  status: 'ACTIVE',
  statusRaw: 'in-progress',
  queuedAt: null,
  ringAt: null,
  answeredAt: AT,
  startedAt: AT,
  endedAt: null,
  disconnectedBy: null,
  disconnectedByRaw: 'customer-ended-call',
  endReason: null,
  outcome: null,
  recording: {
    url: 'https://example.com/r.mp3',
    format: 'mp3',
    startedAt: AT,
    durationMs: 312_000,
    state: 'AVAILABLE',
    reason: null,
  },
  cost: { amount: '0.12', currency: 'USD', isComplete: false },
  latency: { sttMs: 190, llmMs: 420, ragMs: null, toolMs: null, ttsMs: 210, totalMs: 820 },
  messages: [{ id: 'm1', speaker: 'ASSISTANT', text: 'Hi', startedAt: AT, endedAt: AT, interrupted: false }],
  toolCalls: [
    {
      id: 't1',
      name: 'lookup_order',
      status: 'OK',
      startedAt: AT,
      durationMs: 1_250,
      arguments: { order: 'ORD-17' },
      rawResponse: [1, null],
      error: null,
      postProcessorError: null,
    },
  ],
  knowledgeSearches: [
    {
      id: 'k1',
      query: 'refund',
      hitCount: 3,
      startedAt: AT,
      latency: { embedMs: 10, searchMs: 60, rerankMs: 25, totalMs: 95 },
      cacheStatus: 'MISS',
    },
  ],
  turns: [
    {
      turn: 1,
      sttMs: 190,
      ragMs: null,
      toolMs: null,
      llmMs: 420,
      ttsMs: 210,
      totalMs: 1_220,
      tokens: 310,
      confidence: 0.93,
      sttFinalAt: AT,
      llmRequestAt: AT,
      llmFirstTokenAt: AT,
      ttsStartAt: AT,
    },
  ],
  tokens: { prompt: 900, completion: 120, ttsCharacters: 640, postCallAndQc: 300 },
  postCallCache: { status: 'HIT', cachedRead: 800, cacheCreated: 0, freshPrompt: 100, completion: 60 },
  interruptions: [{ at: AT, by: 'CUSTOMER', handledBy: 'VAD', turn: 2 }],
  events: [{ id: 'e1', type: 'call.answered', at: AT, data: { leg: 1 } }],
  serviceErrors: [{ service: 'LLM', processor: 'turn', at: AT, fatal: false, message: 'overloaded' }],
  integrationLog: [{ integration: 'crm', at: AT, status: 'OK', detail: { rows: 1 } }],
  transfers: [
    {
      id: 'x1',
      kind: 'WARM',
      initiator: 'AI',
      state: 'BRIDGED',
      target: '+12025550177',
      requestedAt: AT,
      bridgedAt: AT,
      endedAt: null,
      failureReason: null,
      observable: false,
    },
  ],
  sentiment: [{ label: 'gratitude', score: 0.8, at: AT }],
  reviewFlags: [{ code: 'ANOMALY', reason: 'odd', by: 'AI', at: AT }],
  postCallAnalysis: {
    summary: 'Refund promised.',
    tags: ['billing'],
    fields: { amount: 12 },
    dispositions: [{ name: 'result', value: 'AGREED' }],
    autoAssigned: false,
  },
  qcAnalysis: { fields: { greeting: true } },
  wholeLists: ['messages'],
  payload: { raw: true },
};

/** The same with every instant as epoch ms: nothing else may change. */
const withInstants = (value: unknown): unknown => {
  if (value === AT) return at;
  if (Array.isArray(value)) return value.map(withInstants);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withInstants(part)]));
};

const nested = (levels: number): Json => (levels === 0 ? 1 : [nested(levels - 1)]);

describe('a neutral record', () => {
  test('with every field of the format is read in full, and nothing of it is unknown', () => {
    const [first, ...others] = full.keys;
    const expected = withInstants({ ...full, keys: [{ ...first, scope: 'INTERACTION' }, ...others] });
    expect(parseNeutralRecord(full, { role: null })).toEqual({ record: expected, unknownFields: [] });
  });

  test('needs its id, its time and its role alone', () => {
    expect(record({})).toStrictEqual({ externalId: 'a1', occurredAt: at, role: 'ASSISTANT' });
  });

  test('has the role of its source when it names none', () => {
    expect(parse({ role: undefined }, 'DIALER').record.role).toBe('DIALER');
    expect(parse({ role: null }, 'DIALER').record.role).toBe('DIALER');
    expect(parse({}, 'DIALER').record.role).toBe('ASSISTANT');
  });

  test('keeps what was said to be none apart from what was not said', () => {
    expect(record({ did: null, messages: null, payload: null, customer: { address: null } })).toStrictEqual({
      externalId: 'a1',
      occurredAt: at,
      role: 'ASSISTANT',
      customer: { address: null },
      did: null,
      messages: null,
      payload: null,
    });
  });

  test('may have fields we do not know: they are named by path and dropped', () => {
    const { record: read, unknownFields } = parse({
      colour: 'red',
      customer: { address: 'x', mood: 1 },
      messages: [{ id: 'm1' }, { id: 'm2', lang: 'en' }],
      payload: { anything: 1 },
    });
    expect(unknownFields).toEqual(['colour', 'customer.mood', 'messages[1].lang']);
    expect(read.messages).toEqual([{ id: 'm1' }, { id: 'm2' }]);
    expect(read).not.toHaveProperty('colour');
  });

  test('names at most a hundred unknown fields, each cut to 64 characters', () => {
    const fields = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`.padEnd(80, 'x'), n]));
    const { unknownFields } = parse(fields);
    expect(unknownFields).toHaveLength(100);
    expect(unknownFields[0]).toHaveLength(64);
  });

  test('cannot reach the prototype of anything', () => {
    const sent = JSON.parse(
      `{"externalId":"a","occurredAt":"${AT}","role":"CHAT","__proto__":{"status":"ACTIVE"},` +
        `"tags":{"__proto__":"x"},"payload":{"__proto__":{"polluted":true}}}`,
    ) as unknown;
    const { record: read, unknownFields } = parseNeutralRecord(sent, { role: null });
    expect(unknownFields).toEqual(['__proto__']);
    expect(read.status).toBeUndefined();
    expect(Object.entries(read.tags ?? {})).toEqual([['__proto__', 'x']]);
    expect(JSON.stringify(read.payload)).toBe('{"__proto__":{"polluted":true}}');
    expect({}).not.toHaveProperty('polluted');
  });

  test('has what no database can hold replaced in all of its texts', () => {
    const read = record({
      externalId: 'a\u0000b',
      tags: { 'k\ud800': '\udc00v' },
      payload: { 'k\u0000': ['\ud83d', '😀'] },
    });
    expect(read).toMatchObject({
      externalId: 'a\ufffdb',
      tags: { 'k\ufffd': '\ufffdv' },
      payload: { 'k\ufffd': ['\ufffd', '😀'] },
    });
  });

  test.each([
    ['2026-09-14T15:04:07Z', Date.UTC(2026, 8, 14, 15, 4, 7)],
    ['2026-09-14t15:04:07.2z', Date.UTC(2026, 8, 14, 15, 4, 7, 200)],
    ['2026-09-14T15:04:07.999999999+05:30', Date.UTC(2026, 8, 14, 9, 34, 7, 999)],
    ['2026-12-31T23:30:00-01:00', Date.UTC(2027, 0, 1, 0, 30)],
    ['2024-02-29T00:00:00+00:00', Date.UTC(2024, 1, 29)],
    ['1990-01-01T00:00:00Z', Date.UTC(1990, 0, 1)],
    ['2100-12-31T23:59:59.999Z', Date.UTC(2101, 0, 1) - 1],
  ])('reads the instant %s to the millisecond', (text, expected) => {
    expect(record({ occurredAt: text }).occurredAt).toBe(expected);
  });

  test.each([
    ['0.1200', '0.1200'],
    ['-3', '-3'],
    [0.12, '0.12'],
    [0, '0'],
    [-12.5, '-12.5'],
    [1e-7, '0.0000001'],
    [1.25e-7, '0.000000125'],
    [1.5e21, '1500000000000000000000'],
  ])('keeps the amount %p exactly', (amount, expected) => {
    expect(record({ cost: { amount, currency: 'usd' } }).cost).toEqual({
      amount: expected,
      currency: 'USD',
      isComplete: true,
    });
  });

  test('may number itself with a text or a whole number', () => {
    expect(record({ version: 17 }).version).toBe('17');
    expect(record({ version: 'v-17' }).version).toBe('v-17');
    expect(record({ version: null }).version).toBeNull();
  });

  const CALL_STATUSES =
    'QUEUED, RINGING, ACTIVE, COMPLETED, FAILED, DECLINED, MISSED, NO_ANSWER, BUSY, CANCELED, VOICEMAIL, UNKNOWN';
  const OUTCOMES =
    'COMPLETED, TRANSFERRED, ABANDONED, FAILED, NO_ANSWER, BUSY, VOICEMAIL, DECLINED, CANCELED, UNKNOWN';
  const ENDERS = 'BOT, CUSTOMER, AGENT, SYSTEM, VOICEMAIL, RNR, TIMEOUT, ERROR, NO_ANSWER, REJECTED, UNKNOWN';
  const TIME = 'must be an RFC 3339 time with its zone, such as 2026-09-14T15:04:07.210Z';
  const WHOLE = 'must be a whole number from 0 to 2147483647';
  const DECIMAL = 'must be a decimal number such as "0.12", of at most 40 characters';
  const CURRENCY = 'must be the three letters of a currency, such as USD';
  const SPEAKERS = 'must be one of CUSTOMER, ASSISTANT, AGENT, SYSTEM';

  const faults: [fields: object, field: string, sentence: string][] = [
    [{ externalId: undefined }, 'externalId', 'is required'],
    [{ externalId: null }, 'externalId', 'is required'],
    [{ externalId: ' ' }, 'externalId', 'must not be empty'],
    [{ externalId: 7 }, 'externalId', 'must be a text'],
    [{ externalId: 'x'.repeat(257) }, 'externalId', 'must have at most 256 characters'],
    [{ occurredAt: undefined }, 'occurredAt', 'is required'],
    [{ occurredAt: 1789398247210 }, 'occurredAt', TIME],
    [{ occurredAt: '2026-09-14T15:04:07' }, 'occurredAt', TIME],
    [{ occurredAt: '2026-09-14 15:04:07Z' }, 'occurredAt', TIME],
    [{ occurredAt: '2026-02-30T00:00:00Z' }, 'occurredAt', 'must be a time that exists'],
    [{ occurredAt: '2026-09-14T24:00:00Z' }, 'occurredAt', 'must be a time that exists'],
    [{ occurredAt: '2026-09-14T15:04:07+25:00' }, 'occurredAt', 'must be a time that exists'],
    [{ occurredAt: 'infinity' }, 'occurredAt', TIME],
    [{ occurredAt: '1989-12-31T23:59:59Z' }, 'occurredAt', 'must be in the years 1990 to 2100'],
    [{ occurredAt: '2101-01-01T00:00:00Z' }, 'occurredAt', 'must be in the years 1990 to 2100'],
    [{ role: undefined }, 'role', 'is required'],
    [{ role: 'assistant' }, 'role', 'must be one of DIALER, ASSISTANT, HUMAN, CHAT'],
    [
      { version: 1.5 },
      'version',
      'must be a text or a whole number; write one beyond 9007199254740991 as text',
    ],
    [
      { version: 2 ** 53 },
      'version',
      'must be a text or a whole number; write one beyond 9007199254740991 as text',
    ],
    [{ version: '9'.repeat(129) }, 'version', 'must have at most 128 characters'],
    [{ version: '' }, 'version', 'must not be empty'],
    [{ status: 'in-progress' }, 'status', `must be one of ${CALL_STATUSES}`],
    [{ outcome: 'SOLVED' }, 'outcome', `must be one of ${OUTCOMES}`],
    [{ disconnectedBy: 'toString' }, 'disconnectedBy', `must be one of ${ENDERS}`],
    [{ keys: {} }, 'keys', 'must be a list'],
    [{ keys: Array(101).fill({}) }, 'keys', 'must have at most 100 items'],
    [{ keys: [null] }, 'keys[0]', 'must be an object'],
    [{ keys: [{ value: 'x' }] }, 'keys[0].namespace', 'is required'],
    [{ keys: [{ namespace: 'x' }] }, 'keys[0].value', 'is required'],
    [
      { keys: [{ namespace: 'x', value: 'y', scope: 'ALL' }] },
      'keys[0].scope',
      'must be one of INTERACTION, BRIDGE, CUSTOMER',
    ],
    [{ customer: '+12025550123' }, 'customer', 'must be an object'],
    [{ customer: { address: 12025550123 } }, 'customer.address', 'must be a text'],
    [{ isTest: 'false' }, 'isTest', 'must be true or false'],
    [{ tags: ['a'] }, 'tags', 'must be an object'],
    [{ tags: { Language: 1 } }, 'tags.Language', 'must be a text'],
    [
      { tags: Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [n, ''])) },
      'tags',
      'must have at most 1000 entries',
    ],
    [{ recording: { durationMs: -1 } }, 'recording.durationMs', WHOLE],
    [{ recording: { durationMs: 2 ** 31 } }, 'recording.durationMs', WHOLE],
    [
      { recording: { state: 'READY' } },
      'recording.state',
      'must be one of NONE, PENDING, AVAILABLE, FAILED, EXPIRED',
    ],
    [{ recording: { url: 'x'.repeat(4_097) } }, 'recording.url', 'must have at most 4096 characters'],
    [{ cost: { currency: 'USD' } }, 'cost.amount', 'is required'],
    [{ cost: { amount: '1,20', currency: 'USD' } }, 'cost.amount', DECIMAL],
    [{ cost: { amount: 1e-300, currency: 'USD' } }, 'cost.amount', DECIMAL],
    [{ cost: { amount: '1' } }, 'cost.currency', 'is required'],
    [{ cost: { amount: '1', currency: '$' } }, 'cost.currency', CURRENCY],
    [{ latency: { totalMs: 420.5 } }, 'latency.totalMs', WHOLE],
    [{ messages: [{ id: 'm1' }, {}] }, 'messages[1].id', 'is required'],
    [{ messages: Array(10_001).fill({ id: 'm' }) }, 'messages', 'must have at most 10000 items'],
    [{ messages: [{ id: 'm', speaker: 'BOT' }] }, 'messages[0].speaker', SPEAKERS],
    [
      { messages: [{ id: 'm', text: 'x'.repeat(100_001) }] },
      'messages[0].text',
      'must have at most 100000 characters',
    ],
    [{ messages: [{ id: 'a' }, { id: 'b' }, { id: 'c', startedAt: 'noon' }] }, 'messages[2].startedAt', TIME],
    [{ toolCalls: [{ name: 'x' }] }, 'toolCalls[0].id', 'is required'],
    [
      { toolCalls: [{ id: 't', arguments: nested(33) }] },
      'toolCalls[0].arguments',
      'must have at most 32 levels',
    ],
    [{ knowledgeSearches: [{ query: 'x' }] }, 'knowledgeSearches[0].id', 'is required'],
    [{ knowledgeSearches: [{ id: 'k', hitCount: -1 }] }, 'knowledgeSearches[0].hitCount', WHOLE],
    [
      { knowledgeSearches: [{ id: 'k', latency: { totalMs: '9' } }] },
      'knowledgeSearches[0].latency.totalMs',
      WHOLE,
    ],
    [{ turns: [{ sttMs: 1 }] }, 'turns[0].turn', 'is required'],
    [{ turns: [{ turn: 1, confidence: 'high' }] }, 'turns[0].confidence', 'must be a number'],
    [{ interruptions: [{ by: 'AGENT' }] }, 'interruptions[0].at', 'is required'],
    [{ events: [{ type: 'x' }] }, 'events[0].id', 'is required'],
    [{ serviceErrors: [{ at: AT }] }, 'serviceErrors[0].service', 'is required'],
    [{ integrationLog: [{ integration: 'crm' }] }, 'integrationLog[0].at', 'is required'],
    [{ transfers: [{ kind: 'WARM' }] }, 'transfers[0].id', 'is required'],
    [{ transfers: [{ id: 'x', observable: 1 }] }, 'transfers[0].observable', 'must be true or false'],
    [{ sentiment: [{ at: AT, score: 1 }] }, 'sentiment[0].label', 'is required'],
    [{ sentiment: [{ label: 'joy', at: AT, score: Infinity }] }, 'sentiment[0].score', 'must be a number'],
    [{ reviewFlags: [{ by: 'AI' }] }, 'reviewFlags[0].code', 'is required'],
    [{ postCallAnalysis: { tags: [1] } }, 'postCallAnalysis.tags[0]', 'must be a text'],
    [{ postCallAnalysis: { fields: [] } }, 'postCallAnalysis.fields', 'must be an object'],
    [
      { postCallAnalysis: { dispositions: [{ name: 'x' }] } },
      'postCallAnalysis.dispositions[0].value',
      'is required',
    ],
    [{ qcAnalysis: {} }, 'qcAnalysis.fields', 'is required'],
    [
      { wholeLists: ['keys'] },
      'wholeLists[0]',
      'must be one of messages, toolCalls, knowledgeSearches, turns, interruptions, events, serviceErrors, integrationLog, transfers, sentiment, reviewFlags',
    ],
    [{ payload: JSON.parse('[1e999]') as Json }, 'payload', 'has a number too large to be kept'],
    [{ payload: nested(33) }, 'payload', 'must have at most 32 levels'],
    [{ unheardOf: nested(40) }, 'record', 'must have at most 35 levels'],
  ];
  test.each(faults.map(([fields, field, sentence]) => ({ fields, field, sentence })))(
    'is refused: $field $sentence',
    ({ fields, field, sentence }) => {
      const refused = expect(() => parse(fields));
      refused.toThrow(new InvalidPayload(field, sentence));
      refused.toThrow(expect.objectContaining({ field, code: 'BAD_USER_INPUT' }));
    },
  );

  test.each([[null], [[]], ['text'], [7], [undefined]])('is an object, not %p', (input) => {
    expect(() => parseNeutralRecord(input, { role: 'DIALER' })).toThrow('record must be an object');
  });

  test('may have free JSON of 32 levels where it may have any', () => {
    expect(record({ toolCalls: [{ id: 't', arguments: nested(32) }] }).toolCalls).toHaveLength(1);
  });
});

describe('the body of a request', () => {
  const read = (body: string | Buffer, type = 'application/json') => readNeutralBody(Buffer.from(body), type);

  test.each([
    ['one object', '{"a":1}', 'application/json', [{ a: 1 }]],
    ['one object over several lines', '{\n"a":1\n}\n', 'application/json; charset=utf-8', [{ a: 1 }]],
    ['an array, its items not yet judged', '[{"a":1},\n7]', 'application/json', [{ a: 1 }, 7]],
    ['one object a line', '{"a":1}\r\n\n{"a":2}\n', 'application/x-ndjson', [{ a: 1 }, { a: 2 }]],
    ['a single line', '{"a":1}', 'Application/JSONL; charset=utf-8', [{ a: 1 }]],
    ['lines whose content type says JSON', '{"a":1}\n{"a":2}', 'application/json', [{ a: 1 }, { a: 2 }]],
    ['the same record twice', '{"a":1}\n{"a":1}', '', [{ a: 1 }, { a: 1 }]],
    ['the last of two fields of one name', '{"a":1,"a":2}', '', [{ a: 2 }]],
    ['a byte order mark', '\ufeff{"a":1}', '', [{ a: 1 }]],
  ])('may be %s', (_, body, type, expected) => {
    expect(read(body, type)).toEqual(expected);
  });

  const unreadable: [body: string | Buffer, type: string, message: string][] = [
    ['', '', 'The body is empty.'],
    [' \n', 'application/x-ndjson', 'The body is empty.'],
    ['[]', '', 'The body is an empty list: there is nothing to record.'],
    [Buffer.from([0x7b, 0xff, 0x7d]), '', 'The body is not UTF-8.'],
    ['{}\n'.repeat(1_001), '', 'The body has 1001 records; a request takes at most 1000.'],
  ];
  test.each(unreadable.map(([body, type, message]) => ({ body, type, message })))(
    'that cannot be read is refused: $message',
    ({ body, type, message }) => {
      expect(() => read(body, type)).toThrow(new UnreadableBody(message));
    },
  );

  const NO_OBJECT = 'The body must be a JSON object, a list of them, or one object a line.';
  test.each<[body: string, type: string, ...records: unknown[]]>([
    ['{"a":', '', ['{"a":', 'The body is not JSON: Unexpected end of JSON input.']],
    ['hello', '', ['hello', "The body is not JSON: Unexpected token 'h'."]],
    ['"text"', '', ['"text"', NO_OBJECT]],
    ['null', '', ['null', NO_OBJECT]],
    [
      '{"a":1}\n\n{"a":\n{"a":2}',
      '',
      { a: 1 },
      ['{"a":', 'Line 3 is not JSON: Unexpected end of JSON input.'],
      { a: 2 },
    ],
    ['{"a":1}\n[1]', 'application/x-ndjson', { a: 1 }, ['[1]', 'Line 2 is not a JSON object.']],
    ['[{"a":1}]', 'application/jsonl', ['[{"a":1}]', 'Line 1 is not a JSON object.']],
  ])('%j has records that cannot be read, each of which is one by itself', (body, type, ...records) => {
    const shown = read(body, type).map((one) =>
      one instanceof UnreadableRecord ? [one.text, one.reason] : one,
    );
    expect(shown).toEqual(records);
  });

  test('that cannot be read is not quoted in the reason, for customers stand in it', () => {
    const bodies = ['{"address":"+12025550123",}', '[{"address":"+12025550123"},]', '+12025550123'];
    for (const body of bodies)
      expect(read(body)).toEqual([
        expect.objectContaining({
          reason: expect.stringMatching(/^The body is not JSON: [^0-9]+( \d\d?)?\.$/) as unknown,
        }),
      ]);
  });

  test('may have as many records as a request takes', () => {
    expect(read('{}\n'.repeat(MAX_RECORDS))).toHaveLength(MAX_RECORDS);
  });
});

describe('whatever is sent', () => {
  const fields = Object.keys(full);
  const anyRecord = fc
    .dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 4 }))
    .map((some) => ({ ...minimal, ...some }));
  const nothingElse = (action: () => unknown) => {
    try {
      action();
    } catch (error) {
      if (!(error instanceof InvalidPayload || error instanceof UnreadableBody)) throw error;
    }
  };

  test('is parsed or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anyRecord), (input) => {
        nothingElse(() => parseNeutralRecord(input, { role: 'DIALER' }));
      }),
      { numRuns: 500 },
    );
  });

  test('is read or refused as bytes, whatever its content type', () => {
    const types = fc.constantFrom('application/json', 'application/x-ndjson', '');
    const texts = fc.oneof(
      fc.json(),
      fc.string(),
      fc.array(fc.json()).map((lines) => lines.join('\n')),
    );
    fc.assert(
      fc.property(texts, types, (text, type) => {
        nothingElse(() => readNeutralBody(Buffer.from(text), type));
      }),
      { numRuns: 500 },
    );
  });

  test('is refused without a stack overflow when it is nested without end', () => {
    const body = Buffer.from('[{"x":'.repeat(50_000) + '1' + '}]'.repeat(50_000));
    const [input] = readNeutralBody(body, 'application/json');
    expect(() => parse({ payload: input as Json })).toThrow('payload must have at most 32 levels');
    expect(() => parse({ other: input as Json })).toThrow('record must have at most 35 levels');
  });
});

describe('canonical JSON', () => {
  const shuffled = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([name, part]): [string, Json] => [name, shuffled(part)]);
    return Object.fromEntries(entries.reverse()) as JsonObject;
  };

  test('has sorted keys and no spaces', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x y' }], a: true })).toBe(
      '{"a":true,"b":[1,{"c":"x y","d":null}]}',
    );
  });

  test('and its hash do not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(shuffled(value as Json))).toBe(canonicalJson(value as Json));
        expect(bodyHash(shuffled(value as Json))).toBe(bodyHash(value as Json));
      }),
    );
  });

  test('still means the value it was made of', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('is hashed by SHA-256 in hex', () => {
    expect(bodyHash({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });
});
