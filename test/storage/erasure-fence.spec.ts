import { EventEmitter, once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TimelineAnalyzer } from '../../src/analysis/analyze.js';
import { RulesAnalyst } from '../../src/analysis/analysts/rules/rules-analyst.js';
import type { Analyst } from '../../src/domain/verdict/analyst.js';
import { AnalysisStore } from '../../src/storage/analysis/analysis-store.js';
import { SessionReader } from '../../src/storage/analysis/session-reader.js';
import { ErasureStore } from '../../src/storage/removal/erasure-store.js';
import { removeInteractions } from '../../src/storage/removal/remove.js';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { lockPolicy } from '../../src/storage/trace/locks.js';
import { eventually } from '../support/eventually.js';
import { tablesWith } from '../support/everything.js';
import { at, BASE, World } from '../support/world.js';

let world: World;
let erasures: ErasureStore;
let analyses: AnalysisStore;

beforeAll(async () => {
  world = await World.create();
  erasures = new ErasureStore(world.db);
  analyses = new AnalysisStore(world.db);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('truncate timeline_analysis, analysis_due, graphile_worker._private_jobs');
  world.now = BASE + 600_000;
});

const by = { actor: { id: 'key-1', role: 'ADMIN' }, reason: 'asked' } as const;
const erase = () => erasures.erase(world.tenantId, '+12025550123', by, world.now);
const NEEDLES = ['2025550123', 'spotted'];

const JANE = { address: '+12025550123', displayName: 'Jane Spotted' };
const JOE = { address: '+12025550199', displayName: 'Joe Plain' };
const statement = (externalId: string, customer: object | null, extra: object = {}) => ({
  externalId,
  occurredAt: at(60),
  channel: 'VOICE',
  direction: 'INBOUND',
  startedAt: at(0),
  answeredAt: at(2),
  endedAt: at(60),
  customer,
  ...extra,
});

const state = async () =>
  (
    await world.db.query<{ status: string; failure: string | null; result: object | null }[]>(
      'select status, failure, result from timeline_analysis',
    )
  ).map(({ status, failure, result }) => [status, failure, result]);

/** An analyst that has read what it judges, and says so; it judges when it is let go on. */
function patient() {
  const door = new EventEmitter();
  const [begun, opened] = [once(door, 'begun'), once(door, 'opened')];
  const analyst: Analyst = {
    name: 'RULES',
    model: null,
    judge: async (one) => {
      door.emit('begun');
      await opened;
      return new RulesAnalyst().judge(one);
    },
  };
  return { analyst, begun, goOn: () => door.emit('opened') };
}

/** Lets go on whoever is still judging: a test that failed leaves nothing behind. */
const waiting: (() => unknown)[] = [];
afterEach(() => waiting.splice(0).forEach((goOn) => goOn()));

/** Begins to judge the interaction; answers when it has been read, and how to have the judging ended. */
async function judging(interactionId: string): Promise<() => Promise<void>> {
  const { analyst, begun, goOn } = patient();
  const analyzer = new TimelineAnalyzer({
    analyses,
    sessions: new SessionReader(world.db),
    analyst,
    now: () => world.now,
  });
  const order = { reanalyze: false, by: by.actor };
  const id = await analyses.start(world.tenantId, interactionId, order, world.now);
  const running = analyzer.run({ tenantId: world.tenantId, id, attempt: 1 }, true);
  waiting.push(goOn);
  await begun;
  return () => {
    goOn();
    return running;
  };
}

/** A transcription that stays when Jane's call is erased, since another call has the same id. */
async function borrowing(): Promise<string> {
  await world.send('dialer', statement('4711', JANE));
  await world.send('assistant', statement('4711', JOE, { startedAt: at(20), occurredAt: at(61) }));
  const [result] = await world.send(
    'human',
    statement('t', null, { tags: { reference_type: 'TRANSCRIBE', reference_id: '4711' } }),
  );
  return result?.interactionId ?? '';
}

describe('an analysis that read its session before an erasure', () => {
  it('writes nothing of what it borrowed from an erased call: it has failed', async () => {
    const end = await judging(await borrowing());
    expect(await erase()).toMatchObject({ state: 'DONE', interactionCount: 1 });
    await end();
    expect(await state()).toEqual([['FAILED', 'INTERACTION_GONE', null]]);
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
  });

  it('writes what it borrowed when it is done before, and the erasure finds it', async () => {
    const end = await judging(await borrowing());
    await end();
    expect(await state()).toMatchObject([['COMPLETED', null, { version: 3 }]]);
    expect(await tablesWith(world.db, NEEDLES)).toContain('public.timeline_analysis: 2025550123');
    expect(await erase()).toMatchObject({ state: 'DONE', interactionCount: 2 });
    expect(await state()).toEqual([]);
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
  });

  it('is gone with its own interaction, and writes nothing', async () => {
    const [result] = await world.send('dialer', statement('one', JANE));
    const end = await judging(result?.interactionId ?? '');
    await erase();
    await end();
    expect(await state()).toEqual([]);
    expect(await tablesWith(world.db, NEEDLES)).toEqual([]);
  });

  it('writes nothing of a leg that a person took out of the interaction before it was erased', async () => {
    const keys = [{ namespace: 'interaction_id', value: 'wrong' }];
    const [joes] = await world.send('dialer', statement('joes', JOE, { keys }));
    await world.send('assistant', statement('janes', JANE, { keys, startedAt: at(9) }));
    const end = await judging(joes?.interactionId ?? '');
    const [leg]: { id: string }[] = await world.db.query(`select id from leg where external_id = 'janes'`);
    const decisions = new Decisions(world.db);
    await decisions.unlink(world.tenantId, leg?.id ?? '', { ...by, reason: null }, world.now);
    expect(await erase()).toMatchObject({ interactionCount: 1, callCount: 1 });
    await end();
    expect(await state()).toEqual([['FAILED', 'INTERACTION_GONE', null]]);
  });

  it('waits for an erasure that is not committed yet', async () => {
    const transcription = await borrowing();
    const end = await judging(transcription);
    const [janes]: { id: string }[] = await world.db.query(
      `select id from interaction where customer_e164 = '+12025550123'`,
    );
    let ending = Promise.resolve();
    await world.db.transaction(async (tx) => {
      await lockPolicy(tx, world.tenantId);
      const cause = { kind: 'PERSON', id: 'key-1' } as const;
      await removeInteractions(tx, world.tenantId, [janes?.id ?? ''], cause, world.now);
      ending = end();
      await eventually(async () => {
        const waiting: object[] = await world.db.query(
          `select 1 from pg_locks where locktype = 'advisory' and not granted
             and database = (select oid from pg_database where datname = current_database())`,
        );
        expect(waiting).toHaveLength(1);
      });
    });
    await ending;
    expect(await state()).toEqual([['FAILED', 'INTERACTION_GONE', null]]);
  });
});
