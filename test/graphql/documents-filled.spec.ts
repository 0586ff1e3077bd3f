import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLNamedType } from 'graphql';
import { getNamedType, isInterfaceType, isObjectType, isUnionType } from 'graphql';
import { TimelineAnalyzer } from '../../src/analysis/analyze.js';
import { RulesAnalyst } from '../../src/analysis/analysts/rules/rules-analyst.js';
import type { Monitor } from '../../src/control/monitor.js';
import { AnalystFailure } from '../../src/domain/verdict/analyst.js';
import type { MonitoringKind } from '../../src/domain/words.js';
import { globalId } from '../../src/graphql/node.js';
import { AnalysisStore } from '../../src/storage/analysis/analysis-store.js';
import { SessionReader } from '../../src/storage/analysis/session-reader.js';
import { ActionStore } from '../../src/storage/control/action-store.js';
import { MarkStore } from '../../src/storage/marks/mark-store.js';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { frameOf } from '../support/live.js';
import { at, BASE, World } from '../support/world.js';
import { contextFor, run, schema, servicesOn } from './api.js';
import { everyField, selectionOf } from './every-field.js';

const table = readFileSync(new URL('../../src/graphql/DOCUMENTS.md', import.meta.url), 'utf8');
const actor = { id: 'key', role: 'ADMIN' } as const;

let world: World;
const ids: Record<string, string> = {};

beforeAll(async () => {
  world = await World.create(1);
  world.now = BASE + 3_600_000;
  await wholeCall();
  await brokenTraces();
  await otherSessions();
  await liveCall();
  await saidByPeople();
});
afterAll(() => world.close());

async function send(source: 'dialer' | 'assistant' | 'human', records: object | object[]): Promise<string> {
  const [result] = await world.send(source, records);
  return result?.interactionId ?? '';
}

async function legOf(externalId: string): Promise<string> {
  const [leg]: { id: string }[] = await world.db.query('select id from leg where external_id = $1', [
    externalId,
  ]);
  return leg?.id ?? '';
}

const CALL = {
  occurredAt: at(300),
  channel: 'VOICE',
  direction: 'INBOUND',
  platform: 'PHONE',
  queuedAt: at(0),
  ringAt: at(0),
  startedAt: at(0),
  answeredAt: at(2),
  endedAt: at(300),
  keys: [{ namespace: 'interaction_id', value: 'k1' }],
  customer: { address: '+12025550123', displayName: 'Kim' },
  status: 'COMPLETED',
  statusRaw: 'done',
  endReason: 'normal',
};

