import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestServer } from '../support/server.js';

let server: TestServer;
let admin: string;
let ingest: string;

beforeAll(async () => {
  server = await TestServer.start({}, { MAX_BODY_BYTES: '1048576' });
  admin = await server.key('acme');
  ingest = await server.key('acme', 'INGEST');
  await server.source('acme', 'crm', 'neutral', 'DIALER');
  await server.source('acme', 'phone', 'twilio', 'DIALER', 'a-webhook-secret');
  await server.source('other', 'theirs', 'neutral', 'DIALER');
});
afterAll(() => server.close());

const JSON_TYPE = { 'content-type': 'application/json' };
const auth = (key: string) => ({ ...JSON_TYPE, authorization: `Bearer ${key}` });
const record = (over: object = {}) => ({
  externalId: 'r1',
  occurredAt: '2026-09-14T15:04:05Z',
  status: 'RINGING',
  ...over,
});
const send = (path: string, body: string | object, headers: Record<string, string> = auth(ingest)) =>
  server.post(path, typeof body === 'string' ? body : JSON.stringify(body), headers);
const stored = async () => {
  const [row]: { n: number }[] = await server.database.db.query(
    'select count(*)::int as n from source_record',
  );
  return row?.n;
};
const faults = (body: Record<string, unknown>) =>
  (body['errors'] as { message: string; extensions: { code: string; field?: string } }[]).map(
    ({ extensions, message }) => [extensions.code, extensions.field ?? null, message],
  );

