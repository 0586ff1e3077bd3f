import { InvalidPayload } from '../../domain/errors.js';
import { readInstant } from '../../domain/instant.js';
import { isDecimal } from '../../domain/money.js';
import type { Json, JsonObject } from '../../domain/record.js';
import type { Instant } from '../../domain/words.js';
import { isOneOf } from '../../domain/words.js';
import { MAX_DEPTH, cleanText } from '../redact.js';

const MAX_INT = 2 ** 31 - 1;
const MAX_DECIMAL = 40;
/** More than a person reads: the rest would only make the answer as large as the request. */
const MAX_UNKNOWN_FIELDS = 100;
const MAX_NAME_SHOWN = 64;

/** Where the reading of one record stands, and which of its fields it passed over. */
export class Reading {
  readonly unknownFields: string[] = [];
  readonly #steps: (string | number)[] = [];

  /** Reads one part of the value that is being read. */
  within<T>(step: string | number, value: unknown, read: Reader<T>): T {
    this.#steps.push(step);
    const result = read(value, this);
    this.#steps.pop();
    return result;
  }

  fault(sentence: string): never {
    throw new InvalidPayload(pathOf(this.#steps) || 'record', sentence);
  }

  passOver(name: string): void {
    if (this.unknownFields.length < MAX_UNKNOWN_FIELDS)
      this.unknownFields.push(pathOf([...this.#steps, name]));
  }
}

const pathOf = (steps: readonly (string | number)[]): string =>
  steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${cleanText(step.slice(0, MAX_NAME_SHOWN))}`))
    .join('')
    .replace(/^\./, '');

/** Turns a value that is there into what the record keeps, or says what is wrong with it. */
export type Reader<T> = (value: unknown, at: Reading) => T;

/** A field that must be there and must not be null. */
export interface Needed<T> {
  read: Reader<T>;
}

/** A field that stands for a certain value when it is absent or null. */
export interface Defaulted<T> extends Needed<T> {
  fallback: T;
}

type FieldOf<T> = null extends T
  ? Reader<Exclude<T, undefined>>
  : undefined extends T
    ? Defaulted<Exclude<T, undefined>>
    : Needed<T>;

/**
 * A reader for each field of a type: a field that the shape forgets does not compile. A plain reader
 * leaves absent absent and null null ("said: none").
 */
export type Shape<T> = { [K in keyof T]-?: FieldOf<T[K]> };

export const required = <T>(read: Reader<T>): Needed<T> => ({ read });

export const orElse = <T>(read: Reader<T>, fallback: T): Defaulted<T> => ({ read, fallback });

type Field = Reader<unknown> | Needed<unknown> | Defaulted<unknown>;

export function object<T extends object>(shape: Shape<T>): Reader<T> {
  const fields = new Map(Object.entries<Field>(shape as Record<string, Field>));
  return (value, at) => {
    if (!isObject(value)) return at.fault('must be an object');
    for (const name of Object.keys(value)) if (!fields.has(name)) at.passOver(name);
    const result: Record<string, unknown> = {};
    for (const [name, field] of fields) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      const read = at.within(name, given, (part) => readField(field, part, at));
      if (read !== undefined) result[name] = read;
    }
    return result as T;
  };
}

function readField(field: Field, value: unknown, at: Reading): unknown {
  const isSaid = value !== undefined && value !== null;
  if (typeof field === 'function') return isSaid ? field(value, at) : value;
  if (isSaid) return field.read(value, at);
  return 'fallback' in field ? field.fallback : at.fault('is required');
}

export const list =
  <T>(item: Reader<T>, max: number): Reader<T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) return at.fault('must be a list');
    if (value.length > max) return at.fault(`must have at most ${max} items`);
    return value.map((part: unknown, index) => at.within(index, part, item));
  };

/** Text of at most so many UTF-16 units; what the database cannot hold is replaced. */
export const text =
  (max: number): Reader<string> =>
  (value, at) => {
    if (typeof value !== 'string') return at.fault('must be a text');
    return value.length <= max ? cleanText(value) : at.fault(`must have at most ${max} characters`);
  };

/** Text that says something: an id or a name. */
export const name =
  (max: number): Reader<string> =>
  (value, at) => {
    const read = text(max)(value, at);
    return read.trim() === '' ? at.fault('must not be empty') : read;
  };

/** A provider's own number: text, or a whole number that JSON carries exactly. */
export const version =
  (max: number): Reader<string> =>
  (value, at) => {
    if (typeof value === 'string') return name(max)(value, at);
    if (Number.isSafeInteger(value)) return String(value);
    return at.fault('must be a text or a whole number; write one beyond 9007199254740991 as text');
  };

export const instant = (): Reader<Instant> => (value, at) => {
  const read = readInstant(value);
  return typeof read === 'number' ? read : at.fault(read);
};

export const oneOf =
  <T extends string>(values: readonly T[]): Reader<T> =>
  (value, at) =>
    isOneOf(values, value) ? value : at.fault(`must be one of ${values.join(', ')}`);

export const flag = (): Reader<boolean> => (value, at) =>
  typeof value === 'boolean' ? value : at.fault('must be true or false');

/** A count or a duration in ms. */
export const whole = (): Reader<number> => (value, at) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_INT
    ? value
    : at.fault(`must be a whole number from 0 to ${MAX_INT}`);

export const number = (): Reader<number> => (value, at) =>
  typeof value === 'number' && Number.isFinite(value) ? value : at.fault('must be a number');

/** An amount as exact as it was given. */
export const decimal = (): Reader<string> => (value, at) => {
  const read = typeof value === 'number' ? plainDecimal(value) : value;
  return typeof read === 'string' && read.length <= MAX_DECIMAL && isDecimal(read)
    ? read
    : at.fault(`must be a decimal number such as "0.12", of at most ${MAX_DECIMAL} characters`);
};

/** A number without exponent: 1e-7 is 0.0000001. */
function plainDecimal(value: number): string {
  const [digits = '', exponent = '0'] = String(Math.abs(value)).split('e');
  const [before = '', after = ''] = digits.split('.');
  const places = Math.max(0, after.length - Number(exponent));
  const all = (before + after).padEnd(before.length + Number(exponent), '0').padStart(places + 1, '0');
  const plain = places === 0 ? all : `${all.slice(0, -places)}.${all.slice(-places)}`;
  return value < 0 ? `-${plain}` : plain;
}

export const currency = (): Reader<string> => (value, at) =>
  typeof value === 'string' && /^[A-Za-z]{3}$/.test(value)
    ? value.toUpperCase()
    : at.fault('must be the three letters of a currency, such as USD');

/** Any JSON, its texts cleaned. */
export const json = (): Reader<Json> => (value, at) => cleanJson(value, at, MAX_DEPTH);

export const jsonObject = (): Reader<JsonObject> => (value, at) =>
  isObject(value) ? (cleanJson(value, at, MAX_DEPTH) as JsonObject) : at.fault('must be an object');

function cleanJson(value: unknown, at: Reading, levels: number): Json {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number' && !Number.isFinite(value))
    return at.fault('has a number too large to be kept');
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object') return at.fault('must be JSON');
  if (levels === 0) return at.fault(`must have at most ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, at, levels - 1));
  const entries = Object.entries(value).map(([key, item]) => [
    cleanText(key),
    cleanJson(item, at, levels - 1),
  ]);
  return Object.fromEntries(entries) as JsonObject;
}

/** Names and what they stand for. */
export const texts =
  (maxName: number, maxText: number, max: number): Reader<Record<string, string>> =>
  (value, at) => {
    if (!isObject(value)) return at.fault('must be an object');
    const entries = Object.entries(value);
    if (entries.length > max) return at.fault(`must have at most ${max} entries`);
    return Object.fromEntries(
      entries.map(([key, part]) => [at.within(key, key, name(maxName)), at.within(key, part, text(maxText))]),
    );
  };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
