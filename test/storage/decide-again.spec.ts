import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyChange } from '../../src/domain/policy.js';
import { changed } from '../../src/domain/policy.js';
import { PolicyStore } from '../../src/storage/policy-store.js';
import { SourceActivity } from '../../src/storage/source-activity.js';
import { SourceStats } from '../../src/storage/source-stats.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';
import type { Half } from '../support/halves.js';
import { assistant, CALLER, dialer } from '../support/halves.js';
import { BASE, World } from '../support/world.js';

const HOUR = 3_600_000;
const DERIVED = `leg, call, transcript_entry, tool_call, knowledge_search, correlation_key, quarantined_key, orphan,
  leg_pair, interaction, interaction_redirect, interaction_version, status_change, funnel_delta, funnel_cell`;

let world: World;
let policies: PolicyStore;
let stats: SourceStats;
beforeAll(async () => {
  world = await World.create();
  policies = new PolicyStore(world.db);
  stats = new SourceStats(world.db);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('truncate source_pair, join_health');
  await world.db.query('update source set watermark_at = null, lag = null, derived_at = null');
  world.now = BASE + 12 * HOUR;
  const watermarks = new WatermarkStore(world.db);
  for (const source of ['dialer', 'assistant'])
    await watermarks.report(world.tenantId, source, world.now, world.now);
});

async function send(...halves: Half[]): Promise<void> {
  for (const name of ['dialer', 'assistant'] as const) {
    const records = halves.filter(([source]) => source === name).map(([, record]) => record);
    if (records.length > 0) await world.send(name, records);
  }
}

/** Looks until nothing is due. */
async function match(): Promise<void> {
  while ((await world.trace.match(world.now)) > 0);
  while ((await world.trace.sweep(world.now)) > 0);
}

const rebuild = () => world.trace.rebuild(world.tenantId, new Map(), world.now);

/** The pairs of legs, each with what stands in the way of a link; none: it is linked. */
async function pairs(): Promise<Record<string, string[]>> {
  const rows: { pair: string; obstacles: string[]; isLinked: boolean }[] = await world.db.query(
    `select d.external_id || '/' || a.external_id as pair, p.is_linked as "isLinked", p.obstacles
       from leg_pair p join leg d on d.id = p.dialer_leg_id join leg a on a.id = p.assistant_leg_id order by 1`,
  );
  for (const { isLinked, obstacles } of rows) expect(isLinked).toBe(obstacles.length === 0);
  return Object.fromEntries(rows.map(({ pair, obstacles }) => [pair, obstacles]));
}

/** What is decided is what source records alone would make now. */
async function expectAsFromNothing(decided: Record<string, string[]>): Promise<void> {
  expect(await pairs()).toEqual(decided);
  const groups = (await world.summaries()).map(({ legs }) => legs.join(' + '));
  await world.db.query(`truncate ${DERIVED}`);
  await rebuild();
  await match();
  expect(await pairs()).toEqual(decided);
  expect((await world.summaries()).map(({ legs }) => legs.join(' + '))).toEqual(groups);
}

const change = async (patch: PolicyChange): Promise<void> => {
  const { policy } = await policies.current(world.tenantId);
  const by = { changedBy: 'test', reason: null };
  await policies.update(world.tenantId, policy.version, changed(policy, patch), by, world.now);
};

const LINKED = { 'd1/a1': [] };

describe('a policy that links nothing by itself', () => {
  beforeEach(() => send(dialer('d1', 0, 100), assistant('a1', 4, 99)));

  it('links what it has only suggested when it is changed', async () => {
    await change({ linkAutomatically: false });
    await match();
    expect(await pairs()).toEqual({ 'd1/a1': ['AUTOMATIC_OFF'] });
    await change({ linkAutomatically: true });
    await match();
    await expectAsFromNothing(LINKED);
  });

  it('takes back the links that another has made', async () => {
    await match();
    expect(await pairs()).toEqual(LINKED);
    await change({ linkAutomatically: false });
    await match();
    await expectAsFromNothing({ 'd1/a1': ['AUTOMATIC_OFF'] });
    expect((await world.summaries()).map(({ status }) => status)).toEqual(['DROPPED', 'DROPPED']);
  });

  it('concerns the calls of its direction', async () => {
    await match();
    await change({ overrides: [{ channel: null, direction: 'OUTBOUND', linkAutomatically: false }] });
    await match();
    expect(await pairs()).toEqual(LINKED);
    await change({ overrides: [{ channel: 'VOICE', direction: 'INBOUND', linkAutomatically: false }] });
    await match();
    await expectAsFromNothing({ 'd1/a1': ['AUTOMATIC_OFF'] });
  });

  it('has nothing compared again when something else of it is changed', async () => {
    await match();
    await change({ silence: 60_000 });
    const due: object[] = await world.db.query('select from orphan where check_at is not null');
    expect(due).toHaveLength(0);
  });
});

