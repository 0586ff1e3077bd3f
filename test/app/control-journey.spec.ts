import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { ApiRole } from '../../src/domain/words.js';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';
import { Vendor } from '../support/vendor.js';

const CALL = '5f0a2f3e-8a56-4c0e-9b1d-000000000042';
const SECRET = 'a-webhook-secret';

let server: TestServer;
let vendor: Vendor;
let webhook: string;
const keys = new Map<ApiRole, string>();

beforeAll(async () => {
  vendor = await Vendor.start();
  server = await TestServer.start({ control: { relay: { recheckMs: 20 } } });
  for (const role of ['ADMIN', 'SUPERVISOR', 'AGENT', 'CALLS_ONLY'] as const)
    keys.set(role, await server.key('acme', role));
  const { id: tenantId } = await server.server.tenants.ensure('acme');
  const settings = { control: { hosts: ['127.0.0.1'], queue: '+12025550177' } };
  const source = { tenantId, name: 'bot', provider: 'vapi', role: 'ASSISTANT' as const, secret: SECRET };
  await server.server.sources.add({ ...source, timeZone: 'UTC', settings });
  webhook = `/ingest/bot?tenant=${tenantId}`;
});
afterAll(async () => {
  await server.close();
  await vendor.close();
});

const key = (role: ApiRole): string => keys.get(role) ?? '';
const begun = Date.now() - 5_000;

async function tell(type: string, fields: object, callId = CALL): Promise<void> {
  const monitor = {
    controlUrl: `${vendor.url}/7420/control`,
    listenUrl: `${vendor.url.replace('http', 'ws')}/7420/listen`,
  };
  const call = { id: callId, type: 'inboundPhoneCall', createdAt: new Date(begun).toISOString(), monitor };
  const message = { type, timestamp: Date.now(), call, customer: { number: '+12025550142' }, ...fields };
  const answer = await server.post(webhook, JSON.stringify({ message }), {
    'content-type': 'application/json',
    'x-vapi-secret': SECRET,
  });
  expect(answer.body).toMatchObject({ accepted: 1, rejected: 0 });
}

type Payload = {
  action: { actionId: string; state: string } | null;
  join?: { url: string } | null;
  userErrors: object[];
};

async function act(
  mutation: string,
  callId: string,
  input: object = {},
  role: ApiRole = 'SUPERVISOR',
): Promise<Payload> {
  const type = mutation[0]?.toUpperCase() + mutation.slice(1);
  const join = mutation === 'listenIn' || mutation === 'takeOver' ? 'join { protocol url }' : '';
  const { data, errors } = await server.graphql<Record<string, Payload>>(
    key(role),
    `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { action { actionId kind state } ${join} userErrors { field code message } } }`,
    { input: { callId, ...input } },
  );
  expect(errors).toEqual([]);
  const payload = data[mutation];
  if (payload === undefined) throw new Error(`${mutation} answered nothing`);
  return payload;
}

async function available(callId: string, role: ApiRole): Promise<string[]> {
  const { data } = await server.graphql<{ call: { availableActions: string[] } }>(
    key(role),
    'query ($id: ID!) { call(id: $id) { availableActions } }',
    { id: callId },
  );
  return data.call.availableActions;
}

const WHILE_THE_ASSISTANT_HAS_IT = ['LISTEN_IN', 'TAKE_OVER', 'TRANSFER', 'ENQUEUE', 'END', 'COACH'];
const commands = () =>
  vendor.received.map(({ body }) => JSON.parse(body) as { type: string; control?: string });

