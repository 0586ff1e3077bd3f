import { createHash, createHmac } from 'node:crypto';
import type { SentRecord, Step } from './scenarios.js';

/**
 * The statements of a scenario as vendors make them: the dialer's as status callbacks of Twilio, the assistant's as
 * server messages of Vapi, each with its proof of origin. One statement is one delivery.
 */

export interface Delivery {
  url: string;
  body: string;
  headers: Record<string, string>;
}

/** What one call of a scenario is known by to every message of it. */
export interface NativeCall {
  /** Epoch ms. */
  startedAt: number;
  /** Null when no statement tells the number. */
  customer: string | null;
  messages: Said[];
}

interface Said {
  speaker: string;
  text: string;
  startedAt: string;
  endedAt: string;
}

/** The facts of a neutral record that a vendor tells too. */
interface Stated extends Record<string, unknown> {
  externalId: string;
  version: string;
  occurredAt: string;
  status?: string;
  startedAt?: string;
  endedAt?: string;
  disconnectedBy?: string;
  customer?: { address: string };
  did?: string;
  keys?: { namespace: string; value: string }[];
  messages?: Said[];
  transfers?: { target: string; kind: string }[];
}

const stated = (record: SentRecord): Stated => record as unknown as Stated;

/** By the id of the call: what its later messages repeat of the earlier ones. */
export function callsOf(steps: readonly Step[]): Map<string, NativeCall> {
  const calls = new Map<string, NativeCall>();
  for (const { source, record } of steps) {
    const { externalId, startedAt, occurredAt, customer, messages = [] } = stated(record);
    const name = `${source}/${externalId}`;
    const at = Date.parse(startedAt ?? occurredAt);
    const known = calls.get(name) ?? { startedAt: at, customer: null, messages: [] };
    calls.set(name, {
      customer: customer?.address ?? known.customer,
      startedAt: Math.min(known.startedAt, at),
      messages: messages.length > 0 ? messages : known.messages,
    });
  }
  return calls;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** As Twilio names calls: CA and 32 hexadecimal digits. */
export const callSid = (name: string): string => `CA${digest(name).slice(0, 32)}`;

/** As Vapi names calls: a UUID. */
export const vapiId = (name: string): string =>
  digest(name).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');

/** The correlation id that the statement carries; a call that names itself does so by the vendor's id. */
const correlationId = ({ externalId, keys = [] }: Stated, ownId: string): string | null => {
  const value = keys.find(({ namespace }) => namespace === 'interaction_id')?.value ?? null;
  return value === externalId ? ownId : value;
};

const CALL_STATUS: Readonly<Record<string, string>> = {
  RINGING: 'ringing',
  ACTIVE: 'in-progress',
  COMPLETED: 'completed',
  NO_ANSWER: 'no-answer',
};

const DID = '+12025550199';

/** Of whom the scenario tells no number Twilio tells one all the same: one for each call. */
const callerOf = (name: string): string =>
  `+1202${String(Number.parseInt(digest(name).slice(0, 8), 16) % 10_000_000).padStart(7, '0')}`;

/** A status callback: a form, signed with the address, which carries the correlation id. */
export function twilioCallback(step: Step, url: string, secret: string, call: NativeCall): Delivery {
  const record = stated(step.record);
  const sid = callSid(record.externalId);
  const id = correlationId(record, sid);
  const status = CALL_STATUS[record.status ?? ''] ?? '';
  const at = Date.parse(record.occurredAt);
  const theirs = record.customer?.address ?? call.customer ?? callerOf(record.externalId);
  const ours = record.did ?? DID;
  // Only a call that the dialer makes can find nobody.
  const [direction, from, to] =
    status === 'no-answer' ? ['outbound-api', ours, theirs] : ['inbound', theirs, ours];
  const seconds = String(Math.round((at - call.startedAt) / 1_000));
  const form: Record<string, string> = {
    AccountSid: `AC${'0'.repeat(32)}`,
    ApiVersion: '2010-04-01',
    CallSid: sid,
    CallStatus: status,
    CallbackSource: 'call-progress-events',
    Called: to,
    Caller: from,
    Direction: direction,
    From: from,
    To: to,
    SequenceNumber: String(Number(record.version) - 1),
    Timestamp: new Date(at).toUTCString().replace('GMT', '+0000'),
    ...(status === 'completed'
      ? { CallDuration: seconds, Duration: String(Math.ceil(Number(seconds) / 60)) }
      : {}),
  };
  const address = id === null ? url : `${url}&ix=${encodeURIComponent(id)}`;
  const signed = Object.keys(form)
    .sort()
    .map((name) => `${name}${form[name] ?? ''}`)
    .join('');
  return {
    url: address,
    body: new URLSearchParams(form).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': createHmac('sha1', secret)
        .update(address + signed)
        .digest('base64'),
    },
  };
}

