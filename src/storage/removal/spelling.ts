import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { phoneVariants } from '../../domain/phone.js';

/** What may stand between two digits of a number, encoded for a URL or JSON as well. */
const BETWEEN = '(?:[^0-9A-Za-z]|%2[0-9A-F]|&#[0-9]+;){0,3}';

/**
 * A case-insensitive POSIX pattern that finds a normal address in a text, however it is spelt: the
 * national digits of each form of a number, or the address itself.
 */
export function spellingPattern(e164: string): string {
  const numbers = phoneVariants(e164).flatMap((form) => {
    const national = parsePhoneNumberFromString(form)?.nationalNumber ?? /^\+?(\d+)$/.exec(form)?.[1];
    return national === undefined ? [] : [[...national].join(BETWEEN)];
  });
  return numbers.length > 0 ? `(?:${numbers.join('|')})` : escaped(e164);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
