import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { globalId } from '../../src/graphql/node.js';
import { KeyStore } from '../../src/storage/key-store.js';
import { eventually } from '../support/eventually.js';
import { answered, callId, steeredSource } from '../support/live-call.js';
import { hangs, ModelServer, says } from '../support/model-server.js';
import { ServerProcess } from '../support/process.js';
import { Vendor } from '../support/vendor.js';
import { World } from '../support/world.js';

/** Two processes of the operating system on one database, as in production; one of them may be killed. */

let world: World;
let model: ModelServer;
let vendor: Vendor;
let key: string;
const processes: ServerProcess[] = [];

beforeAll(async () => {
  world = await World.create(1, ['dialer', 'assistant']);
  const { tenantId } = world;
  const granted = { tenantId, name: 'test', role: 'ADMIN' as const, expiresAt: null };
  ({ key } = await new KeyStore(world.db).create(granted));
  model = await ModelServer.start();
  vendor = await Vendor.start();
  await steeredSource(world, 'bot', { url: `${vendor.url}/hook` });
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.stop()));
});
afterAll(async () => {
  await model.close();
  await vendor.close();
  await world.close();
});

/** A process that asks our model server; a worker in it is trusted for two seconds after its last sign of life. */
async function serve(env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  const analyst = { ANALYST_BASE_URL: model.url, ANALYST_MODEL: 'reviewer-1', ANALYSIS_LEASE_SECONDS: '2' };
  const one = await ServerProcess.start(world.url, { ...analyst, ...env });
  processes.push(one);
  return one;
}

/** A whole call that ended a minute ago; answers the global id of its interaction. */
async function endedCall(server: ServerProcess): Promise<string> {
  const id = randomUUID();
  const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000).toISOString();
  const keys = [{ namespace: 'interaction_id', value: id }];
  const times = { occurredAt: at(60), answeredAt: at(120), endedAt: at(60) };
  const call = {
    externalId: id,
    status: 'COMPLETED',
    channel: 'VOICE',
    direction: 'INBOUND',
    keys,
    ...times,
  };
  const message = { id: 'm1', speaker: 'CUSTOMER', text: 'Hello', startedAt: at(110), endedAt: at(108) };
  expect((await server.post('/ingest/dialer', key, call)).status).toBe(200);
  const { status, body } = await server.post('/ingest/assistant', key, { ...call, messages: [message] });
  expect(status).toBe(200);
  const [{ interactionId }] = (body as { results: [{ interactionId: string }] }).results;
  return globalId('Interaction', interactionId);
}

const start = async (server: ServerProcess, id: string): Promise<string> => {
  const query = `mutation ($id: ID!) { startTimelineAnalysis(input: { interactionId: $id }) {
    timelineAnalysis { id } userErrors { code } } }`;
  const { startTimelineAnalysis } = await server.graphql<{
    startTimelineAnalysis: { timelineAnalysis: { id: string }; userErrors: object[] };
  }>(key, query, { id });
  expect(startTimelineAnalysis.userErrors).toEqual([]);
  return startTimelineAnalysis.timelineAnalysis.id;
};

interface Analysis {
  id: string;
  status: string;
  failure: string | null;
  error: string | null;
  result: { narrative: string } | null;
}
const FIELDS = 'id status failure error result { narrative }';
const UPDATES = `subscription ($id: ID) { timelineAnalysisUpdated(interactionId: $id) { ${FIELDS} } }`;

const analysis = async (server: ServerProcess, id: string): Promise<Analysis> =>
  (
    await server.graphql<{ timelineAnalysis: Analysis }>(
      key,
      `query ($id: ID!) { timelineAnalysis(id: $id) { ${FIELDS} } }`,
      { id },
    )
  ).timelineAnalysis;

const attempts = async (): Promise<number[]> =>
  (
    await world.db.query<{ attempt: number }[]>(
      `select attempt from timeline_analysis order by created_at desc limit 1`,
    )
  ).map(({ attempt }) => attempt);

const GOOD = { narrative: 'The customer said hello.', interactions: [], issues: [] };

