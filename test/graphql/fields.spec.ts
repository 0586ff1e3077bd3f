import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { publicError } from '../../src/graphql/errors.js';
import { globalId } from '../../src/graphql/node.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { MINUTE, NOON, SECOND, World } from '../support/rows.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

let database: OpenDatabase;
let world: World;
beforeAll(async () => {
  database = await openDatabase();
  world = await World.in(database.db);
});
afterAll(() => database.close());

const ask = (document: string, variables: Record<string, unknown> = {}) =>
  dataOf(contextFor(servicesOn(database.db), world.frame), document, variables);
const interactionOf = async (id: string, selection: string) =>
  (await ask(`query ($id: ID!) { interaction(id: $id) { ${selection} } }`, { id }))['interaction'];
const callOf = async (id: string, selection: string) =>
  (await ask(`query ($id: ID!) { call(id: $id) { ${selection} } }`, { id }))['call'];

describe('the page of an interaction', () => {
  test('explains its status in the language that is asked for', async () => {
    const why = {
      code: 'WAITING_FOR_DIALER' as const,
      facts: [{ name: 'expectedBy' as const, value: NOON }],
    };
    const { id } = await world.interaction({ why });
    expect(
      await interactionOf(
        id,
        'why { code headline text facts { name label value at } } es: why(locale: "es") { headline }',
      ),
    ).toEqual({
      why: {
        code: 'WAITING_FOR_DIALER',
        headline: 'Waiting for the dialer',
        text: expect.stringContaining('2026-03-02 12:00:00 UTC'),
        facts: [
          {
            name: 'expectedBy',
            label: 'Expected by',
            value: '2026-03-02 12:00:00 UTC',
            at: '2026-03-02T12:00:00.000Z',
          },
        ],
      },
      es: { headline: 'Esperando al marcador' },
    });
  });

  test('refuses a language that it does not have', async () => {
    const { id } = await world.interaction();
    const { errors } = await run(
      contextFor(servicesOn(database.db), world.frame),
      'query ($id: ID!) { interaction(id: $id) { why(locale: "fr") { text } } }',
      { id },
    );
    expect(errors?.map((error) => publicError(error, null))).toMatchObject([
      { message: 'locale must be one of en, es', extensions: { code: 'BAD_USER_INPUT', field: 'locale' } },
    ]);
  });

  test('shows durations as pages do, and null while it goes on', async () => {
    const ended = await world.interaction({ durationMs: 135_000 });
    const live = await world.interaction({ durationMs: null });
    expect(await interactionOf(ended.id, 'durationMs durationText')).toEqual({
      durationMs: 135_000,
      durationText: '2m 15s',
    });
    expect(await interactionOf(live.id, 'durationMs durationText endedAt')).toEqual({
      durationMs: null,
      durationText: null,
      endedAt: null,
    });
  });

  test('shows the nearest number that an Int can hold, even if a chat lasted for months', async () => {
    const { id } = await world.interaction({ durationMs: 90 * 24 * 60 * MINUTE });
    expect(await interactionOf(id, 'durationMs')).toEqual({ durationMs: 2_147_483_647 });
  });

  test('knows the customer by any spelling of the number', async () => {
    const { id } = await world.interaction({ customerAddress: '+1 202 555 0123', customerName: 'Ada' });
    const earlier = await world.interaction({ customerAddress: '202-555-0123', startedAt: NOON - MINUTE });
    expect(
      await interactionOf(
        id,
        'customer { address displayName repeatCaller interactionCount journey(first: 5) { id } }',
      ),
    ).toEqual({
      customer: {
        address: '+1 202 555 0123',
        displayName: 'Ada',
        repeatCaller: true,
        interactionCount: 2,
        journey: [id, earlier.id].map((one) => ({ id: globalId('Interaction', one) })),
      },
    });
  });

  test('has no customer when no source names one, and no journey for one without an address', async () => {
    const nobody = await world.interaction();
    const nameless = await world.interaction({ customerName: 'Ada' });
    expect(await interactionOf(nobody.id, 'customer { address }')).toEqual({ customer: null });
    expect(
      await interactionOf(nameless.id, 'customer { repeatCaller interactionCount journey { id } }'),
    ).toEqual({
      customer: { repeatCaller: false, interactionCount: 0, journey: [] },
    });
  });

  test('interleaves what was said and done, each with its place in time and in the recording', async () => {
    const { id: interactionId } = await world.interaction();
    const recording = { url: 'https://audio', startedAt: NOON + SECOND, durationMs: MINUTE };
    await world.call({ interactionId, recording });
    const bot = await world.call({ interactionId, role: 'ASSISTANT' });
    await world.message(bot.id, { at: NOON, text: 'Hi' });
    await world.toolCall(bot.id, { at: NOON + 3 * SECOND, arguments: { order: 17 } });
    await world.knowledgeSearch(bot.id, { at: NOON + 2 * SECOND, latency: { totalMs: 95.4 } });
    const timeline = `timeline(first: 10) { nodes { __typename
      ... on Message { text offsetMs recordingOffsetMs }
      ... on ToolCall { arguments offsetMs recordingOffsetMs }
      ... on KnowledgeSearch { query latency { totalMs embedMs } offsetMs recordingOffsetMs call { role } } } }`;
    expect(
      await interactionOf(interactionId, `${timeline} recordings { url offsetMs state durationMs }`),
    ).toEqual({
      recordings: [{ url: 'https://audio', offsetMs: 1_000, state: 'AVAILABLE', durationMs: 60_000 }],
      timeline: {
        nodes: [
          { __typename: 'Message', text: 'Hi', offsetMs: 0, recordingOffsetMs: null },
          {
            __typename: 'KnowledgeSearch',
            query: 'refund',
            latency: { totalMs: 95, embedMs: null },
            offsetMs: 2_000,
            recordingOffsetMs: 1_000,
            call: { role: 'ASSISTANT' },
          },
          { __typename: 'ToolCall', arguments: { order: 17 }, offsetMs: 3_000, recordingOffsetMs: 2_000 },
        ],
      },
    });
  });

  test('pages through a transcript, and counts offsets from the call when it is read through the call', async () => {
    const { id: interactionId } = await world.interaction({ startedAt: NOON - MINUTE });
    const { id } = await world.call({ interactionId, startedAt: NOON });
    for (let n = 0; n < 3; n++) await world.message(id, { at: NOON + n * SECOND, text: `m${String(n)}` });
    const page = 'pageInfo { hasNextPage endCursor } nodes { text offsetMs }';
    const first = (await callOf(id, `transcript(first: 2) { ${page} }`)) as {
      transcript: { pageInfo: { endCursor: string } };
    };
    expect(first).toMatchObject({
      transcript: {
        pageInfo: { hasNextPage: true },
        nodes: [
          { text: 'm0', offsetMs: 0 },
          { text: 'm1', offsetMs: 1_000 },
        ],
      },
    });
    const rest = await callOf(
      id,
      `transcript(first: 2, after: "${first.transcript.pageInfo.endCursor}") { ${page} }`,
    );
    expect(rest).toMatchObject({
      transcript: { pageInfo: { hasNextPage: false }, nodes: [{ text: 'm2', offsetMs: 2_000 }] },
    });
    expect(await interactionOf(interactionId, 'transcript(first: 1) { nodes { offsetMs } }')).toEqual({
      transcript: { nodes: [{ offsetMs: 60_000 }] },
    });
  });

  test('tells how each status came about', async () => {
    const { id: interactionId } = await world.interaction();
    await world.statusChange({ interactionId, revision: 1, causeId: 'r1' });
    await world.statusChange({
      interactionId,
      revision: 2,
      fromStatus: 'IN_PROGRESS',
      toStatus: 'DROPPED',
      dropStage: 'SYNC_GAP',
      causeKind: 'TIMER',
    });
    expect(
      await interactionOf(
        interactionId,
        'statusHistory { fromStatus toStatus dropStage causedBy { kind id } why { code } }',
      ),
    ).toEqual({
      statusHistory: [
        {
          fromStatus: null,
          toStatus: 'IN_PROGRESS',
          dropStage: null,
          causedBy: { kind: 'RECORD', id: 'r1' },
          why: { code: 'CALL_IN_PROGRESS' },
        },
        {
          fromStatus: 'IN_PROGRESS',
          toStatus: 'DROPPED',
          dropStage: 'SYNC_GAP',
          causedBy: { kind: 'TIMER', id: null },
          why: { code: 'CALL_IN_PROGRESS' },
        },
      ],
    });
  });
});

