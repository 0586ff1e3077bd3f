import type { DataSource } from 'typeorm';
import type { Params } from './params.js';

/** A count is exact up to its cap: counting on could take longer than anyone waits. */
export const COUNT_CAP = 10_000;

export interface CappedCount {
  count: number;
  /** True: there are more than `count`. */
  isCapped: boolean;
}

/** Counts the rows of a select, as far as the cap. */
export async function countUpTo(
  db: DataSource,
  select: string,
  params: Params,
  cap: number,
): Promise<CappedCount> {
  const [found] = await db.query<{ count: number }[]>(
    `select count(*) as count from (${select} limit ${params.add(cap + 1, 'integer')}) found`,
    params.values,
  );
  return capped(found?.count ?? 0, cap);
}

/** Of a count that went as far as the cap and one more. */
export const capped = (count: number, cap = COUNT_CAP): CappedCount => ({
  count: Math.min(count, cap),
  isCapped: count > cap,
});
