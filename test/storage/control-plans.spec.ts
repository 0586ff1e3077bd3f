import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActionFilter } from '../../src/storage/control/action-reader.js';
import { ActionReader } from '../../src/storage/control/action-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { HOUR, NOON, World } from '../support/rows.js';
import { countStatements } from '../support/statements.js';

let database: OpenDatabase;
let world: World;
let reader: ActionReader;
const callId = randomUUID();

beforeAll(async () => {
  database = await openDatabase();
  world = await World.in(database.db);
  reader = new ActionReader(database.db, new CursorCodec('secret', 'instance'));
  await database.db.query(
    `insert into monitoring_action (tenant_id, id, call_id, kind, state, actor, actor_role, requested_at, touched_at)
     select $1, gen_random_uuid(), case when n % 500 = 0 then $2::uuid else gen_random_uuid() end,
            (array['TAKE_OVER','END','COACH','LISTEN_IN'])[1 + n % 4], case when n % 100 = 0 then 'FAILED' else 'DONE' end,
            'key', 'ADMIN', $3::timestamptz + n * interval '1 minute', now() - n * interval '1 hour'
       from generate_series(1, 5000) n`,
    [world.tenantId, callId, new Date(NOON - 5_000 * 60_000)],
  );
  await database.db.query('analyze monitoring_action');
});
afterAll(() => database.close());

type PlanNode = Record<string, unknown> & { Plans?: PlanNode[] };

/** The indexes of what is run meanwhile; the table may not be read whole. */
async function indexesOf(read: () => Promise<unknown>): Promise<unknown[]> {
  const counter = countStatements(database.db);
  await read();
  counter.stop();
  const [statement] = counter.statements;
  if (statement === undefined) throw new Error('no statement was run');
  const rows = await database.db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
    `explain (format json) ${statement.sql}`,
    statement.parameters,
  );
  const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  const nodes = rows.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan }) => flat(Plan));
  expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
  return nodes.map((node) => node['Index Name']);
}

describe('actions on live calls', () => {
  it.each<[string, ActionFilter | null, RegExp]>([
    ['from the latest', null, /^monitoring_action_by_time$/],
    ['of a period', { requestedAt: { from: NOON - HOUR } }, /^monitoring_action_by_time$/],
    ['of a call', { callId }, /^monitoring_action_by_call$/],
    ['of a state', { state: ['FAILED'] }, /^monitoring_action_by_(state|time)$/],
    ['of a kind', { kind: ['END'] }, /^monitoring_action_by_(kind|time)$/],
  ])('are read by an index: %s', async (_what, filter, index) => {
    const used = await indexesOf(() => reader.page(world.frame, filter, { first: 7 }));
    expect(used.filter((name) => index.test(String(name)))).toHaveLength(1);
  });

  it('that changed lately are read by an index', async () => {
    expect(await indexesOf(() => reader.lately([world.tenantId]))).toContain('monitoring_action_touched');
  });
});
