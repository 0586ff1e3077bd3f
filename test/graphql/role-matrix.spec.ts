import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Permission } from '../../src/domain/permissions.js';
import { may, PERMISSIONS, permissionsOf } from '../../src/domain/permissions.js';
import type { ApiRole } from '../../src/domain/words.js';
import { API_ROLES } from '../../src/domain/words.js';
import { guardedFields } from '../../src/graphql/guard.js';
import { globalId } from '../../src/graphql/node.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { World } from '../support/rows.js';
import { contextFor, run, schema, servicesOn } from './api.js';

/** Every field that not everybody sees, with what it needs. */
const guarded = (): Record<string, Permission> =>
  Object.fromEntries(guardedFields(schema).map(({ type, field, needed }) => [`${type}.${field}`, needed]));

describe('what a role may do', () => {
  test('is this, and a change of it is a change of the contract', () => {
    expect(Object.fromEntries(API_ROLES.map((role) => [role, permissionsOf(role)]))).toEqual({
      ADMIN: [...PERMISSIONS],
      SUPERVISOR: [
        'READ',
        'READ_USAGE',
        'READ_SOURCES',
        'RECONCILE',
        'READ_AUDIT',
        'REVIEW',
        'ANNOTATE',
        'ANALYZE',
        'DELETE',
        'MONITOR',
        'COACH',
      ],
      AGENT: ['READ', 'READ_USAGE', 'READ_SOURCES', 'ANNOTATE', 'COACH'],
      CALLS_ONLY: ['READ'],
      INGEST: ['INGEST'],
    });
  });

  test('is asked for by these fields', () => {
    expect(guarded()).toEqual({
      'Call.coachingNotes': 'COACH',
      'Call.postCallCache': 'READ_USAGE',
      'Call.rawRecord': 'READ_RAW',
      'Call.source': 'READ_SOURCES',
      'Call.tokens': 'READ_USAGE',
      'Disagreement.claims': 'READ_SOURCES',
      'FeedHeartbeat.joinAlarms': 'READ_SOURCES',
      'FeedHeartbeat.sources': 'READ_SOURCES',
      'Leg.keys': 'READ_SOURCES',
      'Leg.source': 'READ_SOURCES',
      'Link.evidence': 'READ_SOURCES',
      'LinkExplanation.sharedKeys': 'READ_SOURCES',
      'Mutation.deleteInteraction': 'DELETE',
      'Mutation.dismissSuggestion': 'RECONCILE',
      'Mutation.annotateInteraction': 'ANNOTATE',
      'Mutation.flagInteraction': 'REVIEW',
      'Mutation.eraseCustomer': 'ERASE',
      'Mutation.addCoaching': 'COACH',
      'Mutation.endCall': 'MONITOR',
      'Mutation.enqueueCall': 'MONITOR',
      'Mutation.handBack': 'MONITOR',
      'Mutation.listenIn': 'MONITOR',
      'Mutation.takeOver': 'MONITOR',
      'Mutation.transferCall': 'MONITOR',
      'Mutation.ingestRecords': 'INGEST',
      'Mutation.linkInteractions': 'RECONCILE',
      'Mutation.removeAnnotation': 'ANNOTATE',
      'Mutation.tagInteraction': 'REVIEW',
      'Mutation.undo': 'RECONCILE',
      'Mutation.unflagInteraction': 'REVIEW',
      'Mutation.unlinkLeg': 'RECONCILE',
      'Mutation.untagInteraction': 'REVIEW',
      'Mutation.replayRejectedRecord': 'REPLAY',
      'Mutation.restoreInteraction': 'DELETE',
      'Mutation.reportWatermark': 'INGEST',
      'Mutation.resolveInteraction': 'RECONCILE',
      'Mutation.resolveInteractions': 'RECONCILE',
      'Mutation.startTimelineAnalysis': 'ANALYZE',
      'Mutation.createApiKey': 'CONFIGURE',
      'Mutation.createSource': 'CONFIGURE',
      'Mutation.revokeApiKey': 'CONFIGURE',
      'Mutation.updateRetention': 'CONFIGURE',
      'Mutation.updateSource': 'CONFIGURE',
      'Mutation.updateTracePolicy': 'CONFIGURE',
      'Query.apiKeys': 'CONFIGURE',
      'Query.auditLog': 'READ_AUDIT',
      'Query.call': 'READ',
      'Query.calls': 'READ',
      'Query.customer': 'READ',
      'Query.deletedInteractions': 'DELETE',
      'Query.erasure': 'ERASE',
      'Query.erasures': 'ERASE',
      'Query.explainNonLink': 'READ',
      'Query.exportUrl': 'READ',
      'Query.funnel': 'READ',
      'Query.handOffs': 'READ',
      'Query.interaction': 'READ',
      'Query.interactionChanges': 'READ',
      'Query.interactions': 'READ',
      'Query.joinAlarms': 'READ_SOURCES',
      'Relation.key': 'READ_SOURCES',
      'ReportWatermarkPayload.source': 'READ_SOURCES',
      'Query.monitoringActions': 'MONITOR',
      'Query.node': 'READ',
      'Query.nodes': 'READ',
      'Query.reconciliation': 'READ',
      'Query.rejectedRecords': 'READ_SOURCES',
      'Query.retention': 'CONFIGURE',
      'Query.simulatePolicy': 'CONFIGURE',
      'Query.sources': 'READ_SOURCES',
      'Query.timelineAnalyses': 'READ',
      'Query.timelineAnalysis': 'READ',
      'Query.tracePolicy': 'READ',
      'Query.viewer': 'READ',
      'Reconciliation.quarantinedKeys': 'READ_SOURCES',
      'RecordResult.interaction': 'READ',
      'RejectedRecord.body': 'READ_RAW',
      'Segment.source': 'READ_SOURCES',
      'Source.hasSecret': 'CONFIGURE',
      'Source.recordingSettings': 'CONFIGURE',
      'Source.webhookUrl': 'CONFIGURE',
      'SourceRecord.payload': 'READ_RAW',
      'SourceRecord.record': 'READ_RAW',
      'SourceRecord.source': 'READ_SOURCES',
      'Subscription.callUpdated': 'READ',
      'Subscription.handOffsUpdated': 'READ',
      'Subscription.interactionFeed': 'READ',
      'Subscription.timelineAnalysisUpdated': 'READ',
      'Subscription.monitoringActionUpdated': 'MONITOR',
      'Subscription.transcriptAppended': 'READ',
      'Turn.tokens': 'READ_USAGE',
    });
  });
});

