import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExecutionResult } from 'graphql';
import { parse, subscribe } from 'graphql';
import type { Monitor } from '../../src/control/monitor.js';
import type { Permission } from '../../src/domain/permissions.js';
import { may } from '../../src/domain/permissions.js';
import type { ApiRole, MonitoringKind } from '../../src/domain/words.js';
import { guardedFields } from '../../src/graphql/guard.js';
import { globalId } from '../../src/graphql/node.js';
import { ActionFeed } from '../../src/live/action-feed.js';
import { AnalysisFeed } from '../../src/live/analysis-feed.js';
import { AnalysisReader } from '../../src/storage/analysis/analysis-reader.js';
import { AnalysisStore } from '../../src/storage/analysis/analysis-store.js';
import { ActionReader } from '../../src/storage/control/action-reader.js';
import { KeyStore } from '../../src/storage/key-store.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { MarkStore } from '../../src/storage/marks/mark-store.js';
import { DeletionStore } from '../../src/storage/removal/deletion-store.js';
import { frameOf, liveSide } from '../support/live.js';
import { at, BASE, World } from '../support/world.js';
import { contextFor, run, schema, servicesOn } from './api.js';
import { Everything } from './everything.js';

/**
 * Every field that somebody may not see holds a value here that nothing else has. Everything that each role
 * can ask for or subscribe to is searched for the values of the fields that it may not see.
 */
const PLANTED: Readonly<Record<string, string>> = {
  'Call.coachingNotes': 'coaching-needle-61',
  'Call.postCallCache': '7220022',
  'Call.rawRecord': 'payload-needle-41',
  'Call.source': 'source-needle-51',
  'Call.tokens': '7110011',
  'Disagreement.claims': 'claim-needle-53',
  'FeedHeartbeat.joinAlarms': '7440044',
  'FeedHeartbeat.sources': 'source-needle-51',
  'Leg.keys': 'key-needle-52',
  'Leg.source': 'source-needle-51',
  'Link.evidence': 'key-needle-52',
  'LinkExplanation.sharedKeys': 'key-needle-52',
  'Query.apiKeys': 'apikey-needle-63',
  'Query.auditLog': 'audit-needle-64',
  'Query.deletedInteractions': 'deletion-needle-66',
  'Query.erasure': 'erasure-needle-67',
  'Query.erasures': 'erasure-needle-67',
  'Query.joinAlarms': '7440044',
  'Query.monitoringActions': 'action-needle-65',
  'Query.rejectedRecords': 'rejection-needle-45',
  'Query.retention': '33633',
  'Query.sources': 'source-needle-51',
  'Reconciliation.quarantinedKeys': 'quarantine-needle-54',
  'RejectedRecord.body': 'rejected-needle-42',
  'Relation.key': 'bridge-needle-55',
  'ReportWatermarkPayload.source': 'source-needle-51',
  'Segment.source': 'source-needle-51',
  'Source.hasSecret': 'true',
  'Source.recordingSettings': 'hosts-needle-62.example',
  'Source.webhookUrl': '/ingest/source-needle-51',
  'SourceRecord.payload': 'payload-needle-41',
  'SourceRecord.record': 'record-needle-43',
  'SourceRecord.source': 'source-needle-51',
  'Subscription.monitoringActionUpdated': 'action-needle-65',
  'Turn.tokens': '7330033',
};

/** They hold nothing that is stored: what is asked is computed on the spot. */
const COMPUTED = ['Query.simulatePolicy'];
/** Nobody is shown these, not even administrators. */
const NEVER = ['secret-needle-71', 'password-needle-73'];

const guarded = () =>
  guardedFields(schema).filter(({ type, needed }) => type !== 'Mutation' && needed !== 'READ');

/** The values that a role may not see by any field: another field that it may see can hold the same. */
function hiddenFrom(role: ApiRole): string[] {
  const fields = guarded().filter(({ type, field }) => !COMPUTED.includes(`${type}.${field}`));
  const valueOf = (one: (typeof fields)[number]) => PLANTED[`${one.type}.${one.field}`] ?? 'not planted';
  const shown = new Set(fields.filter(({ needed }) => may(role, needed)).map(valueOf));
  const hidden = fields.filter(({ needed }) => !may(role, needed)).map(valueOf);
  return [...new Set(hidden)].filter((value) => !shown.has(value) && value !== 'true').concat(NEVER);
}

