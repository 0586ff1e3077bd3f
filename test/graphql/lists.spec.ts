import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { publicError } from '../../src/graphql/errors.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { NOON, SECOND, World } from '../support/rows.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

let database: OpenDatabase;
let world: World;
beforeAll(async () => {
  database = await openDatabase();
  world = await World.in(database.db);
});
afterAll(() => database.close());

describe('viewer and sources', () => {
  test('tell who is asking and who reports', async () => {
    const own = await World.in(database.db);
    const seen = { lastEventAt: NOON - 5 * SECOND, watermarkAt: NOON };
    await own.source({ name: 'b', provider: 'vapi', role: 'ASSISTANT', ...seen });
    await own.source({ name: 'a' });
    const data = await dataOf(
      contextFor(servicesOn(database.db), own.frame, 'AGENT'),
      `{
      viewer { role permissions keyId expiresAt tenant { id name timeZone defaultCountry } }
      sources { name provider role lagMs watermarkAt lastRecordAt } }`,
    );
    expect(data).toEqual({
      viewer: {
        role: 'AGENT',
        permissions: ['READ', 'READ_USAGE', 'READ_SOURCES'],
        keyId: 'key',
        expiresAt: null,
        tenant: { id: own.tenantId, name: 'Acme', timeZone: 'UTC', defaultCountry: 'US' },
      },
      sources: [
        {
          name: 'a',
          provider: 'neutral',
          role: 'DIALER',
          lagMs: null,
          watermarkAt: null,
          lastRecordAt: null,
        },
        {
          name: 'b',
          provider: 'vapi',
          role: 'ASSISTANT',
          lagMs: 5_000,
          watermarkAt: '2026-03-02T12:00:00.000Z',
          lastRecordAt: null,
        },
      ],
    });
  });
});

describe('lists', () => {
  test('hold only what the filter asks for, page by page, in both directions', async () => {
    const own = await World.in(database.db);
    const context = () => contextFor(servicesOn(database.db), own.frame);
    for (let n = 0; n < 4; n++)
      await own.interaction({
        startedAt: NOON + n * SECOND,
        reference: `r${String(n)}`,
        status: n === 0 ? 'DROPPED' : 'COMPLETE',
      });
    const page = (args: string) =>
      `{ interactions(${args}) { nodes { reference } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }`;
    const read = async (args: string) =>
      (await dataOf(context(), page(args)))['interactions'] as {
        nodes: { reference: string }[];
        pageInfo: { startCursor: string; endCursor: string };
        totalCount: number;
      };
    const names = ({ nodes }: { nodes: { reference: string }[] }) => nodes.map(({ reference }) => reference);
    const first = await read('first: 2, filter: { status: [COMPLETE] }');
    expect([names(first), first.totalCount]).toEqual([['r3', 'r2'], 3]);
    const second = await read(
      `first: 2, after: "${first.pageInfo.endCursor}", filter: { status: [COMPLETE] }`,
    );
    expect(names(second)).toEqual(['r1']);
    const back = await read(
      `last: 1, before: "${second.pageInfo.startCursor}", filter: { status: [COMPLETE] }`,
    );
    expect(names(back)).toEqual(['r2']);
    expect(
      names(
        await read(
          'orderBy: { direction: ASC }, filter: { or: [{ status: [DROPPED] }, { startedAt: { from: "2026-03-02T13:00:03+01:00" } }] }',
        ),
      ),
    ).toEqual(['r0', 'r3']);
  });

  test.each([
    'first: 0',
    'first: 101',
    'first: -1',
    'last: 101',
    'first: 1, last: 1',
    'after: "x"',
    'before: ""',
  ])('refuse a page that cannot be: %s', async (args) => {
    for (const list of ['interactions', 'calls']) {
      const { errors } = await run(
        contextFor(servicesOn(database.db), world.frame),
        `{ ${list}(${args}) { nodes { id } } }`,
      );
      expect(errors?.map((error) => publicError(error, null).extensions?.['code'])).toEqual([
        'BAD_USER_INPUT',
      ]);
    }
  });
});
