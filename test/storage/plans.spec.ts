import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLInputObjectType } from 'graphql';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { CallReader } from '../../src/storage/call-reader.js';
import { CustomerReader, nameCustomer } from '../../src/storage/customer-reader.js';
import { CallEntity, TranscriptEntryEntity } from '../../src/storage/entities/call.entity.js';
import { InteractionEntity } from '../../src/storage/entities/interaction.entity.js';
import { CorrelationKeyEntity, LegEntity } from '../../src/storage/entities/leg.entity.js';
import { InteractionReader } from '../../src/storage/interaction-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { countFacets } from '../../src/storage/list/facets.js';
import type { CallFilter, InteractionFilter, ListFilter } from '../../src/storage/list/filter.js';
import { buildThroughlineSchema } from '../../src/graphql/schema.js';
import { callLabels, interactionLabels } from '../../src/storage/list/labels.js';
import type { CallOrder, InteractionOrder } from '../../src/storage/list/order.js';
import { wordVector } from '../../src/storage/list/transcript.js';
import type { Page, PageArgs } from '../../src/storage/read-model.js';
import { writeRows } from '../../src/storage/transaction.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { HOUR, MINUTE, NOON, SECOND, World } from '../support/rows.js';
import { countStatements } from '../support/statements.js';

let database: OpenDatabase;
let db: DataSource;
let world: World;
let reader: InteractionReader;
let calls: CallReader;
let customers: CustomerReader;

/** Tables that grow with the traffic. */
const LARGE = ['interaction', 'call', 'leg', 'transcript_entry', 'correlation_key'];

afterAll(() => database.close());

