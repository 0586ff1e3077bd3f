import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { watermarkOf } from '../../src/domain/watermark.js';
import { SourceActivity } from '../../src/storage/source-activity.js';
import { contextFor, dataOf, servicesOn } from '../graphql/api.js';
import { assistant, dialer } from '../support/halves.js';
import { frameOf } from '../support/live.js';
import { HOUR, MeasuredWorld, MINUTE } from '../support/measured-world.js';
import type { World } from '../support/world.js';
import { at, BASE, callRecords } from '../support/world.js';

let measured: MeasuredWorld;
let world: World;

beforeAll(async () => {
  measured = await MeasuredWorld.create();
  world = measured.world;
});
afterAll(() => world.close());
beforeEach(() => measured.reset());

const stages = async () =>
  (await world.summaries()).map((one) => [one.status, one.dropStage, one.dropDetail]);

const SYNC_GAP = ['DROPPED', 'SYNC_GAP', 'DIALER_NOT_SYNCED_YET'];
const UNSPECIFIED = ['DROPPED', 'UNSPECIFIED', 'DIALER_NEVER_REPORTED'];

const report = (source: string, when: string) =>
  measured
    .query(
      `mutation ($source: String!, $at: DateTime!) {
       reportWatermark(input: { source: $source, at: $at }) {
         watermarkAt source { name watermarkAt watermarkKind } userErrors { field code } } }`,
      { source, at: when },
    )
    .then((data) => data['reportWatermark']);

describe('a watermark', () => {
  beforeEach(async () => {
    await measured.assistantAlone();
    world.now = BASE + HOUR;
    await world.trace.sweep(world.now);
    expect(await stages()).toEqual([SYNC_GAP]);
  });

  it('turns a sync gap into a call that the dialer never reported the moment it passes', async () => {
    await report('dialer', at(118.999));
    expect(await world.trace.sweep(world.now)).toBe(0);
    expect(await stages()).toEqual([SYNC_GAP]);
    expect(await report('dialer', at(119))).toEqual({
      watermarkAt: at(119),
      source: { name: 'dialer', watermarkAt: at(119), watermarkKind: 'REPORTED' },
      userErrors: [],
    });
    expect(await world.trace.sweep(world.now)).toBe(1);
    expect(await stages()).toEqual([UNSPECIFIED]);
  });

  it('turns a call without an assistant record into one that the assistant never started', async () => {
    await world.clear();
    for (const { source, record } of callRecords('x').filter((step) => step.source === 'dialer'))
      await world.send(source, record);
    await world.trace.sweep(world.now);
    expect(await stages()).toEqual([['DROPPED', 'INFRA_TO_BOT', 'ASSISTANT_NOT_REPORTED_YET']]);
    await report('assistant', at(120));
    await world.trace.sweep(world.now);
    expect(await stages()).toEqual([['DROPPED', 'INFRA_TO_BOT', 'ASSISTANT_NEVER_STARTED']]);
  });

  it('of another role or another tenant settles nothing', async () => {
    await measured.watermarks.report(world.tenantId, 'assistant', world.now, world.now);
    await measured.watermarks.report(world.tenants[1] ?? '', 'dialer', world.now, world.now);
    expect(await world.trace.sweep(world.now)).toBe(0);
  });

  it('never moves back', async () => {
    await report('dialer', at(100));
    expect(await report('dialer', at(50))).toMatchObject({ watermarkAt: at(100), userErrors: [] });
  });

  it('is refused for an unknown source and for a time to come', async () => {
    const none = { watermarkAt: null, source: null };
    const error = (field: string, code: string) => ({ ...none, userErrors: [{ field, code }] });
    expect(await report('nobody', at(0))).toEqual(error('source', 'NOT_FOUND'));
    expect(await report('dialer', at(2 * 3_600))).toEqual(error('at', 'BAD_USER_INPUT'));
  });

  it('may be reported by those who may ingest, and is shown to those who may see sources', async () => {
    const document = `mutation { reportWatermark(input: { source: "dialer", at: "${at(1)}" }) { watermarkAt } }`;
    const as = (role: 'INGEST' | 'SUPERVISOR') =>
      dataOf(contextFor(servicesOn(measured.db), frameOf(world), role), document);
    expect(await as('INGEST')).toEqual({ reportWatermark: { watermarkAt: at(1) } });
    await expect(as('SUPERVISOR')).rejects.toThrow('Your role does not allow this');
  });

  const heard = (lastRecordAt: number, steadySince: number) =>
    measured.db.query(
      `update source set last_record_at = $1, last_event_at = $1, steady_since = $2 where tenant_id = $3 and name = 'dialer'`,
      [new Date(lastRecordAt), new Date(steadySince), world.tenantId],
    );

  it('is derived while a source is steady, and settles what it has passed', async () => {
    await measured.slow('dialer', { p99Ms: MINUTE });
    await heard(world.now, world.now - 15 * MINUTE);
    expect(await measured.query('{ sources { watermarkAt watermarkKind } }')).toEqual({
      sources: [
        { watermarkAt: null, watermarkKind: 'UNKNOWN' },
        { watermarkAt: new Date(world.now - MINUTE).toISOString(), watermarkKind: 'DERIVED' },
        { watermarkAt: null, watermarkKind: 'UNKNOWN' },
      ],
    });
    await measured.measure();
    expect(await world.trace.sweep(world.now)).toBe(1);
    expect(await stages()).toEqual([UNSPECIFIED]);
  });

  it.each([
    ['was silent until now', 0, 0],
    ['is idle', 6 * MINUTE, HOUR],
  ])('is not derived from a source that %s', async (_what, silentFor, steadyFor) => {
    await measured.slow('dialer', { p99Ms: MINUTE });
    await heard(world.now - silentFor, world.now - steadyFor);
    await measured.measure();
    expect(await world.trace.sweep(world.now)).toBe(0);
    expect(await stages()).toEqual([SYNC_GAP]);
  });
});