const ASSISTANT = {
  ...CALL,
  externalId: 'a1',
  startedAt: at(3),
  answeredAt: at(3),
  did: '+12025550199',
  carrier: 'twilio',
  reference: 'ORD-17',
  campaign: 'spring',
  flow: 'support',
  disconnectedBy: 'BOT',
  disconnectedByRaw: 'assistant-ended-call',
  endReason: 'normal',
  outcome: 'COMPLETED',
  tags: { Language: 'en', direction_raw: 'incoming' },
  recording: { url: 'https://audio.example/a.mp3', format: 'mp3', startedAt: at(3), durationMs: 280_000 },
  cost: { amount: '0.12', currency: 'USD' },
  latency: { sttMs: 1, llmMs: 2, ragMs: 3, toolMs: 4, ttsMs: 5, totalMs: 6 },
  tokens: { prompt: 1, completion: 2, ttsCharacters: 3, postCallAndQc: 4 },
  postCallCache: { status: 'HIT', cachedRead: 1, cacheCreated: 2, freshPrompt: 3, completion: 4 },
  messages: [
    { id: 'm1', speaker: 'ASSISTANT', text: 'Hello', startedAt: at(4), endedAt: at(5) },
    {
      id: 'm2',
      speaker: 'CUSTOMER',
      text: 'My umbrella',
      startedAt: at(6),
      endedAt: at(8),
      interrupted: true,
    },
    { id: 'm3', speaker: 'ASSISTANT', text: 'One moment', startedAt: at(30), endedAt: at(31) },
  ],
  toolCalls: [
    {
      id: 't1',
      name: 'find',
      status: 'ERROR',
      startedAt: at(9),
      durationMs: 1_250,
      arguments: { what: 'umbrella' },
      rawResponse: 'found',
      error: 'none',
      postProcessorError: 'no such field',
    },
  ],
  knowledgeSearches: [
    {
      id: 'k1',
      query: 'umbrella',
      hitCount: 2,
      startedAt: at(10),
      latency: { embedMs: 1, searchMs: 2, rerankMs: 3, totalMs: 6 },
      cacheStatus: 'MISS',
    },
  ],
  turns: [
    {
      ...{
        turn: 1,
        sttMs: 1,
        ragMs: 2,
        toolMs: 3,
        llmMs: 4,
        ttsMs: 5,
        totalMs: 6,
        tokens: 7,
        confidence: 0.9,
      },
      ...{ sttFinalAt: at(8), llmRequestAt: at(8.1), llmFirstTokenAt: at(10.1), ttsStartAt: at(11) },
    },
  ],
  interruptions: [{ at: at(6), by: 'CUSTOMER', handledBy: 'VAD', turn: 1 }],
  events: [{ id: 'e1', type: 'call.answered', at: at(3), data: { line: 1 } }],
  serviceErrors: [{ service: 'LLM', processor: 'turn', at: at(12), fatal: true, message: 'gone' }],
  integrationLog: [{ integration: 'crm', at: at(291), status: 'OK', detail: { row: 1 } }],
  transfers: [
    {
      id: 'x0',
      kind: 'WARM',
      initiator: 'AI',
      state: 'FAILED',
      target: '+12025550150',
      requestedAt: at(100),
      endedAt: at(105),
      failureReason: 'busy',
    },
    {
      id: 'x1',
      kind: 'WARM',
      initiator: 'AI',
      state: 'BRIDGED',
      target: '+12025550151',
      requestedAt: at(110),
      bridgedAt: at(120),
    },
  ],
  sentiment: [{ label: 'gratitude', score: 0.8, at: at(20) }],
  reviewFlags: [{ code: 'ANOMALY', reason: 'odd', by: 'AI', at: at(20) }],
  postCallAnalysis: {
    summary: 'An umbrella.',
    tags: ['lost'],
    fields: { item: 'umbrella' },
    dispositions: [{ name: 'result', value: 'AGREED' }],
    autoAssigned: false,
  },
  qcAnalysis: { fields: { polite: true } },
  payload: { raw: 1 },
};

/** A call of three systems, with something in every field; one of the recordings is kept. */
async function wholeCall(): Promise<void> {
  const recording = {
    url: 'https://audio.example/d.mp3',
    format: 'mp3',
    startedAt: at(2),
    durationMs: 290_000,
  };
  await send('dialer', { ...CALL, externalId: 'd1', recording, disconnectedBy: 'CUSTOMER' });
  ids['interaction'] = await send('assistant', ASSISTANT);
  const missing = { url: null, state: 'FAILED', reason: 'too short' };
  await send('human', {
    ...CALL,
    externalId: 'h1',
    direction: 'OUTBOUND',
    startedAt: at(120),
    answeredAt: at(120),
    recording: missing,
  });
  ids['call'] = await legOf('a1');
  await world.db.query(
    `update recording set state = 'AVAILABLE', storage_key = 'k', content_type = 'audio/mpeg', bytes = 9, fetched_at = now()
      where call_id = $1`,
    [await legOf('d1')],
  );
  await analyse(ids['interaction'] ?? '');
}

/** Halves that may be one call, one half that is waited for, one without a partner. */
async function brokenTraces(): Promise<void> {
  const half = { ...CALL, keys: [], customer: { address: '+12025550177' } };
  await send('dialer', { ...half, externalId: 'd2', disconnectedBy: 'CUSTOMER' });
  await send('dialer', { ...half, externalId: 'd3', startedAt: at(1), answeredAt: at(3), endedAt: at(301) });
  await send('assistant', { ...half, externalId: 'a2', startedAt: at(3), answeredAt: at(3) });
  for (let more = 1; more > 0;) more = await world.trace.match(world.now);
  const soon = { startedAt: at(3_580), answeredAt: at(3_582), endedAt: at(3_595), occurredAt: at(3_595) };
  await send('dialer', { ...half, ...soon, externalId: 'd4', customer: { address: '+12025550178' } });
  await send('assistant', { ...half, ...soon, externalId: 'a4', customer: { address: '+12025550179' } });
  const lost = await send('dialer', { ...half, externalId: 'd5', customer: { address: '+12025550180' } });
  const by = { actor, reason: 'lost for good' };
  await new Decisions(world.db).resolve(
    world.tenantId,
    [lost],
    { kind: 'RECORD_LOST', note: 'n' },
    by,
    world.now,
  );
}

