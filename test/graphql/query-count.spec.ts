import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { MINUTE, NOON, SECOND, World } from '../support/rows.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import type { StatementCount } from '../support/statements.js';
import { countStatements } from '../support/statements.js';
import { contextFor, dataOf, servicesOn } from './api.js';

let database: OpenDatabase;
let world: World;
let statements: StatementCount;

beforeAll(async () => {
  database = await openDatabase();
  world = await World.in(database.db);
  await fiftyInteractions();
  statements = countStatements(database.db);
});
beforeEach(() => {
  statements.reset();
});
afterAll(async () => {
  statements.stop();
  await database.close();
});

/** Each with a dialer and an assistant leg, two messages, a tool call, a search and a record. */
async function fiftyInteractions(): Promise<void> {
  const [dialer, bot] = [
    await world.source({ name: 'dialer' }),
    await world.source({ name: 'bot', role: 'ASSISTANT' }),
  ];
  for (let n = 0; n < 50; n++) {
    const startedAt = NOON + n * MINUTE;
    const segment = {
      startedAt,
      endedAt: null,
      offsetMs: 0,
      durationMs: null,
      offsetPercent: 0,
      widthPercent: 100,
    };
    const { id: interactionId } = await world.interaction({
      startedAt,
      customerAddress: `+1202555${1000 + n}`,
    });
    for (const { id: sourceId, role } of [dialer, bot]) {
      const call = await world.call({ interactionId, sourceId, role, startedAt });
      await world.message(call.id, { at: startedAt });
      await world.message(call.id, { at: startedAt + SECOND });
      await world.toolCall(call.id);
      await world.knowledgeSearch(call.id);
      await world.sourceRecord(call.id, { sourceId });
    }
    await world.statusChange({ interactionId });
    await database.db.query('update interaction set segments = $1 where id = $2', [
      JSON.stringify(
        [dialer, bot].map(({ id, role }) => ({
          ...segment,
          legId: null,
          role,
          sourceId: id,
          state: 'PRESENT',
        })),
      ),
      interactionId,
    ]);
  }
  await database.db.query(
    `insert into timeline_analysis (tenant_id, id, interaction_id, status, result, revision, attempt, deadline_at, created_at, updated_at)
     select tenant_id, gen_random_uuid(), id, 'COMPLETED', '{"version": 1, "narrative": "A call."}', 1, 1, now(), now(), now()
       from interaction`,
  );
}

/** How many statements a list takes that asks for this of each interaction. */
async function statementsFor(selection: string, first: number): Promise<number> {
  statements.reset();
  const document = `query ($first: Int) { interactions(first: $first) { nodes { id ${selection} } } }`;
  const { interactions } = await dataOf(contextFor(servicesOn(database.db), world.frame), document, {
    first,
  });
  expect((interactions as { nodes: unknown[] }).nodes).toHaveLength(first);
  return statements.count;
}

const LEVELS: [what: string, selection: string, statements: number][] = [
  [
    'the page alone',
    'status why { text } segments { role state } durationText customer { address } banners { kind }',
    1,
  ],
  ['legs', 'legs { role state link { tier } }', 2],
  ['the calls of legs', 'legs { call { status } }', 3],
  ['calls and their legs and interactions', 'calls { status leg { state } interaction { id } }', 4],
  [
    'calls and analysis, which read the same rows, our review where no source has one, and their recordings',
    'calls { id } recordings { url } analysis { summary }',
    4,
  ],
  ['source names in segments and legs', 'segments { source } legs { source { name provider } }', 3],
  ['tool calls and knowledge searches', 'toolCalls { name } knowledgeSearches { query }', 3],
  ['tool calls of each call', 'calls { toolCalls { name } knowledgeSearches { query } }', 4],
  [
    'average times of each call, whose tools and searches tell them where nothing else does',
    'calls { latency { toolMs ragMs totalMs } toolCalls { name } }',
    4,
  ],
  ['a transcript each', 'transcript(first: 20) { nodes { text offsetMs } }', 2],
  [
    'two pages of one transcript',
    'transcript(first: 1) { nodes { text } } all: transcript(first: 2) { nodes { text } }',
    3,
  ],
  [
    'places in the recording',
    'timeline(first: 20) { nodes { ... on Message { recordingOffsetMs } ... on ToolCall { recordingOffsetMs } } }',
    5,
  ],
  [
    'transcripts of each call',
    'calls { transcript(first: 20) { nodes { text } } timeline(first: 5) { pageInfo { endCursor } } }',
    4,
  ],
  [
    'how long each transcript is',
    'transcript(first: 1) { totalCount totalCountIsCapped } timeline(first: 1) { totalCount }',
    5,
  ],
  ['relations', 'relations { kind at gapMs interaction { id } }', 2],
  ['the status history', 'statusHistory { toStatus why(locale: "es") { headline } }', 2],
  [
    'its changes and their records',
    'changesSince(asOf: "2026-03-01T00:00:00Z") { status causedBy { sourceRecord { id } } }',
    2,
  ],
  ['the causes of the status history', 'statusHistory { causedBy { kind sourceRecord { hash } } }', 2],
  [
    'analyses, and the latest one',
    'timelineAnalyses { status isStale result { narrative } interaction { id } } latestTimelineAnalysis { status }',
    4,
  ],
  ['summaries, where no source brings one', 'summary summarySource', 2],
  ['the journey of each customer', 'customer { journey(first: 3) { id } repeatCaller interactionCount }', 3],
  [
    'what is known of each customer',
    'customer { channels { count } firstContactAt lastContactAt repeatCaller }',
    2,
  ],
  [
    'what was found in each transcript',
    'transcriptMatches(query: "hello", first: 20) { snippet entry { text } }',
    2,
  ],
  ['source records and their payloads', 'sourceRecords { version payload }', 4],
  ['raw records', 'calls { rawRecord }', 4],
  [
    'legs, calls, tool calls, transcript and source names together',
    `legs { role call { status } } calls { id toolCalls { name } } segments { source }
     toolCalls { name } transcript(first: 20) { nodes { speaker text } }`,
    8,
  ],
];

