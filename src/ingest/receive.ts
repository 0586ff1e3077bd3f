import { InvalidPayload, NotFound, ThroughlineError, Unauthenticated } from '../domain/errors.js';
import type { Json, NeutralRecord } from '../domain/record.js';
import type { Instant } from '../domain/words.js';
import type { SourceEntity } from '../storage/entities/tenant.entity.js';
import type { RejectedStore } from '../storage/rejected-store.js';
import type { SourceActivity } from '../storage/source-activity.js';
import { controlOwner } from '../storage/control/call-control.js';
import type { Sealer } from '../storage/seal.js';
import type { SourceStore } from '../storage/source-store.js';
import type { IncomingRecord, TraceStore } from '../storage/trace/trace-store.js';
import { bounded } from './bounds.js';
import { bodyHash } from './canonical.js';
import { UnreadableRecord } from './neutral/body.js';
import { parseNeutralRecord } from './neutral/parse.js';
import type { Delivery, ProviderAdapter } from './providers/adapter.js';
import { adapterFor, namespaceOf } from './providers/index.js';
import { redact, redactText } from './redact.js';
import type { Receiver, RecordResult } from './results.js';

export interface IngestParts {
  trace: TraceStore;
  sources: SourceStore;
  rejected: RejectedStore;
  activity: SourceActivity;
  /** Encrypts what steers live calls; without it that is not kept. */
  sealer?: Sealer;
  now: () => Instant;
}

/** Records of one transaction: a larger delivery is several, each acknowledged by its own commit. */
const BATCH = 200;

/** One record of a delivery, read or refused. */
interface Entry {
  index: number;
  incoming: IncomingRecord | null;
  unknownFields: string[];
  fault: { field: string | null; message: string; externalId: string | null; body: Json } | null;
}

/**
 * The way in: verify, read, strip secrets, keep, join, answer. Nothing is answered as accepted before its
 * transaction has been committed.
 */
export class Ingest implements Receiver {
  constructor(private readonly parts: IngestParts) {}

  async receiveRecords(
    tenantId: string,
    sourceName: string,
    records: readonly unknown[],
  ): Promise<RecordResult[]> {
    return this.receiveFor(await this.source(tenantId, sourceName), records);
  }

  /** Neutral records of a source that is already known. */
  async receiveFor(source: SourceEntity, records: readonly unknown[]): Promise<RecordResult[]> {
    return this.#keep(
      source,
      records.map((input, index) => readNeutral(source, input, index)),
    );
  }

  /**
   * A provider's own delivery. `trusted`: the caller has shown an API key, so the signature is not asked for.
   * A body that cannot be read is kept as rejected, and the fault is thrown for the door to name.
   */
  async receiveDelivery(source: SourceEntity, delivery: Delivery, trusted: boolean): Promise<RecordResult[]> {
    const now = this.parts.now();
    const adapter = mustHaveAdapter(source);
    if (!trusted && !adapter.verify(delivery, source, now))
      throw new Unauthenticated('The signature of this delivery is missing or wrong.');
    let body = redactText(delivery.rawBody.toString('utf8'), adapter.secretFields);
    try {
      const read = adapter.read(delivery);
      const control = this.#sealedControl(adapter, source, read);
      const payload = redact(read, adapter.secretFields);
      body = JSON.stringify(payload);
      return await this.#keep(source, entriesOf(adapter, source, payload, now).map(control));
    } catch (error) {
      if (error instanceof ThroughlineError) await this.#reject(source, error, body, now);
      throw error;
    }
  }

  async replayRejected(tenantId: string, rejectedId: string): Promise<RecordResult[]> {
    const rejected = await this.parts.rejected.byId(tenantId, rejectedId);
    if (rejected === null) throw new NotFound('rejected record');
    const source = (await this.parts.sources.list(tenantId)).find((one) => one.id === rejected.sourceId);
    if (source === undefined) throw new NotFound('source');
    const full = await this.source(tenantId, source.name);
    const now = this.parts.now();
    const entries =
      full.provider === 'neutral'
        ? [readNeutral(full, parseJson(rejected.body), 0)]
        : readKept(full, rejected.body, now);
    const results = await this.#keep(full, entries, false);
    if (results.every((result) => result.status !== 'REJECTED'))
      await this.parts.rejected.markReplayed(tenantId, rejectedId, now);
    return results;
  }

  async source(tenantId: string, name: string): Promise<SourceEntity> {
    const source = await this.parts.sources.byName(tenantId, name);
    if (source === null) throw new NotFound('source');
    return source;
  }

  async #keep(source: SourceEntity, entries: readonly Entry[], keepRejected = true): Promise<RecordResult[]> {
    const now = this.parts.now();
    const refused = entries.flatMap(({ fault }) => fault ?? []);
    if (keepRejected && refused.length > 0)
      await this.parts.rejected.keep(
        source.tenantId,
        refused.map(({ field, message, body }) => ({
          sourceId: source.id,
          reason: message,
          field,
          body: JSON.stringify(body),
        })),
        now,
      );
    const results: RecordResult[] = entries.flatMap(refusedResult);
    const readable = entries.filter((entry) => entry.incoming !== null);
    for (let from = 0; from < readable.length; from += BATCH)
      results.push(...(await this.#ingest(source, readable.slice(from, from + BATCH), now)));
    return results.sort((a, b) => a.index - b.index);
  }

  async #ingest(source: SourceEntity, entries: readonly Entry[], now: Instant): Promise<RecordResult[]> {
    const incoming = entries.flatMap((entry) => entry.incoming ?? []);
    const ingested = await this.parts.trace.ingest(source.tenantId, incoming, now);
    const lastEventAt = Math.max(...incoming.map(({ record }) => record.occurredAt));
    this.parts.activity.note(source.tenantId, source.id, {
      lastRecordAt: now,
      lastEventAt: Math.min(lastEventAt, now),
    });
    return entries.map((entry, place) => ({
      index: entry.index,
      status: ingested[place]?.status ?? 'ACCEPTED',
      externalId: entry.incoming?.record.externalId ?? null,
      interactionId: ingested[place]?.interactionId ?? null,
      unknownFields: entry.unknownFields,
      error: null,
    }));
  }

  /** Puts what steers the call beside its record, encrypted. */
  #sealedControl(adapter: ProviderAdapter, source: SourceEntity, payload: Json): (entry: Entry) => Entry {
    const { sealer } = this.parts;
    const control = adapter.liveControl?.(payload) ?? null;
    if (control === null || sealer === undefined) return (entry) => entry;
    const owner = controlOwner(source.tenantId, source.id, control.externalId);
    const sealed = sealer.seal(owner, JSON.stringify(control.values));
    return (entry) =>
      entry.incoming?.record.externalId === control.externalId
        ? { ...entry, incoming: { ...entry.incoming, sealedControl: sealed } }
        : entry;
  }

  async #reject(source: SourceEntity, error: ThroughlineError, body: string, now: Instant): Promise<void> {
    const rejection = {
      sourceId: source.id,
      reason: error.message,
      field: error.field,
      body: redactText(body),
    };
    await this.parts.rejected.keep(source.tenantId, [rejection], now);
  }
}

