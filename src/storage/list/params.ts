import type { Instant } from '../../domain/words.js';

export type SqlType =
  | 'uuid'
  | 'text'
  | 'boolean'
  | 'bigint'
  | 'integer'
  | 'timestamptz'
  | 'tsquery'
  | 'uuid[]'
  | 'integer[]'
  | 'text[]';

/** The range of instants that has a four-digit year; nothing outside it is ever stored. */
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Collects the parameters of one statement. Nothing that comes from outside is ever part of the text
 * of a statement: it is added here and the text holds the placeholder, with its type.
 */
export class Params {
  readonly values: unknown[];

  constructor(known: readonly unknown[] = []) {
    this.values = [...known];
  }

  /** For another statement that begins with the same text. */
  copy(): Params {
    return new Params(this.values);
  }

  add(value: string | number | boolean | readonly string[] | readonly number[], type: SqlType): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  /** An instant too far away for the database is as good as the furthest one that it can hold. */
  instant(at: Instant): string {
    return this.add(new Date(clamp(at, EARLIEST, LATEST)).toISOString(), 'timestamptz');
  }

  /** A whole number of any size, for a bigint column. */
  whole(value: number): string {
    return this.add(clamp(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), 'bigint');
  }
}

const clamp = (value: number, min: number, max: number): number => Math.min(Math.max(value, min), max);

/**
 * False for text that PostgreSQL cannot hold: a zero character, or half of a surrogate pair. No
 * stored value equals it, so it is answered without asking.
 */
export const isStorable = (text: string): boolean => !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The ids that can exist, each once, in lower case. Anything else is simply not found. */
export const uuids = (ids: readonly string[]): string[] => [
  ...new Set(ids.map((id) => id.toLowerCase()).filter((id) => UUID.test(id))),
];

/** The texts that can be stored, each once. */
export const storable = (texts: readonly string[]): string[] => [...new Set(texts.filter(isStorable))];
