import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { foldCall } from '../../../src/domain/call.js';
import type { Call } from '../../../src/domain/call.js';
import type { Json, NeutralRecord } from '../../../src/domain/record.js';
import type { Delivery, ProviderAdapter, SourceFacts } from '../../../src/ingest/providers/adapter.js';
import { redact } from '../../../src/ingest/redact.js';

export interface FixtureDelivery {
  delivery: Delivery;
  receivedAt: number;
}

const fileOf = (name: string): string => new URL(`../../fixtures/${name}`, import.meta.url).pathname;
const textOf = (name: string): string => readFileSync(fileOf(name), 'utf8');

export const source = (facts: Partial<SourceFacts> = {}): SourceFacts => ({
  role: 'DIALER',
  secret: null,
  timeZone: 'UTC',
  settings: {},
  ...facts,
});

export function formDelivery(url: string, form: string, headers: Delivery['headers'] = {}): Delivery {
  const type = { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' };
  return { url, headers: { ...type, ...headers }, rawBody: Buffer.from(form) };
}

export function jsonDelivery(url: string, body: Json | string, headers: Delivery['headers'] = {}): Delivery {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { url, headers: { 'content-type': 'application/json', ...headers }, rawBody: Buffer.from(text) };
}

/** A call as its callbacks came over the wire: blocks of request line, time of receipt and form. */
export const twilioCall = (name: string): FixtureDelivery[] =>
  textOf(`twilio/${name}.txt`)
    .trim()
    .split('\n\n')
    .map((block) => {
      const [request = '', received = '', form = ''] = block.split('\n');
      return { delivery: formDelivery(request.replace('POST ', ''), form), receivedAt: Date.parse(received) };
    });

/** A call as its server messages came: a list of bodies. */
export const vapiCall = (name: string): FixtureDelivery[] =>
  (JSON.parse(textOf(`vapi/${name}.json`)) as Json[]).map((body) => ({
    delivery: jsonDelivery('https://calls.example.com/ingest/vapi?tenant=1', body),
    receivedAt: Date.parse('2026-03-05T23:59:59.000Z'),
  }));

/** The records of every delivery, made as the core makes them: read, stripped of secrets, adapted. */
export const recordsOf = (adapter: ProviderAdapter, call: readonly FixtureDelivery[]): NeutralRecord[][] =>
  call.map(({ delivery, receivedAt }) => {
    const payload = redact(adapter.read(delivery), adapter.secretFields);
    return adapter.adapt(payload, source({ role: adapter.defaultRole }), receivedAt);
  });

/** With instants as people read them. */
export const readable = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'number' && part > 1e12 ? new Date(part).toISOString() : part,
    ),
  );

/** The reviewed records of a fixture. `WRITE_GOLDEN=1` writes them anew, to be reviewed in the diff. */
export function golden(name: string, records: unknown): unknown {
  const file = fileOf(`${name}.golden.json`);
  if (process.env.WRITE_GOLDEN === '1')
    writeFileSync(file, `${JSON.stringify(readable(records), null, 2)}\n`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** What the statements make of one call, by its id. */
export function fold(records: readonly NeutralRecord[], externalId: string): Call {
  const own = records.filter((record) => record.externalId === externalId);
  return foldCall(
    { id: 'leg', sourceId: 'source' },
    own.map((record, index) => ({
      id: String(index),
      version: record.version ?? null,
      occurredAt: record.occurredAt,
      receivedAt: record.occurredAt,
      hash: createHash('sha256').update(JSON.stringify(record)).digest('hex'),
      record,
    })),
  );
}
