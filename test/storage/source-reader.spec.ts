import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { SourceReader } from '../../src/storage/source-reader.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { NOON, World } from '../support/rows.js';
import { countStatements } from '../support/statements.js';

let database: OpenDatabase;
let db: DataSource;
let world: World;
let stranger: World;
let reader: SourceReader;

beforeAll(async () => {
  database = await openDatabase();
  db = database.db;
  reader = new SourceReader(db, new CursorCodec('secret', 'instance'));
});

beforeEach(async () => {
  world = await World.in(db);
  stranger = await World.in(db);
});

afterAll(() => database.close());

describe('SourceReader', () => {
  it('gives the sources of a tenant by name, without their secrets', async () => {
    const vapi = await world.source({ name: 'vapi', secret: 'hush' });
    await world.source({ name: 'twilio', watermarkAt: NOON });
    await stranger.source({ name: 'asterisk' });
    const sources = await reader.all(world.tenantId);
    expect(sources.map((source) => [source.name, source.watermarkAt])).toEqual([
      ['twilio', NOON],
      ['vapi', null],
    ]);
    expect(JSON.stringify(sources)).not.toContain('hush');
    expect(await reader.byIds(world.tenantId, [vapi.id, randomUUID(), 'x'])).toEqual([sources[1]]);
    expect(await reader.byIds(stranger.tenantId, [vapi.id])).toEqual([]);
  });

  it('gives what was said of a leg in the order in which it came, the payloads apart', async () => {
    const legId = randomUUID();
    const second = await world.sourceRecord(legId, { receivedAt: NOON + 2, payload: { CallSid: 'CA1' } });
    const first = await world.sourceRecord(legId, { receivedAt: NOON + 1, payload: null });
    await stranger.sourceRecord(legId);
    const records = await reader.recordsByLegs(world.tenantId, [legId]);
    expect(records.map((record) => record.id)).toEqual([first.id, second.id]);
    expect(records[0]).toMatchObject({ legId, record: first.record, role: 'DIALER', receivedAt: NOON + 1 });
    expect(records[0]).not.toHaveProperty('payload');
    expect(await reader.payloads(world.tenantId, [first.id, second.id, 'x'])).toEqual(
      new Map([
        [first.id, null],
        [second.id, { CallSid: 'CA1' }],
      ]),
    );
    expect(await reader.payloads(stranger.tenantId, [second.id])).toEqual(new Map());
  });

  it('pages through what could not be read, the latest first', async () => {
    const at = (n: number) => world.rejected({ receivedAt: NOON + n });
    const [one, two, three] = [await at(1), await at(2), await at(3)];
    await stranger.rejected();
    const page = await reader.rejected(world.frame, { first: 2 });
    expect(page.edges.map((edge) => edge.node.id)).toEqual([three.id, two.id]);
    const rest = await reader.rejected(world.frame, { first: 2, after: page.edges[1]?.cursor });
    expect(rest).toMatchObject({
      edges: [{ node: { ...one, field: null, replayedAt: null } }],
      hasPreviousPage: true,
    });
  });

  it('runs one statement a method, and none without an id', async () => {
    const counter = countStatements(db);
    await reader.all(world.tenantId);
    await reader.byIds(world.tenantId, [randomUUID()]);
    await reader.recordsByLegs(world.tenantId, [randomUUID()]);
    await reader.payloads(world.tenantId, [randomUUID()]);
    await reader.rejected(world.frame, { last: 3 });
    expect(counter.count).toBe(5);
    counter.reset();
    await reader.byIds(world.tenantId, []);
    await reader.recordsByLegs(world.tenantId, ['x']);
    await reader.payloads(world.tenantId, []);
    counter.stop();
    expect(counter.count).toBe(0);
  });
});
