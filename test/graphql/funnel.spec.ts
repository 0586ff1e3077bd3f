import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiRole } from '../../src/domain/words.js';
import { FunnelStore } from '../../src/storage/trace/funnel-store.js';
import { NOON, World } from '../support/rows.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { contextFor, run, servicesOn } from './api.js';

let database: OpenDatabase;
let world: World;
beforeAll(async () => {
  database = await openDatabase();
  world = await World.in(database.db);
  await world.interaction({ campaign: 'spring', startedAt: NOON });
  await world.interaction({
    campaign: 'spring',
    status: 'DROPPED',
    dropStage: 'SYNC_GAP',
    isProvisional: true,
  });
  await world.interaction({ campaign: null, isTest: true });
  await new FunnelStore(database.db).rebuild(world.tenantId);
});
afterAll(() => database.close());

const ask = (source: string, role?: ApiRole) =>
  run(contextFor(servicesOn(database.db), world.frame, role), source);

const RATE = 'value numerator denominator excluded asOf';
const STAGES = `stage count dropOff { ${RATE} }`;
const FIGURES = `interactionCount stages { ${STAGES} } transferStages { ${STAGES} }
  completionRate { ${RATE} } transferRate { ${RATE} } containmentRate { ${RATE} }`;

describe('the funnel', () => {
  test('answers with every figure of the whole and of each group', async () => {
    const source = `{ funnel(groupBy: CAMPAIGN, interval: DAY) { asOf ${FIGURES} groups { key startsAt endsAt ${FIGURES} } } }`;
    const { data, errors } = await ask(source);
    expect(errors).toBeUndefined();
    const asOf = new Date(NOON).toISOString();
    const figures = {
      interactionCount: 2,
      completionRate: { value: 1, numerator: 1, denominator: 1, excluded: 1, asOf },
      transferRate: { value: null, numerator: 0, denominator: 0, excluded: 2, asOf },
    };
    expect(data?.['funnel']).toMatchObject({
      asOf,
      ...figures,
      groups: [
        {
          key: 'spring',
          startsAt: '2026-03-02T00:00:00.000Z',
          endsAt: '2026-03-03T00:00:00.000Z',
          ...figures,
        },
      ],
    });
  });

  test('takes the filter of the list of interactions', async () => {
    const { data } = await ask(
      '{ funnel(filter: { isTest: true, startedAt: { from: "2026-03-01T00:00:00Z" } }) { interactionCount groups { key } } }',
    );
    expect(data).toEqual({ funnel: { interactionCount: 1, groups: [] } });
  });

  test.each<ApiRole>(['ADMIN', 'SUPERVISOR', 'AGENT', 'CALLS_ONLY'])(
    'is there to read for %s',
    async (role) => {
      const { data, errors } = await ask('{ funnel { interactionCount } }', role);
      expect([data, errors]).toEqual([{ funnel: { interactionCount: 2 } }, undefined]);
    },
  );

  test('is not for those who only send records', async () => {
    const { data, errors } = await ask('{ funnel { interactionCount } }', 'INGEST');
    expect(data).toBeNull();
    expect(
      errors?.map((error) => error.extensions['code'] ?? (error.originalError as { code?: string }).code),
    ).toEqual(['FORBIDDEN']);
  });
});
