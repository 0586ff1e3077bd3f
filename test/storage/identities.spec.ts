import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';
import type { Half } from '../support/halves.js';
import { assistant, dialer } from '../support/halves.js';
import { BASE, World } from '../support/world.js';

const HOUR = 3_600_000;

let world: World;
let decisions: Decisions;
beforeAll(async () => {
  world = await World.create();
  decisions = new Decisions(world.db);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('update source set watermark_at = null');
  world.now = BASE + 2 * HOUR;
});

async function send(...records: Half[]): Promise<void> {
  for (const [source, record] of records) await world.send(source, record);
}

/** Both sources have told everything; what fits is linked. */
async function match(): Promise<void> {
  const watermarks = new WatermarkStore(world.db);
  for (const source of ['dialer', 'assistant'])
    await watermarks.report(world.tenantId, source, BASE + HOUR, world.now);
  while ((await world.trace.match(world.now)) > 0);
  while ((await world.trace.sweep(world.now)) > 0);
}

/** Where each leg is, by its name. */
async function places(): Promise<Record<string, string>> {
  const rows: { name: string; id: string }[] = await world.db.query(
    'select external_id as name, interaction_id as id from leg',
  );
  return Object.fromEntries(rows.map(({ name, id }) => [name, id]));
}

async function legId(name: string): Promise<string> {
  const [row]: { id: string }[] = await world.db.query('select id from leg where external_id = $1', [name]);
  return row?.id ?? '';
}

const redirects = (): Promise<{ id: string; survivorId: string }[]> =>
  world.db.query('select id, survivor_id as "survivorId" from interaction_redirect order by id');

const groups = async () => (await world.summaries()).map(({ legs }) => legs.join(' + '));
const by = { actor: { id: 'key-1', role: 'SUPERVISOR' as const }, reason: 'heard it' };

const link = async (survivor: string, ...others: string[]) => {
  const at = await places();
  return decisions.link(
    world.tenantId,
    at[survivor] ?? '',
    others.map((name) => at[name] ?? ''),
    by,
    world.now,
  );
};

describe('taking back a link', () => {
  it('gives each interaction its own id again, with its revisions, its age and its history', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 400, 499, { customer: '+12025550777' }));
    const before = await places();
    const born = await world.db.query('select id, created_at from interaction order by id');
    world.now += 1_000;
    const { auditId } = await link('a1', 'd1');
    expect(await redirects()).toEqual([{ id: before['d1'], survivorId: before['a1'] }]);
    world.now += 1_000;
    await decisions.undo(world.tenantId, auditId, by, world.now);
    expect(await places()).toEqual(before);
    expect(await redirects()).toEqual([]);
    expect(await world.db.query('select id, created_at from interaction order by id')).toEqual(born);
    const told = await world.db.query(
      'select kind, revision from change where interaction_id = $1 order by revision',
      [before['d1']],
    );
    expect(told).toEqual([
      { kind: 'UPSERTED', revision: 1 },
      { kind: 'REMOVED', revision: 2 },
      { kind: 'UPSERTED', revision: 3 },
    ]);
    const history = await world.db.query(
      'select revision from status_change where interaction_id = $1 order by revision',
      [before['d1']],
    );
    expect(history).toEqual([{ revision: 1 }, { revision: 3 }]);
  });

  it('gives back the ids of all that were linked at once', async () => {
    await send(
      dialer('d1', 0, 100),
      dialer('d2', 200, 300, { customer: '+12025550555' }),
      assistant('a1', 400, 499, { customer: '+12025550777' }),
    );
    const before = await places();
    const { auditId } = await link('d2', 'd1', 'a1');
    await decisions.undo(world.tenantId, auditId, by, world.now);
    expect(await places()).toEqual(before);
    expect(await redirects()).toEqual([]);
  });
});

describe('linking', () => {
  it('takes along the other half of a link by circumstances', async () => {
    await send(
      dialer('d1', 0, 100),
      assistant('a1', 4, 99),
      assistant('a9', 5_000, 5_100, { customer: '+12025550777' }),
    );
    await match();
    expect(await groups()).toEqual(['assistant/a1 + dialer/d1', 'assistant/a9']);
    const { auditId, interactionId } = await link('a9', 'd1');
    expect(await groups()).toEqual(['assistant/a1 + assistant/a9 + dialer/d1']);
    expect((await places())['a1']).toBe(interactionId);
    await decisions.undo(world.tenantId, auditId, by, world.now);
    await match();
    expect(await groups()).toEqual(['assistant/a1 + dialer/d1', 'assistant/a9']);
  });
});

describe('taking out a leg', () => {
  it('leaves the interaction to the others, also when it began first', async () => {
    const key = { key: 'k1' };
    await send(dialer('d1', 0, 100, key), assistant('a1', 4, 50, key), assistant('a2', 51, 99, key));
    const { d1: whole } = await places();
    const { interactionId, formerId, auditId } = await decisions.unlink(
      world.tenantId,
      await legId('d1'),
      by,
      world.now,
    );
    expect(formerId).toBe(whole);
    expect(await places()).toEqual({ d1: interactionId, a1: whole, a2: whole });
    expect(interactionId).not.toBe(whole);
    await decisions.undo(world.tenantId, auditId, by, world.now);
    expect(await places()).toEqual({ d1: whole, a1: whole, a2: whole });
    expect(await redirects()).toEqual([{ id: interactionId, survivorId: whole }]);
  });

  it('that came by a merge gives it the id back by which it was known', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 400, 499, { customer: '+12025550777' }));
    const before = await places();
    await link('d1', 'a1');
    await decisions.unlink(world.tenantId, await legId('a1'), by, world.now);
    expect(await places()).toEqual(before);
    expect(await redirects()).toEqual([]);
  });
});
