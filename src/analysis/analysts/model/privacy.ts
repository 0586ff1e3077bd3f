import type { Session } from '../../../domain/verdict/session.js';

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}/gu;
const URL = /\bhttps?:\/\/\S+/gi;
/** Phone, card and account numbers: six digits or more, however they are grouped. */
const NUMBER = /\+?\d(?:[\s().-]{0,2}\d){5,}/g;

/**
 * Takes out of a text what names the customer: addresses, links, long numbers, and the name that a source
 * gives. What the customer says of himself in plain words stays: a review without it would be none.
 */
export function masker({ interaction }: Session): (text: string) => string {
  const words = (interaction.customerName ?? '').split(/\s+/).filter((word) => word.length > 2);
  const names = words.map((word) => new RegExp(`(?<!\\p{L})${escaped(word)}(?!\\p{L})`, 'giu'));
  return (text) =>
    names.reduce(
      (masked, name) => masked.replace(name, '[name]'),
      text.replace(URL, '[link]').replace(EMAIL, '[email]').replace(NUMBER, '[number]'),
    );
}

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
