import { BadUserInput } from '../../domain/errors.js';
import type { Locale } from '../../domain/why.js';
import { LOCALES } from '../../domain/why.js';
import { isOneOf } from '../../domain/words.js';

export function localeOf(text: string): Locale {
  if (isOneOf(LOCALES, text)) return text;
  throw new BadUserInput('locale', `must be one of ${LOCALES.join(', ')}`);
}
