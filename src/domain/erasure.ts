import { canonicalNamespace } from './correlate.js';
import { oneVariant } from './phone.js';
import type { Json, JsonObject, NeutralRecord } from './record.js';
import { originIds } from './verdict/session.js';
import type { Instant } from './words.js';

/** What a later record may be recognised by, and until which time what it tells must have begun. */
export interface ErasedName {
  name: string;
  /** Null: however late, as for the calls themselves. */
  until: Instant | null;
}

/** One call of one source. */
export const legName = (sourceId: string, externalId: string): string => `leg/${sourceId}/${externalId}`;
/** What was made of a call, a transcription or a recording: it names the call, whichever system has it. */
export const madeName = (externalId: string): string => `made-of/${externalId}`;
/** What a record says that it was made of. */
export const madeNames = ({ tags, reference }: NeutralRecord): string[] =>
  originIds(tags ?? {}, reference ?? null).map(madeName);
/** A key that systems share for one call. */
export const keyName = (key: { namespace: string; value: string }): string =>
  `key/${key.namespace}/${key.value}`;
/** An id that a system gave the customer. */
export const contactName = (key: { namespace: string; value: string }): string =>
  `contact/${key.namespace}/${key.value}`;
/** The same for every form of a number. */
export const addressName = (e164: string): string => `address/${oneVariant(e164)}`;

/** The first time that a record speaks of: a late record of an old call is old. */
export function beganAt(record: NeutralRecord): Instant {
  const { occurredAt, queuedAt, ringAt, answeredAt, startedAt } = record;
  const told = [queuedAt, ringAt, answeredAt, startedAt].filter((time) => typeof time === 'number');
  return Math.min(occurredAt, ...told);
}

/** True when one of the names is that of something erased. */
export const isErased = (
  names: readonly string[],
  began: Instant,
  erased: ReadonlyMap<string, Instant | null>,
): boolean =>
  names.some((name) => {
    const until = erased.get(name);
    return until === null || (until !== undefined && began <= until);
  });

/** What a body that nobody could read may be recognised by. */
export interface Hints {
  /** All that may be an id or an address. */
  words: string[];
  /** Whatever looks like a key. */
  keys: { namespace: string; value: string }[];
  /** The earliest time in it; null: none. */
  began: Instant | null;
}

/** A body has more words than anybody is known by. */
const MOST_WORDS = 2_000;
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/** Of a body that could not be read: JSON that is no record, or no JSON at all. */
export function hintsOf(body: string): Hints {
  const hints: Hints = { words: [], keys: [], began: null };
  const open: Json[] = [jsonOf(body) ?? decoded(body).split(/[\s"'<>,;&=?{}[\]]+/)];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === null || typeof value === 'boolean') continue;
    if (typeof value !== 'object') noteWord(String(value), hints);
    else open.push(...parts(value, hints));
  }
  const distinct = new Set(hints.words.filter((word) => word.length > 1 && word.length <= 256));
  return { ...hints, words: [...distinct].slice(0, MOST_WORDS) };
}

function parts(value: Json[] | JsonObject, hints: Hints): Json[] {
  if (Array.isArray(value)) return value;
  const { namespace, value: key } = value;
  if (typeof namespace === 'string' && typeof key === 'string')
    hints.keys.push({ namespace: canonicalNamespace(namespace), value: key.trim() });
  return Object.values(value);
}

function noteWord(word: string, hints: Hints): void {
  hints.words.push(word.trim());
  const at = INSTANT.test(word) ? Date.parse(word) : NaN;
  if (!Number.isNaN(at)) hints.began = Math.min(hints.began ?? at, at);
}

function jsonOf(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return null;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
