import type {
  CallEvent,
  JsonObject,
  Message,
  NeutralRecord,
  RecordKey,
  RecordRecording,
} from '../../../domain/record.js';
import type { CallStatus, Direction, DisconnectedBy, Instant } from '../../../domain/words.js';
import {
  addressOf,
  instantOf,
  interactionIds,
  keyOf,
  numberOf,
  objectOf,
  openJson,
  said,
  textOf,
} from '../read.js';

/** Parameters of one callback under Twilio's own names. */
export type Fields = Record<string, string>;

/** Where `read` puts the parameters of the callback URL, so that they can be told from Twilio's own. */
export const QUERY = '_query';

/** A repeated parameter counts once, with its first value. */
export const fieldsOf = (payload: JsonObject): Fields =>
  Object.fromEntries(
    Object.entries(payload).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value;
      return typeof first === 'string' || typeof first === 'number' ? [[name, String(first)]] : [];
    }),
  );

interface CallState {
  status: CallStatus;
  /** What the time of this event is the time of. */
  at: 'queuedAt' | 'ringAt' | 'answeredAt' | 'endedAt';
  /** Where the status alone tells why the call never came about. */
  disconnectedBy?: DisconnectedBy;
}

const CALL_STATES = new Map<string, CallState>([
  ['queued', { status: 'QUEUED', at: 'queuedAt' }],
  ['initiated', { status: 'QUEUED', at: 'queuedAt' }],
  ['ringing', { status: 'RINGING', at: 'ringAt' }],
  ['in-progress', { status: 'ACTIVE', at: 'answeredAt' }],
  ['completed', { status: 'COMPLETED', at: 'endedAt' }],
  ['busy', { status: 'BUSY', at: 'endedAt', disconnectedBy: 'REJECTED' }],
  ['failed', { status: 'FAILED', at: 'endedAt', disconnectedBy: 'ERROR' }],
  ['no-answer', { status: 'NO_ANSWER', at: 'endedAt', disconnectedBy: 'NO_ANSWER' }],
  ['canceled', { status: 'CANCELED', at: 'endedAt' }],
]);

/** A child leg (outbound-dial) has the direction of its parent, which it does not know. */
const DIRECTIONS = new Map<string, Direction>([
  ['inbound', 'INBOUND'],
  ['outbound-api', 'OUTBOUND'],
]);

/** Callbacks are told apart by the parameter that only they have; the order decides among several. */
const KINDS = [
  { kind: 'recording', word: 'RecordingStatus', of: 'RecordingSid' },
  { kind: 'dial', word: 'DialCallStatus', of: 'DialCallSid' },
  { kind: 'stream', word: 'StreamEvent', of: 'StreamSid' },
  { kind: 'transcription', word: 'TranscriptionEvent', of: 'TranscriptionSid' },
  { kind: 'call', word: 'CallStatus', of: 'CallSid' },
  { kind: 'conference', word: 'StatusCallbackEvent', of: 'ConferenceSid' },
  { kind: 'answering-machine', word: 'AnsweredBy', of: 'CallSid' },
] as const;

export interface Callback {
  kind: (typeof KINDS)[number]['kind'] | 'callback';
  /** What happened, in Twilio's word. */
  word: string;
  /** The thing it happened to: the call itself, or its recording, child, stream or conference. */
  subject: string | undefined;
}

export function callbackOf(fields: Fields): Callback {
  const found = KINDS.find(({ word }) => textOf(fields[word]) !== undefined);
  if (found === undefined) return { kind: 'callback', word: 'unknown', subject: undefined };
  return { kind: found.kind, word: fields[found.word] ?? '', subject: fields[found.of] };
}

/** Status and the one time that this event is the time of. A dial result tells the parent's status, not its time. */
export function progress(
  fields: Fields,
  kind: Callback['kind'],
  at: Instant | undefined,
): Partial<NeutralRecord> {
  const raw = textOf(fields.CallStatus);
  if (raw === undefined) return {};
  const state = CALL_STATES.get(raw);
  const time = state === undefined || kind !== 'call' || at === undefined ? {} : { [state.at]: at };
  const disconnectedBy = outcome(fields) ?? state?.disconnectedBy;
  return said({ status: state?.status ?? 'UNKNOWN', statusRaw: raw, ...time, disconnectedBy });
}

