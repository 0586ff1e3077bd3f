import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';
import { namesNobody } from '../domain/phone.js';
import { isStorable } from './list/params.js';

/** A customer's address in the form in which equal customers are equal. */
export interface NormalAddress {
  /** E.164 for a number, else the address in lower case; null when the address was withheld. */
  e164: string | null;
  /** Its digits, last first, when it can be dialled: the key of a search for the end of a number. */
  reversed: string | null;
}

/** What is longer is no address: it is kept as it came, but is nobody's. */
const MAX_LENGTH = 256;

const SCHEME = /^(?:tel|callto|sips?|sms|whatsapp|rcs):/i;
const DIALABLE = /^[\s(]*\+?[\d\s().\-/\u2010-\u2015]*\d[\d\s().\-/\u2010-\u2015]*$/;
const EXTENSION = /(?<=\d)\s*(?:,|x|ext)[^@]*$/i;

/** Fewer digits without a country are an extension or a short code. */
const SHORTEST_NATIONAL = 6;
/** From here on, digits that are no national number may be an international one without its plus. */
const SHORTEST_INTERNATIONAL = 11;

export function normalizeAddress(raw: string | null, defaultCountry: string): NormalAddress {
  const text = bareAddress(raw ?? '');
  const dialed = dialedPart(text);
  if (namesNobody(dialed) || !isStorable(text)) return { e164: null, reversed: null };
  if (!DIALABLE.test(dialed)) return { e164: text.toLowerCase(), reversed: null };
  const digits = dialed.replace(/\D/g, '');
  const e164 = toE164(dialed, digits, defaultCountry) ?? (text.includes('@') ? text.toLowerCase() : digits);
  return { e164, reversed: reverse(e164.startsWith('+') ? e164.slice(1) : digits) };
}

/** The digits in a search for a number or its end, last first; null when the text is no such search. */
export function reversedDigits(text: string): string | null {
  const dialed = dialedPart(bareAddress(text));
  return DIALABLE.test(dialed) ? reverse(dialed.replace(/\D/g, '')) : null;
}

/** `"Ann" <SIP:+1…@host;lr>` is `SIP:+1…@host`; wide digits and spaces become plain ones. */
function bareAddress(raw: string): string {
  const text = raw.length > MAX_LENGTH ? '' : raw.normalize('NFKC').trim();
  const address = (/<([^<>]*)>[^<>]*$/.exec(text)?.[1] ?? text).trim();
  return SCHEME.test(address) ? address.replace(/;.*$/s, '') : address;
}

/** What one would dial: the user of a SIP address, a number without its scheme and extension. */
function dialedPart(text: string): string {
  const rest = text.replace(SCHEME, '');
  const user = rest === text ? text : rest.replace(/@.*$/s, '').replace(/^%2b/i, '+');
  return user.replace(EXTENSION, '').trim();
}

/** A number with a plus is taken as written even when its country has no such numbers. */
function toE164(dialed: string, digits: string, defaultCountry: string): string | null {
  const country = defaultCountry.toUpperCase() as CountryCode;
  const written = parsePhoneNumberFromString(dialed, { defaultCountry: country, extract: false });
  const isInternational = /^[\s(]*\+/.test(dialed);
  if (written?.isPossible() && (isInternational || digits.length >= SHORTEST_NATIONAL)) return written.number;
  if (isInternational) return `+${digits}`;
  if (digits.startsWith('00')) return validAbroad(digits.slice(2));
  return digits.length < SHORTEST_INTERNATIONAL ? null : validAbroad(digits);
}

function validAbroad(digits: string): string | null {
  const number = parsePhoneNumberFromString(`+${digits}`, { extract: false });
  return number?.isValid() ? number.number : null;
}

const reverse = (digits: string): string => [...digits].reverse().join('');
