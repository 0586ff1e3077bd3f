import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BadUserInput } from '../../src/domain/errors.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { ReconciliationReader } from '../../src/storage/reconciliation-reader.js';
import { DeletionStore } from '../../src/storage/removal/deletion-store.js';
import { removeInteractions } from '../../src/storage/removal/remove.js';
import { TraceStore } from '../../src/storage/trace/trace-store.js';
import { inTransaction } from '../../src/storage/transaction.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';
import { Decisions } from '../../src/storage/trace/decisions.js';
import type { Half } from '../support/halves.js';
import { assistant, dialer } from '../support/halves.js';
import { countStatements } from '../support/statements.js';
import { BASE, World } from '../support/world.js';

const HOUR = 3_600_000;

let world: World;
let decisions: Decisions;
let deletions: DeletionStore;
beforeAll(async () => {
  world = await World.create(2);
  decisions = new Decisions(world.db);
  deletions = new DeletionStore(world.db, new CursorCodec('secret', 'instance'));
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

async function told(seconds = 3_600): Promise<void> {
  const watermarks = new WatermarkStore(world.db);
  for (const source of ['dialer', 'assistant'])
    await watermarks.report(world.tenantId, source, BASE + seconds * 1_000, world.now);
}

/** Looks until nothing is due. */
async function match(): Promise<void> {
  while ((await world.trace.match(world.now)) > 0);
  while ((await world.trace.sweep(world.now)) > 0);
}

const groups = async () => (await world.summaries()).map(({ legs }) => legs.join(' + '));

interface Pair {
  pair: string;
  isLinked: boolean;
  points: number;
  margin: number | null;
  obstacles: string[];
}
const pairs = (): Promise<Pair[]> =>
  world.db.query(
    `select d.external_id || '/' || a.external_id as pair, p.is_linked as "isLinked", p.points, p.margin, p.obstacles
       from leg_pair p join leg d on d.id = p.dialer_leg_id join leg a on a.id = p.assistant_leg_id order by 1`,
  );

const legIdOf = async (externalId: string): Promise<string> => {
  const [row]: { id: string }[] = await world.db.query('select id from leg where external_id = $1', [
    externalId,
  ]);
  return row?.id ?? '';
};
const interactionOf = async (externalId: string): Promise<string> => {
  const [row]: { id: string }[] = await world.db.query(
    'select interaction_id as id from leg where external_id = $1',
    [externalId],
  );
  return row?.id ?? '';
};
const actor = { id: 'key-1', role: 'SUPERVISOR' as const };
const by = (reason: string) => ({ actor, reason });

describe('two halves without a common key', () => {
  it('are linked once both sources have told everything, with their evidence (scenario 5)', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await told();
    await match();
    expect(await groups()).toEqual(['assistant/a1 + dialer/d1']);
    expect(await pairs()).toEqual([
      { pair: 'd1/a1', isLinked: true, points: 105, margin: null, obstacles: [] },
    ]);
    const [{ link }] = (await world.db.query("select link from leg where external_id = 'a1'")) as [
      { link: object },
    ];
    expect(link).toMatchObject({
      tier: 'HEURISTIC',
      method: 'SCORE',
      score: 105,
      decidedBy: 'link-rules/2',
      rulesVersion: 2,
      evidence: [],
      match: { withLegId: await legIdOf('d1'), rivals: [], margin: null },
    });
    expect((await world.summaries())[0]).toMatchObject({ status: 'COMPLETE' });
  });

  it('are only suggested before that, and the drop says that a candidate exists', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await match();
    expect(await pairs()).toEqual([
      { pair: 'd1/a1', isLinked: false, points: 105, margin: null, obstacles: ['WATERMARK_BEHIND'] },
    ]);
    expect(await world.summaries()).toMatchObject([
      { legs: ['assistant/a1'], status: 'DROPPED', dropStage: 'SYNC_GAP' },
      { legs: ['dialer/d1'], status: 'DROPPED', dropStage: 'INFRA_TO_BOT', dropDetail: 'CANDIDATE_EXISTS' },
    ]);
    await told();
    await match();
    expect(await groups()).toEqual(['assistant/a1 + dialer/d1']);
  });

  it('are not linked when a second dialer leg fits as well, and stand as rivals (scenario 6)', async () => {
    await send(dialer('d1', 0, 100), dialer('d2', 1, 100), assistant('a1', 4, 99));
    await told();
    await match();
    expect(await groups()).toEqual(['assistant/a1', 'dialer/d1', 'dialer/d2']);
    expect(await pairs()).toEqual([
      { pair: 'd1/a1', isLinked: false, points: 105, margin: 0, obstacles: ['MARGIN_TOO_THIN'] },
      { pair: 'd2/a1', isLinked: false, points: 105, margin: 0, obstacles: ['MARGIN_TOO_THIN'] },
    ]);
  });

  it('part again when a rival comes later that fits as well', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await told();
    await match();
    await send(dialer('d2', 1, 100));
    await match();
    expect(await groups()).toEqual(['assistant/a1', 'dialer/d1', 'dialer/d2']);
  });

  it('part when a strong key joins one of them elsewhere (scenario 15), and the other looks again', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await told();
    await match();
    await send(assistant('a2', 3, 100, { key: 'k1' }), dialer('d1', 0, 100, { key: 'k1' }));
    await match();
    expect(await groups()).toEqual(['assistant/a1', 'assistant/a2 + dialer/d1']);
    expect(await pairs()).toEqual([]);
  });

  it('are left alone when the tenant links nothing by itself', async () => {
    await world.db.query(
      `insert into trace_policy (tenant_id, version, policy, changed_by, at) values ($1, 2, $2, 'test', now())`,
      [world.tenantId, { linkAutomatically: false }],
    );
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await told();
    await match();
    expect(await pairs()).toMatchObject([{ isLinked: false, obstacles: ['AUTOMATIC_OFF'] }]);
  });

  it('are only suggested when the number is hot', async () => {
    const crowd = Array.from({ length: 41 }, (_, n) => dialer(`x${n}`, -1_000 - n, -990 - n));
    await send(...crowd, dialer('d1', 0, 100), assistant('a1', 4, 99));
    await told();
    await match();
    expect(await pairs()).toMatchObject([{ pair: 'd1/a1', isLinked: false, obstacles: ['NUMBER_HOT'] }]);
  });

  it('are not linked when one has been deleted: the other would be hidden with it', async () => {
    await send(dialer('d1', 0, 100));
    await deletions.delete(world.tenantId, await interactionOf('d1'), by('private'), world.now);
    await send(assistant('a1', 4, 99));
    await told();
    await match();
    expect(await pairs()).toEqual([]);
    expect(await groups()).toEqual(['assistant/a1', 'dialer/d1']);
  });

  it('are not linked when one is hidden because a leg of its call has been deleted', async () => {
    await send(assistant('a1', 40, 99, { key: 'k1' }));
    await deletions.delete(world.tenantId, await interactionOf('a1'), by('private'), world.now);
    await send(dialer('d1', 0, 100), assistant('a0', 4, 99, { key: 'k1' }));
    await told();
    await match();
    expect(await pairs()).toEqual([]);
    expect(await groups()).toEqual(['assistant/a0 + assistant/a1', 'dialer/d1']);
  });

  it('are suggested when the assistant sees the number that was dialled, not the customer (rule R23)', async () => {
    const bridge = [{ namespace: 'conference', value: 'c1', scope: 'BRIDGE' }];
    const [d, a] = [dialer('d1', 0, 100)[1], assistant('a1', 4, 99, { customer: '+12025550199' })[1]];
    await world.send('dialer', d);
    await world.send('assistant', a);
    await told();
    await match();
    const only = { pair: 'd1/a1', isLinked: false, obstacles: ['SCORE_TOO_LOW', 'CARRIER_NUMBER'] };
    expect(await pairs()).toEqual([{ ...only, points: 65, margin: null }]);
    await world.send('dialer', { ...d, version: '2', keys: bridge });
    await world.send('assistant', { ...a, version: '2', keys: bridge });
    await match();
    expect(await pairs()).toEqual([{ ...only, points: 80, margin: null }]);
    expect(await groups()).toEqual(['assistant/a1', 'dialer/d1']);
  });

  it('are brought nearer by a customer id of both systems', async () => {
    const contact = [{ namespace: 'crm_contact', value: '7', scope: 'CUSTOMER' }];
    await world.send('dialer', { ...dialer('d1', 0, 100)[1], keys: contact });
    await world.send('assistant', { ...assistant('a1', 4, 99)[1], keys: contact });
    await told();
    await match();
    expect(await pairs()).toMatchObject([{ pair: 'd1/a1', isLinked: true, points: 120 }]);
  });

  it('of two tenants never meet', async () => {
    await send(dialer('d1', 0, 100));
    await world.send('assistant', assistant('a1', 4, 99)[1], world.tenants[1]);
    await match();
    expect(await pairs()).toEqual([]);
  });
});