export function parties(fields: Fields): Partial<NeutralRecord> {
  const direction = DIRECTIONS.get(fields.Direction ?? '');
  if (direction === undefined) return {};
  const [theirs, ours] = direction === 'INBOUND' ? [fields.From, fields.To] : [fields.To, fields.From];
  const address = addressOf(theirs);
  const displayName = direction === 'INBOUND' ? textOf(fields.CallerName) : undefined;
  return said({
    direction,
    customer: address === undefined ? undefined : said({ address, displayName }),
    did: addressOf(ours) ?? undefined,
    platform: platformOf(theirs ?? ''),
  });
}

const platformOf = (address: string): NeutralRecord['platform'] =>
  address.startsWith('client:') ? 'WEB' : /^sips?:/.test(address) ? 'SIP' : 'PHONE';

/** The SIP answer tells why a call did not come about. A 2xx says that it did: not a reason of its end. */
export function endReason(fields: Fields): string | undefined {
  const code = textOf(fields.SipResponseCode);
  const ended = CALL_STATES.get(fields.CallStatus ?? '')?.at === 'endedAt';
  return ended && code !== undefined && !code.startsWith('2') ? `sip-${code}` : undefined;
}

/** A machine that answers a call of ours is a voicemail; one on a child leg may be a colleague's. */
export const outcome = (fields: Fields): 'VOICEMAIL' | undefined =>
  /^machine_/.test(fields.AnsweredBy ?? '') && (fields.Direction ?? 'outbound-api') === 'outbound-api'
    ? 'VOICEMAIL'
    : undefined;

/** Why there is no recording, by Twilio's error code. */
const RECORDING_FAULTS = new Map([
  ['16101', 'too short (16101)'],
  ['16102', 'silent (16102)'],
]);

/**
 * A final status states all of it, so that nothing of an earlier recording shines through. The URL
 * without a status (Dial action, Record action) promises a file that may not be ready: no state.
 */
export function recording(fields: Fields): RecordRecording | undefined {
  const startedAt = instantOf(fields.RecordingStartTime);
  switch (fields.RecordingStatus) {
    case undefined:
      return textOf(fields.RecordingUrl) === undefined ? undefined : { url: fields.RecordingUrl };
    case 'completed':
      return said<RecordRecording>({ ...file(fields), startedAt, state: 'AVAILABLE', reason: null });
    case 'absent':
    case 'failed':
      return said<RecordRecording>({ url: null, durationMs: null, startedAt, ...fault(fields) });
    default:
      return said<RecordRecording>({ startedAt, state: 'PENDING' });
  }
}

function file(fields: Fields): RecordRecording {
  const durationMs = recordedMs(fields);
  return said({
    url: textOf(fields.RecordingUrl),
    format: 'wav',
    durationMs: durationMs === 0 ? undefined : durationMs,
  });
}

function fault(fields: Fields): RecordRecording {
  const code = textOf(fields.ErrorCode) ?? '0';
  if (code !== '0') return { state: 'FAILED', reason: RECORDING_FAULTS.get(code) ?? `error ${code}` };
  return fields.RecordingStatus === 'absent'
    ? { state: 'NONE', reason: null }
    : { state: 'FAILED', reason: 'failed' };
}

/** Seconds on the wire; -1 where there is no recording. */
const recordedMs = (fields: Fields): number => Math.max(0, numberOf(fields.RecordingDuration) ?? 0) * 1000;

/**
 * Recording callbacks carry no Timestamp, but they say when the recording began and how long it is.
 * A final status is at least 1 ms later than the start, so that it always follows `in-progress`.
 */
export function recordingTime(fields: Fields): Instant | undefined {
  const startedAt = instantOf(fields.RecordingStartTime);
  if (startedAt === undefined || fields.RecordingStatus === 'in-progress') return startedAt;
  return startedAt + Math.max(1, recordedMs(fields));
}

