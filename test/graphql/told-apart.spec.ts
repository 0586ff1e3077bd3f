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

describe('a call that comes into the hands of a human', () => {
  const human = (fields: object = {}) => ({
    externalId: 'h-one',
    version: '1',
    occurredAt: at(61),
    role: 'HUMAN',
    keys: KEYS,
    startedAt: at(20),
    ringAt: at(20),
    endedAt: at(61),
    ...fields,
  });
  const banners = '{ kind at }';
  const page = `outcome banners ${banners} transfers { id isDerived bridgedAt } calls { role banners ${banners} }`;

  it('says so at the answer, also when no transfer is told of', async () => {
    await world.send('dialer', dialer());
    await world.send('assistant', assistant(40));
    await world.send('human', human({ status: 'COMPLETED', answeredAt: at(42) }));
    const handed = [{ kind: 'HANDED_TO_HUMAN', at: at(42) }];
    expect(await shown(page)).toEqual([
      {
        outcome: 'TRANSFERRED',
        banners: handed,
        transfers: [{ id: 'derived/h-one', isDerived: true, bridgedAt: at(42) }],
        calls: [
          { role: 'DIALER', banners: handed },
          { role: 'ASSISTANT', banners: handed },
          { role: 'HUMAN', banners: [{ kind: 'FROM_BOT_CALL', at: at(20) }] },
        ],
      },
    ]);
  });

  it('does not say so when the human never answered', async () => {
    const transfer = { id: 't', kind: 'WARM', state: 'FAILED', requestedAt: at(19), endedAt: at(30) };
    await world.send('dialer', dialer());
    await world.send(
      'assistant',
      assistant(60, { transfers: [{ ...transfer, failureReason: 'no-answer' }] }),
    );
    await world.send('human', human({ status: 'NO_ANSWER', endedAt: at(30) }));
    const failed = [{ kind: 'TRANSFER_FAILED', at: at(30) }];
    expect(await shown(page)).toMatchObject([
      {
        outcome: 'COMPLETED',
        banners: failed,
        transfers: [{ id: 't', isDerived: false }],
        calls: [{ banners: [] }, { banners: failed }, { role: 'HUMAN' }],
      },
    ]);
  });

  it('says so of a call that somebody took over, once that is done', async () => {
    await world.send('dialer', dialer());
    await world.send('assistant', assistant(60));
    const take = (id: string, state: string, settledAt: string | null) =>
      world.db.query(
        `insert into monitoring_action (tenant_id, id, call_id, kind, state, actor, actor_role, requested_at, settled_at)
         select tenant_id, $2, id, 'TAKE_OVER', $3, 'key', 'ADMIN', $4, $5 from leg
          where tenant_id = $1 and external_id = 'a-one'`,
        [world.tenantId, id, state, at(29), settledAt],
      );
    await take('00000000-0000-7000-8000-000000000001', 'FAILED', at(30));
    expect(await shown(page)).toMatchObject([{ banners: [] }]);
    await take('00000000-0000-7000-8000-000000000002', 'DONE', at(31));
    const handed = [{ kind: 'HANDED_TO_HUMAN', at: at(31) }];
    expect(await shown(page)).toMatchObject([
      { outcome: 'COMPLETED', banners: handed, calls: [{ banners: [] }, { banners: handed }] },
    ]);
    await world.db.query('delete from monitoring_action');
  });
});
