import { once } from 'node:events';
import http from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { startServer } from '../../src/app/compose.js';
import { readConfig } from '../../src/app/config.js';
import type { ApiRole } from '../../src/domain/words.js';
import { globalId } from '../../src/graphql/node.js';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';
import { at, BASE, callRecords } from '../support/world.js';

/**
 * Exports as a client of the real server gets them. The tenant has three interactions: a whole call with a
 * transcript and texts that a spreadsheet could run, a dropped one, and one on the web.
 */

let server: TestServer;
let other: string;
const keys = {} as Record<ApiRole, string>;
const ids = { whole: '', dropped: '', web: '' };
let now = BASE + 410_000;
/** In seconds. */
const DAY = 86_400;

beforeAll(async () => {
  server = await TestServer.start({ now: () => now });
  for (const role of ['ADMIN', 'SUPERVISOR', 'AGENT', 'CALLS_ONLY', 'INGEST'] as const)
    keys[role] = await server.key('acme', role);
  other = await server.key('other');
  await server.source('acme', 'north-dialer', 'neutral', 'DIALER');
  await server.source('acme', 'north-assistant', 'neutral', 'ASSISTANT');
  for (const { source, record } of callRecords('one')) await send(source, record);
  await send('assistant', {
    externalId: 'a-one',
    occurredAt: at(119.5),
    customer: { displayName: '=cmd()' },
    flow: '@flow',
    campaign: 'spring, "early"',
    reference: '-7',
    tags: { Language: 'es', '+x': '1' },
    reviewFlags: [{ code: 'ANOMALY', by: 'AI' }],
    toolCalls: [{ id: 't1', name: 'lookup', status: 'OK', startedAt: at(9), durationMs: 10 }],
    tokens: { prompt: 987_654 },
  });
  await send('dialer', {
    externalId: 'd-two',
    occurredAt: at(-DAY + 20),
    channel: 'VOICE',
    direction: 'OUTBOUND',
    customer: { address: 'sip:=x@example.com' },
    startedAt: at(-DAY),
    answeredAt: at(-DAY + 10),
    endedAt: at(-DAY + 20),
    status: 'COMPLETED',
  });
  await send('assistant', {
    externalId: 'a-three',
    occurredAt: at(400),
    channel: 'WEB',
    platform: 'WEB',
    startedAt: at(400),
    status: 'ACTIVE',
  });
  const { data } = await server.graphql<{ interactions: { nodes: { id: string }[] } }>(
    keys.ADMIN,
    '{ interactions(orderBy: { direction: ASC }) { nodes { id } } }',
  );
  const found = data.interactions.nodes.map(({ id }) => id);
  expect(found).toHaveLength(3);
  [ids.dropped = '', ids.whole = '', ids.web = ''] = found;
});
afterAll(() => server.close());

async function send(source: string, record: object): Promise<void> {
  const headers = { authorization: `Bearer ${keys.INGEST}`, 'content-type': 'application/json' };
  const { status } = await server.post(`/ingest/north-${source}`, JSON.stringify(record), headers);
  expect(status).toBe(200);
}

const get = (path: string, key: string | null = keys.ADMIN) =>
  fetch(path.startsWith('http') ? path : server.url + path, {
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
  });
const text = async (path: string, key?: string | null) => (await get(path, key)).text();
const listed = (kind: 'csv' | 'ndjson', filter: object, more = '') =>
  `/exports/interactions.${kind}?filter=${encodeURIComponent(JSON.stringify(filter))}${more}`;
const refused = async (path: string, key?: string | null) => {
  const response = await get(path, key);
  const { errors } = (await response.json()) as {
    errors: { message: string; extensions: { code: string; field?: string } }[];
  };
  const [error] = errors;
  return [response.status, error?.extensions.code, error?.extensions.field ?? null, error?.message];
};
const count = async (table: string) => {
  const [row]: { n: number }[] = await server.database.db.query(`select count(*)::int as n from ${table}`);
  return row?.n;
};

