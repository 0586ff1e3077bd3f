import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDecimal, sumDecimals, totalCost } from '../../src/domain/money.js';

describe('money is decimal text, as exact as the source gave it', () => {
  it.each([
    ['0', true],
    ['12', true],
    ['-0.50', true],
    ['0.000000000000000000000001', true],
    ['', false],
    ['1.', false],
    ['.5', false],
    ['+1', false],
    ['1e-7', false],
    ['1,5', false],
    ['1 ', false],
    ['NaN', false],
  ])('%j is a decimal: %s', (text, expected) => {
    expect(isDecimal(text)).toBe(expected);
  });
});

describe('sums are exact', () => {
  it.each<[string[], string]>([
    [[], '0'],
    [['1'], '1'],
    [['0.1', '0.2'], '0.3'],
    [['0.10', '0.2'], '0.30'],
    [['0.05', '0.045'], '0.095'],
    [['9', '1'], '10'],
    [['-0.5', '0.25'], '-0.25'],
    [['-0.5', '0.5'], '0.0'],
    [['99999999999999999999', '0.00000000000000000001'], '99999999999999999999.00000000000000000001'],
    [['007', '0.50'], '7.50'],
  ])('%j make %s', (amounts, sum) => {
    expect(sumDecimals(amounts)).toBe(sum);
  });

  it('does not depend on the order, and agrees with whole numbers of the smallest unit (property)', () => {
    const units = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(units, (all) => {
        const amounts = all.map(inThousandths);
        const total = inThousandths(all.reduce((sum, one) => sum + one, 0));
        expect(sumDecimals(amounts)).toBe(total);
        expect(sumDecimals([...amounts].reverse())).toBe(total);
      }),
    );
  });
});

describe('the cost of an interaction', () => {
  const usd = (amount: string) => ({ amount, currency: 'USD' });

  it('is null when no leg is priced: unknown is not zero', () => {
    expect(totalCost([])).toBeNull();
    expect(totalCost([null, null])).toBeNull();
  });

  it('is zero when all legs cost nothing', () => {
    expect(totalCost([usd('0.00'), usd('0')])).toEqual({ ...usd('0.00'), isComplete: true });
  });

  it('is the sum of all legs', () => {
    expect(totalCost([usd('0.012'), usd('0.1')])).toEqual({ ...usd('0.112'), isComplete: true });
  });

  it('is incomplete when a leg is not priced, or its price is not final', () => {
    expect(totalCost([usd('0.1'), null])).toEqual({ ...usd('0.1'), isComplete: false });
    expect(totalCost([usd('0.1'), { ...usd('0.2'), isComplete: false }])).toEqual({
      ...usd('0.3'),
      isComplete: false,
    });
    expect(totalCost([{ ...usd('0.1'), isComplete: true }])).toEqual({ ...usd('0.1'), isComplete: true });
  });

  it('is null when legs are priced in different currencies', () => {
    expect(totalCost([usd('0.1'), { amount: '0.1', currency: 'EUR' }])).toBeNull();
  });
});

function inThousandths(units: number): string {
  const digits = String(Math.abs(units)).padStart(4, '0');
  return `${units < 0 ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}
