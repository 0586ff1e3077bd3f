import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RelationReader } from '../../src/storage/relation-reader.js';
import type { Statement, StatementCount } from '../support/statements.js';
import { countStatements } from '../support/statements.js';
import { at, BASE, World } from '../support/world.js';

const HOUR = 3_600;
const SESSIONS = 3_000;
/** Threads of one session beside the long one: statistics know that most are short. */
const OTHERS = 20_000;

let world: World;
let counter: StatementCount;
beforeAll(async () => {
  world = await World.create(1, ['chat']);
  await world.send('chat', session('first', 0));
  await copies(SESSIONS, 0, "'t1'");
  await copies(OTHERS, 1, "'other-' || n");
  await world.db.query('vacuum analyze');
  counter = countStatements(world.db);
});
afterAll(async () => {
  counter?.stop();
  await world?.close();
});

/** A minute of chat that began so many seconds after the base time. */
const session = (externalId: string, seconds: number, thread = 't1') => ({
  externalId,
  occurredAt: at(seconds + 60),
  channel: 'CHAT',
  status: 'COMPLETED',
  startedAt: at(seconds),
  endedAt: at(seconds + 60),
  keys: [{ namespace: 'thread_id', value: thread }],
});

/** The id of the n-th copy. */
const copyOf = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** The first session again and again, an hour apart, each an interaction of its own. */
async function copies(count: number, kind: number, thread: string): Promise<void> {
  const id = `('00000000-0000-7000-800${kind}-' || lpad(n::text, 12, '0'))::uuid`;
  const later = (...columns: string[]) =>
    Object.fromEntries(columns.map((column) => [column, `t.${column} + n * interval '1 hour'`]));
  const legTimes = later('started_at', 'ended_at', 'first_event_at', 'last_event_at');
  const interactionTimes = later('started_at', 'ended_at', 'last_activity_at');
  await copy('interaction', count, { id, ...interactionTimes });
  await copy('leg', count, { id, interaction_id: id, external_id: `'${kind}-' || n`, ...legTimes });
  await copy('call', count, { id, ...later('sorted_at') });
  await copy('correlation_key', count, { leg_id: id, value: thread, ...later('began_at', 'open_until') });
}

/** Rows like the first one, with these columns of their own. */
async function copy(table: string, count: number, varied: Record<string, string>): Promise<void> {
  const columns = await world.db.query<{ name: string }[]>(
    `select column_name as name from information_schema.columns
      where table_name = $1 and table_schema = current_schema() and is_generated = 'NEVER'`,
    [table],
  );
  const names = columns.map(({ name }) => name);
  await world.db.query(
    `insert into ${table} (${names.join(', ')})
     select ${names.map((name) => varied[name] ?? `t.${name}`).join(', ')}
       from (select * from ${table} limit 1) t, generate_series(1, ${count}) n`,
  );
}

type PlanNode = Record<string, unknown> & { Plans?: PlanNode[] };

/** The indexes that a statement uses, the tables of size that it reads whole, and the most rows a step looked at. */
async function planOf(statement: Statement | undefined) {
  if (statement === undefined) throw new Error('no such statement was run');
  const plans = await world.db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
    `explain (analyze, format json) ${statement.sql}`,
    statement.parameters,
  );
  const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
  const nodes = plans.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan }) => flat(Plan));
  const looked = nodes.map(
    (node) =>
      (Number(node['Actual Rows']) + Number(node['Rows Removed by Filter'] ?? 0)) *
      Number(node['Actual Loops']),
  );
  const whole = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']);
  return {
    indexes: new Set(nodes.map((node) => node['Index Name'])),
    rows: Math.max(...looked),
    whole: whole.filter((name) => ['correlation_key', 'leg', 'call', 'interaction'].includes(String(name))),
  };
}

const run = (word: string): Statement[] => counter.statements.filter(({ sql }) => sql.includes(word));

describe('in a thread of thousands of sessions', () => {
  it('a record reads the calls of the sessions that it meets, and no others', async () => {
    await world.send('chat', session('last', (SESSIONS + 1) * HOUR));
    counter.reset();
    await world.send('chat', session('more', (SESSIONS + 1) * HOUR + 120));
    const loaded = run('as "isSuggested"').map(({ parameters }) => (parameters[1] as string[]).length);
    expect(new Set(loaded)).toEqual(new Set([2]));
    expect((await world.summaries()).at(-1)?.legs).toEqual(['chat/last', 'chat/more']);
  });

  it.each<[string, number, number]>([
    ['of the latest session meets others at the end of the index', SESSIONS + 3, 20],
    [
      'of a session long ago reads index entries of what came later, for each leg it meets',
      SESSIONS / 2,
      2 * SESSIONS,
    ],
  ])('a record %s', async (_what, hour, most) => {
    counter.reset();
    await world.send('chat', session(`at-${hour}`, hour * HOUR));
    const [, reach] = run('with recursive reached');
    const { indexes, rows, whole } = await planOf(reach);
    expect(whole).toEqual([]);
    expect(indexes).toContain('correlation_key_by_session');
    expect(indexes).toContain('correlation_key_of_call');
    expect(rows).toBeLessThan(most);
    const [quarantine] = run('reach.legs');
    expect((await planOf(quarantine)).rows).toBeLessThan(20);
  });

  it('a record takes as many statements as in a thread of one session', async () => {
    const cost = async (record: object) => {
      counter.reset();
      await world.send('chat', record);
      return run('correlation_key').length + run('as "isSuggested"').length;
    };
    const alone = await cost(session('alone', 0, 't2'));
    expect(await cost(session('again', (SESSIONS + 5) * HOUR))).toBe(alone);
    expect(alone).toBe(14);
  });

  it('a call that is in no thread is looked for in one statement, which knows no sessions', async () => {
    counter.reset();
    await world.send('chat', { ...session('call', 0, 'v1'), role: 'DIALER', channel: 'VOICE' });
    const reaches = run('with recursive reached').map(({ sql }) => sql.includes('is_of_session'));
    expect(new Set(reaches)).toEqual(new Set([false]));
  });

  it('the sessions before and after are read by the index, the nearest alone', async () => {
    const relations = new RelationReader(world.db);
    const midst = copyOf(1_700);
    counter.reset();
    const found = (await relations.ofInteractions(world.tenantId, [midst])).get(midst) ?? [];
    expect(found.map(({ kind, interactionId, at: when }) => [kind, interactionId, when])).toEqual([
      ['NEXT', copyOf(1_701), BASE + 1_701 * HOUR * 1_000],
      ['PREVIOUS', copyOf(1_699), BASE + 1_700 * HOUR * 1_000],
    ]);
    const statements = run('n.key');
    expect(statements).toHaveLength(1);
    const { indexes, rows, whole } = await planOf(statements[0]);
    expect(whole).toEqual([]);
    expect(indexes).toContain('correlation_key_by_session');
    expect(indexes).toContain('correlation_key_of_call');
    expect(rows).toBeLessThan(200);
  });
});