const HEAD =
  'ID,Start,Customer,Contact,Duration,Duration ms,Channel,Platform,Segments,Status,Drop stage,Outcome,Flow,' +
  'Last message,Flagged,Functions,Tags,Direction,Campaign,Reference\r\n';
const ROWS = {
  whole: (segments: string) =>
    `${ids.whole},2026-09-14T15:04:05.000Z,+12025550123,'=cmd(),2m 0s,120000,VOICE,,${segments},COMPLETE,,` +
    `COMPLETED,'@flow,2026-09-14T15:04:13.000Z,yes,lookup,'+x=1; Language=es,INBOUND,"spring, ""early""",'-7\r\n`,
  dropped: (segments: string) =>
    `${ids.dropped},2026-09-13T15:04:05.000Z,sip:=x@example.com,sip:=x@example.com,0m 20s,20000,VOICE,,` +
    `${segments},DROPPED,INFRA_TO_BOT,COMPLETED,,,no,,,OUTBOUND,,\r\n`,
  web: (segments: string) =>
    `${ids.web},2026-09-14T15:10:45.000Z,,,,,WEB,WEB,${segments},IN_PROGRESS,,,,,no,,,,,\r\n`,
};

const BARS = {
  whole: 'DIALER north-dialer PRESENT 0..120000 ms; ASSISTANT north-assistant PRESENT 3000..119000 ms',
  dropped: 'DIALER north-dialer PRESENT 0..20000 ms; ASSISTANT EXPECTED 10000.. ms',
  web: 'ASSISTANT north-assistant LIVE 0.. ms',
};

