import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keysOfLeg, partition } from '../../../src/domain/correlate.js';
import type { Json, JsonObject, NeutralRecord } from '../../../src/domain/record.js';
import { adapterFor } from '../../../src/ingest/providers/index.js';
import { twilio } from '../../../src/ingest/providers/twilio/adapter.js';
import { vapi } from '../../../src/ingest/providers/vapi/adapter.js';
import { redact } from '../../../src/ingest/redact.js';
import {
  fold,
  formDelivery,
  golden,
  jsonDelivery,
  readable,
  recordsOf,
  source,
  twilioCall,
  vapiCall,
} from './fixtures.js';

const CALL = 'CA00000000000000000000000000000e01';
const RECEIVED = Date.parse('2026-03-05T09:00:00.500Z');
const STAMP = 'Thu, 05 Mar 2026 09:00:00 +0000';
const STAMP_MS = Date.parse('2026-03-05T09:00:00Z');
const ID = '019cbd4d-e9a0-7c1b-9a55-0d2c4b7e1f01';

const adaptAll = (payload: Json): NeutralRecord[] => twilio.adapt(payload, source(), RECEIVED);
const adapt = (fields: JsonObject): NeutralRecord => {
  const [record, ...more] = adaptAll({ CallSid: CALL, ...fields });
  expect(more).toEqual([]);
  if (record === undefined) throw new Error('a record was expected');
  return record;
};
const progress = (CallStatus: string, more: JsonObject = {}) =>
  adapt({ CallStatus, Timestamp: STAMP, SequenceNumber: '2', ...more });

describe('a call that Twilio tells of', () => {
  const names = ['whole-call', 'blind-transfer', 'busy', 'out-of-order-with-recording'];

  it.each(names)('gives the reviewed records: %s', (name) => {
    const records = recordsOf(twilio, twilioCall(name));
    expect(readable(records)).toEqual(golden(`twilio/${name}`, records));
  });

  it.each(names)('yields one statement with one event for every delivery: %s', (name) => {
    for (const records of recordsOf(twilio, twilioCall(name)))
      expect(records).toMatchObject([{ events: [expect.anything()] }]);
  });

  it('ends in the same state whatever the order of arrival', () => {
    const records = recordsOf(twilio, twilioCall('out-of-order-with-recording')).flat();
    const id = records[0]?.externalId ?? '';
    const whole = fold(records, id);
    expect(readable(whole)).toMatchObject({
      status: 'COMPLETED',
      state: 'TERMINAL',
      queuedAt: '2026-03-05T12:00:00.000Z',
      ringAt: '2026-03-05T12:00:02.000Z',
      answeredAt: '2026-03-05T12:00:09.000Z',
      endedAt: '2026-03-05T12:01:09.000Z',
      recording: { state: 'AVAILABLE', durationMs: 59_000 },
    });
    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: records.length }), (shuffled) => {
        expect(fold(shuffled, id)).toEqual(whole);
      }),
      { numRuns: 100 },
    );
  });

  it('is one interaction with the assistant it dialled over SIP', () => {
    const dialled = recordsOf(twilio, twilioCall('whole-call')).flat();
    const assisted = recordsOf(vapi, vapiCall('whole-call')).flat();
    const ids = [...new Set([...dialled, ...assisted].map((record) => record.externalId))];
    const joinables = ids.map((id) => {
      const call = fold([...dialled, ...assisted], id);
      const namespace = call.role === 'DIALER' ? twilio.identityNamespace : vapi.identityNamespace;
      return { leg: { ...call, id }, keys: keysOfLeg(call.statedKeys, id, namespace).keys };
    });
    const { groups, quarantined } = partition(joinables);
    expect(groups.map((group) => [...group.legIds].sort())).toEqual([[...ids].sort()]);
    expect(ids).toHaveLength(3);
    expect(quarantined).toEqual([]);
    const withoutOurId = joinables.map(({ leg, keys }) => ({
      leg,
      keys: keys.filter((key) => key.namespace !== 'interaction_id'),
    }));
    expect(partition(withoutOurId).groups).toHaveLength(1);
  });
});

