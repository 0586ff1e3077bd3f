import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MOST_WORDS, phrasesOf, snippetOf, wordsOf } from '../../src/domain/spoken.js';

const texts = (text: string) => wordsOf(text).map((word) => word.text);

describe('wordsOf', () => {
  it.each([
    ['My order is ORD-17.', ['my', 'order', 'is', 'ord', '17']],
    ['La GARANTÍA, ¿señor?', ['la', 'garantia', 'senor']],
    ['Straße ﬁn ½ x²', ['straße', 'fin', '12', 'x2']],
    ['Привет, МИР', ['привет', 'мир']],
    ['退款政策', ['退', '款', '政', '策']],
    ['ขอคืนเงิน', ['ข', 'อ', 'ค', 'น', 'เ', 'ง', 'น']],
    ["don't", ['don', 't']],
    ['+1 (202) 555-0123', ['1', '202', '555', '0123']],
    ['e\u0301te\u0301', ['ete']],
    ['% _ * \\ " \u0000 \ud800 😀', []],
    ['', []],
  ])('reads %j as %j', (text, expected) => {
    expect(texts(text)).toEqual(expected);
  });

  it('tells where each word stands in its text', () => {
    const text = '¡Sí, la garantía!';
    expect(wordsOf(text).map(({ from, to }) => text.slice(from, to))).toEqual(['Sí', 'la', 'garantía']);
  });

  it('has words of letters and digits alone, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const word of wordsOf(text)) expect(word.text).toMatch(/^[\p{L}\p{N}]+$/u);
      }),
    );
  });

  it('reads no more than can be kept', () => {
    expect(wordsOf('a '.repeat(MOST_WORDS + 1))).toHaveLength(MOST_WORDS);
    expect(texts('x'.repeat(1_000))).toEqual(['x'.repeat(40)]);
  });
});

describe('phrasesOf', () => {
  it.each([
    ['refund policy', [['refund'], ['policy']]],
    ['"refund policy" please', [['refund', 'policy'], ['please']]],
    ['“refund policy”', [['refund', 'policy']]],
    ['ORD-17', [['ord', '17']]],
    ['退款', [['退', '款']]],
    ['a & !b | c:*', [['a'], ['b'], ['c']]],
    ["it's", [['it', 's']]],
    ['"', []],
    ['"" % _', []],
    ['"open ended', [['open'], ['ended']]],
  ])('reads %j as %j', (query, expected) => {
    expect(phrasesOf(query)).toEqual(expected);
  });
});

describe('snippetOf', () => {
  const shown = (text: string, query: string) => {
    const snippet = snippetOf(text, phrasesOf(query));
    return {
      text: snippet.text,
      highlighted: snippet.highlights.map(({ from, to }) => snippet.text.slice(from, to)),
    };
  };

  it('is a short text as it is, with all that was searched for', () => {
    expect(shown('The Garantía covers it: garantia de por vida.', 'GARANTIA "por vida"')).toEqual({
      text: 'The Garantía covers it: garantia de por vida.',
      highlighted: ['Garantía', 'garantia', 'por vida'],
    });
  });

  it('is the part of a long text around the first that was found, cut between words', () => {
    const text = `${'before '.repeat(40)}the refund policy ${'after '.repeat(40)}`.trim();
    expect(shown(text, '"refund policy"')).toEqual({
      text: `… ${'before '.repeat(6)}the refund policy ${'after '.repeat(16).trim()} …`,
      highlighted: ['refund policy'],
    });
  });

  it('shows no more highlights than it has text, and none that overlap', () => {
    const { text, highlighted } = shown('a b c a b c '.repeat(100), '"a b" b "b c"');
    expect(text).toBe(`${'a b c '.repeat(26)}a b …`);
    expect(highlighted).toEqual(Array(27).fill('a b'));
  });

  it('begins where a text begins in which nothing is found', () => {
    expect(shown('word '.repeat(100), 'other')).toEqual({
      text: `${'word '.repeat(32).trim()} …`,
      highlighted: [],
    });
    expect(shown('', 'other')).toEqual({ text: '', highlighted: [] });
  });

  it('finds in any text each of its own words', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 60 }), fc.nat(), (text, n) => {
        const words = wordsOf(text);
        const word = words[n % words.length]?.text ?? '';
        const { highlighted } = shown(text, word);
        expect(highlighted.length).toBeGreaterThan(0);
        for (const one of highlighted) expect(texts(one)).toEqual(expect.arrayContaining([word]));
      }),
    );
  });
});
