import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InteractionFilter } from '../../src/storage/list/filter.js';
import type { Facet } from '../../src/storage/list/facets.js';
import { countFacets } from '../../src/storage/list/facets.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { HOUR, NOON, World } from '../support/rows.js';
import { countStatements } from '../support/statements.js';

let database: OpenDatabase;
let world: World;

beforeAll(async () => {
  database = await openDatabase();
  world = await World.in(database.db);
  for (const tenant of [world, await World.in(database.db)]) {
    await tenant.interaction({ startedAt: NOON, outcome: 'COMPLETED', direction: 'INBOUND' });
    await tenant.interaction({ startedAt: NOON - HOUR, outcome: 'COMPLETED', channel: 'CHAT' });
    const dropped = { status: 'DROPPED', dropStage: 'SYNC_GAP' } as const;
    await tenant.interaction({ startedAt: NOON - 2 * HOUR, ...dropped, direction: 'INBOUND' });
    await tenant.interaction({
      startedAt: NOON - 3 * HOUR,
      ...dropped,
      dropStage: 'UNSPECIFIED',
      isTest: true,
    });
  }
});
afterAll(() => database.close());

/** `value count`, in the order of the answer; a star where counting ended at the cap. */
async function counts(filter: InteractionFilter, facet: Facet, cap?: number): Promise<string[]> {
  const counted = await countFacets(database.db, world.frame, filter, [facet], cap);
  const { counts: found = [], isCapped = false } = counted.get(facet) ?? {};
  return [...found.map(({ value, count }) => `${String(value)} ${count}`), ...(isCapped ? ['*'] : [])];
}

describe('facets', () => {
  it.each<[string, InteractionFilter, Facet, string[]]>([
    ['the most frequent first', {}, 'channel', ['VOICE 3', 'CHAT 1']],
    ['equally frequent ones in order', {}, 'status', ['COMPLETE 2', 'DROPPED 2']],
    ['what has no value too', {}, 'dropStage', ['null 2', 'SYNC_GAP 1', 'UNSPECIFIED 1']],
    ['directions', {}, 'direction', ['INBOUND 2', 'null 2']],
    ['outcomes', {}, 'outcome', ['COMPLETED 2', 'null 2']],
    ['what matches the filter', { isTest: false }, 'status', ['COMPLETE 2', 'DROPPED 1']],
    [
      'the other values of a field that is filtered by',
      { status: ['DROPPED'] },
      'status',
      ['COMPLETE 2', 'DROPPED 2'],
    ],
    ['what the filter says of other fields', { status: ['DROPPED'] }, 'channel', ['VOICE 2']],
    [
      'what the filter says of other fields beside its own',
      { channel: ['CHAT'], status: ['DROPPED'] },
      'status',
      ['COMPLETE 1'],
    ],
    ['what is said inside and', { and: [{ status: ['DROPPED'] }] }, 'status', ['DROPPED 2']],
    ['what is said by a view', { quick: 'WAITING_TO_SYNC' }, 'status', ['DROPPED 1']],
    ['nothing where nothing matches', { campaign: 'none' }, 'status', []],
    ['nothing where nothing can match', { status: [] }, 'channel', []],
  ])('count %s', async (_, filter, facet, expected) => {
    expect(await counts(filter, facet)).toEqual(expected);
  });

  it('count the latest up to the cap', async () => {
    expect(await counts({}, 'status', 4)).toEqual(['COMPLETE 2', 'DROPPED 2']);
    expect(await counts({}, 'status', 3)).toEqual(['COMPLETE 2', 'DROPPED 1', '*']);
    expect(await counts({}, 'status', 2)).toEqual(['COMPLETE 2', '*']);
  });

  it('are counted by one statement, those that share their rows over one reading of them', async () => {
    const counter = countStatements(database.db);
    const facets: Facet[] = ['status', 'dropStage', 'channel', 'direction', 'outcome'];
    const counted = await countFacets(database.db, world.frame, { status: ['DROPPED'] }, facets);
    counter.stop();
    expect([...counted].map(([facet, { counts: found }]) => [facet, found.length])).toEqual([
      ['status', 2],
      ['dropStage', 2],
      ['channel', 1],
      ['direction', 2],
      ['outcome', 1],
    ]);
    expect(counter.count).toBe(1);
    expect(counter.statements[0]?.sql.match(/from interaction i/g)).toHaveLength(2);
  });
});
