import type { DataSource, EntityManager } from 'typeorm';
import { keysOfLeg } from '../../domain/correlate.js';
import type { Json, NeutralRecord } from '../../domain/record.js';
import type { VersionConflict } from '../../domain/version-conflict.js';
import type { CallChange } from '../entities/change.entity.js';
import { erasedAmong } from '../removal/ledger.js';
import { keepControls } from '../control/call-control.js';
import { SourceRecordEntity } from '../entities/source-record.entity.js';
import { newId } from '../ids.js';
import { inTransaction, writeRows } from '../transaction.js';
import { loadCalls } from './call-store.js';
import type { Cause } from './cause.js';
import { lockInteractions, writeInteractions } from './interaction-store.js';
import { lockNames } from './locks.js';
import { matchDue } from './matcher.js';
import { rebuildTenant } from './rebuild.js';
import { refreshLegs } from './refresh.js';
import { causedBy } from './rejoin.js';
import type { TenantSurroundings } from './surroundings.js';
import { loadSurroundings } from './surroundings.js';

/** A readable record, on its way in. */
export interface IncomingRecord {
  sourceId: string;
  /** The namespace in which others name this source's calls; null: none. */
  identityNamespace: string | null;
  hash: string;
  record: NeutralRecord;
  payload: Json;
  /** What steers the live call at its vendor, encrypted; it is kept apart from the record. */
  sealedControl?: string;
}

export interface IngestedRecord {
  status: 'ACCEPTED' | 'DUPLICATE' | 'CONFLICT';
  /** Null for a record of something erased, of which nothing is kept. */
  interactionId: string | null;
}

interface Placed extends IncomingRecord {
  id: string;
  legId: string;
  version: string;
}

/**
 * The write side of the pipeline: source records in, calls folded, legs joined, interactions projected.
 * Everything of one batch happens in one transaction, so that nothing is acknowledged or announced that
 * is not kept.
 */
export class TraceStore {
  constructor(
    readonly db: DataSource,
    /** Called after a commit that wrote changes. */
    private readonly onCommit: () => void = () => undefined,
  ) {}

  /** Answers in the order of the records. Safe against the same records at the same time elsewhere. */
  async ingest(tenantId: string, records: readonly IncomingRecord[], now: number): Promise<IngestedRecord[]> {
    if (records.length === 0) return [];
    const results = await inTransaction(this.db, (tx) => ingestBatch(tx, tenantId, records, now));
    this.onCommit();
    return results;
  }

  /**
   * Judges interactions anew whose time has come; answers how many. Several processes may sweep at once:
   * each takes what no other holds.
   */
  async sweep(now: number, limit = 200): Promise<number> {
    const swept = await inTransaction(this.db, (tx) => sweepDue(tx, now, limit));
    if (swept > 0) this.onCommit();
    return swept;
  }

  /**
   * Makes everything of a tenant anew that follows from its source records and from what people decided; answers
   * how many legs there are. Interactions keep their ids. It works beside a server that takes records in.
   */
  async rebuild(
    tenantId: string,
    namespaces: ReadonlyMap<string, string | null>,
    now: number,
    onBatch: (legs: number) => void = () => undefined,
  ): Promise<number> {
    const legs = await rebuildTenant(this.db, tenantId, namespaces, now, (count) => {
      this.onCommit();
      onBatch(count);
    });
    while ((await this.match(now)) > 0);
    return legs;
  }

  /** Looks for the other halves of calls that no key has joined; answers how many legs were looked at. */
  async match(now: number, limit = 50): Promise<number> {
    const matched = await inTransaction(this.db, (tx) => matchDue(tx, now, limit));
    if (matched > 0) this.onCommit();
    return matched;
  }
}

