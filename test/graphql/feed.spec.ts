import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { parse, subscribe } from 'graphql';
import { NotFound } from '../../src/domain/errors.js';
import type { ApiRole } from '../../src/domain/words.js';
import { publicError } from '../../src/graphql/errors.js';
import { globalId } from '../../src/graphql/node.js';
import type { FeedEvent, LiveFeed, SourceLag } from '../../src/live/events.js';
import type { InteractionRow } from '../../src/storage/read-model.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { NOON, SECOND, World } from '../support/rows.js';
import { contextFor, dataOf, run, schema, servicesOn } from './api.js';

const OTHER = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';

let database: OpenDatabase;
let world: World;
let interaction: InteractionRow;
beforeAll(async () => {
  database = await openDatabase();
  world = await World.in(database.db);
  interaction = await world.interaction({ status: 'IN_PROGRESS', durationMs: null });
});
afterAll(() => database.close());

async function* given<T>(...events: T[]): AsyncIterableIterator<T> {
  yield* events;
}

/** Subscribes with a live side that says this, and gives all that comes. */
async function hear(source: string, live: Partial<LiveFeed>, role: ApiRole = 'ADMIN') {
  const contextValue = contextFor(servicesOn(database.db, { live: live as LiveFeed }), world.frame, role);
  const results = await subscribe({ schema, document: parse(source), contextValue });
  if (!(Symbol.asyncIterator in results)) return [results];
  const heard: ExecutionResult[] = [];
  for await (const result of results) heard.push(result);
  return heard;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('interactionFeed', () => {
  const EVENTS = `subscription { interactionFeed { __typename
    ... on FeedSnapshotStart { cursor count }
    ... on InteractionUpserted { cursor interaction { id status durationMs } revision changedFields causedBy { kind id } }
    ... on InteractionRemoved { cursor id reason mergedInto }
    ... on FeedSnapshotEnd { cursor }
    ... on FeedHeartbeat { cursor at sources { source { name } lagMs } }
    ... on FeedResyncRequired { cursor reason } } }`;

  test('gives every kind of event in the form of the contract', async () => {
    const source = { ...(await world.source({ name: 'dialer' })), hasSecret: false };
    const lag: SourceLag = { source, lagMs: 9e12 };
    const events: FeedEvent[] = [
      { cursor: '1', type: 'SNAPSHOT_START', count: 1 },
      {
        cursor: '2',
        type: 'UPSERTED',
        interaction,
        revision: 4,
        changedFields: ['status'],
        causedBy: { kind: 'RECORD', id: OTHER },
      },
      { cursor: '3', type: 'REMOVED', interactionId: interaction.id, reason: 'MERGED', mergedInto: OTHER },
      { cursor: '4', type: 'SNAPSHOT_END' },
      { cursor: '5', type: 'HEARTBEAT', at: NOON, sources: [lag], joinAlarms: [] },
      { cursor: '6', type: 'RESYNC_REQUIRED', reason: 'SLOW_CONSUMER' },
    ];
    const heard = await hear(EVENTS, { interactions: () => given(...events) });
    const id = globalId('Interaction', interaction.id);
    expect(plain(heard.map(({ data }) => data?.['interactionFeed']))).toEqual([
      { __typename: 'FeedSnapshotStart', cursor: '1', count: 1 },
      {
        __typename: 'InteractionUpserted',
        cursor: '2',
        revision: 4,
        changedFields: ['status'],
        interaction: { id, status: 'IN_PROGRESS', durationMs: null },
        causedBy: { kind: 'RECORD', id: OTHER },
      },
      {
        __typename: 'InteractionRemoved',
        cursor: '3',
        id,
        reason: 'MERGED',
        mergedInto: globalId('Interaction', OTHER),
      },
      { __typename: 'FeedSnapshotEnd', cursor: '4' },
      {
        __typename: 'FeedHeartbeat',
        cursor: '5',
        at: '2026-03-02T12:00:00.000Z',
        sources: [{ source: { name: 'dialer' }, lagMs: 2_147_483_647 }],
      },
      { __typename: 'FeedResyncRequired', cursor: '6', reason: 'SLOW_CONSUMER' },
    ]);
  });

  test('passes filter, cursor and window on, the window 15 minutes when nothing is said', async () => {
    const asked: unknown[] = [];
    const interactions: LiveFeed['interactions'] = (frame, args) => {
      asked.push(frame.tenantId, args);
      return given();
    };
    await hear('subscription { interactionFeed { __typename } }', { interactions });
    await hear(
      'subscription { interactionFeed(after: "c", windowMinutes: 60, filter: { status: [DROPPED] }) { __typename } }',
      { interactions },
    );
    expect(plain(asked)).toEqual([
      world.tenantId,
      { filter: null, after: null, windowMinutes: 15 },
      world.tenantId,
      { filter: { status: ['DROPPED'] }, after: 'c', windowMinutes: 60 },
    ]);
  });

  test.each([0, 1_441])('refuses a window of %d minutes', async (minutes) => {
    const [result] = await hear(
      `subscription { interactionFeed(windowMinutes: ${String(minutes)}) { __typename } }`,
      {},
    );
    expect(result?.errors?.map((error) => publicError(error, null).extensions)).toEqual([
      { code: 'BAD_USER_INPUT', field: 'windowMinutes' },
    ]);
  });

  test('loads everything anew for each event, so that nothing stale is served', async () => {
    const row = await world.interaction();
    const call = await world.call({ interactionId: row.id, status: 'RINGING' });
    async function* changing(): AsyncIterableIterator<FeedEvent> {
      const event = {
        cursor: '1',
        type: 'UPSERTED',
        interaction: row,
        revision: 1,
        changedFields: [],
        causedBy: { kind: 'TIMER', id: null },
      } as const;
      yield { ...event, changedFields: [] };
      await database.db.query(`update call set status = 'COMPLETED' where id = $1`, [call.id]);
      yield { ...event, changedFields: [] };
    }
    const heard = await hear(
      'subscription { interactionFeed { ... on InteractionUpserted { interaction { calls { status } } } } }',
      { interactions: changing },
    );
    expect(heard.map(({ data }) => plain(data))).toEqual(
      ['RINGING', 'COMPLETED'].map((status) => ({
        interactionFeed: { interaction: { calls: [{ status }] } },
      })),
    );
  });

  test('is closed to a key that may only ingest, and shows sources only to those who may see them', async () => {
    const [refused] = await hear(EVENTS, { interactions: () => given() }, 'INGEST');
    expect(refused?.errors?.map((error) => publicError(error, null).extensions)).toEqual([
      { code: 'FORBIDDEN' },
    ]);
    const beat: FeedEvent = { cursor: '5', type: 'HEARTBEAT', at: NOON, sources: [], joinAlarms: [] };
    const [heard] = await hear(EVENTS, { interactions: () => given(beat) }, 'CALLS_ONLY');
    expect(heard?.data).toMatchObject({ interactionFeed: { cursor: '5', sources: null } });
  });
});

describe('callUpdated and transcriptAppended', () => {
  test('find the call by its global id', async () => {
    const call = await world.call({ interactionId: interaction.id, status: 'ACTIVE' });
    const entry = await world.message(call.id, { text: 'Hi', at: NOON + 2 * SECOND });
    const asked: unknown[] = [];
    const live: Partial<LiveFeed> = {
      call: (_frame, id) => (asked.push(id), given(call)),
      transcript: (_frame, id, after) => (
        asked.push(id, after),
        given({ cursor: 'c', call, entries: [entry] })
      ),
    };
    const id = globalId('Call', call.id);
    const [updated] = await hear(`subscription { callUpdated(callId: "${id}") { id status } }`, live);
    const [appended] = await hear(
      `subscription { transcriptAppended(callId: "${id}", after: "b") { cursor call { id } entries { text offsetMs } } }`,
      live,
    );
    expect(plain([updated?.data, appended?.data])).toEqual([
      { callUpdated: { id, status: 'ACTIVE' } },
      { transcriptAppended: { cursor: 'c', call: { id }, entries: [{ text: 'Hi', offsetMs: 2_000 }] } },
    ]);
    expect(asked).toEqual([call.id, call.id, 'b']);
  });

  test.each(['nonsense', globalId('Leg', OTHER), OTHER])(
    'answer NOT_FOUND when there is no such call: %s',
    async (id) => {
      const live: Partial<LiveFeed> = {
        call: () => {
          throw new NotFound('call');
        },
      };
      const [result] = await hear(`subscription { callUpdated(callId: "${id}") { id } }`, live);
      expect(result?.errors?.map((error) => publicError(error, null).extensions)).toEqual([
        { code: 'NOT_FOUND' },
      ]);
    },
  );
});

describe('interactionChanges', () => {
  test('is the feed by polling', async () => {
    const asked: unknown[] = [];
    const event: FeedEvent = {
      cursor: '7',
      type: 'REMOVED',
      interactionId: interaction.id,
      reason: 'DELETED',
      mergedInto: null,
    };
    const changes: LiveFeed['changes'] = async (_frame, args) => {
      asked.push(args);
      return { edges: [{ cursor: '7', event }], hasNextPage: true, endCursor: '9' };
    };
    const context = () => contextFor(servicesOn(database.db, { live: { changes } as never }), world.frame);
    const data = await dataOf(
      context(),
      `{ interactionChanges(after: "6", first: 2, filter: { isTest: false }) {
      nodes { __typename } edges { cursor node { ... on InteractionRemoved { reason mergedInto } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    );
    expect(data).toEqual({
      interactionChanges: {
        nodes: [{ __typename: 'InteractionRemoved' }],
        edges: [{ cursor: '7', node: { reason: 'DELETED', mergedInto: null } }],
        pageInfo: { hasNextPage: true, hasPreviousPage: true, startCursor: '7', endCursor: '9' },
      },
    });
    await dataOf(context(), '{ interactionChanges { nodes { __typename } } }');
    expect(plain(asked)).toEqual([
      { after: '6', first: 2, filter: { isTest: false } },
      { after: null, first: 50, filter: null },
    ]);
    const { errors } = await run(context(), '{ interactionChanges(first: 101) { nodes { __typename } } }');
    expect(errors?.map((error) => publicError(error, null).extensions)).toEqual([
      { code: 'BAD_USER_INPUT', field: 'first' },
    ]);
  });
});