let world: World;
let live: Awaited<ReturnType<typeof liveSide>>;
let actions: ActionFeed;
let analyses: AnalysisFeed;
let ids: Record<string, string>;

beforeAll(async () => {
  world = await World.create(1, ['dialer', 'assistant']);
  world.now = BASE + 130_000;
  live = await liveSide(world, { heartbeatMs: 50 });
  const cursors = new CursorCodec('secret', 'instance');
  actions = new ActionFeed(new ActionReader(world.db, cursors), live.bus, {
    capacity: 10,
    onError: (error) => {
      throw error;
    },
  });
  analyses = new AnalysisFeed({
    analyses: new AnalysisReader(world.db, cursors),
    interactions: live.interactions,
    fanOut: live.fanOut,
    feed: live.feed,
    waitMs: 50,
  });
  await plant();
});
afterAll(async () => {
  await live.close();
  await world.close();
});

const BY = { actor: { id: 'planter', role: 'ADMIN' as const }, reason: null };

async function plant(): Promise<void> {
  const times = {
    occurredAt: at(60),
    startedAt: at(0),
    answeredAt: at(1),
    endedAt: at(60),
    channel: 'VOICE',
  };
  const key = { namespace: 'interaction_id', value: 'key-needle-52' };
  const bridge = { namespace: 'conference', value: 'bridge-needle-55', scope: 'BRIDGE' };
  const base = { ...times, customer: { address: '+12025550123' } };
  const assistant = {
    ...base,
    externalId: 'a1',
    keys: [key, bridge],
    tokens: { prompt: 7110011 },
    postCallCache: { status: 'HIT', cachedRead: 7220022 },
    turns: [{ turn: 1, totalMs: 900, tokens: 7330033 }],
    messages: [{ id: 'm1', speaker: 'CUSTOMER', text: 'record-needle-43', startedAt: at(3) }],
    payload: { raw: 'payload-needle-41' },
  };
  const [first] = await world.send('assistant', { ...assistant, version: '1' });
  const corrected = { ...assistant.messages[0], text: 'Hello' };
  await world.send('assistant', { ...assistant, version: '2', messages: [corrected] });
  await world.send('dialer', [
    { ...base, externalId: 'd1', keys: [key], status: 'COMPLETED' },
    { occurredAt: at(0), note: 'rejected-needle-42' },
    { ...base, externalId: 'd2', keys: [bridge], customer: { address: '+12025550144' }, status: 'COMPLETED' },
  ]);
  const [gone] = await world.send('dialer', {
    ...base,
    externalId: 'd3',
    customer: { address: '+12025550155' },
  });
  const { tenantId, db, now } = world;
  const legs: { id: string; name: string }[] = await db.query('select id, external_id as name from leg');
  const legOf = (name: string) => legs.find((leg) => leg.name === name)?.id ?? '';
  const interactionId = first?.interactionId ?? '';
  const flag = {
    kind: 'FLAG',
    name: 'REVIEW',
    text: 'look',
    isSet: true,
    reason: 'audit-needle-64',
  } as const;
  await new MarkStore(db).say(tenantId, interactionId, flag, BY.actor, now);
  const deletions = new DeletionStore(db, new CursorCodec('secret', 'instance'));
  await deletions.delete(tenantId, gone?.interactionId ?? '', { ...BY, reason: 'deletion-needle-66' }, now);
  await new AnalysisStore(db).start(tenantId, interactionId, { reanalyze: false, by: BY.actor }, now);
  await new KeyStore(db).create({ tenantId, name: 'apikey-needle-63', role: 'AGENT', expiresAt: null });
  await plantRows(tenantId, legOf('a1'), interactionId);
  const [record]: { id: string }[] = await db.query(
    'select id from source_record where leg_id = $1 limit 1',
    [legOf('a1')],
  );
  const [source]: { id: string }[] = await db.query(`select id from source where name = 'source-needle-51'`);
  ids = {
    interaction: globalId('Interaction', interactionId),
    call: globalId('Call', legOf('a1')),
    leg: globalId('Leg', legOf('a1')),
    other: globalId('Leg', legOf('d1')),
    record: globalId('SourceRecord', legOf('a1'), record?.id ?? ''),
    source: globalId('Source', source?.id ?? ''),
    erasure: globalId('Erasure', ERASURE),
    action: globalId('MonitoringAction', ACTION),
  };
}