describe('what a status callback says', () => {
  it.each([
    ['queued', 'QUEUED', 'queuedAt'],
    ['initiated', 'QUEUED', 'queuedAt'],
    ['ringing', 'RINGING', 'ringAt'],
    ['in-progress', 'ACTIVE', 'answeredAt'],
    ['completed', 'COMPLETED', 'endedAt'],
    ['busy', 'BUSY', 'endedAt'],
    ['failed', 'FAILED', 'endedAt'],
    ['no-answer', 'NO_ANSWER', 'endedAt'],
    ['canceled', 'CANCELED', 'endedAt'],
  ] as const)('%s is %s, at the time that is its %s and no other', (word, status, field) => {
    const { queuedAt, ringAt, answeredAt, startedAt, endedAt, ...record } = progress(word);
    const times = { queuedAt, ringAt, answeredAt, startedAt, endedAt };
    expect(record).toMatchObject({ status, statusRaw: word, occurredAt: STAMP_MS, version: '2' });
    expect(Object.entries(times).filter(([, at]) => at !== undefined)).toEqual([[field, STAMP_MS]]);
  });

  it('an unknown word is UNKNOWN and kept', () => {
    expect(progress('parked')).toMatchObject({ status: 'UNKNOWN', statusRaw: 'parked' });
  });

  it('a webhook without Timestamp happened when it came, and states no time of the call', () => {
    const record = adapt({
      CallStatus: 'ringing',
      Direction: 'inbound',
      From: '+12025550142',
      To: '+12025550110',
    });
    expect(record).toMatchObject({ occurredAt: RECEIVED, status: 'RINGING' });
    expect(record).not.toHaveProperty('ringAt');
    expect(record).not.toHaveProperty('version');
  });

  it('a Timestamp that is no date is refused by name', () => {
    expect(() => progress('ringing', { Timestamp: 'yesterday' })).toThrow('Timestamp is not a date');
  });

  it('CallDuration is seconds, Duration billed minutes, and neither makes up an answer time', () => {
    const record = progress('completed', { CallDuration: '61', Duration: '2' });
    expect(record.events?.[0]?.data).toEqual({ billedMinutes: '2', callDurationSeconds: '61' });
    expect(record).not.toHaveProperty('answeredAt');
    expect(record).not.toHaveProperty('startedAt');
  });

  it('a SIP answer that is an error is the reason of the end; a 2xx is none', () => {
    expect(progress('failed', { SipResponseCode: '503' }).endReason).toBe('sip-503');
    expect(progress('completed', { SipResponseCode: '200' })).not.toHaveProperty('endReason');
    expect(progress('ringing', { SipResponseCode: '480' })).not.toHaveProperty('endReason');
  });

  it('a machine that answers our call is a voicemail; one that answers a child leg, or a person, is not', () => {
    const answered = { Direction: 'outbound-api', From: '+12025550110', To: '+12025550163' };
    expect(progress('completed', { ...answered, AnsweredBy: 'machine_end_beep' }).outcome).toBe('VOICEMAIL');
    expect(adapt({ AnsweredBy: 'machine_start', MachineDetectionDuration: '3200' }).outcome).toBe(
      'VOICEMAIL',
    );
    expect(progress('completed', { ...answered, AnsweredBy: 'human' })).not.toHaveProperty('outcome');
    expect(
      progress('completed', { ...answered, Direction: 'outbound-dial', AnsweredBy: 'machine_start' }),
    ).not.toHaveProperty('outcome');
  });

  it.each([
    ['busy', {}, 'REJECTED'],
    ['no-answer', {}, 'NO_ANSWER'],
    ['failed', {}, 'ERROR'],
    ['completed', { AnsweredBy: 'machine_start', Direction: 'outbound-api' }, 'VOICEMAIL'],
    ['completed', { AnsweredBy: 'human' }, undefined],
    ['canceled', {}, undefined],
    ['in-progress', {}, undefined],
  ])('%s %j: ended by %s', (status, more, disconnectedBy) => {
    expect(progress(status, more).disconnectedBy).toBe(disconnectedBy);
  });

  it('what the callback URL says of the call is taken from there and from nowhere else', () => {
    const said = { reference: 'ORD-17', campaign: 'spring', flow: 'support' };
    expect(progress('ringing', { _query: { ...said, ix: ID } })).toMatchObject(said);
    expect(Object.keys(said).filter((name) => name in progress('ringing', { ...said, _query: {} }))).toEqual(
      [],
    );
  });

  it('the same event has the same id each time, another event another', () => {
    const [first, again, next] = [progress('ringing'), progress('ringing'), progress('completed')];
    expect(first.events?.[0]?.id).toBe(`${CALL}/call.ringing/2`);
    expect(again.events?.[0]?.id).toBe(first.events?.[0]?.id);
    expect(next.events?.[0]?.id).not.toBe(first.events?.[0]?.id);
  });
});

