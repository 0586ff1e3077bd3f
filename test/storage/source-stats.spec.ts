import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { tryLock } from '../../src/storage/trace/locks.js';
import { rebuildTenant } from '../../src/storage/trace/rebuild.js';
import { HOUR, MeasuredWorld, MINUTE, numbered, SECOND, whole } from '../support/measured-world.js';
import { countStatements } from '../support/statements.js';
import type { World } from '../support/world.js';
import { at, BASE, callRecords } from '../support/world.js';

let measured: MeasuredWorld;
let world: World;

beforeAll(async () => {
  measured = await MeasuredWorld.create();
  world = measured.world;
});
afterAll(() => world.close());
beforeEach(() => measured.reset());

describe('the lag of a source', () => {
  it('is exact at its percentiles, by the first record of a call that states its end', async () => {
    for (let lag = 1; lag <= 100; lag += 1) {
      world.now = BASE + (60 + lag) * SECOND;
      await world.send('dialer', whole(`d${lag}`, 0, 60, null));
      world.now += HOUR;
      await world.send('dialer', { ...whole(`d${lag}`, 0, 60, null), version: '2', carrier: 'told again' });
    }
    await measured.measure();
    const { lag } = await measured.source('dialer');
    expect(lag).toMatchObject({
      p50Ms: 50_000,
      p95Ms: 95_000,
      p99Ms: 99_000,
      samples: 100,
      measuredAt: world.now,
    });
    expect((await measured.source('assistant')).lag).toBeNull();
    expect(await measured.query('{ sources { name lag { p50Ms p95Ms p99Ms samples } } }')).toEqual({
      sources: [
        { name: 'assistant', lag: null },
        { name: 'dialer', lag: { p50Ms: 50_000, p95Ms: 95_000, p99Ms: 99_000, samples: 100 } },
        { name: 'human', lag: null },
      ],
    });
  });

  it('leaves out what ended more than seven days ago, and history that was loaded three days late', async () => {
    await world.send('dialer', whole('old', -8 * 24 * 3_600, -8 * 24 * 3_600 + 1, null));
    await world.send('dialer', whole('loaded', -4 * 24 * 3_600, -4 * 24 * 3_600 + 1, null));
    await world.send('dialer', whole('fresh', 0, 130, null));
    await measured.measure();
    expect((await measured.source('dialer')).lag).toMatchObject({ samples: 1, p99Ms: 0 });
  });

  it('knows how long a call goes on without a word', async () => {
    for (const { source, record } of callRecords('x')) await world.send(source, record);
    await measured.measure();
    expect((await measured.source('dialer')).lag).toMatchObject({ gapP99Ms: 118_000, gapSamples: 2 });
    expect((await measured.source('assistant')).lag).toMatchObject({ gapP99Ms: 109_000, gapSamples: 2 });
  });

  it('puts off the deadline of what is missing', async () => {
    await measured.slow('dialer', { p99Ms: 2 * HOUR });
    await measured.assistantAlone();
    const rows: { expectedBy: number }[] = await measured.db.query(
      'select expected_by as "expectedBy" from interaction',
    );
    expect(rows).toEqual([{ expectedBy: BASE + 119 * SECOND + 2 * HOUR }]);
  });

  it('puts off the presumed end of a call whose source says little', async () => {
    await measured.slow('dialer', { gapP99Ms: 20 * MINUTE, gapSamples: 20 });
    await world.send('dialer', { externalId: 'd', occurredAt: at(0), status: 'ACTIVE', answeredAt: at(0) });
    const due: { at: number }[] = await measured.db.query('select next_evaluation_at as at from interaction');
    expect(due).toEqual([{ at: world.now + 40 * MINUTE }]);
  });
});

