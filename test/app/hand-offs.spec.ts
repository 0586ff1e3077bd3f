import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { TestServer } from '../support/server.js';

let server: TestServer;
let admin: string;

beforeAll(async () => {
  server = await TestServer.start();
  admin = await server.key('acme');
  for (const [name, role] of [['bot', 'ASSISTANT'] as const, ['human', 'HUMAN'] as const])
    await server.source('acme', name, 'neutral', role);
});
afterAll(() => server.close());

const BEGUN = Date.now() - 60_000;
const at = (seconds: number) => new Date(BEGUN + seconds * 1_000).toISOString();

async function send(id: string, second: number, fields: object = {}, source = 'bot'): Promise<void> {
  const call = {
    externalId: id,
    occurredAt: at(second),
    channel: 'VOICE',
    status: 'ACTIVE',
    answeredAt: at(0),
  };
  const keys = [{ namespace: 'interaction_id', value: `key of ${id.replace(/^human of /, '')}` }];
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${admin}` };
  const body = JSON.stringify({ ...call, keys, ...fields });
  expect((await server.post(`/ingest/${source}`, body, headers)).status).toBe(200);
}
const asks = (second: number, state = 'REQUESTED') => ({
  transfers: [{ id: 'x', initiator: 'AI', state, target: '+12025550150', requestedAt: at(second) }],
});

/** What a subscriber is told of the inbox, each time as the ids of the calls in it. */
function follow(key: string): { told: string[][]; errors: unknown[] } {
  const [told, errors]: [string[][], unknown[]] = [[], []];
  server.client(key).subscribe<{ handOffsUpdated: { call: { sessionId: string } }[] }>(
    { query: 'subscription { handOffsUpdated { waitingMs call { sessionId } } }' },
    {
      next: ({ data, errors: refusals }) => {
        if (refusals !== undefined) errors.push(refusals);
        else told.push((data?.handOffsUpdated ?? []).map(({ call }) => call.sessionId));
      },
      error: (error) => errors.push(error),
      complete: () => undefined,
    },
  );
  return { told, errors };
}

describe('who follows the hand-off inbox', () => {
  it('is told of the calls that wait, the longest wait first, whenever one comes or goes', async () => {
    await send('later', 5);
    await send('first', 5, asks(5));
    const [agent, stranger] = [follow(await server.key('acme', 'AGENT')), follow(await server.key('globex'))];
    await eventually(async () => expect(agent.told).toEqual([['first']]));
    await eventually(async () => expect(stranger.told).toEqual([[]]));
    await send('later', 10, asks(9));
    await eventually(async () => expect(agent.told).toHaveLength(2));
    const message = { id: 'm1', speaker: 'CUSTOMER', text: 'Anybody?', startedAt: at(11), endedAt: at(12) };
    await send('later', 12, { messages: [message] });
    await send('human of first', 20, { role: 'HUMAN', answeredAt: at(20) }, 'human');
    await eventually(async () => expect(agent.told).toHaveLength(3));
    await send('later', 30, { status: 'COMPLETED', endedAt: at(30) });
    await eventually(async () => expect(agent.told).toHaveLength(4));
    expect(agent.told).toEqual([['first'], ['first', 'later'], ['later'], []]);
    expect([stranger.told, agent.errors, stranger.errors]).toEqual([[[]], [], []]);
  });

  it('may be anybody who reads, and nobody who only sends records', async () => {
    const reader = follow(await server.key('acme', 'CALLS_ONLY'));
    await eventually(async () => expect(reader.told).toEqual([[]]));
    const sender = follow(await server.key('acme', 'INGEST'));
    await eventually(async () => expect(sender.errors.length).toBeGreaterThan(0));
    expect([sender.told, JSON.stringify(sender.errors)]).toEqual([[], expect.stringContaining('FORBIDDEN')]);
  });
});
