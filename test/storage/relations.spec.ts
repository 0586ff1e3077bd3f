import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import type { InteractionEntity } from '../../src/storage/entities/interaction.entity.js';
import { RelationReader } from '../../src/storage/relation-reader.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { HOUR, MINUTE, NOON, World } from '../support/rows.js';
import { countStatements } from '../support/statements.js';

let database: OpenDatabase;
let db: DataSource;
let world: World;
let reader: RelationReader;
beforeAll(async () => {
  database = await openDatabase();
  db = database.db;
  reader = new RelationReader(db);
});
afterAll(() => database.close());
beforeEach(async () => {
  world = await World.in(db);
});

/** One minute long. */
const call = (startedAt: number, row: Partial<InteractionEntity> = {}, to = world) =>
  to.interaction({ startedAt, direction: 'INBOUND', customerAddress: '+12025550123', ...row });

/** One without a customer, with a leg on a bridge. */
async function onBridge(startedAt: number, value = 'room-1', to = world): Promise<InteractionEntity> {
  const interaction = await to.interaction({ startedAt });
  const { id: interactionId } = interaction;
  const { id } = await to.leg({ interactionId });
  await to.key(id, value, { namespace: 'conference', scope: 'BRIDGE' });
  return interaction;
}

async function told(...of: readonly InteractionEntity[]): Promise<string[][]> {
  const relations = await reader.ofInteractions(
    world.tenantId,
    of.map(({ id }) => id),
  );
  const place = new Map(of.map(({ id }, index) => [id, index]));
  return of.map(({ id }) =>
    (relations.get(id) ?? []).map(({ kind, interactionId }) => `${kind} ${place.get(interactionId) ?? '?'}`),
  );
}

describe('relations', () => {
  it('of calls of one customer are read from both ends', async () => {
    const calls = [await call(NOON), await call(NOON + 5 * MINUTE), await call(NOON + 9 * MINUTE)];
    expect(await told(...calls)).toEqual([
      ['CALLED_BACK_BY 1'],
      ['CALLED_BACK_BY 2', 'CALLBACK_OF 0'],
      ['CALLBACK_OF 1'],
    ]);
  });

  it('know a customer by every form of the number', async () => {
    const calls = [
      await call(NOON, { customerAddress: '+5511987650123' }),
      await call(NOON + 5 * MINUTE, { customerAddress: '+551187650123' }),
    ];
    expect(await told(...calls)).toEqual([['CALLED_BACK_BY 1'], ['CALLBACK_OF 0']]);
  });

  it('tell a retry by the stages that the attempt before reached', async () => {
    const calls = [
      await call(NOON, { direction: 'OUTBOUND', stageMarks: 1, outcome: 'NO_ANSWER' }),
      await call(NOON + 5 * MINUTE, { direction: 'OUTBOUND', stageMarks: 3 }),
      await call(NOON + 9 * MINUTE, { direction: 'OUTBOUND', stageMarks: 3 }),
    ];
    expect(await told(...calls)).toEqual([['RETRIED_BY 1'], ['RETRY_OF 0'], []]);
  });

  it('of a bridge are read from both ends, and name its key', async () => {
    const both = [await onBridge(NOON), await onBridge(NOON + MINUTE / 2)] as const;
    expect(await told(...both)).toEqual([['SHARED_BRIDGE 1'], ['SHARED_BRIDGE 0']]);
    const [first, second] = both;
    expect((await reader.ofInteractions(world.tenantId, [first.id])).get(first.id)).toEqual([
      {
        kind: 'SHARED_BRIDGE',
        interactionId: second.id,
        at: NOON + MINUTE / 2,
        gapMs: -MINUTE / 2,
        key: { namespace: 'conference', value: 'room-1', scope: 'BRIDGE' },
      },
    ]);
  });

  it('are none within one interaction, of another bridge or by a key of another scope', async () => {
    const { id: interactionId } = await world.interaction();
    for (const value of ['room-1', 'room-1']) {
      const { id } = await world.leg({ interactionId });
      await world.key(id, value, { namespace: 'conference', scope: 'BRIDGE' });
    }
    const other = await onBridge(NOON, 'room-2');
    const { id: strong } = await world.leg({ interactionId: other.id });
    await world.key(strong, 'room-1', { namespace: 'conference' });
    expect([...(await reader.ofInteractions(world.tenantId, [interactionId, other.id])).values()]).toEqual([
      [],
      [],
    ]);
  });

  it('pass over what is deleted', async () => {
    const calls = [
      await call(NOON),
      await call(NOON + 5 * MINUTE, { deletedAt: NOON }),
      await call(NOON + 9 * MINUTE),
      await onBridge(NOON),
    ];
    const gone = await onBridge(NOON);
    await db.query('update interaction set deleted_at = now() where id = $1', [gone.id]);
    expect(await told(...calls, gone)).toEqual([['CALLED_BACK_BY 2'], [], ['CALLBACK_OF 0'], [], []]);
  });

  it('are none across tenants', async () => {
    const stranger = await World.in(db);
    const own = [await call(NOON), await onBridge(NOON)];
    const others = [await call(NOON + 5 * MINUTE, {}, stranger), await onBridge(NOON, 'room-1', stranger)];
    expect(await told(...own, ...others)).toEqual([[], [], [], []]);
  });

  it('take one statement for any number of interactions, and none for none', async () => {
    const calls = [await call(NOON), await call(NOON + 5 * MINUTE), await onBridge(NOON)];
    const counter = countStatements(db);
    await told(...calls);
    expect(counter.count).toBe(1);
    expect(await reader.ofInteractions(world.tenantId, ['no uuid'])).toEqual(new Map());
    expect(counter.count).toBe(1);
    counter.stop();
  });
});

