import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { frameOf } from '../support/live.js';
import type { SourceName } from '../support/world.js';
import { at, BASE, callRecords, World } from '../support/world.js';
import { contextFor, dataOf, servicesOn } from './api.js';

const HOUR = 3_600_000;
/** The call ends two minutes after the base; timers stop 72 hours later. */
const FINAL = BASE + 120_000 + 72 * HOUR;

let world: World;
beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  world.now = BASE + 130_000;
  await send('dialer');
});

async function send(source: SourceName): Promise<void> {
  const records = callRecords('one').filter((one) => one.source === source);
  await world.send(
    source,
    records.map(({ record }) => record),
  );
}

async function comes(later: number): Promise<void> {
  world.now = FINAL;
  await world.trace.sweep(world.now);
  world.now = FINAL + later;
  await send('assistant');
}

async function shown(): Promise<unknown> {
  const { interactions } = await dataOf(
    contextFor(servicesOn(world.db), frameOf(world)),
    `{ interactions { nodes { status isProvisional finalAt lateByMs sourceRecords { externalId isLate lateByMs }
         statusHistory { toStatus causedBy { kind sourceRecord { isLate lateByMs } } } } } }`,
  );
  return (interactions as { nodes: unknown[] }).nodes[0];
}

const records = (externalId: string, lateByMs: number | null) =>
  [1, 2, 3].map(() => ({ externalId, isLate: lateByMs !== null, lateByMs }));

describe('a record that comes after all timers have stopped (R13)', () => {
  it('re-opens the interaction, and is marked with how late it came wherever it is shown', async () => {
    await comes(5 * HOUR);
    const late = { isLate: true, lateByMs: 5 * HOUR };
    expect(await shown()).toEqual({
      status: 'COMPLETE',
      isProvisional: false,
      finalAt: new Date(FINAL).toISOString(),
      lateByMs: 5 * HOUR,
      sourceRecords: [...records('d-one', null), ...records('a-one', 5 * HOUR)],
      statusHistory: [
        {
          toStatus: 'PARTIAL',
          causedBy: { kind: 'RECORD', sourceRecord: { isLate: false, lateByMs: null } },
        },
        { toStatus: 'DROPPED', causedBy: { kind: 'TIMER', sourceRecord: null } },
        { toStatus: 'COMPLETE', causedBy: { kind: 'RECORD', sourceRecord: late } },
      ],
    });
  });

  it('is announced as late', async () => {
    await comes(5 * HOUR);
    const rows: { fields: string[] }[] = await world.db.query(
      'select changed_fields as fields from change order by id desc limit 1',
    );
    expect(rows[0]?.fields).toEqual(expect.arrayContaining(['status', 'lateByMs']));
  });

  it.each<[string, number, number | null]>([
    ['at the last moment is in time', 0, null],
    ['a ms later is late', 1, 1],
  ])('%s', async (_name, later, lateByMs) => {
    await comes(later);
    expect(await shown()).toMatchObject({
      status: 'COMPLETE',
      lateByMs,
      sourceRecords: [...records('d-one', null), ...records('a-one', lateByMs)],
    });
  });

  it('is not late when it tells of what happened since', async () => {
    const message = { id: 'm2', speaker: 'CUSTOMER', text: 'Still there?', startedAt: at(120 + 73 * 3_600) };
    world.now = FINAL + HOUR + 1_000;
    await world.send('dialer', {
      externalId: 'd-one',
      version: '3',
      occurredAt: message.startedAt,
      endedAt: message.startedAt,
      messages: [message],
    });
    expect(await shown()).toMatchObject({
      finalAt: new Date(FINAL + 73 * HOUR).toISOString(),
      lateByMs: null,
    });
  });
});