async function ingestBatch(
  tx: EntityManager,
  tenantId: string,
  records: readonly IncomingRecord[],
  now: number,
): Promise<IngestedRecord[]> {
  await lockNames(tx, tenantId, records.flatMap(namesOf));
  const erased = await erasedAmong(tx, tenantId, records);
  const placed = await placeRecords(
    tx,
    tenantId,
    records.filter((one) => !erased.has(one)),
  );
  const fresh = await keepRecords(tx, tenantId, placed, now);
  const changedLegs = [...new Set(fresh.map((record) => record.legId))];
  const work = {
    namespaces: namespacesOf(fresh),
    causeOf: causedBy(fresh),
    recordingLegs: recordingLegs(fresh),
  };
  if (changedLegs.length > 0) await refreshLegs(tx, tenantId, changedLegs, work, now);
  await keepControls(
    tx,
    tenantId,
    placed.flatMap(({ legId, sealedControl: sealed }) => (sealed === undefined ? [] : [{ legId, sealed }])),
  );
  const results = await resultsOf(tx, tenantId, placed, fresh);
  return records.flatMap((one) => (erased.has(one) ? ERASED : results.splice(0, 1)));
}

const namespacesOf = (records: readonly IncomingRecord[]): Map<string, string | null> =>
  new Map(records.map((one) => [one.sourceId, one.identityNamespace]));

/** The legs whose new records say something of a recording, be it that there is none. */
const recordingLegs = (fresh: readonly Placed[]): Set<string> =>
  new Set(fresh.filter(({ record }) => record.recording !== undefined).map(({ legId }) => legId));

/** To its sender, a record of something erased was here already. */
const ERASED: IngestedRecord = { status: 'DUPLICATE', interactionId: null };

/** What a record may join by: its own leg, and every strong key that it names. */
function namesOf({ sourceId, identityNamespace, record }: IncomingRecord): string[] {
  const { keys } = keysOfLeg(record.keys ?? [], record.externalId, identityNamespace);
  return [`leg/${sourceId}/${record.externalId}`, ...keys.map((key) => `key/${key.namespace}/${key.value}`)];
}

/** Gives each record the id of its leg, known or new. */
async function placeRecords(
  tx: EntityManager,
  tenantId: string,
  records: readonly IncomingRecord[],
): Promise<Placed[]> {
  const known: { id: string; sourceId: string; externalId: string }[] = await tx.query(
    `select l.id, l.source_id as "sourceId", l.external_id as "externalId"
       from jsonb_to_recordset($2::jsonb) as r("sourceId" uuid, "externalId" text)
       join leg l on l.tenant_id = $1 and l.source_id = r."sourceId" and l.external_id = r."externalId"`,
    [
      tenantId,
      JSON.stringify(records.map(({ sourceId, record }) => ({ sourceId, externalId: record.externalId }))),
    ],
  );
  const legIds = new Map(known.map((leg) => [`${leg.sourceId}/${leg.externalId}`, leg.id]));
  return records.map((one) => {
    const name = `${one.sourceId}/${one.record.externalId}`;
    const legId = legIds.get(name) ?? newId();
    legIds.set(name, legId);
    return { ...one, id: newId(), legId, version: one.record.version ?? '' };
  });
}

const identityOf = (one: { sourceId: string; externalId: string; version: string; hash: string }): string =>
  `${one.sourceId}/${one.externalId}/${one.version}/${one.hash}`;

/** Keeps what is new (rule R1); the rest are duplicates. */
async function keepRecords(
  tx: EntityManager,
  tenantId: string,
  placed: readonly Placed[],
  now: number,
): Promise<Placed[]> {
  const distinct = new Map(
    placed.map((one) => [identityOf({ ...one, externalId: one.record.externalId }), one]),
  );
  const rows = [...distinct.values()].map(({ record, payload, id, sourceId, legId, version, hash }) => ({
    tenantId,
    id,
    sourceId,
    legId,
    externalId: record.externalId,
    version,
    hash,
    occurredAt: record.occurredAt,
    receivedAt: now,
    record,
    payload,
  }));
  const kept = await writeRows(tx, SourceRecordEntity, rows, {
    conflict: ['tenantId', 'sourceId', 'externalId', 'version', 'hash'],
    onConflict: 'nothing',
    returning: ['id'],
  });
  const keptIds = new Set(kept.map((row) => row['id']));
  return [...distinct.values()].filter((one) => keptIds.has(one.id));
}

