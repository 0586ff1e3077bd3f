import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { TestServer } from './support/server.js';

const SECRET = 'a-webhook-secret';
const ID = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';

let server: TestServer;
let key: string;
let twilio: string;
let vapi: string;

beforeAll(async () => {
  server = await TestServer.start();
  key = await server.key('acme');
  twilio = `${await server.source('acme', 'phone', 'twilio', 'DIALER', SECRET)}&ix=${ID}`;
  vapi = await server.source('acme', 'bot', 'vapi', 'ASSISTANT', SECRET);
});
afterAll(() => server.close());

const time = (second: number) =>
  `Mon, 14 Sep 2026 15:0${Math.floor(second / 60) + 4}:${String(second % 60).padStart(2, '0')} +0000`;
const CALL = {
  AccountSid: 'AC00000000000000000000000000000000',
  CallSid: 'CA00000000000000000000000000000042',
  Direction: 'inbound',
  From: '+12025550142',
  To: '+12025550100',
  ApiVersion: '2010-04-01',
};
const FORMS = [
  { ...CALL, CallStatus: 'ringing', SequenceNumber: '0', Timestamp: time(5) },
  { ...CALL, CallStatus: 'in-progress', SequenceNumber: '1', Timestamp: time(6) },
  {
    ...CALL,
    CallStatus: 'completed',
    SequenceNumber: '2',
    Timestamp: time(66),
    CallDuration: '60',
    Duration: '1',
  },
];
const BASE = Date.parse('2026-09-14T15:04:05Z');
const iso = (second: number) => new Date(BASE + second * 1_000).toISOString();
const VAPI_CALL = {
  id: '5f0a2f3e-8a56-4c0e-9b1d-000000000042',
  type: 'inboundPhoneCall',
  createdAt: iso(1),
  assistantOverrides: { metadata: { interaction_id: ID } },
};
const message = (type: string, second: number, rest: object) => ({
  message: {
    type,
    timestamp: BASE + second * 1_000,
    call: VAPI_CALL,
    customer: { number: '+12025550142' },
    ...rest,
  },
});
const MESSAGES = [
  message('status-update', 2, { status: 'in-progress' }),
  message('tool-calls', 20, {
    toolCallList: [
      { id: 't1', type: 'function', function: { name: 'opening_hours', arguments: { day: 'today' } } },
    ],
  }),
  message('end-of-call-report', 62, {
    startedAt: iso(2),
    endedAt: iso(61),
    endedReason: 'customer-ended-call',
    cost: 0.07,
    analysis: { summary: 'The customer asked when the shop opens.' },
    artifact: {
      messages: [
        { role: 'bot', message: 'Hello, how can I help?', time: BASE + 3_000, endTime: BASE + 5_000 },
        { role: 'user', message: 'When do you open?', time: BASE + 6_000, endTime: BASE + 8_000 },
        {
          role: 'tool_calls',
          message: '',
          time: BASE + 20_000,
          toolCalls: [
            { id: 't1', type: 'function', function: { name: 'opening_hours', arguments: '{"day":"today"}' } },
          ],
        },
        {
          role: 'tool_call_result',
          time: BASE + 20_400,
          name: 'opening_hours',
          result: '{"opens":"09:00"}',
          toolCallId: 't1',
        },
        { role: 'bot', message: 'At nine.', time: BASE + 21_000, endTime: BASE + 22_000 },
      ],
    },
  }),
];

function sign(url: string, form: Record<string, string>): Record<string, string> {
  const text =
    url +
    Object.keys(form)
      .sort()
      .map((name) => name + form[name])
      .join('');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': createHmac('sha1', SECRET).update(text).digest('base64'),
  };
}
const postForm = (form: Record<string, string>) =>
  server.post(twilio, new URLSearchParams(form).toString(), sign(twilio, form));
const postMessage = (body: object) =>
  server.post(vapi, JSON.stringify(body), { 'content-type': 'application/json', 'x-vapi-secret': SECRET });

const QUERY = `query One($id: ID!) { interaction(id: $id) {
  id status outcome direction durationMs durationText summary customer { address }
  why { code headline text facts { label value } }
  why_es: why(locale: "es") { headline }
  segments { role source state offsetMs durationMs }
  cost { amount currency isComplete }
  legs { role source { name } externalId keys { namespace value } link { tier method } call { status statusRaw disconnectedBy } }
  toolCalls { name status durationMs }
  transcript(first: 10) { nodes { speaker text offsetMs } pageInfo { hasNextPage } }
  timeline(first: 10) { nodes { __typename } }
  statusHistory { toStatus why { code } }
  sourceRecords { externalId }
} }`;

