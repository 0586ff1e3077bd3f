import { BadUserInput } from '../domain/errors.js';

const MAX_NAME = 256;
const SLUG = /^[0-9a-z][0-9a-z-]{0,62}$/;

/** A name that people gave, without the spaces around it. */
export function readName(field: string, given: string): string {
  const name = given.trim();
  const isName = name !== '' && name.length <= MAX_NAME && !/[\p{Control}\p{Surrogate}]/u.test(name);
  if (!isName)
    throw new BadUserInput(field, `must have 1 to ${MAX_NAME} characters and no control characters`);
  return name;
}

/** A name that stands in URLs. */
export const isSlug = (text: string): boolean => SLUG.test(text);

/** Names alone: `+02:00` means one thing to JavaScript and the opposite to PostgreSQL. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