const KEY_FIELDS = [
  { field: 'ParentCallSid', namespace: 'twilio_call_sid' },
  { field: 'DialCallSid', namespace: 'twilio_call_sid' },
  { field: 'SipCallId', namespace: 'sip_call_id' },
  { field: 'DialSipCallId', namespace: 'sip_call_id' },
  { field: 'ConferenceSid', namespace: 'twilio_conference_sid', scope: 'BRIDGE' },
] as const;

/** Our id may come as a SIP header of either leg or in the callback URL, there also as plain `ix`. */
export function keys(payload: JsonObject, fields: Fields): RecordKey[] {
  const query = objectOf(payload[QUERY]);
  const headers = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name.replace(/^Dial(?=Sip)/i, ''), value]),
  );
  const short = Object.entries(query).filter(([name]) => name.toLowerCase() === 'ix');
  return [
    ...short.flatMap(([, value]) => keyOf('interaction_id', value)),
    ...interactionIds(query),
    ...interactionIds(fields),
    ...interactionIds(headers),
    ...KEY_FIELDS.flatMap((key) =>
      keyOf(key.namespace, fields[key.field], 'scope' in key ? key.scope : undefined),
    ),
  ];
}

/** What you say of the call in the callback URL: Twilio has no place of its own for it. */
export function named(payload: JsonObject): Pick<NeutralRecord, 'reference' | 'campaign' | 'flow'> {
  const query = objectOf(payload[QUERY]);
  const { reference, campaign, flow } = query;
  return said({ reference: textOf(reference), campaign: textOf(campaign), flow: textOf(flow) });
}

/**
 * The words of a real-time transcription, once they are final. What Twilio hears on the call is the customer;
 * who speaks on the other track it does not know.
 */
export function spoken(fields: Fields, at: Instant | undefined): Message[] | undefined {
  if (fields.TranscriptionEvent !== 'transcription-content' || fields.Final === 'false') return undefined;
  const text = textOf(objectOf(openJson(fields.TranscriptionData)).transcript)?.trim();
  if (text === undefined) return undefined;
  const id = [fields.TranscriptionSid, fields.Track, fields.SequenceId].filter(isSaid).join('/');
  const speaker = fields.Track === 'inbound_track' ? ('CUSTOMER' as const) : undefined;
  return [said({ id, speaker, text, endedAt: at })];
}

const isSaid = (text: string | undefined): text is string => textOf(text) !== undefined;

/** What of a callback is worth showing in the lifecycle, under names that tell the unit. */
const EVENT_DATA = new Map([
  ['CallDuration', 'callDurationSeconds'],
  ['Duration', 'billedMinutes'],
  ['SipResponseCode', 'sipResponseCode'],
  ['AnsweredBy', 'answeredBy'],
  ['ForwardedFrom', 'forwardedFrom'],
  ['StirVerstat', 'stirVerstat'],
  ['DialCallSid', 'dialCallSid'],
  ['DialCallStatus', 'dialCallStatus'],
  ['DialCallDuration', 'dialCallDurationSeconds'],
  ['DialBridged', 'dialBridged'],
  ['DialSipResponseCode', 'dialSipResponseCode'],
  ['RecordingSid', 'recordingSid'],
  ['RecordingDuration', 'recordingDurationSeconds'],
  ['RecordingSource', 'recordingSource'],
  ['ErrorCode', 'errorCode'],
  ['ConferenceSid', 'conferenceSid'],
  ['FriendlyName', 'conferenceName'],
  ['ReasonParticipantLeft', 'reasonParticipantLeft'],
  ['StreamSid', 'streamSid'],
]);

/** The same callback has the same id however often it comes; the call, the event and its number make it. */
export function eventOf(
  fields: Fields,
  callSid: string,
  { kind, word, subject }: Callback,
  at: Instant,
): CallEvent {
  const number = textOf(fields.SequenceNumber);
  const of = subject === callSid ? undefined : subject;
  const data = Object.entries(fields).flatMap(([name, value]) => {
    const shown = EVENT_DATA.get(name);
    return shown === undefined || value === '' ? [] : [[shown, value] as const];
  });
  return {
    id: [callSid, `${kind}.${word}`, of, number].filter((part) => part !== undefined).join('/'),
    type: `${kind}.${word}`,
    at,
    data: Object.fromEntries(data.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
