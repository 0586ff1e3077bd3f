import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InteractionReader } from '../../src/storage/interaction-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { InteractionFilter } from '../../src/storage/list/filter.js';
import type { InteractionOrder } from '../../src/storage/list/order.js';
import type { InteractionRow, PageArgs, TenantFrame } from '../../src/storage/read-model.js';
import { frameAsOf } from '../../src/storage/read-model.js';
import { countStatements } from '../support/statements.js';
import type { SourceName } from '../support/world.js';
import { at, BASE, callRecords, World } from '../support/world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: World;
let reader: InteractionReader;

beforeAll(async () => {
  world = await World.create();
  reader = new InteractionReader(world.db, new CursorCodec('secret', 'instance'));
});
afterEach(async () => {
  await world.clear();
  world.now = BASE;
});
afterAll(() => world.close());

const frame = (asOf?: number): TenantFrame =>
  frameAsOf({ tenantId: world.tenantId, timeZone: 'UTC', defaultCountry: 'US', now: world.now }, asOf);

const page = (
  asOf?: number,
  filter: InteractionFilter | null = null,
  order: InteractionOrder | null = null,
  args: PageArgs = { first: 100 },
) => reader.page(frame(asOf), filter, order, args);

const list = async (...args: Parameters<typeof page>): Promise<InteractionRow[]> =>
  (await page(...args)).edges.map(({ node }) => node);

const asOf = async (time: number, id: string) => reader.asOf({ ...frame(), asOf: time }, id);

/** A call that the dialer reports today and the assistant only tomorrow. */
async function lateAssistant(): Promise<{ id: string; evening: number }> {
  const records = callRecords('late-1');
  const dialer = records.filter(({ source }) => source === 'dialer').map(({ record }) => record);
  const assistant = records.filter(({ source }) => source === 'assistant').map(({ record }) => record);
  world.now = BASE + 2 * MINUTE;
  const [first] = await world.send('dialer', dialer);
  world.now = BASE + HOUR;
  await world.trace.sweep(world.now);
  const evening = BASE + 2 * HOUR;
  world.now = BASE + DAY;
  await world.send('assistant', assistant);
  world.now = BASE + DAY + HOUR;
  return { id: first?.interactionId ?? '', evening };
}