const ERASURE = randomUUID();
const ACTION = randomUUID();

/** What no door writes in the same words, or only together with much else. */
async function plantRows(tenantId: string, callId: string, interactionId: string): Promise<void> {
  const { db } = world;
  const write = (sql: string, values: unknown[] = []) => db.query(sql, [tenantId, ...values]);
  const recordings = { hosts: ['hosts-needle-62.example'], user: 'u', password: 'password-needle-73' };
  await write(
    `update source set name = 'source-needle-51', secret = 'secret-needle-71', settings = $2
      where tenant_id = $1 and name = 'assistant'`,
    [JSON.stringify({ recordings })],
  );
  await write(`update tenant set interaction_retention_days = 33633 where id = $1`);
  await write(`update rejected_record set reason = 'rejection-needle-45' where tenant_id = $1`);
  await write(
    `insert into quarantined_key (tenant_id, namespace, value, reach) values ($1, 'trunk', 'quarantine-needle-54', 'TOO_MANY_LEGS')`,
  );
  const claim = [{ legId: callId, value: 'claim-needle-53' }];
  const disagreement = { code: 'KEY_IGNORED', field: 'keys.x', resolved: null, claims: claim, rule: 'r' };
  await write(`update interaction set disagreements = $3 where tenant_id = $1 and id = $2`, [
    interactionId,
    JSON.stringify([disagreement]),
  ]);
  await write(
    `insert into coaching_note (tenant_id, id, call_id, author, text, at)
     values ($1, $2, $3, 'a', 'coaching-needle-61', now())`,
    [ACTION, callId],
  );
  await write(
    `insert into monitoring_action (tenant_id, id, call_id, kind, state, actor, actor_role, destination, requested_at)
     values ($1, $2, $3, 'TRANSFER', 'REQUESTED', 'a', 'ADMIN', 'action-needle-65', now())`,
    [ACTION, callId],
  );
  await write(
    `insert into erasure (tenant_id, id, address_hash, state, requested_at, requested_by, reason, step)
     values ($1, $2, 'h', 'DONE', now(), 'a', 'erasure-needle-67', 'DONE')`,
    [ERASURE],
  );
  const hour = new Date(world.now - (world.now % 3_600_000));
  const breach = { metric: 'MATCH_RATE', value: 0.7440044, median: 1, low: 1, high: 1 };
  await write(
    `insert into join_health (tenant_id, dialer_source_id, assistant_source_id, hour, calls, breaches, measured_at)
     select $1, d.id, a.id, $2, 100, $3, $2 from source d, source a where d.name = 'dialer' and a.name = 'source-needle-51'`,
    [hour, JSON.stringify([breach])],
  );
}

/** Nothing can be done to a call here; what can be is no secret. */
const monitor = {
  available: () => Promise.resolve(new Map<string, MonitoringKind[]>()),
} as unknown as Monitor;

const as = (role: ApiRole) => {
  const parts = { live: live.changes, liveActions: actions, analysisUpdates: analyses, monitor };
  return contextFor(
    servicesOn(world.db, { now: () => world.now, ...parts }),
    { ...frameOf(world), hidesSources: !may(role, 'READ_SOURCES') },
    role,
  );
};

const everything = () =>
  new Everything({
    id: ids['interaction'],
    'call.id': ids['call'],
    'erasure.id': ids['erasure'],
    callId: ids['call'],
    interactionId: ids['interaction'],
    address: '+12025550123',
    asOf: at(0),
    legs: [ids['leg'], ids['other']],
    ids: Object.values(ids),
  });

/** Data and errors alike, as they would be sent. */
const written = ({ data, errors = [] }: ExecutionResult): string =>
  JSON.stringify([data, errors.map(({ message, path, extensions }) => [message, path, extensions])]);

/** What a role is answered to all that can be asked, by what it asked. */
async function answersTo(role: ApiRole): Promise<[name: string, answer: string, data: unknown][]> {
  const answers: [string, string, unknown][] = [];
  for (const [name, document] of everything().queries(Object.values(ids))) {
    const result = await run(as(role), document);
    answers.push([`Query.${name}`, written(result), result.data]);
  }
  for (const [name, document] of everything().subscriptions())
    for (const event of await eventsOf(role, document))
      answers.push([`Subscription.${name}`, written(event), JSON.parse(JSON.stringify(event.data ?? null))]);
  return answers;
}

