import { createHmac } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { ErasedName } from '../../domain/erasure.js';
import {
  addressName,
  beganAt,
  contactName,
  isErased,
  keyName,
  legName,
  madeName,
  madeNames,
} from '../../domain/erasure.js';
import { keysOfLeg } from '../../domain/correlate.js';
import type { LegKey } from '../../domain/leg.js';
import { KEY_LIMITS } from '../../domain/reach.js';
import type { NeutralRecord } from '../../domain/record.js';
import type { Instant } from '../../domain/words.js';
import { normalizeAddress } from '../address.js';
import { ErasedNameEntity } from '../entities/removal.entity.js';
import { enqueue } from '../jobs.js';
import { writeRows } from '../transaction.js';

/** The background job that goes on with an erasure: `{tenantId, erasureId}`, or removes these `callIds` too. */
export const ERASE_CUSTOMER = 'erase-customer';

/** A record on its way in, as far as it can be recognised. */
interface Recognisable {
  sourceId: string;
  identityNamespace: string | null;
  record: NeutralRecord;
}

/** The tenant's own key for hashes of names: what one tenant erased says nothing about another. */
export interface HashKey {
  key: string;
  defaultCountry: string;
}

export async function hashKeyOf(tx: EntityManager, tenantId: string): Promise<HashKey | null> {
  const [row]: HashKey[] = await tx.query(
    'select erasure_key as key, default_country as "defaultCountry" from tenant where id = $1',
    [tenantId],
  );
  return row ?? null;
}

/** Null for a tenant that never erased anybody. */
export async function hashKeyOfErasing(tx: EntityManager, tenantId: string): Promise<HashKey | null> {
  const [row]: HashKey[] = await tx.query(
    `select erasure_key as key, default_country as "defaultCountry" from tenant t
      where t.id = $1 and exists (select from erased_name e where e.tenant_id = t.id)`,
    [tenantId],
  );
  return row ?? null;
}

/** Those of the hashes that are known, each with its bound. */
export async function erasedHashes(
  tx: EntityManager,
  tenantId: string,
  hashes: readonly string[],
): Promise<Map<string, Instant | null>> {
  const rows: { hash: string; until: Instant | null }[] = await tx.query(
    'select hash, until from erased_name where tenant_id = $1 and hash = any($2::text[])',
    [tenantId, hashes],
  );
  return new Map(rows.map(({ hash, until }) => [hash, until]));
}

export const hashOf = (name: string, { key }: HashKey): string =>
  createHmac('sha256', key).update(name).digest('hex');

/** Has records that come by these names from now on recognised as erased. The wider of two bounds holds. */
export async function noteErased(
  tx: EntityManager,
  tenantId: string,
  erasureId: string,
  names: readonly ErasedName[],
  hashKey: HashKey,
): Promise<void> {
  const bounds = new Map<string, Instant | null>();
  for (const { name, until } of names) {
    const hash = hashOf(name, hashKey);
    const known = bounds.get(hash);
    bounds.set(hash, until === null || known === null ? null : Math.max(until, known ?? until));
  }
  const rows = [...bounds].map(([hash, until]) => ({ tenantId, hash, erasureId, until }));
  await writeRows(tx, ErasedNameEntity, rows);
}

/** A record that was recognised, and what it is of. */
interface Recognised<R> {
  record: R;
  erasureId: string;
}

/**
 * Those of the records that tell of something erased: a call that was, one that shares a key with it, what
 * was made of it, or one of the customer's that began before. What else such a record is known by is noted
 * too, so that the other half of its call is recognised; what of it is here already goes in the background.
 * For one who holds the locks of the records' names. One statement for a tenant that never erased anybody.
 */
export async function erasedAmong<R extends Recognisable>(
  tx: EntityManager,
  tenantId: string,
  records: readonly R[],
): Promise<ReadonlySet<R>> {
  const hashKey = await hashKeyOfErasing(tx, tenantId);
  if (hashKey === null) return new Set();
  const erased = new Set<R>();
  for (;;) {
    const rest = records.filter((record) => !erased.has(record));
    const recognised = await recognise(tx, tenantId, rest, hashKey);
    if (recognised.length === 0) return erased;
    await noteRecognised(tx, tenantId, recognised, hashKey);
    for (const { record } of recognised) erased.add(record);
  }
}

/** By what was recognised others of the same batch may be. */
async function noteRecognised<R extends Recognisable>(
  tx: EntityManager,
  tenantId: string,
  recognised: readonly Recognised<R>[],
  hashKey: HashKey,
): Promise<void> {
  for (const erasureId of new Set(recognised.map((one) => one.erasureId))) {
    const own = recognised.filter((one) => one.erasureId === erasureId).map(({ record }) => record);
    await noteErased(tx, tenantId, erasureId, await halvesOf(tx, tenantId, own), hashKey);
    await removeLater(tx, tenantId, erasureId, own);
  }
}