describe('who speaks with whom', () => {
  const between = (Direction: string, From: string, To: string) =>
    adapt({ CallStatus: 'ringing', Direction, From, To });

  it('inbound: the customer called us', () => {
    expect(between('inbound', '+12025550142', '+12025550110')).toMatchObject({
      direction: 'INBOUND',
      customer: { address: '+12025550142' },
      did: '+12025550110',
      platform: 'PHONE',
    });
  });

  it('outbound-api: we called the customer', () => {
    expect(between('outbound-api', '+12025550110', '+12025550142')).toMatchObject({
      direction: 'OUTBOUND',
      customer: { address: '+12025550142' },
      did: '+12025550110',
    });
  });

  it('a child leg says nothing of direction, customer and number: its parent knows', () => {
    const record = between('outbound-dial', '+12025550142', 'sip:bluebird@sip.vapi.ai');
    for (const field of ['direction', 'customer', 'did', 'platform'])
      expect(record).not.toHaveProperty(field);
  });

  it.each([
    'anonymous',
    'Anonymous',
    'Restricted',
    'unknown',
    'unavailable',
    '+266696687',
    '+7378742833',
    'sip:anonymous@anonymous.invalid',
    '',
  ])('a withheld number is said to be none: %j', (from) => {
    expect(between('inbound', from, '+12025550110').customer).toEqual({ address: null });
  });

  it('a browser and a SIP address tell the platform', () => {
    expect(between('inbound', 'client:jo', '+12025550110').platform).toBe('WEB');
    expect(between('inbound', 'sip:jo@pbx.example.com', '+12025550110').platform).toBe('SIP');
  });

  it("takes the caller's name where Twilio looked it up", () => {
    const record = adapt({
      CallStatus: 'ringing',
      Direction: 'inbound',
      From: '+12025550142',
      CallerName: 'JO MARSH',
    });
    expect(record.customer).toEqual({ address: '+12025550142', displayName: 'JO MARSH' });
  });
});

describe('what joins', () => {
  const keysOf = (fields: JsonObject) => adapt({ CallStatus: 'ringing', ...fields }).keys;

  it.each([
    'X-Interaction-Id',
    'x-interaction-id',
    'interaction-id',
    'interaction_id',
    'sip_header_x-interaction-id',
    'SipHeader_X-Interaction-Id',
    'DialSipHeader_X-Interaction-Id',
    'sip_h_X-Interaction-Id',
    'sip.h.x-interaction-id',
  ])('our id as the parameter %s', (name) => {
    expect(keysOf({ [name]: ID })).toEqual([{ namespace: 'interaction_id', value: ID }]);
  });

  it.each(['ix', 'IX', 'interaction_id', 'X-Interaction-Id'])(
    'our id as ?%s= of the callback URL',
    (name) => {
      const delivery = formDelivery(
        `https://calls.example.com/ingest/twilio?tenant=1&${name}=${ID}`,
        `CallSid=${CALL}`,
      );
      expect(twilio.read(delivery)).toEqual({ CallSid: CALL, _query: { tenant: '1', [name]: ID } });
      expect(twilio.adapt(twilio.read(delivery), source(), RECEIVED)[0]?.keys).toEqual([
        { namespace: 'interaction_id', value: ID },
      ]);
    },
  );

  it('ix outside the URL is not ours, and an empty id is no key', () => {
    expect(keysOf({ ix: ID, 'SipHeader_X-Interaction-Id': ' ' })).toBeUndefined();
  });

  it('parent, child and SIP Call-ID are keys; the own CallSid is identity and therefore none', () => {
    const [ParentCallSid, DialCallSid] = [
      'CA00000000000000000000000000000e02',
      'CA00000000000000000000000000000e03',
    ];
    expect(
      keysOf({ ParentCallSid, DialCallSid, SipCallId: 'a@pbx.example.com', DialSipCallId: 'b@0.0.0.0' }),
    ).toEqual([
      { namespace: 'twilio_call_sid', value: ParentCallSid },
      { namespace: 'twilio_call_sid', value: DialCallSid },
      { namespace: 'sip_call_id', value: 'a@pbx.example.com' },
      { namespace: 'sip_call_id', value: 'b@0.0.0.0' },
    ]);
    expect(keysOf({})).toBeUndefined();
  });

  it('a conference relates calls, it does not join them', () => {
    expect(keysOf({ ConferenceSid: 'CF00000000000000000000000000000e01' })).toEqual([
      { namespace: 'twilio_conference_sid', value: 'CF00000000000000000000000000000e01', scope: 'BRIDGE' },
    ]);
  });
});