describe('the door for records', () => {
  it.each([
    ['an unknown source', '/ingest/nowhere', () => auth(ingest), 404, 'NOT_FOUND'],
    ["another tenant's source", '/ingest/theirs', () => auth(ingest), 404, 'NOT_FOUND'],
    ['no key and no tenant', '/ingest/crm', () => JSON_TYPE, 401, 'UNAUTHENTICATED'],
    ['a tenant that is no tenant', '/ingest/crm?tenant=x', () => JSON_TYPE, 404, 'NOT_FOUND'],
    ['a wrong key', '/ingest/crm', () => auth('tl_abcdefghijkl_wrong'), 401, 'UNAUTHENTICATED'],
    ['a key of a role that may not send', '/ingest/crm', () => auth(callsOnly), 403, 'FORBIDDEN'],
    [
      'a missing signature',
      `/ingest/phone?tenant=TENANT`,
      () => ({ 'content-type': 'application/x-www-form-urlencoded' }),
      401,
      'UNAUTHENTICATED',
    ],
    [
      'a wrong signature',
      `/ingest/phone?tenant=TENANT`,
      () => ({ 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'AAAA' }),
      401,
      'UNAUTHENTICATED',
    ],
  ])('refuses %s and keeps nothing', async (_what, path, headers, status, code) => {
    callsOnly = await server.key('acme', 'CALLS_ONLY');
    const tenant = await server.server.tenants.byName('acme');
    const before = await stored();
    const answer = await send(
      path.replace('TENANT', tenant?.id ?? ''),
      'CallSid=CA1&CallStatus=ringing',
      headers(),
    );
    expect([answer.status, faults(answer.body)[0]?.[0]]).toEqual([status, code]);
    expect(await stored()).toBe(before);
  });
  let callsOnly = '';

  it.each([
    ['text that is not JSON', '{"externalId":', 'The body is not JSON'],
    ['nothing', '', 'The body is empty'],
    ['an empty list', '[]', 'The body'],
  ])('answers 400 to %s and says what is wrong', async (_what, body, message) => {
    const answer = await send('/ingest/crm', body);
    expect([answer.status, faults(answer.body)[0]?.[0]]).toEqual([400, 'BAD_USER_INPUT']);
    expect(faults(answer.body)[0]?.[2]).toContain(message.split(' ')[0]);
  });

  it('takes the good lines of a delivery, and keeps a line that is not JSON with the reason', async () => {
    const secret = '"apiKey":"sk-1234567890abcdef"';
    const lines = [
      JSON.stringify(record({ externalId: 'l1' })),
      `{${secret},`,
      JSON.stringify(record({ externalId: 'l2' })),
    ];
    const answer = await send('/ingest/crm', lines.join('\n'));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ accepted: 2, rejected: 1 });
    const rejected = await server.database.db.query(
      `select reason, body from rejected_record where reason like 'Line 2%'`,
    );
    expect(rejected).toEqual([
      {
        reason: expect.stringMatching(/^Line 2 is not JSON/) as unknown,
        body: expect.any(String) as unknown,
      },
    ]);
    expect(JSON.stringify(rejected)).not.toContain('sk-1234567890abcdef');
  });

  it('names the field of a record that cannot be read', async () => {
    const answer = await send('/ingest/crm', record({ answeredAt: 'yesterday' }));
    expect([answer.status, faults(answer.body)[0]?.slice(0, 2)]).toEqual([
      400,
      ['BAD_USER_INPUT', 'answeredAt'],
    ]);
  });

  it('takes the good records of a batch and rejects a bad one alone', async () => {
    const answer = await send('/ingest/crm', [
      record({ externalId: 'g1' }),
      { status: 'RINGING' },
      record({ externalId: 'g2', colour: 'red' }),
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      accepted: 2,
      rejected: 1,
      results: [
        { status: 'ACCEPTED' },
        { status: 'REJECTED', error: { field: 'externalId' } },
        { status: 'ACCEPTED', unknownFields: ['colour'] },
      ],
    });
    const { data } = await server.graphql<{ rejectedRecords: { nodes: { field: string }[] } }>(
      admin,
      '{ rejectedRecords(first: 1) { nodes { field reason } } }',
    );
    expect(data.rejectedRecords.nodes[0]?.field).toBe('externalId');
  });

  it('takes NDJSON', async () => {
    const lines = [record({ externalId: 'n1' }), record({ externalId: 'n2' })]
      .map((one) => JSON.stringify(one))
      .join('\n');
    const answer = await send('/ingest/crm', lines, {
      ...auth(ingest),
      'content-type': 'application/x-ndjson',
    });
    expect(answer.body).toMatchObject({ accepted: 2 });
  });

  it('stores text with U+0000 and lone surrogates as replacement characters, and never fails on them', async () => {
    const answer = await send(
      '/ingest/crm',
      `{"externalId":"z\\u0000\\ud800","occurredAt":"2026-09-14T15:04:05Z","reference":"a\\u0000b\\udfff"}`,
    );
    expect(answer.status).toBe(200);
    const search = await server.graphql(
      admin,
      'query ($s: String!) { interactions(filter: { search: $s }) { nodes { id } } }',
      { s: 'a\u0000b\ud800' },
    );
    expect(search.errors).toEqual([]);
  });

  it('answers 413 to a body over the limit', async () => {
    const answer = await send('/ingest/crm', JSON.stringify(record({ reference: 'x'.repeat(1_100_000) })));
    expect([answer.status, faults(answer.body)[0]?.[0]]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  it('keeps an acknowledged record: it is in the database before the answer', async () => {
    const before = (await stored()) ?? 0;
    await send('/ingest/crm', record({ externalId: 'kept' }));
    expect(await stored()).toBe(before + 1);
  });

  it('replays a rejected record, which stays rejected while it is unreadable', async () => {
    await send('/ingest/crm', record({ externalId: 'bad', status: 'HALF' }));
    const list = await server.graphql<{ rejectedRecords: { nodes: { id: string }[] } }>(
      admin,
      '{ rejectedRecords(first: 1) { nodes { id } } }',
    );
    const id = list.data.rejectedRecords.nodes[0]?.id;
    const answer = await server.graphql<{ replayRejectedRecord: object }>(
      admin,
      'mutation ($input: ReplayRejectedRecordInput!) { replayRejectedRecord(input: $input) { results { status } } }',
      { input: { id } },
    );
    expect([answer.errors, answer.data.replayRejectedRecord]).toEqual([
      [],
      { results: [{ status: 'REJECTED' }] },
    ]);
  });
});

describe('the GraphQL door', () => {
  it.each([
    ['first: 0', '{ interactions(first: 0) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['first: 10001', '{ interactions(first: 10001) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['a cursor that is none', '{ interactions(after: "x") { nodes { id } } }', 'BAD_USER_INPUT'],
    [
      'an impossible date',
      '{ interactions(filter: { startedAt: { from: "2026-02-31T00:00:00Z" } }) { nodes { id } } }',
      'BAD_USER_INPUT',
    ],
    [
      'an unknown enum value',
      '{ interactions(filter: { status: [HALF] }) { nodes { id } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a syntax error', '{ interactions(', 'GRAPHQL_PARSE_FAILED'],
  ])('answers %s with a clear error', async (_what, query, code) => {
    const { errors } = await server.graphql(admin, query);
    expect(errors[0]?.extensions.code === code || errors[0]?.extensions.code === 'BAD_USER_INPUT').toBe(true);
    expect(errors[0]?.message).not.toMatch(/at .*\.js|select |Did you mean/);
  });

  it('does not know anyone without a valid key', async () => {
    for (const key of ['', 'x', 'tl_abcdefghijkl_wrong']) {
      const answer = await server.graphql(key, '{ viewer { role } }');
      expect([answer.status, answer.errors[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  it('finds nothing of another tenant, by any id', async () => {
    const theirs = await server.key('other');
    await server.post('/ingest/theirs', JSON.stringify(record({ externalId: 'secret' })), auth(theirs));
    const list = await server.graphql<{
      interactions: {
        nodes: { id: string; legs: { id: string; call: { id: string }; source: { id: string } }[] }[];
      };
    }>(theirs, '{ interactions { nodes { id legs { id call { id } source { id } } } } }');
    const [interaction] = list.data.interactions.nodes;
    const leg = interaction?.legs[0];
    for (const id of [interaction?.id, leg?.id, leg?.call.id, leg?.source.id]) {
      const { data } = await server.graphql<{ node: null; nodes: null[] }>(
        admin,
        'query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }',
        { id },
      );
      expect(data).toEqual({ node: null, nodes: [null] });
    }
    const { data } = await server.graphql(
      admin,
      'query ($i: ID!, $c: ID!) { interaction(id: $i) { id } call(id: $c) { id } }',
      { i: interaction?.id, c: leg?.call.id },
    );
    expect(data).toEqual({ interaction: null, call: null });
  });

  it('is served by GET and POST alone', async () => {
    const answer = await fetch(`${server.url}/graphql`, { method: 'DELETE' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});
