import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PolicyChange } from '../../src/domain/policy.js';
import { changed, DEFAULT_POLICY } from '../../src/domain/policy.js';
import { PolicyStore } from '../../src/storage/policy-store.js';
import { tryPolicy } from '../../src/storage/policy-trial.js';
import type { TenantFrame } from '../../src/storage/read-model.js';
import { lockNames } from '../../src/storage/trace/locks.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';
import { eventually } from '../support/eventually.js';
import { contentsOf } from '../support/everything.js';
import { assistant, dialer } from '../support/halves.js';
import { countStatements } from '../support/statements.js';
import { at, BASE, callRecords, World } from '../support/world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: World;
let policies: PolicyStore;

beforeAll(async () => {
  world = await World.create(2);
  policies = new PolicyStore(world.db);
});
afterEach(async () => {
  await world.clear();
  await world.db.query('update source set watermark_at = null');
  world.now = BASE;
});
afterAll(() => world.close());

const frame = (): TenantFrame => ({
  tenantId: world.tenantId,
  timeZone: 'UTC',
  defaultCountry: 'US',
  now: world.now,
});

async function update(change: PolicyChange, expectedVersion = 1, tenantId = world.tenantId): Promise<void> {
  const { policy } = await policies.current(tenantId);
  const by = { changedBy: 'key-1', reason: 'quieter nights' };
  await policies.update(tenantId, expectedVersion, changed(policy, change), by, world.now);
}

/** What a dialer says of an answered call that ended at two minutes. */
async function dialerOnly(id: string): Promise<string> {
  const records = callRecords(id).filter(({ source }) => source === 'dialer');
  const [first] = await world.send(
    'dialer',
    records.map(({ record }) => record),
  );
  return first?.interactionId ?? '';
}

async function wholeCall(id: string): Promise<void> {
  for (const { source, record } of callRecords(id)) await world.send(source, record);
}

const rows = (): Promise<{ id: string; status: string; policyVersion: number; due: number | null }[]> =>
  world.db.query(
    `select id, status, policy_version as "policyVersion", next_evaluation_at as due from interaction order by id`,
  );

describe('the policy of a tenant', () => {
  it("is the product's own until it states one, and then the latest", async () => {
    expect(await policies.current(world.tenantId)).toEqual({
      policy: DEFAULT_POLICY,
      changedAt: null,
      changedBy: null,
      reason: null,
    });
    world.now = BASE + HOUR;
    await update({ silence: MINUTE });
    const current = await policies.current(world.tenantId);
    expect(current).toEqual({
      policy: { ...DEFAULT_POLICY, silence: MINUTE, version: 2 },
      changedAt: BASE + HOUR,
      changedBy: 'key-1',
      reason: 'quieter nights',
    });
    expect((await policies.current(world.tenants[1] ?? '')).policy).toEqual(DEFAULT_POLICY);
  });

  it('keeps every version, and none is written for a change of nothing', async () => {
    await update({ silence: MINUTE });
    await update({ silence: MINUTE }, 2);
    await update({ overrides: [{ channel: 'VOICE', direction: null, joinLatest: 5_000 }] }, 2);
    const versions = await policies.history(world.tenantId, 3, 10);
    expect(versions.map(({ policy }) => [policy.version, policy.silence, policy.overrides.length])).toEqual([
      [3, MINUTE, 1],
      [2, MINUTE, 0],
      [1, DEFAULT_POLICY.silence, 0],
    ]);
    expect((await policies.history(world.tenantId, 2, 1)).map(({ policy }) => policy.version)).toEqual([2]);
    expect((await policies.history(world.tenantId, 1, 5)).map(({ policy }) => policy.version)).toEqual([1]);
  });

  it('is changed by one of eight who start from the same version; the others are told', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => update({ silence: MINUTE + n })),
    );
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as object] : []));
    expect(refused).toHaveLength(7);
    for (const fault of refused) expect(fault).toMatchObject({ code: 'CONFLICT', field: 'expectedVersion' });
    expect(await world.count('trace_policy')).toBe(1);
  });

  it('changes nothing when it is refused', async () => {
    const id = await dialerOnly('refused');
    await expect(update({ silence: MINUTE }, 5)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await world.count('trace_policy')).toBe(0);
    expect((await rows()).find((row) => row.id === id)?.due).toBeGreaterThan(world.now);
  });
});

