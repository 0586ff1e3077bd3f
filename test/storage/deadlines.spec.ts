import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { reachOfChange } from '../../src/domain/lag.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import { tryPolicy } from '../../src/storage/policy-trial.js';
import { rebuildTenant } from '../../src/storage/trace/rebuild.js';
import { frameOf } from '../support/live.js';
import { HOUR, MeasuredWorld, MINUTE, numbered, whole } from '../support/measured-world.js';
import type { World } from '../support/world.js';
import { BASE } from '../support/world.js';

let measured: MeasuredWorld;
let world: World;

beforeAll(async () => {
  measured = await MeasuredWorld.create();
  world = measured.world;
});
afterAll(() => world.close());
beforeEach(() => measured.reset());

const drops = async () =>
  (await world.summaries())
    .filter(({ legs }) => legs.some((leg) => leg.includes('drop-')))
    .map(({ legs, status, dropStage }) => [legs.join(), status, dropStage]);

/** How many have a status as it is stored, and as the present policy would judge them now. */
async function counts(): Promise<[stored: Record<string, number>, judged: Record<string, number>]> {
  const stored: Record<string, number> = {};
  for (const { status } of await world.summaries()) stored[status] = (stored[status] ?? 0) + 1;
  const judged: Record<string, number> = {};
  const { totals } = await tryPolicy(world.db, frameOf(world), DEFAULT_POLICY, null);
  for (const { status, before } of totals) judged[status] = (judged[status] ?? 0) + before;
  return [stored, judged];
}

describe('a measurement that moves deadlines', () => {
  it('has what is stored judged anew: in place, rebuilt and as a trial says it is the same', async () => {
    await world.send('assistant', whole('drop-1', 0, 100, null));
    world.now = BASE + 100_000 + 2 * HOUR;
    await world.trace.sweep(world.now);
    expect(await drops()).toEqual([['assistant/drop-1', 'DROPPED', 'SYNC_GAP']]);

    for (const id of numbered('late', 22))
      await world.send('dialer', whole(id, -4 * 3_600, -4 * 3_600 + 60, null));
    await world.send('assistant', whole('drop-2', 0, 100, null));
    await measured.measure();
    expect((await measured.source('dialer')).lag?.p99Ms).toBeGreaterThan(6 * HOUR);
    await world.trace.sweep(world.now);

    const inPlace = [
      ['assistant/drop-1', 'PARTIAL', null],
      ['assistant/drop-2', 'PARTIAL', null],
    ];
    expect(await drops()).toEqual(inPlace);
    const [stored, judged] = await counts();
    expect(judged).toEqual(stored);
    await rebuildTenant(measured.db, world.tenantId, new Map(), world.now, () => undefined);
    expect(await drops()).toEqual(inPlace);
    expect(await counts()).toEqual([stored, stored]);
  });

  it('leaves alone what ended before every deadline that it moves', async () => {
    await world.send('assistant', whole('drop-1', -8 * 3_600, -8 * 3_600 + 100, null));
    await world.trace.sweep(world.now);
    const due = () =>
      world.db.query(
        `select count(*)::int as n from interaction i join leg l on l.tenant_id = i.tenant_id and l.interaction_id = i.id
          where l.external_id = 'drop-1' and i.next_evaluation_at <= $1`,
        [new Date(world.now)],
      );
    for (const id of numbered('late', 22))
      await world.send('dialer', whole(id, -4 * 3_600, -4 * 3_600 + 60, null));
    await measured.measure();
    expect(await due()).toEqual([{ n: 0 }]);
  });

  it.each<[what: string, before: number | undefined, after: number | undefined, reach: number | null]>([
    ['nothing when nothing changed', 2 * HOUR, 2 * HOUR, null],
    ['nothing while the window is longer', 2 * MINUTE, 14 * MINUTE, null],
    ['back to the longer of the two when it grew', undefined, 2 * HOUR, 2 * HOUR],
    ['back to the longer of the two when it shrank', 2 * HOUR, 20 * MINUTE, 2 * HOUR],
    ['back to the window when it is not known any more', 16 * MINUTE, undefined, 16 * MINUTE],
  ])('moves %s', (_what, before, after, reach) => {
    const lags = (ms: number | undefined) => (ms === undefined ? {} : { DIALER: ms });
    expect(reachOfChange(lags(before), lags(after), DEFAULT_POLICY)).toBe(reach);
  });
});