async function recognise<R extends Recognisable>(
  tx: EntityManager,
  tenantId: string,
  records: readonly R[],
  hashKey: HashKey,
): Promise<Recognised<R>[]> {
  const known = records.map((record) => ({
    record,
    hashes: namesOf(record, hashKey).map((name) => hashOf(name, hashKey)),
  }));
  const rows: { hash: string; until: Instant | null; erasureId: string }[] = await tx.query(
    `select hash, until, erasure_id as "erasureId" from erased_name where tenant_id = $1 and hash = any($2::text[])`,
    [tenantId, known.flatMap(({ hashes }) => hashes)],
  );
  const bounds = new Map(rows.map(({ hash, until }) => [hash, until]));
  const erasures = new Map(rows.map(({ hash, erasureId }) => [hash, erasureId]));
  return known.flatMap(({ record, hashes }) => {
    const erasureId = hashes
      .filter((hash) => isErased([hash], beganAt(record.record), bounds))
      .flatMap((hash) => erasures.get(hash) ?? [])[0];
    return erasureId === undefined ? [] : [{ record, erasureId }];
  });
}

/** The calls that these records are of, what is made of them, and their keys that no other call has. */
async function halvesOf(
  tx: EntityManager,
  tenantId: string,
  records: readonly Recognisable[],
): Promise<ErasedName[]> {
  const keys = records.flatMap((one) =>
    joiningKeys(one).map((key) => ({ ...key, until: beganAt(one.record) + KEY_LIMITS.spreadMs })),
  );
  const own: { namespace: string; value: string; until: number }[] = await tx.query(
    `select k.* from jsonb_to_recordset($2::jsonb) as k(namespace text, value text, until bigint)
      where not exists (select from correlation_key c
                         where c.tenant_id = $1 and c.namespace = k.namespace and c.value = k.value)`,
    [tenantId, JSON.stringify(keys)],
  );
  const made: { id: string }[] = await tx.query(
    `select id from unnest($2::text[]) given(id)
      where not exists (select from leg l where l.tenant_id = $1 and l.external_id = given.id)`,
    [tenantId, records.map(({ record }) => record.externalId)],
  );
  const legs = records.map(({ sourceId, record }) => legName(sourceId, record.externalId));
  return [
    ...[...legs, ...made.map(({ id }) => madeName(id))].map((name) => ({ name, until: null })),
    ...own.map((key) => ({ name: keyName(key), until: key.until })),
  ];
}

/**
 * Has the calls removed that the records show to be the erased customer's: their own, other halves that show
 * nobody else, and what was made of them. Only ids of ours are handed on.
 */
async function removeLater(
  tx: EntityManager,
  tenantId: string,
  erasureId: string,
  records: readonly Recognisable[],
): Promise<void> {
  const names = records.map(({ sourceId, record }) => ({ sourceId, externalId: record.externalId }));
  const keys = records.flatMap((one) =>
    joiningKeys(one).map((key) => ({ ...key, began: beganAt(one.record) })),
  );
  const rows: { id: string }[] = await tx.query(
    `with given as (select * from jsonb_to_recordset($2::jsonb) as g("sourceId" uuid, "externalId" text)),
          keyed as (select * from jsonb_to_recordset($3::jsonb) as k(namespace text, value text, began numeric))
     select l.id from given g
       join leg l on l.tenant_id = $1 and l.source_id = g."sourceId" and l.external_id = g."externalId"
      union
     select c.id from given g join call c on c.tenant_id = $1 and c.made_of = g."externalId"
      where not exists (select from leg l where l.tenant_id = $1 and l.external_id = g."externalId"
                                            and l.source_id <> g."sourceId")
      union
     select l.id from keyed k
       join correlation_key o on o.tenant_id = $1 and o.namespace = k.namespace and o.value = k.value
                             and o.scope = 'INTERACTION'
       join leg l on l.tenant_id = $1 and l.id = o.leg_id
                 and abs(extract(epoch from l.first_event_at) * 1000 - k.began) <= ${KEY_LIMITS.spreadMs}
       join interaction i on i.tenant_id = $1 and i.id = l.interaction_id and i.customer_e164 is null
      where not exists (select from quarantined_key q
                         where q.tenant_id = $1 and q.namespace = k.namespace and q.value = k.value)`,
    [tenantId, JSON.stringify(names), JSON.stringify(keys)],
  );
  if (rows.length === 0) return;
  const callIds = rows.map(({ id }) => id).sort();
  await enqueue(tx, ERASE_CUSTOMER, { tenantId, erasureId, callIds });
}

const joiningKeys = ({ record, identityNamespace }: Recognisable): LegKey[] =>
  keysOfLeg(record.keys ?? [], record.externalId, identityNamespace).keys.filter(
    ({ scope }) => scope === 'INTERACTION',
  );

/** Everything that a record may be recognised by. */
function namesOf(
  { sourceId, identityNamespace, record }: Recognisable,
  { defaultCountry }: HashKey,
): string[] {
  const { keys } = keysOfLeg(record.keys ?? [], record.externalId, identityNamespace);
  const { e164 } = normalizeAddress(record.customer?.address ?? null, defaultCountry);
  return [
    legName(sourceId, record.externalId),
    ...keys.filter(({ scope }) => scope === 'INTERACTION').map(keyName),
    ...keys.filter(({ scope }) => scope === 'CUSTOMER').map(contactName),
    ...madeNames(record),
    ...(e164 === null ? [] : [addressName(e164)]),
  ];
}
