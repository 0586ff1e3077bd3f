import type { DataSource, EntityManager } from 'typeorm';
import { BadUserInput } from '../../domain/errors.js';
import type { ErasedName } from '../../domain/erasure.js';
import { addressName, contactName, keyName, legName, madeName } from '../../domain/erasure.js';
import { KEY_LIMITS } from '../../domain/reach.js';
import { phoneVariants } from '../../domain/phone.js';
import type { JsonObject } from '../../domain/record.js';
import type { Instant } from '../../domain/words.js';
import { normalizeAddress } from '../address.js';
import { audit } from '../audit/audit-log.js';
import { ErasureEntity } from '../entities/removal.entity.js';
import { newId } from '../ids.js';
import { enqueue } from '../jobs.js';
import { uuids } from '../list/params.js';
import { lockPolicy } from '../trace/locks.js';
import { inTransaction, writeRows } from '../transaction.js';
import type { Decision } from './deletion-store.js';
import type { Found } from './erasure-steps.js';
import { FIRST_STEP, look } from './erasure-steps.js';
import type { HashKey } from './ledger.js';
import { ERASE_CUSTOMER, hashKeyOf, hashOf, noteErased } from './ledger.js';
import { withMade } from './made.js';
import type { Removed } from './remove.js';
import { removeInteractions } from './remove.js';
import { spellingPattern } from './spelling.js';

/** An erasure as others may see it: nothing of the customer. */
export type ErasureRow = Omit<ErasureEntity, 'address' | 'addressHash' | 'step' | 'position'>;

/** So many looks are done while the caller waits; what takes more goes on in the background. */
const LOOKS_AT_ONCE = 14;
/** So many are done by one job, which then asks for the next. */
const LOOKS_OF_A_JOB = 200;
/** A job stands by for a process that ends while the caller waits. */
const STAND_BY_MS = 60_000;

const SHOWN = `id, tenant_id as "tenantId", state, requested_at as "requestedAt", requested_by as "requestedBy", reason,
  completed_at as "completedAt", interaction_count as "interactionCount", call_count as "callCount", row_count as "rowCount"`;

/** Erases customers: every copy of what is stored of them, and no record of it comes back. */
export class ErasureStore {
  constructor(
    private readonly db: DataSource,
    /** Called after a commit that wrote changes. */
    private readonly onCommit: () => void = () => undefined,
  ) {}

  /**
   * Begins to erase a customer and answers how far it has come: small ones are done at once. Asking again
   * goes on with what is under way, and else finds nothing.
   */
  async erase(tenantId: string, address: string, by: Decision, now: Instant): Promise<ErasureRow> {
    const { id } = await inTransaction(this.db, (tx) => begin(tx, tenantId, address, by, now));
    await this.#goOn(tenantId, id, LOOKS_AT_ONCE, now);
    const [row] = await this.byIds(tenantId, [id]);
    if (row === undefined) throw new Error('an erasure that was just begun is gone');
    return row;
  }

  /** What the background job does. */
  work({ tenantId, erasureId, callIds }: JsonObject, now: Instant): Promise<void> {
    const [tenant, id] = [String(tenantId), String(erasureId)];
    return Array.isArray(callIds)
      ? this.#eraseCalls(tenant, id, callIds.map(String), now)
      : this.resume(tenant, id, now);
  }

