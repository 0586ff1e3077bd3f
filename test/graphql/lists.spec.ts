import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { permissionsOf } from '../../src/domain/permissions.js';
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
        permissions: [...permissionsOf('AGENT')],
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

  test.each([
    [
      'an impossible date',
      'filter: { startedAt: { from: "2026-02-30T00:00:00Z" } }',
      'must be a time that exists',
    ],
    ['a date without a zone', 'filter: { startedAt: { to: "2026-02-03T00:00:00" } }', 'RFC 3339'],
    [
      'a date of another age',
      'filter: { startedAt: { to: "1789-07-14T00:00:00Z" } }',
      'in the years 1990 to 2100',
    ],
    [
      'a search of 10,000 characters',
      `filter: { search: "${'x'.repeat(10_000)}" }`,
      'at most 500 characters',
    ],
    [
      'a long transcript search',
      `filter: { transcriptSearch: "${'x'.repeat(501)}" }`,
      'at most 500 characters',
    ],
  ])('refuse %s', async (_, args, reason) => {
    for (const list of ['interactions', 'calls']) {
      const context = contextFor(servicesOn(database.db), world.frame);
      const { data, errors = [] } = await run(context, `{ ${list}(${args}) { nodes { id } } }`);
      expect(data).toBeNull();
      expect(errors.map((error) => publicError(error, null))).toEqual([
        expect.objectContaining({
          message: expect.stringContaining(reason) as unknown,
          extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }) as unknown,
        }),
      ]);
    }
  });

  test('are empty, not wrong, when the filter can match nothing', async () => {
    await world.interaction();
    const can = 'filter: { startedAt: { from: "2026-03-03T00:00:00Z", to: "2026-03-01T00:00:00Z" } }';
    for (const args of [can, 'filter: { status: [] }', 'filter: { minDurationMs: 2, maxDurationMs: 1 }'])
      expect(
        await dataOf(
          contextFor(servicesOn(database.db), world.frame),
          `{ interactions(${args}) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }`,
        ),
      ).toEqual({
        interactions: { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false, endCursor: null } },
      });
  });
});

describe('a transcript search', () => {
  test('finds interactions and calls, and shows where', async () => {
    const own = await World.in(database.db);
    const { id: interactionId } = await own.interaction({ startedAt: NOON });
    await own.interaction({ startedAt: NOON });
    const call = await own.call({ interactionId, startedAt: NOON });
    const said = `${'Well. '.repeat(40)}The garantía covers it, that garantía.`;
    await own.message(call.id, { text: said, at: NOON + 3 * SECOND });
    await own.message(call.id, { text: 'Which garantia?', at: NOON + SECOND, speaker: 'ASSISTANT' });
    const matches = `transcriptMatches(query: "GARANTIA") {
      entry { text speaker offsetMs } snippet highlights { from to } }`;
    const list = (name: string) =>
      `${name}(filter: { transcriptSearch: "garantia" }) { nodes { ${matches} } }`;
    const data = await dataOf(
      contextFor(servicesOn(database.db), own.frame, 'CALLS_ONLY'),
      `{ ${list('interactions')} ${list('calls')} }`,
    );
    const found = [
      {
        transcriptMatches: [
          {
            entry: { text: 'Which garantia?', speaker: 'ASSISTANT', offsetMs: SECOND },
            snippet: 'Which garantia?',
            highlights: [{ from: 6, to: 14 }],
          },
          {
            entry: { text: said, speaker: 'CUSTOMER', offsetMs: 3 * SECOND },
            snippet: `… ${'Well. '.repeat(7)}The garantía covers it, that garantía.`,
            highlights: [
              { from: 48, to: 56 },
              { from: 73, to: 81 },
            ],
          },
        ],
      },
    ];
    expect(data).toEqual({ interactions: { nodes: found }, calls: { nodes: found } });
  });

  test.each([
    ['first: 1', 1],
    ['first: null', 3],
  ])('shows as many places as are asked for: %s', async (args, shown) => {
    const own = await World.in(database.db);
    const { id: interactionId } = await own.interaction();
    const call = await own.call({ interactionId });
    for (let n = 0; n < 5; n++) await own.message(call.id, { text: 'again', at: NOON + n });
    const data = await dataOf(
      contextFor(servicesOn(database.db), own.frame),
      `{ interactions { nodes { transcriptMatches(query: "again", ${args}) { snippet } } } }`,
    );
    expect(data).toEqual({
      interactions: { nodes: [{ transcriptMatches: Array(shown).fill({ snippet: 'again' }) }] },
    });
  });

  test('shows nothing for a query that asks for nothing, and refuses one that is too long', async () => {
    const own = await World.in(database.db);
    const { id: interactionId } = await own.interaction();
    await own.message((await own.call({ interactionId })).id, { text: 'again' });
    const ask = (query: string) =>
      run(
        contextFor(servicesOn(database.db), own.frame),
        'query ($query: String!) { interactions { nodes { transcriptMatches(query: $query) { snippet } } } }',
        { query },
      );
    for (const query of ['', ' ', '%', '"'])
      expect((await ask(query)).data).toEqual({ interactions: { nodes: [{ transcriptMatches: [] }] } });
    const { errors = [] } = await ask('x'.repeat(501));
    expect(errors.map((error) => publicError(error, null).extensions?.['code'])).toEqual(['BAD_USER_INPUT']);
  });
});

