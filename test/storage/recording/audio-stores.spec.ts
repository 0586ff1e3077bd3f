import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buffer } from 'node:stream/consumers';
import type { AudioStore } from '../../../src/storage/recording/audio-store.js';
import { openAudioStore, readS3Place } from '../../../src/storage/recording/open-audio-store.js';
import { S3Double } from '../../support/s3-double.js';

const KEY = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30/a/b';
const BODY = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));

let folder: string;
let s3: S3Double;
const stores = new Map<string, AudioStore>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audio-'));
  await writeFile(join(folder, 'fetched'), BODY);
  s3 = await S3Double.start();
  stores.set('files', openAudioStore(pathToFileURL(join(folder, 'kept')).href));
  stores.set('S3', openAudioStore(s3.recordingsUrl));
});
afterEach(() => {
  s3.fault = null;
  s3.ignoresRanges = false;
});
afterAll(async () => {
  for (const store of stores.values()) await store.close();
  await s3.close();
  await rm(folder, { recursive: true });
});

function storeOf(name: string): AudioStore {
  const store = stores.get(name);
  if (store === undefined) throw new Error(`no store ${name}`);
  return store;
}

const file = () => ({ path: join(folder, 'fetched'), bytes: BODY.length, contentType: 'audio/wav' });

async function bytesOf(store: AudioStore, start: number, end: number): Promise<Buffer | null> {
  const stream = await store.read(KEY, { start, end });
  return stream === null ? null : buffer(stream);
}

describe.each(['files', 'S3'])('the storage of recordings as %s', (name) => {
  it('has nothing before something is put into it', async () => {
    expect(await bytesOf(storeOf(name), 0, 10)).toBeNull();
  });

  it('gives back what was put into it, whole and in parts', async () => {
    const store = storeOf(name);
    await store.put(KEY, file());
    expect(await bytesOf(store, 0, BODY.length - 1)).toEqual(BODY);
    expect(await bytesOf(store, 70_000, 140_000)).toEqual(BODY.subarray(70_000, 140_001));
    expect(await bytesOf(store, 199_999, 199_999)).toEqual(BODY.subarray(199_999));
  });

  it('takes a new file in place of the old one', async () => {
    const store = storeOf(name);
    await writeFile(join(folder, 'other'), 'other');
    await store.put(KEY, { path: join(folder, 'other'), bytes: 5, contentType: 'audio/wav' });
    expect((await bytesOf(store, 0, 4))?.toString()).toBe('other');
  });

  it('forgets what is removed, and minds no second time', async () => {
    const store = storeOf(name);
    await store.remove(KEY);
    await store.remove(KEY);
    expect(await bytesOf(store, 0, 0)).toBeNull();
  });

  it('keeps nothing of a file that is not there to be read', async () => {
    const store = storeOf(name);
    await expect(store.put(KEY, { ...file(), path: join(folder, 'absent') })).rejects.toThrow('ENOENT');
    expect(await bytesOf(store, 0, 0)).toBeNull();
  });
});

describe('recordings as files', () => {
  it('can be read by nobody else, and leave nothing half done', async () => {
    const store = storeOf('files');
    await store.put(KEY, file());
    const path = join(folder, 'kept', KEY);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(path, '..'))).toEqual(['b']);
  });
});

describe('recordings in S3', () => {
  it('are asked for by signed requests for exactly the bytes that are wanted', async () => {
    const store = storeOf('S3');
    await store.put(KEY, file());
    s3.requests.length = 0;
    await bytesOf(store, 5, 9);
    await store.remove(KEY);
    expect(s3.requests).toEqual([
      { method: 'GET', key: `audio/${KEY}`, range: 'bytes=5-9' },
      { method: 'DELETE', key: `audio/${KEY}`, range: undefined },
    ]);
  });

  it('have the type of the audio', async () => {
    await storeOf('S3').put(KEY, file());
    expect(s3.objects.get(`audio/${KEY}`)?.type).toBe('audio/wav');
  });

  it('are not given out when the storage answers other bytes than those', async () => {
    s3.ignoresRanges = true;
    await expect(bytesOf(storeOf('S3'), 5, 9)).rejects.toThrow('other bytes');
  });

  it.each([
    [403, 'AccessDenied'],
    [404, 'NoSuchBucket'],
  ])('are a fault of ours when the storage refuses with %d %s', async (status, code) => {
    s3.fault = { status, code };
    await expect(bytesOf(storeOf('S3'), 0, 1)).rejects.toMatchObject({ name: code });
    await expect(storeOf('S3').put(KEY, file())).rejects.toMatchObject({ name: code });
    await expect(storeOf('S3').remove(KEY)).rejects.toMatchObject({ name: code });
  });
});

describe('the place of recordings', () => {
  it('is read from its URL', () => {
    expect(readS3Place(new URL('s3://calls'))).toEqual({
      bucket: 'calls',
      prefix: '',
      region: 'us-east-1',
      endpoint: null,
      credentials: null,
    });
    expect(
      readS3Place(new URL('s3://id:a%2Fb@calls/one/two/?region=eu-west-1&endpoint=https://s3.example')),
    ).toEqual({
      bucket: 'calls',
      prefix: 'one/two/',
      region: 'eu-west-1',
      endpoint: 'https://s3.example',
      credentials: { accessKeyId: 'id', secretAccessKey: 'a/b' },
    });
  });

  it('is described without its secrets', () => {
    expect(openAudioStore('s3://id:secret@calls').description).toBe('the bucket calls');
    expect(openAudioStore('file:///srv/audio').description).toBe('the folder /srv/audio');
  });
});
