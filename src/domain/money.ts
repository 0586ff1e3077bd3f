export interface Money {
  /** Decimal text, as exact as the source gave it. */
  amount: string;
  currency: string;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

export const isDecimal = (text: string): boolean => DECIMAL.test(text);

/** Exact sum of decimal texts: no binary fractions. */
export function sumDecimals(amounts: readonly string[]): string {
  const parts = amounts.map((amount) => DECIMAL.exec(amount) ?? ['', '', '0', '']);
  const scale = Math.max(0, ...parts.map(([, , , fraction = '']) => fraction.length));
  const total = parts.reduce((sum, [, sign, whole = '0', fraction = '']) => {
    const scaled = BigInt(whole + fraction.padEnd(scale, '0'));
    return sum + (sign === '-' ? -scaled : scaled);
  }, 0n);
  const digits = (total < 0n ? -total : total).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return (total < 0n ? '-' : '') + text;
}

/** What all priced legs cost together. Null when no leg is priced or they are priced in different currencies. */
export function totalCost(
  costs: readonly ((Money & { isComplete?: boolean }) | null)[],
): (Money & { isComplete: boolean }) | null {
  const priced = costs.filter((cost) => cost !== null);
  const [first] = priced;
  if (first === undefined || priced.some((cost) => cost.currency !== first.currency)) return null;
  const isComplete = priced.length === costs.length && priced.every((cost) => cost.isComplete !== false);
  return { amount: sumDecimals(priced.map((cost) => cost.amount)), currency: first.currency, isComplete };
}
