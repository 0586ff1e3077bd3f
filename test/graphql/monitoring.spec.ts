import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiRole } from '../../src/domain/words.js';
import { globalId } from '../../src/graphql/node.js';
import { answered, callId, deskOn, liveCall, steeredSource } from '../support/live-call.js';
import { countStatements } from '../support/statements.js';
import { Vendor } from '../support/vendor.js';
import { at, BASE, World } from '../support/world.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

let world: World;
let vendor: Vendor;
let other: string;

beforeAll(async () => {
  vendor = await Vendor.start();
  world = await World.create();
  await steeredSource(world, 'bot', { url: `${vendor.url}/hook`, queue: 'support' });
  other = await world.addTenant('other', []);
});
afterEach(async () => {
  vendor.reset();
  world.now = BASE;
  await world.clear();
  await world.db.query('truncate monitoring_action, coaching_note, audit_entry');
});
afterAll(async () => {
  await world.close();
  await vendor.close();
});

const as = (role: ApiRole = 'SUPERVISOR', tenantId = world.tenantId) =>
  contextFor(
    servicesOn(world.db, { monitor: deskOn(world).desk }),
    { tenantId, timeZone: 'UTC', defaultCountry: 'US', now: world.now },
    role,
  );

/** Each mutation with what it needs beside the call. */
const MUTATIONS: [mutation: string, input: object][] = [
  ['listenIn', { joinAs: null }],
  ['takeOver', {}],
  ['handBack', {}],
  ['transferCall', { destination: '+12025550150' }],
  ['enqueueCall', {}],
  ['endCall', {}],
  ['addCoaching', { note: 'Smile.' }],
];

const ask = (mutation: string, input: object, context = as()) => {
  const type = `${mutation[0]?.toUpperCase() ?? ''}${mutation.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) {
    action { id actionId kind state destination requestedBy actorRole previousParticipant } userErrors { field code message } } }`;
  return run(context, document, { input });
};

describe('who may act', () => {
  const MAY: Record<string, ApiRole[]> = { addCoaching: ['ADMIN', 'SUPERVISOR', 'AGENT'] };

  it.each(MUTATIONS)(
    '%s is for those roles alone, and nothing is sent for others',
    async (mutation, input) => {
      const allowed = MAY[mutation] ?? ['ADMIN', 'SUPERVISOR'];
      for (const role of ['ADMIN', 'SUPERVISOR', 'AGENT', 'CALLS_ONLY', 'INGEST'] as const) {
        const { errors } = await ask(mutation, { callId: randomUUID(), ...input }, as(role));
        const code = (errors?.[0]?.originalError as { code?: string } | undefined)?.code ?? 'allowed';
        expect([role, code]).toEqual([role, allowed.includes(role) ? 'allowed' : 'FORBIDDEN']);
      }
      expect([vendor.received, await world.count('monitoring_action')]).toEqual([[], 0]);
    },
  );

  it.each(MUTATIONS)('%s finds no call of another tenant, and none that is none', async (mutation, input) => {
    const id = await liveCall(world, 'bot', 'c1');
    const userErrors = [{ field: 'callId', code: 'NOT_FOUND', message: 'There is no call with this id.' }];
    const nothing = { [mutation]: { action: null, userErrors } };
    expect((await ask(mutation, { callId: id, ...input }, as('ADMIN', other))).data).toEqual(nothing);
    for (const none of [randomUUID(), 'x', globalId('Leg', id), ''])
      expect((await ask(mutation, { callId: none, ...input })).data).toEqual(nothing);
    expect([vendor.received, await world.count('monitoring_action')]).toEqual([[], 0]);
  });
});

