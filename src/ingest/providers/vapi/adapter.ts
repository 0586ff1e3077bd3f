import { InvalidPayload } from '../../../domain/errors.js';
import type { CallEvent, Json, JsonObject, NeutralRecord } from '../../../domain/record.js';
import type { CallStatus } from '../../../domain/words.js';
import type { ProviderAdapter, SourceFacts } from '../adapter.js';
import { objectOf, objectsOf, readJson, said, textOf } from '../read.js';
import { endingOf } from './ended-reason.js';
import type { ServerMessage } from './payload.js';
import { aboutCall, open, speakerOf } from './payload.js';
import { report } from './report.js';
import { liveToolCalls } from './tools.js';
import { liveTransfer, targetOf } from './transfers.js';
import { verify } from './verify.js';

/** Vapi server messages; what is said, verified and unknowable stands in the README beside this file. */
export const vapi: ProviderAdapter = {
  provider: 'vapi',
  defaultRole: 'ASSISTANT',
  identityNamespace: 'vapi_call_id',
  secretFields: [
    'twilioAuthToken',
    'twilioApiSecret',
    'vonageApiSecret',
    'callToken',
    'server',
    'serverUrlSecret',
    'headers',
    'secretKey',
    'authenticationPlan',
    'systemPrompt',
    // Whoever holds these may join, hear or steer the live call.
    'controlUrl',
    'listenUrl',
    'webCallUrl',
    'callUrl',
  ],
  verify,
  liveControl,
  read: readJson,
  adapt,
};

/** Vapi repeats both addresses in every message of a call; whoever holds them needs no other credential. */
function liveControl(payload: Json): { externalId: string; values: Record<string, string> } | null {
  const call = objectOf(objectOf(objectOf(payload).message).call);
  const { controlUrl, listenUrl } = objectOf(call.monitor);
  const stated = Object.entries({ controlUrl: textOf(controlUrl), listenUrl: textOf(listenUrl) });
  const values = Object.fromEntries(stated.filter((one): one is [string, string] => one[1] !== undefined));
  const externalId = textOf(call.id);
  return externalId === undefined || Object.keys(values).length === 0 ? null : { externalId, values };
}

/** What a message adds to what every message says; null: nothing worth a record. */
type Part = (opened: ServerMessage) => Partial<NeutralRecord> | null;

const PARTS = new Map<string, Part>([
  ['status-update', statusUpdate],
  ['transcript', transcript],
  ['tool-calls', toolCalls],
  ['transfer-update', transferUpdate],
  ['user-interrupted', userInterrupted],
  ['knowledge-base-request', knowledgeBaseRequest],
  ['end-of-call-report', report],
]);

/** Repeated snapshots and streams of tokens and audio: the other messages say all of it better. */
const NOISE = new Set([
  'conversation-update',
  'model-output',
  'voice-input',
  'voice-request',
  'call.endpointing.request',
]);

function adapt(payload: Json, source: SourceFacts, receivedAt: number): NeutralRecord[] {
  const opened = open(payload, receivedAt);
  const type = opened.type.replace(/\[.*$/, '');
  const part = PARTS.get(type);
  if (NOISE.has(type)) return [];
  if (opened.callId === undefined && part === undefined) return [];
  if (opened.callId === undefined) throw new InvalidPayload('message.call.id', 'is required');
  const added = (part ?? anyEvent)(opened);
  return added === null ? [] : [said({ ...aboutCall(opened, source), ...added })];
}

/** What the time of a status is the time of. `forwarding` is part of an answered call. */
const STATUSES = new Map<string, { status: CallStatus; times: readonly (keyof NeutralRecord)[] }>([
  ['scheduled', { status: 'QUEUED', times: [] }],
  ['queued', { status: 'QUEUED', times: ['queuedAt'] }],
  ['ringing', { status: 'RINGING', times: ['ringAt'] }],
  ['in-progress', { status: 'ACTIVE', times: ['answeredAt', 'startedAt'] }],
  ['forwarding', { status: 'ACTIVE', times: [] }],
]);

function statusUpdate(opened: ServerMessage): Partial<NeutralRecord> {
  const { message, at } = opened;
  const statusRaw = textOf(message.status);
  if (statusRaw === 'ended') return { ...ended(opened), ...anyEvent(opened) };
  const known = STATUSES.get(statusRaw ?? '');
  return {
    status: known?.status ?? 'UNKNOWN',
    statusRaw,
    ...Object.fromEntries((known?.times ?? []).map((field) => [field, at])),
    transfers: statusRaw === 'forwarding' ? liveTransfer(message, at) : undefined,
    ...anyEvent(opened),
  };
}

function ended({ message, call, at }: ServerMessage): Partial<NeutralRecord> {
  const endedReason = textOf(message.endedReason) ?? textOf(call.endedReason);
  const { status, disconnectedBy, outcome } = endingOf(endedReason);
  return {
    status,
    statusRaw: 'ended',
    disconnectedBy,
    disconnectedByRaw: endedReason,
    endReason: endedReason,
    outcome,
    endedAt: at,
  };
}

/** Partial transcripts are superseded within a second. The message comes when the words are over. */
function transcript({ type, message, at }: ServerMessage): Partial<NeutralRecord> | null {
  const speaker = speakerOf(message.role);
  const text = textOf(message.transcript);
  const isFinal = message.transcriptType === 'final' || type.includes('final');
  if (!isFinal || speaker === undefined || text === undefined) return null;
  return { messages: [{ id: `t${at}-${speaker.toLowerCase()}`, speaker, text, endedAt: at }] };
}

function toolCalls({ message, at }: ServerMessage): Partial<NeutralRecord> | null {
  const called = liveToolCalls(message, at);
  return called.length === 0 ? null : { toolCalls: called };
}

function transferUpdate(opened: ServerMessage): Partial<NeutralRecord> {
  return { transfers: liveTransfer(opened.message, opened.at), ...anyEvent(opened) };
}

function userInterrupted({ at }: ServerMessage): Partial<NeutralRecord> {
  return { interruptions: [{ at, by: 'CUSTOMER' }] };
}

/** The question is the last thing the customer said; the answer goes from the asked server to Vapi alone. */
function knowledgeBaseRequest({ message, at }: ServerMessage): Partial<NeutralRecord> {
  const asked = [...objectsOf(message.messages), ...objectsOf(message.messagesOpenAIFormatted)];
  const last = asked.findLast((one) => speakerOf(one.role) === 'CUSTOMER') ?? {};
  const query = textOf(last.message) ?? textOf(last.content);
  return { knowledgeSearches: [said({ id: `k${at}`, query, startedAt: at })] };
}

const EVENT_DATA = ['status', 'role', 'turn', 'turnId', 'endedReason', 'language', 'request', 'source'];

/** Any message can at least be shown in the lifecycle. There is no event id: type, time and status make one. */
function anyEvent({ type, message, at }: ServerMessage): { events: CallEvent[] } {
  const id = [type, message.status, message.role, message.turnId, at]
    .flatMap((part) => textOf(part) ?? [])
    .join('/');
  return { events: [{ id, type, at, data: eventData(message) }] };
}

function eventData(message: JsonObject): JsonObject {
  const destination = objectOf(message.destination);
  return said({
    ...Object.fromEntries(
      EVENT_DATA.flatMap((name) => (scalar(message[name]) ? [[name, message[name] ?? null]] : [])),
    ),
    destination: targetOf(destination) ?? textOf(destination.assistantName),
    function: textOf(objectOf(message.functionCall).name),
  }) as JsonObject;
}

const scalar = (value: Json | undefined): boolean => ['string', 'number', 'boolean'].includes(typeof value);
