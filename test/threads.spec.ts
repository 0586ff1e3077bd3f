import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { TestServer } from './support/server.js';

const START = Date.parse('2026-09-14T15:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (ms: number): string => new Date(START + ms).toISOString();

const clock = { now: START };
let server: TestServer;
let admin: string;
let ingest: string;
beforeAll(async () => {
  server = await TestServer.start({ now: () => clock.now });
  admin = await server.key('acme');
  ingest = await server.key('acme', 'INGEST');
  await server.source('acme', 'whatsapp', 'neutral', 'CHAT');
  await server.source('acme', 'desk', 'neutral', 'HUMAN');
});
afterAll(() => server.close());

/** What one system says of a session of the thread: a message at a time. */
async function say(source: string, externalId: string, ms: number, rest: object = {}): Promise<void> {
  clock.now = Math.max(clock.now, START + ms);
  const record = {
    externalId,
    occurredAt: at(ms),
    channel: 'SMS',
    status: 'ACTIVE',
    keys: [{ namespace: 'thread_id', value: 'wa-1' }],
    customer: { address: '+12025550123' },
    messages: [{ id: `m-${ms}`, speaker: 'CUSTOMER', text: 'Hello', startedAt: at(ms) }],
    ...rest,
  };
  const { status, body } = await server.post(`/ingest/${source}`, JSON.stringify(record), {
    'content-type': 'application/json',
    authorization: `Bearer ${ingest}`,
  });
  expect([status, JSON.stringify(body)]).toEqual([200, expect.stringContaining('ACCEPTED')]);
}

interface Page {
  interactions: {
    nodes: {
      status: string;
      legs: { externalId: string; endPresumed: boolean }[];
      relations: { kind: string; interaction: { externalIds: string[] } }[];
    }[];
  };
}

/** Each interaction of the thread, the latest first: its status, its legs and how it stands to others. */
async function seen(): Promise<string[]> {
  const { data } = await server.graphql<Page>(
    admin,
    `{ interactions { nodes { status legs { externalId endPresumed }
         relations { kind interaction { externalIds } } } } }`,
  );
  return data.interactions.nodes.map(({ status, legs, relations }) =>
    [
      status,
      ...legs.map(({ externalId, endPresumed }) => (endPresumed ? `${externalId}?` : externalId)),
      ...relations.map(({ kind, interaction }) => `${kind}:${interaction.externalIds.join('+')}`),
    ].join(' '),
  );
}

describe('a thread of text messages, through the doors of the server', () => {
  it('is one interaction for as long as nobody is silent for a day, and goes on in another one after that', async () => {
    await say('whatsapp', 'monday', 0);
    await say('whatsapp', 'monday', 20 * HOUR);
    await say('desk', 'agent-1', 21 * HOUR, { channel: undefined });
    expect(await seen()).toEqual(['IN_PROGRESS monday agent-1']);
    clock.now = START + 45 * HOUR;
    await eventually(async () => expect(await seen()).toEqual(['COMPLETE monday? agent-1?']));
    await say('whatsapp', 'thursday', 72 * HOUR);
    expect(await seen()).toEqual([
      'IN_PROGRESS thursday PREVIOUS:monday+agent-1',
      'COMPLETE monday? agent-1? NEXT:thursday',
    ]);
  });

  it('has its sessions made one by messages that come late and fill the gap', async () => {
    await say('whatsapp', 'monday', 44 * HOUR);
    expect(await seen()).toEqual([
      'IN_PROGRESS thursday PREVIOUS:monday+agent-1',
      'IN_PROGRESS monday agent-1 NEXT:thursday',
    ]);
    await say('whatsapp', 'monday', 60 * HOUR);
    expect(await seen()).toEqual(['IN_PROGRESS monday agent-1 thursday']);
  });
});
