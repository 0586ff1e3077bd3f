import { InvalidPayload } from '../../../domain/errors.js';
import type { Json, JsonObject, NeutralRecord } from '../../../domain/record.js';
import type { Instant } from '../../../domain/words.js';
import { hmac, sameText, sha256Hex } from '../../signature.js';
import type { Delivery, ProviderAdapter, SourceFacts } from '../adapter.js';
import { distinctKeys, instantOf, objectOf, readJson, said, textOf } from '../read.js';
import type { Callback, Fields } from './payload.js';
import {
  QUERY,
  callbackOf,
  endReason,
  eventOf,
  fieldsOf,
  keys,
  named,
  outcome,
  parties,
  progress,
  recording,
  recordingTime,
  spoken,
} from './payload.js';

import { isResource, ofResource } from './resource.js';

/** Twilio Programmable Voice; what is said, verified and unknowable stands in the README beside this file. */
export const twilio: ProviderAdapter = {
  provider: 'twilio',
  defaultRole: 'DIALER',
  identityNamespace: 'twilio_call_sid',
  secretFields: [
    'AuthToken',
    'CallToken',
    'StirPassportToken',
    // What callers type may be a card number or a PIN.
    'Digits',
    'PaymentCardNumber',
    'PaymentToken',
    'SecurityCode',
    'BankAccountNumber',
    'BankRoutingNumber',
  ],
  verify,
  read,
  adapt,
};

/**
 * The signature covers the public URL and, sorted, every parameter of a form; of a JSON body it
 * covers the URL alone, which then carries the body's SHA-256.
 */
function verify({ url, headers, rawBody }: Delivery, { secret }: SourceFacts): boolean {
  const signature = headers['x-twilio-signature'];
  if (signature === undefined || secret === null || secret === '') return false;
  const bodyHash = queryOf(url).get('bodySHA256');
  if (bodyHash !== null && !sameText(bodyHash.toLowerCase(), sha256Hex(rawBody))) return false;
  const parameters = bodyHash === null ? signedForm(rawBody) : '';
  return portSpellings(url).some((spelling) =>
    sameText(signature, hmac('sha1', secret, 'base64', spelling, parameters)),
  );
}

/** Names in code unit order; of a repeated name each value once, in order. */
function signedForm(body: Buffer): string {
  const form = formOf(body);
  return [...new Set(form.keys())]
    .sort()
    .flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value))
    .join('');
}

const AUTHORITY = /^(https?):\/\/([^/?#]*?)(:\d+)?(?=[/?#]|$)/i;

/** Twilio signs the URL with or without its port, whichever way it was configured. */
function portSpellings(url: string): string[] {
  const [authority, scheme = '', host = ''] = AUTHORITY.exec(url) ?? [];
  if (authority === undefined) return [url];
  const rest = url.slice(authority.length);
  const defaultPort = scheme.toLowerCase() === 'https' ? 443 : 80;
  return [...new Set([url, `${scheme}://${host}${rest}`, `${scheme}://${host}:${defaultPort}${rest}`])];
}

const formOf = (body: Buffer): URLSearchParams => new URLSearchParams(body.toString('utf8'));

const queryOf = (url: string): URLSearchParams => new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? '');

/** The parameters under their own names, and those of the callback URL under `_query`. */
function read(delivery: Delivery): Json {
  const isJson = /\bjson\b/i.test(delivery.headers['content-type'] ?? '');
  const body = isJson ? objectOf(readJson(delivery)) : parametersOf(formOf(delivery.rawBody));
  const query = parametersOf(queryOf(delivery.url));
  return Object.keys(query).length === 0 ? body : { ...body, [QUERY]: query };
}

const parametersOf = (form: URLSearchParams): JsonObject =>
  Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );

function adapt(payload: Json, source: SourceFacts, receivedAt: number): NeutralRecord[] {
  const parameters = objectOf(payload);
  const fields = fieldsOf(parameters);
  if (isResource(fields)) return [ofResource(fields, source, receivedAt)];
  const callSid = textOf(fields.CallSid) ?? textOf(fields.CallSidEndingConference);
  if (callSid !== undefined) return [statement(parameters, fields, callSid, source, receivedAt)];
  // The start of a conference is no call's event: nothing to keep, nothing wrong.
  if (textOf(fields.ConferenceSid) !== undefined) return [];
  throw new InvalidPayload('CallSid', 'is required');
}

function statement(
  payload: JsonObject,
  fields: Fields,
  callSid: string,
  source: SourceFacts,
  receivedAt: number,
): NeutralRecord {
  const callback = callbackOf(fields);
  const at = timestamp(fields);
  const occurredAt = at ?? recordingTime(fields) ?? receivedAt;
  return said({
    externalId: callSid,
    version: versionOf(fields, callback),
    occurredAt,
    role: source.role,
    channel: 'VOICE',
    carrier: 'twilio',
    keys: distinctKeys(keys(payload, fields)),
    ...parties(fields),
    ...progress(fields, callback.kind, at),
    ...named(payload),
    endReason: endReason(fields),
    outcome: outcome(fields),
    recording: recording(fields),
    messages: spoken(fields, at),
    events: [eventOf(fields, callSid, callback, occurredAt)],
  });
}

/** Only call progress is numbered per call; conferences and streams count for themselves. */
const versionOf = (fields: Fields, { kind }: Callback): string | undefined =>
  kind === 'call' ? textOf(fields.SequenceNumber) : undefined;

function timestamp(fields: Fields): Instant | undefined {
  if (textOf(fields.Timestamp) === undefined) return undefined;
  const at = instantOf(fields.Timestamp);
  if (at === undefined) throw new InvalidPayload('Timestamp', 'is not a date');
  return at;
}
