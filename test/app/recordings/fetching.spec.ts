import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deleteRecordings } from '../../../src/storage/recording/recording-removal.js';
import { brokenOff, endless, redirect, serve, status, tooShort } from '../../support/audio-provider.js';
import { eventually } from '../../support/eventually.js';
import { RecordingWorld } from '../../support/recording-world.js';
import { wav } from '../../support/wav.js';

const AUDIO = wav(2_000);

let world: RecordingWorld;
beforeAll(async () => {
  world = await RecordingWorld.start({
    recordings: {
      limits: { idleMs: 300, minBytesPerIdle: 1_000, maxBytes: 300_000 },
      pausesMs: [60_000, 60_000, 60_000, 60_000],
    },
  });
});
afterAll(() => world.close());

const attempts = (path: string) => world.provider.requests.filter((one) => one.path === path).length;
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('a recording that comes with a call', () => {
  it('is pending, then available, and live feeds see both', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const url = world.provider.at('/held.wav', (request, response) => {
      void released.then(() => serve(AUDIO)(request, response));
    });
    const callId = await world.say('held', {});
    const seen: string[] = [];
    const feed = world.server.client(world.admin).iterate<{ callUpdated: { recording: { state: string } } }>({
      query: `subscription { callUpdated(callId: "${callId}") { recording { state } } }`,
    });
    const reading = (async () => {
      for await (const { data } of feed) {
        seen.push(data?.callUpdated.recording.state ?? '');
        if (seen.at(-1) === 'AVAILABLE') return;
      }
    })();
    await eventually(async () => expect(seen).toEqual(['NONE']));
    await world.say('held', { url });
    await eventually(async () => expect(seen).toEqual(['NONE', 'PENDING']));
    release();
    await reading;
    expect(seen).toEqual(['NONE', 'PENDING', 'AVAILABLE']);
    expect(await world.recording(callId)).toMatchObject({
      state: 'AVAILABLE',
      reason: null,
      isKept: true,
      bytes: AUDIO.length,
      contentType: 'audio/wav',
      durationMs: 2_000,
      fetchedAt: '2026-09-14T15:00:00.000Z',
      expiresAt: null,
    });
  });

  it('is fetched from Twilio with the credentials of its account', async () => {
    await world.source('phone', 'twilio', { user: 'AC0', password: 'auth-token' });
    const RecordingUrl = world.provider.at('/twilio/RE0', (request, response) =>
      request.headers.authorization === basic('AC0:auth-token')
        ? serve(AUDIO)(request, response)
        : status(401)(request, response),
    );
    const form = new URLSearchParams({
      CallSid: 'CA0',
      RecordingSid: 'RE0',
      RecordingUrl,
      RecordingStatus: 'completed',
      RecordingDuration: '2',
      RecordingStartTime: 'Mon, 14 Sep 2026 14:50:02 +0000',
    });
    const { status: answered } = await world.server.post('/ingest/phone', form.toString(), {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Bearer ${world.admin}`,
    });
    expect(answered).toBe(200);
    const recording = await world.until(await world.callId('CA0'), 'AVAILABLE');
    expect(recording).toMatchObject({ isKept: true, bytes: AUDIO.length, durationMs: 2_000 });
  });

  it('is fetched from Vapi by way of its interface, and the key stays there', async () => {
    await world.source('bot', 'vapi', { token: 'vapi-key', apiUrl: `http://${world.provider.host}` });
    world.provider.at('/call/vapi-1/mono-recording', redirect('/signed/file'));
    world.provider.at('/signed/file', serve(AUDIO));
    const message = {
      type: 'end-of-call-report',
      timestamp: Date.parse('2026-09-14T14:55:00Z'),
      call: { id: 'vapi-1' },
      artifact: { recording: { mono: { combinedUrl: 'https://storage.vapi.ai/private.wav' } } },
    };
    const { status: answered } = await world.server.post('/ingest/bot', JSON.stringify({ message }), {
      'content-type': 'application/json',
      authorization: `Bearer ${world.admin}`,
    });
    expect(answered).toBe(200);
    await world.until(await world.callId('vapi-1'), 'AVAILABLE');
    const asked = world.provider.requests.filter(({ path }) => path.startsWith('/call/vapi-1'));
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer vapi-key']);
  });

  it('is fetched once an administrator has said so of its source', async () => {
    await world.settings('dialer', { mode: 'REFERENCE' });
    const { data } = await world.server.graphql<{ sources: { id: string; name: string }[] }>(
      world.admin,
      '{ sources { id name } }',
    );
    const sourceId = data.sources.find(({ name }) => name === 'dialer')?.id;
    const { errors } = await world.server.graphql(
      world.admin,
      `mutation ($id: ID!) { updateSource(input: { sourceId: $id, recordings: { mode: FETCH } }) { userErrors { code } } }`,
      { id: sourceId },
    );
    expect(errors).toEqual([]);
    const url = world.provider.at('/said.wav', serve(AUDIO));
    expect(await world.until(await world.say('said', { url }), 'AVAILABLE')).toMatchObject({ isKept: true });
  });

  it('is left where it is when its source only refers to recordings', async () => {
    await world.settings('dialer', { mode: 'REFERENCE' });
    const url = world.provider.at('/referred.wav', serve(AUDIO));
    const callId = await world.say('referred', { url });
    await world.settings('dialer', {});
    expect(await world.recording(callId)).toMatchObject({ state: 'AVAILABLE', url, isKept: false });
    expect(attempts('/referred.wav')).toBe(0);
  });

  it('is kept as long as its source says, and then says that its time is over', async () => {
    // So long that the database's own clock has not come there when this test runs.
    await world.settings('dialer', { keepDays: 36_500 });
    const end = Date.parse('2126-08-21T15:00:00.000Z');
    const callId = await world.say('kept', { url: world.provider.at('/kept.wav', serve(AUDIO)) });
    const { expiresAt } = await world.until(callId, 'AVAILABLE');
    expect(expiresAt).toBe(new Date(end).toISOString());
    await world.settings('dialer', {});
    const waiting = () =>
      world.query<{ at: number }>('select run_at as at from graphile_worker.jobs where key = $1', [
        `expire-recording/${callId}`,
      ]);
    expect(await waiting()).toEqual([{ at: end }]);
    await world.hurry();
    await eventually(async () => expect(await waiting()).toEqual([{ at: end }]));
    expect((await world.recording(callId)).state).toBe('AVAILABLE');
    const now = world.clock.now;
    world.clock.now = end + 1_000;
    await world.hurry();
    const recording = await world.until(callId, 'EXPIRED');
    world.clock.now = now;
    expect(recording).toMatchObject({
      reason: 'Our copy was deleted: its time was over.',
      isKept: false,
      url: null,
      bytes: null,
    });
  });
});

describe('a recording that cannot be fetched', () => {
  it.each([
    ['metadata', redirect('http://169.254.169.254/latest/meta-data/'), 'has an address without https'],
    [
      'elsewhere-by-redirect',
      redirect('https://elsewhere.example/a.wav?signature=secret'),
      'was redirected to a host that its source does not allow: elsewhere.example',
    ],
    ['endless', endless(Buffer.alloc(50_000), 1), 'is larger than we take'],
    ['page', serve(Buffer.from('<html>'), { 'content-type': 'text/html' }), 'is not audio'],
    ['forbidden', status(403), 'could not be had: its host answered 403'],
  ])('fails at once when trying again would change nothing: %s', async (name, behaviour, reason) => {
    const path = `/final/${name}`;
    const callId = await world.say(name, { url: world.provider.at(path, behaviour) });
    expect(await world.until(callId, 'FAILED')).toMatchObject({
      reason: `The recording ${reason}.`,
      isKept: false,
      url: null,
    });
    expect(attempts(path)).toBe(1);
  });

  it('from a host that is none of its source is not even asked for', async () => {
    const callId = await world.say('elsewhere', { url: 'https://localhost/a.wav' });
    const { reason } = await world.until(callId, 'FAILED');
    expect(reason).toBe('The recording is on a host that its source does not allow.');
  });

  it.each([
    ['slow', endless(Buffer.alloc(1), 20), 'came too slowly'],
    ['short', tooShort(AUDIO), 'broke off on its way'],
    ['reset', brokenOff(AUDIO), 'broke off on its way'],
    ['broken', status(500), 'could not be had: its host answered 500'],
  ])('is tried five times in all and then FAILED: %s', async (name, behaviour, reason) => {
    const path = `/passing/${name}`;
    const callId = await world.say(name, { url: world.provider.at(path, behaviour) });
    const waiting = { state: 'PENDING', reason: `The recording ${reason}.` };
    await eventually(async () => expect(await world.recording(callId)).toMatchObject(waiting));
    await eventually(async () => {
      await world.hurry();
      expect((await world.recording(callId)).state).toBe('FAILED');
    }, 25_000);
    expect(await world.until(callId, 'FAILED')).toMatchObject({
      reason: `The recording ${reason}.`,
      isKept: false,
    });
    expect(attempts(path)).toBe(5);
    expect(await world.query('select 1 from graphile_worker.jobs where key like $1', [`%${callId}`])).toEqual(
      [],
    );
  });

  it('because its provider deleted it is EXPIRED', async () => {
    const callId = await world.say('gone', { url: world.provider.at('/gone', status(410)) });
    expect(await world.until(callId, 'EXPIRED')).toMatchObject({
      reason: 'The recording was deleted by its provider.',
    });
  });

  it('is available once a later attempt succeeds', async () => {
    const url = world.provider.at('/late', status(404));
    const callId = await world.say('late', { url });
    await eventually(async () => expect((await world.recording(callId)).reason).toMatch('404'));
    world.provider.at('/late', serve(AUDIO));
    await world.hurry();
    expect(await world.until(callId, 'AVAILABLE')).toMatchObject({ reason: null, bytes: AUDIO.length });
  });

  it('does not hold up the others', async () => {
    const slow = [1, 2, 3, 4].map((n) => world.provider.at(`/stuck/${n}`, endless(Buffer.alloc(1), 50)));
    for (const [index, url] of slow.entries()) await world.say(`stuck-${index}`, { url });
    const callId = await world.say('quick', { url: world.provider.at('/quick', serve(AUDIO)) });
    await world.until(callId, 'AVAILABLE');
  });
});

describe('a recording that is deleted', () => {
  it('leaves neither a row nor a file', async () => {
    const callId = await world.say('erased', { url: world.provider.at('/erased', serve(AUDIO)) });
    await world.until(callId, 'AVAILABLE');
    const [row] = await world.query<{ tenantId: string; key: string }>(
      'select tenant_id as "tenantId", storage_key as key from recording where call_id = $1',
      [callId],
    );
    expect((await world.getAs(world.admin, callId)).status).toBe(200);
    await world.server.database.db.transaction((tx) => deleteRecordings(tx, row?.tenantId ?? '', [callId]));
    expect((await world.getAs(world.admin, callId)).status).toBe(404);
    await eventually(async () => expect(await world.files()).not.toContain(row?.key));
  });

  it('while it is fetched leaves nothing either', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const url = world.provider.at('/racing', (request, response) => {
      void released.then(() => serve(AUDIO)(request, response));
    });
    const callId = await world.say('racing', { url });
    await eventually(async () => expect(attempts('/racing')).toBe(1));
    const [row] = await world.query<{ tenantId: string; key: string }>(
      'select tenant_id as "tenantId", storage_key as key from recording where call_id = $1',
      [callId],
    );
    expect(row?.key).toMatch(callId);
    await world.server.database.db.transaction((tx) => deleteRecordings(tx, row?.tenantId ?? '', [callId]));
    release();
    await eventually(async () =>
      expect(
        await world.query('select 1 from graphile_worker.jobs where key like $1', [`%${callId}`]),
      ).toEqual([]),
    );
    expect((await world.files()).filter((name) => name.includes(callId))).toEqual([]);
    expect(await world.query('select 1 from recording where call_id = $1', [callId])).toEqual([]);
  });
});