describe('a recording status callback', () => {
  const RecordingUrl = 'https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/RE0';
  const recorded = (RecordingStatus: string, more: JsonObject = {}) =>
    adapt({ RecordingSid: 'RE0', RecordingUrl, RecordingStatus, RecordingStartTime: STAMP, ...more });

  it('completed: available, with address, start and length', () => {
    expect(recorded('completed', { RecordingDuration: '59', ErrorCode: '0' })).toMatchObject({
      occurredAt: STAMP_MS + 59_000,
      recording: {
        url: RecordingUrl,
        format: 'wav',
        startedAt: STAMP_MS,
        durationMs: 59_000,
        state: 'AVAILABLE',
        reason: null,
      },
    });
  });

  it.each([
    ['absent', '16101', { state: 'FAILED', reason: 'too short (16101)' }],
    ['absent', '16102', { state: 'FAILED', reason: 'silent (16102)' }],
    ['absent', '0', { state: 'NONE', reason: null }],
    ['failed', '0', { state: 'FAILED', reason: 'failed' }],
    ['failed', '16999', { state: 'FAILED', reason: 'error 16999' }],
  ])('%s with error %s is %j', (status, ErrorCode, expected) => {
    const { recording } = recorded(status, { RecordingDuration: '-1', ErrorCode });
    expect(recording).toEqual({ url: null, durationMs: null, startedAt: STAMP_MS, ...expected });
  });

  it('in-progress: pending, and always before its final status', () => {
    expect(recorded('in-progress').recording).toEqual({ startedAt: STAMP_MS, state: 'PENDING' });
    const last = recorded('absent', { RecordingDuration: '-1' });
    expect(last.occurredAt).toBeGreaterThan(recorded('in-progress').occurredAt);
  });

  it('says nothing of the status of the call', () => {
    expect(recorded('completed')).not.toHaveProperty('status');
  });

  it('an address without a status, as in the Dial action, promises nothing', () => {
    expect(adapt({ CallStatus: 'in-progress', DialCallStatus: 'completed', RecordingUrl }).recording).toEqual(
      {
        url: RecordingUrl,
      },
    );
  });
});

describe('other callbacks', () => {
  it('the Dial action tells the status of the parent, not when it was answered', () => {
    const record = adapt({ CallStatus: 'in-progress', DialCallStatus: 'no-answer', Timestamp: STAMP });
    expect(record).toMatchObject({ status: 'ACTIVE', events: [{ type: 'dial.no-answer' }] });
    expect(record).not.toHaveProperty('answeredAt');
  });

  it('a participant of a conference is an event of its call, unnumbered', () => {
    const record = adapt({
      ConferenceSid: 'CF0',
      StatusCallbackEvent: 'participant-join',
      SequenceNumber: '1',
      Timestamp: STAMP,
    });
    expect(record).toMatchObject({ events: [{ id: `${CALL}/conference.participant-join/CF0/1` }] });
    expect(record).not.toHaveProperty('version');
    expect(record).not.toHaveProperty('status');
  });

  it('a conference event about no call is no record and no error', () => {
    expect(adaptAll({ ConferenceSid: 'CF0', StatusCallbackEvent: 'conference-start' })).toEqual([]);
  });

  it('an unknown kind of callback is kept as an event', () => {
    expect(adapt({ SomethingNew: 'yes' })).toMatchObject({
      events: [{ type: 'callback.unknown', at: RECEIVED }],
    });
  });

  it.each([{}, { CallSid: '' }, [], null, 'CallSid', { CallSid: { a: 1 } }])(
    'a body without CallSid is refused: %j',
    (body) => {
      expect(() => adaptAll(body as Json)).toThrow('CallSid is required');
    },
  );

  it('never throws anything but a named fault', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        expect(adaptAll({ ...(body as JsonObject), CallSid: CALL, Timestamp: '' })).toHaveLength(1);
      }),
    );
  });
});

