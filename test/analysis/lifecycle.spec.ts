import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TimelineAnalyzer } from '../../src/analysis/analyze.js';
import { RulesAnalyst } from '../../src/analysis/analysts/rules/rules-analyst.js';
import type { Analyst } from '../../src/domain/verdict/analyst.js';
import { AnalystFailure } from '../../src/domain/verdict/analyst.js';
import { ANALYSIS_LIMITS } from '../../src/domain/verdict/lifecycle.js';
import type { PolicyChange } from '../../src/domain/policy.js';
import { changed, DEFAULT_POLICY } from '../../src/domain/policy.js';
import { AnalysisReader, isStale } from '../../src/storage/analysis/analysis-reader.js';
import type { AnalysisJob } from '../../src/storage/analysis/analysis-start.js';
import { readAnalysisJob } from '../../src/storage/analysis/analysis-start.js';
import { AnalysisStore } from '../../src/storage/analysis/analysis-store.js';
import { SessionReader } from '../../src/storage/analysis/session-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { PolicyStore } from '../../src/storage/policy-store.js';
import { DeletionStore } from '../../src/storage/removal/deletion-store.js';
import { at, BASE, callRecords, World } from '../support/world.js';

const MINUTE = 60_000;
const BY = { id: 'key', role: 'ADMIN' as const };

let world: World;
let store: AnalysisStore;
let reader: AnalysisReader;

beforeAll(async () => {
  world = await World.create(2);
  store = new AnalysisStore(world.db);
  reader = new AnalysisReader(world.db, new CursorCodec('secret', 'instance'));
});
afterEach(async () => {
  await world.clear();
  await world.db.query('truncate timeline_analysis, analysis_due');
  await world.db.query('delete from graphile_worker._private_jobs');
  world.now = BASE;
});
afterAll(() => world.close());

/** An analyst that does what the test says. */
const analystThat = (judge: Analyst['judge']): Analyst => ({ name: 'MODEL', model: 'm', judge });
const failing = (error: Error): Analyst => analystThat(() => Promise.reject(error));
/** Waits until its time is up, or the process closes. */
const hanging = (): { analyst: Analyst; begun: Promise<void> } => {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const analyst = analystThat(
    (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        begin();
      }),
  );
  return { analyst, begun };
};

const analyzer = (analyst: Analyst = new RulesAnalyst(), signEveryMs = 60_000) =>
  new TimelineAnalyzer({
    analyses: store,
    sessions: new SessionReader(world.db),
    analyst,
    now: () => world.now,
    signEveryMs,
  });

/** A whole call of a tenant that ended two minutes after the base time; answers the id of its interaction. */
async function endedCall(id: string, tenantId = world.tenantId): Promise<string> {
  world.now = Math.max(world.now, BASE + 3 * MINUTE);
  let interactionId: string | null = null;
  for (const source of ['dialer', 'assistant'] as const) {
    const own = callRecords(id).filter((one) => one.source === source);
    const [result] = await world.send(
      source,
      own.map(({ record }) => record),
      tenantId,
    );
    interactionId = result?.interactionId ?? null;
  }
  return interactionId ?? '';
}

const start = (interactionId: string, reanalyze = false, tenantId = world.tenantId) =>
  store.start(tenantId, interactionId, { reanalyze, by: BY }, world.now);

/** The jobs that wait for a worker, in the order in which they were made. */
async function jobs(): Promise<AnalysisJob[]> {
  const rows: { payload: Parameters<typeof readAnalysisJob>[0] }[] = await world.db.query(
    'select payload from graphile_worker._private_jobs order by id',
  );
  return rows.map(({ payload }) => readAnalysisJob(payload));
}

const analyses = async () =>
  (
    await world.db.query<{ status: string; failure: string | null; attempt: number }[]>(
      'select status, failure, attempt from timeline_analysis order by created_at, id',
    )
  ).map(({ status, failure, attempt }) => [status, failure, attempt]);

/** What the feed told of analyses, in order. */
const told = async () =>
  (
    await world.db.query<{ analyses: { status: string }[] }[]>(
      `select analyses from change where analyses <> '[]' order by id`,
    )
  ).flatMap((row) => row.analyses.map(({ status }) => status));

