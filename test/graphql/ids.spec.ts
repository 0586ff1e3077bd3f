import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { globalId, localId, readGlobalId } from '../../src/graphql/node.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { World } from '../support/rows.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

const UUID = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';

describe('a global id', () => {
  test('is read as what was written', () => {
    expect(readGlobalId(globalId('Call', UUID))).toEqual({ type: 'Call', key: [UUID] });
    expect(globalId('Call', UUID)).toMatch(/^[\w-]+$/);
  });

  test('or a bare uuid names an object of a type', () => {
    expect(localId('Call', globalId('Call', UUID))).toBe(UUID);
    expect(localId('Call', UUID.toUpperCase())).toBe(UUID);
  });

  test.each([
    '',
    'x',
    '%%%',
    globalId('Leg', UUID),
    globalId('Call', 'x'),
    globalId('Call'),
    `${globalId('Call', UUID)}=`,
    globalId('Call', UUID, UUID),
    'ä'.repeat(50),
    'A'.repeat(100_000),
    globalId('Call', `${UUID}\u0000`),
  ])('names no call when it is %.40s', (text) => {
    expect(localId('Call', text)).toBeNull();
  });
});

describe('an object is found by its id', () => {
  let database: OpenDatabase;
  let world: World;
  let stranger: World;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    database = await openDatabase();
    world = await World.in(database.db);
    stranger = await World.in(database.db);
    const source = await world.source();
    const interaction = await world.interaction();
    const call = await world.call({ interactionId: interaction.id, sourceId: source.id });
    const record = await world.sourceRecord(call.id, { sourceId: source.id });
    Object.assign(ids, {
      Interaction: globalId('Interaction', interaction.id),
      Leg: globalId('Leg', call.id),
      Call: globalId('Call', call.id),
      Source: globalId('Source', source.id),
      SourceRecord: globalId('SourceRecord', call.id, record.id),
    });
  });
  afterAll(() => database.close());

  const contextOf = (one: World) => contextFor(servicesOn(database.db), one.frame);
  const node = async (id: string, one = world) =>
    (await dataOf(contextOf(one), 'query ($id: ID!) { node(id: $id) { __typename id } }', { id }))['node'];

  test.each(['Interaction', 'Leg', 'Call', 'Source', 'SourceRecord'])('by node: %s', async (type) => {
    expect(await node(ids[type] ?? '')).toEqual({ __typename: type, id: ids[type] });
  });

  test('whose fields lead to the same ids', async () => {
    const document = `query ($id: ID!) { interaction(id: $id) { id legs { id call { id } source { id } sourceRecords { id leg { id } } } } }`;
    const { interaction } = await dataOf(contextOf(world), document, { id: ids['Interaction'] });
    const record = { id: ids['SourceRecord'], leg: { id: ids['Leg'] } };
    const leg = {
      id: ids['Leg'],
      call: { id: ids['Call'] },
      source: { id: ids['Source'] },
      sourceRecords: [record],
    };
    expect(interaction).toEqual({ id: ids['Interaction'], legs: [leg] });
  });

  test('but not by another tenant, to whom it is as if it did not exist', async () => {
    for (const id of Object.values(ids)) {
      const foreign = await run(contextOf(stranger), 'query ($id: ID!) { node(id: $id) { id } }', { id });
      const absent = await run(contextOf(stranger), 'query ($id: ID!) { node(id: $id) { id } }', {
        id: globalId('Call', randomUUID()),
      });
      expect(foreign).toEqual(absent);
      expect(foreign).toEqual({ data: { node: null } });
    }
    const one = 'query ($i: ID!, $c: ID!) { interaction(id: $i) { id } call(id: $c) { id } }';
    const data = await dataOf(contextOf(stranger), one, { i: ids['Interaction'], c: ids['Call'] });
    expect(data).toEqual({ interaction: null, call: null });
  });

  test('and what is malformed is null, not an error', async () => {
    const wrong = [
      '',
      'x',
      `${UUID}'`,
      globalId('Tenant', UUID),
      globalId('Call', UUID, UUID),
      globalId('SourceRecord', UUID),
      globalId('SourceRecord'),
    ];
    const { nodes } = await dataOf(contextOf(world), 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: wrong,
    });
    expect(nodes).toEqual(wrong.map(() => null));
    for (const id of wrong)
      expect(
        await dataOf(
          contextOf(world),
          'query ($id: ID!) { interaction(id: $id) { id } call(id: $id) { id } }',
          { id },
        ),
      ).toEqual({ interaction: null, call: null });
  });

  test('up to a hundred at a time', async () => {
    const { errors = [] } = await run(contextOf(world), 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array(101).fill('x'),
    });
    expect(errors.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
  });

  test('and one that was merged by its old id, as its survivor', async () => {
    const survivor = await world.interaction();
    const old = randomUUID();
    await world.redirect(old, survivor.id);
    const id = globalId('Interaction', survivor.id);
    const { interaction } = await dataOf(
      contextOf(world),
      'query ($id: ID!) { interaction(id: $id) { id } }',
      { id: old },
    );
    expect(interaction).toEqual({ id });
    expect(await node(globalId('Interaction', old))).toEqual({ __typename: 'Interaction', id });
    expect(await node(globalId('Interaction', old), stranger)).toBeNull();
  });
});