describe('a live call', () => {
  it('is watched, taken over, handed back, listened to and ended; an ended one refuses', async () => {
    await tell('status-update', { status: 'in-progress' });
    const { data } = await server.graphql<{ calls: { nodes: { id: string }[] } }>(
      key('ADMIN'),
      '{ calls { nodes { id } } }',
    );
    const id = data.calls.nodes[0]?.id ?? '';

    const told: string[] = [];
    const seen: string[][] = [];
    const client = server.client(key('SUPERVISOR'));
    client.subscribe(
      {
        query:
          'subscription ($id: ID!) { monitoringActionUpdated(callId: $id) { kind state requestedBy call { id availableActions } } }',
        variables: { id },
      },
      {
        next: ({ data: event }) => {
          const { kind, state } = (event as { monitoringActionUpdated: { kind: string; state: string } })
            .monitoringActionUpdated;
          told.push(`${kind} ${state}`);
        },
        error: (error) => {
          throw error;
        },
        complete: () => undefined,
      },
    );
    client.subscribe(
      {
        query: 'subscription ($id: ID!) { callUpdated(callId: $id) { status availableActions } }',
        variables: { id },
      },
      {
        next: ({ data: event }) =>
          seen.push((event as { callUpdated: { availableActions: string[] } }).callUpdated.availableActions),
        error: (error) => {
          throw error;
        },
        complete: () => undefined,
      },
    );
    await eventually(async () => {
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      expect(metrics).toContain('throughline_action_subscribers 1');
      expect(seen).toEqual([WHILE_THE_ASSISTANT_HAS_IT]);
    });

    expect(await available(id, 'SUPERVISOR')).toEqual(WHILE_THE_ASSISTANT_HAS_IT);
    expect(await available(id, 'AGENT')).toEqual(['COACH']);
    expect(await available(id, 'CALLS_ONLY')).toEqual([]);

    const actionId = randomUUID();
    const taken = { action: { actionId, kind: 'TAKE_OVER', state: 'DONE' }, join: null, userErrors: [] };
    expect(await act('takeOver', id, { actionId })).toEqual(taken);
    expect(await act('takeOver', id, { actionId })).toEqual(taken);
    expect(await act('takeOver', id, {}, 'ADMIN')).toMatchObject({
      action: null,
      userErrors: [{ code: 'CONFLICT', field: 'callId' }],
    });
    expect(await act('transferCall', id, { destination: '+12025550150' })).toMatchObject({
      action: null,
      userErrors: [
        { code: 'ACTION_NOT_ALLOWED', message: 'A person has taken this call over; hand it back first.' },
      ],
    });
    expect(await available(id, 'SUPERVISOR')).toEqual(['HAND_BACK']);
    await eventually(async () => expect(seen.at(-1)).toEqual(['HAND_BACK']));
    expect((await act('handBack', id)).action).toMatchObject({ state: 'DONE' });
    expect((await act('addCoaching', id, { note: 'Mention the warranty.' }, 'AGENT')).action).toMatchObject({
      state: 'DONE',
    });
    expect(commands()).toEqual([
      { type: 'control', control: 'mute-assistant' },
      { type: 'control', control: 'unmute-assistant' },
      {
        type: 'add-message',
        message: { role: 'system', content: 'Mention the warranty.' },
        triggerResponseEnabled: false,
      },
    ]);

    const { join } = await act('listenIn', id);
    const url = join?.url ?? '';
    expect(url).toMatch(new RegExp(`^${server.url.replace('http', 'ws')}/listen/[0-9a-f-]{36}\\?link=`));
    const ear = new WebSocket(url);
    const heard: Buffer[] = [];
    ear.on('message', (frame: Buffer, isBinary) => isBinary && heard.push(frame));
    const closed = new Promise((resolve) =>
      ear.on('close', (code, reason) => resolve([code, String(reason)])),
    );
    await eventually(async () => expect(vendor.listeners).toHaveLength(1));
    vendor.listeners[0]?.send(Buffer.from([1, 2, 3]));
    await eventually(async () => expect(heard).toEqual([Buffer.from([1, 2, 3])]));
    expect(await refusalOf(url)).toBe(410);
    expect(await refusalOf(url.replace('link=', 'link=A'))).toBe(403);
    expect(await refusalOf(url.replace(/listen\/[^?]*/, `listen/${randomUUID()}`))).toBe(403);

    expect((await act('endCall', id)).action).toMatchObject({ state: 'ACCEPTED' });
    await tell('status-update', { status: 'ended', endedReason: 'manually-canceled' });
    expect(await closed).toEqual([1000, 'the call is over']);
    await eventually(async () => expect(told.at(-1)).toBe('END DONE'));
    expect(told.filter((one) => one.endsWith('DONE'))).toEqual([
      'TAKE_OVER DONE',
      'HAND_BACK DONE',
      'COACH DONE',
      'LISTEN_IN DONE',
      'END DONE',
    ]);
    await eventually(async () => expect(seen.at(-1)).toEqual([]));

    vendor.reset();
    for (const [mutation, input] of [
      ['listenIn', {}],
      ['takeOver', {}],
      ['handBack', {}],
      ['transferCall', { destination: '+12025550150' }],
      ['enqueueCall', {}],
      ['endCall', {}],
      ['addCoaching', { note: 'Too late.' }],
    ] as const)
      expect([mutation, (await act(mutation, id, input)).userErrors]).toEqual([
        mutation,
        [{ field: 'callId', code: 'ACTION_NOT_ALLOWED', message: 'The call has ended.' }],
      ]);
    expect(vendor.received).toEqual([]);

    const list = await server.graphql<{ monitoringActions: { nodes: object[] } }>(
      key('SUPERVISOR'),
      'query ($id: ID!) { monitoringActions(filter: { callId: $id, state: [DONE] }) { nodes { kind } } }',
      { id },
    );
    expect(list.data.monitoringActions.nodes).toEqual(
      ['END', 'LISTEN_IN', 'COACH', 'HAND_BACK', 'TAKE_OVER'].map((kind) => ({ kind })),
    );
  });

  it('is heard no longer by whose key was taken back', async () => {
    const externalId = randomUUID();
    await tell('status-update', { status: 'in-progress' }, externalId);
    const { data } = await server.graphql<{ calls: { nodes: { id: string; sessionId: string }[] } }>(
      key('ADMIN'),
      '{ calls { nodes { id sessionId } } }',
    );
    const id = data.calls.nodes.find(({ sessionId }) => sessionId === externalId)?.id ?? '';
    const { id: tenantId } = await server.server.tenants.ensure('acme');
    const granted = { tenantId, name: 'for now', role: 'SUPERVISOR' as const, expiresAt: null };
    const { id: keyId, key: shortLived } = await server.server.keys.create(granted);
    keys.set('SUPERVISOR', shortLived);
    const before = vendor.listeners.length;
    const { join } = await act('listenIn', id);
    const ear = new WebSocket(join?.url ?? '');
    const closed = new Promise((resolve) =>
      ear.on('close', (code, reason) => resolve([code, String(reason)])),
    );
    await eventually(async () => expect(vendor.listeners).toHaveLength(before + 1));
    expect(await server.server.keys.revoke(tenantId, keyId)).toBe(true);
    expect(await closed).toEqual([4403, 'forbidden']);
    await tell('status-update', { status: 'ended', endedReason: 'customer-ended-call' }, externalId);
  });

  it('has left no address of its vendor and no note where anybody reads, and nothing in the logs', async () => {
    const { db } = server.database;
    const tables: { name: string }[] = await db.query(
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    expect(tables.length).toBeGreaterThan(25);
    for (const { name } of tables) {
      const [row]: { n: number }[] = await db.query(
        `select count(*)::int as n from "${name}" t
          where to_jsonb(t)::text ~ '7420/(control|listen)' or ('${name}' <> 'coaching_note' and to_jsonb(t)::text ~ 'warranty')`,
      );
      expect([name, row?.n]).toEqual([name, 0]);
    }
    await eventually(async () => expect((await db.query('select 1 from call_control')).length).toBe(0));
    const log = server.lines.join('');
    expect(log).toContain('"route":"/graphql"');
    for (const secret of [vendor.url, '/control', 'warranty', 'link=', '2025550150'])
      expect(log).not.toContain(secret);
  });
});

/** The status of a refused handshake. */
const refusalOf = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
    });
    socket.on('open', () => reject(new Error('the link opened')));
    socket.on('error', () => undefined);
  });
