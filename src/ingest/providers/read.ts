import { canonicalNamespace } from '../../domain/correlate.js';
import { UnreadableBody } from '../../domain/errors.js';
import { isWithheld } from '../../domain/phone.js';
import type { Json, JsonObject, RecordKey } from '../../domain/record.js';
import type { Instant } from '../../domain/words.js';
import type { Delivery } from './adapter.js';

/** Reading of untrusted JSON: whatever is not what it should be is as good as absent. */

export const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

export const objectsOf = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value) ? value.map(objectOf) : [];

/** Text that says something; numbers count, for some senders leave out the quotes. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

export function numberOf(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT[\d:.]+$/;

/** Epoch milliseconds (fractions are rounded), ISO 8601 (without a zone: UTC) or RFC 2822. */
export function instantOf(value: Json | undefined): Instant | undefined {
  const text = typeof value === 'string' && WITHOUT_ZONE.test(value) ? `${value}Z` : value;
  const at = typeof text === 'string' ? Date.parse(text) : Math.round(numberOf(text) ?? NaN);
  return Number.isNaN(new Date(at).getTime()) ? undefined : at;
}

/** JSON that came as a string is opened; any other text stays text. */
export function openJson(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

export function readJson(delivery: Delivery): Json {
  try {
    return JSON.parse(delivery.rawBody.toString('utf8')) as Json;
  } catch {
    throw new UnreadableBody('The body is not JSON.');
  }
}

/** The address a party is known by; null when it was withheld, undefined when nothing was said of it. */
export const addressOf = (value: string | undefined): string | null | undefined =>
  value === undefined ? undefined : value.trim() === '' || isWithheld(value) ? null : value.trim();

/** Our correlation id under any of its spellings, with every value it has in these fields. */
export const interactionIds = (fields: JsonObject): RecordKey[] =>
  Object.entries(fields).flatMap(([name, value]) =>
    canonicalNamespace(name) === 'interaction_id' ? keyOf('interaction_id', value) : [],
  );

export function keyOf(namespace: string, value: Json | undefined, scope?: RecordKey['scope']): RecordKey[] {
  const text = textOf(value)?.trim();
  if (text === undefined) return [];
  return [scope === undefined ? { namespace, value: text } : { namespace, value: text, scope }];
}

/** Each key once; absent when there is none. */
export function distinctKeys(keys: readonly RecordKey[]): RecordKey[] | undefined {
  const distinct = new Map(keys.map((key) => [`${key.namespace}\u0000${key.value}`, key]));
  return distinct.size === 0 ? undefined : [...distinct.values()];
}

/** Without the fields that were not said. */
export const said = <T extends object>(statement: T): T =>
  Object.fromEntries(Object.entries(statement).filter(([, value]) => value !== undefined)) as T;

/** The same; absent when nothing was said. */
export const someOf = <T extends object>(parts: T): T | undefined => {
  const stated = said(parts);
  return Object.keys(stated).length === 0 ? undefined : stated;
};