describe('a field that a role may not see', () => {
  let database: OpenDatabase;
  let world: World;
  let callId: string;

  beforeAll(async () => {
    database = await openDatabase();
    world = await World.in(database.db);
    const source = await world.source();
    const { id: interactionId } = await world.interaction({
      disagreements: [
        {
          code: 'KEY_IGNORED',
          field: 'keys.x',
          resolved: null,
          claims: [{ legId: '', value: 'SECRET' }],
          rule: 'r',
        },
      ],
    });
    const tokens = { prompt: 4242 };
    const turns = [{ turn: 1, totalMs: 5, tokens: 4242 }];
    const call = await world.call({
      interactionId,
      sourceId: source.id,
      tokens,
      turns,
      postCallCache: { cachedRead: 4242 },
    });
    await world.sourceRecord(call.id, { sourceId: source.id, payload: { secret: 'SECRET' } });
    await world.rejected({ sourceId: source.id, body: 'SECRET' });
    callId = globalId('Call', call.id);
  });
  afterAll(() => database.close());

  const as = (role: ApiRole) => contextFor(servicesOn(database.db), world.frame, role);
  const codesAt = (
    errors: readonly { path?: readonly (string | number)[] | undefined; originalError?: unknown }[] = [],
  ) => errors.map(({ path, originalError }) => [path?.join('.'), (originalError as { code?: string }).code]);

  /** Each guarded field below the roots, and how to come to it. */
  const REACHED: [field: string, document: string, path: string][] = [
    ['Call.tokens', '{ tokens { prompt } }', 'call.tokens'],
    ['Call.postCallCache', '{ postCallCache { cachedRead } }', 'call.postCallCache'],
    ['Call.rawRecord', '{ rawRecord }', 'call.rawRecord'],
    ['Call.source', '{ source { name } }', 'call.source'],
    ['Turn.tokens', '{ turns { tokens } }', 'call.turns.0.tokens'],
    ['Leg.keys', '{ leg { keys { value } } }', 'call.leg.keys'],
    ['Leg.source', '{ leg { source { name } } }', 'call.leg.source'],
    ['Link.evidence', '{ leg { link { evidence { key { value } } } } }', 'call.leg.link.evidence'],
    ['SourceRecord.payload', '{ leg { sourceRecords { payload } } }', 'call.leg.sourceRecords.0.payload'],
    ['SourceRecord.record', '{ leg { sourceRecords { record } } }', 'call.leg.sourceRecords.0.record'],
    ['SourceRecord.source', '{ leg { sourceRecords { source { id } } } }', 'call.leg.sourceRecords.0.source'],
    [
      'Disagreement.claims',
      '{ interaction { disagreements { claims { value } } } }',
      'call.interaction.disagreements.0.claims',
    ],
  ];

  test.each(REACHED)(
    'is null, with FORBIDDEN at its path, for exactly those roles: %s',
    async (field, selection, path) => {
      const needed = guarded()[field] ?? 'READ';
      for (const role of API_ROLES.filter((one) => may(one, 'READ'))) {
        const document = `query ($id: ID!) { call(id: $id) { id ${selection.slice(1, -1)} } }`;
        const { data, errors } = await run(as(role), document, { id: callId });
        expect([role, codesAt(errors)]).toEqual([role, may(role, needed) ? [] : [[path, 'FORBIDDEN']]]);
        expect(data?.['call']).toMatchObject({ id: callId });
        if (!may(role, needed)) expect(JSON.stringify(data)).not.toMatch(/SECRET|4242/);
      }
    },
  );

  test('is null in a list of which the rest is shown', async () => {
    const { data } = await run(
      as('CALLS_ONLY'),
      'query ($id: ID!) { call(id: $id) { turns { turn totalMs tokens } } }',
      { id: callId },
    );
    expect(data).toEqual({ call: { turns: [{ turn: 1, totalMs: 5, tokens: null }] } });
  });

  test('hides the body of a rejected record from all but administrators', async () => {
    for (const role of ['ADMIN', 'SUPERVISOR'] as const) {
      const { data } = await run(as(role), '{ rejectedRecords { nodes { reason body } } }');
      expect(data).toEqual({
        rejectedRecords: { nodes: [{ reason: 'no externalId', body: role === 'ADMIN' ? 'SECRET' : null }] },
      });
    }
  });

  test('does not come back through node', async () => {
    const source = await run(as('ADMIN'), '{ sources { id } }');
    const [{ id }] = (source.data?.['sources'] ?? []) as [{ id: string }];
    const found = await run(as('CALLS_ONLY'), 'query ($id: ID!) { node(id: $id) { id } }', { id });
    expect([found.data, codesAt(found.errors)]).toEqual([{ node: null }, [['node', 'FORBIDDEN']]]);
  });

  test.each([
    'viewer { role }',
    'interactions { nodes { id } }',
    'calls { nodes { id } }',
    'sources { id }',
    'node(id: "x") { id }',
    'interactionChanges { nodes { __typename } }',
    'rejectedRecords { nodes { id } }',
  ])('is every query for a key that may only ingest: %s', async (field) => {
    const { errors } = await run(as('INGEST'), `{ ${field} }`);
    expect(codesAt(errors)).toEqual([[/^\w+/.exec(field)?.[0], 'FORBIDDEN']]);
  });

  test.each(['SUPERVISOR', 'AGENT', 'CALLS_ONLY'] as const)('is every mutation for %s', async (role) => {
    const ingest = await run(
      as(role),
      'mutation { ingestRecords(input: { source: "x", records: [{}] }) { userErrors { code } } }',
    );
    const replay = await run(
      as(role),
      'mutation { replayRejectedRecord(input: { id: "x" }) { userErrors { code } } }',
    );
    expect([codesAt(ingest.errors), codesAt(replay.errors)]).toEqual([
      [['ingestRecords', 'FORBIDDEN']],
      [['replayRejectedRecord', 'FORBIDDEN']],
    ]);
  });
});
