import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { CallReader } from '../../src/storage/call-reader.js';
import type { InteractionEntity } from '../../src/storage/entities/interaction.entity.js';
import { InteractionReader } from '../../src/storage/interaction-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { CallFilter, InteractionFilter } from '../../src/storage/list/filter.js';
import { interactionWhere } from '../../src/storage/list/filter.js';
import { Params } from '../../src/storage/list/params.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { DAY, HOUR, MINUTE, NOON, World } from '../support/rows.js';

let database: OpenDatabase;
let db: DataSource;
let world: World;
let interactions: InteractionReader;
let calls: CallReader;

const DIALER_ID = 'CA0123456789abcdef';
const SHARED_KEY = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';

beforeAll(async () => {
  database = await openDatabase();
  db = database.db;
  const cursors = new CursorCodec('secret', 'instance');
  interactions = new InteractionReader(db, cursors);
  calls = new CallReader(db, cursors);
  world = await World.in(db);
  await populate(world);
  const stranger = await World.in(db);
  await populate(stranger);
});

afterAll(() => database.close());

/** Five interactions; `summary` is the name by which the tables below call each. */
async function populate(tenant: World): Promise<void> {
  const twilio = await tenant.source({ name: 'twilio' });
  const vapi = await tenant.source({ name: 'vapi', role: 'ASSISTANT' });
  const by = (...sources: { id: string }[]) => ({ sourceIds: sources.map(({ id }) => id) });
  const whole = await tenant.interaction({ ...named('whole'), ...WHOLE, ...by(twilio, vapi) });
  const dropped = await tenant.interaction({ ...named('dropped'), ...DROPPED, ...by(twilio) });
  const waiting = await tenant.interaction({ ...named('waiting'), ...WAITING, ...by(vapi) });
  const live = await tenant.interaction({ ...named('live'), ...LIVE, ...by(twilio) });
  await tenant.interaction({ ...named('bare'), startedAt: NOON - 3 * DAY, isTest: true });
  const dialer = await tenant.call({
    ...placed(whole, twilio, 'whole dialer', DIALER_ID),
    direction: 'INBOUND',
    campaign: 'spring',
    disconnectedBy: 'CUSTOMER',
    recording: { url: 'https://recordings.example/1' },
    durationMs: 90_000,
    channel: 'VOICE',
    outcome: 'COMPLETED',
  });
  await tenant.key(dialer.id, SHARED_KEY);
  const assistant = await tenant.call({
    ...placed(whole, vapi, 'whole assistant', 'a1'),
    role: 'ASSISTANT',
    flow: 'support',
    tags: { Language: 'es' },
    postCallAnalysis: { tags: ['billing'] },
    sentiment: [{ label: 'gratitude', at: NOON }],
  });
  await tenant.message(assistant.id, { text: 'Your order ORD-17 is refunded, Señor. 100% sure!' });
  await tenant.message(assistant.id, { text: 'The policy says so.', at: NOON + 1 });
  await tenant.call({
    ...placed(dropped, twilio, 'dropped dialer', 'd1'),
    status: 'BUSY',
    isTest: true,
    durationMs: 30_000,
    reviewFlags: [{ code: 'ANOMALY' }],
  });
  const chat = await tenant.call({
    ...placed(waiting, vapi, 'waiting assistant', 'w1'),
    role: 'ASSISTANT',
    direction: 'OUTBOUND',
    channel: 'WEB',
  });
  await tenant.message(chat.id, { text: 'Order refunded by policy: la garantía. 退款政策' });
  const active = { status: 'ACTIVE' as const, disconnectedBy: null };
  await tenant.call({ ...placed(live, twilio, 'live dialer', 'l1'), ...active });
}

/** A call of an interaction; `endReason` is the name by which the tables below call it. */
const placed = (
  { id: interactionId, startedAt }: InteractionEntity,
  { id: sourceId }: { id: string },
  endReason: string,
  externalId: string,
) => ({ interactionId, startedAt, sourceId, endReason, externalId });

