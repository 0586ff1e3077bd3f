import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Behaviour } from '../../support/audio-provider.js';
import { serve, status } from '../../support/audio-provider.js';
import { eventually } from '../../support/eventually.js';
import { RecordingWorld } from '../../support/recording-world.js';
import { S3Double } from '../../support/s3-double.js';
import { wav } from '../../support/wav.js';

const AUDIO = wav(2_000);
const SIZE = AUDIO.length;
const ETAG = `"${createHash('sha256').update(AUDIO).digest('hex')}"`;
const MINUTE = 60_000;

interface Fault {
  errors: { message: string; extensions: { code: string } }[];
}
const faultOf = async (response: Response) => {
  const [error] = ((await response.json()) as Fault).errors;
  return [response.status, error?.extensions.code, error?.message];
};
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

describe.each(['files', 'S3'])('a recording kept as %s', (kind) => {
  let world: RecordingWorld;
  let s3: S3Double;
  let callId: string;
  beforeAll(async () => {
    s3 = await S3Double.start();
    world = await RecordingWorld.start({}, kind === 'S3' ? { RECORDINGS_URL: s3.recordingsUrl } : {});
    const startedAt = '2026-09-14T14:50:02Z';
    callId = await world.say('played', { url: world.provider.at('/a.wav', serve(AUDIO)), startedAt });
    await world.until(callId, 'AVAILABLE');
  });
  afterAll(async () => {
    await world.close();
    await s3.close();
  });

  it('is served whole, with all that a player needs to know', async () => {
    const response = await world.getAs(world.admin, callId);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'content-length': String(SIZE),
      'content-type': 'audio/wav',
      'content-disposition': `inline; filename="recording-2026-09-14T14-50-02Z-${callId.slice(-12)}.wav"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      etag: ETAG,
    });
    expect(response.headers.get('content-range')).toBeNull();
    expect(await bytesOf(response)).toEqual(AUDIO);
  });

  it.each<[string, number, number]>([
    ['bytes=0-0', 0, 0],
    ['bytes=100-199', 100, 199],
    ['bytes=-100', SIZE - 100, SIZE - 1],
    [`bytes=${SIZE - 1}-`, SIZE - 1, SIZE - 1],
    ['bytes=0-999999', 0, SIZE - 1],
  ])('is served in the range %s', async (range, start, end) => {
    const response = await world.getAs(world.admin, callId, { range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end}/${SIZE}`);
    expect(response.headers.get('content-length')).toBe(String(end - start + 1));
    expect(await bytesOf(response)).toEqual(AUDIO.subarray(start, end + 1));
  });

  it.each([`bytes=${SIZE}-`, 'bytes=9999999-', 'bytes=-0'])('has no range %s', async (range) => {
    const response = await world.getAs(world.admin, callId, { range });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, `bytes */${SIZE}`]);
    expect(await bytesOf(response)).toEqual(Buffer.alloc(0));
  });

  it('is served whole to one who asks for two ranges, or for a range of another version', async () => {
    const requests: Record<string, string>[] = [
      { range: 'bytes=0-1,5-6' },
      { range: 'bytes=0-1', 'if-range': '"other"' },
    ];
    for (const headers of requests) {
      const response = await world.getAs(world.admin, callId, headers);
      expect([response.status, (await bytesOf(response)).length]).toEqual([200, SIZE]);
    }
    const same = await world.getAs(world.admin, callId, { range: 'bytes=0-1', 'if-range': ETAG });
    expect([same.status, (await bytesOf(same)).length]).toEqual([206, 2]);
  });

  it.each([
    [{}, 200, SIZE, null],
    [{ range: 'bytes=10-19' }, 206, 10, `bytes 10-19/${SIZE}`],
    [{ range: `bytes=${SIZE}-` }, 416, 0, `bytes */${SIZE}`],
  ])('is described by HEAD as by GET: %j', async (headers, code, length, range) => {
    s3.requests.length = 0;
    const response = await world.getAs(world.admin, callId, headers as Record<string, string>, 'HEAD');
    expect([
      response.status,
      Number(response.headers.get('content-length')),
      response.headers.get('content-range'),
    ]).toEqual([code, length, range]);
    expect(response.headers.get('etag')).toBe(ETAG);
    expect(await bytesOf(response)).toEqual(Buffer.alloc(0));
    expect(s3.requests).toEqual([]);
  });

  it('can be saved under a name of its own', async () => {
    const response = await world.getAs(world.admin, `${callId}?download=1`);
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="recording-2026-09-14T14-50-02Z-${callId.slice(-12)}.wav"`,
    );
    expect(await bytesOf(response)).toEqual(AUDIO);
  });

  it('is found by the id of its call in either form', async () => {
    const { data } = await world.server.graphql<{ call: { id: string } }>(
      world.admin,
      'query ($id: ID!) { call(id: $id) { id } }',
      { id: callId },
    );
    expect((await world.getAs(world.admin, data.call.id)).status).toBe(200);
  });

  it('says so when its file is gone from the storage', async () => {
    const url = world.provider.at('/lost.wav', serve(AUDIO));
    const lost = await world.say('lost', { url });
    await world.until(lost, 'AVAILABLE');
    await world.query(`update recording set storage_key = 'not/there' where call_id = $1`, [lost]);
    const response = await world.getAs(world.admin, lost, { range: 'bytes=0-5' });
    expect(response.headers.get('content-range')).toBeNull();
    expect(response.headers.get('content-type')).toMatch('application/json');
    expect(await faultOf(response)).toEqual([
      410,
      'GONE',
      'The recording is gone: its file is not in the storage any more.',
    ]);
  });
});

describe('a recording', () => {
  let world: RecordingWorld;
  let callId: string;
  beforeAll(async () => {
    world = await RecordingWorld.start({ recordings: { pausesMs: [] } });
    callId = await world.say('played', { url: world.provider.at('/a.wav', serve(AUDIO)) });
    await world.until(callId, 'AVAILABLE');
  });
  afterAll(() => world.close());

  it.each<[string, object, Behaviour | null, number, string, string]>([
    ['of which nothing is known', {}, null, 404, 'NOT_FOUND', 'There is no recording with this id.'],
    [
      'that could not be had',
      {},
      status(410),
      410,
      'GONE',
      'The recording is gone: The recording was deleted by its provider.',
    ],
    [
      'that failed',
      {},
      status(403),
      410,
      'GONE',
      'The recording is gone: The recording could not be had: its host answered 403.',
    ],
    [
      'that its provider could not make',
      { state: 'FAILED', reason: 'silent' },
      null,
      410,
      'GONE',
      'The recording is gone: silent',
    ],
    [
      'that is still being made',
      { state: 'PENDING' },
      null,
      404,
      'NOT_FOUND',
      'The recording is not here yet.',
    ],
  ])('%s says so', async (what, stated, behaviour, code, word, message) => {
    const url =
      behaviour === null ? {} : { url: world.provider.at(`/${encodeURIComponent(what)}`, behaviour) };
    const id = await world.say(what, { ...stated, ...url });
    if (behaviour !== null)
      await eventually(async () => expect((await world.recording(id)).state).not.toBe('PENDING'));
    expect(await faultOf(await world.getAs(world.admin, id))).toEqual([code, word, message]);
  });

  it('that is only referred to is where its provider has it', async () => {
    await world.settings('dialer', { mode: 'REFERENCE' });
    const id = await world.say('referred', { url: 'https://provider.example/a.wav' });
    await world.settings('dialer', {});
    const response = await world.getAs(world.admin, id);
    expect([response.status, response.headers.get('location')]).toEqual([
      302,
      'https://provider.example/a.wav',
    ]);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('of another tenant, of no call, and of a deleted interaction is not found', async () => {
    const other = await world.server.key('other');
    const unknown = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';
    for (const id of [callId, unknown, 'x', '%00'])
      expect((await faultOf(await world.getAs(other, id))).slice(0, 2)).toEqual([404, 'NOT_FOUND']);
    const deleted = await world.say('deleted', { url: `http://${world.provider.host}/a.wav` });
    await world.until(deleted, 'AVAILABLE');
    await world.query('update leg set deleted_at = now() where id = $1', [deleted]);
    expect((await world.getAs(world.admin, deleted)).status).toBe(404);
  });

  it('is refused to who may not read', async () => {
    const ingest = await world.server.key('acme', 'INGEST');
    expect((await faultOf(await world.getAs(ingest, callId))).slice(0, 2)).toEqual([403, 'FORBIDDEN']);
    expect((await faultOf(await world.getAs('tl_wrong', callId))).slice(0, 2)).toEqual([
      401,
      'UNAUTHENTICATED',
    ]);
    const calls = await world.server.key('acme', 'CALLS_ONLY');
    expect((await world.getAs(calls, callId)).status).toBe(200);
  });

  describe('by a link', () => {
    it('opens without a key for 15 minutes', async () => {
      const { url, downloadUrl } = await world.recording(callId);
      const now = world.clock.now;
      const played = await world.get(url ?? '');
      expect([played.status, (await bytesOf(played)).length]).toEqual([200, SIZE]);
      const saved = await world.get(downloadUrl ?? '');
      expect(saved.headers.get('content-disposition')).toMatch(/^attachment;/);
      world.clock.now = now + 15 * MINUTE - 1;
      expect((await world.get(url ?? '')).status).toBe(200);
      world.clock.now = now + 15 * MINUTE;
      const late = await world.get(url ?? '');
      world.clock.now = now;
      expect((await faultOf(late)).slice(0, 2)).toEqual([403, 'FORBIDDEN']);
    });

    it.each<[string, (link: string, other: string) => string]>([
      ['stripped of its signature', (link) => link.replace(/\?.*/, '')],
      ['with an empty signature', (link) => link.replace(/link=.*/, 'link=')],
      ['with half its signature', (link) => link.slice(0, -20)],
      [
        'with a changed signature',
        (link) => link.replace(/link=./, (start) => (start.endsWith('A') ? 'link=B' : 'link=A')),
      ],
      ['with another purpose', (link) => `${link}&download=1`],
      ['with two signatures', (link) => `${link}&${new URL(link).search.slice(1)}`],
      ["with another recording's signature", (link, other) => link.replace(/\?.*/, new URL(other).search)],
      ['for another recording', (link, other) => other.replace(/\?.*/, new URL(link).search)],
    ])('opens nothing %s', async (_what, change) => {
      const another = await world.say('another', { url: `http://${world.provider.host}/a.wav` });
      const { url: other } = await world.until(another, 'AVAILABLE');
      const { url } = await world.recording(callId);
      const response = await world.get(change(url ?? '', other ?? ''));
      expect((await faultOf(response)).slice(0, 2)).toEqual([403, 'FORBIDDEN']);
    });

    it('opens nothing once the key that it was made with is revoked', async () => {
      const key = await world.server.key('acme', 'AGENT');
      const { url } = await world.recording(callId, key);
      expect((await world.get(url ?? '')).status).toBe(200);
      const tenant = await world.server.server.tenants.byName('acme');
      const [keyId = ''] = /(?<=_)[^_]+(?=_)/.exec(key) ?? [];
      expect(await world.server.server.keys.revoke(tenant?.id ?? '', keyId)).toBe(true);
      expect((await world.get(url ?? '')).status).toBe(403);
    });

    it('is not in the log', async () => {
      const { url } = await world.recording(callId);
      await world.get(url ?? '');
      const signature = new URL(url ?? '').searchParams.get('link') ?? 'none';
      expect(world.server.lines.join('\n')).toMatch('/recordings/:id');
      expect(world.server.lines.join('\n')).not.toMatch(signature);
    });
  });

  describe('in the audit log', () => {
    const entries = () =>
      world.query<object>(
        `select subject_id as subject, actor_role as role, detail from audit_entry
          where action = 'RECORDING_PLAYED' and subject_id = $1 order by id`,
        [callId],
      );
    const forget = () => world.query('truncate audit_entry');

    it('stands once for all that one player asks for, and again after 15 minutes', async () => {
      world.clock.now += 16 * MINUTE;
      await forget();
      for (const range of ['bytes=0-99', 'bytes=100-', 'bytes=-50'])
        await bytesOf(await world.getAs(world.admin, callId, { range }));
      await world.getAs(world.admin, callId, {}, 'HEAD');
      await world.getAs(world.admin, callId, { range: 'bytes=9999999-' });
      const played = { subject: callId, role: 'ADMIN', detail: { by: 'KEY', isDownload: false } };
      expect(await entries()).toEqual([played]);
      world.clock.now += 16 * MINUTE;
      await bytesOf(await world.getAs(world.admin, callId));
      expect(await entries()).toEqual([played, played]);
    });

    it('tells playing from saving, and by whose link it was', async () => {
      world.clock.now += 16 * MINUTE;
      await forget();
      const key = await world.server.key('acme', 'SUPERVISOR');
      const { url, downloadUrl } = await world.recording(callId, key);
      expect(await entries()).toEqual([]);
      await bytesOf(await world.get(url ?? ''));
      await bytesOf(await world.get(downloadUrl ?? ''));
      expect(await entries()).toEqual([
        { subject: callId, role: 'SUPERVISOR', detail: { by: 'LINK', isDownload: false } },
        { subject: callId, role: 'SUPERVISOR', detail: { by: 'LINK', isDownload: true } },
      ]);
    });

    it('does not stand for what was refused', async () => {
      world.clock.now += 16 * MINUTE;
      await forget();
      await world.get(callId);
      await world.getAs(await world.server.key('other'), callId);
      expect(await entries()).toEqual([]);
    });
  });

  describe('for a slow listener', () => {
    const LONG = Buffer.alloc(32_000_000);
    const served = serve(LONG, { 'content-type': 'audio/mpeg' });

    /** Asks for a recording by a socket of its own, which takes nothing until it is told to. */
    async function listen(to: RecordingWorld, id: string): Promise<Socket> {
      const { port, hostname } = new URL(to.server.url);
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.write(
        `GET /recordings/${id} HTTP/1.1\r\nhost: x\r\n` +
          `authorization: Bearer ${to.admin}\r\nconnection: close\r\n\r\n`,
      );
      await new Promise<void>((resolve) => socket.once('readable', () => resolve()));
      return socket;
    }

    /** All that still comes, so many bytes every so many ms. */
    async function take(socket: Socket, atMost: number, everyMs: number): Promise<number> {
      let taken = 0;
      for (let ended = false; !ended;) {
        taken += (socket.read(Math.min(atMost, socket.readableLength)) as Buffer | null)?.length ?? 0;
        ended = (socket.readableEnded || socket.destroyed) && socket.readableLength === 0;
        await delay(everyMs);
      }
      return taken;
    }

    let s3: S3Double;
    let slow: RecordingWorld;
    beforeAll(async () => {
      s3 = await S3Double.start();
      const place = { RECORDINGS_URL: s3.recordingsUrl };
      slow = await RecordingWorld.start({ recordings: { stallMs: 2_000 } }, place);
    });
    afterAll(async () => {
      await slow.close();
      await s3.close();
    });

    it('is cut off when nothing is taken for long enough, and not while anything is', async () => {
      const id = await slow.say('long', { url: slow.provider.at('/long', served) });
      await slow.until(id, 'AVAILABLE');
      const idle = await listen(slow, id);
      await eventually(async () => expect(s3.unfinished).toBe(1));
      expect(await take(idle, Infinity, 0)).toBeLessThan(LONG.length);
      const unhurried = await listen(slow, id);
      expect(await take(unhurried, 1_000_000, 20)).toBeGreaterThan(LONG.length);
      expect(s3.unfinished).toBe(1);
    });

    it('does not hold up the end of the server', async () => {
      const ending = await RecordingWorld.start({ recordings: { stallMs: 3_600_000 } });
      const id = await ending.say('long', { url: ending.provider.at('/long', served) });
      await ending.until(id, 'AVAILABLE');
      const idle = await listen(ending, id);
      await ending.close();
      expect(await take(idle, Infinity, 0)).toBeLessThan(LONG.length);
    });
  });
});