/** The present state and a heartbeat of the feed; of the other subscriptions what comes first. */
async function eventsOf(role: ApiRole, document: string): Promise<ExecutionResult[]> {
  const stream = await subscribe({ schema, document: parse(document), contextValue: as(role) });
  if (!(Symbol.asyncIterator in stream)) return [stream];
  const events: ExecutionResult[] = [];
  for (let isEnough = false; !isEnough;) {
    const coming = stream.next();
    let next = await Promise.race([coming, said(document)]);
    while (next === 'said') next = await Promise.race([coming, said(document)]);
    if (next.done === true) return events;
    events.push(next.value);
    isEnough = !document.includes('interactionFeed') || written(next.value).includes('"FeedHeartbeat"');
  }
  await stream.return?.();
  return events;
}

let saidSoFar = 0;
/** A new sentence in the call, for those who wait for one. */
async function said(document: string): Promise<'said'> {
  if (!document.includes('transcriptAppended')) return new Promise(() => undefined);
  saidSoFar += 1;
  const message = { id: `n${saidSoFar}`, speaker: 'CUSTOMER', text: 'More', startedAt: at(4) };
  await world.ingest.receiveRecords(world.tenantId, 'source-needle-51', [
    { externalId: 'a1', version: String(saidSoFar + 2), occurredAt: at(60), messages: [message] },
  ]);
  return 'said';
}

/** All that stands under a name anywhere in an answer. */
function under(name: string, value: unknown): unknown[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === name ? [inner as unknown] : []),
    ...under(name, inner),
  ]);
}

describe('every field that somebody may not see', () => {
  it('has a value planted here, and no other field has one', () => {
    expect([...Object.keys(PLANTED), ...COMPUTED].sort()).toEqual(
      guarded()
        .map(({ type, field }) => `${type}.${field}`)
        .sort(),
    );
  });

  it('shows its value to an administrator, in what is asked here', async () => {
    const answers = await answersTo('ADMIN');
    const shown = ([name, value]: [string, string]): [string, boolean] => {
      const [type = '', field = ''] = name.split('.');
      const isRoot = type === 'Query' || type === 'Subscription';
      const found = answers.flatMap(([, , data]) => under(isRoot ? field : `${type}_${field}`, data));
      return [name, JSON.stringify(found).includes(value)];
    };
    const asked = Object.entries(PLANTED).filter(([name]) => name !== 'ReportWatermarkPayload.source');
    expect(asked.map(shown)).toEqual(asked.map(([name]) => [name, true]));
    const all = answers.map(([, answer]) => answer).join('\n');
    expect(NEVER.filter((value) => all.includes(value))).toEqual([]);
  });

  it.each<ApiRole>(['SUPERVISOR', 'AGENT', 'CALLS_ONLY', 'INGEST'])(
    'keeps its value from %s in every query and subscription, in data and in errors',
    async (role) => {
      const hidden = hiddenFrom(role);
      const leaks = (await answersTo(role)).flatMap(([name, answer]) =>
        hidden.filter((value) => answer.includes(value)).map((value) => [name, value]),
      );
      expect(leaks).toEqual([]);
      const permissions: Permission[] = ['READ_RAW', 'CONFIGURE', 'ERASE'];
      expect(permissions.filter((one) => may(role, one))).toEqual([]);
      expect(hidden).toEqual(expect.arrayContaining(['payload-needle-41', 'apikey-needle-63', ...NEVER]));
      if (role === 'CALLS_ONLY' || role === 'INGEST')
        expect(hidden).toEqual(expect.arrayContaining(['7110011', 'source-needle-51', 'key-needle-52']));
    },
  );

  it('tells one who only sends records nothing of the source in the answer to a watermark', async () => {
    const document = `mutation { reportWatermark(input: { source: "source-needle-51", at: "${at(0)}" }) {
      watermarkAt source { name } userErrors { code } } }`;
    const { data, errors = [] } = await run(as('INGEST'), document);
    expect(data).toEqual({ reportWatermark: { watermarkAt: at(0), source: null, userErrors: [] } });
    expect(errors.map(({ path }) => path?.join('.'))).toEqual(['reportWatermark.source']);
    const shown = await run(as('ADMIN'), document);
    expect(shown.data).toMatchObject({ reportWatermark: { source: { name: 'source-needle-51' } } });
  });
});
