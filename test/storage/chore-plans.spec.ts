import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TimelineAnalysisFilter } from '../../src/storage/analysis/analysis-reader.js';
import { AnalysisReader } from '../../src/storage/analysis/analysis-reader.js';
import type { AuditFilter } from '../../src/storage/audit/audit-reader.js';
import { AuditReader } from '../../src/storage/audit/audit-reader.js';
import { SessionReader } from '../../src/storage/analysis/session-reader.js';
import { ActionReader } from '../../src/storage/control/action-reader.js';
import { InteractionReader } from '../../src/storage/interaction-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { withMade } from '../../src/storage/removal/made.js';
import { RetentionStore } from '../../src/storage/removal/retention-store.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { DAY, HOUR, MINUTE, NOON, World } from '../support/rows.js';
import type { Statement } from '../support/statements.js';
import { countStatements } from '../support/statements.js';

const COUNT = 5_000;
/** Tables that grow with the traffic. */
const LARGE = ['interaction', 'call', 'leg', 'source_record', 'change', 'audit_entry', 'timeline_analysis'];

let database: OpenDatabase;
let world: World;
let subjectId: string;
/** An interaction of whose call another was made. */
let origin: string;
const cursors = new CursorCodec('secret', 'instance');

beforeAll(async () => {
  database = await openDatabase();
  world = await World.in(database.db);
  for (const tenant of [world, await World.in(database.db)]) await fill(tenant);
  const [subject] = await database.db.query<{ id: string }[]>(
    'select id from interaction where tenant_id = $1 order by started_at limit 1',
    [world.tenantId],
  );
  subjectId = subject?.id ?? '';
  const [of] = await database.db.query<{ id: string }[]>(
    `select interaction_id as id from leg where tenant_id = $1 and external_id = 'call-499'`,
    [world.tenantId],
  );
  origin = of?.id ?? '';
  await database.db.query('vacuum analyze');
});
afterAll(() => database.close());

/** The id of the n-th row of a tenant, in each table. */
const ID = 'md5($1::uuid::text || n)::uuid';
const SINCE = `('${new Date(NOON - COUNT * MINUTE).toISOString()}'::timestamptz + n * interval '1 minute')`;
const RARE = 'n % 500 = 0';

/** Of five hundred one is contested, waits for a human, is judged an error, or was done to one subject. */
async function fill(tenant: World): Promise<void> {
  const { id } = await tenant.interaction();
  await tenant.call({ id, interactionId: id });
  await tenant.sourceRecord(id);
  const disagreements = `case when ${RARE} then '[{"code":"KEY_OVERRULED"}]'::jsonb else '[]'::jsonb end`;
  await copies(tenant, 'interaction', { started_at: SINCE, ended_at: SINCE, disagreements });
  await copies(tenant, 'leg', { interaction_id: ID, external_id: `'call-' || n`, state: `'ACTIVE'` });
  await copies(tenant, 'call', {
    sorted_at: SINCE,
    hand_off_at: `case when ${RARE} then ${SINCE} end`,
    made_of: `case when ${RARE} then 'call-' || (n - 1) end`,
  });
  await copies(tenant, 'source_record', { leg_id: ID, hash: `'hash-' || n`, received_at: SINCE });
  for (const sql of [
    `insert into change (tenant_id, interaction_id, kind, revision, cause_kind)
     select $1, ${ID}, 'UPSERTED', 1, 'RECORD' from generate_series(1, ${COUNT}) n`,
    `insert into audit_entry (tenant_id, id, at, actor, actor_role, action, subject_id)
     select $1, ${ID}, ${SINCE}, 'key-1', 'ADMIN', 'INTERACTION_TAGGED', case when ${RARE} then $1::uuid else ${ID} end
       from generate_series(1, ${COUNT}) n`,
    `insert into timeline_analysis (tenant_id, id, interaction_id, status, overall_status, attempt, deadline_at, created_at, updated_at)
     select $1, ${ID}, ${ID}, case when ${RARE} then 'FAILED' else 'COMPLETED' end,
            case when ${RARE} then 'ERROR' else 'OK' end, 1, ${SINCE}, ${SINCE}, ${SINCE} from generate_series(1, ${COUNT}) n`,
  ])
    await database.db.query(sql, [tenant.tenantId]);
}

/** Rows like the one that is there, with these columns of their own. */
async function copies(tenant: World, table: string, columns: Record<string, string>): Promise<void> {
  const own = Object.entries({ id: ID, ...columns }).flatMap(([name, sql]) => [`'${name}'`, sql]);
  await database.db.query(
    `insert into ${table} select row.* from ${table} t cross join generate_series(1, ${COUNT}) n
       cross join lateral jsonb_populate_record(t, jsonb_build_object(${own.join(', ')})) row where t.tenant_id = $1`,
    [tenant.tenantId],
  );
}

type PlanNode = Record<string, unknown> & { Plans?: PlanNode[] };