describe('the clocks of a pair of sources', () => {
  it('are measured on forty keyed calls, the assistant seven seconds ahead (scenario 12)', async () => {
    await measured.calls(numbered('c', 40), 0, 7);
    await measured.measure();
    const [pair, ...others] = await measured.reader.pairs(world.tenantId);
    expect(others).toEqual([]);
    expect(pair).toMatchObject({ samples: 40, isStable: true, spreadMs: 0, measuredAt: world.now });
    expect(Math.abs((pair?.offsetMs ?? 0) - 7_000)).toBeLessThanOrEqual(500);
    const offset = { offsetMs: pair?.offsetMs, samples: 40, isStable: true };
    expect(
      await measured.query('{ sources { clockOffsets { other { name } offsetMs samples isStable } } }'),
    ).toEqual({
      sources: [
        { clockOffsets: [{ other: { name: 'dialer' }, ...offset }] },
        { clockOffsets: [{ other: { name: 'assistant' }, ...offset }] },
        { clockOffsets: [] },
      ],
    });
  });

  it("show an assistant's start by the dialer's clock beside the raw one", async () => {
    await measured.calls(numbered('c', 40), 0, 7);
    await world.send('assistant', whole('nobody', 3, 30, 'other'));
    await measured.measure();
    const { interactions } = await measured.query(
      '{ interactions(first: 100) { nodes { legs { role externalId startedAt adjustedStartedAt } } } }',
    );
    const legs = (
      interactions as { nodes: { legs: { role: string; externalId: string }[] }[] }
    ).nodes.flatMap((node) => node.legs);
    const leg = (externalId: string) => legs.find((one) => one.externalId === externalId);
    expect(leg('a-c-3')).toMatchObject({ startedAt: at(11), adjustedStartedAt: at(4) });
    expect(leg('d-c-3')).toMatchObject({ startedAt: at(3), adjustedStartedAt: null });
    expect(leg('nobody')).toMatchObject({ startedAt: at(3), adjustedStartedAt: null });
  });

  it('do not decide whether a keyed call lines up: its numbers by one clock stand beside those it is judged by', async () => {
    await measured.calls(numbered('c', 40), 0, 20);
    const numbers = async () => {
      const { interactions } = await measured.query(
        `{ interactions(first: 100) { nodes { status alignment { isAligned joinDelayMs overrunMs }
             adjustedAlignment { clockOffsetMs joinDelayMs overrunMs } } } }`,
      );
      return (interactions as { nodes: object[] }).nodes;
    };
    const [raw] = await numbers();
    expect(raw).toMatchObject({ status: 'PARTIAL', adjustedAlignment: null });
    await measured.measure();
    const [seen] = await numbers();
    const { alignment } = seen as { alignment: { joinDelayMs: number; overrunMs: number } };
    expect(seen).toEqual({
      ...raw,
      adjustedAlignment: {
        clockOffsetMs: 20_000,
        joinDelayMs: alignment.joinDelayMs - 20_000,
        overrunMs: alignment.overrunMs - 20_000,
      },
    });
    await rebuildTenant(measured.db, world.tenantId, new Map(), world.now, () => undefined);
    expect((await numbers())[0]).toEqual(seen);
  });

  it('are not known from fewer than thirty calls, nor from calls without a key', async () => {
    await measured.calls(numbered('c', 29), 0, 7);
    await measured.calls(numbered('n', 29), 100, 7, false);
    await measured.measure();
    expect(await measured.reader.pairs(world.tenantId)).toMatchObject([{ samples: 29, offsetMs: null }]);
  });
});

describe('measuring', () => {
  it('takes fifteen statements a tenant, however many calls there are', async () => {
    const statementsFor = async (count: number) => {
      await measured.calls(numbered(`n${count}`, count), 0);
      await measured.measure();
      const counter = countStatements(measured.db);
      await measured.measure();
      counter.stop();
      return counter.statements.filter(({ sql }) => !/^(START|COMMIT)|set last_record_at/.test(sql)).length;
    };
    expect(await statementsFor(5)).toBe(15);
    expect(await statementsFor(50)).toBe(15);
  });

  it('is done by one process at a time', async () => {
    await measured.db.transaction(async (other) => {
      expect(await tryLock(other, world.tenantId, 'measure')).toBe(true);
      expect(await measured.measure()).toBe(false);
      expect(await measured.stats.measureTenant(world.tenants[1] ?? '', world.now)).toBe(true);
    });
    expect(await measured.measure()).toBe(true);
  });

  it('reaches every tenant heard of in seven days', async () => {
    const faults: unknown[] = [];
    await measured.db.query('update source set last_record_at = $1', [new Date(world.now)]);
    for (const tenantId of world.tenants) await world.send('dialer', whole('d', 0, 60, null), tenantId);
    await measured.stats.measure(world.now, (error) => faults.push(error));
    expect(faults).toEqual([]);
    const lags: { n: number }[] = await measured.db.query(
      'select count(*)::int as n from source where lag is not null',
    );
    expect(lags).toEqual([{ n: world.tenants.length }]);
  });
});