describe('an action', () => {
  it('is answered with all that is known of it, by either id of the call', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    vendor.answers({ status: 200, body: { previous: 'bot 7' } });
    const actionId = randomUUID();
    const { data } = await ask('takeOver', { callId: globalId('Call', id), actionId });
    const action = {
      id: globalId('MonitoringAction', actionId),
      actionId,
      kind: 'TAKE_OVER',
      state: 'DONE',
      destination: null,
      requestedBy: 'key',
      actorRole: 'SUPERVISOR',
      previousParticipant: 'bot 7',
    };
    expect(data).toEqual({ takeOver: { action, userErrors: [] } });
    const found = 'query ($id: ID!) { node(id: $id) { id ... on MonitoringAction { state call { id } } } }';
    expect(await dataOf(as(), found, { id: action.id })).toEqual({
      node: { id: action.id, state: 'DONE', call: { id: globalId('Call', id) } },
    });
    expect(await dataOf(as('ADMIN', other), found, { id: action.id })).toEqual({ node: null });
    expect((await run(as('AGENT'), found, { id: action.id })).errors?.[0]?.originalError).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it.each([
    ['transferCall', { destination: 'nobody' }, 'BAD_USER_INPUT', 'destination'],
    ['endCall', { actionId: 'x' }, 'BAD_USER_INPUT', 'actionId'],
    ['addCoaching', { note: ' ' }, 'BAD_USER_INPUT', 'note'],
    ['listenIn', {}, 'CAPABILITY_MISSING', 'callId'],
    ['handBack', {}, 'ACTION_NOT_ALLOWED', 'callId'],
  ])('of %s with %p is a user error %s at %s', async (mutation, input, code, field) => {
    const id = await liveCall(world, 'bot', 'c1');
    const { data } = await ask(mutation, { callId: id, ...input });
    expect(data).toMatchObject({ [mutation]: { action: null, userErrors: [{ code, field }] } });
    expect([
      vendor.received,
      await world.count('monitoring_action'),
      await world.count('audit_entry'),
    ]).toEqual([[], 0, 0]);
  });
});

describe('coaching notes', () => {
  it('are read by those who may coach, and are nowhere else in the call or its interaction', async () => {
    const id = await liveCall(world, 'bot', 'c1', {
      messages: [{ id: 'm', speaker: 'ASSISTANT', text: 'Hello', startedAt: at(1) }],
    });
    await ask('addCoaching', { callId: id, note: 'Offer a voucher.' }, as('AGENT'));
    const query = 'query ($id: ID!) { call(id: $id) { coachingNotes { text author at } } }';
    const notes = { call: { coachingNotes: [{ text: 'Offer a voucher.', author: 'key', at: at(0) }] } };
    for (const role of ['ADMIN', 'SUPERVISOR', 'AGENT'] as const)
      expect(await dataOf(as(role), query, { id })).toEqual(notes);
    const { data, errors } = await run(as('CALLS_ONLY'), query, { id });
    expect([data, errors?.[0]?.path]).toEqual([{ call: { coachingNotes: null } }, ['call', 'coachingNotes']]);
    const whole = `query ($id: ID!) { call(id: $id) { rawRecord events { data } transcript { nodes { text } } timeline { nodes { __typename ... on Message { text } } }
      interaction { summary tags { name } transcript { nodes { text } } sourceRecords { record payload } } } }`;
    expect(JSON.stringify(await dataOf(as('ADMIN'), whole, { id }))).not.toContain('voucher');
  });
});

describe('what is available', () => {
  it('takes one statement for a list of calls', async () => {
    for (let n = 0; n < 5; n += 1) await liveCall(world, 'bot', `c${n}`);
    const counter = countStatements(world.db);
    const data = await dataOf(as(), '{ calls { nodes { availableActions coachingNotes { text } } } }');
    counter.stop();
    expect(counter.statements).toHaveLength(3);
    expect((data['calls'] as { nodes: object[] }).nodes).toEqual(
      Array(5).fill({
        availableActions: ['TAKE_OVER', 'TRANSFER', 'ENQUEUE', 'END', 'COACH'],
        coachingNotes: [],
      }),
    );
  });
});

describe('the list of actions', () => {
  it('is paged from the latest, filtered, and of one tenant', async () => {
    const [one, two] = [await liveCall(world, 'bot', 'c1'), await liveCall(world, 'bot', 'c2')];
    await ask('takeOver', { callId: one });
    world.now = BASE + 1_000;
    await ask('handBack', { callId: one });
    world.now = BASE + 2_000;
    vendor.answers({ status: 404 });
    await ask('endCall', { callId: two });
    const list = async (filter: object, page: object = {}, context = as()) => {
      const document = `query ($filter: MonitoringActionFilter, $first: Int, $after: String) {
        monitoringActions(filter: $filter, first: $first, after: $after) { nodes { kind } pageInfo { hasNextPage endCursor } } }`;
      const { monitoringActions } = (await dataOf(context, document, { filter, ...page })) as {
        monitoringActions: {
          nodes: { kind: string }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
      };
      return { kinds: monitoringActions.nodes.map(({ kind }) => kind), ...monitoringActions.pageInfo };
    };
    const first = await list({}, { first: 2 });
    expect(first).toMatchObject({ kinds: ['END', 'HAND_BACK'], hasNextPage: true });
    expect(await list({}, { first: 2, after: first.endCursor })).toMatchObject({
      kinds: ['TAKE_OVER'],
      hasNextPage: false,
    });
    expect((await list({ callId: globalId('Call', one) })).kinds).toEqual(['HAND_BACK', 'TAKE_OVER']);
    expect((await list({ callId: 'none' })).kinds).toEqual([]);
    expect((await list({ state: ['FAILED'] })).kinds).toEqual(['END']);
    expect((await list({ kind: ['TAKE_OVER', 'END'] })).kinds).toEqual(['END', 'TAKE_OVER']);
    expect((await list({ requestedAt: { from: at(1), to: at(2) } })).kinds).toEqual(['HAND_BACK']);
    expect((await list({}, {}, as('ADMIN', other))).kinds).toEqual([]);
  });
});

describe('the hand-off inbox', () => {
  const asked = (id: string, second: number, state = 'REQUESTED') => ({
    transfers: [{ id, initiator: 'AI', state, target: '+12025550150', requestedAt: at(second) }],
  });
  const inbox = async (context = as('AGENT'), page: Record<string, unknown> = {}) => {
    const document = `query ($first: Int, $after: String) { handOffs(first: $first, after: $after) {
      nodes { requestedAt waitingMs call { sessionId } transfers { target } } pageInfo { endCursor } } }`;
    const { handOffs } = (await dataOf(context, document, page)) as {
      handOffs: { nodes: { call: { sessionId: string } }[]; pageInfo: { endCursor: string } };
    };
    return handOffs;
  };
  const waiting = async (context = as('AGENT')) =>
    (await inbox(context)).nodes.map(({ call }) => call.sessionId);

  it('has the calls whose assistant asked for a human, the longest wait first', async () => {
    await liveCall(world, 'bot', 'later', asked('x', 20));
    await liveCall(world, 'bot', 'first', asked('x', 10));
    await liveCall(world, 'bot', 'nothing asked');
    world.now = BASE + 60_000;
    expect(await waiting()).toEqual(['first', 'later']);
    const { nodes, pageInfo } = await inbox(as('AGENT'), { first: 1 });
    expect(nodes).toEqual([
      {
        requestedAt: at(10),
        waitingMs: 50_000,
        call: { sessionId: 'first' },
        transfers: [{ target: '+12025550150' }],
      },
    ]);
    const rest = await inbox(as('AGENT'), { first: 1, after: pageInfo.endCursor });
    expect(rest.nodes.map(({ call }) => call.sessionId)).toEqual(['later']);
    expect(await waiting(as('ADMIN', other))).toEqual([]);
  });

  it('loses a call when the human comes, when it fails, when it ends, and when somebody takes it over', async () => {
    const keys = [{ namespace: 'interaction_id', value: randomUUID() }];
    const send = (id: string, fields: object) =>
      world.ingest.receiveRecords(world.tenantId, 'bot', [
        { ...answered(id), occurredAt: at(30), ...fields },
      ]);
    for (const id of ['bridged', 'failed', 'ended', 'taken'])
      await liveCall(world, 'bot', id, asked('x', 10));
    await liveCall(world, 'bot', 'human', { ...asked('x', 10), keys });
    expect((await waiting()).sort()).toEqual(['bridged', 'ended', 'failed', 'human', 'taken']);
    await send('bridged', asked('x', 10, 'BRIDGED'));
    await send('failed', asked('x', 10, 'FAILED'));
    await send('ended', { status: 'COMPLETED', endedAt: at(30) });
    await world.send('human', {
      externalId: 'h',
      occurredAt: at(31),
      role: 'HUMAN',
      status: 'ACTIVE',
      answeredAt: at(31),
      keys,
    });
    world.now = BASE + 40_000;
    await ask('takeOver', { callId: await callId(world, 'taken') });
    expect(await waiting()).toEqual([]);
  });

  it('is told of by the feed: the request and its answer each make a revision', async () => {
    await liveCall(world, 'bot', 'c1');
    await world.ingest.receiveRecords(world.tenantId, 'bot', [
      { ...answered('c1'), occurredAt: at(5), ...asked('x', 5) },
    ]);
    await world.ingest.receiveRecords(world.tenantId, 'bot', [
      { ...answered('c1'), occurredAt: at(6), ...asked('x', 5, 'BRIDGED') },
    ]);
    const changes: { fields: string[] }[] = await world.db.query(
      'select changed_fields as fields from change order by id offset 1',
    );
    expect(changes.map(({ fields }) => fields.includes('transfers'))).toEqual([true, true]);
  });
});