async function resultsOf(
  tx: EntityManager,
  tenantId: string,
  placed: readonly Placed[],
  fresh: readonly Placed[],
): Promise<IngestedRecord[]> {
  const freshIds = new Set(fresh.map((one) => one.id));
  const rows: { legId: string; interactionId: string; conflicts: VersionConflict[] }[] = await tx.query(
    `select l.id as "legId", l.interaction_id as "interactionId", c.version_conflicts as conflicts
       from leg l join call c on c.tenant_id = l.tenant_id and c.id = l.id
      where l.tenant_id = $1 and l.id = any($2::uuid[])`,
    [tenantId, [...new Set(placed.map((one) => one.legId))]],
  );
  const byLeg = new Map(rows.map((row) => [row.legId, row]));
  return placed.map((one) => {
    const leg = byLeg.get(one.legId);
    const conflict =
      one.version !== '' && leg?.conflicts.some(({ version }) => version === one.version) === true;
    const status = !freshIds.has(one.id) ? 'DUPLICATE' : conflict ? 'CONFLICT' : 'ACCEPTED';
    return { status, interactionId: leg?.interactionId ?? '' };
  });
}

async function sweepDue(tx: EntityManager, now: number, limit: number): Promise<number> {
  const due: { tenantId: string; id: string }[] = await tx.query(
    `select tenant_id as "tenantId", id from interaction
      where next_evaluation_at <= $1 order by next_evaluation_at limit $2 for update skip locked`,
    [new Date(now), limit],
  );
  for (const tenantId of new Set(due.map((one) => one.tenantId))) {
    const ids = due
      .filter((one) => one.tenantId === tenantId)
      .map((one) => one.id)
      .sort();
    await reproject(tx, tenantId, ids, { kind: 'TIMER', id: null }, now);
  }
  return due.length;
}

/**
 * Computes interactions anew without a new record: because time passed, or a person or a rule decided, or
 * something of their calls changed that is kept elsewhere (`callChanges`).
 */
export async function reproject(
  tx: EntityManager,
  tenantId: string,
  interactionIds: readonly string[],
  cause: Cause,
  now: number,
  callChanges: readonly CallChange[] = [],
): Promise<void> {
  const before = await lockInteractions(tx, tenantId, interactionIds);
  const legs: { id: string }[] = await tx.query(
    'select id from leg where tenant_id = $1 and interaction_id = any($2::uuid[])',
    [tenantId, interactionIds],
  );
  const calls = await loadCalls(
    tx,
    tenantId,
    legs.map((leg) => leg.id),
  );
  const tenant = await loadSurroundings(tx, tenantId, now);
  const due = interactionIds.map((interactionId) => {
    const own = calls.filter((one) => one.interactionId === interactionId);
    return {
      interactionId,
      calls: own,
      callChanges: callChanges.filter(({ callId }) => own.some(({ call }) => call.id === callId)),
      cause: causeUnder(tenant, before.get(interactionId), cause),
    };
  });
  await writeInteractions(
    tx,
    tenant,
    due.filter((one) => one.calls.length > 0),
    before,
    now,
  );
}

/** What time alone would not have changed was changed by the policy that has come since. */
const causeUnder = (
  { policy }: TenantSurroundings,
  old: { policyVersion: number } | undefined,
  cause: Cause,
): Cause =>
  cause.kind === 'TIMER' && old !== undefined && old.policyVersion !== policy.version
    ? { kind: 'RULE', id: `trace-policy/${policy.version}` }
    : cause;