const named = (summary: string): Partial<InteractionEntity> => ({ summary });

const WHOLE: Partial<InteractionEntity> = {
  startedAt: NOON - HOUR,
  direction: 'INBOUND',
  outcome: 'COMPLETED',
  campaign: 'spring',
  flow: 'support',
  reference: 'ORD-17',
  customerAddress: '+12025550123',
  hasRecording: true,
  durationMs: 90_000,
  tags: [
    { name: 'Language', value: 'es' },
    { name: 'billing', value: null },
  ],
  sentiment: [
    { label: 'gratitude', at: NOON },
    { label: 'Confusion', at: NOON },
  ],
};
const DROPPED: Partial<InteractionEntity> = {
  startedAt: NOON - 2 * HOUR,
  status: 'DROPPED',
  dropStage: 'SYNC_GAP',
  direction: 'OUTBOUND',
  outcome: 'ABANDONED',
  customerAddress: '+12025559123',
  reviewFlags: [{ code: 'ANOMALY' }],
  durationMs: 30_000,
  tags: [{ name: 'language', value: 'EN' }],
  sentiment: [{ label: 'anger', at: NOON }],
};
const WAITING: Partial<InteractionEntity> = {
  startedAt: NOON - DAY,
  status: 'PARTIAL',
  expectedBy: NOON + MINUTE,
  channel: 'WEB',
  customerAddress: 'Ann@Example.com',
  customerKeys: ['address:ann@example.com', 'id:["crm","Ann:7"]'],
  flow: 'sales',
};
const LIVE: Partial<InteractionEntity> = {
  startedAt: NOON,
  status: 'IN_PROGRESS',
  durationMs: null,
  campaign: 'autumn',
};

const EVERY = ['live', 'whole', 'dropped', 'waiting', 'bare'];
const silly = (value: string) => value as never;

async function found(filter: InteractionFilter): Promise<(string | null)[]> {
  const page = await interactions.page(world.frame, filter, null, {});
  return page.edges.map(({ node }) => node.summary);
}