describe('a derived watermark', () => {
  const settle = async () => {
    await measured.measure();
    while ((await world.trace.match(world.now)) > 0);
    while ((await world.trace.sweep(world.now)) > 0);
  };
  /** A source that is measured, and told of something every minute of the hour until `until`. */
  const steady = async (source: 'dialer' | 'assistant', until: number) => {
    await measured.slow(source, { p99Ms: MINUTE });
    const { id } = await measured.source(source);
    const activity = new SourceActivity(measured.db);
    for (let at = until - HOUR; at <= until; at += MINUTE) {
      activity.note(world.tenantId, id, { lastRecordAt: at, lastEventAt: at });
      await activity.flush();
    }
  };
  const markOf = async (source: 'dialer' | 'assistant') => {
    const row = await measured.source(source);
    return watermarkOf(row, world.now);
  };

  it('keeps what it has passed when the source falls silent, and settles nothing beyond', async () => {
    world.now = BASE + HOUR;
    await steady('dialer', world.now);
    world.now += HOUR;
    expect(await markOf('dialer')).toEqual({ at: BASE + HOUR - MINUTE, kind: 'DERIVED' });
    await steady('dialer', BASE + 30 * MINUTE);
    expect(await markOf('dialer')).toEqual({ at: BASE + HOUR - MINUTE, kind: 'DERIVED' });
  });

  it('keeps what it has passed when its source is found to be slower', async () => {
    world.now = BASE + HOUR;
    await steady('dialer', world.now);
    await measured.slow('dialer', { p99Ms: 30 * MINUTE });
    expect(await markOf('dialer')).toEqual({ at: BASE + HOUR - MINUTE, kind: 'DERIVED' });
  });

  it('is kept as it is when the source begins to report itself, and reports less', async () => {
    world.now = BASE + HOUR;
    await steady('dialer', world.now);
    expect(await report('dialer', at(60))).toMatchObject({ watermarkAt: at(3_540) });
    expect(await markOf('dialer')).toEqual({ at: BASE + HOUR - MINUTE, kind: 'REPORTED' });
  });

  it('does not bring a settled drop back to a sync gap when its leg is told of again', async () => {
    await measured.assistantAlone();
    world.now = BASE + HOUR;
    await steady('dialer', world.now);
    await world.trace.sweep(world.now);
    await settle();
    expect(await stages()).toEqual([UNSPECIFIED]);
    world.now += HOUR;
    await world.send('assistant', {
      externalId: 'a-alone',
      occurredAt: at(120),
      version: '9',
      tags: ['told-again'],
    });
    await settle();
    expect(await stages()).toEqual([UNSPECIFIED]);
  });

  it('does not take back a link when a half of it is told of again', async () => {
    for (const [source, record] of [dialer('d1', 0, 100), assistant('a1', 4, 99)])
      await world.send(source, record);
    world.now = BASE + HOUR;
    for (const source of ['dialer', 'assistant'] as const) await steady(source, world.now);
    await settle();
    const linked = [['COMPLETE', null, null]];
    expect(await stages()).toEqual(linked);
    world.now += HOUR;
    await world.send('assistant', {
      ...assistant('a1', 4, 99)[1],
      version: '9',
      occurredAt: at(100),
      campaign: 'autumn',
    });
    await settle();
    expect(await stages()).toEqual(linked);
  });
});

describe('the activity of a source', () => {
  it('is steady since its records come no more than five minutes apart', async () => {
    const tenantId = await world.addTenant('steady', ['dialer']);
    const activity = new SourceActivity(measured.db);
    const steadySince = async (minute: number) => {
      const [source] = await measured.reader.all(tenantId);
      const when = BASE + minute * MINUTE;
      activity.note(tenantId, source?.id ?? '', { lastRecordAt: when, lastEventAt: when });
      await activity.flush();
      const [row] = await measured.reader.all(tenantId);
      return ((row?.steadySince ?? 0) - BASE) / MINUTE;
    };
    const heardAt = [0, 5, 9, 15, 14, 20];
    const since: number[] = [];
    for (const minute of heardAt) since.push(await steadySince(minute));
    expect(since).toEqual([0, 0, 0, 15, 15, 15]);
  });
});