describe('a customer, a bridge and a tenant with thousands', () => {
  type PlanNode = Record<string, unknown> & { Plans?: PlanNode[] };

  /** Copies of one interaction and its leg, a minute apart, all on one bridge and each fiftieth of one customer. */
  async function thousands(): Promise<InteractionEntity> {
    const first = await call(NOON);
    const { id: legId } = await world.leg({ interactionId: first.id });
    await world.key(legId, 'worker-1', { namespace: 'worker', scope: 'BRIDGE' });
    const copy = async (table: string, varied: Record<string, string>, id: string) => {
      const columns = (
        await db.query<{ name: string }[]>(
          `select column_name as name from information_schema.columns where table_name = $1`,
          [table],
        )
      ).map(({ name }) => name);
      const values = columns.map((column) => varied[column] ?? `t.${column}`).join(', ');
      await db.query(
        `insert into ${table} (${columns.join(', ')})
         select ${values} from ${table} t, generate_series(1, 5000) n where t.tenant_id = $1 and t.id = $2`,
        [world.tenantId, id],
      );
    };
    const idOf = (kind: number) => `('00000000-0000-7000-800${kind}-' || lpad(n::text, 12, '0'))::uuid`;
    const minutes = "n * interval '1 minute'";
    const varied = {
      id: idOf(0),
      started_at: `t.started_at + ${minutes}`,
      ended_at: `t.ended_at + ${minutes}`,
      customer_e164: "case when n % 50 = 0 then t.customer_e164 else '+1202777' || n end",
    };
    await copy('interaction', varied, first.id);
    await copy('leg', { id: idOf(1), interaction_id: idOf(0), external_id: 'n::text' }, legId);
    await db.query(
      `insert into correlation_key (tenant_id, namespace, value, scope, leg_id)
       select $1, 'worker', 'worker-1', 'BRIDGE', ${idOf(1)} from generate_series(1, 5000) n`,
      [world.tenantId],
    );
    await db.query('analyze interaction; analyze leg; analyze correlation_key');
    return first;
  }

  it('are read by indexes, no further than the nearest', async () => {
    await thousands();
    const midst = '00000000-0000-7000-8000-000000002500';
    const counter = countStatements(db);
    const relations = (await reader.ofInteractions(world.tenantId, [midst])).get(midst) ?? [];
    counter.stop();
    const [statement] = counter.statements;
    const rows = await db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
      `explain (analyze, format json) ${statement?.sql ?? ''}`,
      statement?.parameters,
    );
    const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
    const nodes = rows.flatMap((row) => row['QUERY PLAN']).flatMap((plan) => flat(plan.Plan));
    expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    const used = new Set(nodes.map((node) => node['Index Name']));
    expect([...used]).toEqual(
      expect.arrayContaining(['interaction_by_customer', 'leg_by_interaction', 'correlation_key_by_leg']),
    );
    const read = nodes.map((node) => Number(node['Actual Rows']) * Number(node['Actual Loops']));
    expect(Math.max(...read)).toBeLessThan(200);
    expect(relations.filter(({ kind }) => kind === 'SHARED_BRIDGE')).toHaveLength(64);
    expect(relations.filter(({ kind }) => kind !== 'SHARED_BRIDGE').map(({ kind }) => kind)).toEqual([
      'CALLED_BACK_BY',
      'CALLBACK_OF',
    ]);
    expect(Math.max(...relations.map(({ at }) => at))).toBeLessThan(NOON + 2_500 * MINUTE + HOUR);
  });
});