describe('interactionWhere', () => {
  it.each<[string, InteractionFilter, string[]]>([
    ['no filter', {}, EVERY],
    ['nulls', { status: null, search: null, and: null, or: null, not: null, startedAt: null }, EVERY],
    ['startedAt from, inclusive', { startedAt: { from: NOON - HOUR } }, ['live', 'whole']],
    ['startedAt to, exclusive', { startedAt: { to: NOON - DAY } }, ['bare']],
    ['startedAt from and to', { startedAt: { from: NOON - 2 * HOUR, to: NOON } }, ['whole', 'dropped']],
    ['startedAt from after to', { startedAt: { from: NOON, to: NOON - DAY } }, []],
    ['startedAt without ends', { startedAt: {} }, EVERY],
    ['startedAt far outside of time', { startedAt: { from: -8.64e15, to: 8.64e15 } }, EVERY],
    ['startedAt at no time', { startedAt: { from: Number.NaN } }, []],
    ['datePreset TODAY', { datePreset: 'TODAY' }, ['live', 'whole', 'dropped']],
    ['datePreset YESTERDAY', { datePreset: 'YESTERDAY' }, ['waiting']],
    ['datePreset with startedAt', { datePreset: 'TODAY', startedAt: { to: NOON - HOUR } }, ['dropped']],
    ['status', { status: ['COMPLETE'] }, ['whole', 'bare']],
    ['several statuses', { status: ['DROPPED', 'PARTIAL'] }, ['dropped', 'waiting']],
    ['the same status twice', { status: ['DROPPED', 'DROPPED'] }, ['dropped']],
    ['no status at all', { status: [] }, []],
    ['a status that is none', { status: [silly("'; drop table interaction; --")] }, []],
    ['dropStage', { dropStage: ['SYNC_GAP'] }, ['dropped']],
    ['dropped without a detail', { status: ['DROPPED'], hasDropDetail: false }, ['dropped']],
    ['dropped with a detail', { status: ['DROPPED'], hasDropDetail: true }, []],
    ['channel', { channel: ['WEB', 'CHAT'] }, ['waiting']],
    ['direction', { direction: ['INBOUND', 'OUTBOUND'] }, ['whole', 'dropped']],
    ['outcome', { outcome: ['ABANDONED'] }, ['dropped']],
    ['campaign', { campaign: 'spring' }, ['whole']],
    ['campaign in another case', { campaign: 'Spring' }, []],
    ['flow', { flow: 'sales' }, ['waiting']],
    ['source', { source: 'twilio' }, ['live', 'whole', 'dropped']],
    ['an unknown source', { source: 'nobody' }, []],
    ['customer in another spelling', { customer: '(202) 555-0123' }, ['whole']],
    ['customer that is no number', { customer: 'ANN@example.com' }, ['waiting']],
    ['customer by the id that a system gives', { customer: 'Ann:7' }, ['waiting']],
    ['customer by a part of that id', { customer: '7' }, []],
    ['customer by the form of a key', { customer: 'id:["crm","Ann:7"]' }, []],
    ['customer by the end of a number', { customer: '0123' }, []],
    ['customer who withheld the number', { customer: 'anonymous' }, []],
    ['isTest', { isTest: true }, ['bare']],
    ['isTest false', { isTest: false }, ['live', 'whole', 'dropped', 'waiting']],
    ['hasRecording', { hasRecording: true }, ['whole']],
    ['hasRecording false', { hasRecording: false }, ['live', 'dropped', 'waiting', 'bare']],
    ['minDurationMs', { minDurationMs: 60_001 }, ['whole']],
    ['maxDurationMs', { maxDurationMs: 30_000 }, ['dropped']],
    ['both durations', { minDurationMs: 30_000, maxDurationMs: 60_000 }, ['dropped', 'waiting', 'bare']],
    ['durations the wrong way round', { minDurationMs: 2, maxDurationMs: 1 }, []],
    [
      'durations that are no whole numbers',
      { minDurationMs: 59_999.5, maxDurationMs: 60_000.5 },
      ['waiting', 'bare'],
    ],
    [
      'durations beyond bigint',
      { minDurationMs: -1e300, maxDurationMs: Infinity },
      ['whole', 'dropped', 'waiting', 'bare'],
    ],
    ['flagged', { flagged: true }, ['dropped']],
    ['flagged false', { flagged: false }, ['live', 'whole', 'waiting', 'bare']],
    ['quick DROPPED_TODAY', { quick: 'DROPPED_TODAY' }, ['dropped']],
    ['quick WAITING_TO_SYNC', { quick: 'WAITING_TO_SYNC' }, ['dropped', 'waiting']],
    ['quick LIVE', { quick: 'LIVE' }, ['live']],
    ['a tag by its name', { tags: [{ name: 'language' }] }, ['whole', 'dropped']],
    ['a tag by its name and value', { tags: [{ name: 'LANGUAGE', value: 'Es' }] }, ['whole']],
    ['a tag without a value by its name', { tags: [{ name: 'billing' }] }, ['whole']],
    ['a tag without a value by a value', { tags: [{ name: 'billing', value: '' }] }, []],
    ['a tag by a part of its name', { tags: [{ name: 'lang' }, { name: '%' }] }, []],
    ['a tag by a value of another', { tags: [{ name: 'billing', value: 'es' }] }, []],
    ['a tag whose name looks like two', { tags: [{ name: 'language","es' }] }, []],
    [
      'any of several tags',
      { tags: [{ name: 'billing' }, { name: 'language', value: 'en' }] },
      ['whole', 'dropped'],
    ],
    [
      'all of several tags, by and',
      { and: [{ tags: [{ name: 'billing' }] }, { tags: [{ name: 'language' }] }] },
      ['whole'],
    ],
    ['no tag at all', { tags: [] }, []],
    ['sentiment', { sentiment: ['Gratitude'] }, ['whole']],
    ['any of several sentiments', { sentiment: ['anger', 'confusion'] }, ['whole', 'dropped']],
    ['a sentiment that nobody had', { sentiment: ['joy', ''] }, []],
    ['a campaign too long to be one', { campaign: 'x'.repeat(100_000) }, []],
    ['two fields at once', { status: ['COMPLETE'], isTest: false }, ['whole']],
  ])('understands %s', async (_, filter, expected) => {
    expect(await found(filter)).toEqual(expected);
  });

  it.each<[string, string[]]>([
    ['+12025550123', ['whole']],
    ['202-555-0123', ['whole']],
    ['tel:+1 (202) 555 0123', ['whole']],
    ['sip:+12025550123@carrier.example', ['whole']],
    ['9123', ['dropped']],
    ['555-9123', ['dropped']],
    [' 0123 ', ['whole']],
    ['123', []],
    ['5550', []],
    ['ann@example.COM', ['waiting']],
    ['ORD-17', ['whole']],
    ['ord-17', ['whole']],
    ['ORD-1', []],
    [DIALER_ID, ['whole']],
    ['a1', ['whole']],
    [SHARED_KEY, ['whole']],
    [SHARED_KEY.toUpperCase(), ['whole']],
    ['%', []],
    ['_'.repeat(4), []],
    ["' or 1=1 --", []],
    ['\\', []],
    ['', EVERY],
    ['  \n', EVERY],
  ])('finds by the search %j', async (search, expected) => {
    expect(await found({ search })).toEqual(expected);
  });

  it('matches nothing, and fails on nothing, for text that is too long or that the database cannot hold', async () => {
    expect(await found({ search: '9'.repeat(500) })).toEqual([]);
    expect(await found({ customer: '9'.repeat(20_000) })).toEqual([]);
    for (const bad of ['\u0000', 'ORD-17\u0000', '\ud800', 'a\udfff']) {
      const lists = { status: [silly(bad)], channel: [silly(bad)], outcome: [silly(bad)] };
      for (const [field, value] of Object.entries({
        search: bad,
        campaign: bad,
        flow: bad,
        source: bad,
        customer: bad,
        transcriptSearch: bad,
        sentiment: [bad],
        tags: [{ name: bad }, { name: 'language', value: bad }],
        ...lists,
      }))
        expect([field, await found({ [field]: value })]).toEqual([
          field,
          bad === 'ORD-17\u0000' && field === 'transcriptSearch' ? ['whole'] : [],
        ]);
    }
    expect(await found({ status: [silly('\u0000'), 'DROPPED'] })).toEqual(['dropped']);
    expect(await found({ not: { search: '\u0000' } })).toEqual(EVERY);
  });

  it.each<[string, string[]]>([
    ['refunded', ['whole', 'waiting']],
    ['REFUNDED Order', ['whole', 'waiting']],
    ['"order refunded"', ['waiting']],
    ['"refunded order"', []],
    ['refunded policy', ['waiting']],
    ['says policy', ['whole']],
    ['ORD-17', ['whole']],
    ['17-ORD', []],
    ['senor', ['whole']],
    ['Garantia', ['waiting']],
    ['退款', ['waiting']],
    ['款退', []],
    ['100%', ['whole']],
    ['10', []],
    ['refund', []],
    ['refund%', []],
    ['refund*', []],
    ['refund:*', []],
    ['refunded & missing', []],
    ['refunded | missing', []],
    ['!missing', []],
    ['%', []],
    ['"', []],
    ["' or true --", []],
    ['', EVERY],
    ['  \n', EVERY],
  ])('finds by the transcript search %j', async (transcriptSearch, expected) => {
    expect(await found({ transcriptSearch })).toEqual(expected);
  });

  it('refuses a search that is too long to be one', async () => {
    for (const field of ['search', 'transcriptSearch'])
      await expect(found({ [field]: 'x'.repeat(10_000) })).rejects.toThrow(
        `${field} must have at most 500 characters`,
      );
    await expect(found({ transcriptSearch: 'x '.repeat(51) })).rejects.toThrow(
      'transcriptSearch must have at most 50 words',
    );
  });

  it.each<[string, InteractionFilter, string[]]>([
    ['and', { and: [{ channel: ['VOICE'] }, { outcome: ['COMPLETED'] }] }, ['whole']],
    ['or', { or: [{ quick: 'LIVE' }, { search: 'ORD-17' }] }, ['live', 'whole']],
    ['or beside a field', { isTest: false, or: [{ quick: 'LIVE' }, { isTest: true }] }, ['live']],
    ['not', { not: { status: ['COMPLETE'] } }, ['live', 'dropped', 'waiting']],
    [
      'not, where the value is unknown',
      { not: { direction: ['INBOUND'] } },
      ['live', 'dropped', 'waiting', 'bare'],
    ],
    ['not of a search', { not: { search: '+12025550123' } }, ['live', 'dropped', 'waiting', 'bare']],
    ['not of a source', { not: { source: 'twilio' } }, ['waiting', 'bare']],
    ['not of a transcript search', { not: { transcriptSearch: 'refunded' } }, ['live', 'dropped', 'bare']],
    ['not of a tag', { not: { tags: [{ name: 'language' }] } }, ['live', 'waiting', 'bare']],
    ['not of a customer', { not: { customer: 'Ann:7' } }, ['live', 'whole', 'dropped', 'bare']],
    [
      'or of two searches',
      { or: [{ transcriptSearch: 'garantia' }, { search: '9123' }] },
      ['dropped', 'waiting'],
    ],
    ['not of not', { not: { not: { quick: 'LIVE' } } }, ['live']],
    ['not of everything', { not: {} }, []],
    ['an empty and', { and: [] }, EVERY],
    ['an empty or', { or: [] }, []],
    ['or with an empty part', { or: [{}, { quick: 'LIVE' }] }, EVERY],
    ['five levels', nest({ quick: 'LIVE' }, 5), ['live']],
  ])('combines by %s', async (_, filter, expected) => {
    expect(await found(filter)).toEqual(expected);
  });

  it('refuses a filter that is nested too deep or has too many parts', async () => {
    await expect(found(nest({ quick: 'LIVE' }, 6))).rejects.toThrow(
      'filter is nested more than 5 levels deep',
    );
    const wide = { or: Array.from({ length: 100 }, () => ({ search: 'x' })) };
    await expect(found(wide)).rejects.toThrow('filter has more than 100 parts');
  });

  it('puts no value into the text of the condition', () => {
    const params = new Params();
    const where = interactionWhere(
      {
        search: 'marker',
        transcriptSearch: 'marker',
        campaign: 'marker',
        source: 'marker',
        customer: 'marker',
        sentiment: ['marker'],
        tags: [{ name: 'marker', value: 'marker' }],
      },
      world.frame,
      params,
    );
    expect(where).not.toContain('marker');
    expect(where).not.toContain(world.tenantId);
    expect(params.values).toContain('marker');
  });

  it('counts what it lists', async () => {
    expect(await interactions.count(world.frame, { quick: 'WAITING_TO_SYNC' })).toEqual({
      count: 2,
      isCapped: false,
    });
    expect(await interactions.count(world.frame, null, 5)).toEqual({ count: 5, isCapped: false });
    expect(await interactions.count(world.frame, null, 4)).toEqual({ count: 4, isCapped: true });
  });
});