describe('after a change of what may be linked', () => {
  const pair = async () => {
    const rows: { isLinked: boolean; obstacles: string[] }[] = await world.db.query(
      'select is_linked as "isLinked", obstacles from leg_pair',
    );
    return rows;
  };

  it('calls are linked that the policy kept apart, and parted when it forbids it again', async () => {
    await update({ linkAutomatically: false });
    for (const [source, record] of [dialer('d1', 0, 100), assistant('a1', 4, 99)])
      await world.send(source, record);
    const watermarks = new WatermarkStore(world.db);
    world.now = BASE + 2 * HOUR;
    for (const source of ['dialer', 'assistant'])
      await watermarks.report(world.tenantId, source, BASE + HOUR, world.now);
    while ((await world.trace.match(world.now)) > 0);
    expect(await pair()).toEqual([{ isLinked: false, obstacles: ['AUTOMATIC_OFF'] }]);
    await update({ linkAutomatically: true }, 2);
    while ((await world.trace.match(world.now)) > 0);
    expect(await pair()).toEqual([{ isLinked: true, obstacles: [] }]);
    await update({ silence: MINUTE }, 3);
    expect(await world.trace.match(world.now)).toBe(0);
    await update({ overrides: [{ channel: 'VOICE', direction: 'INBOUND', linkAutomatically: false }] }, 4);
    while ((await world.trace.match(world.now)) > 0);
    expect(await pair()).toEqual([{ isLinked: false, obstacles: ['AUTOMATIC_OFF'] }]);
  });
});

describe('after a change', () => {
  it('what is not final is judged anew at once under the new version, and the policy is named as the cause', async () => {
    world.now = BASE + 3 * MINUTE;
    const open = await dialerOnly('open');
    await wholeCall('whole');
    expect((await rows()).map((row) => [row.status, row.policyVersion]).sort()).toEqual([
      ['COMPLETE', 1],
      ['PARTIAL', 1],
    ]);
    await update({ overrides: [{ channel: 'VOICE', direction: 'INBOUND', window: { ASSISTANT: MINUTE } }] });
    expect((await rows()).map((row) => [row.status, row.due === world.now])).toEqual([
      ['PARTIAL', true],
      ['COMPLETE', false],
    ]);
    expect(await world.trace.sweep(world.now)).toBe(1);
    expect((await rows()).map((row) => [row.status, row.policyVersion])).toEqual([
      ['DROPPED', 2],
      ['COMPLETE', 1],
    ]);
    const history: unknown[] = await world.db.query(
      `select to_status as status, policy_version as version, cause_kind as kind, cause_id as id
         from status_change where interaction_id = $1 order by revision`,
      [open],
    );
    expect(history.slice(-2)).toEqual([
      expect.objectContaining({ status: 'PARTIAL', version: 1, kind: 'RECORD' }),
      { status: 'DROPPED', version: 2, kind: 'RULE', id: 'trace-policy/2' },
    ]);
  });

  it('a provisional drop may come back, and time alone is the cause of what time alone does', async () => {
    await dialerOnly('patience');
    world.now = BASE + HOUR;
    await world.trace.sweep(world.now);
    await update({ window: { ASSISTANT: 2 * HOUR } });
    await world.trace.sweep(world.now);
    world.now = BASE + 3 * HOUR;
    await world.trace.sweep(world.now);
    const history: unknown[] = await world.db.query(
      `select to_status as status, cause_kind as kind from status_change order by revision`,
    );
    expect(history.slice(-3)).toEqual([
      { status: 'DROPPED', kind: 'TIMER' },
      { status: 'PARTIAL', kind: 'RULE' },
      { status: 'DROPPED', kind: 'TIMER' },
    ]);
  });

  it('the interactions of another tenant are left alone', async () => {
    await dialerOnly('mine');
    await update({ silence: MINUTE }, 1, world.tenants[1]);
    expect((await rows())[0]?.due).toBeGreaterThan(world.now);
  });

  it('nothing that is being joined at that moment keeps the old one: the change waits for it', async () => {
    let updating: Promise<void> = Promise.resolve();
    await world.db.transaction(async (tx) => {
      await lockNames(tx, world.tenantId, ['leg/x']);
      updating = update({ silence: MINUTE });
      await eventually(async () => {
        const waiting: unknown[] = await world.db.query(
          `select from pg_locks where locktype = 'advisory' and not granted`,
        );
        expect(waiting).toHaveLength(1);
      });
      expect((await policies.current(world.tenantId)).policy.version).toBe(1);
    });
    await updating;
    expect((await policies.current(world.tenantId)).policy.version).toBe(2);
  });
});

