import { InvalidPayload } from '../../../domain/errors.js';
import type { Json, JsonObject, NeutralRecord, RecordKey } from '../../../domain/record.js';
import type { Channel, Direction, Instant, Platform, Speaker } from '../../../domain/words.js';
import type { SourceFacts } from '../adapter.js';
import {
  addressOf,
  distinctKeys,
  instantOf,
  interactionIds,
  keyOf,
  objectOf,
  said,
  textOf,
} from '../read.js';

/** One server message, opened: every body is `{ message: { type, timestamp, call, ... } }`. */
export interface ServerMessage {
  type: string;
  message: JsonObject;
  call: JsonObject;
  callId: string | undefined;
  /** Vapi's clock; where a message carries no time, that of receipt. */
  at: Instant;
}

export function open(payload: Json, receivedAt: number): ServerMessage {
  const message = objectOf(objectOf(payload).message);
  const type = textOf(message.type);
  if (type === undefined) throw new InvalidPayload('message.type', 'is required');
  const call = objectOf(message.call);
  return { type, message, call, callId: textOf(call.id), at: timestamp(message) ?? receivedAt };
}

/** A number of milliseconds now, an ISO string in 2024. */
function timestamp(message: JsonObject): Instant | undefined {
  if (message.timestamp === undefined || message.timestamp === null) return undefined;
  const at = instantOf(message.timestamp);
  if (at === undefined) throw new InvalidPayload('message.timestamp', 'is not a time');
  return at;
}

interface CallKind {
  direction?: Direction;
  channel: Channel;
  platform?: Platform;
}

/** A web call is begun by the visitor. Of a websocket call nobody says who began it. */
const CALL_KINDS = new Map<string, CallKind>([
  ['inboundPhoneCall', { direction: 'INBOUND', channel: 'VOICE' }],
  ['outboundPhoneCall', { direction: 'OUTBOUND', channel: 'VOICE' }],
  ['webCall', { direction: 'INBOUND', channel: 'WEB', platform: 'WEB' }],
  ['vapi.websocketCall', { channel: 'VOICE', platform: 'OTHER' }],
]);

const TRANSPORTS = new Map<string, Platform>([
  ['pstn', 'PHONE'],
  ['sip', 'SIP'],
]);

/** What every message of a call says of it, whatever else it tells. `call.status` is stale and not read. */
export function aboutCall(opened: ServerMessage, source: SourceFacts): NeutralRecord {
  const { message, call, at } = opened;
  const kind = CALL_KINDS.get(textOf(call.type) ?? '');
  return said({
    externalId: opened.callId ?? '',
    occurredAt: at,
    role: source.role,
    channel: kind?.channel ?? 'VOICE',
    direction: kind?.direction,
    platform: kind?.platform ?? TRANSPORTS.get(textOf(call.phoneCallTransport) ?? ''),
    keys: distinctKeys(keys(message, call)),
    customer: customer(either(message, call, 'customer')),
    did: addressOf(textOf(either(message, call, 'phoneNumber').number)) ?? undefined,
    carrier: textOf(call.phoneCallProvider) ?? textOf(objectOf(call.transport).provider),
    reference: textOf(call.name),
    campaign: textOf(call.campaignId),
    flow: ['assistant', 'squad', 'workflow']
      .map((one) => textOf(either(message, call, one).name))
      .find(isSaid),
    queuedAt: createdAt(call),
  });
}

const isSaid = (text: string | undefined): boolean => text !== undefined;

/** Facts of the call stand in the message, in the embedded call, or in both; the message is the fresher. */
export function either(message: JsonObject, call: JsonObject, field: string): JsonObject {
  const own = objectOf(message[field]);
  return Object.keys(own).length > 0 ? own : objectOf(call[field]);
}

function customer(stated: JsonObject): NeutralRecord['customer'] | undefined {
  const address = addressOf(textOf(stated.number) ?? textOf(stated.sipUri));
  const displayName = textOf(stated.name);
  return address === undefined && displayName === undefined ? undefined : said({ address, displayName });
}

/** A scheduled call is created long before it is queued. */
const createdAt = (call: JsonObject): Instant | undefined =>
  Object.keys(objectOf(call.schedulePlan)).length > 0 ? undefined : instantOf(call.createdAt);

/**
 * Vapi turns SIP headers into variables, `X-` kept or stripped, and echoes those and the metadata of
 * the caller's overrides; which of these places a message has depends on its type.
 */
function variables(message: JsonObject, call: JsonObject): JsonObject[] {
  const artifact = objectOf(message.artifact);
  const overrides = objectOf(call.assistantOverrides);
  return [
    overrides.variableValues,
    overrides.metadata,
    call.metadata,
    artifact.variableValues,
    artifact.variables,
    objectOf(message.assistant).metadata,
  ].map(objectOf);
}

function keys(message: JsonObject, call: JsonObject): RecordKey[] {
  const places = variables(message, call);
  const externalId = either(message, call, 'customer').externalId;
  return [
    ...places.flatMap(interactionIds),
    ...twilioKeys(call),
    ...sipKeys(call),
    ...places.flatMap((place) =>
      CARRIER_VARIABLES.flatMap(([name, namespace]) => keyOf(namespace, place[name])),
    ),
    ...keyOf('customer_external_id', externalId, 'CUSTOMER'),
  ];
}

/** Twilio and Vapi's own SIP edge add these headers to a call that is dialled to a Vapi SIP address. */
const CARRIER_VARIABLES = [
  ['twilio-callsid', 'twilio_call_sid'],
  ['x-twilio-callsid', 'twilio_call_sid'],
  ['cid', 'sip_call_id'],
  ['x-cid', 'sip_call_id'],
] as const;

function twilioKeys(call: JsonObject): RecordKey[] {
  const transport = objectOf(call.transport);
  const provider = textOf(call.phoneCallProvider) ?? textOf(transport.provider);
  if (provider !== 'twilio') return [];
  return [call.phoneCallProviderId, transport.callSid].flatMap((value) => keyOf('twilio_call_sid', value));
}

/** Of Vapi's SIP transport the SBC's id is the Call-ID of the INVITE; `callSid` is an id of Vapi's own. */
function sipKeys(call: JsonObject): RecordKey[] {
  const ids = [objectOf(call.transport).sbcCallSid, objectOf(call.phoneCallProviderDetails).sbcCallId];
  return ids.flatMap((value) => keyOf('sip_call_id', value));
}

/** `bot` in artifacts, `assistant` in live messages; prompts and tool traffic are nobody's speech. */
const SPEAKERS = new Map<string, Speaker>([
  ['user', 'CUSTOMER'],
  ['bot', 'ASSISTANT'],
  ['assistant', 'ASSISTANT'],
]);

export const speakerOf = (role: Json | undefined): Speaker | undefined => SPEAKERS.get(textOf(role) ?? '');