  /** Calls of which only a later record told that they are the customer's. */
  async #eraseCalls(tenantId: string, id: string, callIds: readonly string[], now: Instant): Promise<void> {
    await inTransaction(this.db, async (tx) => {
      await lockPolicy(tx, tenantId);
      const erasure = await lockErasure(tx, tenantId, id);
      if (erasure === null) return;
      const found: { id: string }[] = await tx.query(
        'select distinct interaction_id as id from leg where tenant_id = $1 and id = any($2::uuid[])',
        [tenantId, uuids(callIds)],
      );
      const { step, position } = erasure;
      const finding = { interactionIds: found.map((one) => one.id), step, position };
      await keepProgress(tx, erasure, finding, await eraseFound(tx, erasure, finding, now), now);
    });
    this.onCommit();
  }

  async resume(tenantId: string, id: string, now: Instant): Promise<void> {
    const isDone = await this.#goOn(tenantId, id, LOOKS_OF_A_JOB, now);
    if (!isDone) await inTransaction(this.db, (tx) => enqueueNext(tx, { tenantId, id }, now));
  }

  byIds(tenantId: string, ids: readonly string[]): Promise<ErasureRow[]> {
    return this.db.query(`select ${SHOWN} from erasure where tenant_id = $1 and id = any($2::uuid[])`, [
      tenantId,
      uuids(ids),
    ]);
  }

  /** The latest first. */
  latest(tenantId: string, first: number): Promise<ErasureRow[]> {
    return this.db.query(
      `select ${SHOWN} from erasure where tenant_id = $1 order by requested_at desc, id desc limit $2`,
      [tenantId, first],
    );
  }

  async #goOn(tenantId: string, id: string, looks: number, now: Instant): Promise<boolean> {
    for (let done = 0; done < looks; done += 1) {
      const isDone = await inTransaction(this.db, (tx) => takeStep(tx, tenantId, id, now));
      this.onCommit();
      if (isDone) return true;
    }
    return false;
  }
}

/** From here on records of the customer's past are not taken in any more. */
async function begin(
  tx: EntityManager,
  tenantId: string,
  address: string,
  { actor, reason }: Decision,
  now: Instant,
): Promise<Pick<ErasureEntity, 'tenantId' | 'id'>> {
  await lockPolicy(tx, tenantId);
  const hashKey = await mustHaveKey(tx, tenantId);
  const { e164 } = normalizeAddress(address, hashKey.defaultCountry);
  if (e164 === null)
    throw new BadUserInput('address', 'names nobody: a number or another address is needed.');
  await mustNotNameThem(tx, tenantId, e164, reason);
  const addressHash = hashOf(addressName(e164), hashKey);
  const known = await underWay(tx, tenantId, addressHash);
  if (known !== null) return known;
  const id = newId();
  const start = { requestedAt: now, requestedBy: actor.id, state: 'RUNNING', step: FIRST_STEP } as const;
  await writeRows(tx, ErasureEntity, [{ tenantId, id, addressHash, ...start, reason, address: e164 }]);
  await noteErased(tx, tenantId, id, [{ name: addressName(e164), until: now }], hashKey);
  await audit(tx, tenantId, actor, [{ action: 'CUSTOMER_ERASED', subjectId: id, reason }], now);
  await enqueueNext(tx, { tenantId, id }, now + STAND_BY_MS);
  return { tenantId, id };
}

async function mustHaveKey(tx: EntityManager, tenantId: string): Promise<HashKey> {
  const hashKey = await hashKeyOf(tx, tenantId);
  if (hashKey === null) throw new Error('there is no such tenant');
  return hashKey;
}

/** The reason is kept for good, so it may not tell who it was. */
async function mustNotNameThem(
  tx: EntityManager,
  tenantId: string,
  e164: string,
  reason: string | null,
): Promise<void> {
  if (reason === null) return;
  const [found]: { names: boolean }[] = await tx.query(
    `select $3 ~* $4 or exists (
       select from (select distinct customer_name as name from interaction
                     where tenant_id = $1 and customer_e164 = any($2::text[]) limit 100) known
        where position(lower(name) in lower($3)) > 0) as names`,
    [tenantId, phoneVariants(e164), reason, spellingPattern(e164)],
  );
  if (found?.names === true) throw new BadUserInput('reason', 'must not name the customer: it is kept.');
}

/** An erasure of the same customer that is not done. */
async function underWay(
  tx: EntityManager,
  tenantId: string,
  addressHash: string,
): Promise<Pick<ErasureEntity, 'tenantId' | 'id'> | null> {
  const state = 'RUNNING';
  return tx.getRepository(ErasureEntity).findOneBy({ tenantId, addressHash, state });
}

const enqueueNext = (
  tx: EntityManager,
  { tenantId, id }: Pick<ErasureEntity, 'tenantId' | 'id'>,
  runAt: Instant,
): Promise<void> =>
  enqueue(tx, ERASE_CUSTOMER, { tenantId, erasureId: id }, { key: `${ERASE_CUSTOMER}/${id}`, runAt });