describe('a trial', () => {
  const tried = (change: PolicyChange) => changed(DEFAULT_POLICY, change);

  it('answers totals and differences, and writes nothing in any table', async () => {
    const open = await dialerOnly('open');
    await wholeCall('whole');
    world.now = BASE + 3 * MINUTE;
    await world.settle();
    const before = await contentsOf(world.db);
    const trial = await policies.trial(frame(), tried({ window: { ASSISTANT: MINUTE } }), null);
    expect(trial).toMatchObject({ judged: 2, isCapped: false, judgedAt: world.now });
    expect(trial.totals).toEqual([
      { status: 'COMPLETE', dropStage: null, before: 1, after: 1 },
      { status: 'DROPPED', dropStage: 'INFRA_TO_BOT', before: 0, after: 1 },
      { status: 'PARTIAL', dropStage: null, before: 1, after: 0 },
    ]);
    expect(trial.differences).toHaveLength(1);
    expect(trial.differences[0]).toMatchObject({
      interactionId: open,
      before: { status: 'PARTIAL', dropStage: null },
      after: { status: 'DROPPED', dropStage: 'INFRA_TO_BOT', dropDetail: 'ASSISTANT_NOT_REPORTED_YET' },
    });
    expect(await contentsOf(world.db)).toEqual(before);
    expect(Object.values(before).filter((text) => text !== '').length).toBeGreaterThan(5);
  });

  it('of the present policy finds no difference, whatever the time has changed meanwhile', async () => {
    await dialerOnly('open');
    world.now = BASE + 24 * HOUR;
    const trial = await policies.trial(frame(), DEFAULT_POLICY, null);
    expect(trial.differences).toEqual([]);
    expect(trial.totals).toEqual([{ status: 'DROPPED', dropStage: 'INFRA_TO_BOT', before: 1, after: 1 }]);
  });

  it('agrees with what the sweeper makes of it when the policy is adopted', async () => {
    world.now = BASE + 3 * MINUTE;
    for (const id of ['a', 'b', 'c']) await dialerOnly(id);
    const policy = tried({ window: { ASSISTANT: MINUTE } });
    const trial = await policies.trial(frame(), policy, null);
    await update({ window: { ASSISTANT: MINUTE } });
    await world.trace.sweep(world.now);
    const stored: unknown[] = await world.db.query(
      `select status, drop_stage as "dropStage", count(*) as after from interaction group by 1, 2 order by 1`,
    );
    expect(stored).toEqual(
      trial.totals
        .filter(({ after }) => after > 0)
        .map(({ status, dropStage, after }) => ({ status, dropStage, after })),
    );
  });

  it('judges what the filter names, the latest first, as far as its cap', async () => {
    for (const [n, id] of ['a', 'b', 'c'].entries()) {
      const [first] = callRecords(id);
      await world.send('dialer', { ...first?.record, ringAt: at(n), occurredAt: at(n) });
    }
    world.now = BASE + HOUR;
    const policy = tried({ silence: 2 * HOUR });
    const capped = await tryPolicy(world.db, frame(), policy, null, { cap: 2 });
    const whole = await tryPolicy(world.db, frame(), policy, null, { cap: 3 });
    expect([capped.judged, capped.isCapped, whole.judged, whole.isCapped]).toEqual([2, true, 3, false]);
    expect(capped.differences).toEqual(whole.differences.slice(0, 2));
    const some = await tryPolicy(world.db, frame(), policy, { startedAt: { to: BASE + 1_000 } });
    expect(some.differences).toEqual(whole.differences.slice(2));
    expect(await tryPolicy(world.db, frame(), policy, { channel: ['CHAT'] })).toMatchObject({
      judged: 0,
      totals: [],
    });
  });

  it('sees nothing of another tenant', async () => {
    await dialerOnly('mine');
    const trial = await policies.trial(
      { ...frame(), tenantId: world.tenants[1] ?? '' },
      DEFAULT_POLICY,
      null,
    );
    expect(trial.judged).toBe(0);
  });

  it('takes three statements a page of five hundred, however many legs there are', async () => {
    for (const id of ['a', 'b', 'c']) await wholeCall(id);
    const statements = countStatements(world.db);
    await policies.trial(frame(), DEFAULT_POLICY, null);
    const took = statements.statements.map(({ sql }) => sql.trim().split(/\s/)[0]?.toLowerCase());
    statements.stop();
    expect(took.filter((word) => word === 'select')).toHaveLength(4);
  });
});
