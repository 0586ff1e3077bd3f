import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiRole } from '../../src/domain/words.js';
import { globalId } from '../../src/graphql/node.js';
import { serve } from '../support/audio-provider.js';
import { RecordingWorld } from '../support/recording-world.js';
import { wav } from '../support/wav.js';
import { at } from '../support/world.js';

/** One call that a dialer carried and recorded and an assistant had, and one of which nothing is known but that it was. */

const AUDIO = wav(2_000);
const KEYS = [{ namespace: 'interaction_id', value: 'key-needle' }];

let world: RecordingWorld;
let other: string;
const keys = {} as Record<ApiRole, string>;
let dialerCall: string;
const ids = { whole: '', silent: '' };

beforeAll(async () => {
  world = await RecordingWorld.start();
  const { server } = world;
  for (const role of ['ADMIN', 'SUPERVISOR', 'AGENT', 'CALLS_ONLY', 'INGEST'] as const)
    keys[role] = await server.key('acme', role);
  other = await server.key('other');
  await server.source('acme', 'source-needle', 'neutral', 'ASSISTANT');
  const times = { keys: KEYS, channel: 'VOICE', answeredAt: at(1), endedAt: at(60), occurredAt: at(60) };
  dialerCall = await world.say(
    'd1',
    { url: world.provider.at('/whole.wav', serve(AUDIO)), startedAt: at(2) },
    { ...times, startedAt: at(0), customer: { address: '+12025550123', displayName: 'Ana' } },
  );
  await world.until(dialerCall, 'AVAILABLE');
  await world.say('d2', {}, { channel: 'VOICE', occurredAt: at(-90), startedAt: at(-90), endedAt: at(-80) });
  await post({
    ...times,
    externalId: 'a1',
    startedAt: at(2),
    tokens: { prompt: 987_654 },
    postCallAnalysis: { summary: 'She "asked".' },
    messages: [
      { id: 'm1', speaker: 'ASSISTANT', text: 'Hello', startedAt: at(4), endedAt: at(5.5) },
      { id: 'm2', speaker: 'CUSTOMER', text: 'Hi\nthere', startedAt: at(7) },
    ],
    payload: { raw: 'raw-needle' },
  });
  [ids.whole = '', ids.silent = ''] = (
    await world.query<{ id: string }>('select id from interaction order by started_at desc')
  ).map(({ id }) => id);
});
afterAll(() => world.close());

async function post(record: object): Promise<void> {
  const headers = { authorization: `Bearer ${keys.INGEST}`, 'content-type': 'application/json' };
  const { status } = await world.server.post('/ingest/source-needle', JSON.stringify(record), headers);
  expect(status).toBe(200);
}

const path = (id: string) => `/exports/interactions/${globalId('Interaction', id)}.vcon.json`;
const get = (key: string, address: string) => world.getAs(key, address);
const text = async (key: string, address: string) => (await get(key, address)).text();

/** When the row was made and last changed, which is the one thing that a test cannot say beforehand. */
async function head(id: string): Promise<string> {
  const [row] = await world.query<{ made: string; changed: string }>(
    `select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as made,
            to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as changed
     from interaction where id = $1`,
    [id],
  );
  const uuid = `${id.slice(0, 14)}8${id.slice(15)}`;
  return `{"vcon":"0.4.0","uuid":"${uuid}","created_at":"${row?.made ?? ''}","updated_at":"${row?.changed ?? ''}"`;
}

const whole = async () =>
  `${await head(ids.whole)},"dialog":[\n` +
  `{"type":"recording","start":"${at(2)}","duration":2,"parties":[0],"mediatype":"audio/wav",` +
  `"url":"${world.server.url}/recordings/${dialerCall}",` +
  `"content_hash":"sha256-${createHash('sha256').update(AUDIO).digest('base64url')}"},\n` +
  `{"type":"text","start":"${at(4)}","duration":1.5,"parties":[1],"mediatype":"text/plain","encoding":"none","body":"Hello"},\n` +
  `{"type":"text","start":"${at(7)}","parties":[0],"mediatype":"text/plain","encoding":"none","body":"Hi\\nthere"}\n` +
  `],"parties":[{"type":"person","tel":"+12025550123","name":"Ana"},{"type":"bot","name":"Assistant"}],` +
  `"analysis":[{"type":"summary","vendor":"Provider","mediatype":"text/plain","encoding":"none","body":"She \\"asked\\"."}]}\n`;