describe('a list of interactions', () => {
  test.each(LEVELS)('takes one statement a level: %s', async (_what, selection, expected) => {
    expect(await statementsFor(selection, 5)).toBe(expected);
    expect(await statementsFor(selection, 50)).toBe(expected);
  });

  test('says how many there are of what it pages through', async () => {
    const names = [
      'auditLog',
      'rejectedRecords',
      'monitoringActions',
      'handOffs',
      'deletedInteractions',
      'apiKeys',
    ];
    await world.rejected();
    const data = await dataOf(
      contextFor(servicesOn(database.db), world.frame),
      `{ ${names.map((name) => `${name}(first: 1) { totalCount }`).join(' ')} timelineAnalyses { totalCount }
         interactions(first: 1) { nodes { transcript { totalCount } timeline { totalCount } } } }`,
    );
    expect(data).toEqual({
      ...Object.fromEntries(names.map((name) => [name, { totalCount: name === 'rejectedRecords' ? 1 : 0 }])),
      timelineAnalyses: { totalCount: 50 },
      interactions: { nodes: [{ transcript: { totalCount: 4 }, timeline: { totalCount: 8 } }] },
    });
  });

  test('is counted only when totalCount is asked for, and then once', async () => {
    const context = () => contextFor(servicesOn(database.db), world.frame);
    await dataOf(context(), '{ interactions(first: 5) { pageInfo { hasNextPage endCursor } } }');
    expect(statements.count).toBe(1);
    const { interactions } = await dataOf(
      context(),
      '{ interactions(first: 5) { totalCount totalCountIsCapped } }',
    );
    expect(interactions).toEqual({ totalCount: 50, totalCountIsCapped: false });
    expect(statements.count).toBe(3);
  });
});

describe('the facets of a list', () => {
  test('take one statement beside the page, and none when they are not asked for', async () => {
    const document = `{ interactions(first: 5, filter: { status: [COMPLETE], isTest: false }) {
      facets { status { counts { count } } channel { isCapped } outcome { counts { value } } } } }`;
    await dataOf(contextFor(servicesOn(database.db), world.frame), document);
    expect(statements.count).toBe(2);
    await dataOf(
      contextFor(servicesOn(database.db), world.frame),
      '{ interactions { facets { __typename } } }',
    );
    expect(statements.count).toBe(3);
  });
});

describe('a customer', () => {
  test('takes three statements, whatever is asked', async () => {
    const document = `{ customer(address: "+12025551000") { address repeatCaller interactionCount channels { count }
      firstContactAt lastContactAt journey(first: 100) { id } } }`;
    await dataOf(contextFor(servicesOn(database.db), world.frame), document);
    expect(statements.count).toBe(3);
  });
});

describe('a list of calls', () => {
  test('takes one statement a level', async () => {
    const document = `{ calls(first: 50) { totalCount nodes { source { name } leg { keys { value } } interaction { status }
      toolCalls { name } transcript(first: 10) { nodes { text } } banners { kind } } } }`;
    await dataOf(contextFor(servicesOn(database.db), world.frame), document);
    expect(statements.count).toBe(9);
  });
});

describe('nodes', () => {
  test('takes one statement for all ids of a type', async () => {
    const context = () => contextFor(servicesOn(database.db), world.frame);
    const { interactions } = await dataOf(
      context(),
      '{ interactions(first: 20) { nodes { id legs { id } } } }',
    );
    const ids = (interactions as { nodes: { id: string; legs: { id: string }[] }[] }).nodes.flatMap(
      ({ id, legs }) => [id, ...legs.map((leg) => leg.id)],
    );
    statements.reset();
    const { nodes } = await dataOf(context(), 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(nodes).toEqual(ids.map((id) => ({ id })));
    expect(statements.count).toBe(2);
  });
});
