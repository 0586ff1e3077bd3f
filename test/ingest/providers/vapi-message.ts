import { expect } from '@jest/globals';
import type { Json, JsonObject, NeutralRecord } from '../../../src/domain/record.js';
import { vapi } from '../../../src/ingest/providers/vapi/adapter.js';
import { source } from './fixtures.js';

export const CALL = '019cbd4d-0000-7000-8000-000000000001';
export const AT = Date.parse('2026-03-05T09:00:00.250Z');
export const RECEIVED = AT + 700;

export const adaptAll = (payload: Json): NeutralRecord[] =>
  vapi.adapt(payload, source({ role: 'ASSISTANT' }), RECEIVED);
export const bodyOf = (type: string, message: JsonObject = {}, call: JsonObject = {}): Json => ({
  message: { type, timestamp: AT, ...message, call: { id: CALL, type: 'inboundPhoneCall', ...call } },
});
export const adapt = (type: string, message: JsonObject = {}, call: JsonObject = {}): NeutralRecord => {
  const [record, ...more] = adaptAll(bodyOf(type, message, call));
  expect(more).toEqual([]);
  if (record === undefined) throw new Error('a record was expected');
  return record;
};
