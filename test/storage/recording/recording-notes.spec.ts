import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deleteRecordings, expireRecordings } from '../../../src/storage/recording/recording-removal.js';
import { at, BASE, World } from '../../support/world.js';

const URL = 'https://provider.example/a.wav';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('truncate recording, graphile_worker._private_jobs');
  await settings({ mode: 'FETCH', hosts: ['provider.example'] });
  world.now = BASE + 60_000;
});

const settings = (recordings: object) =>
  world.db.query('update source set settings = $1', [JSON.stringify({ recordings })]);

let version = 0;
const say = (recording: object | null | undefined) =>
  world.send('dialer', { externalId: 'd1', version: `${(version += 1)}`, occurredAt: at(1), recording });

const kept = (): Promise<object[]> =>
  world.db.query(
    'select state, reason, url, storage_key as "storageKey", duration_ms as "durationMs" from recording',
  );

const jobs = async (): Promise<object[]> =>
  world.db.query(
    `select t.identifier as task, j.key, j.payload from graphile_worker._private_jobs j
       join graphile_worker._private_tasks t on t.id = j.task_id order by j.id`,
  );

const callId = async (): Promise<string> => {
  const [leg]: { id: string }[] = await world.db.query('select id from leg');
  return leg?.id ?? '';
};

/** What the fetching job leaves. */
const haveCopy = () =>
  world.db.query(
    `update recording set state = 'AVAILABLE', storage_key = 'the/copy', fetched_at = now(), bytes = 44,
            sha256 = 'aa', content_type = 'audio/wav', duration_ms = 7`,
  );

describe('a call that comes with a recording', () => {
  it('has it fetched by one job, in the transaction that stores the call', async () => {
    await say({ url: URL, durationMs: 5_000 });
    await say({ url: URL, durationMs: 6_000 });
    const id = await callId();
    expect(await kept()).toEqual([
      { state: 'PENDING', reason: null, url: URL, storageKey: null, durationMs: 6_000 },
    ]);
    expect(await jobs()).toEqual([
      {
        task: 'fetch-recording',
        key: `fetch-recording/${id}`,
        payload: { tenantId: world.tenantId, callId: id, copy: expect.any(String), attempt: 1 },
      },
    ]);
  });

  it('has nothing fetched when its source only refers to recordings', async () => {
    await settings({ mode: 'REFERENCE' });
    await say({ url: URL });
    expect(await kept()).toMatchObject([{ state: 'AVAILABLE', url: URL, storageKey: null }]);
    expect(await jobs()).toEqual([]);
  });

  it('notes nothing for a call whose records speak of none', async () => {
    await say(undefined);
    expect(await kept()).toEqual([]);
    expect(await jobs()).toEqual([]);
  });

  it('leaves the copy alone when it is said again, and keeps what was measured', async () => {
    await say({ url: URL });
    await haveCopy();
    await world.db.query('truncate graphile_worker._private_jobs');
    await say({ url: URL, format: 'wav' });
    expect(await kept()).toEqual([
      { state: 'AVAILABLE', reason: null, url: URL, storageKey: 'the/copy', durationMs: 7 },
    ]);
    expect(await jobs()).toEqual([]);
  });

  it.each([
    ['names another one', { url: `${URL}?2` }, { state: 'PENDING', storageKey: null, durationMs: null }],
    ['takes it back', null, { state: 'NONE', url: null, storageKey: null }],
  ])('has the copy removed when its source %s', async (_what, recording, row) => {
    await say({ url: URL });
    await haveCopy();
    await world.db.query('truncate graphile_worker._private_jobs');
    await say(recording);
    expect(await kept()).toMatchObject([row]);
    expect((await jobs())[0]).toMatchObject({ task: 'remove-audio', payload: { keys: ['the/copy'] } });
  });

  it('announces it as a change of the call', async () => {
    await say({});
    await say({ url: URL });
    const changes = await world.db.query('select calls, changed_fields as fields from change order by id');
    expect(changes[1]).toEqual({
      calls: [{ callId: await callId(), messageIds: [] }],
      fields: expect.arrayContaining(['calls', 'hasRecording']),
    });
  });
});

describe('deleting the recordings of calls', () => {
  it('deletes rows at once and copies by a job, and only those of the tenant', async () => {
    await say({ url: URL });
    await haveCopy();
    const id = await callId();
    await world.db.query('truncate graphile_worker._private_jobs');
    const other = '00000000-0000-7000-8000-000000000000';
    expect(await world.db.transaction((tx) => deleteRecordings(tx, other, [id]))).toBe(0);
    expect(await kept()).toHaveLength(1);
    expect(await world.db.transaction((tx) => deleteRecordings(tx, world.tenantId, [id, other]))).toBe(1);
    expect(await kept()).toEqual([]);
    expect(await jobs()).toEqual([{ task: 'remove-audio', key: null, payload: { keys: ['the/copy'] } }]);
  });

  it('by retention keeps the row, which says why, and the same recording is not fetched again', async () => {
    await say({ url: URL });
    await haveCopy();
    const id = await callId();
    await world.db.query('truncate graphile_worker._private_jobs');
    const expire = () =>
      world.db.transaction((tx) =>
        expireRecordings(tx, world.tenantId, [id], 'Kept for 30 days.', world.now),
      );
    expect(await expire()).toEqual([id]);
    expect(await expire()).toEqual([]);
    await say({ url: URL });
    expect(await kept()).toMatchObject([
      { state: 'EXPIRED', reason: 'Kept for 30 days.', url: URL, storageKey: null },
    ]);
    expect(await jobs()).toEqual([{ task: 'remove-audio', key: null, payload: { keys: ['the/copy'] } }]);
  });
});