/** Keyed calls of other people a minute apart; the assistant's clock is so many seconds ahead. */
const keyed = (count: number, from: number, ahead: (n: number) => number): Half[] =>
  Array.from({ length: count }, (_, n) => {
    const [begin, customer] = [from + n * 60, `+1303555${String(n).padStart(4, '0')}`];
    return [
      dialer(`k${from}-${n}`, begin, begin + 50, { key: `key-${from}-${n}`, customer }),
      assistant(`l${from}-${n}`, begin + 1 + ahead(n), begin + 49 + ahead(n), {
        key: `key-${from}-${n}`,
        customer,
      }),
    ];
  }).flat();

const measure = () => stats.measureTenant(world.tenantId, world.now);

describe('the clocks of two sources', () => {
  it('link what looked impossible once it is known how far they are apart', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 22, 117));
    await match();
    expect(await pairs()).toEqual({});
    await send(...keyed(40, 1_000, () => 20));
    await measure();
    await match();
    await expectAsFromNothing(LINKED);
  });

  it('move what is linked only when they move by half a second', async () => {
    const due = async () =>
      (await world.db.query<object[]>('select from orphan where check_at is not null')).length;
    await send(...keyed(40, 1_000, () => 20), dialer('d1', 0, 100), assistant('a1', 22, 117));
    await measure();
    await match();
    expect([await pairs(), await due()]).toEqual([LINKED, 0]);
    await send(...keyed(41, 4_000, () => 20.4));
    await measure();
    expect(await due()).toBe(0);
    await send(...keyed(90, 8_000, () => 21));
    await measure();
    expect(await due()).toBeGreaterThan(0);
    await match();
    await expectAsFromNothing(LINKED);
  });

  it('part what they have linked while they jump, and link it again when they are steady', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 2, 99), ...keyed(40, 1_000, () => 0));
    await measure();
    await match();
    expect(await pairs()).toEqual(LINKED);
    await send(...keyed(20, 9_000, () => 3));
    await measure();
    await match();
    const [pair]: { isStable: boolean }[] = await world.db.query(
      'select is_stable as "isStable" from source_pair',
    );
    expect(pair?.isStable).toBe(false);
    await expectAsFromNothing({ 'd1/a1': ['CLOCK_UNSTABLE'] });
    await send(...keyed(40, 15_000, () => 0));
    await measure();
    await match();
    await expectAsFromNothing(LINKED);
  });
});

/** Legs of the customer's number that have no other half. */
const crowd = (count: number, from: number, key?: string): Half[] =>
  Array.from({ length: count }, (_, n) =>
    dialer(`x${from}-${n}`, from + n * 20, from + n * 20 + 5, key === undefined ? {} : { key: `${key}${n}` }),
  );

describe('a number that too many have', () => {
  const pair = [dialer('d1', 0, 100), assistant('a1', 4, 99)];
  const HOT = { 'd1/a1': ['NUMBER_HOT'] };

  it.each([
    ['before the pair', -2_000],
    ['after the pair', 400],
  ])('is hot by its legs %s, whatever came first', async (_where, from) => {
    await send(...pair);
    await match();
    expect(await pairs()).toEqual(LINKED);
    await send(...crowd(41, from));
    await match();
    await expectAsFromNothing(HOT);
  });

  it('is hot by its legs before and after the pair together', async () => {
    await send(...pair, ...crowd(20, -2_000), ...crowd(20, 400));
    await match();
    await expectAsFromNothing(HOT);
  });

  it('is not hot by forty legs, nor by more of them that no eight hours hold', async () => {
    await send(...pair, ...crowd(19, -2_000), ...crowd(19, 400), ...crowd(19, 8 * 3_600));
    await match();
    await expectAsFromNothing(LINKED);
  });

  it('ceases to be hot when its legs find their other halves', async () => {
    await send(...pair, ...crowd(39, 400, 'late'));
    await match();
    expect(await pairs()).toEqual(HOT);
    await send(assistant('y', 401, 404, { key: 'late0' }));
    await match();
    await expectAsFromNothing(LINKED);
  });

  it('ceases to be hot when a leg is told of again, with another number', async () => {
    await send(...pair, ...crowd(39, 400));
    await match();
    expect(await pairs()).toEqual(HOT);
    await world.send('dialer', {
      ...dialer('x400-0', 400, 405, { customer: '+12025550777' })[1],
      version: '2',
      occurredAt: new Date(BASE + 500_000).toISOString(),
    });
    await match();
    await expectAsFromNothing(LINKED);
  });
});

describe('a leg that is told of again', () => {
  it('is no rival any more where it was', async () => {
    await send(dialer('d1', 0, 100), dialer('d2', 1, 100), assistant('a1', 4, 99));
    await match();
    expect(await pairs()).toEqual({ 'd1/a1': ['MARGIN_TOO_THIN'], 'd2/a1': ['MARGIN_TOO_THIN'] });
    const moved = dialer('d2', 7_000, 7_100, { customer: '+12025550777' })[1];
    await world.send('dialer', { ...moved, version: '2' });
    await match();
    await expectAsFromNothing(LINKED);
  });
});

