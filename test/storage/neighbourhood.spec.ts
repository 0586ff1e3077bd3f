import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settleHeat } from '../../src/storage/trace/heat.js';
import { loadNeighbourhood } from '../../src/storage/trace/neighbourhood.js';
import { lookAround } from '../../src/storage/trace/orphans.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { countStatements } from '../support/statements.js';

const TENANT = '0192f0a4-7c11-7e3a-9d42-000000000001';
const SOURCE = '0192f0a4-7c11-7e3a-9d42-000000000002';
const SEED = '0192f0a4-7c11-7e3a-9d42-000000000003';
/** The seed and its one partner stand in the midst of so many orphans of each role, a second apart. */
const CROWD = 100_000;
const NOON = '2026-09-14T12:00:00Z';

let database: OpenDatabase;

beforeAll(async () => {
  database = await openDatabase();
  for (const role of ['DIALER', 'ASSISTANT'])
    await database.db.query(
      `insert into orphan (tenant_id, leg_id, source_id, role, at, answered_at, started_at, ended_at, customer_e164,
                           customer_tail, customer_withheld, did, direction, campaign, is_test, check_at)
       select $1, case when n = 0 and $3 = 'DIALER' then $4::uuid else gen_random_uuid() end, $2, $3, t, t, t,
              t + interval '3 minutes', '+1202' || lpad((n % 5000)::text, 7, '0'), lpad((n % 5000)::text, 6, '0'), false,
              '+12025550199', 'INBOUND', null, false, null
         from generate_series(0, ${CROWD - 1}) n, lateral (select $5::timestamptz + n * interval '1 second' as t) x`,
      [TENANT, SOURCE, role, SEED, NOON],
    );
  await database.db.query('analyze orphan');
});
afterAll(() => database.close());

interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];

/** The reads of the table that each statement makes. */
async function readsOf(work: () => Promise<unknown>): Promise<PlanNode[]> {
  const { db } = database;
  const counter = countStatements(db);
  await work();
  counter.stop();
  const reads: PlanNode[] = [];
  for (const { sql, parameters } of counter.statements) {
    const [row] = await db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
      `explain (analyze, format json) ${sql}`,
      [...parameters],
    );
    for (const { Plan } of row?.['QUERY PLAN'] ?? [])
      reads.push(...flat(Plan).filter((node) => node['Relation Name'] === 'orphan' || node['Index Name']));
  }
  expect(reads.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
  expect(reads.length).toBeGreaterThan(0);
  return reads;
}

const rowsOf = (nodes: readonly PlanNode[]): number =>
  nodes.reduce(
    (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
    0,
  );

describe('the search for the other half among two hundred thousand orphans', () => {
  it('finds who fits, by two indexes', async () => {
    const { legs, pairs } = await loadNeighbourhood(database.db.manager, TENANT, [SEED], 0);
    expect(legs.get(SEED)?.role).toBe('DIALER');
    expect(
      pairs.some(
        ({ dialer, assistant }) => dialer.legId === SEED && assistant.customerE164 === '+12020000000',
      ),
    ).toBe(true);
  });

  it('reads tens of rows for a leg, whatever the number of legs', async () => {
    const reads = await readsOf(async () => {
      const { manager } = database.db;
      await loadNeighbourhood(manager, TENANT, [SEED], 0, 1);
    });
    const names = new Set(reads.map((node) => node['Index Name']));
    expect([...names].some((name) => name === 'orphan_by_customer')).toBe(true);
    expect([...names].some((name) => name === 'orphan_by_did')).toBe(true);
    expect(rowsOf(reads)).toBeLessThan(100);
  });

  it('tells a hot number by as many rows as make it hot', async () => {
    const reads = await readsOf(() => settleHeat(database.db.manager, TENANT, [SEED], Date.parse(NOON)));
    expect(rowsOf(reads)).toBeLessThan(100);
  });

  it('finds by the same indexes whom to compare anew when a leg is hidden or found again', async () => {
    const { manager } = database.db;
    const reads = await readsOf(() => lookAround(manager, TENANT, [SEED], Date.parse(NOON)));
    expect(reads.map((node) => node['Index Name'])).toEqual(
      expect.arrayContaining(['orphan_by_customer', 'orphan_by_did']),
    );
    const woken: { role: string; others: number }[] = await database.db.query(
      `select role, (count(*) filter (where leg_id <> $1))::int as others from orphan where check_at is not null
        group by role order by role`,
      [SEED],
    );
    expect(woken).toEqual([
      // Ten minutes of those who were called on the same number, and one an hour of the same customer.
      { role: 'ASSISTANT', others: 601 + 2 },
      { role: 'DIALER', others: 0 },
    ]);
  });
});
