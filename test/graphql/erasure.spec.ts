import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { globalId } from '../../src/graphql/node.js';
import { ErasureStore } from '../../src/storage/removal/erasure-store.js';
import { frameOf } from '../support/live.js';
import { BASE, callRecords, World } from '../support/world.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  world.now = BASE + 130_000;
});

const ERASE = `mutation ($address: String!, $reason: String) {
  eraseCustomer(input: { address: $address, reason: $reason }) {
    erasure { id state requestedBy reason interactionCount callCount } userErrors { field message code } } }`;

const as = (role: 'ADMIN' | 'SUPERVISOR' = 'ADMIN') =>
  contextFor(servicesOn(world.db, { now: () => world.now }), frameOf(world), role);

describe('eraseCustomer', () => {
  it('answers what it did, which can be read again without the address', async () => {
    for (const { source, record } of callRecords('one')) await world.send(source, record);
    const { eraseCustomer } = await dataOf(as(), ERASE, { address: '(202) 555-0123', reason: 'asked us' });
    const { erasure, userErrors } = eraseCustomer as { erasure: { id: string }; userErrors: object[] };
    const expected = {
      id: erasure.id,
      state: 'DONE',
      requestedBy: 'key',
      reason: 'asked us',
      interactionCount: 1,
      callCount: 2,
    };
    expect([erasure, userErrors]).toEqual([expected, []]);
    const again = 'query ($id: ID!) { erasure(id: $id) { id state } erasures { id } }';
    expect(await dataOf(as(), again, { id: erasure.id })).toEqual({
      erasure: { id: erasure.id, state: 'DONE' },
      erasures: [{ id: erasure.id }],
    });
    expect(await dataOf(as(), '{ interactions { nodes { id } } }')).toEqual({ interactions: { nodes: [] } });
  });

  it('says what is wrong with its input, and erases nothing', async () => {
    for (const { source, record } of callRecords('one')) await world.send(source, record);
    const { eraseCustomer } = await dataOf(as(), ERASE, { address: 'unknown' });
    expect(eraseCustomer).toEqual({
      erasure: null,
      userErrors: [
        {
          field: 'address',
          message: 'address names nobody: a number or another address is needed.',
          code: 'BAD_USER_INPUT',
        },
      ],
    });
    expect(await world.count('interaction')).toBe(1);
  });

  it('is for administrators alone', async () => {
    const { errors } = await run(as('SUPERVISOR'), ERASE, { address: '+12025550123' });
    expect(errors?.map(({ path }) => path)).toEqual([['eraseCustomer']]);
    expect(await world.count('erasure')).toBe(0);
  });

  it('of another tenant is not found', async () => {
    const other = await world.addTenant('other', []);
    const by = { actor: { id: 'x', role: 'ADMIN' }, reason: null } as const;
    const { id } = await new ErasureStore(world.db).erase(other, '+12025550123', by, world.now);
    expect(
      await dataOf(as(), 'query ($id: ID!) { erasure(id: $id) { id } erasures { id } }', {
        id: globalId('Erasure', id),
      }),
    ).toEqual({ erasure: null, erasures: [] });
  });
});
