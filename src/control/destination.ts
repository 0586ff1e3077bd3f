import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';
import { BadUserInput } from '../domain/errors.js';

/** What is longer is no number and no address. */
const LONGEST = 200;

/** A number that can be dialled, in E.164. Throws BAD_USER_INPUT for anything else. */
export function readNumber(field: string, text: string, defaultCountry: string): string {
  const country = defaultCountry.toUpperCase() as CountryCode;
  const number =
    text.length > LONGEST
      ? undefined
      : parsePhoneNumberFromString(text, { defaultCountry: country, extract: false });
  if (number?.isPossible() === true && number.ext === undefined) return number.number;
  throw new BadUserInput(field, 'is not a telephone number that can be dialled, such as +12025550123');
}

const ADDRESS = /^(?:sips?|client):[\w.!~*'()&=+$,;?/%:@-]+$/i;

/** A number, or the SIP or client address of a person. */
export const readPerson = (field: string, text: string, defaultCountry: string): string =>
  text.length <= LONGEST && ADDRESS.test(text) ? text : readNumber(field, text, defaultCountry);