function mustHaveAdapter(source: SourceEntity): ProviderAdapter {
  const adapter = adapterFor(source.provider);
  if (adapter === null)
    throw new InvalidPayload('provider', `${source.provider} has no webhook; send neutral records.`);
  return adapter;
}

function readNeutral(source: SourceEntity, input: unknown, index: number): Entry {
  if (input instanceof UnreadableRecord) return refusedText(input, index);
  let body: Json = null;
  try {
    body = redact((input ?? null) as Json, []);
    const { record, unknownFields } = parseNeutralRecord(body, { role: source.role });
    const { payload = body, ...statement } = record;
    const hash = bodyHash(body);
    const identityNamespace = namespaceOf(source.provider);
    const incoming = { sourceId: source.id, identityNamespace, hash, record: statement, payload };
    return { index, incoming, unknownFields, fault: null };
  } catch (error) {
    if (!(error instanceof ThroughlineError)) throw error;
    const fault = { field: error.field, message: error.message, externalId: externalIdOf(body), body };
    return { index, incoming: null, unknownFields: [], fault };
  }
}

const refusedText = ({ text, reason }: UnreadableRecord, index: number): Entry => ({
  index,
  incoming: null,
  unknownFields: [],
  fault: { field: null, message: reason, externalId: null, body: redactText(text) },
});

/** A kept body was stripped of its secrets already, and the signature was checked when it came. */
const readKept = (source: SourceEntity, body: string, now: Instant): Entry[] =>
  entriesOf(mustHaveAdapter(source), source, parseJson(body), now);

function entriesOf(adapter: ProviderAdapter, source: SourceEntity, payload: Json, now: Instant): Entry[] {
  return adapter.adapt(payload, source, now).map((record: NeutralRecord, index) => ({
    index,
    incoming: {
      sourceId: source.id,
      identityNamespace: adapter.identityNamespace,
      hash: bodyHash({ payload, index }),
      record: bounded(record),
      payload,
    },
    unknownFields: [],
    fault: null,
  }));
}

function refusedResult({ index, fault }: Entry): RecordResult[] {
  if (fault === null) return [];
  const { field, message, externalId } = fault;
  return [
    {
      index,
      status: 'REJECTED',
      externalId,
      interactionId: null,
      unknownFields: [],
      error: { field, message },
    },
  ];
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new InvalidPayload('body', 'is still not readable as JSON.');
  }
}

const externalIdOf = (body: Json): string | null => {
  const id = body !== null && typeof body === 'object' && !Array.isArray(body) ? body['externalId'] : null;
  return typeof id === 'string' ? id.slice(0, 256) : null;
};