/** A server message: what every one says of its call, and what only this one says. */
export function vapiMessage(step: Step, url: string, secret: string, call: NativeCall): Delivery {
  const record = stated(step.record);
  const ownId = vapiId(record.externalId);
  const id = correlationId(record, ownId);
  const customer = record.customer === undefined ? {} : { customer: { number: record.customer.address } };
  const phoneNumber =
    record.did === undefined
      ? { provider: 'vapi', sipUri: 'sip:shop@sip.vapi.ai' }
      : { provider: 'byo-phone-number', number: record.did };
  const variableValues = id === null ? {} : { 'x-interaction-id': id };
  const message = {
    ...partOf(record, call, variableValues),
    call: {
      id: ownId,
      orgId: '00000000-0000-4000-8000-000000000001',
      createdAt: new Date(call.startedAt - 200).toISOString(),
      type: 'inboundPhoneCall',
      phoneCallProvider: 'vapi',
      phoneCallTransport: 'sip',
      assistantId: '00000000-0000-4000-8000-0000000000a1',
      assistantOverrides: { variableValues },
      ...customer,
    },
    ...customer,
    phoneNumber,
  };
  return {
    url,
    body: JSON.stringify({ message }),
    headers: { 'content-type': 'application/json', 'x-vapi-secret': secret },
  };
}

const ENDED_REASONS: Readonly<Record<string, string>> = {
  CUSTOMER: 'customer-ended-call',
  BOT: 'assistant-forwarded-call',
};

/** It picks up, hears a sentence, or reports the whole call a moment after its end. */
function partOf(record: Stated, call: NativeCall, variableValues: object): object {
  const at = Date.parse(record.occurredAt);
  const last = record.messages?.at(-1);
  if (last !== undefined)
    return {
      type: 'transcript',
      timestamp: Date.parse(last.endedAt),
      role: 'user',
      transcriptType: 'final',
      transcript: last.text,
    };
  if (record.status === 'ACTIVE') return { type: 'status-update', timestamp: at, status: 'in-progress' };
  return {
    type: 'end-of-call-report',
    timestamp: at + 100,
    endedReason: ENDED_REASONS[record.disconnectedBy ?? ''],
    startedAt: new Date(call.startedAt).toISOString(),
    endedAt: record.endedAt,
    cost: 0.07,
    analysis: { summary: 'The customer asked where the order is.' },
    artifact: { messages: call.messages.map(turnOf), transfers: transfersOf(record), variableValues },
  };
}

const turnOf = ({ speaker, text, startedAt, endedAt }: Said): object => ({
  role: speaker === 'ASSISTANT' ? 'bot' : 'user',
  message: text,
  time: Date.parse(startedAt),
  endTime: Date.parse(endedAt),
});

const transfersOf = ({ transfers = [] }: Stated): object[] =>
  transfers.map(({ target, kind }) => ({
    destination: { type: 'number', number: target },
    mode: `${kind.toLowerCase()}-transfer-say-message`,
    status: 'connected',
  }));
