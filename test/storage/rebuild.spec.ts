import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';
import type { Half } from '../support/halves.js';
import { assistant, dialer } from '../support/halves.js';
import { BASE, callRecords, World } from '../support/world.js';

const HOUR = 3_600_000;
const KEYED = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';
const OTHER = '+12025550777';
const by = { actor: { id: 'key-1', role: 'SUPERVISOR' as const }, reason: 'because' };

/** What source records and decisions do not say; all of it can be made again. */
const DERIVED = `leg, call, transcript_entry, tool_call, knowledge_search, correlation_key, quarantined_key, orphan,
  leg_pair, interaction, interaction_redirect, interaction_version, status_change, funnel_delta, funnel_cell`;

let world: World;
let decisions: Decisions;
beforeAll(async () => {
  world = await World.create();
  decisions = new Decisions(world.db);
});
afterAll(() => world.close());

/** Every way in which legs come together or apart: by key, by score, by hand, by a key that reaches too far. */
beforeEach(async () => {
  await world.clear();
  world.now = BASE + 2 * HOUR;
  for (const { source, record } of callRecords(KEYED)) await world.send(source, record);
  await send(dialer('weak-d', 200, 300), assistant('weak-a', 204, 299));
  await send(dialer('parted-d', 400, 500, { key: 'k1' }), assistant('parted-a', 404, 499, { key: 'k1' }));
  await send(dialer('put-d', 600, 700, { customer: OTHER }), assistant('put-a', 1_600, 1_700));
  await send(dialer('no-d', 2_000, 2_100), assistant('no-a', 2_004, 2_099));
  await send(dialer('lost-d', 2_500, 2_600, { customer: '+12025550888' }));
  await send(
    ...Array.from({ length: 65 }, (_, n) =>
      dialer(`crowd-${n}`, n, n + 1, { key: 'constant', customer: OTHER }),
    ),
  );
  await send(
    ...['again-1', 'again-2'].map((id, n) =>
      dialer(id, n * 90_100, n * 90_100 + 50, { key: 'again', customer: '+12025550999' }),
    ),
    assistant('again-a', 2, 49, { key: 'again', customer: '+12025550999' }),
  );
  const watermarks = new WatermarkStore(world.db);
  for (const source of ['dialer', 'assistant'])
    await watermarks.report(world.tenantId, source, BASE + HOUR, world.now);
  await decisions.unlink(world.tenantId, await legIdOf('parted-a'), by, world.now);
  await decisions.link(
    world.tenantId,
    await interactionOf('put-a'),
    [await interactionOf('put-d')],
    by,
    world.now,
  );
  await settle();
  await decisions.unlink(world.tenantId, await legIdOf('no-a'), by, world.now);
  await decisions.resolve(
    world.tenantId,
    [await interactionOf('lost-d')],
    { kind: 'RECORD_LOST', note: null },
    by,
    world.now,
  );
  await settle();
});

async function send(...halves: Half[]): Promise<void> {
  for (const name of ['dialer', 'assistant'] as const) {
    const records = halves.filter(([source]) => source === name).map(([, record]) => record);
    if (records.length > 0) await world.send(name, records);
  }
}

async function settle(): Promise<void> {
  while ((await world.trace.match(world.now)) > 0);
  while ((await world.trace.sweep(world.now)) > 0);
}

const oneOf = async (sql: string, externalId: string): Promise<string> => {
  const [row]: { id: string }[] = await world.db.query(sql, [externalId]);
  return row?.id ?? '';
};
const legIdOf = (externalId: string) => oneOf('select id from leg where external_id = $1', externalId);
const interactionOf = (externalId: string) =>
  oneOf('select interaction_id as id from leg where external_id = $1', externalId);

const rebuild = () => world.trace.rebuild(world.tenantId, new Map(), world.now);

interface State {
  interactions: object[];
  links: object[];
  pairs: object[];
}

/** All that is derived, without what tells when and how often it was. */
async function state(): Promise<State> {
  const [interactions, links, pairs]: object[][] = await Promise.all([
    world.db.query(
      `select (to_jsonb(i) - '{id,revision,created_at,updated_at}'::text[])::jsonb as state
         from interaction i order by external_ids`,
    ),
    world.db.query(
      "select external_id, (link - 'decidedAt') as link, keys, ignored_keys from leg order by 1",
    ),
    world.db.query("select (to_jsonb(p) - 'decided_at') as pair from leg_pair p order by 1"),
  ]);
  return { interactions: interactions ?? [], links: links ?? [], pairs: pairs ?? [] };
}

describe('a rebuild', () => {
  it('has every way of joining to make again', async () => {
    const groups = (await world.summaries())
      .map(({ legs }) => legs.join(' + '))
      .filter((one) => !/crowd/.test(one));
    expect(groups).toEqual([
      `assistant/a-${KEYED} + dialer/d-${KEYED}`,
      'assistant/again-a + dialer/again-1',
      'assistant/no-a',
      'assistant/parted-a',
      'assistant/put-a + dialer/put-d',
      'assistant/weak-a + dialer/weak-d',
      'dialer/again-2',
      'dialer/lost-d',
      'dialer/no-d',
      'dialer/parted-d',
    ]);
    expect(await world.count('quarantined_key')).toBe(2);
  });

  it('changes nothing that is right, and announces nothing', async () => {
    const [before, changes, versions] = [
      await state(),
      await world.count('change'),
      await world.count('interaction_version'),
    ];
    expect(await rebuild()).toBe(79);
    expect(await state()).toEqual(before);
    expect([await world.count('change'), await world.count('interaction_version')]).toEqual([
      changes,
      versions,
    ]);
  });

  it('makes the same state again from source records and decisions alone', async () => {
    const before = await state();
    await world.db.query(`truncate ${DERIVED}`);
    expect(await rebuild()).toBe(79);
    await settle();
    expect(await state()).toEqual(before);
  });

  it('mends what is wrong, in place, and ids stay', async () => {
    const before = await state();
    const ids = await world.db.query('select id from interaction order by id');
    const [kept, strayed] = [await interactionOf('weak-a'), await legIdOf('put-d')];
    await world.db.query('update leg set interaction_id = $1 where id = $2', [kept, strayed]);
    await world.db.query(
      "update interaction set status = 'COMPLETE', outcome = null, customer_name = 'wrong'",
    );
    await world.db.query("delete from correlation_key where value = 'k1'");
    await world.db.query("update call set status = 'UNKNOWN', did = null");
    await world.db.query('delete from transcript_entry');
    await rebuild();
    await settle();
    expect(await state()).toEqual(before);
    const after: { id: string }[] = await world.db.query('select id from interaction order by id');
    expect(after).toHaveLength(ids.length);
  });
});
