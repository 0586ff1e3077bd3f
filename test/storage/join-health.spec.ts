import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { frameOf, Listener, liveSide } from '../support/live.js';
import { HOUR, MeasuredWorld, MINUTE, numbered, whole } from '../support/measured-world.js';
import type { World } from '../support/world.js';
import { BASE } from '../support/world.js';

let measured: MeasuredWorld;
let world: World;

beforeAll(async () => {
  measured = await MeasuredWorld.create();
  world = measured.world;
});
afterAll(() => world.close());

describe('the health of a join', () => {
  const HOURS = 26;

  /** Twenty calls an hour for a day and two hours, then an hour in which the assistant states no keys. */
  beforeAll(async () => {
    await measured.reset();
    for (let hour = 0; hour < HOURS; hour += 1) {
      world.now = BASE + (hour * 60 + 10) * MINUTE;
      await measured.calls(numbered(`h${hour}`, 20), hour * 3_600);
    }
    await measured.measure();
    expect(await measured.reader.joinAlarms(world.tenantId, world.now)).toEqual([]);
    world.now = BASE + (HOURS * 60 + 10) * MINUTE;
    await measured.calls(numbered('broken', 20), HOURS * 3_600, 0, false);
    world.now += 20 * MINUTE;
    await world.trace.sweep(world.now);
    await measured.measure();
  });

  it('raises an alarm within the hour in which the keys vanish, and for no hour before', async () => {
    const [dialer, assistant] = [await measured.source('dialer'), await measured.source('assistant')];
    const alarms = await measured.reader.joinAlarms(world.tenantId, world.now);
    expect(alarms.map(({ metric, value, median }) => [metric, value, median])).toEqual([
      ['KEY_FILL_RATE', 0, 1],
      ['MATCH_RATE', 0, 1],
      ['ORPHAN_RATE', 1, 0],
    ]);
    expect(alarms[0]).toMatchObject({
      dialerSourceId: dialer.id,
      assistantSourceId: assistant.id,
      hour: Date.parse('2026-09-15T17:00:00.000Z'),
      calls: 40,
    });
    expect(await measured.stats.standingAlarms(world.now)).toBe(3);
    expect(await measured.reader.joinAlarms(world.tenants[1] ?? '', world.now)).toEqual([]);
    const rows = await measured.reader.joinHealth(world.tenantId, 0);
    expect(rows.filter((row) => row.breaches.length > 0)).toHaveLength(1);
    expect(rows.map((row) => row.calls)).toEqual([40, ...Array.from({ length: HOURS }, () => 20)]);
  });

  it('is shown with its alarms by GraphQL', async () => {
    const { joinAlarms, sources } = await measured.query(
      `{ joinAlarms { metric value low dialer { name } assistant { name } hourAt calls }
         sources { name joinHealth(hours: 3) { hourAt calls keyFillRate matchRate orphanRate clockOffsetMs alarms { metric } } } }`,
    );
    expect(joinAlarms).toContainEqual({
      metric: 'KEY_FILL_RATE',
      value: 0,
      low: 0.95,
      dialer: { name: 'dialer' },
      assistant: { name: 'assistant' },
      hourAt: '2026-09-15T17:00:00.000Z',
      calls: 40,
    });
    const health = (sources as { name: string; joinHealth: object[] }[]).map((one) => one.joinHealth);
    expect(health[2]).toEqual([]);
    expect(health[0]).toEqual(health[1]);
    const well = { keyFillRate: 1, matchRate: 1, orphanRate: 0, clockOffsetMs: 0, alarms: [] };
    expect(health[0]).toEqual([
      {
        hourAt: '2026-09-15T17:00:00.000Z',
        calls: 40,
        keyFillRate: 0,
        matchRate: 0,
        orphanRate: 1,
        clockOffsetMs: null,
        alarms: [{ metric: 'KEY_FILL_RATE' }, { metric: 'MATCH_RATE' }, { metric: 'ORPHAN_RATE' }],
      },
      { hourAt: '2026-09-15T16:00:00.000Z', calls: 20, ...well },
      { hourAt: '2026-09-15T15:00:00.000Z', calls: 20, ...well },
    ]);
  });

  it('is carried by the heartbeat of the feed', async () => {
    const live = await liveSide(world, { heartbeatMs: 10 });
    const args = { filter: null, after: null, windowMinutes: 1 };
    const listener = new Listener(live.changes.interactions(frameOf(world), args));
    try {
      const seen = await listener.until((events) => events.some((event) => event.type === 'HEARTBEAT'));
      const beat = seen.find((event) => event.type === 'HEARTBEAT');
      expect(beat?.type === 'HEARTBEAT' && beat.joinAlarms.map(({ metric }) => metric)).toEqual([
        'KEY_FILL_RATE',
        'MATCH_RATE',
        'ORPHAN_RATE',
      ]);
    } finally {
      await listener.stop();
      await live.close();
    }
  });

  it('ends the alarm with the next hour that is well', async () => {
    world.now = BASE + ((HOURS + 1) * 60 + 10) * MINUTE;
    await measured.calls(numbered('mended', 20), (HOURS + 1) * 3_600);
    await measured.measure();
    expect(await measured.reader.joinAlarms(world.tenantId, world.now)).toEqual([]);
    expect(await measured.stats.standingAlarms(world.now)).toBe(0);
  });
});

describe('a source whose own ids are keys to others', () => {
  let native: MeasuredWorld;
  beforeAll(async () => {
    native = await MeasuredWorld.create();
    await native.db.query(
      `update source set provider = case name when 'dialer' then 'twilio' when 'assistant' then 'vapi' else provider end`,
    );
  });
  afterAll(() => native.world.close());

  it.each<[string, object, number | null, number]>([
    ['fills its part while the other names it', [{ namespace: 'twilio_call_sid', value: 'CA1' }], 1, 0],
    ['does not fill it by its own id alone', [], 0, 1],
  ])('%s', async (_name, keys, keyFillRate, orphanRate) => {
    await native.reset();
    await native.world.send('dialer', whole('CA1', 0, 30, null));
    await native.world.send('assistant', { ...whole('vapi-1', 1, 30, null), keys });
    native.world.now += HOUR;
    await native.world.trace.sweep(native.world.now);
    await native.measure();
    const rows = await native.reader.joinHealth(native.world.tenantId, 0);
    expect(rows.map((row) => [row.keyFillRate, row.orphanRate])).toEqual([[keyFillRate, orphanRate]]);
  });
});