describe('one call, from the two webhooks to the client', () => {
  it('is told by a dialer and an assistant and seen as one complete interaction, live', async () => {
    const seen: { __typename: string; interaction?: { id: string; status: string } }[] = [];
    let begun = false;
    server.client(key).subscribe(
      {
        query:
          'subscription { interactionFeed { __typename ... on FeedSnapshotEnd { cursor } ... on InteractionUpserted { revision changedFields interaction { id status } } } }',
      },
      {
        next: ({ data }) => {
          const event = (data as { interactionFeed: (typeof seen)[number] }).interactionFeed;
          seen.push(event);
          begun ||= event.__typename === 'FeedSnapshotEnd';
        },
        error: (error) => {
          throw error;
        },
        complete: () => undefined,
      },
    );
    await eventually(async () => expect(begun).toBe(true));

    for (const form of FORMS) expect((await postForm(form)).body).toMatchObject({ accepted: 1, rejected: 0 });
    for (const body of MESSAGES)
      expect((await postMessage(body)).body).toMatchObject({ accepted: 1, rejected: 0 });

    const list = await server.graphql<{ interactions: { nodes: { id: string }[]; totalCount: number } }>(
      key,
      '{ interactions(first: 10) { totalCount nodes { id } } }',
    );
    expect(list.data.interactions.totalCount).toBe(1);
    const id = list.data.interactions.nodes[0]?.id ?? '';
    const one = await server.graphql<{ interaction: object }>(key, QUERY, { id });
    expect(one.errors).toEqual([]);
    expect(one.data.interaction).toMatchObject({
      id,
      status: 'COMPLETE',
      outcome: 'COMPLETED',
      direction: 'INBOUND',
      durationMs: 61_000,
      durationText: '1m 1s',
      summary: 'The customer asked when the shop opens.',
      customer: { address: '+12025550142' },
      why: { code: 'ALL_SEGMENTS_PRESENT', headline: 'Complete' },
      why_es: { headline: 'Completa' },
      segments: [
        { role: 'DIALER', source: 'phone', state: 'PRESENT', offsetMs: 0, durationMs: 61_000 },
        { role: 'ASSISTANT', source: 'bot', state: 'PRESENT' },
      ],
      cost: { amount: '0.07', currency: 'USD', isComplete: false },
      legs: [
        {
          role: 'DIALER',
          source: { name: 'phone' },
          link: { tier: 'KEY', method: 'SHARED_KEY' },
          call: { status: 'COMPLETED', statusRaw: 'completed' },
        },
        {
          role: 'ASSISTANT',
          source: { name: 'bot' },
          link: { tier: 'KEY' },
          call: { status: 'COMPLETED', disconnectedBy: 'CUSTOMER' },
        },
      ],
      toolCalls: [{ name: 'opening_hours', status: 'OK', durationMs: 400 }],
      transcript: {
        nodes: [{ speaker: 'ASSISTANT' }, { speaker: 'CUSTOMER' }, { text: 'At nine.' }],
        pageInfo: { hasNextPage: false },
      },
      timeline: {
        nodes: [
          { __typename: 'Message' },
          { __typename: 'Message' },
          { __typename: 'ToolCall' },
          { __typename: 'Message' },
        ],
      },
    });
    await eventually(async () =>
      expect(
        seen.some((event) => event.interaction?.id === id && event.interaction.status === 'COMPLETE'),
      ).toBe(true),
    );
  });

  it('recognises deliveries that come again, and changes nothing', async () => {
    const before = await server.database.db.query('select id, revision from interaction');
    for (const form of FORMS)
      expect((await postForm(form)).body).toMatchObject({ accepted: 0, duplicates: 1 });
    for (const body of MESSAGES)
      expect((await postMessage(body)).body).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await server.database.db.query('select id, revision from interaction')).toEqual(before);
  });

  it('finds the call by its number in any spelling, by a call id and by the correlation id', async () => {
    for (const search of ['+1 (202) 555-0142', '2025550142', '0142', CALL.CallSid, VAPI_CALL.id, ID]) {
      const { data } = await server.graphql<{ interactions: { nodes: object[] } }>(
        key,
        'query ($search: String!) { interactions(filter: { search: $search }) { nodes { id } } }',
        { search },
      );
      expect([search, data.interactions.nodes.length]).toEqual([search, 1]);
    }
  });

  it('lets no word of a customer, no number and no secret into the logs', () => {
    const log = server.lines.join('');
    expect(log).toContain('"route":"/ingest/:source"');
    for (const secret of ['12025550142', '2025550142', SECRET, key, 'how can I help', CALL.CallSid, ID])
      expect(log).not.toContain(secret);
  });
});

describe('the operator', () => {
  it('sees that the server is alive and ready, and what it did', async () => {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('throughline_records_total{provider="twilio",result="ACCEPTED"} 3');
    expect(metrics).toContain('throughline_sequencer_leader 1');
  });
});

describe('schema.graphql', () => {
  it('is what the running server serves', async () => {
    const { printThroughlineSchema } = await import('../src/graphql/schema.js');
    expect(readFileSync('schema.graphql', 'utf8').trim()).toBe(
      printThroughlineSchema(server.server.schema).trim(),
    );
  });
});
