import type { DataSource } from 'typeorm';
import type { TenantFrame } from '../read-model.js';
import { interactionTable } from './as-of.js';
import { COUNT_CAP } from './count.js';
import type { InteractionFilter } from './filter.js';
import { interactionWhere } from './filter.js';
import { Params } from './params.js';

/** What a list of interactions is counted by: a field of its filter, and the column behind it. */
const COLUMNS = {
  status: 'i.status',
  dropStage: 'i.drop_stage',
  channel: 'i.channel',
  direction: 'i.direction',
  outcome: 'i.outcome',
} as const satisfies Partial<Record<keyof InteractionFilter, string>>;
export type Facet = keyof typeof COLUMNS;

/** How many interactions have each value, the most frequent first; null: no value. */
export interface FacetCounts {
  counts: { value: string | null; count: number }[];
  /** True: more match than were counted; those that began last were. */
  isCapped: boolean;
}

interface Row {
  facet: Facet;
  value: string | null;
  count: number;
  isCapped: boolean;
}

/**
 * Counts by each of the facets, in one statement. A facet is counted without the filter's own condition
 * on it, so that the values that could be chosen beside the chosen ones have their counts too; conditions
 * inside `and`, `or` and `not` hold for all. Counting ends at the cap, the latest to begin first.
 */
export async function countFacets(
  db: DataSource,
  frame: TenantFrame,
  filter: InteractionFilter,
  facets: readonly Facet[],
  cap = COUNT_CAP,
): Promise<Map<Facet, FacetCounts>> {
  const params = new Params();
  const limit = params.add(cap, 'bigint');
  const scans = sharing(filter, facets).map((scan) => {
    const from = interactionTable(db, frame, params);
    const where = interactionWhere(scan.filter, frame, params);
    return scanOf(scan.facets, from, where, limit);
  });
  const rows = await db.query<Row[]>(
    `select * from (${scans.join(' union all ')}) counted order by count desc, value`,
    params.values,
  );
  return new Map(facets.map((facet) => [facet, countsOf(rows.filter((row) => row.facet === facet))]));
}

interface Scan {
  filter: InteractionFilter;
  facets: Facet[];
}

/** Facets that the filter says nothing of are counted over the same rows. */
function sharing(filter: InteractionFilter, facets: readonly Facet[]): Scan[] {
  const free = facets.filter((facet) => filter[facet] == null);
  const bound = facets.filter((facet) => filter[facet] != null);
  return [
    ...(free.length === 0 ? [] : [{ filter, facets: free }]),
    ...bound.map((facet) => ({ filter: { ...filter, [facet]: null }, facets: [facet] })),
  ];
}

/** One row more than is counted tells whether there are more. */
function scanOf(facets: readonly Facet[], from: string, where: string, limit: string): string {
  const columns = facets.map((facet) => `${COLUMNS[facet]} as "${facet}"`).join(', ');
  const values = facets.map((facet) => `('${facet}', f."${facet}")`).join(', ');
  const order = 'i.started_at desc, i.id desc';
  return `select v.facet, v.value, count(*) filter (where f.n <= ${limit})::int as count,
      bool_or(f.n > ${limit}) as "isCapped"
    from (select ${columns}, row_number() over (order by ${order}) as n from ${from}
      where ${where} order by ${order} limit ${limit} + 1) f
    cross join lateral (values ${values}) v(facet, value) group by v.facet, v.value`;
}

const countsOf = (rows: readonly Row[]): FacetCounts => ({
  counts: rows.filter(({ count }) => count > 0).map(({ value, count }) => ({ value, count })),
  isCapped: rows.some(({ isCapped }) => isCapped),
});