describe('a candidate that is there no more', () => {
  const drop = async () => (await world.summaries()).find(({ legs }) => legs[0] === 'dialer/d1')?.dropDetail;
  const suggested = async () => {
    const frame = { tenantId: world.tenantId, timeZone: 'UTC', defaultCountry: 'US', now: world.now };
    const drops = await new ReconciliationReader(world.db).groups(frame, { dropStage: ['INFRA_TO_BOT'] });
    return drops.map((one) => [one.dropDetail, one.suggested]);
  };

  beforeEach(async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await match();
    expect(await suggested()).toEqual([['CANDIDATE_EXISTS', 1]]);
  });

  it('is deleted: the drop is judged anew and does not name it; it does again when it is restored', async () => {
    const id = await interactionOf('a1');
    await deletions.delete(world.tenantId, id, by('private'), world.now);
    await match();
    expect(await suggested()).toEqual([['ASSISTANT_NOT_REPORTED_YET', 0]]);
    expect(await pairs()).toEqual([]);
    await deletions.restore(world.tenantId, id, by('a mistake'), world.now);
    await match();
    expect(await suggested()).toEqual([['CANDIDATE_EXISTS', 1]]);
    expect(await pairs()).toMatchObject([{ pair: 'd1/a1', isLinked: false }]);
  });

  it('is deleted: a drop that is judged before anything is compared anew does not name it either', async () => {
    await deletions.delete(world.tenantId, await interactionOf('a1'), by('private'), world.now);
    await world.send('dialer', { ...dialer('d1', 0, 100)[1], version: '7', reference: 'R' });
    expect(await drop()).toBe('ASSISTANT_NOT_REPORTED_YET');
    expect(await suggested()).toEqual([['ASSISTANT_NOT_REPORTED_YET', 0]]);
  });

  it('is the rival of another: with it deleted the two that are left are linked, and part when it is restored', async () => {
    await send(dialer('d2', 1, 100));
    await told();
    await match();
    expect(await groups()).toEqual(['assistant/a1', 'dialer/d1', 'dialer/d2']);
    const id = await interactionOf('d2');
    await deletions.delete(world.tenantId, id, by('private'), world.now);
    await match();
    expect(await groups()).toEqual(['assistant/a1 + dialer/d1', 'dialer/d2']);
    await deletions.restore(world.tenantId, id, by('a mistake'), world.now);
    await match();
    expect(await groups()).toEqual(['assistant/a1', 'dialer/d1', 'dialer/d2']);
  });

  it('is removed for good: the drop is judged anew in the same transaction', async () => {
    const id = await interactionOf('a1');
    await inTransaction(world.db, (tx) =>
      removeInteractions(tx, world.tenantId, [id], { kind: 'PERSON', id: 'key-1' }, world.now),
    );
    expect(await drop()).toBe('ASSISTANT_NOT_REPORTED_YET');
    const [last] = (await world.db.query(
      `select cause_kind as kind, cause_id as id, why->>'code' as why from status_change
        where interaction_id = $1 order by revision desc limit 1`,
      [await interactionOf('d1')],
    )) as [object];
    expect(last).toEqual({ kind: 'PERSON', id: 'key-1', why: 'ASSISTANT_NOT_REPORTED_YET' });
  });
});

