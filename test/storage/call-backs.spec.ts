import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FunnelReader } from '../../src/storage/queries/funnel.js';
import { FunnelStore } from '../../src/storage/trace/funnel-store.js';
import { frameOf } from '../support/live.js';
import { at, BASE, World } from '../support/world.js';

const HOUR = 3_600;

let world: World;
let store: FunnelStore;
beforeAll(async () => {
  world = await World.create(2);
  store = new FunnelStore(world.db);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  world.now = BASE + 72 * HOUR * 1_000;
  await call('first', 0);
});

/** A call of two minutes with the assistant, from `seconds` after the base on. */
const call = (externalId: string, seconds: number, said: object = {}, tenantId = world.tenantId) =>
  world.send(
    'assistant',
    {
      externalId,
      version: '1',
      occurredAt: at(seconds + 120),
      status: 'COMPLETED',
      answeredAt: at(seconds),
      endedAt: at(seconds + 120),
      direction: 'INBOUND',
      customer: { address: '+12025550123' },
      ...said,
    },
    tenantId,
  );

async function sweep(): Promise<void> {
  while ((await store.sweep()) > 0);
}

/** When the first call was called back, in seconds after the base. */
async function calledBack(): Promise<number | null> {
  await sweep();
  const [first]: { at: number | null }[] = await world.db.query(
    `select called_back_at as at from interaction where tenant_id = $1 and external_ids = '{first}'`,
    [world.tenantId],
  );
  return first?.at == null ? null : (first.at - BASE) / 1_000;
}

describe('a call-back', () => {
  it.each<[string, number, object, number | null]>([
    ['is the same customer calling within a day', 5 * HOUR, {}, 5 * HOUR],
    ['may be of a direction that nobody states', 5 * HOUR, { direction: null }, 5 * HOUR],
    [
      'is the same number in another spelling',
      5 * HOUR,
      { customer: { address: '(202) 555-0123' } },
      5 * HOUR,
    ],
    ['is no call of ours', 5 * HOUR, { direction: 'OUTBOUND' }, null],
    ['is no message', 5 * HOUR, { channel: 'SMS' }, null],
    ['is no test', 5 * HOUR, { isTest: true }, null],
    ['is nobody else', 5 * HOUR, { customer: { address: '+12025550124' } }, null],
    ['is not a day after the call began', 24 * HOUR, {}, null],
    ['is no other half of the same call, which overlaps', 60, {}, null],
    ['is not what came before', -HOUR, {}, null],
  ])('%s', async (_name, seconds, said, expected) => {
    await call('second', seconds, said);
    expect(await calledBack()).toBe(expected);
  });

  it.each([
    ['+5511987650123', '+551187650123'],
    ['+525512345678', '+5215512345678'],
    ['+541123456789', '+5491123456789'],
  ])('is %s calling as %s', async (one, other) => {
    await world.clear();
    await call('first', 0, { customer: { address: one } });
    await call('second', HOUR, { customer: { address: other } });
    expect(await calledBack()).toBe(HOUR);
  });

  it('is the first of several', async () => {
    await call('third', 7 * HOUR);
    expect(await calledBack()).toBe(7 * HOUR);
    await call('second', 5 * HOUR);
    expect(await calledBack()).toBe(5 * HOUR);
  });

  it('is not one any more when a later record says that someone else called', async () => {
    await call('second', 5 * HOUR);
    expect(await calledBack()).toBe(5 * HOUR);
    await call('second', 5 * HOUR, { version: '2', customer: { address: '+12025550124' } });
    expect(await calledBack()).toBeNull();
  });

  it('is not carried over to the customer whom a later record names', async () => {
    await call('second', 5 * HOUR);
    expect(await calledBack()).toBe(5 * HOUR);
    await call('first', 0, { version: '2', customer: { address: '+12025550124' } });
    expect(await calledBack()).toBeNull();
  });

  it('is none across tenants', async () => {
    await call('second', 5 * HOUR, {}, world.tenants[1]);
    expect(await calledBack()).toBeNull();
  });

  it('is found once whoever is writing the call lets go of it', async () => {
    await call('second', 5 * HOUR);
    await world.db.transaction(async (tx) => {
      await tx.query(`select 1 from interaction where external_ids = '{first}' for update`);
      await store.sweep();
    });
    expect(await calledBack()).toBe(5 * HOUR);
  });

  it('makes a contained call one that was not', async () => {
    const containment = async () =>
      (await new FunnelReader(world.db).read(frameOf(world), {})).containmentRate;
    await sweep();
    expect(await containment()).toMatchObject({ value: 1, numerator: 1, denominator: 1, excluded: 0 });
    await call('second', 5 * HOUR);
    await sweep();
    expect(await containment()).toMatchObject({ value: 0.5, numerator: 1, denominator: 2, excluded: 0 });
  });
});
