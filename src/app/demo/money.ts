/** What so many milliseconds cost, as decimal text. */
export const centsPerMinute = (cents: number, durationMs: number): { amount: string; currency: string } => ({
  amount: ((cents * durationMs) / 6_000_000).toFixed(4),
  currency: 'USD',
});