describe('what is kept of orphans', () => {
  const deletesOf = async (work: () => Promise<unknown>): Promise<number> => {
    const counter = countStatements(world.db);
    await work();
    counter.stop();
    return counter.statements.filter(({ sql }) => sql.includes('delete from orphan')).length;
  };

  it('is taken away by a statement only when a leg that was one is none any more', async () => {
    expect(await deletesOf(() => send(dialer('d1', 0, 100)))).toBe(0);
    expect(await deletesOf(() => send(assistant('a1', 300, 400, { key: 'k1' })))).toBe(0);
    expect(await deletesOf(() => send(dialer('d2', 299, 400, { key: 'k1' })))).toBe(1);
    expect(await world.db.query('select external_id as id from orphan join leg on id = leg_id')).toEqual([
      { id: 'd1' },
    ]);
    expect(await deletesOf(() => send(dialer('d2', 299, 401, { key: 'k1' })))).toBe(0);
  });
});

describe('whatever the order in which halves come, and whenever they are compared', () => {
  const halves = fc
    .array(
      fc.record({
        role: fc.constantFrom('dialer', 'assistant'),
        answer: fc.constantFrom(0, 2, 4, 8, 40, 110),
        lasts: fc.constantFrom(60, 90),
        customer: fc.constantFrom('+12025550123', '+12025550777'),
        key: fc.constantFrom(undefined, undefined, undefined, 'k1'),
      }),
      { minLength: 2, maxLength: 6 },
    )
    .map((drafts) =>
      drafts.map(({ role, answer, lasts, customer, key }, n): Half => {
        const make = role === 'dialer' ? dialer : assistant;
        return make(`${role[0]}${n}`, answer, answer + lasts, {
          customer,
          ...(key === undefined ? {} : { key }),
        });
      }),
    );
  const worlds = halves.chain((all) =>
    fc.record({
      all: fc.constant(all),
      shuffled: fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      looks: fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }),
    }),
  );

  const stateAfter = async (sent: readonly Half[], looks: readonly boolean[]) => {
    await world.clear();
    await world.db.query('update source set watermark_at = null');
    await told();
    for (const [place, one] of sent.entries()) {
      await send(one);
      if (looks[place] === true) await match();
    }
    await match();
    return { groups: await groups(), pairs: await pairs(), summaries: await world.summaries() };
  };

  it('the same halves are linked, and the same are suggested (property)', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ all, shuffled, looks }) => {
        expect(await stateAfter(shuffled, looks)).toEqual(await stateAfter(all, []));
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  it('two processes that compare at once, while records come, make one link and no fault', async () => {
    const others = await Promise.all([1, 2, 3].map(() => createDataSource(world.url).initialize()));
    const stores = [world.trace, ...others.map((db) => new TraceStore(db))];
    await told();
    await send(dialer('d1', 0, 100));
    await Promise.all([
      ...stores.map((store) => store.match(world.now)),
      send(assistant('a1', 4, 99)),
      ...stores.map((store) => store.match(world.now)),
      send(dialer('d2', 500, 600, { customer: '+12025550777' })),
    ]);
    await match();
    expect(await groups()).toEqual(['assistant/a1 + dialer/d1', 'dialer/d2']);
    await Promise.all(others.map((db) => db.destroy()));
  });
});

