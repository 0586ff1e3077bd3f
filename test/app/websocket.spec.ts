import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let key: string;

beforeAll(async () => {
  server = await TestServer.start({}, { SUBSCRIPTION_QUEUE: '50', MAX_SOCKETS_PER_TENANT: '5' });
  key = await server.key('acme');
  await server.source('acme', 'crm', 'neutral', 'DIALER');
});
afterAll(() => server.close());

const FEED =
  'subscription { interactionFeed { __typename ... on FeedSnapshotEnd { cursor } ... on InteractionUpserted { interaction { id reference } } } }';
const send = (records: object[]) =>
  server.post('/ingest/crm', JSON.stringify(records), {
    'content-type': 'application/json',
    authorization: `Bearer ${key}`,
  });
const ringing = (n: number, version: number, reference: string) => ({
  version,
  externalId: `call-${n}`,
  occurredAt: '2026-09-14T15:04:05Z',
  status: 'RINGING',
  reference,
});

/** A WebSocket that speaks graphql-transport-ws by hand. */
async function open(token: string | undefined): Promise<{
  socket: WebSocket;
  received: { type: string; payload?: unknown }[];
  closed: Promise<[number, string]>;
}> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const received: { type: string; payload?: unknown }[] = [];
  socket.on('message', (data) => received.push(JSON.parse(String(data)) as { type: string }));
  const closed = new Promise<[number, string]>((resolve) =>
    socket.on('close', (code, reason) => resolve([code, String(reason)])),
  );
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(
    JSON.stringify({
      type: 'connection_init',
      payload: token === undefined ? {} : { authorization: `Bearer ${token}` },
    }),
  );
  return { socket, received, closed };
}

describe('the WebSocket', () => {
  it.each([
    ['no token', undefined],
    ['a wrong one', 'tl_abcdefghijkl_wrong'],
  ])('closes with 4403 on %s', async (_what, token) => {
    const { closed } = await open(token);
    expect(await closed).toEqual([4403, 'Forbidden']);
  });

  it('closes with 4403 when the key expires while a subscription runs', async () => {
    const shortLived = await server.key('acme', 'ADMIN', Date.now() + 400);
    const { socket, received, closed } = await open(shortLived);
    await eventually(async () => expect(received.map((one) => one.type)).toContain('connection_ack'));
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: FEED } }));
    expect(await closed).toEqual([4403, 'Forbidden']);
  });

  it('answers a syntax error to its subscription and keeps the socket for the others', async () => {
    const { socket, received } = await open(key);
    await eventually(async () => expect(received.map((one) => one.type)).toContain('connection_ack'));
    socket.send(JSON.stringify({ id: 'bad', type: 'subscribe', payload: { query: 'subscription {' } }));
    socket.send(JSON.stringify({ id: 'good', type: 'subscribe', payload: { query: FEED } }));
    await eventually(async () =>
      expect(received.filter((one) => one.type === 'next').length).toBeGreaterThanOrEqual(2),
    );
    expect(received.find((one) => one.type === 'error')).toMatchObject({
      id: 'bad',
      payload: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }],
    });
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.terminate();
  });

  it('serves queries with the limits of HTTP', async () => {
    const { socket, received } = await open(key);
    await eventually(async () => expect(received.map((one) => one.type)).toContain('connection_ack'));
    const deep = `{ interactions { nodes { ${'legs { interaction { '.repeat(20)} id ${'} }'.repeat(20)} } } }`;
    socket.send(JSON.stringify({ id: 'deep', type: 'subscribe', payload: { query: deep } }));
    socket.send(JSON.stringify({ id: 'fine', type: 'subscribe', payload: { query: '{ viewer { role } }' } }));
    await eventually(async () =>
      expect(received.map((one) => one.type)).toEqual(expect.arrayContaining(['error', 'next'])),
    );
    expect(received.find((one) => one.type === 'next')).toMatchObject({
      id: 'fine',
      payload: { data: { viewer: { role: 'ADMIN' } } },
    });
    socket.terminate();
  });

  it('takes no more sockets of a tenant than it may have, and says to come again', async () => {
    const tenant = await server.key('crowd');
    const sockets = await Promise.all(Array.from({ length: 5 }, () => open(tenant)));
    for (const { received } of sockets)
      await eventually(async () => expect(received.map((one) => one.type)).toContain('connection_ack'));
    const { closed } = await open(tenant);
    expect((await closed)[0]).toBe(1013);
    for (const { socket } of sockets) socket.terminate();
  });

  it('lets a reader that has stopped reading harm nobody', async () => {
    const paused = await pausedSubscriber();
    const seen: string[] = [];
    let began = false;
    server.client(key).subscribe(
      { query: FEED },
      {
        next: ({ data }) => {
          const { interactionFeed: event } = data as {
            interactionFeed: { __typename: string; interaction?: { reference: string } };
          };
          began ||= event.__typename === 'FeedSnapshotEnd';
          if (event.interaction) seen.push(event.interaction.reference);
        },
        error: (error) => {
          throw error;
        },
        complete: () => undefined,
      },
    );
    await eventually(async () => expect(began).toBe(true));
    const wide = 'x'.repeat(200);
    for (let round = 0; round < 20; round += 1) {
      const sent = await send(
        Array.from({ length: 20 }, (_, n) => ringing(n, round, `${round}-${n}-${wide}`)),
      );
      expect(sent.status).toBe(200);
    }
    await eventually(async () =>
      expect(new Set(seen.filter((reference) => reference.startsWith('19-'))).size).toBe(20),
    );
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    paused.destroy();
  });
});

/** Subscribes ten times and then reads no more from its socket, as a hung client does. */
async function pausedSubscriber(): Promise<Socket> {
  const { port } = new URL(server.url);
  const socket = connect(Number(port), 'localhost');
  const upgrade = [
    'GET /graphql HTTP/1.1',
    'Host: localhost',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    '',
    '',
  ];
  socket.write(upgrade.join('\r\n'));
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write(frame({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }));
  await new Promise((resolve) => socket.once('data', resolve));
  for (let n = 0; n < 10; n += 1)
    socket.write(frame({ id: String(n), type: 'subscribe', payload: { query: FEED } }));
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  return socket;
}

/** A masked text frame; the mask is zero, so the text stays as it is. */
function frame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const header =
    text.length < 126
      ? Buffer.from([0x81, 0x80 | text.length])
      : Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255]);
  return Buffer.concat([header, Buffer.alloc(4), text]);
}
