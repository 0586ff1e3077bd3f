import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyStore } from '../../src/storage/key-store.js';
import { ServerProcess } from '../support/process.js';
import { at, World } from '../support/world.js';

/** Eight processes of the operating system on one database, as behind a load balancer. */
const PROCESSES = 8;
/** Starting all at once would take each as long as all together. */
const AT_ONCE = 2;
const CALLS = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'];

let world: World;
let key: string;
const doors: ServerProcess[] = [];

beforeAll(async () => {
  world = await World.create();
  const granted = { tenantId: world.tenantId, name: 'test', role: 'ADMIN' as const, expiresAt: null };
  ({ key } = await new KeyStore(world.db).create(granted));
  while (doors.length < PROCESSES)
    doors.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => ServerProcess.start(world.url)))));
}, 240_000);
afterAll(async () => {
  await Promise.all(doors.map((door) => door.stop()));
  await world.close();
}, 60_000);

/** One leg of a call: it shares the call's id with all others, and another key with some of them. */
const leg = (call: string, n: number) => ({
  externalId: `${call}-${n}`,
  occurredAt: at(n),
  channel: 'VOICE',
  direction: 'INBOUND',
  status: 'COMPLETED',
  answeredAt: at(n),
  endedAt: at(60),
  keys: [
    { namespace: 'interaction_id', value: call },
    { namespace: 'ring', value: `${call}-${n % 3}` },
  ],
});

interface Taken {
  status: number;
  results: { status: string }[];
}

/** Every process takes one leg of every call; each begins with another call, so that all calls are torn at. */
const ingestAll = async (): Promise<Taken[]> =>
  (
    await Promise.all(
      doors.map((door, n) =>
        Promise.all(
          CALLS.map(async (_, turn) => {
            const call = CALLS[(turn + n) % CALLS.length] ?? '';
            const source = n % 2 === 0 ? 'dialer' : 'assistant';
            const { status, body } = await door.post(`/ingest/${source}`, key, leg(call, n));
            const { results = [] } = body as Partial<Taken>;
            return { status, results: results.map((one) => ({ status: one.status })) };
          }),
        ),
      ),
    )
  ).flat();

const all = (status: string): Taken[] =>
  Array.from({ length: PROCESSES * CALLS.length }, () => ({ status: 200, results: [{ status }] }));

describe('eight processes that take in the legs of one call at once', () => {
  it('make one interaction of it, and no client is told of a deadlock', async () => {
    expect(await ingestAll()).toEqual(all('ACCEPTED'));
    expect((await world.summaries()).map(({ legs }) => legs.length)).toEqual(CALLS.map(() => PROCESSES));
    expect(await world.count('interaction')).toBe(CALLS.length);
  }, 120_000);

  it('show the same interactions to whoever asks any of them', async () => {
    const query = '{ interactions(first: 20) { totalCount nodes { id legs { externalId } } } }';
    const answers = await Promise.all(doors.map((door) => door.graphql<object>(key, query)));
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(answers[0]).toMatchObject({ interactions: { totalCount: CALLS.length } });
  }, 120_000);

  it('recognise what comes again at another door, and change nothing', async () => {
    const before: unknown = await world.db.query('select id, revision from interaction order by id');
    doors.reverse();
    doors.push(...doors.splice(0, 2));
    const again = await ingestAll();
    expect(again.map(({ status }) => status)).toEqual(again.map(() => 200));
    const fresh = again.filter(({ results }) => results[0]?.status === 'ACCEPTED');
    expect(fresh).toEqual([]);
    expect(await world.db.query('select id, revision from interaction order by id')).toEqual(before);
  }, 120_000);
});