describe('a pair that was suggested', () => {
  it('is decided no more once a key has joined its halves', async () => {
    await change({ linkAutomatically: false });
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await match();
    expect(await pairs()).toEqual({ 'd1/a1': ['AUTOMATIC_OFF'] });
    const told = { key: 'shared' };
    for (const [source, record] of [dialer('d1', 0, 100, told), assistant('a1', 4, 99, told)])
      await send([source, { ...record, version: '9' }]);
    await match();
    await expectAsFromNothing({});
  });
});

describe('what was weighed by other rules', () => {
  beforeEach(async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99), assistant('a2', 300, 310, { customer: CALLER }));
    await match();
    await world.db.query('update tenant set link_rules_version = 0');
    await world.db.query('delete from leg_pair');
  });

  it('is weighed anew by the first look under the present ones', async () => {
    await match();
    expect(await pairs()).toEqual(LINKED);
    expect(await world.trace.match(world.now)).toBe(0);
  });

  it('is weighed anew by a rebuild in place', async () => {
    await world.db.query('update tenant set link_rules_version = 99');
    await match();
    expect(await pairs()).toEqual({});
    await rebuild();
    expect(await pairs()).toEqual(LINKED);
  });
});

describe('a rebuild from nothing of a tenant whose sources are silent', () => {
  it('keeps the links that were made while they were heard of', async () => {
    const sources: { id: string }[] = await world.db
      .query(
        `update source set watermark_at = null, last_record_at = $1, last_event_at = $1, steady_since = $2, lag = $3
        returning id`,
        [
          new Date(world.now - 60_000),
          new Date(world.now - HOUR),
          { p50Ms: 1, p95Ms: 1, p99Ms: 1, samples: 20, gapP99Ms: null, gapSamples: 0, measuredAt: BASE },
        ],
      )
      .then(([rows]) => rows);
    const activity = new SourceActivity(world.db);
    for (const { id } of sources)
      activity.note(world.tenantId, id, { lastRecordAt: world.now, lastEventAt: world.now });
    await activity.flush();
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await measure();
    await match();
    expect(await pairs()).toEqual(LINKED);
    world.now += 5 * HOUR;
    await expectAsFromNothing(LINKED);
  });
});

type Step =
  | { kind: 'half'; half: Half }
  | { kind: 'told'; source: 'dialer' | 'assistant'; seconds: number }
  | { kind: 'policy'; linkAutomatically: boolean }
  | { kind: 'clocks'; ahead: number }
  | { kind: 'crowd'; from: number }
  | { kind: 'look' };

describe('whatever comes, and in whatever order what decides about it changes', () => {
  const half = fc
    .record({
      role: fc.constantFrom('dialer', 'assistant'),
      id: fc.nat(4),
      answer: fc.constantFrom(0, 2, 4, 8, 22, 40),
      lasts: fc.constantFrom(60, 90),
      customer: fc.constantFrom(CALLER, CALLER, '+12025550777'),
      key: fc.constantFrom(undefined, undefined, undefined, 'shared'),
    })
    .map(({ role, id, answer, lasts, customer, key }): Step => {
      const make = role === 'dialer' ? dialer : assistant;
      const rest = { customer, ...(key === undefined ? {} : { key }) };
      return { kind: 'half', half: make(`${role[0]}${id}`, answer, answer + lasts, rest) };
    });
  const steps = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: half },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('told' as const),
          source: fc.constantFrom('dialer' as const, 'assistant' as const),
          seconds: fc.constantFrom(80, 3_600),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('policy' as const), linkAutomatically: fc.boolean() }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('clocks' as const), ahead: fc.constantFrom(0, 18) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('crowd' as const), from: fc.constantFrom(-900, 200) }),
      },
      { weight: 4, arbitrary: fc.constant<Step>({ kind: 'look' }) },
    ),
    { minLength: 6, maxLength: 16 },
  );

  async function take(step: Step, place: number): Promise<void> {
    switch (step.kind) {
      case 'half': {
        const [source, record] = step.half;
        return send([source, { ...record, version: String(place).padStart(3, '0') }]);
      }
      case 'told': {
        const at = BASE + step.seconds * 1_000;
        await new WatermarkStore(world.db).report(world.tenantId, step.source, at, world.now);
        return;
      }
      case 'policy':
        return change({ linkAutomatically: step.linkAutomatically });
      case 'clocks':
        await send(...keyed(40, 5_000 * (place + 1), () => step.ahead));
        await measure();
        return;
      case 'crowd':
        return send(...crowd(38, step.from));
      case 'look':
        return match();
    }
  }

  it('the links are those that a rebuild from nothing makes (property)', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await world.clear();
        await world.db.query('truncate source_pair, join_health');
        await world.db.query('update source set watermark_at = null');
        for (const [place, step] of all.entries()) await take(step, place);
        await match();
        await expectAsFromNothing(await pairs());
      }),
      { numRuns: 10 },
    );
  }, 180_000);
});
