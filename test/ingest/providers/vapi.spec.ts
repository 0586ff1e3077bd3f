import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/domain/record.js';
import { vapi } from '../../../src/ingest/providers/vapi/adapter.js';
import { redact } from '../../../src/ingest/redact.js';
import { fold, golden, readable, recordsOf, vapiCall } from './fixtures.js';
import { AT, CALL, RECEIVED, adapt, adaptAll, bodyOf } from './vapi-message.js';

const ID = '019cbd4d-e9a0-7c1b-9a55-0d2c4b7e1f01';

describe('a call that Vapi tells of', () => {
  const names = ['whole-call', 'blind-transfer', 'busy'];

  it.each(names)('gives the reviewed records: %s', (name) => {
    const records = recordsOf(vapi, vapiCall(name));
    expect(readable(records)).toEqual(golden(`vapi/${name}`, records));
  });

  it.each(names)('ends in the same state whatever the order of arrival: %s', (name) => {
    const records = recordsOf(vapi, vapiCall(name)).flat();
    const id = records[0]?.externalId ?? '';
    const whole = fold(records, id);
    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: records.length }), (shuffled) => {
        expect(fold(shuffled, id)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps the messages of the report alone, the live ones having served', () => {
    const records = recordsOf(vapi, vapiCall('whole-call')).flat();
    const { messages, toolCalls, interruptions } = fold(records, records[0]?.externalId ?? '');
    expect(messages.map((message) => message.id)).toEqual(['m1', 'm2', 'm3', 'm6', 'm7', 'm10', 'm11']);
    expect(toolCalls.map((call) => [call.id, call.status])).toEqual([
      ['call_rep1', 'OK'],
      ['call_inv1', 'TIMEOUT'],
    ]);
    expect(interruptions).toHaveLength(1);
  });

  it('tells of one transfer, be it asked for, under way or reported', () => {
    const records = recordsOf(vapi, vapiCall('blind-transfer')).flat();
    expect(readable(fold(records, records[0]?.externalId ?? '').transfers)).toEqual([
      {
        id: 'transfer:+12025550150',
        kind: 'BLIND',
        initiator: 'AI',
        state: 'BRIDGED',
        target: '+12025550150',
        requestedAt: '2026-03-05T10:00:56.200Z',
        observable: false,
      },
    ]);
  });

  it('stores neither secret nor prompt nor a way into the live call', () => {
    for (const name of names) {
      const stored = JSON.stringify(
        vapiCall(name).map(({ delivery }) => redact(vapi.read(delivery), vapi.secretFields)),
      );
      for (const secret of ['not-a-real', 'Never reveal', '/listen', '/control', 'X-Amz-Signature'])
        expect(stored).not.toContain(secret);
      expect(stored).toContain('Bluebird Bikes, how can I help?');
    }
  });
});

describe('a status update', () => {
  it.each([
    ['scheduled', 'QUEUED', {}],
    ['queued', 'QUEUED', { queuedAt: AT }],
    ['ringing', 'RINGING', { ringAt: AT }],
    ['in-progress', 'ACTIVE', { answeredAt: AT, startedAt: AT }],
    ['forwarding', 'ACTIVE', {}],
    ['not-found', 'UNKNOWN', {}],
    ['something-new', 'UNKNOWN', {}],
  ])('%s is %s', (statusRaw, status, times) => {
    const record = adapt('status-update', { status: statusRaw }, { status: 'ringing' });
    const { queuedAt, ringAt, answeredAt, startedAt, endedAt } = record;
    expect(record).toMatchObject({ status, statusRaw, occurredAt: AT });
    expect(JSON.parse(JSON.stringify({ queuedAt, ringAt, answeredAt, startedAt, endedAt }))).toEqual(times);
  });

  it('ended says how and why, whatever the embedded call still says', () => {
    expect(
      adapt(
        'status-update',
        { status: 'ended', endedReason: 'customer-did-not-answer' },
        { status: 'ringing' },
      ),
    ).toMatchObject({
      status: 'NO_ANSWER',
      outcome: 'NO_ANSWER',
      endReason: 'customer-did-not-answer',
      endedAt: AT,
    });
  });

  it('forwarding to a number is a transfer that was asked for', () => {
    const destination = {
      type: 'sip',
      sipUri: 'sip:desk@pbx.example.com',
      transferPlan: { mode: 'warm-transfer-say-summary' },
    };
    expect(adapt('status-update', { status: 'forwarding', destination }).transfers).toEqual([
      {
        id: 'transfer:sip:desk@pbx.example.com',
        initiator: 'AI',
        state: 'REQUESTED',
        target: 'sip:desk@pbx.example.com',
        requestedAt: AT,
        kind: 'WARM',
      },
    ]);
  });
});