/** One look, and the removal of what it found; true when the erasure is done. One process at a time does it. */
async function takeStep(tx: EntityManager, tenantId: string, id: string, now: Instant): Promise<boolean> {
  await lockPolicy(tx, tenantId);
  const erasure = await lockErasure(tx, tenantId, id);
  if (erasure === null || erasure.address === null) return true;
  const { address: e164, requestedAt: until } = erasure;
  const { defaultCountry } = await mustHaveKey(tx, tenantId);
  const finding = await look(tx, { tenantId, e164, defaultCountry, until }, erasure);
  await keepProgress(tx, erasure, finding, await eraseFound(tx, erasure, finding, now), now);
  return finding.step === null;
}

const lockErasure = (tx: EntityManager, tenantId: string, id: string): Promise<ErasureEntity | null> =>
  tx.getRepository(ErasureEntity).findOne({ where: { tenantId, id }, lock: { mode: 'pessimistic_write' } });

/** Removes the interactions, with what was made of them, and has their records recognised from now on. */
async function eraseFound(
  tx: EntityManager,
  { tenantId, id, requestedAt, requestedBy, address }: ErasureEntity,
  { interactionIds }: Pick<Found, 'interactionIds'>,
  now: Instant,
): Promise<Removed> {
  const cause = { kind: 'PERSON', id: requestedBy } as const;
  const ids = await withMade(tx, tenantId, interactionIds);
  const removed = await removeInteractions(tx, tenantId, ids, cause, now);
  await noteErased(tx, tenantId, id, namesOf(removed, requestedAt), await mustHaveKey(tx, tenantId));
  await forgetTraces(tx, tenantId, address, removed);
  return removed;
}

/** By what records of the removed calls are recognised when they come again. */
function namesOf({ legs, keys }: Removed, until: Instant): ErasedName[] {
  const own = ownKeys(keys);
  return [
    ...legs.map(({ sourceId, externalId }) => ({ name: legName(sourceId, externalId), until: null })),
    ...legs
      .filter(({ isNamesake }) => !isNamesake)
      .map(({ externalId }) => ({ name: madeName(externalId), until: null })),
    ...own
      .filter(({ scope }) => scope === 'INTERACTION')
      .map((key) => ({ name: keyName(key), until: until + KEY_LIMITS.spreadMs })),
    ...own.filter(({ scope }) => scope === 'CUSTOMER').map((key) => ({ name: contactName(key), until })),
  ];
}

const ownKeys = (keys: Removed['keys']): Removed['keys'] => keys.filter(({ isShared }) => !isShared);

/** What is left of the customer outside of what an interaction is made of. */
async function forgetTraces(
  tx: EntityManager,
  tenantId: string,
  e164: string | null,
  { legs, keys }: Removed,
): Promise<void> {
  await tx.query('delete from call_back_check where tenant_id = $1 and customer = any($2::text[])', [
    tenantId,
    e164 === null ? [] : phoneVariants(e164),
  ]);
  await tx.query(
    `delete from rejected_record r where r.tenant_id = $1 and exists (
       select from unnest($2::text[]) known(id) where length(known.id) >= 4 and position(known.id in r.body) > 0)`,
    [tenantId, [...legs.map((leg) => leg.externalId), ...ownKeys(keys).map(({ value }) => value)]],
  );
}

const keepProgress = (
  tx: EntityManager,
  { tenantId, id }: ErasureEntity,
  { step, position }: Found,
  { interactions, legs, rows }: Removed,
  now: Instant,
): Promise<unknown> =>
  tx.query(
    `update erasure set step = coalesce($3, step), position = $4, state = case when $3 is null then 'DONE' else state end,
            address = case when $3 is null then null else address end,
            completed_at = coalesce(completed_at, case when $3 is null then $5::timestamptz end),
            interaction_count = interaction_count + $6, call_count = call_count + $7, row_count = row_count + $8
      where tenant_id = $1 and id = $2`,
    [tenantId, id, step, position, new Date(now), interactions.length, legs.length, rows],
  );