describe('plans over five thousand interactions', () => {
  const STATUSES = ['COMPLETE', 'PARTIAL', 'IN_PROGRESS', 'DROPPED'] as const;
  const COUNT = 5_000;

  beforeAll(async () => {
    database = await openDatabase();
    db = database.db;
    const cursors = new CursorCodec('secret', 'instance');
    reader = new InteractionReader(db, cursors);
    calls = new CallReader(db, cursors);
    customers = new CustomerReader(db);
    world = await World.in(db);
    for (const tenant of [world, await World.in(db)]) await fill(tenant);
    await db.query('vacuum analyze');
  });

  /** Every fact that a filter looks up is one of a few rows; `n` counts them. */
  async function fill(tenant: World): Promise<void> {
    const rare = await tenant.source({ name: 'rare' });
    await tenant.source({ name: 'common' });
    const one = await tenant.interaction({ startedAt: NOON - (COUNT + 1) * MINUTE });
    const call = await tenant.call({ interactionId: one.id, startedAt: one.startedAt });
    const rows = Array.from({ length: COUNT }, (_, n) => ({
      ...one,
      ...factsOf(n, rare.id),
      id: randomUUID(),
      startedAt: one.startedAt + n * MINUTE,
      status: STATUSES[n % 4] ?? 'COMPLETE',
      durationMs: n % 100 === 0 ? null : n * SECOND,
      customerE164: phoneOf(n),
      customerReversed: [...phoneOf(n).slice(1)].reverse().join(''),
      customerKeys: [`address:${phoneOf(n)}`],
    }));
    const { tenantId } = tenant;
    await write(
      InteractionEntity,
      rows.map((row) => ({ ...row, labels: interactionLabels(tenantId, row) })),
    );
    const calls = rows.map((row, n) => ({
      ...call,
      ...callFactsOf(n, rare.id),
      id: row.id,
      interactionId: row.id,
      sortedAt: row.startedAt,
      durationMs: row.durationMs,
      externalId: `call-${n}`,
    }));
    const only = (entity: EntityTarget<ObjectLiteral>, extra: (call: (typeof calls)[number]) => object) => {
      const names = db.getMetadata(entity).columns.map(({ propertyName }) => propertyName);
      return calls.map((row) => ({
        ...Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name))),
        ...extra(row),
      }));
    };
    const link = { tier: 'ALONE', method: 'NONE' };
    await write(
      LegEntity,
      only(LegEntity, () => ({ keys: [], ignoredKeys: [], link, endPresumed: false })),
    );
    await write(
      CallEntity,
      only(CallEntity, (row) => ({
        labels: callLabels(tenantId, { ...row, toolCalls: [] } as never),
        updatedAt: row.sortedAt,
      })),
    );
    await write(
      CorrelationKeyEntity,
      rows.map(({ id: legId }, n) => ({
        ...{ tenantId, legId, namespace: 'sip_call_id', value: `key-${n}`, scope: 'INTERACTION' },
      })),
    );
    await write(
      TranscriptEntryEntity,
      rows.flatMap(({ id: callId, startedAt }, n) => {
        const text = n % 1_000 === 3 ? 'A refund of the garantía' : `We talk of number ${n}`;
        return { tenantId, callId, id: 'm', at: startedAt, text, words: wordVector(tenantId, text) };
      }),
    );
  }

  /** Half have one topic, a quarter another, and so on. */
  const topicOf = (n: number) => `topic ${Math.clz32(n % 512)}`;
  const isRare = (n: number) => n % 1_000 === 3;
  const phoneOf = (n: number) => `+1202555${String(n).padStart(4, '0')}`;

  const sharedFacts = (n: number) => ({
    direction: isRare(n) ? ('OUTBOUND' as const) : ('INBOUND' as const),
    outcome: isRare(n) ? ('BUSY' as const) : ('COMPLETED' as const),
    campaign: isRare(n) ? 'rare' : 'common',
    flow: isRare(n) ? 'rare' : 'common',
    sentiment: isRare(n) ? [{ label: 'anger', at: NOON }] : [],
    reviewFlags: isRare(n) ? [{ code: 'ANOMALY' }] : [],
    channel: isRare(n) ? ('WEB' as const) : ('VOICE' as const),
    isTest: isRare(n),
  });

  const RESOLUTION = { auditId: randomUUID(), kind: 'ACCEPTED' as const, note: null, by: 'key', at: NOON };
  const factsOf = (n: number, rareSource: string) => ({
    ...sharedFacts(n),
    tags: [
      { name: 'Language', value: isRare(n) ? 'es' : 'en' },
      { name: 'Topic', value: topicOf(n) },
    ],
    dropStage: isRare(n) ? ('SYNC_GAP' as const) : null,
    dropDetail: isRare(n) ? ('DIALER_NOT_SYNCED_YET' as const) : null,
    resolution: isRare(n) ? RESOLUTION : null,
    hasRecording: isRare(n),
    sourceIds: isRare(n) ? [rareSource] : [],
  });

  const callFactsOf = (n: number, rareSource: string) => ({
    ...sharedFacts(n),
    tags: { Language: isRare(n) ? 'es' : 'en', Topic: topicOf(n) },
    role: isRare(n) ? ('HUMAN' as const) : ('DIALER' as const),
    disconnectedBy: isRare(n) ? ('AGENT' as const) : null,
    status: isRare(n) ? ('BUSY' as const) : ('COMPLETED' as const),
    recording: isRare(n) ? { url: 'https://recordings.example' } : null,
    ...(isRare(n) ? { sourceId: rareSource } : {}),
  });

  const write = async (entity: EntityTarget<ObjectLiteral>, rows: readonly object[]) => {
    await writeRows(db.manager, entity, rows, { onConflict: 'nothing' });
  };

  const LABELLED: [string, ListFilter][] = [
    ['of a rare channel', { channel: ['WEB'] }],
    ['of a rare direction', { direction: ['OUTBOUND'] }],
    ['of a rare outcome', { outcome: ['BUSY', 'FAILED'] }],
    ['of a campaign', { campaign: 'rare' }],
    ['of a flow', { flow: 'rare' }],
    ['with a tag', { tags: [{ name: 'language', value: 'es' }] }],
    ['with a sentiment', { sentiment: ['anger'] }],
    ['that are flagged', { flagged: true }],
    ['that are tests', { isTest: true }],
    ['with a recording', { hasRecording: true }],
  ];

  const PAGES: [string, InteractionFilter | null, InteractionOrder | null, string][] = [
    ['by start', null, null, 'interaction_by_start'],
    ['by start within a range', { startedAt: { from: NOON - HOUR } }, null, 'interaction_by_start'],
    ['by start within a named period', { datePreset: 'TODAY' }, null, 'interaction_by_start'],
    ['by status', { status: ['DROPPED'] }, null, 'interaction_by_status'],
    ['of those in progress', { quick: 'LIVE' }, null, 'interaction_by_status'],
    ['of those dropped today', { quick: 'DROPPED_TODAY' }, null, 'interaction_by_status'],
    ['by update', null, { field: 'UPDATED_AT' }, 'interaction_by_update'],
    ['by duration', null, { field: 'DURATION' }, 'interaction_by_duration'],
    ['of the longest', { minDurationMs: 4_990_000 }, { field: 'DURATION' }, 'interaction_by_duration'],
    ['of the shortest', { maxDurationMs: 10_000 }, { field: 'DURATION' }, 'interaction_by_duration'],
    [
      'of what is common',
      { channel: ['VOICE'], isTest: false, flagged: false },
      null,
      'interaction_by_start',
    ],
    ['of a customer', { customer: '+1 202 555 0042' }, null, 'interaction_by_label'],
    ['of a drop stage', { dropStage: ['SYNC_GAP'] }, null, 'interaction_by_label'],
    ['of a drop detail', { dropDetail: ['DIALER_NOT_SYNCED_YET'] }, null, 'interaction_by_label'],
    ['that somebody resolved', { resolved: true }, null, 'interaction_by_label'],
    ['of those that wait to sync', { quick: 'WAITING_TO_SYNC' }, null, 'interaction_by_status'],
    [
      'of drops without a detail',
      { dropStage: ['SYNC_GAP'], hasDropDetail: false },
      null,
      'interaction_by_label',
    ],
    ['without a drop detail alone', { hasDropDetail: false }, null, 'interaction_by_start'],
    ['found by a number', { search: '+1 202 555 0042' }, null, 'interaction_by_customer'],
    ['found by the end of a number', { search: '50042' }, null, 'interaction_by_customer_digits'],
    ['found by a reference', { search: 'ORD-17' }, null, 'interaction_by_reference'],
    ['found by an external id', { search: 'call-42' }, null, 'leg_by_external_id'],
    ['found by a key', { search: 'key-42' }, null, 'correlation_key_by_value'],
    ['found by what was said', { transcriptSearch: 'garantia' }, null, 'transcript_entry_by_word'],
    ['found by a phrase', { transcriptSearch: '"number 42"' }, null, 'transcript_entry_by_word'],
    ...LABELLED.map(([what, filter]): [string, InteractionFilter, null, string] => [
      what,
      filter,
      null,
      'interaction_by_label',
    ]),
  ];
  it.each(PAGES)(
    'a page %s is read by indexes, at its beginning and in its midst',
    async (_, filter, order, index) => {
      await expectIndex((args) => reader.page(world.frame, filter, order, args), index);
    },
  );

  const CALL_PAGES: [string, CallFilter | null, CallOrder | null, string][] = [
    ['by start', null, null, 'call_by_start'],
    ['by start within a range', { startedAt: { from: NOON - HOUR } }, null, 'call_by_start'],
    ['by start within a named period', { datePreset: 'TODAY' }, null, 'call_by_start'],
    ['of the shortest', { maxDurationMs: 10_000 }, { field: 'DURATION' }, 'call_by_duration'],
    ['by status', { status: ['BUSY'] }, null, 'call_by_status'],
    ['by update', null, { field: 'UPDATED_AT' }, 'call_by_update'],
    ['by duration', null, { field: 'DURATION' }, 'call_by_duration'],
    ['of the longest', { minDurationMs: 4_990_000 }, { field: 'DURATION' }, 'call_by_duration'],
    ['of a rare role', { role: ['HUMAN'] }, null, 'call_by_label'],
    ['ended by one party', { disconnectedBy: ['AGENT'] }, null, 'call_by_label'],
    ['of what is common', { channel: ['VOICE'], isTest: false }, null, 'call_by_start'],
    ['of a customer', { customer: '+1 202 555 0042' }, null, 'interaction_by_label'],
    ['found by an external id', { search: 'call-42' }, null, 'leg_by_external_id'],
    ['found by what was said', { transcriptSearch: 'garantia' }, null, 'transcript_entry_by_word'],
    ...LABELLED.map(([what, filter]): [string, CallFilter, null, string] => [
      what,
      filter,
      null,
      'call_by_label',
    ]),
  ];
  it.each(CALL_PAGES)(
    'a page of calls %s is read by indexes, at its beginning and in its midst',
    async (_, filter, order, index) => {
      await expectIndex((args) => calls.page(world.frame, filter, order, args), index);
    },
  );

  it.each([
    ['InteractionFilter', PAGES, ['source', 'disagreement']],
    ['CallFilter', CALL_PAGES, ['source']],
  ] as const)('no filter of %s is without its plan', (name, pages, elsewhere) => {
    const input = buildThroughlineSchema().getType(name) as GraphQLInputObjectType;
    const planned = new Set([...pages.flatMap(([, filter]) => Object.keys(filter ?? {})), ...elsewhere]);
    const filters = Object.keys(input.getFields()).filter((one) => !['and', 'or', 'not'].includes(one));
    expect(filters.filter((one) => !planned.has(one))).toEqual([]);
  });

  it('a page of a source is read by labels or in order: which source it is shows only when the statement runs', async () => {
    const filter = { source: 'rare' };
    await expectIndex(
      (args) => reader.page(world.frame, filter, null, args),
      /^interaction_by_(label|start)$/,
    );
    await expectIndex((args) => calls.page(world.frame, filter, null, args), /^call_by_(label|start)$/);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['the customer of a number', () => customers.find(world.frame, '+12025550042'), 'interaction_by_label'],
    ['the customer of an id', () => customers.find(world.frame, 'crm-42'), 'interaction_by_label'],
    ['journeys', () => customers.journeys(world.frame, KIM, 5), 'interaction_by_label'],
    ['sums of customers', () => customers.summaries(world.frame, KIM), 'interaction_by_label'],
    ['facets', () => countFacets(db, world.frame, {}, ['status', 'channel'], 100), 'interaction_by_start'],
    [
      'facets of a few',
      () => reader.facets(world.frame, { campaign: 'rare' }, ['status']),
      'interaction_by_label',
    ],
  ])('%s are read by indexes', async (_, read, index) => {
    const { sql, parameters } = await statementOf(read);
    expect(await indexesOf(sql, parameters)).toContain(index);
  });

  const KIM = [nameCustomer(['address:+12025550042', 'id:["crm","42"]'])];

  it('sorts no more than a page', async () => {
    const { sql, parameters } = await statementOf(() =>
      reader.page(world.frame, { status: ['DROPPED'] }, null, { first: 7 }),
    );
    const nodes = await planOf(sql, parameters);
    expect(nodes.filter((node) => node['Node Type'] === 'Sort')).toEqual([]);
  });

  async function expectIndex(
    read: (args: PageArgs) => Promise<Page<unknown>>,
    index: string | RegExp,
  ): Promise<void> {
    const used = expect.arrayContaining([
      typeof index === 'string' ? index : expect.stringMatching(index),
    ]) as unknown;
    const first = await statementOf(() => read({ first: 20 }));
    expect(await indexesOf(first.sql, first.parameters)).toEqual(used);
    const after = first.result.edges.at(-1)?.cursor;
    if (after === undefined) return;
    const next = await statementOf(() => read({ first: 20, after }));
    expect(await indexesOf(next.sql, next.parameters)).toEqual(used);
  }

  async function statementOf<T>(read: () => Promise<T>) {
    const counter = countStatements(db);
    const result = await read();
    counter.stop();
    const [statement] = counter.statements;
    if (statement === undefined) throw new Error('no statement was run');
    return { result, ...statement };
  }

  /** The indexes that a statement uses; it may not read a whole table. */
  async function indexesOf(sql: string, parameters: unknown[]): Promise<unknown[]> {
    const nodes = await planOf(sql, parameters);
    const scans = nodes.filter(
      (node) => node['Node Type'] === 'Seq Scan' && LARGE.includes(String(node['Relation Name'])),
    );
    expect(scans).toEqual([]);
    return nodes.map((node) => node['Index Name']);
  }

  type PlanNode = Record<string, unknown> & { Plans?: PlanNode[] };

  async function planOf(sql: string, parameters: unknown[]): Promise<PlanNode[]> {
    const rows = await db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }[]>(
      `explain (format json) ${sql}`,
      parameters,
    );
    const flat = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flat)];
    return rows.flatMap((row) => row['QUERY PLAN']).flatMap((plan) => flat(plan.Plan));
  }
});