describe('what every message says of its call', () => {
  it.each([
    ['inboundPhoneCall', 'pstn', { channel: 'VOICE', direction: 'INBOUND', platform: 'PHONE' }],
    ['outboundPhoneCall', 'sip', { channel: 'VOICE', direction: 'OUTBOUND', platform: 'SIP' }],
    ['webCall', null, { channel: 'WEB', direction: 'INBOUND', platform: 'WEB' }],
    ['vapi.websocketCall', null, { channel: 'VOICE', platform: 'OTHER' }],
  ])('%s over %s', (type, phoneCallTransport, expected) => {
    const { channel, direction, platform } = adapt('hang', {}, { type, phoneCallTransport });
    expect(JSON.parse(JSON.stringify({ channel, direction, platform }))).toEqual(expected);
  });

  it('customer, number, carrier and assistant', () => {
    expect(
      adapt(
        'hang',
        {
          customer: { number: '+12025550142', name: 'Jo Marsh' },
          phoneNumber: { number: '+12025550110' },
          assistant: { name: 'Desk' },
        },
        { phoneCallProvider: 'telnyx', createdAt: '2026-03-05T08:59:58.000Z' },
      ),
    ).toMatchObject({
      customer: { address: '+12025550142', displayName: 'Jo Marsh' },
      did: '+12025550110',
      carrier: 'telnyx',
      flow: 'Desk',
      queuedAt: Date.parse('2026-03-05T08:59:58Z'),
    });
  });

  it('the carrier of its transport where the call names none', () => {
    expect(adapt('hang', {}, { transport: { provider: 'twilio' } })).toMatchObject({ carrier: 'twilio' });
  });

  it('a withheld number is none; a customer without one is not spoken of', () => {
    expect(adapt('hang', { customer: { number: 'anonymous' } }).customer).toEqual({ address: null });
    expect(adapt('hang', { customer: { externalId: 'x' } })).not.toHaveProperty('customer');
    expect(adapt('hang', {}, { customer: { sipUri: 'sip:jo@pbx.example.com' } }).customer).toEqual({
      address: 'sip:jo@pbx.example.com',
    });
  });

  it('the creation of a scheduled call is not when it was queued', () => {
    const call = {
      createdAt: '2026-03-01T08:00:00.000Z',
      schedulePlan: { earliestAt: '2026-03-05T09:00:00.000Z' },
    };
    expect(adapt('hang', {}, call)).not.toHaveProperty('queuedAt');
  });

  it.each([
    ['a number of milliseconds', AT, AT],
    ['a fraction', AT + 0.4, AT],
    ['ISO text', '2026-03-05T09:00:00.250Z', AT],
    ['nothing', null, RECEIVED],
  ])('its time may be %s', (_, timestamp, expected) => {
    expect(adapt('hang', { timestamp }).occurredAt).toBe(expected);
  });

  it('a time that is none is refused by name', () => {
    expect(() => adapt('hang', { timestamp: 'soon' })).toThrow('message.timestamp is not a time');
  });
});