describe('an analysis whose process is killed', () => {
  it('is taken up by another process, and told to its subscribers', async () => {
    model.will(hangs);
    const first = await serve();
    const interaction = await endedCall(first);
    const id = await start(first, interaction);
    await eventually(async () => expect(model.asked).toHaveLength(1));
    const second = await serve();
    const told = second.follow<Analysis>(key, UPDATES, { id: interaction });
    await eventually(async () => expect(told.map(({ status }) => status)).toEqual(['PROGRESSING']));
    expect(await attempts()).toEqual([1]);
    model.will(says(GOOD));
    await first.kill();
    await eventually(
      async () => expect(told.map(({ status }) => status)).toEqual(['PROGRESSING', 'COMPLETED']),
      30_000,
    );
    expect(await analysis(second, id)).toEqual({
      id,
      status: 'COMPLETED',
      failure: null,
      error: null,
      result: { narrative: 'The customer said hello.' },
    });
    expect(await attempts()).toEqual([2]);
    expect(model.asked).toHaveLength(1);
  }, 120_000);

  it('has failed with a reason when its time is up, if no process is left that works on it', async () => {
    model.will(hangs);
    const limited = { ANALYSIS_TIME_LIMIT_SECONDS: '8' };
    const [first, second] = await Promise.all([serve(limited), serve({ ...limited, JOB_CONCURRENCY: '0' })]);
    const interaction = await endedCall(first);
    const id = await start(second, interaction);
    await eventually(async () => expect(model.asked).toHaveLength(1));
    await first.kill();
    await eventually(async () => expect((await analysis(second, id)).status).toBe('FAILED'), 30_000);
    expect(await analysis(second, id)).toEqual({
      id,
      status: 'FAILED',
      failure: 'TIME_LIMIT',
      error: 'The analysis was not done within its time limit.',
      result: null,
    });
    const limits = await world.db.query(
      `select extract(epoch from deadline_at - created_at)::int as seconds, updated_at >= deadline_at as "isOver"
         from timeline_analysis order by created_at desc limit 1`,
    );
    expect(limits).toEqual([{ seconds: 8, isOver: true }]);
    expect(model.asked).toHaveLength(1);
  }, 120_000);
});

describe('what one process does', () => {
  it('is told by another: an analysis, from its beginning to its end', async () => {
    const [worker, watcher] = await Promise.all([serve(), serve({ JOB_CONCURRENCY: '0' })]);
    model.will(says(GOOD));
    const interaction = await endedCall(worker);
    const [ofOne, ofAll] = [{ id: interaction }, {}].map((variables) =>
      watcher.follow<Analysis>(key, UPDATES, variables),
    );
    await eventually(async () => expect(await watcher.metric('throughline_feed_subscribers')).toBe(2));
    const id = await start(worker, interaction);
    const states = [
      { id, status: 'PROGRESSING', failure: null, error: null, result: null },
      {
        id,
        status: 'COMPLETED',
        failure: null,
        error: null,
        result: { narrative: 'The customer said hello.' },
      },
    ];
    await eventually(async () => expect([ofOne, ofAll]).toEqual([states, states]));
    expect(model.asked).toHaveLength(1);
  }, 120_000);

  it('is told by another: an action on a live call, accepted here and done by the record that came there', async () => {
    const [actor, watcher] = await Promise.all([serve(), serve()]);
    const now = new Date().toISOString();
    const live = { ...answered('c1'), occurredAt: now, answeredAt: now };
    expect((await actor.post('/ingest/bot', key, live)).status).toBe(200);
    const call = globalId('Call', await callId(world, 'c1'));
    interface Action {
      kind: string;
      state: string;
      call: { id: string };
    }
    const query = `subscription ($id: ID) { monitoringActionUpdated(callId: $id) { kind state call { id } } }`;
    const [ofOne, ofAll] = [{ id: call }, {}].map((variables) =>
      watcher.follow<Action>(key, query, variables),
    );
    await eventually(async () => expect(await watcher.metric('throughline_action_subscribers')).toBe(2));
    vendor.answers({ status: 202 });
    const end = `mutation ($id: ID!) { endCall(input: { callId: $id }) { action { state } userErrors { code } } }`;
    expect(await actor.graphql(key, end, { id: call })).toEqual({
      endCall: { action: { state: 'ACCEPTED' }, userErrors: [] },
    });
    const over = { ...live, occurredAt: new Date().toISOString(), status: 'COMPLETED', endedAt: now };
    expect((await actor.post('/ingest/bot', key, over)).status).toBe(200);
    for (const seen of [ofOne, ofAll])
      await eventually(async () =>
        expect(seen?.at(-1)).toEqual({ kind: 'END', state: 'DONE', call: { id: call } }),
      );
    const order = ['REQUESTED', 'ACCEPTED', 'DONE'];
    const states = (ofOne ?? []).map(({ state }) => order.indexOf(state));
    expect(states).toEqual([...states].sort());
    expect(new Set(states).size).toBe(states.length);
    expect(vendor.received).toHaveLength(1);
  }, 120_000);
});
