import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { InteractionReader } from '../../src/storage/interaction-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { InteractionFilter } from '../../src/storage/list/filter.js';
import type { InteractionOrder } from '../../src/storage/list/order.js';
import type { PageArgs } from '../../src/storage/read-model.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { HOUR, MINUTE, NOON, World } from '../support/rows.js';
import { countStatements } from '../support/statements.js';

let database: OpenDatabase;
let db: DataSource;
let world: World;
let reader: InteractionReader;

afterAll(() => database.close());

describe('plans over five thousand interactions', () => {
  const STATUSES = ['COMPLETE', 'PARTIAL', 'IN_PROGRESS', 'DROPPED'];

  beforeAll(async () => {
    database = await openDatabase();
    db = database.db;
    reader = new InteractionReader(db, new CursorCodec('secret', 'instance'));
    world = await World.in(db);
    const { id } = await world.interaction({ startedAt: NOON - 5_001 * MINUTE });
    const columns = db.getMetadata('interaction').columns.map((column) => column.databaseName);
    const varied: Record<string, string> = {
      id: 'gen_random_uuid()',
      started_at: "i.started_at + n * interval '1 minute'",
      status: `(array['${STATUSES.join("','")}'])[1 + n % 4]`,
      customer_e164: "'+1202555' || lpad(n::text, 4, '0')",
      customer_reversed: "reverse('1202555' || lpad(n::text, 4, '0'))",
      duration_ms: 'nullif(n % 100, 0) * 1000',
    };
    const values = columns.map((column) => varied[column] ?? `i.${column}`);
    await db.query(
      `insert into interaction (${columns.join(', ')})
      select ${values.join(', ')} from interaction i, generate_series(1, 5000) n where i.tenant_id = $1 and i.id = $2`,
      [world.tenantId, id],
    );
    await db.query('analyze interaction');
  });

  it.each<[string, InteractionFilter | null, InteractionOrder | null, string]>([
    ['by start', null, null, 'interaction_by_start'],
    ['by start within a range', { startedAt: { from: NOON - HOUR } }, null, 'interaction_by_start'],
    ['by status', { status: ['DROPPED'] }, null, 'interaction_by_status'],
    ['by update', null, { field: 'UPDATED_AT' }, 'interaction_by_update'],
    ['by duration', null, { field: 'DURATION' }, 'interaction_by_duration'],
    ['of a customer', { customer: '+1 202 555 0042' }, null, 'interaction_by_customer'],
    ['found by a number', { search: '+1 202 555 0042' }, null, 'interaction_by_customer'],
    ['found by the end of a number', { search: '50042' }, null, 'interaction_by_customer_digits'],
    ['found by a reference', { search: 'ORD-17' }, null, 'interaction_by_reference'],
  ])('a page %s is read by indexes, at its beginning and in its midst', async (_, filter, order, index) => {
    const first = await statementOf(filter, order, { first: 7 });
    expect(await indexesOf(first.sql, first.parameters)).toContain(index);
    const after = first.page.edges.at(-1)?.cursor;
    if (after === undefined) return;
    const next = await statementOf(filter, order, { first: 7, after });
    expect(await indexesOf(next.sql, next.parameters)).toContain(index);
  });

  it('sorts no more than a page', async () => {
    const { sql, parameters } = await statementOf({ status: ['DROPPED'] }, null, { first: 7 });
    const nodes = await planOf(sql, parameters);
    expect(nodes.filter((node) => node['Node Type'] === 'Sort')).toEqual([]);
  });

  async function statementOf(
    filter: InteractionFilter | null,
    order: InteractionOrder | null,
    args: PageArgs,
  ) {
    const counter = countStatements(db);
    const page = await reader.page(world.frame, filter, order, args);
    counter.stop();
    const [statement] = counter.statements;
    if (statement === undefined) throw new Error('no statement was run');
    return { page, ...statement };
  }

  /** The indexes that a statement uses; it may not read the whole table. */
  async function indexesOf(sql: string, parameters: unknown[]): Promise<unknown[]> {
    const nodes = await planOf(sql, parameters);
    const scans = nodes.filter(
      (node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === 'interaction',
    );
    expect(scans).toEqual([]);
    return nodes.map((node) => node['Index Name']);
  }

  type PlanNode = Record<string, unknown> & { Plans?: PlanNode[] };

  async function planOf(sql: string, parameters: unknown[]): Promise<PlanNode[]> {
    const rows = await db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
      `explain (format json) ${sql}`,
      parameters,
    );
    const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
    return rows.flatMap((row) => row['QUERY PLAN']).flatMap((plan) => flat(plan.Plan));
  }
});
