import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CallReader } from '../../src/storage/call-reader.js';
import { InteractionReader } from '../../src/storage/interaction-reader.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import type { ListFilter } from '../../src/storage/list/filter.js';
import { labelOf } from '../../src/storage/list/labels.js';
import type { TenantFrame } from '../../src/storage/read-model.js';
import { frameAsOf } from '../../src/storage/read-model.js';
import { at, BASE, World } from '../support/world.js';

let world: World;
let interactions: InteractionReader;
let calls: CallReader;
let frame: TenantFrame;

const LONG = 'a campaign that nobody could type, '.repeat(7).trim();

beforeAll(async () => {
  world = await World.create(2);
  const cursors = new CursorCodec('secret', 'instance');
  interactions = new InteractionReader(world.db, cursors);
  calls = new CallReader(world.db, cursors);
  frame = { tenantId: world.tenantId, timeZone: 'UTC', defaultCountry: 'US', now: BASE };
  for (const tenant of world.tenants) await world.send('assistant', RECORD, tenant);
});
afterAll(() => world.close());

const RECORD = {
  externalId: 'a1',
  version: '1',
  occurredAt: at(60),
  status: 'COMPLETED',
  startedAt: at(0),
  endedAt: at(60),
  channel: 'WEB',
  direction: 'OUTBOUND',
  outcome: 'VOICEMAIL',
  campaign: LONG,
  flow: 'support',
  isTest: true,
  disconnectedBy: 'BOT',
  tags: { Language: 'es' },
  postCallAnalysis: { tags: ['billing'] },
  sentiment: [{ label: 'Gratitude', at: at(5) }],
  reviewFlags: [{ code: 'ANOMALY', by: 'AI' }],
  recording: { url: 'https://recordings.example/1.mp3' },
  customer: { address: '+12025550123' },
  messages: [{ id: 'm1', speaker: 'CUSTOMER', text: 'My old garantía', startedAt: at(5) }],
};

/** Every fact of the record, and one that it has not. */
const FACTS: [string, ListFilter, ListFilter][] = [
  ['channel', { channel: ['WEB'] }, { channel: ['VOICE'] }],
  ['direction', { direction: ['OUTBOUND'] }, { direction: ['INBOUND'] }],
  ['outcome', { outcome: ['VOICEMAIL'] }, { outcome: ['BUSY'] }],
  ['campaign', { campaign: LONG }, { campaign: `${LONG}x` }],
  ['flow', { flow: 'support' }, { flow: 'Support' }],
  ['source', { source: 'assistant' }, { source: 'dialer' }],
  ['stated tag', { tags: [{ name: 'LANGUAGE', value: 'ES' }] }, { tags: [{ name: 'es' }] }],
  ['tag of the analysis', { tags: [{ name: 'billing' }] }, { tags: [{ name: 'billing', value: 'x' }] }],
  ['sentiment', { sentiment: ['gratitude'] }, { sentiment: ['anger'] }],
  ['flag', { flagged: true }, { flagged: false }],
  ['test', { isTest: true }, { isTest: false }],
  ['recording', { hasRecording: true }, { hasRecording: false }],
  ['customer', { customer: '202-555-0123' }, { customer: '202-555-0124' }],
  ['words', { transcriptSearch: '"old garantia"' }, { transcriptSearch: '"garantia old"' }],
  ['duration', { minDurationMs: 60_000 }, { minDurationMs: 60_001 }],
];

async function found(filter: ListFilter, shown = frame): Promise<[interactions: number, calls: number]> {
  const listed = await interactions.page(shown, filter, null, {});
  return [listed.edges.length, (await calls.page(frame, filter, null, {})).edges.length];
}

describe('what filters look up', () => {
  it.each(FACTS)('is there for the %s of a record, and not for another', async (_, has, hasNot) => {
    expect([await found(has), await found(hasNot)]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  it('is what it was for those who ask for an earlier time, and follows every change', async () => {
    const before = frameAsOf(frame, world.now);
    world.now += 60_000;
    await world.send('assistant', {
      ...RECORD,
      version: '2',
      occurredAt: at(61),
      channel: 'VOICE',
      campaign: null,
      isTest: false,
      tags: { Language: 'pt' },
      messages: [{ id: 'm1', text: 'My new warranty' }],
    });
    const now = { ...frame, now: world.now };
    const changed: ListFilter[] = [
      { channel: ['WEB'] },
      { campaign: LONG },
      { isTest: true },
      { tags: [{ name: 'language', value: 'es' }] },
    ];
    for (const filter of changed)
      expect([await found(filter, now), (await found(filter, before))[0]]).toEqual([[0, 0], 1]);
    expect(await found({ tags: [{ name: 'language', value: 'pt' }], channel: ['VOICE'] }, now)).toEqual([
      1, 1,
    ]);
    expect(await found({ transcriptSearch: 'garantia' }, now)).toEqual([0, 0]);
    expect(await found({ transcriptSearch: 'warranty' }, now)).toEqual([1, 1]);
  });

  it('has the tenant before it, so that one tenant meets nothing of another', async () => {
    const rows: { labels: string[]; words: string; tenantId: string }[] = await world.db.query(
      `select i.tenant_id as "tenantId", i.labels, e.words::text as words
      from interaction i join transcript_entry e on e.tenant_id = i.tenant_id`,
    );
    expect(rows.map(({ tenantId }) => tenantId).sort()).toEqual([...world.tenants].sort());
    for (const { tenantId, labels, words } of rows) {
      expect(labels).toContain(labelOf(tenantId, 'flow', 'support'));
      expect(labels.every((label) => label.startsWith(`${tenantId.slice(-8)} `))).toBe(true);
      expect(words).toContain(`'@${tenantId.slice(-8)}'`);
    }
  });

  it('stands for what is too long for an index by a hash', () => {
    const label = labelOf(world.tenantId, 'campaign', LONG);
    expect(label.length).toBeLessThan(70);
    expect(label).not.toBe(labelOf(world.tenantId, 'campaign', `${LONG}x`));
  });
});
