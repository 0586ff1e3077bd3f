import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NotFound } from '../../src/domain/errors.js';
import type { Receiver, RecordResult } from '../../src/ingest/results.js';
import { globalId } from '../../src/graphql/node.js';
import type { OpenDatabase } from '../support/open-database.js';
import { openDatabase } from '../support/open-database.js';
import { World } from '../support/rows.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

const UUID = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30';
const accepted: RecordResult = {
  index: 0,
  status: 'ACCEPTED',
  externalId: 'a1',
  interactionId: UUID,
  unknownFields: ['mood'],
  error: null,
};
const rejected: RecordResult = {
  index: 1,
  status: 'REJECTED',
  externalId: null,
  interactionId: null,
  unknownFields: [],
  error: { field: 'occurredAt', message: 'occurredAt is required' },
};

let database: OpenDatabase;
let world: World;
beforeAll(async () => {
  database = await openDatabase();
  world = await World.in(database.db);
  await world.interaction({ id: UUID, status: 'PARTIAL' });
});
afterAll(() => database.close());

const INGEST = `mutation ($input: IngestRecordsInput!) { ingestRecords(input: $input) {
  results { index status externalId interactionId interaction { status } unknownFields error { field message } }
  userErrors { field message code } } }`;

const asAdmin = (receiver: Partial<Receiver>) =>
  contextFor(servicesOn(database.db, { receiver: receiver as Receiver }), world.frame);

describe('ingestRecords', () => {
  test('hands the records to the receiver as they are and answers for each', async () => {
    const received: unknown[] = [];
    const receiveRecords: Receiver['receiveRecords'] = async (...call) => {
      received.push(call);
      return [accepted, rejected];
    };
    const records = [{ externalId: 'a1', keys: null, nested: { a: [1] } }, 'nonsense'];
    const { ingestRecords } = await dataOf(asAdmin({ receiveRecords }), INGEST, {
      input: { source: 'bot', records },
    });
    expect(received).toEqual([[world.tenantId, 'bot', records]]);
    expect(ingestRecords).toEqual({
      results: [
        { ...accepted, interactionId: globalId('Interaction', UUID), interaction: { status: 'PARTIAL' } },
        { ...rejected, interaction: null },
      ],
      userErrors: [
        { field: 'records.1.occurredAt', message: 'occurredAt is required', code: 'BAD_USER_INPUT' },
      ],
    });
  });

  test('answers an unknown source with a user error, not with an exception', async () => {
    const receiveRecords = () => Promise.reject(new NotFound('source'));
    const { ingestRecords } = await dataOf(asAdmin({ receiveRecords }), INGEST, {
      input: { source: 'x', records: [{}] },
    });
    expect(ingestRecords).toEqual({
      results: [],
      userErrors: [{ field: 'source', message: 'There is no source with this id.', code: 'NOT_FOUND' }],
    });
  });

  test('throws what the caller cannot mend', async () => {
    const { errors = [] } = await run(
      asAdmin({ receiveRecords: () => Promise.reject(new Error('no disk')) }),
      INGEST,
      { input: { source: 'x', records: [{}] } },
    );
    expect(errors.map(({ message }) => message)).toEqual(['no disk']);
  });

  test.each([0, 501])('takes 1 to 500 records, not %d', async (count) => {
    const data = await dataOf(asAdmin({}), INGEST, {
      input: { source: 'x', records: Array(count).fill({}) },
    });
    expect(data['ingestRecords']).toMatchObject({
      results: [],
      userErrors: [{ field: 'records', code: 'BAD_USER_INPUT' }],
    });
  });

  test('shows a key that may only ingest what became of its records, and no interaction', async () => {
    const services = servicesOn(database.db, {
      receiver: { receiveRecords: async () => [accepted] } as never,
    });
    const { data, errors = [] } = await run(contextFor(services, world.frame, 'INGEST'), INGEST, {
      input: { source: 'bot', records: [{}] },
    });
    expect(data?.['ingestRecords']).toMatchObject({ results: [{ status: 'ACCEPTED', interaction: null }] });
    expect(errors.map(({ path }) => path?.join('.'))).toEqual(['ingestRecords.results.0.interaction']);
  });
});

describe('replayRejectedRecord', () => {
  const REPLAY = `mutation ($id: ID!) { replayRejectedRecord(input: { id: $id }) { results { status } userErrors { field code } } }`;

  test.each([UUID, globalId('RejectedRecord', UUID)])('takes the id of a rejected record: %s', async (id) => {
    const asked: unknown[] = [];
    const replayRejected: Receiver['replayRejected'] = async (...call) => {
      asked.push(call);
      return [accepted];
    };
    const data = await dataOf(asAdmin({ replayRejected }), REPLAY, { id });
    expect(data).toEqual({ replayRejectedRecord: { results: [{ status: 'ACCEPTED' }], userErrors: [] } });
    expect(asked).toEqual([[world.tenantId, UUID]]);
  });

  test('answers an id that is none with a user error', async () => {
    const data = await dataOf(asAdmin({}), REPLAY, { id: 'x' });
    expect(data).toEqual({
      replayRejectedRecord: { results: [], userErrors: [{ field: 'id', code: 'NOT_FOUND' }] },
    });
  });
});