describe('what joins', () => {
  const spellings = [
    'x-interaction-id',
    'X-Interaction-Id',
    'interaction-id',
    'interaction_id',
    'interactionId',
  ];

  it.each([
    ...spellings.map((name) => [
      'call.assistantOverrides.variableValues',
      name,
      {},
      { assistantOverrides: { variableValues: { [name]: ID } } },
    ]),
    ...spellings.map((name) => [
      'artifact.variableValues',
      name,
      { artifact: { variableValues: { [name]: ID } } },
      {},
    ]),
    [
      'call.assistantOverrides.metadata',
      'interaction_id',
      {},
      { assistantOverrides: { metadata: { interaction_id: ID } } },
    ],
    ['call.metadata', 'interaction_id', {}, { metadata: { interaction_id: ID } }],
    ['assistant.metadata', 'interaction_id', { assistant: { metadata: { interaction_id: ID } } }, {}],
  ] as [string, string, JsonObject, JsonObject][])('our id in %s as %s', (_, _name, message, call) => {
    expect(adapt('hang', message, call).keys).toEqual([{ namespace: 'interaction_id', value: ID }]);
  });

  it('the CallSid of a call over Twilio, once', () => {
    const sid = 'CA00000000000000000000000000000e01';
    const call = {
      phoneCallProvider: 'twilio',
      phoneCallProviderId: sid,
      transport: { provider: 'twilio', callSid: sid },
    };
    expect(adapt('hang', {}, call).keys).toEqual([{ namespace: 'twilio_call_sid', value: sid }]);
  });

  it('no CallSid of a carrier that has none', () => {
    const call = {
      phoneCallProvider: 'telnyx',
      phoneCallProviderId: 'v3:abc',
      transport: { callControlId: 'v3:abc' },
    };
    expect(adapt('hang', {}, call)).not.toHaveProperty('keys');
  });

  it("over Vapi's SIP the Call-ID of the INVITE and Twilio's header, but not Vapi's own transport id", () => {
    const call = {
      phoneCallProvider: 'vapi',
      transport: {
        provider: 'vapi.sip',
        callSid: '00000000-0000-4000-8000-0000000000c5',
        sbcCallSid: 'a@0.0.0.0',
      },
      assistantOverrides: {
        variableValues: { cid: 'a@0.0.0.0', 'twilio-callsid': 'CA00000000000000000000000000000e02' },
      },
    };
    expect(adapt('hang', {}, call).keys).toEqual([
      { namespace: 'sip_call_id', value: 'a@0.0.0.0' },
      { namespace: 'twilio_call_sid', value: 'CA00000000000000000000000000000e02' },
    ]);
  });

  it('the id of the customer in the CRM feeds the journey, it joins nothing', () => {
    expect(adapt('hang', { customer: { externalId: 'crm-1' } }).keys).toEqual([
      { namespace: 'customer_external_id', value: 'crm-1', scope: 'CUSTOMER' },
    ]);
  });
});

