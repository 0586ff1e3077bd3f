import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CustomerReader, nameCustomer } from '../../src/storage/customer-reader.js';
import type { TenantFrame } from '../../src/storage/read-model.js';
import { countStatements } from '../support/statements.js';
import { at, BASE, World } from '../support/world.js';

let world: World;
let reader: CustomerReader;
let stranger: string;
let frame: TenantFrame;

const LONG = '+5511987654321';
const SHORT = '+551187654321';
const CONTACT = { namespace: 'crm_contact', value: 'Kim-7', scope: 'CUSTOMER' };

beforeAll(async () => {
  world = await World.create(2);
  reader = new CustomerReader(world.db);
  stranger = world.tenants[1] ?? '';
  frame = { tenantId: world.tenantId, timeZone: 'UTC', defaultCountry: 'BR', now: BASE };
  await world.db.query(`update tenant set default_country = 'BR'`);
  await contact('by-long', 0, { customer: { address: LONG, displayName: 'Kim' } });
  await contact('by-short', 1, { customer: { address: '(11) 8765-4321' }, keys: [CONTACT] });
  await contact('by-chat', 2, { customer: { displayName: 'Kim Lee' }, keys: [CONTACT], channel: 'CHAT' });
  await contact('by-key', 3, { keys: [{ ...CONTACT, namespace: 'phone', value: SHORT }], channel: 'WEB' });
  await contact('by-mail', 4, { customer: { address: 'Bob@Example.com' } });
  await contact('by-bridge', 5, { keys: [{ ...CONTACT, scope: 'BRIDGE' }] });
  await contact('by-nobody', 6, {
    customer: { address: 'anonymous' },
    keys: [{ ...CONTACT, value: 'unknown' }],
  });
  await contact('by-stranger', 7, { customer: { address: LONG }, keys: [CONTACT] }, stranger);
});
afterAll(() => world.close());

const contact = (externalId: string, minute: number, record: object, tenantId?: string) =>
  world.send(
    'dialer',
    { externalId, occurredAt: at(60 * minute), status: 'COMPLETED', endedAt: at(60 * minute), ...record },
    tenantId,
  );

/** The external ids of the journey, the newest first. */
async function journeyOf(address: string, first = 10): Promise<string[] | null> {
  const customer = await reader.find(frame, address);
  if (customer === null) return null;
  const name = nameCustomer(customer.keys);
  const rows = (await reader.journeys(frame, [name], first)).get(name) ?? [];
  return rows.flatMap((row) => row.externalIds);
}

describe('a customer', () => {
  const WHOLE = ['by-key', 'by-chat', 'by-short', 'by-long'];

  it.each([LONG, SHORT, '11 98765-4321', 'tel:+55-11-8765-4321'])(
    'asked for by %s has the contacts under every form of the number, and under the id that goes with it',
    async (address) => {
      expect(await journeyOf(address)).toEqual(WHOLE);
    },
  );

  it('asked for by the id of one system has the contacts under it and under the number that goes with it', async () => {
    expect(await journeyOf('Kim-7')).toEqual(WHOLE);
  });

  it('is known by the latest address and name that any of the contacts has', async () => {
    expect(await reader.find(frame, 'Kim-7')).toEqual({
      address: '(11) 8765-4321',
      displayName: 'Kim Lee',
      keys: [`address:${SHORT}`, 'id:["crm_contact","Kim-7"]'],
    });
    expect(await reader.find(frame, LONG)).toMatchObject({ displayName: 'Kim' });
  });

  it('with an address that is no number is one in any case', async () => {
    expect(await journeyOf('BOB@example.COM')).toEqual(['by-mail']);
  });

  it.each([
    'anonymous',
    '',
    'unknown',
    '+12025550100',
    '4321',
    'kim-7',
    'Kim-7\u0000',
    '%',
    'x'.repeat(10_000),
  ])('is nobody by %.20j', async (address) => {
    expect(await reader.find(frame, address)).toBeNull();
  });

  it('has a journey of the latest, as long as is asked for', async () => {
    expect(await journeyOf(LONG, 2)).toEqual(['by-key', 'by-chat']);
    await expect(journeyOf(LONG, 101)).rejects.toThrow('first must be between 1 and 100');
    await expect(journeyOf(LONG, 0)).rejects.toThrow('first must be between 1 and 100');
  });

  it('is counted over all channels, with the first and the last contact', async () => {
    const kim = nameCustomer((await reader.find(frame, LONG))?.keys ?? []);
    const bob = nameCustomer((await reader.find(frame, 'bob@example.com'))?.keys ?? []);
    const nobody = nameCustomer([]);
    expect([...(await reader.summaries(frame, [kim, bob, nobody]))].sort()).toEqual(
      [
        [
          kim,
          {
            interactionCount: 4,
            firstContactAt: BASE,
            lastContactAt: BASE + 180_000,
            channels: [
              { channel: 'VOICE', count: 2 },
              { channel: 'CHAT', count: 1 },
              { channel: 'WEB', count: 1 },
            ],
          },
        ],
        [
          bob,
          {
            interactionCount: 1,
            firstContactAt: BASE + 240_000,
            lastContactAt: BASE + 240_000,
            channels: [{ channel: 'VOICE', count: 1 }],
          },
        ],
      ].sort(),
    );
  });

  it('is read by one statement for any number of customers, and by none for nobody', async () => {
    const names = [nameCustomer([`address:${LONG}`]), nameCustomer(['id:["crm","1"]'])];
    const counter = countStatements(world.db);
    await reader.journeys(frame, names, 3);
    await reader.summaries(frame, names);
    await reader.find(frame, LONG);
    expect(counter.count).toBe(3);
    await reader.journeys(frame, [nameCustomer([])], 3);
    await reader.summaries(frame, []);
    await reader.find(frame, 'anonymous');
    expect(counter.count).toBe(3);
    counter.stop();
  });
});