describe('an analysis', () => {
  it('is begun with its job and its change row in one transaction, and ended with a verdict', async () => {
    const interaction = await endedCall('a');
    const id = await start(interaction);
    expect(await jobs()).toEqual([{ tenantId: world.tenantId, id, attempt: 1 }]);
    const [job] = await jobs();
    if (job) await analyzer().run(job, false);
    expect(await analyses()).toEqual([['COMPLETED', null, 1]]);
    expect(await told()).toEqual(['PROGRESSING', 'COMPLETED']);
    const [row] = await reader.byIds(world.tenantId, [id]);
    expect(row).toMatchObject({ analyst: 'RULES', model: null, overallStatus: 'OK', requestedBy: 'key' });
    expect([row?.revision, isStale(row ?? { mergedFrom: null, revision: 0, currentRevision: 1 })]).toEqual([
      row?.currentRevision,
      false,
    ]);
    expect(row?.result).toMatchObject({ version: 3, overall_status: 'ok', issues: [] });
  });

  it('that two ask for at once is one', async () => {
    const interaction = await endedCall('a');
    const ids = await Promise.all([start(interaction), start(interaction), start(interaction)]);
    expect(new Set(ids).size).toBe(1);
    expect(await jobs()).toHaveLength(1);
  });

  it('that runs is not passed off as the new one that is asked for: the request is refused, and nothing is begun', async () => {
    const interaction = await endedCall('a');
    await start(interaction);
    await expect(start(interaction, true)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      field: 'reanalyze',
      message: 'It is being analysed now; ask again 60 s after that has ended.',
    });
    expect(await jobs()).toHaveLength(1);
  });

  it('of an interaction of another tenant is not found, and nothing is begun', async () => {
    const interaction = await endedCall('a', world.tenants[1]);
    await expect(start(interaction)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect([await analyses(), await jobs()]).toEqual([[], []]);
  });

  it('is refused beyond twenty at a time, for each tenant alone', async () => {
    for (let n = 0; n < ANALYSIS_LIMITS.running; n += 1) await start(await endedCall(`c${n}`));
    const one = await endedCall('more');
    await expect(start(one)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await analyses()).toHaveLength(20);
    const other = world.tenants[1] ?? '';
    await start(await endedCall('x', other), false, other);
    const [job] = await jobs();
    if (job) await analyzer().run(job, false);
    await start(one);
    expect(await analyses()).toHaveLength(22);
  });

  it('that fails says why in words of ours, and can be asked for anew after a minute', async () => {
    const interaction = await endedCall('a');
    await start(interaction);
    const [job] = await jobs();
    if (job) await analyzer(failing(new AnalystFailure('ANALYST_BUSY'))).run(job, false);
    expect(await analyses()).toEqual([['FAILED', 'ANALYST_BUSY', 1]]);
    await expect(start(interaction, true)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    world.now += MINUTE;
    await start(interaction, true);
    expect((await analyses()).map(([status]) => status)).toEqual(['FAILED', 'PROGRESSING']);
  });

  it('meets a fault of ours: the job is tried again, and the last time it has failed', async () => {
    await start(await endedCall('a'));
    const [job] = await jobs();
    const broken = analyzer(failing(new Error('disk full: /secret')));
    if (job === undefined) throw new Error('there is no job');
    await expect(broken.run(job, false)).rejects.toThrow('disk full');
    expect(await analyses()).toEqual([['PROGRESSING', null, 1]]);
    await expect(broken.run(job, true)).rejects.toThrow('disk full');
    expect(await analyses()).toEqual([['FAILED', 'INTERNAL', 1]]);
    expect(await told()).toEqual(['PROGRESSING', 'FAILED']);
  });

  it('whose model cites what is not there has failed, not a made-up verdict', async () => {
    await start(await endedCall('a'));
    const [job] = await jobs();
    const issue = { severity: 'ERROR' as const, area: 'tool', summary: 'x', evidence: [999] };
    const lying = analystThat(async () => ({ narrative: 'x', interactions: [], issues: [issue] }));
    if (job) await analyzer(lying).run(job, false);
    expect(await analyses()).toEqual([['FAILED', 'ANALYST_INVALID', 1]]);
  });
});

describe('a worker that dies', () => {
  /** A worker that took the job and was never heard of again. */
  async function killed(): Promise<AnalysisJob> {
    const [job] = await jobs();
    if (job === undefined) throw new Error('there is no job');
    expect(await store.claim(job, world.now)).not.toBeNull();
    return job;
  }

  it('is replaced by another one, and what it still says is not heard', async () => {
    await start(await endedCall('a'));
    const dead = await killed();
    world.now += ANALYSIS_LIMITS.lease - 1;
    expect(await store.sweep(world.now)).toBe(0);
    world.now += 1;
    expect(await store.sweep(world.now)).toBe(1);
    expect((await jobs()).map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(await store.end(dead, { status: 'FAILED', failure: 'INTERNAL' }, world.now)).toBe(false);
    await analyzer().run(dead, false);
    expect(await analyses()).toEqual([['PROGRESSING', null, 2]]);
    await analyzer().run({ ...dead, attempt: 2 }, false);
    expect(await analyses()).toEqual([['COMPLETED', null, 2]]);
    expect(await told()).toEqual(['PROGRESSING', 'COMPLETED']);
  });

  it('again and again ends the analysis, within the time limit', async () => {
    await start(await endedCall('a'));
    const begun = world.now;
    for (let worker = 1; worker <= ANALYSIS_LIMITS.attempts; worker += 1) {
      const job = (await jobs()).at(-1);
      if (job) await store.claim(job, world.now);
      world.now += ANALYSIS_LIMITS.lease;
      await store.sweep(world.now);
    }
    expect(await analyses()).toEqual([['FAILED', 'INTERRUPTED', 3]]);
    expect(world.now - begun).toBeLessThan(ANALYSIS_LIMITS.timeLimit);
  });

  it('or that never was there: nobody takes the job, and the time limit ends it', async () => {
    await start(await endedCall('a'));
    const begun = world.now;
    while (world.now < begun + ANALYSIS_LIMITS.timeLimit) {
      world.now += 10_000;
      await store.sweep(world.now);
    }
    const [[status] = []] = await analyses();
    expect(status).toBe('FAILED');
    expect(await told()).toEqual(['PROGRESSING', 'FAILED']);
    const [job] = await jobs();
    expect(job === undefined ? null : await store.claim(job, world.now)).toBeNull();
  });

  it('is told from one that is slow: signs of life keep the job, up to the time limit', async () => {
    await start(await endedCall('a'));
    const job = await killed();
    for (let minute = 0; minute < 4; minute += 0.4) {
      world.now += 0.4 * MINUTE;
      await store.claim(job, world.now);
      expect(await store.sweep(world.now)).toBe(0);
    }
    world.now += MINUTE;
    expect(await store.claim(job, world.now)).toBeNull();
    await store.sweep(world.now);
    expect(await analyses()).toEqual([['FAILED', 'TIME_LIMIT', 1]]);
  });

  it('by being stopped gives its work back at once', async () => {
    await start(await endedCall('a'));
    const { analyst, begun } = hanging();
    const stopping = analyzer(analyst);
    const [job] = await jobs();
    if (job === undefined) throw new Error('there is no job');
    const work = stopping.run(job, true);
    await begun;
    stopping.close();
    await work;
    expect(await analyses()).toEqual([['PROGRESSING', null, 1]]);
    expect(await store.sweep(world.now)).toBe(1);
    expect((await jobs()).at(-1)?.attempt).toBe(2);
  });

  it('is ended when its job was given to another one meanwhile', async () => {
    await start(await endedCall('a'));
    const { analyst, begun } = hanging();
    const [job] = await jobs();
    if (job === undefined) throw new Error('there is no job');
    const work = analyzer(analyst, 5).run(job, false);
    await begun;
    await world.db.query('update timeline_analysis set attempt = 2');
    await work;
    expect(await analyses()).toEqual([['PROGRESSING', null, 2]]);
  });
});

describe('an interaction that is judged', () => {
  it('and merged takes its analyses along, which are stale then; one that runs has failed', async () => {
    const [first, second] = [await endedCall('a'), await endedCall('b')];
    await start(first);
    const [job] = await jobs();
    if (job) await analyzer().run(job, false);
    const running = await start(second);
    const keys = [
      { namespace: 'interaction_id', value: 'a' },
      { namespace: 'interaction_id', value: 'b' },
    ];
    await world.send('human', {
      externalId: 'h',
      role: 'HUMAN',
      occurredAt: at(130),
      status: 'COMPLETED',
      answeredAt: at(100),
      endedAt: at(130),
      keys,
    });
    expect((await world.summaries()).map(({ legs }) => legs.length)).toEqual([5]);
    const rows = await reader.byInteractions(world.tenantId, [first]);
    expect(rows.map((row) => [row.status, row.failure, row.mergedFrom, isStale(row)])).toEqual([
      ['FAILED', 'INTERACTION_MERGED', second, true],
      ['COMPLETED', null, null, true],
    ]);
    expect(await told()).toEqual(['PROGRESSING', 'COMPLETED', 'PROGRESSING', 'FAILED']);
    expect(await start(second)).toBe(running);
    world.now += MINUTE;
    expect(await start(second, true)).not.toBe(running);
  });

  it('and deleted hides its analyses; one that runs has failed', async () => {
    const interaction = await endedCall('a');
    const id = await start(interaction);
    const [job] = await jobs();
    const deletions = new DeletionStore(world.db, new CursorCodec('secret', 'instance'));
    await deletions.delete(world.tenantId, interaction, { actor: BY, reason: null }, world.now);
    expect(await reader.byIds(world.tenantId, [id])).toEqual([]);
    await expect(start(interaction)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    if (job) await analyzer().run(job, false);
    expect(await analyses()).toEqual([['FAILED', 'INTERACTION_GONE', 1]]);
  });
});

describe('an interaction that ends', () => {
  const setPolicy = async (change: PolicyChange) => {
    const { version: _, ...policy } = changed(DEFAULT_POLICY, change);
    const by = { changedBy: 'key', reason: null };
    await new PolicyStore(world.db).update(world.tenantId, 1, { ...policy, version: 1 }, by, world.now);
  };

  it('is not analysed by itself unless the policy says so', async () => {
    await endedCall('a');
    expect(await analyzer().sweep()).toBe(0);
    expect(await analyses()).toEqual([]);
  });

  it('is analysed by itself once, when nothing of it is waited for any more', async () => {
    await setPolicy({ analyzeOnEnd: true });
    const records = callRecords('a');
    world.now = BASE + 3 * MINUTE;
    for (const { source, record } of records.filter((one) => one.source === 'dialer'))
      await world.send(source, record);
    expect(await analyzer().sweep()).toBe(0);
    for (const { source, record } of records) await world.send(source, record);
    expect(await analyzer().sweep()).toBe(1);
    expect(await analyses()).toEqual([['PROGRESSING', null, 1]]);
    const [job] = await jobs();
    if (job) await analyzer().run(job, false);
    const late = { externalId: 'a-a', role: 'ASSISTANT', occurredAt: at(140), tags: { issue: 'late' } };
    await world.send('assistant', late);
    expect(await analyzer().sweep()).toBe(0);
    expect(await analyses()).toEqual([['COMPLETED', null, 1]]);
    expect(await world.db.query('select requested_by as by from timeline_analysis')).toEqual([{ by: null }]);
  });

  it('is analysed or not as its channel and direction say', async () => {
    await setPolicy({
      analyzeOnEnd: true,
      overrides: [{ channel: 'VOICE', direction: 'INBOUND', analyzeOnEnd: false }],
    });
    await endedCall('a');
    expect(await analyzer().sweep()).toBe(0);
  });

  it('waits when too many run already, and is not forgotten', async () => {
    await setPolicy({ analyzeOnEnd: true });
    for (let n = 0; n < 22; n += 1) await endedCall(`c${n}`);
    await analyzer().sweep();
    expect(await analyses()).toHaveLength(20);
    for (const job of await jobs()) await analyzer().run(job, false);
    world.now += 10_000;
    await analyzer().sweep();
    expect(await analyses()).toHaveLength(22);
    expect(await world.count('analysis_due')).toBe(0);
  });
});
