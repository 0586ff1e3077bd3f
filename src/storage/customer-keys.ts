import type { LegKey } from '../domain/leg.js';
import { oneVariant } from '../domain/phone.js';
import { normalizeAddress } from './address.js';

/** Namespaces of keys that are numbers; a value with a plus is one under any name. */
const PHONES = /^(?:phone|mobile|msisdn|e164|number)(?:[-_]?number)?$/;

/**
 * What a customer is known by: the address of the contact, and the ids that systems give the customer
 * (keys of scope CUSTOMER, rule R9). Interactions that share any of these are of one customer.
 */
export function customerKeysOf(
  e164: string | null,
  keys: readonly LegKey[],
  defaultCountry: string,
): string[] {
  const stated = keys.filter(({ scope }) => scope === 'CUSTOMER').map((key) => keyOf(key, defaultCountry));
  return [...new Set([e164 === null ? null : addressKey(e164), ...stated])]
    .filter((key) => key !== null)
    .sort();
}

function keyOf({ namespace, value }: LegKey, defaultCountry: string): string | null {
  if (!PHONES.test(namespace) && !value.startsWith('+')) return contactKey(namespace, value);
  const { e164 } = normalizeAddress(value, defaultCountry);
  return e164 === null ? null : addressKey(e164);
}

/** The same for every form of a number; for a normal address. */
export const addressKey = (e164: string): string => `address:${oneVariant(e164)}`;

const contactKey = (namespace: string, id: string): string => `id:${JSON.stringify([namespace, id])}`;

/** The id in a key, whatever system gave it; null in an address. */
export function contactIdOf(key: string): string | null {
  if (!key.startsWith('id:')) return null;
  const [, id] = JSON.parse(key.slice(3)) as [string, string];
  return id;
}