/** The indexes that the statement uses; it may not read a large table whole. */
async function indexesOf(statement: Statement | undefined): Promise<unknown[]> {
  if (statement === undefined) throw new Error('no such statement was run');
  const rows = await database.db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
    `explain (format json) ${statement.sql}`,
    statement.parameters,
  );
  const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  const nodes = rows.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan }) => flat(Plan));
  const whole = nodes.filter((node) => node['Node Type'] === 'Seq Scan');
  expect(whole.map((node) => node['Relation Name']).filter((name) => LARGE.includes(String(name)))).toEqual(
    [],
  );
  return nodes.map((node) => node['Index Name']);
}

async function statementsOf(read: () => Promise<unknown>): Promise<readonly Statement[]> {
  const counter = countStatements(database.db);
  await read();
  counter.stop();
  return counter.statements;
}

const firstOf = async (read: () => Promise<unknown>): Promise<unknown[]> =>
  indexesOf((await statementsOf(read))[0]);

describe('lists that people work through', () => {
  it('calls that wait for a human are read by when they began to wait', async () => {
    const reader = new ActionReader(database.db, cursors);
    expect(await firstOf(() => reader.handOffs(world.frame, { first: 7 }))).toContain('call_by_hand_off');
  });

  it('contested interactions are read by an index of their own', async () => {
    const reader = new InteractionReader(database.db, cursors);
    const contested = { disagreement: ['KEY_OVERRULED' as const] };
    const page = () => reader.page(world.frame, contested, null, { first: 7 });
    expect((await page()).edges).toHaveLength(7);
    expect(await firstOf(page)).toContain('interaction_contested');
  });

  it.each<[string, () => AuditFilter, string]>([
    ['from the latest', () => ({}), 'audit_entry_by_time'],
    ['of a subject', () => ({ subjectId: world.tenantId }), 'audit_entry_by_subject'],
  ])('the audit log is read by an index: %s', async (_what, filter, index) => {
    const reader = new AuditReader(database.db, cursors);
    expect(await firstOf(() => reader.page(world.frame, filter(), { first: 7 }))).toContain(index);
  });

  it.each<[string, () => TimelineAnalysisFilter, string]>([
    ['from the latest', () => ({}), 'timeline_analysis_by_creation'],
    ['of a period', () => ({ createdAt: { from: NOON - HOUR } }), 'timeline_analysis_by_creation'],
    ['of an interaction', () => ({ interactionId: subjectId }), 'timeline_analysis_by_interaction'],
    ['of a status', () => ({ status: ['FAILED'] }), 'timeline_analysis_by_status'],
    ['of a verdict', () => ({ overallStatus: ['ERROR'] }), 'timeline_analysis_by_verdict'],
  ])('analyses are read by an index: %s', async (_what, filter, index) => {
    const reader = new AnalysisReader(database.db, cursors);
    expect(await firstOf(() => reader.page(world.tenantId, filter(), { first: 7 }))).toContain(index);
  });
});

describe('what an analysis judges', () => {
  it('is read by indexes, and so is the call that a transcription was made from', async () => {
    const [made] = await database.db
      .query<{ id: string }[]>(
        `update call c set tags = '{"reference_type":"transcribe","reference_id":"call-7"}'
         from leg l where c.tenant_id = $1 and l.tenant_id = $1 and l.id = c.id and l.external_id = 'call-42'
       returning c.id`,
        [world.tenantId],
      )
      .then(([rows]) => rows as unknown as { id: string }[]);
    const reader = new SessionReader(database.db);
    const statements = await statementsOf(() => reader.read(world.tenantId, made?.id ?? ''));
    const [session, origin, body] = await Promise.all(statements.map(indexesOf));
    expect(statements).toHaveLength(3);
    for (const indexes of [session, body]) expect(indexes).toContain('leg_by_interaction');
    expect(origin).toContain('leg_by_external_id');
  });
});

describe('what an erasure looks for', () => {
  it('is what was made of a call, by an index of its own', async () => {
    const made = () => withMade(database.db.manager, world.tenantId, [subjectId, origin]);
    expect(await made()).toHaveLength(3);
    const indexes = await firstOf(made);
    expect(indexes).toContain('call_by_origin');
    expect(indexes).toContain('leg_by_external_id');
  });
});

describe('what retention removes', () => {
  it('is found by its age, and its rows of the feed by their interaction', async () => {
    const retention = new RetentionStore(database.db);
    const by = { actor: { id: 'key-1', role: 'ADMIN' as const }, reason: null };
    await retention.change(world.tenantId, { interactionDays: 1, payloadDays: 1 }, by, NOON);
    const now = NOON - COUNT * MINUTE + DAY + 30.5 * MINUTE;
    let runs = new Map<string, unknown>();
    const statements = await statementsOf(async () => (runs = await retention.sweep(now)));
    const removed = { interactions: 30, calls: 30, payloads: 0, rejectedRecords: 0 };
    expect(runs).toEqual(new Map([[world.tenantId, removed]]));
    const one = (word: string) => statements.find(({ sql }) => sql.includes(word));
    expect(await indexesOf(one('ended_at < $2'))).toContain('interaction_by_end');
    expect(await indexesOf(one('old.payload is not null'))).toContain('source_record_payload_by_age');
    expect(await indexesOf(one('update change set'))).toContain('change_by_interaction');
    expect(await indexesOf(one('update audit_entry set'))).toContain('audit_entry_by_subject');
  });
});
