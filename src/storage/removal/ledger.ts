import { createHmac } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { ErasedName } from '../../domain/erasure.js';
import { addressName, beganAt, contactName, isErased, keyName, legName } from '../../domain/erasure.js';
import { keysOfLeg } from '../../domain/correlate.js';
import { KEY_LIMITS } from '../../domain/reach.js';
import type { NeutralRecord } from '../../domain/record.js';
import type { Instant } from '../../domain/words.js';
import { normalizeAddress } from '../address.js';
import { ErasedNameEntity } from '../entities/removal.entity.js';
import { writeRows } from '../transaction.js';

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

/**
 * Those of the records that tell of something erased: a call that was, one that shares a key with it, or
 * one of the customer's that began before. What else such a record is known by is noted too, so that the
 * other half of its call is recognised. For one who holds the locks of the records' names. One statement
 * for a tenant that never erased anybody.
 */
export async function erasedAmong<R extends Recognisable>(
  tx: EntityManager,
  tenantId: string,
  records: readonly R[],
): Promise<ReadonlySet<R>> {
  const [hashKey]: HashKey[] = await tx.query(
    `select erasure_key as key, default_country as "defaultCountry" from tenant t
      where t.id = $1 and exists (select from erased_name e where e.tenant_id = t.id)`,
    [tenantId],
  );
  if (hashKey === undefined) return new Set();
  const known = records.map((record) => ({
    record,
    hashes: namesOf(record, hashKey).map((name) => hashOf(name, hashKey)),
  }));
  const rows: { hash: string; until: Instant | null; erasureId: string }[] = await tx.query(
    `select hash, until, erasure_id as "erasureId" from erased_name where tenant_id = $1 and hash = any($2::text[])`,
    [tenantId, known.flatMap(({ hashes }) => hashes)],
  );
  const [match] = rows;
  if (match === undefined) return new Set();
  const bounds = new Map(rows.map(({ hash, until }) => [hash, until]));
  const erased = known
    .filter(({ record, hashes }) => isErased(hashes, beganAt(record.record), bounds))
    .map(({ record }) => record);
  await noteErased(tx, tenantId, match.erasureId, await halvesOf(tx, tenantId, erased), hashKey);
  return new Set(erased);
}

/** The calls that these records are of, and their keys that no other call has. */
async function halvesOf(
  tx: EntityManager,
  tenantId: string,
  records: readonly Recognisable[],
): Promise<ErasedName[]> {
  const keys = records.flatMap(({ record, identityNamespace }) =>
    keysOfLeg(record.keys ?? [], record.externalId, identityNamespace)
      .keys.filter(({ scope }) => scope === 'INTERACTION')
      .map((key) => ({ ...key, until: beganAt(record) + KEY_LIMITS.spreadMs })),
  );
  const own: { namespace: string; value: string; until: number }[] = await tx.query(
    `select k.* from jsonb_to_recordset($2::jsonb) as k(namespace text, value text, until bigint)
      where not exists (select from correlation_key c
                         where c.tenant_id = $1 and c.namespace = k.namespace and c.value = k.value)`,
    [tenantId, JSON.stringify(keys)],
  );
  const legs = records.map(({ sourceId, record }) => legName(sourceId, record.externalId));
  return [
    ...legs.map((name) => ({ name, until: null })),
    ...own.map((key) => ({ name: keyName(key), until: key.until })),
  ];
}

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
    ...(e164 === null ? [] : [addressName(e164)]),
  ];
}