describe('facets', () => {
  test('are counted for the filter, each without its own condition', async () => {
    const own = await World.in(database.db);
    await own.interaction({ outcome: 'COMPLETED' });
    await own.interaction({ status: 'DROPPED', dropStage: 'SYNC_GAP', channel: 'CHAT' });
    const data = await dataOf(
      contextFor(servicesOn(database.db), own.frame),
      `{ interactions(first: 1, filter: { status: [DROPPED] }) { totalCount facets {
        status { counts { value count } isCapped } channel { counts { value count } }
        dropStage { counts { value count } } outcome { counts { value count } } direction { isCapped } } } }`,
    );
    expect(data).toEqual({
      interactions: {
        totalCount: 1,
        facets: {
          status: {
            counts: [
              { value: 'COMPLETE', count: 1 },
              { value: 'DROPPED', count: 1 },
            ],
            isCapped: false,
          },
          channel: { counts: [{ value: 'CHAT', count: 1 }] },
          dropStage: { counts: [{ value: 'SYNC_GAP', count: 1 }] },
          outcome: { counts: [{ value: null, count: 1 }] },
          direction: { isCapped: false },
        },
      },
    });
  });
});

describe('a customer', () => {
  test('is found by any spelling of the number, with the journey on all channels', async () => {
    const own = await World.in(database.db, { defaultCountry: 'BR' });
    const frame = own.frame;
    const ask = (address: string) =>
      dataOf(
        contextFor(servicesOn(database.db), frame, 'AGENT'),
        `query ($address: String!) { customer(address: $address) { address displayName interactionCount repeatCaller
          firstContactAt lastContactAt channels { channel count } journey(first: 5) { reference customer { repeatCaller } } } }`,
        { address },
      );
    await own.interaction({ reference: 'a', customerAddress: '+5511987654321', customerName: 'Kim' });
    expect(await ask('+551187654321')).toMatchObject({
      customer: { repeatCaller: false, interactionCount: 1 },
    });
    await own.interaction({
      reference: 'b',
      customerAddress: '11 8765-4321',
      channel: 'CHAT',
      startedAt: NOON + SECOND,
    });
    for (const address of ['+5511987654321', '1187654321', 'tel:+55 11 98765-4321'])
      expect(await ask(address)).toEqual({
        customer: {
          address: '11 8765-4321',
          displayName: 'Kim',
          interactionCount: 2,
          repeatCaller: true,
          firstContactAt: '2026-03-02T12:00:00.000Z',
          lastContactAt: '2026-03-02T12:00:01.000Z',
          channels: [
            { channel: 'CHAT', count: 1 },
            { channel: 'VOICE', count: 1 },
          ],
          journey: ['b', 'a'].map((reference) => ({ reference, customer: { repeatCaller: true } })),
        },
      });
    for (const address of ['+12025550123', 'anonymous', '', 'x'.repeat(10_000)])
      expect(await ask(address)).toEqual({ customer: null });
  });

  test('of another tenant is not found', async () => {
    const stranger = await World.in(database.db);
    await stranger.interaction({ customerAddress: '+12025550188' });
    const context = contextFor(servicesOn(database.db), (await World.in(database.db)).frame);
    expect(await dataOf(context, '{ customer(address: "+12025550188") { address } }')).toEqual({
      customer: null,
    });
  });
});
