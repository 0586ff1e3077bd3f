import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import type { Hearing, RelayOptions } from '../../src/control/relay.js';
import { BUFFERED, relay } from '../../src/control/relay.js';
import { eventually } from '../support/eventually.js';
import { nowhere, Vendor } from '../support/vendor.js';

let vendor: Vendor;
const open: { close(): void }[] = [];

beforeAll(async () => {
  vendor = await Vendor.start();
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  vendor.listeners.splice(0).forEach((socket) => socket.terminate());
});
afterAll(() => vendor.close());

interface Ear {
  client: WebSocket;
  texts: Record<string, unknown>[];
  audio: Buffer[];
  closed: Promise<[number, string]>;
  over: Promise<void>;
}

/** A server whose every listener hears the vendor, and one listener of it. */
async function listen(options: Partial<RelayOptions> = {}, url = vendor.url): Promise<Ear> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, maxPayload: 1_024 });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const stream = { url: url.replace('http', 'ws'), encoding: 'PCM16', sampleRate: 16_000 };
  const over = new Promise<void>((resolve) =>
    sockets.on('connection', (listener) => {
      void relay(listener, stream, { hearing: () => Promise.resolve('YES'), ...options }).then(resolve);
    }),
  );
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const texts: Record<string, unknown>[] = [];
  const audio: Buffer[] = [];
  client.on('message', (data: Buffer, isBinary) =>
    isBinary ? audio.push(data) : texts.push(JSON.parse(data.toString()) as Record<string, unknown>),
  );
  const closed = new Promise<[number, string]>((resolve) =>
    client.on('close', (code, reason) => resolve([code, String(reason)])),
  );
  open.push({
    close: () => {
      client.terminate();
      sockets.close();
      http.close();
    },
  });
  return { client, texts, audio, closed, over };
}

async function streaming(): Promise<WebSocket> {
  await eventually(async () => expect(vendor.listeners).toHaveLength(1));
  const [socket] = vendor.listeners;
  if (socket === undefined) throw new Error('nobody came');
  return socket;
}

const LISTENING = { type: 'listening', encoding: 'PCM16', sampleRate: 16_000 };

describe('a relay', () => {
  it("passes the vendor's audio on as it is, and says first what it is", async () => {
    const ear = await listen();
    const voice = await streaming();
    const frames = [Buffer.from([1, 2, 3]), Buffer.alloc(0), Buffer.alloc(64_000, 7)];
    for (const frame of frames) voice.send(frame);
    voice.send('{"transcript":"never passed on"}');
    await eventually(async () => expect(ear.audio).toHaveLength(3));
    expect(ear.audio).toEqual(frames);
    expect(ear.texts).toEqual([LISTENING]);
  });

  it.each([
    ['words', 'hello'],
    ['a voice', Buffer.from([1, 2, 3])],
  ])('ends when the listener sends %s, and sends the vendor nothing', async (_what, sent) => {
    const ear = await listen();
    const voice = await streaming();
    const heard: unknown[] = [];
    voice.on('message', (data) => heard.push(data));
    const gone = new Promise((resolve) => voice.on('close', resolve));
    await eventually(async () => expect(ear.texts).toEqual([LISTENING]));
    ear.client.send(sent);
    expect(await ear.closed).toEqual([1003, 'listening only']);
    await gone;
    await ear.over;
    expect(heard).toEqual([]);
  });

  it('ends with the stream', async () => {
    const ear = await listen();
    (await streaming()).close();
    expect(await ear.closed).toEqual([1000, 'the stream ended']);
    await ear.over;
  });

  it('leaves the vendor when the listener goes, however it goes', async () => {
    const ear = await listen();
    const voice = await streaming();
    const gone = new Promise((resolve) => voice.on('close', resolve));
    ear.client.terminate();
    await gone;
    await ear.over;
  });

  it.each<[string, Hearing, [number, string]]>([
    ['the call ends', 'CALL_OVER', [1000, 'the call is over']],
    ['the right ends', 'RIGHT_OVER', [4403, 'forbidden']],
  ])('ends when %s', async (_what, end, closing) => {
    let hearing: Hearing = 'YES';
    let asked = 0;
    const ear = await listen({
      recheckMs: 10,
      hearing: () => {
        asked += 1;
        return Promise.resolve(hearing);
      },
    });
    const voice = await streaming();
    const gone = new Promise((resolve) => voice.on('close', resolve));
    await eventually(async () => expect(asked).toBeGreaterThan(2));
    expect(ear.client.readyState).toBe(WebSocket.OPEN);
    hearing = end;
    expect(await ear.closed).toEqual(closing);
    await gone;
  });

  it('goes on when nobody can say whether it may', async () => {
    let asked = 0;
    const ear = await listen({
      recheckMs: 10,
      hearing: () => {
        asked += 1;
        return Promise.reject(new Error('the database is away'));
      },
    });
    const voice = await streaming();
    await eventually(async () => expect(asked).toBeGreaterThan(2));
    voice.send(Buffer.from([9]));
    await eventually(async () => expect(ear.audio).toEqual([Buffer.from([9])]));
  });

  it('says that the stream cannot be reached', async () => {
    const ear = await listen({}, await nowhere());
    expect(await ear.closed).toEqual([1011, 'the stream cannot be reached']);
    await ear.over;
  });

  it('drops what a slow listener cannot take, keeps little, and says how much was lost', async () => {
    const ear = await listen();
    const voice = await streaming();
    await eventually(async () => expect(ear.texts).toEqual([LISTENING]));
    ear.client.pause();
    const frame = Buffer.alloc(64 * 1_024, 1);
    const frames = 400;
    for (let n = 0; n < frames; n += 1) voice.send(frame);
    await eventually(async () => expect(voice.bufferedAmount).toBe(0));
    ear.client.resume();
    const lost = () =>
      ear.texts.filter(({ type }) => type === 'dropped').reduce((sum, { frames: n }) => sum + Number(n), 0);
    let sent = frames;
    await eventually(async () => {
      voice.send(frame);
      sent += 1;
      expect(lost()).toBeGreaterThan(0);
    });
    await eventually(async () => expect(ear.audio.length + lost()).toBe(sent));
    expect(ear.client.readyState).toBe(WebSocket.OPEN);
    expect(BUFFERED.most).toBeLessThan(frame.length * frames);
  });

  it('sends away a listener that takes nothing for long', async () => {
    const ear = await listen({ stallMs: 0 });
    const voice = await streaming();
    await eventually(async () => expect(ear.texts).toEqual([LISTENING]));
    ear.client.pause();
    const gone = new Promise((resolve) => voice.on('close', resolve));
    const frame = Buffer.alloc(64 * 1_024, 1);
    for (let n = 0; n < 400; n += 1) voice.send(frame);
    await gone;
    await ear.over;
    ear.client.resume();
    expect((await ear.closed)[0]).toBe(1013);
  });
});
