import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Explained } from '../../src/domain/explain.js';
import { PolicyStore } from '../../src/storage/policy-store.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { explainLegs } from '../../src/storage/trace/explain.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';
import type { Half } from '../support/halves.js';
import { assistant, dialer } from '../support/halves.js';
import { BASE, World } from '../support/world.js';

const HOUR = 3_600_000;
const by = { actor: { id: 'key-1', role: 'SUPERVISOR' as const }, reason: 'heard it' };

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('truncate source_pair');
  await world.db.query('update source set watermark_at = null');
  world.now = BASE + 30 * HOUR;
});

async function send(...halves: Half[]): Promise<void> {
  for (const name of ['dialer', 'assistant'] as const) {
    const records = halves.filter(([source]) => source === name).map(([, record]) => record);
    if (records.length > 0) await world.send(name, records);
  }
}

const told = async () => {
  for (const source of ['dialer', 'assistant'])
    await new WatermarkStore(world.db).report(world.tenantId, source, world.now, world.now);
};

async function match(): Promise<void> {
  while ((await world.trace.match(world.now)) > 0);
  while ((await world.trace.sweep(world.now)) > 0);
}

const legIdOf = async (externalId: string): Promise<string> => {
  const [row]: { id: string }[] = await world.db.query('select id from leg where external_id = $1', [
    externalId,
  ]);
  return row?.id ?? '';
};

const explain = async (one: string, other: string): Promise<Explained> =>
  explainLegs(world.db.manager, world.tenantId, [await legIdOf(one), await legIdOf(other)], world.now);

interface Stored {
  points: number;
  margin: number | null;
  obstacles: string[];
  rivals: object[];
}

/** The explanation of a pair says what is stored of it; answers the obstacles. */
async function expectAsStored(one: string, other: string): Promise<string[]> {
  const { score, margin, obstacles, rivals } = await explain(one, other);
  const [stored]: Stored[] = await world.db.query(
    `select p.points, p.margin, p.obstacles, p.rivals from leg_pair p
       join leg d on d.id = p.dialer_leg_id join leg a on a.id = p.assistant_leg_id
      where d.external_id = $1 and a.external_id = $2`,
    [one, other],
  );
  expect({ points: score?.points, margin, obstacles, rivals }).toEqual(stored);
  return obstacles;
}

describe('the explanation of two halves that are not one', () => {
  it('names the key that is used again a day later', async () => {
    const late = 90_100;
    await send(
      dialer('d1', 0, 100, { key: 'k' }),
      assistant('a1', 4, 99, { key: 'k' }),
      dialer('d2', late, late + 100, { key: 'k' }),
    );
    expect(await explain('d2', 'a1')).toMatchObject({
      areTogether: false,
      reasons: ['KEY_QUARANTINED', 'NO_SHARED_KEY', 'VETOED'],
      sharedKeys: [{ value: 'k' }],
    });
  });

  it('says that a person has dismissed them', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await match();
    const ids = [await legIdOf('d1'), await legIdOf('a1')] as const;
    await new Decisions(world.db).dismiss(world.tenantId, ids, by, world.now);
    await told();
    await match();
    const { reasons, score } = await explain('a1', 'd1');
    expect(reasons).toEqual(['DISMISSED_BY_PERSON', 'NO_SHARED_KEY', 'VETOED']);
    expect(score?.vetoes).toEqual(['CANNOT_LINK']);
  });

  it('takes no leg of the same role for the other half', async () => {
    await send(
      dialer('d0', 0, 100, { key: 'k' }),
      dialer('d1', 1, 100, { key: 'k' }),
      assistant('a1', 4, 99),
    );
    await match();
    expect((await explain('d0', 'a1')).reasons).toEqual(['NO_SHARED_KEY', 'SCORE_SUFFICES', 'OBSTRUCTED']);
    expect(await expectAsStored('d0', 'a1')).toEqual(['WATERMARK_BEHIND']);
    expect((await explain('d1', 'a1')).reasons).toEqual(['NO_SHARED_KEY', 'OTHER_LEG_STANDS']);
  });

  it('names the other half that one has by key', async () => {
    await send(
      dialer('d1', 0, 100, { key: 'k' }),
      assistant('a1', 4, 99, { key: 'k' }),
      assistant('a2', 5, 98),
    );
    await match();
    const { reasons, score, obstacles } = await explain('d1', 'a2');
    expect([reasons, score?.vetoes, obstacles]).toEqual([['NO_SHARED_KEY', 'VETOED'], ['HAS_PARTNER'], []]);
  });

  it('tells the crowd of the number', async () => {
    const crowd = Array.from({ length: 41 }, (_, n) => dialer(`x${n}`, -1_000 - n, -990 - n));
    await send(...crowd, dialer('d1', 0, 100), assistant('a1', 4, 99));
    await told();
    await match();
    expect(await expectAsStored('d1', 'a1')).toEqual(['NUMBER_HOT']);
    const { score } = await explain('d1', 'a1');
    expect(score?.features.find(({ name }) => name === 'NUMBER_HEAT')?.value).toBe('HOT');
  });

  it('tells rivals and the thin margin', async () => {
    await send(dialer('d1', 0, 100), dialer('d2', 1, 100), assistant('a1', 4, 99));
    await told();
    await match();
    expect(await expectAsStored('d1', 'a1')).toEqual(['MARGIN_TOO_THIN']);
    const { margin, rivals } = await explain('d1', 'a1');
    expect([margin, rivals]).toEqual([
      0,
      [{ dialerId: await legIdOf('d2'), assistantId: await legIdOf('a1'), points: 105 }],
    ]);
  });

  it('tells that one of them is linked with another', async () => {
    await send(
      dialer('d1', 0, 100),
      assistant('a1', 4, 99),
      dialer('d2', 1, 100, { customer: '+13035550123' }),
    );
    await told();
    await match();
    expect((await explain('d1', 'a1')).reasons).toEqual(['TOGETHER', 'NO_SHARED_KEY']);
    const { reasons, obstacles } = await explain('d2', 'a1');
    expect(reasons).toEqual(['NO_SHARED_KEY', 'SCORE_NEEDS_A_PERSON', 'OBSTRUCTED', 'LINKED_ELSEWHERE']);
    expect(obstacles).toEqual(['SCORE_TOO_LOW', 'MARGIN_TOO_THIN']);
  });

  it('tells the policy, the watermark and the clocks', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await new PolicyStore(world.db).update(
      world.tenantId,
      1,
      { ...DEFAULT_POLICY, linkAutomatically: false },
      { changedBy: 'test', reason: null },
      world.now,
    );
    await world.db.query(
      `insert into source_pair (tenant_id, dialer_source_id, assistant_source_id, samples, is_stable, measured_at)
       select d.tenant_id, d.id, a.id, 40, false, now() from source d join source a on a.tenant_id = d.tenant_id
        where d.name = 'dialer' and a.name = 'assistant'`,
    );
    await match();
    expect(await expectAsStored('d1', 'a1')).toEqual(['CLOCK_UNSTABLE', 'WATERMARK_BEHIND', 'AUTOMATIC_OFF']);
  });

  it('writes nothing', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    const rows = () => world.db.query('select to_jsonb(o) as orphan from orphan o order by leg_id');
    const before: unknown = await rows();
    await explain('d1', 'a1');
    expect(await rows()).toEqual(before);
    expect(await world.count('leg_pair')).toBe(0);
  });
});