describe('a real-time transcription', () => {
  const words = (more: JsonObject) =>
    adapt({
      TranscriptionEvent: 'transcription-content',
      TranscriptionSid: 'GT1',
      TranscriptionData: '{"transcript":" Is my bike ready? ","confidence":0.98}',
      Track: 'inbound_track',
      SequenceId: '4',
      Final: 'true',
      Timestamp: '2026-03-05T09:00:07.25Z',
      ...more,
    });
  const endedAt = Date.parse('2026-03-05T09:00:07.250Z');

  it('tells what the customer said; who speaks on the other track it does not know', () => {
    const message = { id: 'GT1/inbound_track/4', text: 'Is my bike ready?', endedAt };
    expect(words({}).messages).toEqual([{ ...message, speaker: 'CUSTOMER' }]);
    const other = { ...message, id: 'GT1/outbound_track/4' };
    expect(words({ Track: 'outbound_track' }).messages).toEqual([other]);
  });

  it.each([
    [{ Final: 'false' }],
    [{ TranscriptionData: 'no JSON' }],
    [{ TranscriptionData: '{"transcript":" "}' }],
    [{ TranscriptionEvent: 'transcription-stopped' }],
  ])('is an event without words: %j', (more) => {
    const record = words(more);
    expect(record).not.toHaveProperty('messages');
    expect(record.events).toHaveLength(1);
  });
});

describe('a Call resource that was polled and passed on', () => {
  const resource = {
    sid: CALL,
    parent_call_sid: null,
    date_created: 'Thu, 05 Mar 2026 09:00:00 +0000',
    date_updated: 'Thu, 05 Mar 2026 09:05:00 +0000',
    start_time: 'Thu, 05 Mar 2026 09:00:06 +0000',
    end_time: 'Thu, 05 Mar 2026 09:01:06 +0000',
    direction: 'outbound-api',
    from: '+12025550199',
    to: '+12025550123',
    status: 'completed',
    price: '-0.01300',
    price_unit: 'USD',
  };

  it('tells the price, which is in no callback, beside the rest', () => {
    const [record, ...more] = adaptAll(resource);
    expect(more).toEqual([]);
    expect(readable(record)).toEqual({
      externalId: CALL,
      occurredAt: '2026-03-05T09:05:00.000Z',
      role: 'DIALER',
      channel: 'VOICE',
      carrier: 'twilio',
      direction: 'OUTBOUND',
      customer: { address: '+12025550123' },
      did: '+12025550199',
      platform: 'PHONE',
      status: 'COMPLETED',
      statusRaw: 'completed',
      queuedAt: '2026-03-05T09:00:00.000Z',
      startedAt: '2026-03-05T09:00:06.000Z',
      answeredAt: '2026-03-05T09:00:06.000Z',
      endedAt: '2026-03-05T09:01:06.000Z',
      cost: { amount: '0.01300', currency: 'USD' },
    });
  });

  it('has no price until it was priced, and an incoming call no answer', () => {
    const [record] = adaptAll({ ...resource, price: null, direction: 'inbound', parent_call_sid: 'CA0f' });
    expect(record).not.toHaveProperty('cost');
    expect(record).not.toHaveProperty('answeredAt');
    expect(record?.keys).toEqual([{ namespace: 'twilio_call_sid', value: 'CA0f' }]);
  });

  it('is the same call as that of the callbacks, whichever comes first', () => {
    const records = [...adaptAll(resource), progress('completed', { Direction: 'outbound-api' })];
    for (const order of [records, [...records].reverse()])
      expect(fold(order, CALL)).toMatchObject({ status: 'COMPLETED', cost: { amount: '0.01300' } });
  });
});

describe('reading', () => {
  it('keeps all values of a repeated parameter', () => {
    expect(twilio.read(formDelivery('https://a.example/', 'CallSid=CA0&Digits=1&Digits=2&Empty='))).toEqual({
      CallSid: 'CA0',
      Digits: ['1', '2'],
      Empty: '',
    });
  });

  it('reads JSON bodies too, and names what is no JSON', () => {
    expect(twilio.read(jsonDelivery('https://a.example/', { CallSid: 'CA0' }))).toEqual({ CallSid: 'CA0' });
    expect(() => twilio.read(jsonDelivery('https://a.example/', '{'))).toThrow('The body is not JSON.');
  });

  it('what callers typed and tokens of the call do not reach the store', () => {
    const payload = {
      CallSid: 'CA0',
      Digits: '4111',
      CallToken: 'x',
      StirPassportToken: 'y',
      From: '+12025550142',
    };
    expect(redact(payload, twilio.secretFields)).toEqual({
      CallSid: 'CA0',
      Digits: '[redacted]',
      CallToken: '[redacted]',
      StirPassportToken: '[redacted]',
      From: '+12025550142',
    });
  });

  it('is registered under its name', () => {
    expect(adapterFor('twilio')).toBe(twilio);
    expect(adapterFor('neutral')).toBeNull();
  });
});

