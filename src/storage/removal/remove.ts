import type { EntityManager } from 'typeorm';
import type { Instant } from '../../domain/words.js';
import type { InteractionEntity } from '../entities/interaction.entity.js';
import type { Cause } from '../trace/cause.js';
import { lockInteractions } from '../trace/interaction-store.js';
import { announce } from '../trace/announce.js';
import { lookAround } from '../trace/orphans.js';
import { reproject } from '../trace/trace-store.js';
import { deleteRecordings } from '../recording/recording-removal.js';
import { recordFunnelChange } from '../trace/funnel-rollup.js';
import { forgetVersions } from '../trace/version-store.js';
import { emptyTables } from './tables.js';

/** A leg of what is removed, as far as it must be known to recognise its records when they come again. */
export interface RemovedLeg {
  id: string;
  interactionId: string;
  sourceId: string;
  externalId: string;
  /** True when a leg that stays has the same id. */
  isNamesake: boolean;
}

/** A key of a removed leg. */
export interface RemovedKey {
  namespace: string;
  value: string;
  scope: 'INTERACTION' | 'BRIDGE' | 'CUSTOMER';
  /** True when a leg that stays has it too. */
  isShared: boolean;
}

/** What was removed. */
export interface Removed {
  interactions: InteractionEntity[];
  legs: RemovedLeg[];
  keys: RemovedKey[];
  /** In all tables together. */
  rows: number;
}

/**
 * Removes interactions for good, with everything that is stored of them, and tells those who could see
 * them. For one who keeps everybody from joining legs of the tenant (`lockPolicy`).
 */
export async function removeInteractions(
  tx: EntityManager,
  tenantId: string,
  ids: readonly string[],
  cause: Cause,
  now: Instant,
): Promise<Removed> {
  const before = await lockInteractions(tx, tenantId, ids);
  const interactions = [...before.values()];
  const found = interactions.map(({ id }) => id);
  const legs = await legsOf(tx, tenantId, found);
  const legIds = legs.map(({ id }) => id);
  const keys = await keysOf(tx, tenantId, legIds);
  const interactionIds = await withMerged(tx, tenantId, found);
  await forgetVersions(tx, tenantId, interactionIds);
  await deleteRecordings(tx, tenantId, legIds);
  const suitors = await suitorsOf(tx, tenantId, legIds);
  await lookAround(tx, tenantId, legIds, now);
  const rows = await emptyTables(tx, tenantId, { legIds, interactionIds });
  await dropQuarantine(tx, tenantId, keys);
  await blankTraces(tx, tenantId, { legIds, interactionIds });
  await recordFunnelChange(
    tx,
    tenantId,
    interactions.map((one) => ({ before: one, after: undefined })),
  );
  await tellSubscribers(tx, { interactions, legs }, cause, now);
  if (suitors.length > 0) await reproject(tx, tenantId, suitors, cause, now);
  return { interactions, legs, keys, rows };
}

const legsOf = (tx: EntityManager, tenantId: string, ids: readonly string[]): Promise<RemovedLeg[]> =>
  tx.query(
    `select id, interaction_id as "interactionId", source_id as "sourceId", external_id as "externalId",
            exists (select from leg o where o.tenant_id = $1 and o.external_id = l.external_id
                                        and o.interaction_id <> all($2::uuid[])) as "isNamesake"
       from leg l where tenant_id = $1 and interaction_id = any($2::uuid[])`,
    [tenantId, ids],
  );

const keysOf = (tx: EntityManager, tenantId: string, legIds: readonly string[]): Promise<RemovedKey[]> =>
  tx.query(
    `select distinct k.namespace, k.value, k.scope,
            exists (select from correlation_key o
                     where o.tenant_id = $1 and o.namespace = k.namespace and o.value = k.value
                       and o.scope = k.scope and o.leg_id <> all($2::uuid[])) as "isShared"
       from correlation_key k where k.tenant_id = $1 and k.leg_id = any($2::uuid[])`,
    [tenantId, legIds],
  );

/** Other interactions of which a leg was taken for the possible half of one of these. */
async function suitorsOf(tx: EntityManager, tenantId: string, legIds: readonly string[]): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `select distinct l.interaction_id as id
       from (select assistant_leg_id as leg_id from leg_pair where tenant_id = $1 and dialer_leg_id = any($2::uuid[])
             union select dialer_leg_id from leg_pair where tenant_id = $1 and assistant_leg_id = any($2::uuid[])) p
       join leg l on l.tenant_id = $1 and l.id = p.leg_id
      where l.id <> all($2::uuid[]) order by 1`,
    [tenantId, legIds],
  );
  return rows.map(({ id }) => id);
}

/** The ids, and those that lead to them. */
async function withMerged(tx: EntityManager, tenantId: string, ids: readonly string[]): Promise<string[]> {
  const merged: { id: string }[] = await tx.query(
    'select id from interaction_redirect where tenant_id = $1 and survivor_id = any($2::uuid[])',
    [tenantId, ids],
  );
  return [...ids, ...merged.map(({ id }) => id)];
}

/** A key under quarantine is remembered only as long as a leg has it. */
const dropQuarantine = (tx: EntityManager, tenantId: string, keys: readonly RemovedKey[]): Promise<unknown> =>
  tx.query(
    `delete from quarantined_key q using jsonb_to_recordset($2::jsonb) as k(namespace text, value text)
      where q.tenant_id = $1 and q.namespace = k.namespace and q.value = k.value`,
    [tenantId, JSON.stringify(keys.filter(({ isShared }) => !isShared))],
  );

/**
 * What stays because others count on it loses all but that it happened: rows of the feed, whose positions
 * are dense, and entries of the audit log.
 */
async function blankTraces(
  tx: EntityManager,
  tenantId: string,
  { legIds, interactionIds }: { legIds: readonly string[]; interactionIds: readonly string[] },
): Promise<void> {
  await tx.query(
    `update change set changed_fields = '{}', calls = '[]', cause_id = null
      where tenant_id = $1 and interaction_id = any($2::uuid[])`,
    [tenantId, interactionIds],
  );
  await tx.query(
    `update audit_entry set reason = null, detail = '{}' where tenant_id = $1 and subject_id = any($2::uuid[])`,
    [tenantId, [...interactionIds, ...legIds]],
  );
}

const tellSubscribers = (
  tx: EntityManager,
  { interactions, legs }: Pick<Removed, 'interactions' | 'legs'>,
  cause: Cause,
  now: Instant,
): Promise<void> =>
  announce(
    tx,
    interactions
      .filter(({ deletedAt }) => deletedAt === null)
      .map(({ tenantId, id, revision }) => ({
        tenantId,
        interactionId: id,
        kind: 'REMOVED' as const,
        revision: revision + 1,
        changedFields: [],
        calls: legs
          .filter(({ interactionId }) => interactionId === id)
          .map((leg) => ({ callId: leg.id, messageIds: [] })),
        removalReason: 'ERASED' as const,
        mergedInto: null,
        causeKind: cause.kind,
        causeId: cause.id,
        at: now,
      })),
  );