describe('what was known at a time', () => {
  it('shows a call as dropped in the list of yesterday that a late record made whole today', async () => {
    const { id, evening } = await lateAssistant();
    const [then] = await list(evening);
    const [now] = await list();
    expect(then).toMatchObject({ id, status: 'DROPPED', dropStage: 'INFRA_TO_BOT', isProvisional: true });
    expect(then?.segments.map(({ role, state }) => [role, state])).toEqual([
      ['DIALER', 'PRESENT'],
      ['ASSISTANT', 'EXPECTED'],
    ]);
    expect(now).toMatchObject({ id, status: 'COMPLETE', dropStage: null });
    expect(await list(BASE)).toEqual([]);
    expect(await asOf(evening, id)).toEqual(then);
    expect(await asOf(BASE, id)).toBeNull();
  });

  it('answers which record changed the number since, and that it came today', async () => {
    const { id, evening } = await lateAssistant();
    const changes = await reader.changesSince(world.tenantId, [id], evening);
    const records: { id: string; source: string; receivedAt: number }[] = await world.db.query(
      `select r.id, s.name as source, r.received_at as "receivedAt" from source_record r join source s on s.id = r.source_id
        where s.name = 'assistant' order by r.id`,
    );
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ status: 'COMPLETE', at: BASE + DAY, causeKind: 'RECORD' });
    expect(changes[0]?.changedFields).toContain('status');
    expect(records.map((record) => record.id)).toContain(changes[0]?.causeId);
    expect(records.map((record) => record.receivedAt)).toEqual(records.map(() => BASE + DAY));
    const history = await reader.statusChanges(world.tenantId, [id]);
    expect(history.map(({ toStatus, causeKind }) => [toStatus, causeKind])).toEqual([
      ['PARTIAL', 'RECORD'],
      ['DROPPED', 'TIMER'],
      ['COMPLETE', 'RECORD'],
    ]);
    expect(history.at(-1)?.causeId).toBe(changes[0]?.causeId);
  });

  it('filters and counts by the state of that time, and means its day by today', async () => {
    const { evening } = await lateAssistant();
    const dropped: InteractionFilter = { status: ['DROPPED'] };
    expect(await list(evening, dropped)).toHaveLength(1);
    expect(await list(undefined, dropped)).toEqual([]);
    expect(await list(evening, { quick: 'DROPPED_TODAY' })).toHaveLength(1);
    expect(await reader.count(frame(evening), dropped)).toEqual({ count: 1, isCapped: false });
    expect(await reader.count(frame(), dropped)).toEqual({ count: 0, isCapped: false });
  });

  it('finds by number, reference, external id and key what had them, and by source what had a leg of it', async () => {
    const { evening } = await lateAssistant();
    const found = async (time: number, search: string) => (await list(time, { search })).length;
    const later = BASE + DAY;
    expect(await found(evening, '+1 202 555 0123')).toBe(1);
    expect(await found(evening, '0123')).toBe(1);
    expect(await found(evening, 'd-late-1')).toBe(1);
    expect(await found(evening, 'late-1')).toBe(1);
    expect(await found(evening, 'a-late-1')).toBe(0);
    expect(await found(later, 'a-late-1')).toBe(1);
    expect(await found(later, 'nothing')).toBe(0);
    expect(await list(evening, { source: 'assistant' })).toEqual([]);
    expect(await list(later, { source: 'assistant' })).toHaveLength(1);
    expect(await list(evening, { source: 'dialer', not: { source: 'assistant' } })).toHaveLength(1);
  });

  it('takes cursors of the same time alone, and walks the list in every order', async () => {
    for (const [index, id] of ['c1', 'c2', 'c3'].entries()) {
      world.now = BASE + index * MINUTE;
      const [first] = callRecords(id);
      await world.send('dialer', { ...first?.record, ringAt: at(index), occurredAt: at(index) });
    }
    const time = BASE + HOUR;
    world.now = BASE + DAY;
    await world.trace.sweep(world.now);
    for (const field of ['STARTED_AT', 'UPDATED_AT', 'DURATION'] as const)
      for (const direction of ['ASC', 'DESC'] as const) {
        const order = { field, direction };
        const whole = (await list(time, null, order)).map((row) => row.id);
        const first = await page(time, null, order, { first: 1 });
        const after = first.edges[0]?.cursor ?? '';
        const rest = await list(time, null, order, { first: 2, after });
        expect([...first.edges.map(({ node }) => node.id), ...rest.map((row) => row.id)]).toEqual(whole);
        expect(whole).toHaveLength(3);
        await expect(list(time + 1, null, order, { first: 1, after })).rejects.toThrow('another list');
        await expect(list(undefined, null, order, { first: 1, after })).rejects.toThrow('another list');
      }
  });

  it('shows an interaction that was merged away as it was, and by its id what it was part of afterwards', async () => {
    const leg = (externalId: string, ...values: string[]) => ({
      externalId,
      occurredAt: at(1),
      status: 'COMPLETED',
      answeredAt: at(1),
      endedAt: at(9),
      keys: values.map((value) => ({ namespace: 'crm_call', value })),
    });
    const ids: string[] = [];
    for (const [index, record] of [leg('d1', 'k1'), leg('d2', 'k2'), leg('d3', 'k3')].entries()) {
      world.now = BASE + index * MINUTE;
      ids.push((await world.send('dialer', record))[0]?.interactionId ?? '');
    }
    const [oldest = '', middle = '', newest = ''] = ids;
    world.now = BASE + 5 * MINUTE;
    await world.send('human', leg('h1', 'k2', 'k3'));
    world.now = BASE + 6 * MINUTE;
    await world.send('human', leg('h2', 'k1', 'k2'));
    world.now = BASE + DAY;
    expect((await list()).map((row) => row.id)).toEqual([oldest]);
    expect((await list(BASE + 4 * MINUTE)).map((row) => row.id).sort()).toEqual(ids);
    expect((await asOf(BASE + 4 * MINUTE, newest))?.id).toBe(newest);
    expect((await asOf(BASE + 5 * MINUTE, newest))?.id).toBe(middle);
    expect((await asOf(BASE + 6 * MINUTE, newest))?.id).toBe(oldest);
    const [removal] = await reader.changesSince(world.tenantId, [newest], BASE + 4 * MINUTE);
    expect(removal).toMatchObject({
      status: null,
      mergedInto: middle,
      causeKind: 'RECORD',
      at: BASE + 5 * MINUTE,
    });
  });

  it("keeps tenants apart and finds nothing of another's", async () => {
    const other = await world.addTenant('other', ['dialer']);
    const { id, evening } = await lateAssistant();
    const foreign = { ...frame(evening), tenantId: other };
    expect((await reader.page(foreign, null, null, { first: 5 })).edges).toEqual([]);
    expect(await reader.asOf({ ...foreign, asOf: evening }, id)).toBeNull();
    expect(await reader.changesSince(other, [id], BASE)).toEqual([]);
  });

  it('keeps one version a moment, also when the clock goes back', async () => {
    const [ringing, active, ended] = callRecords('back');
    world.now = BASE + HOUR;
    await world.send('dialer', ringing?.record ?? {});
    world.now = BASE;
    await world.send('dialer', active?.record ?? {});
    world.now = BASE + 2 * HOUR;
    await world.send('dialer', ended?.record ?? {});
    const rows: { revision: number; from: number; holds: boolean }[] = await world.db.query(
      `select revision, valid_from as "from", valid_to > valid_from as holds from interaction_version order by revision`,
    );
    expect(rows).toEqual([
      { revision: 1, from: BASE + HOUR, holds: false },
      { revision: 2, from: BASE + HOUR, holds: true },
      { revision: 3, from: BASE + 2 * HOUR, holds: true },
    ]);
  });

  it('writes a version only when the revision changes', async () => {
    const [first] = callRecords('quiet');
    await world.send('dialer', first?.record ?? {});
    await world.send('dialer', first?.record ?? {});
    world.now = BASE + 1_000;
    await world.db.query('update interaction set next_evaluation_at = $1', [new Date(BASE)]);
    await world.trace.sweep(world.now);
    const rows: { revision: number }[] = await world.db.query('select revision from interaction_version');
    expect(rows).toEqual([{ revision: 1 }]);
  });
});