describe('a person decides', () => {
  it('takes a leg out for good, whatever key it shares, and can undo it (scenario 16)', async () => {
    await send(dialer('d1', 0, 100, { key: 'k1' }), assistant('a1', 4, 99, { key: 'k1' }));
    const { auditId } = await decisions.unlink(
      world.tenantId,
      await legIdOf('a1'),
      by('not our call'),
      world.now,
    );
    expect(await groups()).toEqual(['assistant/a1', 'dialer/d1']);
    await send(assistant('a1', 4, 99, { key: 'k1' }), dialer('d1', 0, 100, { key: 'k1' }));
    await world.send('dialer', { ...dialer('d1', 0, 100, { key: 'k1' })[1], version: '7', reference: 'R' });
    await told();
    await match();
    expect(await groups()).toEqual(['assistant/a1', 'dialer/d1']);
    const [row] = (await world.db.query(
      "select array(select d->>'code' from jsonb_array_elements(disagreements) d) as codes from interaction",
    )) as [{ codes: string[] }];
    expect(row.codes).toEqual(['KEY_OVERRULED']);
    await decisions.undo(world.tenantId, auditId, by('it was'), world.now);
    expect(await groups()).toEqual(['assistant/a1 + dialer/d1']);
    await expect(decisions.undo(world.tenantId, auditId, by('again'), world.now)).rejects.toThrow(
      'undone already',
    );
    expect(await world.db.query('select action, reason from audit_entry order by id')).toEqual([
      { action: 'LEG_UNLINKED', reason: 'not our call' },
      { action: 'UNDONE', reason: 'it was' },
    ]);
  });

  it('links interactions of which the named one survives, and undoes it', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 400, 499, { customer: '+12025550777' }));
    const [survivor, other] = [await interactionOf('a1'), await interactionOf('d1')];
    const { auditId, interactionId } = await decisions.link(
      world.tenantId,
      survivor,
      [other],
      by('heard it'),
      world.now,
    );
    expect(interactionId).toBe(survivor);
    expect(await interactionOf('d1')).toBe(survivor);
    expect(await groups()).toEqual(['assistant/a1 + dialer/d1']);
    const links = await world.db.query("select link->>'tier' as tier, link->>'method' as method from leg");
    expect(links).toEqual([
      { tier: 'PERSON', method: 'PERSON' },
      { tier: 'PERSON', method: 'PERSON' },
    ]);
    await decisions.undo(world.tenantId, auditId, by('no'), world.now);
    expect(await groups()).toEqual(['assistant/a1', 'dialer/d1']);
  });

  it('leaves on each leg the version of the rules that joined it, as on those joined by key and on those alone', async () => {
    await send(dialer('d1', 0, 100, { key: 'k1' }), assistant('a1', 4, 99, { key: 'k1' }));
    await send(dialer('d2', 400, 500, { customer: '+12025550777' }), assistant('a2', 900, 990));
    await send(assistant('a3', 2_000, 2_100));
    const [one, other] = [await interactionOf('d2'), await interactionOf('a2')];
    await decisions.link(world.tenantId, one, [other], by('heard it'), world.now);
    const links = await world.db.query(
      `select external_id as leg, link->>'tier' as tier, link->>'decidedBy' as by, link->'rulesVersion' as version
         from leg order by 1`,
    );
    expect(links).toEqual([
      { leg: 'a1', tier: 'KEY', by: 'join-rules/1', version: 1 },
      { leg: 'a2', tier: 'PERSON', by: 'person', version: 1 },
      { leg: 'a3', tier: 'ALONE', by: 'join-rules/1', version: 1 },
      { leg: 'd1', tier: 'KEY', by: 'join-rules/1', version: 1 },
      { leg: 'd2', tier: 'PERSON', by: 'person', version: 1 },
    ]);
  });

  it('links again what was parted before: the later decision holds', async () => {
    await send(dialer('d1', 0, 100, { key: 'k1' }), assistant('a1', 4, 99, { key: 'k1' }));
    await decisions.unlink(world.tenantId, await legIdOf('a1'), by('no'), world.now);
    await decisions.link(
      world.tenantId,
      await interactionOf('d1'),
      [await interactionOf('a1')],
      by('yes'),
      world.now,
    );
    expect(await groups()).toEqual(['assistant/a1 + dialer/d1']);
  });

  it('dismisses a suggestion, which comes back only when that is undone', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await match();
    const { auditId } = await decisions.dismiss(
      world.tenantId,
      [await legIdOf('d1'), await legIdOf('a1')],
      by('two people'),
      world.now,
    );
    await told();
    await match();
    expect(await pairs()).toEqual([]);
    expect(await world.summaries()).toMatchObject([{}, { dropDetail: 'ASSISTANT_NEVER_STARTED' }]);
    await decisions.undo(world.tenantId, auditId, by('one'), world.now);
    await match();
    expect(await groups()).toEqual(['assistant/a1 + dialer/d1']);
  });

  it('resolves a group of drops at once and undoes it at once', async () => {
    await send(dialer('d1', 0, 100), dialer('d2', 600, 700, { customer: '+12025550777' }));
    await match();
    const ids = [await interactionOf('d1'), await interactionOf('d2')];
    const { batchId } = await decisions.resolve(
      world.tenantId,
      ids,
      { kind: 'RECORD_LOST', note: 'outage' },
      by('outage of the assistant'),
      world.now,
    );
    const resolved = () => world.db.query("select resolution->>'kind' as kind from interaction order by id");
    expect(await resolved()).toEqual([{ kind: 'RECORD_LOST' }, { kind: 'RECORD_LOST' }]);
    expect((await decisions.undo(world.tenantId, batchId, by('found'), world.now)).auditIds).toHaveLength(2);
    expect(await resolved()).toEqual([{ kind: null }, { kind: null }]);
  });

  it('is refused what makes no sense, and nothing changes', async () => {
    await send(
      dialer('d1', 0, 100),
      assistant('a1', 4, 99, { key: 'other' }),
      dialer('d3', 4, 99, { key: 'other' }),
    );
    await match();
    const before = await world.summaries();
    const [one, nobody] = [await interactionOf('d1'), '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30'];
    const tenant = world.tenantId;
    await expect(decisions.link(tenant, one, [one], by('x'), world.now)).rejects.toThrow(BadUserInput);
    await expect(decisions.link(tenant, one, [nobody], by('x'), world.now)).rejects.toThrow('interaction');
    await expect(decisions.unlink(tenant, await legIdOf('d1'), by('x'), world.now)).rejects.toThrow('alone');
    await expect(decisions.unlink(tenant, nobody, by('x'), world.now)).rejects.toThrow('leg');
    await expect(decisions.dismiss(tenant, [nobody, nobody], by('x'), world.now)).rejects.toThrow(
      'suggestion',
    );
    await expect(decisions.undo(tenant, nobody, by('x'), world.now)).rejects.toThrow('audit entry');
    const complete = await interactionOf('a1');
    await expect(
      decisions.resolve(tenant, [complete], { kind: 'ACCEPTED', note: null }, by('x'), world.now),
    ).rejects.toThrow('dropped');
    await expect(
      decisions.link(world.tenants[1] ?? '', one, [await interactionOf('a1')], by('x'), world.now),
    ).rejects.toThrow('interaction');
    expect(await world.summaries()).toEqual(before);
    expect(await world.count('audit_entry')).toBe(0);
  });
});