/** A thread, and the transcription of the call; judged, and one that could not be. */
async function otherSessions(): Promise<void> {
  const thread = {
    ...CALL,
    externalId: 'c1',
    role: 'CHAT',
    channel: 'CHAT',
    platform: 'MESSAGING',
    keys: [],
    direction: 'OUTBOUND',
    carrier: 'whatsapp',
    messages: [
      { id: 'm1', speaker: 'AGENT', text: 'Hello', startedAt: at(4) },
      { id: 'm2', speaker: 'CUSTOMER', text: 'Hi', startedAt: at(40) },
    ],
  };
  await analyse(await send('human', thread));
  const tags = { reference_type: 'TRANSCRIBE', reference_id: 'a1' };
  const made = { ...CALL, externalId: 't1', keys: [], customer: null, tags };
  const transcription = await send('human', made);
  await analyse(transcription);
  await analyse(await send('dialer', { ...CALL, externalId: 'd9', keys: [] }), true);
}

/** Has the interaction judged by the rules, or by an analyst that fails. */
async function analyse(interactionId: string, fails = false): Promise<void> {
  const analyses = new AnalysisStore(world.db);
  const rules = new RulesAnalyst();
  const failing = {
    name: 'MODEL' as const,
    model: 'm',
    judge: () => Promise.reject(new AnalystFailure('ANALYST_BUSY')),
  };
  const analyst = fails ? failing : rules;
  const parts = { analyses, sessions: new SessionReader(world.db), analyst, now: () => world.now };
  const id = await analyses.start(world.tenantId, interactionId, { reanalyze: false, by: actor }, world.now);
  await new TimelineAnalyzer(parts).run({ tenantId: world.tenantId, id, attempt: 1 }, true);
}

/** A call that waits for a human, with what somebody did to it. */
async function liveCall(): Promise<void> {
  const record = {
    ...CALL,
    externalId: 'a7',
    keys: [{ namespace: 'interaction_id', value: 'k7' }],
    startedAt: at(3_500),
    answeredAt: at(3_500),
    endedAt: null,
    occurredAt: at(3_590),
    status: 'ACTIVE',
    transfers: [{ id: 'x', state: 'REQUESTED', target: '+12025550151', requestedAt: at(3_585) }],
  };
  await send('assistant', record);
  const actions = new ActionStore(world.db);
  const asked = { id: null, callId: await legOf('a7'), actor, usualDestination: () => null };
  const request = async (kind: MonitoringKind, destination: string | null, note: string | null) =>
    (await actions.request(world.tenantId, { ...asked, kind, destination, note }, () => null, world.now))
      .action;
  await request('COACH', null, 'Smile');
  const { id } = await request('TRANSFER', '+12025550152', null);
  const outcome = { event: 'FAILED', reason: 'busy', previous: 'AI_AGENT' } as const;
  await actions.settle(world.tenantId, id, outcome, world.now);
}

async function saidByPeople(): Promise<void> {
  const marks = new MarkStore(world.db);
  const said = [
    { kind: 'FLAG', name: 'REVIEW', text: 'odd' },
    { kind: 'TAG', name: 'Topic', text: 'umbrella' },
    { kind: 'ANNOTATION', name: '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30', text: 'Called back' },
  ] as const;
  for (const one of said)
    await marks.say(
      world.tenantId,
      ids['interaction'] ?? '',
      { ...one, isSet: true, reason: null },
      actor,
      world.now,
    );
}

const monitor = {
  available: (_: string, callIds: readonly string[]) =>
    Promise.resolve(new Map<string, MonitoringKind[]>(callIds.map((id) => [id, ['END']]))),
} as unknown as Monitor;

