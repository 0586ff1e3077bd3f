import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiRole } from '../../src/domain/words.js';
import type { ExportKind } from '../../src/graphql/export/export-address.js';
import { EXPORT_PATHS } from '../../src/graphql/export/export-address.js';
import { globalId } from '../../src/graphql/node.js';
import { TestServer } from '../support/server.js';
import { at, BASE } from '../support/world.js';

/** Each hidden thing has a value that nothing else has. */
const USAGE = ['7110011', '7220022', '7330033'];
const RAW = ['raw-needle-41'];
const KEY = 'key-needle-52';
const SOURCE = 'source-needle-51';
const NOTE = 'coaching-needle-61';
const ALL = [...USAGE, ...RAW, KEY, SOURCE, NOTE];

/** What each role may see in some export; all else is in none. */
const SHOWN = {
  ADMIN: [...USAGE, ...RAW, KEY, SOURCE],
  SUPERVISOR: [SOURCE],
  AGENT: [SOURCE],
  CALLS_ONLY: [],
};
type Reader = keyof typeof SHOWN;
const READERS = Object.keys(SHOWN) as Reader[];
const KINDS = Object.keys(EXPORT_PATHS) as ExportKind[];

let server: TestServer;
let ids: { interaction: string; call: string };
const keys = {} as Record<ApiRole, string>;

beforeAll(async () => {
  server = await TestServer.start({ now: () => BASE + 130_000 });
  for (const role of [...READERS, 'INGEST'] as const) keys[role] = await server.key('acme', role);
  await server.source('acme', SOURCE, 'neutral', 'ASSISTANT');
  await plant();
});
afterAll(() => server.close());

async function plant(): Promise<void> {
  const record = {
    externalId: 'a1',
    occurredAt: at(60),
    startedAt: at(0),
    answeredAt: at(1),
    endedAt: at(60),
    channel: 'VOICE',
    keys: [{ namespace: 'interaction_id', value: KEY }],
    customer: { address: '+12025550123' },
    tokens: { prompt: 7110011 },
    postCallCache: { status: 'HIT', cachedRead: 7220022 },
    postCallAnalysis: { summary: 'She asked.' },
    turns: [{ turn: 1, totalMs: 900, tokens: 7330033 }],
    messages: [{ id: 'm1', speaker: 'CUSTOMER', text: 'Hello', startedAt: at(3) }],
    payload: { raw: 'raw-needle-41' },
  };
  const headers = { authorization: `Bearer ${keys.INGEST}`, 'content-type': 'application/json' };
  const { status } = await server.post(`/ingest/${SOURCE}`, JSON.stringify(record), headers);
  expect(status).toBe(200);
  const [leg]: { id: string; interaction: string; tenant: string }[] = await server.database.db.query(
    'select id, interaction_id as interaction, tenant_id as tenant from leg',
  );
  ids = {
    interaction: globalId('Interaction', leg?.interaction ?? ''),
    call: globalId('Call', leg?.id ?? ''),
  };
  await server.database.db.query(
    `insert into coaching_note (tenant_id, id, call_id, author, text, at)
     values ($1, $2, $2, 'brief', $3, now())`,
    [leg?.tenant, leg?.id, NOTE],
  );
}

const pathOf = (kind: ExportKind) =>
  EXPORT_PATHS[kind].replace(':id', kind === 'CALL_JSON' ? ids.call : ids.interaction);

async function get(role: Reader, path: string): Promise<{ status: number; content: string }> {
  const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${keys[role]}` } });
  return { status: response.status, content: await response.text() };
}

const valuesIn = (content: string) => ALL.filter((value) => content.includes(value));

describe('a value that a role may not see', () => {
  it('is there to be told: GraphQL shows each to an administrator', async () => {
    const { data } = await server.graphql(
      keys.ADMIN,
      '{ calls { nodes { rawRecord coachingNotes { text } source { name } leg { keys { value } } } } }',
    );
    expect(valuesIn(JSON.stringify(data))).toEqual(ALL);
  });

  it.each(READERS)('is in no export that %s can get, by a key', async (role) => {
    const answers: { status: number; content: string }[] = [];
    for (const kind of KINDS) answers.push(await get(role, pathOf(kind)));
    expect(KINDS.map((kind, index) => [kind, answers[index]?.status])).toEqual(
      KINDS.map((kind) => [kind, kind === 'CALL_JSON' && role !== 'ADMIN' ? 403 : 200]),
    );
    expect(valuesIn(answers.map(({ content }) => content).join('\n')).sort()).toEqual(
      [...SHOWN[role]].sort(),
    );
  });

  it.each(READERS)('is in no export that %s can get, by a link', async (role) => {
    const contents: string[] = [];
    for (const kind of KINDS.filter((one) => one !== 'CALL_JSON')) {
      const { data } = await server.graphql<{ exportUrl: { url: string } }>(
        keys[role],
        'query ($kind: ExportKind!, $id: ID) { exportUrl(kind: $kind, id: $id) { url } }',
        { kind, ...(kind.startsWith('INTERACTIONS') ? {} : { id: ids.interaction }) },
      );
      const response = await fetch(data.exportUrl.url);
      expect([kind, response.status]).toEqual([kind, 200]);
      contents.push(await response.text());
    }
    expect(valuesIn(contents.join('\n'))).toEqual(role === 'CALLS_ONLY' ? [] : [SOURCE]);
  });

  it('finds no row of a list for one who asks by it', async () => {
    const by = (filter: object) =>
      `/exports/interactions.ndjson?filter=${encodeURIComponent(JSON.stringify(filter))}`;
    const rows = async (role: Reader) => {
      const { status, content } = await get(role, by({ search: KEY }));
      return [status, content.split('\n').length - 1];
    };
    expect([await rows('AGENT'), await rows('CALLS_ONLY')]).toEqual([
      [200, 1],
      [200, 0],
    ]);
    expect((await get('AGENT', by({ source: SOURCE }))).status).toBe(200);
    const refused = await get('CALLS_ONLY', by({ source: SOURCE }));
    expect([refused.status, refused.content.includes('FORBIDDEN')]).toEqual([403, true]);
  });
});
