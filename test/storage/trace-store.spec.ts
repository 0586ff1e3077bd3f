import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TraceStore } from '../../src/storage/trace/trace-store.js';
import { createDataSource } from '../../src/storage/data-source.js';
import type { SourceName } from '../support/world.js';
import { at, BASE, callRecords, World } from '../support/world.js';

const ID = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';
const HOUR = 3_600_000;

let world: World;
beforeAll(async () => {
  world = await World.create(2);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  world.now = BASE + 130_000;
});

const COMPLETE = {
  legs: [`assistant/a-${ID}`, `dialer/d-${ID}`],
  status: 'COMPLETE',
  dropStage: null,
  dropDetail: null,
  why: 'ALL_SEGMENTS_PRESENT',
  outcome: 'COMPLETED',
  startedAt: '15:04:05.000',
  endedAt: '15:06:05.000',
  messages: 2,
};

async function sendAll(steps: readonly { source: SourceName; record: object }[]): Promise<void> {
  for (const { source, record } of steps) await world.send(source, record);
}

describe('records become interactions', () => {
  it('joins a dialer and an assistant that share an id into one complete interaction (scenario 1)', async () => {
    await sendAll(callRecords(ID));
    expect(await world.summaries()).toEqual([COMPLETE]);
  });

  it('ends in the same state in reverse order, and with each record three times (scenarios 2 and 3)', async () => {
    const steps = callRecords(ID);
    await sendAll([...steps].reverse());
    await sendAll(steps);
    await sendAll(steps);
    expect(await world.summaries()).toEqual([COMPLETE]);
    expect(await world.count('source_record')).toBe(6);
  });

  it('ends in the same state when everything comes in two batches', async () => {
    const steps = callRecords(ID);
    for (const source of ['assistant', 'dialer'] as const)
      await world.send(
        source,
        steps.filter((step) => step.source === source).map((step) => step.record),
      );
    expect(await world.summaries()).toEqual([COMPLETE]);
  });

  it('says of each record what became of it', async () => {
    const [first] = callRecords(ID);
    const changed = { ...first?.record, carrier: 'other' };
    const results = [
      ...(await world.send('dialer', first?.record ?? {})),
      ...(await world.send('dialer', [first?.record ?? {}, changed, { role: 'DIALER', occurredAt: at(0) }])),
    ];
    expect(results.map((result) => result.status)).toEqual(['ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED']);
    expect(results.map((result) => result.error?.field ?? null)).toEqual([null, null, null, 'externalId']);
    expect(await world.count('rejected_record')).toBe(1);
  });

  it('drops an assistant whose dialer never comes, and completes it when it comes five hours later (scenario 4)', async () => {
    const steps = callRecords(ID);
    await sendAll(steps.filter((step) => step.source === 'assistant'));
    expect((await world.summaries()).map((one) => one.status)).toEqual(['PARTIAL']);
    world.now = BASE + HOUR;
    expect(await world.trace.sweep(world.now)).toBe(1);
    expect((await world.summaries()).map((one) => [one.status, one.dropStage])).toEqual([
      ['DROPPED', 'SYNC_GAP'],
    ]);
    world.now = BASE + 5 * HOUR;
    await sendAll(steps.filter((step) => step.source === 'dialer'));
    expect(await world.summaries()).toEqual([COMPLETE]);
    const statuses = await world.statuses();
    expect(statuses.slice(0, 2)).toEqual(['NONE > IN_PROGRESS', 'IN_PROGRESS > PARTIAL']);
    expect(statuses).toContain('PARTIAL > DROPPED/SYNC_GAP');
    expect(statuses.at(-1)).toMatch(/ > COMPLETE$/);
  });

  it('keeps a key to itself in another tenant (scenario 17)', async () => {
    const [first, second] = world.tenants;
    const steps = callRecords(ID);
    for (const { source, record } of steps)
      await world.send(source, record, source === 'dialer' ? first : second);
    expect((await world.summaries(first)).map((one) => one.legs)).toEqual([[`dialer/d-${ID}`]]);
    expect((await world.summaries(second)).map((one) => one.legs)).toEqual([[`assistant/a-${ID}`]]);
  });

  it('does not join by a key that is the own id, and says so (scenario 13)', async () => {
    await sendAll(callRecords('x1', { dialer: 'x1', assistant: 'x1' }));
    expect((await world.summaries()).map((one) => one.legs)).toEqual([['assistant/x1'], ['dialer/x1']]);
    const rows: { code: string }[] = await world.db.query(
      `select disagreements->0->>'code' as code from interaction`,
    );
    expect(rows.map((row) => row.code)).toEqual(['KEY_IGNORED', 'KEY_IGNORED']);
  });

  it('leaves a call whole whose key is used again more than a day later, and raises an item', async () => {
    const again = (externalId: string, seconds: number) => ({
      externalId,
      occurredAt: at(seconds + 60),
      status: 'COMPLETED',
      answeredAt: at(seconds),
      endedAt: at(seconds + 60),
      keys: [{ namespace: 'interaction_id', value: 'again' }],
    });
    await world.send('dialer', again('d1', 0));
    await world.send('assistant', again('a1', 1));
    world.now += 26 * 3_600_000;
    await world.send('dialer', again('d2', 90_000));
    const legs = async () => (await world.summaries()).map((one) => one.legs);
    expect(await legs()).toEqual([['assistant/a1', 'dialer/d1'], ['dialer/d2']]);
    expect((await world.summaries())[0]?.status).toBe('COMPLETE');
    const item = () => world.db.query('select value, reach from quarantined_key');
    expect(await item()).toEqual([{ value: 'again', reach: 'TOO_FAR_APART' }]);
    await world.send(
      'human',
      Array.from({ length: 62 }, (_, n) => again(`h${n}`, 90_000 + n)),
    );
    expect(await item()).toEqual([{ value: 'again', reach: 'TOO_MANY_LEGS' }]);
    expect(await world.count('interaction')).toBe(65);
  });

  it('puts a constant key under quarantine at the 65th leg, and makes no mega-interaction (scenario 14)', async () => {
    const constant = (n: number) => ({
      externalId: `c${n}`,
      occurredAt: at(n),
      status: 'COMPLETED',
      answeredAt: at(n),
      endedAt: at(n + 1),
      keys: [{ namespace: 'interaction_id', value: 'constant' }],
    });
    await world.send(
      'dialer',
      Array.from({ length: 64 }, (_, n) => constant(n)),
    );
    expect((await world.summaries()).map((one) => one.legs.length)).toEqual([64]);
    await world.send('dialer', constant(64));
    expect((await world.summaries()).map((one) => one.legs.length)).toEqual(
      Array.from({ length: 65 }, () => 1),
    );
    await world.send(
      'dialer',
      Array.from({ length: 135 }, (_, n) => constant(65 + n)),
    );
    expect(await world.count('interaction')).toBe(200);
    const rows: { n: number }[] = await world.db.query(
      `select count(*)::int as n from interaction where disagreements @> '[{"code":"KEY_QUARANTINED"}]'`,
    );
    expect(rows[0]?.n).toBe(200);
  });

  it('merges two interactions when a third record connects them; the oldest id survives and the other leads to it', async () => {
    const leg = (externalId: string, ...values: string[]) => ({
      externalId,
      occurredAt: at(1),
      status: 'COMPLETED',
      answeredAt: at(1),
      endedAt: at(9),
      keys: values.map((value) => ({ namespace: 'crm_call', value })),
    });
    const [older] = await world.send('dialer', leg('d1', 'k1'));
    const [newer] = await world.send('assistant', leg('a1', 'k2'));
    expect(newer?.interactionId).not.toBe(older?.interactionId);
    const [joined] = await world.send('human', leg('h1', 'k1', 'k2'));
    expect(joined?.interactionId).toBe(older?.interactionId);
    expect((await world.summaries()).map((one) => one.legs)).toEqual([
      ['assistant/a1', 'dialer/d1', 'human/h1'],
    ]);
    const redirects: unknown[] = await world.db.query(
      'select id, survivor_id as survivor from interaction_redirect',
    );
    expect(redirects).toEqual([{ id: newer?.interactionId, survivor: older?.interactionId }]);
    const removals: unknown[] = await world.db.query(
      `select interaction_id as id, removal_reason as reason, merged_into as "mergedInto" from change where kind = 'REMOVED'`,
    );
    expect(removals).toEqual([
      { id: newer?.interactionId, reason: 'MERGED', mergedInto: older?.interactionId },
    ]);
  });

  it('makes one interaction of a call whose legs eight servers take in at once, and shows no one a deadlock', async () => {
    const stores = await Promise.all(
      Array.from({ length: 8 }, () => createDataSource(world.url, { poolSize: 2 }).initialize()),
    );
    const doors = stores.map((db) => World.ingestOver(new TraceStore(db), () => world.now));
    const ids = ['p1', 'p2', 'p3', 'p4'];
    const legs = doors.flatMap((door, n) =>
      ids.map((_, turn) => ({ door, id: ids[(turn + n) % ids.length] ?? '', n })),
    );
    try {
      await Promise.all(
        legs.map(({ door, id, n }) =>
          door.receiveRecords(world.tenantId, n % 2 === 0 ? 'dialer' : 'assistant', [
            {
              externalId: `${id}-${n}`,
              occurredAt: at(n),
              status: 'COMPLETED',
              answeredAt: at(n),
              endedAt: at(60),
              keys: [
                { namespace: 'interaction_id', value: id },
                { namespace: 'ring', value: `${id}-${n % 3}` },
              ],
            },
          ]),
        ),
      );
    } finally {
      await Promise.all(stores.map((db) => db.destroy()));
    }
    expect((await world.summaries()).map((one) => one.legs.length)).toEqual([8, 8, 8, 8]);
  });

  it('announces each change in the transaction that made it: one row a changed interaction, none for duplicates', async () => {
    const [first] = callRecords(ID);
    await world.send('dialer', first?.record ?? {});
    await world.send('dialer', first?.record ?? {});
    const rows: { kind: string; revision: number; calls: { messageIds: string[] }[] }[] =
      await world.db.query('select kind, revision, calls from change order by id');
    expect(rows.map((row) => [row.kind, row.revision, row.calls.length])).toEqual([['UPSERTED', 1, 1]]);
  });
});