const context = () => contextFor(servicesOn(world.db, { now: () => world.now, monitor }), frameOf(world));

function argumentOf(name: string, field: string): string | null {
  if (name === 'query') return '"umbrella"';
  if (name === 'address') return '"+12025550123"';
  if (name === 'asOf') return JSON.stringify(at(0));
  const id =
    field === 'call'
      ? globalId('Call', ids['call'] ?? '')
      : globalId('Interaction', ids['interaction'] ?? '');
  return name === 'id' && ['call', 'interaction'].includes(field) ? JSON.stringify(id) : null;
}

/** The fields that have a value somewhere in the answer, by their alias `Type_field`. */
function collect(value: unknown, filled: Set<string>): void {
  if (Array.isArray(value)) return value.forEach((one) => collect(one, filled));
  if (value === null || typeof value !== 'object') return;
  for (const [alias, part] of Object.entries(value)) {
    const isEmpty = part === null || (Array.isArray(part) && part.length === 0);
    if (!isEmpty) filled.add(alias);
    collect(part, filled);
  }
}

/** The owner and the name of the last field of a path: all owners when a step goes into a union. */
function placesOf(path: string): string[] {
  const [root = '', ...steps] = path.split('.');
  let owners = membersOf(schema.getType(root));
  let places: string[] = [];
  for (const step of steps) {
    const found = owners.flatMap((owner) => {
      const field = isObjectType(owner) ? owner.getFields()[step] : undefined;
      return field === undefined ? [] : [{ owner, field }];
    });
    places = found.map(({ owner }) => `${owner.name}_${step}`);
    owners = found.flatMap(({ field }) => membersOf(getNamedType(field.type)));
  }
  return places;
}

const membersOf = (type: GraphQLNamedType | undefined): GraphQLNamedType[] =>
  type === undefined
    ? []
    : isUnionType(type) || isInterfaceType(type)
      ? [...schema.getPossibleTypes(type)]
      : [type];

function typeOf(name: string): GraphQLNamedType {
  const type = schema.getType(name);
  if (type === undefined) throw new Error(`there is no type ${name}`);
  return type;
}

/** What only exists when it is done or heard: each has tests of its own, where it is done or heard. */
const ELSEWHERE = new Set([
  // A payload of mutations: test/graphql/reconciliation.spec.ts.
  'DecisionPayload.undoId',
  // An event of a subscription: test/graphql/feed.spec.ts.
  'FeedHeartbeat.sources',
]);

const pathsOfTable = (): string[] =>
  [...new Set([...table.matchAll(/`([A-Z]\w+(?:\.\w+)+)`/g)].map((match) => match[1] ?? ''))].filter(
    (path) =>
      placesOf(path).length > 0 && !/^(?:Query|Mutation|Subscription)\./.test(path) && !ELSEWHERE.has(path),
  );

describe('the table of the documents', () => {
  it('names no field that is never filled: records of all systems fill each of them', async () => {
    const filled = new Set<string>();
    const deeper: [string, string][] = [
      [
        'events',
        `{ calls { nodes { timeline(includeEvents: true) { nodes { ... on LifecycleEvent { LifecycleEvent_type: type } } } } } }`,
      ],
      [
        'origins',
        '{ calls { nodes { Call_originCall: originCall { id } banners { Banner_originCall: originCall { id } } } } }',
      ],
      [
        'verdicts',
        `{ timelineAnalyses { nodes { result ${selectionOf(typeOf('TimelineVerdict'), [], argumentOf) ?? ''} } } }`,
      ],
    ];
    const failed: unknown[] = [];
    // The feed by polling shows the same interactions, and needs the live side: test/graphql/feed.spec.ts.
    const documents = everyField(argumentOf).filter(([name]) => name !== 'interactionChanges');
    for (const [name, document] of [...documents, ...deeper]) {
      const { data, errors = [] } = await run(context(), document);
      failed.push(...errors.map(({ message, path }) => [name, message, path?.join('.')]));
      collect(data, filled);
    }
    expect(failed).toEqual([]);
    const paths = pathsOfTable();
    expect(paths.length).toBeGreaterThan(150);
    expect(paths.filter((path) => !placesOf(path).some((place) => filled.has(place)))).toEqual([]);
  });
});
