import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { frameOf } from '../support/live.js';
import { at, BASE, World } from '../support/world.js';
import { contextFor, dataOf, servicesOn } from './api.js';

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  world.now = BASE + 600_000;
});

const KEYS = [{ namespace: 'interaction_id', value: 'one' }];
const dialer = (fields: object = {}) => ({
  externalId: 'd-one',
  version: '1',
  occurredAt: at(61),
  role: 'DIALER',
  keys: KEYS,
  status: 'COMPLETED',
  startedAt: at(0),
  answeredAt: at(1),
  endedAt: at(61),
  ...fields,
});
const assistant = (end: number, fields: object = {}) => ({
  externalId: 'a-one',
  version: '1',
  occurredAt: at(end),
  role: 'ASSISTANT',
  keys: KEYS,
  status: 'COMPLETED',
  startedAt: at(2),
  answeredAt: at(2),
  endedAt: at(end),
  ...fields,
});

async function shown(fields: string): Promise<unknown> {
  const { interactions } = await dataOf(
    contextFor(servicesOn(world.db), frameOf(world)),
    `{ interactions { nodes { ${fields} } } }`,
  );
  return (interactions as { nodes: unknown[] }).nodes;
}

describe('what sources say of one customer', () => {
  const differ = async (one: string, other: string) => {
    await world.send('dialer', dialer({ customer: { address: one } }));
    await world.send('assistant', assistant(60, { customer: { address: other } }));
    const [found] = (await shown('disagreements { field resolved }')) as { disagreements: unknown }[];
    return found?.disagreements;
  };

  it.each([
    ['with and without the country', '+12025550123', '(202) 555-0123'],
    ['as a telephone address', '+12025550123', 'tel:+1-202-555-0123'],
    ['with and without the ninth digit of Brazil', '+5511987654321', '+551187654321'],
  ])('is no disagreement when one number is written in two ways: %s', async (_what, one, other) => {
    expect(await differ(one, other)).toEqual([]);
  });

  it('is one when the numbers are two', async () => {
    expect(await differ('+12025550123', '(202) 555-0124')).toEqual([
      { field: 'customer.address', resolved: '+12025550123' },
    ]);
  });
});

describe('a version that came with two bodies', () => {
  it('shows both, the one that is used last, and the rule that decided', async () => {
    await world.send('dialer', dialer({ statusRaw: 'done' }));
    await world.send('dialer', dialer({ occurredAt: at(62), statusRaw: 'completed', endedAt: at(62) }));
    expect(
      await shown(
        'disagreements { code field resolved rule claims { value leg { externalId } } } calls { statusRaw }',
      ),
    ).toEqual([
      {
        disagreements: [
          {
            code: 'VERSION_CONFLICT',
            field: 'version',
            resolved: '1',
            rule: 'several bodies came with the version 1; where they differ the last claim is used: the body with the later event time, and of equal times the one with the greater hash',
            claims: [
              {
                value: `endedAt: ${at(61)}; occurredAt: ${at(61)}; statusRaw: done`,
                leg: { externalId: 'd-one' },
              },
              {
                value: `endedAt: ${at(62)}; occurredAt: ${at(62)}; statusRaw: completed`,
                leg: { externalId: 'd-one' },
              },
            ],
          },
        ],
        calls: [{ statusRaw: 'completed' }],
      },
    ]);
  });
});

describe('a call of an assistant without an analysis', () => {
  const hello = { id: 'm1', speaker: 'ASSISTANT', text: 'Hello?', startedAt: at(3), endedAt: at(4) };
  const reply = { id: 'm2', speaker: 'CUSTOMER', text: 'Hello.', startedAt: at(5), endedAt: at(6) };
  const analyses = async (record: object) => {
    await world.send('assistant', record);
    const analysis = '{ autoAssigned dispositions { name value } }';
    return shown(`analysis ${analysis} calls { postCallAnalysis ${analysis} }`);
  };
  const assigned = (value: string) => {
    const analysis = { autoAssigned: true, dispositions: [{ name: 'disposition', value }] };
    return [{ analysis, calls: [{ postCallAnalysis: analysis }] }];
  };

  it('has the disposition that the customer never spoke', async () => {
    expect(await analyses(assistant(32, { messages: [hello] }))).toEqual(assigned('CUSTOMER_SILENT'));
  });

  it('has the disposition that it was very short', async () => {
    expect(await analyses(assistant(5, { disconnectedBy: 'CUSTOMER' }))).toEqual(assigned('SHORT_CALL'));
  });

  it('has none when the customer spoke after all, be it told later', async () => {
    await world.send('assistant', assistant(32, { messages: [hello] }));
    expect(await analyses(assistant(32, { version: '2', messages: [reply] }))).toEqual([
      { analysis: null, calls: [{ postCallAnalysis: null }] },
    ]);
  });
});