function nest(filter: InteractionFilter, levels: number): InteractionFilter {
  return levels === 0 ? filter : nest({ and: [filter] }, levels - 1);
}

describe('callWhere', () => {
  const EVERY_CALL = [
    'dropped dialer',
    'live dialer',
    'waiting assistant',
    'whole assistant',
    'whole dialer',
  ];

  it.each<[string, CallFilter, string[]]>([
    ['no filter', {}, EVERY_CALL],
    ['startedAt', { startedAt: { from: NOON - 2 * HOUR, to: NOON - HOUR } }, ['dropped dialer']],
    ['datePreset', { datePreset: 'YESTERDAY' }, ['waiting assistant']],
    ['status', { status: ['BUSY', 'ACTIVE'] }, ['dropped dialer', 'live dialer']],
    ['role', { role: ['ASSISTANT'] }, ['waiting assistant', 'whole assistant']],
    ['source', { source: 'vapi' }, ['waiting assistant', 'whole assistant']],
    ['direction', { direction: ['OUTBOUND'] }, ['waiting assistant']],
    ['isTest', { isTest: true }, ['dropped dialer']],
    ['campaign', { campaign: 'spring' }, ['whole dialer']],
    ['disconnectedBy', { disconnectedBy: ['CUSTOMER', 'BOT'] }, ['whole dialer']],
    [
      'not disconnectedBy',
      { role: ['DIALER'], not: { disconnectedBy: ['CUSTOMER'] } },
      ['dropped dialer', 'live dialer'],
    ],
    ['channel', { channel: ['WEB'] }, ['waiting assistant']],
    ['outcome', { outcome: ['COMPLETED'] }, ['whole dialer']],
    ['flow', { flow: 'support' }, ['whole assistant']],
    ['hasRecording', { hasRecording: true }, ['whole dialer']],
    ['no recording', { hasRecording: false, role: ['DIALER'] }, ['dropped dialer', 'live dialer']],
    ['minDurationMs', { minDurationMs: 30_001 }, ['whole dialer']],
    ['maxDurationMs', { maxDurationMs: 30_000 }, ['dropped dialer']],
    ['flagged', { flagged: true }, ['dropped dialer']],
    ['a stated tag', { tags: [{ name: 'language', value: 'ES' }] }, ['whole assistant']],
    ['a tag of the analysis', { tags: [{ name: 'Billing' }] }, ['whole assistant']],
    ['sentiment', { sentiment: ['gratitude'] }, ['whole assistant']],
    [
      "customer: the calls of the customer's interactions",
      { customer: '(202) 555-0123' },
      ['whole assistant', 'whole dialer'],
    ],
    ['customer by the id that a system gives', { customer: 'Ann:7' }, ['waiting assistant']],
    ['customer who withheld the number', { customer: 'anonymous' }, []],
    ['transcriptSearch', { transcriptSearch: 'refunded' }, ['waiting assistant', 'whole assistant']],
    ['transcriptSearch for nothing that can be said', { transcriptSearch: '%' }, []],
    ['startedAt from after to', { startedAt: { from: NOON, to: NOON - DAY } }, []],
    ['no status at all', { status: [] }, []],
    ['a status that is none', { status: [silly('DROPPED')] }, []],
    ['an unknown source', { source: 'nobody' }, []],
    ['search by an external id', { search: DIALER_ID }, ['whole dialer']],
    ['search by a key', { search: SHARED_KEY }, ['whole dialer']],
    [
      'search by a number: the calls of its interactions',
      { search: '2025550123' },
      ['whole assistant', 'whole dialer'],
    ],
    ['search by a reference', { search: 'ORD-17' }, ['whole assistant', 'whole dialer']],
    ['search by nothing that can be', { search: '\u0000' }, []],
    ['or', { or: [{ campaign: 'spring' }, { status: ['BUSY'] }] }, ['dropped dialer', 'whole dialer']],
  ])('understands %s', async (_, filter, expected) => {
    const page = await calls.page(world.frame, filter, null, {});
    expect(page.edges.map(({ node }) => node.endReason).sort()).toEqual(expected);
    expect(await calls.count(world.frame, filter)).toEqual({ count: expected.length, isCapped: false });
  });
});