describe('live messages', () => {
  it('a final transcript is a message that ended when it was told', () => {
    const said = { role: 'assistant', transcript: 'Hello.' };
    const messages = [{ id: `t${AT}-assistant`, speaker: 'ASSISTANT', text: 'Hello.', endedAt: AT }];
    expect(adapt('transcript', { ...said, transcriptType: 'final' }).messages).toEqual(messages);
    expect(adapt('transcript[transcriptType="final"]', said).messages).toEqual(messages);
  });

  it.each([
    'conversation-update',
    'model-output',
    'voice-input',
    'voice-request',
    'call.endpointing.request',
  ])('%s is noise', (type) => expect(adaptAll(bodyOf(type))).toEqual([]));

  it('a partial transcript, or one of nobody, is no record', () => {
    expect(
      adaptAll(bodyOf('transcript', { role: 'user', transcriptType: 'partial', transcript: 'Hel' })),
    ).toEqual([]);
    expect(
      adaptAll(bodyOf('transcript', { role: 'system', transcriptType: 'final', transcript: 'x' })),
    ).toEqual([]);
  });

  it.each([
    ['an object', { function: { name: 'find', arguments: { a: 1 } } }],
    ['JSON text', { function: { name: 'find', arguments: '{"a":1}' } }],
    ['parameters', { name: 'find', parameters: { a: 1 } }],
  ])('a tool call told three times counts once, its arguments %s', (_, call) => {
    const one = { id: 'call_1', type: 'function', ...call };
    const message = {
      toolCalls: [one],
      toolCallList: [one],
      toolWithToolCallList: [{ name: 'find', toolCall: one }],
    };
    const toolCalls = [{ id: 'call_1', name: 'find', startedAt: AT, arguments: { a: 1 } }];
    expect(adapt('tool-calls', message).toolCalls).toEqual(toolCalls);
    expect(adapt('tool-calls', { toolWithToolCallList: message.toolWithToolCallList }).toolCalls).toEqual(
      toolCalls,
    );
  });

  it('an interruption is the customer’s', () => {
    expect(adapt('user-interrupted', { turnId: 'x' }).interruptions).toEqual([{ at: AT, by: 'CUSTOMER' }]);
  });

  it('a question to the knowledge base is the last thing the customer said', () => {
    const messages = [
      { role: 'user', message: 'Hello' },
      { role: 'user', message: 'Opening hours?' },
      { role: 'bot', message: 'One moment' },
    ];
    expect(adapt('knowledge-base-request', { messages }).knowledgeSearches).toEqual([
      { id: `k${AT}`, query: 'Opening hours?', startedAt: AT },
    ]);
  });

  it('a hand-over to another assistant is an event, not a transfer', () => {
    const record = adapt('transfer-update', { destination: { type: 'assistant', assistantName: 'billing' } });
    expect(record).not.toHaveProperty('transfers');
    expect(record.events).toEqual([
      { id: `transfer-update/${AT}`, type: 'transfer-update', at: AT, data: { destination: 'billing' } },
    ]);
  });

  it.each([
    'hang',
    'speech-update',
    'assistant.started',
    'language-change-detected',
    'function-call',
    'invented.tomorrow',
  ])('%s is an event and nothing more', (type) => {
    const { events, status, endedAt } = adapt(type, {
      status: 'started',
      role: 'user',
      turn: 3,
      secret: 'k',
    });
    expect(events).toEqual([
      { id: `${type}/started/user/${AT}`, type, at: AT, data: { status: 'started', role: 'user', turn: 3 } },
    ]);
    expect([status, endedAt]).toEqual([undefined, undefined]);
  });

  it.each(['chat.created', 'session.updated', 'invented.tomorrow'])(
    '%s about no call is no record',
    (type) => {
      expect(adaptAll({ message: { type } })).toEqual([]);
    },
  );

  it.each(['status-update', 'transcript', 'tool-calls', 'transfer-update', 'end-of-call-report'])(
    '%s without a call is refused by name',
    (type) => expect(() => adaptAll({ message: { type } })).toThrow('message.call.id is required'),
  );

  it.each([
    null,
    [],
    'x',
    {},
    { message: null },
    { message: {} },
    { message: { type: '' } },
    { type: 'hang' },
  ])('%j is refused by name', (payload) =>
    expect(() => adaptAll(payload as Json)).toThrow('message.type is required'),
  );
});

describe('any body', () => {
  it('is adapted or refused by name', () => {
    const types = fc.constantFrom(
      'status-update',
      'transcript',
      'tool-calls',
      'transfer-update',
      'end-of-call-report',
      'x',
    );
    const names = [
      'artifact',
      'messages',
      'toolCallList',
      'destination',
      'costs',
      'analysis',
      'customer',
      'status',
      'cost',
    ];
    const message = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(types, message, fc.jsonValue({ maxDepth: 3 }), (type, fields, call) => {
        const body = {
          message: { ...(fields as JsonObject), type, call: { ...(call as JsonObject | null), id: CALL } },
        };
        expect(adaptAll(body).length).toBeLessThan(2);
      }),
    );
  });
});
