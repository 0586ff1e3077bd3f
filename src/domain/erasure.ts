import { oneVariant } from './phone.js';
import type { NeutralRecord } from './record.js';
import type { Instant } from './words.js';

/** What a later record may be recognised by, and until which time what it tells must have begun. */
export interface ErasedName {
  name: string;
  /** Null: however late, as for the calls themselves. */
  until: Instant | null;
}

/** One call of one source. */
export const legName = (sourceId: string, externalId: string): string => `leg/${sourceId}/${externalId}`;
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