describe('statements', () => {
  it('a page, a count, one interaction and the changes of many take one each', async () => {
    const { id, evening } = await lateAssistant();
    const statements = countStatements(world.db);
    const took = async (work: () => Promise<unknown>) => {
      statements.reset();
      await work();
      return statements.count;
    };
    expect(await took(() => page(evening, { search: '0123' }))).toBe(1);
    expect(await took(() => reader.count(frame(evening), null))).toBe(1);
    expect(await took(() => asOf(evening, id))).toBe(1);
    expect(await took(() => reader.changesSince(world.tenantId, [id, id], evening))).toBe(1);
    statements.stop();
  });
});

describe('plans over ten thousand versions', () => {
  type PlanNode = Record<string, unknown> & { Plans?: PlanNode[] };

  const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];

  async function planOf(work: () => Promise<unknown>): Promise<PlanNode[]> {
    const counter = countStatements(world.db);
    await work();
    const [statement] = counter.statements;
    counter.stop();
    const rows = await world.db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
      `explain (format json) ${statement?.sql ?? ''}`,
      statement?.parameters,
    );
    return rows.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan }) => flat(Plan));
  }

  it('reads a page by an index in its order and sorts nothing', async () => {
    const { evening } = await lateAssistant();
    await world.db.query(
      `insert into interaction_version
       select v.tenant_id, gen_random_uuid(), v.revision, v.valid_from + n * interval '1 second',
              v.valid_to + n * interval '1 second', v.started_at + n * interval '1 second', v.state,
              v.changed_fields, v.cause_kind, v.cause_id, v.merged_into
         from interaction_version v, generate_series(1, 4000) n`,
    );
    await world.db.query('analyze interaction_version');
    const indexes = async (order: InteractionOrder | null) => {
      const nodes = await planOf(() => page(evening, { status: ['DROPPED'] }, order, { first: 7 }));
      expect(nodes.filter((node) => /^(Seq Scan|Sort)$/.test(String(node['Node Type'])))).toEqual([]);
      const used = nodes.flatMap((node) => node['Index Name'] ?? []);
      return used.filter((name) => String(name).startsWith('interaction_version'));
    };
    expect(await indexes(null)).toEqual(['interaction_version_by_start']);
    expect(await indexes({ field: 'UPDATED_AT' })).toEqual(['interaction_version_by_time']);
  });
});

/** What clockwork changes without anybody seeing it. */
const UNSEEN = ['nextEvaluationAt', 'policyVersion'];

const seen = (rows: readonly InteractionRow[]): Record<string, unknown>[] =>
  rows
    .map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !UNSEEN.includes(name))))
    .sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));

describe('any history', () => {
  const statements: { source: SourceName; record: object }[] = [
    ...callRecords('h1'),
    ...callRecords('h2'),
    ...callRecords('h3', { dialer: 'd-h3' }).slice(0, 4),
    {
      source: 'human',
      record: {
        externalId: 'bridge',
        occurredAt: at(90),
        status: 'COMPLETED',
        startedAt: at(60),
        endedAt: at(90),
        keys: ['h1', 'h2'].map((value) => ({ namespace: 'interaction_id', value })),
      },
    },
  ];
  const histories = fc.shuffledSubarray(statements, { minLength: 6 }).chain((order) =>
    fc.tuple(
      fc.constant(order),
      fc.array(fc.integer({ min: 1, max: 20 * MINUTE }), {
        minLength: order.length,
        maxLength: order.length,
      }),
    ),
  );

  it('shows at the time of each revision what the rows were then', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ([order, steps]) => {
        await world.clear();
        world.now = BASE + 5 * MINUTE;
        const moments: { time: number; rows: InteractionRow[] }[] = [];
        const note = async () => moments.push({ time: world.now, rows: await list() });
        for (const [index, { source, record }] of order.entries()) {
          await world.send(source, record);
          await note();
          world.now += steps[index] ?? 1;
          await world.trace.sweep(world.now);
          await note();
          world.now += 1;
        }
        for (const { time, rows } of moments) expect(seen(await list(time))).toEqual(seen(rows));
      }),
      { numRuns: 12, seed: 7 },
    );
  });
});
