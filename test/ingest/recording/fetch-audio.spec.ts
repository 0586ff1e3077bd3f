import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveBySystem } from '../../../src/ingest/recording/address-guard.js';
import type { FetchLimits } from '../../../src/ingest/recording/fetch-audio.js';
import { fetchAudio, USUAL_LIMITS } from '../../../src/ingest/recording/fetch-audio.js';
import type { Behaviour } from '../../support/audio-provider.js';
import {
  AudioProvider,
  brokenOff,
  endless,
  redirect,
  serve,
  silent,
  status,
  tooShort,
} from '../../support/audio-provider.js';
import { wav } from '../../support/wav.js';

const AUDIO = wav(1_500);
const SHORT: Partial<FetchLimits> = { idleMs: 150, minBytesPerIdle: 1_000 };

let provider: AudioProvider;
let other: AudioProvider;
let folder: string;
beforeAll(async () => {
  provider = await AudioProvider.start();
  other = await AudioProvider.start();
  folder = await mkdtemp(join(tmpdir(), 'fetch-'));
});
afterAll(async () => {
  await provider.close();
  await other.close();
  await rm(folder, { recursive: true });
});
afterEach(() => {
  provider.requests.length = 0;
  other.requests.length = 0;
});

const fetched = (url: string, limits: Partial<FetchLimits> = {}, headers = {}) => {
  const allowed = { hosts: [], trustedHosts: [provider.host, other.host] };
  return fetchAudio(
    { url, headers, allowed },
    join(folder, 'audio'),
    { ...USUAL_LIMITS, ...limits },
    resolveBySystem,
  );
};

describe('audio from a provider', () => {
  it('comes into the file as it was sent, with its size, hash, type and length', async () => {
    expect(await fetched(provider.at('/a', serve(AUDIO)))).toEqual({
      bytes: AUDIO.length,
      sha256: createHash('sha256').update(AUDIO).digest('hex'),
      contentType: 'audio/wav',
      durationMs: 1_500,
    });
    expect(await readFile(join(folder, 'audio'))).toEqual(AUDIO);
  });

  it('is asked for without compression, with the credentials of its source', async () => {
    await fetched(provider.at('/a', serve(AUDIO)), {}, { authorization: 'Basic abc' });
    expect(provider.requests[0]?.headers).toEqual({
      accept: 'audio/*',
      'accept-encoding': 'identity',
      authorization: 'Basic abc',
      host: provider.host,
      connection: 'close',
    });
  });

  it.each<[string, string, Buffer, string | null]>([
    ['as declared', 'audio/mpeg', Buffer.from('whatever'), 'audio/mpeg'],
    ['without the parameters of the declaration', 'Audio/OGG; codecs=opus', Buffer.from('x'), 'audio/ogg'],
    ['found in a WAV', 'application/octet-stream', AUDIO, 'audio/wav'],
    ['found in an MP3 with tags', 'binary/octet-stream', Buffer.from('ID3\x04rest'), 'audio/mpeg'],
    ['found in a bare MP3', 'application/octet-stream', Buffer.from([0xff, 0xfb, 0x90, 0x64]), 'audio/mpeg'],
    ['found in an Ogg', '', Buffer.from('OggS rest'), 'audio/ogg'],
    ['none of a page', 'text/html', Buffer.from('<html>'), null],
    ['none of a film', 'video/mp4', Buffer.from('\0\0\0\x18ftypmp42'), null],
    ['none of an unknown file', 'application/octet-stream', Buffer.from('#!/bin/sh'), null],
    ['none of something that only looks declared', 'audio/"><script>', AUDIO, null],
  ])('has its type %s', async (_what, declared, body, contentType) => {
    const headers: Record<string, string> = declared === '' ? {} : { 'content-type': declared };
    const fetching = fetched(provider.at('/type', serve(body, headers)));
    if (contentType !== null) await expect(fetching).resolves.toMatchObject({ contentType });
    else await expect(fetching).rejects.toMatchObject({ reason: 'is not audio', kind: 'final' });
  });

  it.each<[string, Behaviour, Partial<FetchLimits>, string, string]>([
    ['never answers', silent, SHORT, 'came too slowly', 'passing'],
    ['sends a byte at a time', endless(Buffer.alloc(1), 20), SHORT, 'came too slowly', 'passing'],
    [
      'never ends',
      endless(Buffer.alloc(60_000), 1),
      { maxBytes: 500_000 },
      'is larger than we take',
      'final',
    ],
    ['announces too much', serve(AUDIO), { maxBytes: 1_024 }, 'is larger than we take', 'final'],
    ['sends less than it announces', tooShort(AUDIO), {}, 'broke off on its way', 'passing'],
    ['breaks off half-way', brokenOff(AUDIO), {}, 'broke off on its way', 'passing'],
    ['sends nothing', serve(Buffer.alloc(0)), {}, 'is empty', 'passing'],
    [
      'compresses all the same',
      serve(AUDIO, { 'content-type': 'audio/wav', 'content-encoding': 'gzip' }),
      {},
      'came in an encoding that was not asked for',
      'final',
    ],
    ['has it not yet', status(404), {}, 'could not be had: its host answered 404', 'passing'],
    ['has too much to do', status(429), {}, 'could not be had: its host answered 429', 'passing'],
    ['is broken', status(503), {}, 'could not be had: its host answered 503', 'passing'],
    ['refuses us', status(403), {}, 'could not be had: its host answered 403', 'final'],
    ['answers a part', status(206), {}, 'could not be had: its host answered 206', 'final'],
    ['has deleted it', status(410), {}, 'was deleted by its provider', 'gone'],
    ['redirects nowhere', redirect(''), { maxRedirects: 2 }, 'was redirected too often', 'final'],
  ])('that %s is refused', async (_what, behaviour, limits, reason, kind) => {
    await expect(fetched(provider.at('/fault', behaviour), limits)).rejects.toMatchObject({
      name: 'FetchFault',
      reason,
      kind,
    });
  });

  it('that nobody serves is refused', async () => {
    const gone = await AudioProvider.start();
    const url = `http://${gone.host}/a`;
    const allowed = { hosts: [], trustedHosts: [gone.host] };
    await gone.close();
    const fetching = fetchAudio(
      { url, headers: {}, allowed },
      join(folder, 'a'),
      USUAL_LIMITS,
      resolveBySystem,
    );
    await expect(fetching).rejects.toMatchObject({ reason: 'broke off on its way', kind: 'passing' });
  });
});