describe('the signature', () => {
  const TOKEN = 'own-token';
  const URL = 'https://calls.example.com/ingest/twilio?tenant=1&ix=abc';
  const FORM = 'To=%2B12025550110&CallSid=CA0&Body=a+b%26c&Digits=2&Digits=1&Digits=1';
  /** The documented text, written out by hand: URL, then name and value in the order of the names. */
  const TEXT = 'Bodya b&cCallSidCA0Digits1Digits2To+12025550110';
  const sign = (text: string, token = TOKEN) => createHmac('sha1', token).update(text).digest('base64');
  const verify = (url: string, body: string, signature: string | undefined, secret: string | null = TOKEN) =>
    twilio.verify(formDelivery(url, body, { 'x-twilio-signature': signature }), source({ secret }), RECEIVED);

  it("accepts Twilio's published example", () => {
    const form =
      'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212';
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    expect(verify(url, form, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', '12345')).toBe(true);
    expect(verify(url, form.replace('1234&', '1235&'), 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', '12345')).toBe(false);
  });

  it("accepts Twilio's published example of a JSON body", () => {
    const hash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
    const url = `https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=${hash}`;
    const published = '{"property": "value", "boolean": true}';
    const check = (body: string) =>
      twilio.verify(
        jsonDelivery(url, body, { 'x-twilio-signature': 'a9nBmqA0ju/hNViExpshrM61xv4=' }),
        source({ secret: '12345' }),
        RECEIVED,
      );
    expect(check(published)).toBe(true);
    expect(check('{"property": "other", "boolean": true}')).toBe(false);
  });

  it('sorts parameters and counts a repeated value once', () => {
    expect(verify(URL, FORM, sign(URL + TEXT))).toBe(true);
  });

  it.each([
    ['https://calls.example.com/a?x=1', 'https://calls.example.com:443/a?x=1'],
    ['http://calls.example.com/a', 'http://calls.example.com:80/a'],
    ['https://calls.example.com:8443/a', 'https://calls.example.com/a'],
    ['https://user:pass@calls.example.com/a', 'https://user:pass@calls.example.com:443/a'],
  ])('asked at %s it accepts what was signed for %s, and the other way round', (one, other) => {
    expect(verify(one, 'CallSid=CA0', sign(`${one}CallSidCA0`))).toBe(true);
    expect(verify(one, 'CallSid=CA0', sign(`${other}CallSidCA0`))).toBe(true);
    if (!one.includes(':8443')) expect(verify(other, 'CallSid=CA0', sign(`${one}CallSidCA0`))).toBe(true);
  });

  it('binds a JSON body by its hash in the signed URL', () => {
    const body = JSON.stringify({ CallSid: 'CA0' });
    const url = `${URL}&bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
    const signed = (text: string, signature: string) =>
      twilio.verify(
        jsonDelivery(url, text, { 'x-twilio-signature': signature }),
        source({ secret: TOKEN }),
        RECEIVED,
      );
    expect(signed(body, sign(url))).toBe(true);
    expect(signed(`${body} `, sign(url))).toBe(false);
    expect(signed(body, sign(URL))).toBe(false);
  });

  it.each([
    ['another secret', URL, FORM, sign(URL + TEXT, 'other'), TOKEN],
    ['a changed body', URL, `${FORM}&x=1`, sign(URL + TEXT), TOKEN],
    ['a changed query', `${URL}d`, FORM, sign(URL + TEXT), TOKEN],
    ['another host', URL.replace('calls', 'evil'), FORM, sign(URL + TEXT), TOKEN],
    ['a missing header', URL, FORM, undefined, TOKEN],
    ['an empty header', URL, FORM, '', TOKEN],
    ['a signature cut short', URL, FORM, sign(URL + TEXT).slice(0, -2), TOKEN],
    ['a source without a secret', URL, FORM, sign(URL + TEXT), null],
    ['a source with an empty secret', URL, FORM, sign(URL + TEXT, ''), ''],
    ['a URL that is none', 'nonsense', FORM, sign(URL + TEXT), TOKEN],
  ])('refuses %s', (_, url, body, signature, secret) => {
    expect(verify(url, body, signature, secret)).toBe(false);
  });
});