describe('the page of a call', () => {
  test('averages the times of its tools and searches where neither its source nor a turn tells', async () => {
    const { id: interactionId } = await world.interaction();
    const { id } = await world.call({ interactionId, role: 'ASSISTANT' });
    for (const durationMs of [1_250, null, 801]) await world.toolCall(id, { durationMs });
    await world.knowledgeSearch(id, { latency: { totalMs: 95 } });
    const stated = await world.call({ interactionId, latency: { toolMs: 3, ragMs: 4 } });
    await world.toolCall(stated.id, { durationMs: 9_000 });
    const latency = 'latency { toolMs ragMs llmMs }';
    expect(await callOf(id, latency)).toEqual({ latency: { toolMs: 1_026, ragMs: 95, llmMs: null } });
    expect(await callOf(stated.id, latency)).toEqual({ latency: { toolMs: 3, ragMs: 4, llmMs: null } });
  });

  test('shows averages, the trace, the price and the banners that are computed', async () => {
    const { id: interactionId } = await world.interaction();
    const bot = await world.call({
      interactionId,
      role: 'ASSISTANT',
      endedAt: NOON + 75 * SECOND,
      externalId: 'session-1',
      customerAddress: '+1',
      cost: { amount: '0.10', currency: 'USD' },
      turns: [
        { turn: 1, llmMs: 400.6 },
        { turn: 2, llmMs: 500, llmRequestAt: NOON, llmFirstTokenAt: NOON + 1_600 },
      ],
      transfers: [{ id: 'x1', state: 'BRIDGED', target: 'desk', bridgedAt: NOON + 70 * SECOND }],
      postCallAnalysis: { summary: 'Fine.' },
    });
    const human = await world.call({ interactionId, role: 'HUMAN', startedAt: NOON + 71 * SECOND });
    expect(
      await callOf(
        bot.id,
        `sessionId caller durationText latency { llmMs sttMs } cost { amount isComplete }
      latencyTrace { turn firstTokenMs hint } banners { kind target } transfers { id state }
      postCallAnalysis { summary tags dispositions { name } } originCall { id } turns { turn llmMs }`,
      ),
    ).toEqual({
      sessionId: 'session-1',
      caller: '+1',
      durationText: '1m 15s',
      latency: { llmMs: 450, sttMs: null },
      cost: { amount: '0.10', isComplete: true },
      latencyTrace: [{ turn: 2, firstTokenMs: 1_600, hint: 'SLOW_MODEL' }],
      banners: [
        { kind: 'TRANSFERRED', target: 'desk' },
        { kind: 'HANDED_TO_HUMAN', target: null },
      ],
      transfers: [{ id: 'x1', state: 'BRIDGED' }],
      postCallAnalysis: { summary: 'Fine.', tags: [], dispositions: [] },
      originCall: null,
      turns: [
        { turn: 1, llmMs: 401 },
        { turn: 2, llmMs: 500 },
      ],
    });
    const origin = { id: globalId('Call', bot.id) };
    expect(await callOf(human.id, 'originCall { id } banners { kind originCall { id } }')).toEqual({
      originCall: origin,
      banners: [{ kind: 'FROM_BOT_CALL', originCall: origin }],
    });
  });

  test('gives an administrator the exact record, without the tenant and without secrets of the source', async () => {
    const source = await world.source();
    const call = await world.call({ interactionId: (await world.interaction()).id, sourceId: source.id });
    await world.sourceRecord(call.id, { sourceId: source.id, payload: { CallSid: 'CA1' } });
    const { rawRecord } = (await callOf(call.id, 'rawRecord')) as { rawRecord: object };
    expect(rawRecord).toMatchObject({
      call: { id: call.id, status: 'COMPLETED' },
      records: [{ version: '1', payload: { CallSid: 'CA1' } }],
    });
    expect(JSON.stringify(rawRecord)).not.toMatch(new RegExp(`${world.tenantId}|hush`));
  });
});