describe('the export of a list', () => {
  it('is a table with the columns of the pages, the latest first, and texts that no spreadsheet runs', async () => {
    expect(await text('/exports/interactions.csv')).toBe(
      HEAD + ROWS.web(BARS.web) + ROWS.whole(BARS.whole) + ROWS.dropped(BARS.dropped),
    );
  });

  it('is a file to be kept by nobody in between', async () => {
    const { status, headers } = await get('/exports/interactions.csv');
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="interactions.csv"',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
      'transfer-encoding': 'chunked',
    });
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  it.each<[string, string, () => string]>([
    ['the filter of GraphQL', listed('csv', { status: ['DROPPED'] }), () => ROWS.dropped(BARS.dropped)],
    [
      'nested filters',
      listed('csv', { not: { or: [{ status: ['DROPPED'] }, { channel: ['WEB'] }] } }),
      () => ROWS.whole(BARS.whole),
    ],
    ['a period', listed('csv', { startedAt: { from: at(0), to: at(1) } }), () => ROWS.whole(BARS.whole)],
    ['a search', listed('csv', { search: '(202) 555-0123' }), () => ROWS.whole(BARS.whole)],
    [
      'an order whose values may be missing',
      `/exports/interactions.csv?orderBy=${encodeURIComponent('{"field":"DURATION","direction":"ASC"}')}`,
      () => ROWS.dropped(BARS.dropped) + ROWS.whole(BARS.whole) + ROWS.web(BARS.web),
    ],
    [
      'no filter at all',
      '/exports/interactions.csv?filter=null',
      () => ROWS.web(BARS.web) + ROWS.whole(BARS.whole) + ROWS.dropped(BARS.dropped),
    ],
    ['a filter that nothing matches', listed('csv', { search: 'nobody' }), () => ''],
    ['a filter that cannot match', listed('csv', { status: [] }), () => ''],
    [
      'a period that is over before it begins',
      listed('csv', { startedAt: { from: at(1), to: at(0) } }),
      () => '',
    ],
  ])('takes %s', async (_what, path, rows) => {
    expect(await text(path)).toBe(HEAD + rows());
  });

  it('is empty as NDJSON when nothing matches', async () => {
    const response = await get(listed('ndjson', { search: 'nobody' }));
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('tells as NDJSON what GraphQL tells', async () => {
    const shared = `reference externalIds channel direction platform did carrier startedAt endedAt durationMs
      lastMessageAt status dropStage dropDetail isProvisional expectedBy faultDomain outcome outcomeReason campaign flow
      functions summary hasRecording isTest revision createdAt updatedAt id customer { address displayName }
      why { code headline text } tags { name value } cost { amount currency isComplete } sentiment { label score at }
      reviewFlags { code by at } segments { role source state startedAt endedAt offsetMs durationMs offsetPercent widthPercent }`;
    const { data } = await server.graphql<{ interactions: { nodes: object[] } }>(
      keys.ADMIN,
      `{ interactions { nodes { ${shared} } } }`,
    );
    const response = await get('/exports/interactions.ndjson');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="interactions.ndjson"');
    const lines = (await response.text()).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject(data.interactions.nodes);
  });

  it.each<[string, () => string, unknown[]]>([
    [
      'what is no JSON',
      () => '/exports/interactions.csv?filter={',
      [400, 'BAD_USER_INPUT', 'filter', 'filter must be JSON, written as in GraphQL variables'],
    ],
    [
      'a field that there is not',
      () => listed('csv', { and: [{ nope: 1 }] }),
      [
        400,
        'BAD_USER_INPUT',
        'filter.and.0',
        'filter.and.0: Field "nope" is not defined by type "InteractionFilter".',
      ],
    ],
    [
      'a word that there is not',
      () => listed('csv', { status: ['LOST'] }),
      [
        400,
        'BAD_USER_INPUT',
        'filter.status.0',
        'filter.status.0: Value "LOST" does not exist in "InteractionStatus" enum.',
      ],
    ],
    [
      'a date that does not exist',
      () => listed('csv', { startedAt: { from: '2026-02-30T00:00:00Z' } }),
      [400, 'BAD_USER_INPUT', 'filter.startedAt.from', 'filter.startedAt.from: must be a time that exists'],
    ],
    [
      'a value of another type',
      () => listed('csv', { search: 5 }),
      [400, 'BAD_USER_INPUT', 'filter.search', expect.stringContaining('filter.search')],
    ],
    [
      'a filter that is none',
      () => '/exports/interactions.csv?filter=5',
      [400, 'BAD_USER_INPUT', 'filter', expect.stringContaining('filter')],
    ],
    [
      'a filter that is nested too deep',
      () => listed('csv', { not: { not: { not: { not: { not: { not: {} } } } } } }),
      [400, 'BAD_USER_INPUT', 'filter', 'filter is nested more than 5 levels deep'],
    ],
    [
      'an order that there is not',
      () => '/exports/interactions.csv?orderBy={"field":"X"}',
      [400, 'BAD_USER_INPUT', 'orderBy.field', expect.stringContaining('orderBy.field')],
    ],
    [
      'a parameter that is misspelt',
      () => '/exports/interactions.csv?fliter={}',
      [400, 'BAD_USER_INPUT', 'fliter', 'fliter is not a parameter of this export'],
    ],
    [
      'a parameter that is given twice',
      () => '/exports/interactions.csv?filter={}&filter={}',
      [400, 'BAD_USER_INPUT', 'filter', 'filter is given more than once'],
    ],
  ])('refuses %s and notes nothing', async (_what, path, refusal) => {
    const before = await count('audit_entry');
    expect(await refused(path())).toEqual(refusal);
    expect(await count('audit_entry')).toBe(before);
  });

  it('holds nothing of another tenant', async () => {
    expect(await text('/exports/interactions.csv', other)).toBe(HEAD);
    expect(await text('/exports/interactions.ndjson', other)).toBe('');
  });
});

const transcript = (id: string, extension: string) => `/exports/interactions/${id}/transcript.${extension}`;

describe('the export of a transcript', () => {
  it('is text', async () => {
    expect(await text(transcript(ids.whole, 'txt'))).toBe(
      `Interaction ${ids.whole}\n2026-09-14T15:04:05.000Z VOICE +12025550123\n\n` +
        '[00:00:04] Assistant: Hello\n[00:00:07] Customer: Hi\n',
    );
  });

  it('is WebVTT', async () => {
    expect(await text(transcript(ids.whole, 'vtt'))).toBe(
      'WEBVTT\n\n00:00:04.000 --> 00:00:06.000\n<v Assistant>Hello\n\n00:00:07.000 --> 00:00:08.000\n<v Customer>Hi\n\n',
    );
  });

  it('is JSON', async () => {
    const { data } = await server.graphql<{
      interaction: { transcript: { nodes: { id: string; call: { id: string } }[] } };
    }>(keys.ADMIN, 'query ($id: ID!) { interaction(id: $id) { transcript { nodes { id call { id } } } } }', {
      id: ids.whole,
    });
    const [hello, hi] = data.interaction.transcript.nodes;
    const entry = (node: typeof hello, speaker: string, said: string, from: number, to: number) =>
      `{"id":"${node?.id ?? ''}","callId":"${node?.call.id ?? ''}","role":"ASSISTANT","speaker":"${speaker}","text":"${said}",` +
      `"at":"${at(from)}","offsetMs":${String(from * 1_000)},"startedAt":"${at(from)}","endedAt":"${at(to)}","interrupted":null}`;
    expect(await text(transcript(ids.whole, 'json'))).toBe(
      `{"interactionId":"${ids.whole}","startedAt":"2026-09-14T15:04:05.000Z","channel":"VOICE","entries":[\n` +
        `${entry(hello, 'ASSISTANT', 'Hello', 4, 6)},\n${entry(hi, 'CUSTOMER', 'Hi', 7, 8)}\n]}\n`,
    );
  });

  it.each([
    ['txt', () => `Interaction ${ids.web}\n2026-09-14T15:10:45.000Z WEB\n\n`],
    ['vtt', () => 'WEBVTT\n\n'],
    [
      'json',
      () =>
        `{"interactionId":"${ids.web}","startedAt":"2026-09-14T15:10:45.000Z","channel":"WEB","entries":[\n]}\n`,
    ],
  ])('has no lines as %s when nothing was said', async (extension, content) => {
    expect(await text(transcript(ids.web, extension))).toBe(content());
  });

  it.each([
    ['txt', 'text/plain; charset=utf-8'],
    ['vtt', 'text/vtt; charset=utf-8'],
    ['json', 'application/json; charset=utf-8'],
  ])('is a file of its kind: %s', async (extension, type) => {
    const { headers } = await get(transcript(ids.whole, extension));
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="transcript-[0-9a-f-]{36}\\.${extension}"$`),
    );
  });

  it('is found by the bare uuid, and by the id of one that was merged into it', async () => {
    const uuid = Buffer.from(ids.whole, 'base64url').toString().replace('Interaction:', '');
    const merged = '01a1fd0e-0000-7000-8000-000000000001';
    await server.database.db.query(
      `insert into interaction_redirect (tenant_id, id, survivor_id, leg_id)
       select tenant_id, $1, id, gen_random_uuid() from interaction where id = $2`,
      [merged, uuid],
    );
    const whole = await text(transcript(ids.whole, 'txt'));
    expect(await text(transcript(uuid, 'txt'))).toBe(whole);
    expect(await text(transcript(globalId('Interaction', merged), 'txt'))).toBe(whole);
  });
});

describe('the raw record of a call', () => {
  const callOf = async () => {
    const { data } = await server.graphql<{ calls: { nodes: { id: string; rawRecord: object }[] } }>(
      keys.ADMIN,
      '{ calls(filter: { search: "a-one" }) { nodes { id rawRecord } } }',
    );
    return data.calls.nodes.find(({ rawRecord }) => JSON.stringify(rawRecord).includes('987654'));
  };

  it('is what GraphQL calls so, to the last value', async () => {
    const call = await callOf();
    const response = await get(`/exports/calls/${call?.id ?? ''}.json`);
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="call-[0-9a-f-]{36}\.json"$/,
    );
    expect(await response.json()).toEqual(call?.rawRecord);
  });

  it.each<ApiRole>(['SUPERVISOR', 'AGENT', 'CALLS_ONLY', 'INGEST'])(
    'is refused to the role %s',
    async (role) => {
      const call = await callOf();
      const before = await count('audit_entry');
      expect((await refused(`/exports/calls/${call?.id ?? ''}.json`, keys[role])).slice(0, 2)).toEqual([
        403,
        'FORBIDDEN',
      ]);
      expect(await count('audit_entry')).toBe(before);
    },
  );
});

describe('the doors of exports', () => {
  const unknown = globalId('Interaction', '01a1fd0e-0000-7000-8000-00000000000f');
  const noCall = globalId('Call', '01a1fd0e-0000-7000-8000-00000000000f');

  it.each(['txt', 'vtt', 'json'])(
    'tell nothing of what is not there, or not theirs: transcript.%s',
    async (extension) => {
      const nothing = await refused(transcript(unknown, extension));
      expect(nothing).toEqual([404, 'NOT_FOUND', null, 'There is no interaction with this id.']);
      expect(await refused(transcript(ids.whole, extension), other)).toEqual(nothing);
      expect(await refused(transcript('x', extension))).toEqual(nothing);
      expect(await refused(transcript(noCall, extension))).toEqual(nothing);
    },
  );

  it('tell nothing of calls that are not there, or not theirs', async () => {
    const { data } = await server.graphql<{ calls: { nodes: { id: string }[] } }>(
      keys.ADMIN,
      '{ calls { nodes { id } } }',
    );
    const nothing = await refused(`/exports/calls/${noCall}.json`);
    expect(nothing).toEqual([404, 'NOT_FOUND', null, 'There is no call with this id.']);
    expect(await refused(`/exports/calls/${data.calls.nodes[0]?.id ?? ''}.json`, other)).toEqual(nothing);
    expect(await refused(`/exports/calls/${ids.whole}.json`)).toEqual(nothing);
  });

  it('open with a key alone', async () => {
    for (const path of [
      '/exports/interactions.csv',
      '/exports/interactions.ndjson',
      transcript(ids.whole, 'txt'),
    ]) {
      expect((await refused(path, null)).slice(0, 2)).toEqual([401, 'UNAUTHENTICATED']);
      expect((await refused(path, 'tl_abcdefghijkl_wrong')).slice(0, 2)).toEqual([401, 'UNAUTHENTICATED']);
      expect((await refused(path, keys.INGEST)).slice(0, 2)).toEqual([403, 'FORBIDDEN']);
    }
  });

  it('show a role that may not know of sources none of their names', async () => {
    expect(await text('/exports/interactions.csv', keys.CALLS_ONLY)).toBe(
      HEAD +
        ROWS.web('ASSISTANT LIVE 0.. ms') +
        ROWS.whole('DIALER PRESENT 0..120000 ms; ASSISTANT PRESENT 3000..119000 ms') +
        ROWS.dropped('DIALER PRESENT 0..20000 ms; ASSISTANT EXPECTED 10000.. ms'),
    );
  });

  it.each<ApiRole>(['ADMIN', 'SUPERVISOR', 'AGENT', 'CALLS_ONLY'])(
    'show %s no usage, key or payload',
    async (role) => {
      const paths = [
        '/exports/interactions.csv',
        '/exports/interactions.ndjson',
        ...['txt', 'vtt', 'json'].map((one) => transcript(ids.whole, one)),
      ];
      for (const path of paths) {
        const response = await get(path, keys[role]);
        const content = await response.text();
        expect(response.status).toBe(200);
        expect(content).not.toContain('987654');
        expect(content).not.toContain('interaction_id');
        if (role === 'CALLS_ONLY') expect(content).not.toContain('north');
      }
    },
  );

  it('note who exported what, and no value of a filter', async () => {
    await server.database.db.query('truncate audit_entry');
    await text(listed('csv', { search: '+12025550123', status: ['COMPLETE'] }), keys.AGENT);
    await text(transcript(ids.whole, 'vtt'), keys.SUPERVISOR);
    const entries = await server.database.db.query(
      'select actor_role as role, action, subject_id as subject, detail from audit_entry order by id',
    );
    const uuid = Buffer.from(ids.whole, 'base64url').toString().replace('Interaction:', '');
    expect(entries).toEqual([
      {
        role: 'AGENT',
        action: 'EXPORTED',
        subject: null,
        detail: { kind: 'INTERACTIONS_CSV', filter: ['search', 'status'] },
      },
      { role: 'SUPERVISOR', action: 'EXPORTED', subject: uuid, detail: { kind: 'TRANSCRIPT_VTT' } },
    ]);
  });
});

/** Connections of running exports. */
const connections = async (state = '%') => {
  const [row]: { n: number }[] = await server.database.db.query(
    `select count(*)::int as n from pg_stat_activity
     where application_name = 'throughline export' and datname = current_database() and state like $1`,
    [state],
  );
  return row?.n ?? -1;
};

describe('a stream', () => {
  const ROW_COUNT = 4_000;
  let big: string;
  beforeAll(async () => {
    big = await server.key('big');
    await server.source('big', 'one', 'neutral', 'ASSISTANT');
    const headers = { authorization: `Bearer ${big}`, 'content-type': 'application/json' };
    const record = { externalId: 'x', occurredAt: at(0), startedAt: at(0), flow: 'wide' };
    expect((await server.post('/ingest/one', JSON.stringify(record), headers)).status).toBe(200);
    await server.database.db.query(
      `do $do$ declare columns text; begin
         select string_agg(quote_ident(column_name), ', ') into columns from information_schema.columns
          where table_name = 'interaction' and column_name not in ('id', 'started_at');
         execute format(
           $sql$insert into interaction (id, started_at, %1$s)
             select gen_random_uuid(), started_at + n * interval '1 second', %1$s
               from interaction, generate_series(2, ${String(ROW_COUNT)}) n where flow = 'wide'$sql$, columns);
         update interaction set functions = array[repeat('f', 5000)] where flow = 'wide';
       end $do$`,
    );
  });

  /** The answer of a client that reads only when it is told to. */
  const open = async (path: string, key = big) => {
    const request = http.get(path.startsWith('http') ? path : server.url + path, {
      headers: { authorization: `Bearer ${key}` },
    });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    return response;
  };

  const drain = async (response: http.IncomingMessage) => {
    let content = '';
    for await (const chunk of response) content += String(chunk);
    return content;
  };

  it('holds every row once, in order', async () => {
    const lines = (await text('/exports/interactions.ndjson', big)).trim().split('\n');
    const starts = lines.map((line) => (JSON.parse(line) as { startedAt: string }).startedAt);
    expect(new Set(starts).size).toBe(ROW_COUNT);
    expect(starts).toEqual([...starts].sort().reverse());
  });

  it('shows what was there when it began, whatever is written meanwhile', async () => {
    const response = await open('/exports/interactions.ndjson');
    await server.database.db.query(`update interaction set campaign = 'later' where flow = 'wide'`);
    const content = await drain(response);
    expect(content.trim().split('\n')).toHaveLength(ROW_COUNT);
    expect(content).not.toContain('later');
  });

  /** Counts what exports ask of the database from now on. */
  const countFetches = () => {
    const query = jest.spyOn(pg.Client.prototype, 'query');
    return () => query.mock.calls.filter(([sql]) => /^fetch /.test(String(sql))).length;
  };
  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** Resolves when an export has asked for nothing while fifty other statements were answered. */
  const standsStill = (fetches: () => number) =>
    eventually(async () => {
      const before = fetches();
      for (let others = 0; others < 50; others += 1) await server.database.db.query('select 1');
      expect([fetches(), await connections('idle in transaction')]).toEqual([before, 1]);
    });

  it('fetches no further when its reader stops reading, and goes on when it reads again', async () => {
    const fetches = countFetches();
    const response = await open('/exports/interactions.csv');
    await standsStill(fetches);
    const unread = fetches();
    const content = await drain(response);
    expect(content.split('\r\n')).toHaveLength(ROW_COUNT + 2);
    expect(unread).toBeGreaterThan(0);
    expect(unread).toBeLessThan(fetches() * 0.75);
    await eventually(async () => expect(await connections()).toBe(0));
  });

  it('asks for nothing more when its reader goes, and gives its connection back', async () => {
    const fetches = countFetches();
    const response = await open('/exports/interactions.csv');
    await standsStill(fetches);
    const unread = fetches();
    response.destroy();
    await eventually(async () => expect(await connections()).toBe(0));
    expect(fetches() - unread).toBeLessThanOrEqual(1);
  });

  it.each(['/exports/interactions.ndjson', '/exports/interactions.csv'])(
    'is ended also when its reader goes in the midst of reading: %s',
    async (path) => {
      const fetches = countFetches();
      const response = await open(path);
      await once(response, 'data');
      response.destroy();
      await eventually(async () => expect(await connections()).toBe(0));
      const ended = fetches();
      for (let others = 0; others < 50; others += 1) await server.database.db.query('select 1');
      expect(fetches()).toBe(ended);
    },
  );

  it('is cut, not ended, when the database takes its connection away', async () => {
    const response = await open('/exports/interactions.csv');
    await eventually(async () => expect(await connections('idle in transaction')).toBe(1));
    await server.database.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'throughline export' and datname = current_database()`,
    );
    await expect(drain(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(response.complete).toBe(false);
  });

  it('is one of a few that a tenant may have; others have theirs', async () => {
    const running = await Promise.all([1, 2, 3, 4].map(() => open('/exports/interactions.csv')));
    const response = await get('/exports/interactions.csv', big);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect((await get('/exports/interactions.csv')).status).toBe(200);
    for (const one of running) one.destroy();
    await eventually(async () => {
      const again = await get(listed('csv', { search: 'nobody' }), big);
      expect([again.status, await again.text()]).toEqual([200, HEAD]);
    });
  });

  it('is cut when the server goes away', async () => {
    const { database } = server;
    const config = readConfig({ PORT: '0' });
    const second = await startServer({ config, database, log: pino({ level: 'silent' }) });
    const response = await open(`${second.url}/exports/interactions.csv`);
    await eventually(async () => expect(await connections('idle in transaction')).toBe(1));
    await second.close();
    await expect(drain(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await connections()).toBe(0);
  });
});

const URL_OF = `query ($kind: ExportKind!, $id: ID, $filter: InteractionFilter, $orderBy: InteractionOrder) {
  exportUrl(kind: $kind, id: $id, filter: $filter, orderBy: $orderBy) { url expiresAt } }`;

describe('a link', () => {
  const linkTo = async (variables: object, key = keys.ADMIN) => {
    const { data, errors } = await server.graphql<{ exportUrl: { url: string; expiresAt: string } | null }>(
      key,
      URL_OF,
      variables,
    );
    const [error] = errors;
    return {
      ...data?.exportUrl,
      fault: error === undefined ? null : [error.extensions.code, error.extensions.field ?? null],
    };
  };

  it('downloads without a key what was asked for, and nothing else', async () => {
    const filter = {
      startedAt: { from: at(0), to: at(1) },
      or: [{ status: ['COMPLETE'] }, { search: 'a b&c=d+e' }],
    };
    const orderBy = { field: 'DURATION', direction: 'ASC' };
    const { url = '', expiresAt } = await linkTo({ kind: 'INTERACTIONS_CSV', filter, orderBy });
    expect(url.startsWith(`${server.url}/exports/interactions.csv?filter=`)).toBe(true);
    expect(expiresAt).toBe(new Date(now + 15 * 60_000).toISOString());
    expect(await text(url, null)).toBe(HEAD + ROWS.whole(BARS.whole));
    for (const changed of [
      url.replace('COMPLETE', 'DROPPED'),
      url.replace('.csv', '.ndjson'),
      url.replace('DURATION', 'STARTED_AT'),
      url.slice(0, -1) + (url.endsWith('A') ? 'B' : 'A'),
      url.replace(/filter=[^&]*&/, ''),
      `${url}&filter={}`,
    ])
      expect(await refused(changed, null)).toEqual([
        403,
        'FORBIDDEN',
        null,
        'This link is not valid, or no longer.',
      ]);
  });

  it('is refused when it is not valid, even beside a valid key', async () => {
    expect((await refused('/exports/interactions.csv?link=x', keys.ADMIN))[0]).toBe(403);
  });

  it.each([
    ['TRANSCRIPT_TEXT', 'txt'],
    ['TRANSCRIPT_VTT', 'vtt'],
    ['TRANSCRIPT_JSON', 'json'],
  ])('to a %s opens the same as a key', async (kind, extension) => {
    const { url = '' } = await linkTo({ kind, id: ids.whole });
    expect(await text(url, null)).toBe(await text(transcript(ids.whole, extension)));
  });

  it('opens as the role that asked for it', async () => {
    const { url = '' } = await linkTo(
      { kind: 'INTERACTIONS_CSV', filter: { channel: ['WEB'] } },
      keys.CALLS_ONLY,
    );
    expect(await text(url, null)).toBe(HEAD + ROWS.web('ASSISTANT LIVE 0.. ms'));
  });

  it('to a raw record is for those who may see it', async () => {
    const { data } = await server.graphql<{ calls: { nodes: { id: string; rawRecord: object }[] } }>(
      keys.ADMIN,
      '{ calls(first: 1) { nodes { id rawRecord } } }',
    );
    const [call] = data.calls.nodes;
    const { url = '' } = await linkTo({ kind: 'CALL_JSON', id: call?.id });
    expect(await (await get(url, null)).json()).toEqual(call?.rawRecord);
    for (const role of ['SUPERVISOR', 'AGENT', 'CALLS_ONLY'] as const)
      expect((await linkTo({ kind: 'CALL_JSON', id: call?.id }, keys[role])).fault).toEqual([
        'FORBIDDEN',
        null,
      ]);
  });

  it.each<[string, () => object, unknown[]]>([
    [
      'of an interaction that is not there',
      () => ({ kind: 'TRANSCRIPT_TEXT', id: 'x' }),
      ['NOT_FOUND', null],
    ],
    ['of an interaction without its id', () => ({ kind: 'TRANSCRIPT_TEXT' }), ['BAD_USER_INPUT', 'id']],
    [
      'of an interaction with a filter',
      () => ({ kind: 'TRANSCRIPT_TEXT', id: ids.whole, filter: {} }),
      ['BAD_USER_INPUT', 'filter'],
    ],
    [
      'of an interaction with an order',
      () => ({ kind: 'TRANSCRIPT_TEXT', id: ids.whole, orderBy: {} }),
      ['BAD_USER_INPUT', 'orderBy'],
    ],
    ['of a list with an id', () => ({ kind: 'INTERACTIONS_CSV', id: ids.whole }), ['BAD_USER_INPUT', 'id']],
    [
      'of a list by a filter that is too deep',
      () => ({ kind: 'INTERACTIONS_CSV', filter: { not: { not: { not: { not: { not: { not: {} } } } } } } }),
      ['BAD_USER_INPUT', 'filter'],
    ],
    [
      'of a list by a filter that is too long',
      () => ({ kind: 'INTERACTIONS_CSV', filter: { campaign: 'x'.repeat(6_000) } }),
      ['BAD_USER_INPUT', 'filter'],
    ],
  ])('is not made %s', async (_what, variables, fault) => {
    expect(await linkTo(variables())).toEqual({ fault });
  });

  it("is not made of another tenant's interaction", async () => {
    expect(await linkTo({ kind: 'TRANSCRIPT_TEXT', id: ids.whole }, other)).toEqual({
      fault: ['NOT_FOUND', null],
    });
  });

  it('opens nothing once its key is revoked', async () => {
    const { id: tenantId } = await server.server.tenants.ensure('acme');
    const { id, key } = await server.server.keys.create({
      tenantId,
      name: 'brief',
      role: 'AGENT',
      expiresAt: null,
    });
    const { url = '' } = await linkTo({ kind: 'INTERACTIONS_CSV' }, key);
    expect((await get(url, null)).status).toBe(200);
    await server.server.keys.revoke(tenantId, id);
    expect((await refused(url, null))[0]).toBe(403);
  });

  it('opens nothing once its time is over', async () => {
    const { url = '' } = await linkTo({ kind: 'INTERACTIONS_CSV' });
    now += 15 * 60_000 - 1;
    expect((await get(url, null)).status).toBe(200);
    now += 1;
    expect((await refused(url, null))[0]).toBe(403);
  });
});