describe('the export of an interaction as a vCon', () => {
  it.each<ApiRole>(['ADMIN', 'SUPERVISOR', 'AGENT', 'CALLS_ONLY'])(
    'is to the byte the same for %s, and hides what is hidden from any',
    async (role) => {
      const content = await text(keys[role], path(ids.whole));
      expect(content).toBe(await whole());
      expect(content).not.toMatch(/needle|987654|127\.0\.0\.1:\d+\/whole\.wav/);
    },
  );

  it('refers to audio that its reader can play, and whose digest is as stated', async () => {
    const { dialog } = JSON.parse(await text(keys.AGENT, path(ids.whole))) as {
      dialog: { url: string; content_hash: string }[];
    };
    const played = await get(keys.AGENT, dialog[0]?.url ?? '');
    const digest = createHash('sha256').update(Buffer.from(await played.arrayBuffer()));
    expect(dialog[0]?.content_hash).toBe(`sha256-${digest.digest('base64url')}`);
  });

  it('has no dialog where nothing was said and recorded', async () => {
    expect(await text(keys.ADMIN, path(ids.silent))).toBe(
      `${await head(ids.silent)},"dialog":[\n],"parties":[{"type":"person"}],"analysis":[]}\n`,
    );
  });

  it('is a file of JSON, to be kept by nobody in between', async () => {
    const { status, headers } = await get(keys.AGENT, path(ids.whole));
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'application/json; charset=utf-8',
      'private, no-store',
    ]);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${ids.whole}.vcon.json"`);
  });

  it('is found by the bare uuid', async () => {
    expect(await text(keys.ADMIN, `/exports/interactions/${ids.whole}.vcon.json`)).toBe(await whole());
  });

  it('opens by a link without a key', async () => {
    const { data } = await world.server.graphql<{ exportUrl: { url: string } }>(
      keys.CALLS_ONLY,
      'query ($id: ID!) { exportUrl(kind: VCON, id: $id) { url } }',
      { id: globalId('Interaction', ids.whole) },
    );
    expect(await (await world.get(data.exportUrl.url)).text()).toBe(await whole());
  });

  it.each<[string, () => [key: string, address: string], [number, string]]>([
    ['to another tenant', () => [other, path(ids.whole)], [404, 'NOT_FOUND']],
    ['of what is not there', () => [keys.ADMIN, path(dialerCall)], [404, 'NOT_FOUND']],
    ['of what is no id', () => [keys.ADMIN, '/exports/interactions/x.vcon.json'], [404, 'NOT_FOUND']],
    ['to a key that may only ingest', () => [keys.INGEST, path(ids.whole)], [403, 'FORBIDDEN']],
    ['to a key that is none', () => ['nothing', path(ids.whole)], [401, 'UNAUTHENTICATED']],
    ['with a parameter', () => [keys.ADMIN, `${path(ids.whole)}?raw=1`], [400, 'BAD_USER_INPUT']],
  ])('is refused %s, and nothing is noted', async (_what, asked, refusal) => {
    const noted = () => world.query('select id from audit_entry');
    const before = await noted();
    const response = await get(...asked());
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect([response.status, errors[0]?.extensions.code]).toEqual(refusal);
    expect(await noted()).toEqual(before);
  });

  it('is noted in the audit log', async () => {
    await world.query('truncate audit_entry');
    await text(keys.AGENT, path(ids.whole));
    expect(
      await world.query('select actor_role as role, action, subject_id as subject, detail from audit_entry'),
    ).toEqual([{ role: 'AGENT', action: 'EXPORTED', subject: ids.whole, detail: { kind: 'VCON' } }]);
  });
});