describe('a redirect', () => {
  const credentials = { authorization: 'Bearer secret' };

  it.each([301, 302, 303, 307, 308])(
    'of the kind %d is followed, with the credentials on the same host',
    async (code) => {
      provider.at('/to', serve(AUDIO));
      await fetched(provider.at('/from', redirect('/to', code)), {}, credentials);
      expect(provider.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
        ['/from', 'Bearer secret'],
        ['/to', 'Bearer secret'],
      ]);
    },
  );

  it('to another host takes no credentials along', async () => {
    other.at('/end', serve(AUDIO));
    const away = other.at('/away', redirect(`http://${other.host}/end`));
    await fetched(provider.at('/from', redirect(away)), {}, credentials);
    expect(provider.requests[0]?.headers.authorization).toBe('Bearer secret');
    expect(other.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/away', undefined],
      ['/end', undefined],
    ]);
  });

  it('is followed three times and no more', async () => {
    for (const step of [1, 2, 3, 4]) provider.at(`/${step}`, redirect(`/${step + 1}`));
    provider.at('/5', serve(AUDIO));
    expect((await fetched(`http://${provider.host}/2`)).bytes).toBe(AUDIO.length);
    await expect(fetched(`http://${provider.host}/1`)).rejects.toMatchObject({
      reason: 'was redirected too often',
      kind: 'final',
    });
    expect(provider.requests.map(({ path }) => path)).toEqual([
      '/2',
      '/3',
      '/4',
      '/5',
      '/1',
      '/2',
      '/3',
      '/4',
    ]);
  });

  it('to the metadata of the machine is not followed', async () => {
    const url = provider.at('/meta', redirect('http://169.254.169.254/latest/meta-data/'));
    await expect(fetched(url)).rejects.toMatchObject({ kind: 'final' });
  });
});

describe('a host by https', () => {
  it('is asked by its name, and must prove it', async () => {
    const [key, cert] = await Promise.all(
      ['key', 'cert'].map((part) => readFile(`test/fixtures/tls/provider.test.${part}.pem`)),
    );
    const names: unknown[] = [];
    const SNICallback = (name: string, done: (error: null) => void) => {
      names.push(name);
      done(null);
    };
    let requests = 0;
    const server = https.createServer({ key, cert, SNICallback }, (request, response) => {
      requests += 1;
      response.end((request.socket as TLSSocket).getProtocol());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const named = `provider.test:${(server.address() as AddressInfo).port}`;
    const allowed = { hosts: [], trustedHosts: [named] };
    const local = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const request = { url: `https://${named}/a`, headers: {}, allowed };
    await expect(fetchAudio(request, join(folder, 'tls'), USUAL_LIMITS, local)).rejects.toMatchObject({
      reason: 'broke off on its way',
    });
    expect({ names, requests }).toEqual({ names: ['provider.test'], requests: 0 });
    await new Promise((resolve) => server.close(resolve));
  });
});
