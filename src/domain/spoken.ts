/** How words are found in what was said: the same reading of the transcript, of a search, and of a snippet. */

/** A word in the form in which equal words are equal, and where it stands in its text (UTF-16, end exclusive). */
export interface Word {
  text: string;
  from: number;
  to: number;
}

/** Words that must stand one after the other. */
export type Phrase = readonly string[];

/** Scripts that put no spaces between words: each of their characters is a word, and a word of theirs a phrase. */
const UNSPACED =
  '[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]';
const WORD = new RegExp(
  `${UNSPACED}\\p{M}*|(?:(?!${UNSPACED})[\\p{L}\\p{N}])(?:(?!${UNSPACED})[\\p{L}\\p{N}\\p{M}])*`,
  'gu',
);

/** Of one entry so many words can be found, of a word so many characters tell it from others. */
export const MOST_WORDS = 5_000;
const LONGEST_WORD = 40;

/**
 * The words of a text in any language, in order: runs of letters and digits, without case and accents.
 * `Garantía` is `garantia`; `ORD-17` is two words.
 */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: run, index } of text.matchAll(WORD)) {
    const word = folded(run);
    if (word !== '') words.push({ text: word, from: index, to: index + run.length });
    if (words.length === MOST_WORDS) break;
  }
  return words;
}

function folded(run: string): string {
  const word = run
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  return word.length <= LONGEST_WORD ? word : [...word].slice(0, LONGEST_WORD).join('');
}

const PART = /["“”]([^"“”]*)["“”]|[^\s"“”]+/g;

/**
 * What a search asks for: every phrase of it. Quoted words are a phrase, and so are words that are written
 * together, such as `ORD-17`. Nothing in it is a wildcard or an operator.
 */
export const phrasesOf = (query: string): Phrase[] =>
  [...query.matchAll(PART)]
    .map(([part, quoted]) => wordsOf(quoted ?? part).map(({ text }) => text))
    .filter((phrase) => phrase.length > 0);

/** A part of a text, and where in it the phrases stand. */
export interface Snippet {
  text: string;
  /** In UTF-16 units of the snippet's text, the end exclusive; in order, apart from each other. */
  highlights: Span[];
}

interface Span {
  from: number;
  to: number;
}

/** Characters of a snippet, and how many of them come before what was found. */
const WIDTH = 160;
const LEAD = 50;

/** The part of a text around the first of the phrases, cut between words. */
export function snippetOf(text: string, phrases: readonly Phrase[]): Snippet {
  const words = wordsOf(text);
  const hits = apart(phrases.flatMap((phrase) => spansOf(words, phrase)));
  const { from, to } = windowAround(words, hits[0] ?? { from: 0, to: 0 }, text.length);
  const before = from > 0 ? '… ' : '';
  const moved = before.length - from;
  return {
    text: before + text.slice(from, to) + (to < text.length ? ' …' : ''),
    highlights: hits
      .filter((hit) => hit.from >= from && hit.to <= to)
      .map((hit) => ({ from: hit.from + moved, to: hit.to + moved })),
  };
}

function spansOf(words: readonly Word[], phrase: Phrase): Span[] {
  return words.flatMap(({ from }, start) => {
    const last = words[start + phrase.length - 1];
    const isHere = last !== undefined && phrase.every((text, n) => words[start + n]?.text === text);
    return isHere ? [{ from, to: last.to }] : [];
  });
}

/** In order of their place; of those that overlap the first. */
function apart(spans: readonly Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from || b.to - a.to))
    if (span.from >= (kept.at(-1)?.to ?? 0)) kept.push(span);
  return kept;
}

/** From the beginning of a word to the end of one, as far as the width allows; all of a hit that is wider. */
function windowAround(words: readonly Word[], hit: Span, length: number): Span {
  if (length <= WIDTH) return { from: 0, to: length };
  const first = words.find((word) => word.from >= hit.from - LEAD);
  const from = hit.from <= LEAD ? 0 : Math.min(first?.from ?? hit.from, hit.from);
  if (from + WIDTH >= length) return { from, to: length };
  const last = words.findLast((word) => word.to <= from + WIDTH);
  return { from, to: Math.max(last?.to ?? from + WIDTH, hit.to) };
}
