import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FunnelReader } from '../../src/storage/queries/funnel.js';
import { RetentionStore } from '../../src/storage/removal/retention-store.js';
import { contextFor, dataOf, run, servicesOn } from '../graphql/api.js';
import { frameOf } from '../support/live.js';
import { at, BASE, callRecords, World } from '../support/world.js';

const DAY = 24 * 3_600_000;

let world: World;
let retention: RetentionStore;

beforeAll(async () => {
  world = await World.create(2);
  retention = new RetentionStore(world.db);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('update tenant set interaction_retention_days = null, payload_retention_days = null');
  world.now = BASE + 130_000;
});

const by = { actor: { id: 'key-1', role: 'ADMIN' }, reason: 'the law' } as const;
const keepFor = (change: { interactionDays?: number | null; payloadDays?: number | null }) =>
  retention.change(world.tenantId, change, by, world.now);

async function sendCall(id: string, tenantId = world.tenantId): Promise<void> {
  for (const { source, record } of callRecords(id)) await world.send(source, record, tenantId);
}

/** A run at a time; what it removed of the first tenant. */
const sweepAt = async (now: number) => (await retention.sweep(now)).get(world.tenantId);

const log = (): Promise<object[]> =>
  world.db.query(
    `select actor, action, subject_id as subject, reason, detail from audit_entry where action like 'RETENTION%' order by id`,
  );

const NOTHING = { interactions: 0, calls: 0, payloads: 0, rejectedRecords: 0 };

describe('retention', () => {
  it('removes nothing of a tenant that has not asked for it, however old', async () => {
    await sendCall('one');
    expect(await retention.sweep(BASE + 10_000 * DAY)).toEqual(new Map());
    expect(await world.count('interaction')).toBe(1);
  });

  it('removes ended interactions of that age with all that is theirs, and tells subscribers and the log once', async () => {
    await sendCall('one');
    await sendCall('two');
    await sendCall('other', world.tenants[1]);
    await keepFor({ interactionDays: 30 });
    expect(await sweepAt(BASE + 30 * DAY)).toEqual(NOTHING);
    expect(await world.count('interaction')).toBe(3);
    world.now = BASE + 31 * DAY;
    expect(await sweepAt(world.now)).toEqual({ ...NOTHING, interactions: 2, calls: 4 });
    expect(await sweepAt(world.now)).toEqual(NOTHING);
    for (const table of ['interaction', 'interaction_version', 'leg', 'call', 'source_record'])
      expect([table, await world.db.query(`select distinct tenant_id as id from ${table}`)]).toEqual([
        table,
        [{ id: world.tenants[1] }],
      ]);
    const changes: object[] = await world.db.query(
      `select removal_reason as reason, cause_kind as cause from change where kind = 'REMOVED' order by id`,
    );
    expect(changes).toEqual(Array.from({ length: 2 }, () => ({ reason: 'ERASED', cause: 'TIMER' })));
    expect((await new FunnelReader(world.db).read(frameOf(world), {})).interactionCount).toBe(0);
    const limits = { interactionDays: 30, payloadDays: null };
    expect(await log()).toEqual([
      { actor: 'key-1', action: 'RETENTION_CHANGED', subject: null, reason: 'the law', detail: limits },
      {
        actor: 'retention',
        action: 'RETENTION_RUN',
        subject: null,
        reason: null,
        detail: { ...limits, ...NOTHING, interactions: 2, calls: 4 },
      },
    ]);
  });

  it('leaves a call alone that has not ended, be it ever so old', async () => {
    await world.send('dialer', { externalId: 'd1', occurredAt: at(0), status: 'ACTIVE', answeredAt: at(0) });
    await keepFor({ interactionDays: 1, payloadDays: 1 });
    expect(await sweepAt(BASE + 400 * DAY)).toEqual(NOTHING);
    expect(await world.count('interaction')).toBe(1);
  });

  it('goes on batch after batch until nothing old is left, and writes one entry', async () => {
    const many = Array.from({ length: 120 }, (_, number) => ({
      externalId: `d${number}`,
      occurredAt: at(60),
      startedAt: at(0),
      endedAt: at(60),
      status: 'COMPLETED',
    }));
    await world.send('dialer', many);
    await keepFor({ interactionDays: 1 });
    expect(await sweepAt(BASE + 3 * DAY)).toEqual({ ...NOTHING, interactions: 120, calls: 120 });
    expect(await world.count('interaction')).toBe(0);
    expect((await log()).length).toBe(2);
  });

  it('removes payloads and rejected records by an age of their own, and keeps what was read', async () => {
    await sendCall('one');
    await world.send('dialer', { occurredAt: at(0), note: 'no id' });
    await keepFor({ payloadDays: 7 });
    expect(await sweepAt(BASE + 7 * DAY)).toEqual(NOTHING);
    expect(await sweepAt(BASE + 8 * DAY)).toEqual({ ...NOTHING, payloads: 6, rejectedRecords: 1 });
    const records: object[] = await world.db.query(
      `select count(*)::int as records, count(payload)::int as payloads, count(record)::int as read from source_record`,
    );
    expect(records).toEqual([{ records: 6, payloads: 0, read: 6 }]);
    expect(await world.count('rejected_record')).toBe(0);
    expect((await world.summaries()).map(({ status }) => status)).toEqual(['COMPLETE']);
  });

  it('is left to one process at a time', async () => {
    await sendCall('one');
    await keepFor({ interactionDays: 1 });
    const runs = await Promise.all(Array.from({ length: 4 }, () => sweepAt(BASE + 3 * DAY)));
    expect(runs.reduce((sum, done) => sum + (done?.interactions ?? 0), 0)).toBe(1);
    expect((await log()).length).toBe(2);
  });
});

describe('retention and updateRetention', () => {
  const UPDATE = `mutation ($input: UpdateRetentionInput!) {
    updateRetention(input: $input) { retention { interactionDays payloadDays } userErrors { code } } }`;
  const as = (role: 'ADMIN' | 'SUPERVISOR' = 'ADMIN') =>
    contextFor(servicesOn(world.db, { now: () => world.now }), frameOf(world), role);
  const read = async () => (await dataOf(as(), '{ retention { interactionDays payloadDays } }'))['retention'];

  it('say what is kept for how long; what is absent stays, and null is for ever', async () => {
    expect(await read()).toEqual({ interactionDays: null, payloadDays: null });
    await dataOf(as(), UPDATE, { input: { interactionDays: 90, payloadDays: 30 } });
    await dataOf(as(), UPDATE, { input: { payloadDays: 14 } });
    expect(await read()).toEqual({ interactionDays: 90, payloadDays: 14 });
    expect(await dataOf(as(), UPDATE, { input: { interactionDays: null } })).toEqual({
      updateRetention: { retention: { interactionDays: null, payloadDays: 14 }, userErrors: [] },
    });
    expect(await retention.read(world.tenants[1] ?? '')).toEqual({
      interactionDays: null,
      payloadDays: null,
    });
  });

  it('refuse what is no number of days, and whoever may not configure', async () => {
    for (const input of [{ interactionDays: 0 }, { payloadDays: 36_501 }])
      expect(await dataOf(as(), UPDATE, { input })).toEqual({
        updateRetention: { retention: null, userErrors: [{ code: 'BAD_USER_INPUT' }] },
      });
    const { errors } = await run(as('SUPERVISOR'), UPDATE, { input: { interactionDays: 5 } });
    expect(errors?.map(({ path }) => path)).toEqual([['updateRetention']]);
    expect(await read()).toEqual({ interactionDays: null, payloadDays: null });
    expect(await log()).toEqual([]);
  });
});
