import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { phoneCell, safeCell } from '../../src/domain/spreadsheet.js';

/** How a reader gets the text back. */
const read = (cell: string): string =>
  cell.startsWith("'") && safeCell(cell.slice(1)) === cell ? cell.slice(1) : cell;

describe('a cell of a spreadsheet', () => {
  it.each([
    '=1+1',
    '+1+cmd|’/C calc’!A0',
    '-2',
    '@SUM(A1)',
    '\t=1',
    '\tx',
    '\rx',
    "'\r",
    ' =1',
    '\u00a0=1',
    '\u200b=1',
    '\ufeff=1',
    '"=1"',
    "'=1",
    '  "\'=1',
    '＝1',
    '＋1',
    '－1',
    '＠a',
    '+12025550123',
  ])('is made text when %j could be run', (text) => {
    expect(safeCell(text)).toBe(`'${text}`);
  });

  it.each(['', 'a', 'a=1', "it's", "'quoted'", '"quoted"', '1-2', '2026-09-14T15:04:05.000Z', ' x', 'ä＝1'])(
    'is left alone when %j cannot be run',
    (text) => {
      expect(safeCell(text)).toBe(text);
    },
  );

  it.each(['+123', '+12025550123', '+123456789012345'])('of addresses keeps the number %s', (number) => {
    expect(phoneCell(number)).toBe(number);
  });

  it.each([
    '+12',
    '+1234567890123456',
    '+1202555O123',
    '+1 202 555 0123',
    '+12025550123\n=1',
    ' +12025550123',
  ])('of addresses makes %j text, which is no number', (text) => {
    expect(phoneCell(text)).toBe(`'${text}`);
  });

  it('gives any text back', () => {
    const risky = fc.constantFrom(...`'"=+-@＝＋－＠\t\r \u200ba1`);
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(risky, fc.string({ minLength: 1, maxLength: 1 })) }), (text) => {
        expect(read(safeCell(text))).toBe(text);
        expect(read(phoneCell(text))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });
});
