import type { EntityManager } from 'typeorm';
import { InteractionEntity, StatusChangeEntity } from '../entities/interaction.entity.js';
import { noteSettled } from '../analysis/follow.js';
import { writeRows } from '../transaction.js';
import { announce } from './announce.js';
import { properties } from './call-store.js';
import { changeRows, hasTurned, statusChange } from './change-rows.js';
import { settleDeletions } from './deletion.js';
import { recordFunnelChange } from './funnel-rollup.js';
import { loadMarks } from './marks.js';
import type { Due, LegEnd } from './next-state.js';
import { legIdsOf, nextState } from './next-state.js';
import type { TenantSurroundings } from './surroundings.js';
import { keepVersions } from './version-store.js';

type Row = InteractionEntity;

/** Locks the interactions' rows in the order of their ids and reads them. */
export async function lockInteractions(
  tx: EntityManager,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, Row>> {
  if (ids.length === 0) return new Map();
  const rows: { row: object }[] = await tx.query(
    `select to_jsonb(i) as row from interaction i
      where tenant_id = $1 and id = any($2::uuid[]) order by id for update`,
    [tenantId, ids],
  );
  return new Map(rows.map(({ row }) => properties(row) as unknown as Row).map((row) => [row.id, row]));
}

/**
 * Computes the interactions anew and writes what changed, with the change row and the status history in
 * the same transaction: what is announced is committed, and what is committed is announced. Answers which
 * of them are deleted: they are written like others, but subscribers are told no more of them.
 */
export async function writeInteractions(
  tx: EntityManager,
  tenant: TenantSurroundings,
  due: readonly Due[],
  before: ReadonlyMap<string, Row>,
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const deletions = await settleDeletions(tx, tenant.tenantId, due, before, now);
  const marks = await loadMarks(tx, tenant.tenantId, due.flatMap(legIdsOf));
  const written = due.map((one) => {
    const deletedAt = deletions.get(one.interactionId) ?? null;
    return nextState(tenant, one, before.get(one.interactionId), { now, deletedAt, marks });
  });
  await writeRows(
    tx,
    InteractionEntity,
    written.map(({ row }) => row),
    { keep: ['createdAt'] },
  );
  await noteSettled(tx, tenant, written, now);
  await recordFunnelChange(
    tx,
    tenant.tenantId,
    written.map(({ old, row }) => ({ before: old, after: row })),
  );
  const announced = written.filter(({ fields }) => fields.length > 0);
  await announce(
    tx,
    announced.flatMap((state) => changeRows(state, now)),
  );
  await keepVersions(tx, tenant.tenantId, announced, now);
  await writeRows(
    tx,
    StatusChangeEntity,
    announced.filter(hasTurned).map((state) => statusChange(state, now)),
  );
  await writeEnds(
    tx,
    tenant.tenantId,
    written.flatMap(({ ends }) => ends),
  );
  return deletions;
}

async function writeEnds(tx: EntityManager, tenantId: string, ends: readonly LegEnd[]): Promise<void> {
  if (ends.length === 0) return;
  await tx.query(
    `update leg set end_presumed = e."endPresumed", attempt_end = e."attemptEnd",
                    attempt_end_derived = e."attemptEndDerived"
       from jsonb_to_recordset($2::jsonb)
            as e("legId" uuid, "endPresumed" boolean, "attemptEnd" text, "attemptEndDerived" boolean)
      where leg.tenant_id = $1 and leg.id = e."legId"`,
    [tenantId, JSON.stringify(ends)],
  );
}
