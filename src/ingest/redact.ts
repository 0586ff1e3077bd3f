import { InvalidPayload } from '../domain/errors.js';
import type { Json, JsonObject } from '../domain/record.js';

export const REDACTED = '[redacted]';

/** Levels of nesting that are stored; deeper ones are an attack or a mistake. */
export const MAX_DEPTH = 32;

/** Whole names, so that `tokens` and `promptTokens`, which are counts, survive. */
const SECRET_FIELDS = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'client_secret',
  'secret_key',
  'webhook_secret',
  'private_key',
  'credential',
  'credentials',
  'token',
  'access_token',
  'auth_token',
  'bearer_token',
  'id_token',
  'refresh_token',
  'session_token',
  'api_key',
  'api_secret',
  'x-api-key',
  'x-vapi-secret',
];

/** Query parameters that make a URL work for whoever holds it. */
const SIGNING_PARAMETERS = new RegExp(
  [
    '^(?:x-amz-.+|x-goog-.+|presigned.*|sig|signature|.*[-_]signature|token|.*[-_]token|expires|policy',
    '|key-pair-id|awsaccesskeyid|googleaccessid|api_?key|secret|password|auth|authorization|jwt)$',
  ].join(''),
  'i',
);
/** Every pattern here consumes what it looked at: a text of any make is searched in linear time. */
const URLS = /\b(?:https?|wss?):\/\/[^\s"'<>]*/gi;

/** What PostgreSQL's text and JSON cannot hold becomes U+FFFD: NUL and lone surrogates. */
export const cleanText = (text: string): string =>
  text.replace(/\p{Surrogate}/gu, '\uFFFD').replaceAll('\u0000', '\uFFFD');

/**
 * The payload as it may be stored: values of secret fields gone, wherever they stand (JSON inside
 * strings included), signatures and passwords gone from URLs, system prompts gone, text clean.
 * Names are compared without case, hyphens and underscores; null stays null, for it tells nothing.
 */
export const redact = (payload: Json, secretFields: readonly string[]): Json =>
  redactValue(payload, secretNames(secretFields), 0);

/**
 * The same for a body that could not be read, be it JSON, a form or neither. Never throws: what it
 * cannot open it searches for `name=value` and `"name": value`.
 */
export function redactText(text: string, secretFields: readonly string[] = []): string {
  const secrets = secretNames(secretFields);
  try {
    const redacted = redactString(text, secrets, 0);
    return parseJson(text) === undefined ? maskPairs(redacted, secrets) : redacted;
  } catch {
    return maskPairs(cleanText(text), secrets);
  }
}

const secretNames = (more: readonly string[]): ReadonlySet<string> =>
  new Set([...SECRET_FIELDS, ...more].map(plainName));

const plainName = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

function redactValue(value: Json, secrets: ReadonlySet<string>, depth: number): Json {
  if (depth > MAX_DEPTH) throw new InvalidPayload('payload', `is nested deeper than ${MAX_DEPTH} levels`);
  if (typeof value === 'string') return redactString(value, secrets, depth);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, secrets, depth + 1));
  return redactObject(value, secrets, depth);
}

function redactObject(object: JsonObject, secrets: ReadonlySet<string>, depth: number): JsonObject {
  const hidden = hiddenBesideName(object, secrets);
  const entries = Object.entries(object).map(([name, value]): [string, Json] => {
    const isSecret = secrets.has(plainName(name)) || hidden.includes(name);
    return [cleanText(name), isSecret && value !== null ? REDACTED : redactValue(value, secrets, depth + 1)];
  });
  return Object.fromEntries(entries);
}

/** Fields that are secret for what stands beside them: a named header's value, a system message's prompt. */
function hiddenBesideName(object: JsonObject, secrets: ReadonlySet<string>): string[] {
  const name = object.name ?? object.key;
  if (typeof name === 'string' && secrets.has(plainName(name))) return ['value'];
  return object.role === 'system' ? ['message', 'content', 'text'] : [];
}

function redactString(text: string, secrets: ReadonlySet<string>, depth: number): string {
  const inner = /^\s*[[{]/.test(text) ? redactInnerJson(text, secrets, depth) : text;
  return cleanText(inner).replace(URLS, openUrl);
}

/** Tool arguments and results often come as JSON in a string; unchanged ones keep their spelling. */
function redactInnerJson(text: string, secrets: ReadonlySet<string>, depth: number): string {
  const inner = parseJson(text);
  if (inner === undefined) return text;
  const redacted = JSON.stringify(redactValue(inner, secrets, depth + 1));
  return redacted === JSON.stringify(inner) ? text : redacted;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** A URL without its password and its signature; one inside the query of another is treated alike. */
function openUrl(url: string): string {
  const [address = '', ...parts] = url.split(/(?=[?&#])/);
  const kept = parts.filter((part) => !SIGNING_PARAMETERS.test(part.slice(1).split('=', 1)[0] ?? ''));
  return address.replace(/^([^/]*\/\/)[^/?#@]*@/, '$1') + kept.join('').replace(/^&/, '?');
}

const NAMES = /([\w-]{1,64})\\*["']?\s*[:=]\s*/g;
const VALUE = /"(?:[^"\\]|\\.)*"?|\\+"[^"]*"?|(?:(?:bearer|basic)\s+)?[^&\s,}"'\\]+/iy;

function maskPairs(text: string, secrets: ReadonlySet<string>): string {
  let masked = '';
  let done = 0;
  for (const { 0: pair, 1: name = '', index } of text.matchAll(NAMES)) {
    VALUE.lastIndex = index + pair.length;
    const value = index >= done && secrets.has(plainName(name)) ? VALUE.exec(text)?.[0] : undefined;
    if (value === undefined) continue;
    masked += text.slice(done, index) + pair + (value.startsWith('"') ? `"${REDACTED}"` : REDACTED);
    done = index + pair.length + value.length;
  }
  return masked + text.slice(done);
}
