import { BadUserInput } from '../../domain/errors.js';
import type { Locale } from '../../domain/why.js';
import { LOCALES } from '../../domain/why.js';
import { isOneOf } from '../../domain/words.js';

export const DEFAULT_LOCALE: Locale = 'en';

export function localeOf(text: string | null): Locale {
  if (text === null) return DEFAULT_LOCALE;
  if (isOneOf(LOCALES, text)) return text;
  throw new BadUserInput('locale', `must be one of ${LOCALES.join(', ')}`);
}
