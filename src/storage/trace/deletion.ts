import type { EntityManager } from 'typeorm';
import type { Instant } from '../../domain/words.js';
import type { InteractionEntity } from '../entities/interaction.entity.js';

/** An interaction and the calls that it is made of now. */
interface Composed {
  interactionId: string;
  calls: readonly { call: { id: string } }[];
}

/**
 * Which of these interactions are deleted, and since when: those that have a leg of a deleted one. Marks
 * their legs so, and takes the mark from legs that came away. It only depends on which legs are together,
 * so that no order of records and no rebuild brings a deleted interaction back.
 */
export async function settleDeletions(
  tx: EntityManager,
  tenantId: string,
  due: readonly Composed[],
  before: ReadonlyMap<string, Pick<InteractionEntity, 'deletedAt'>>,
): Promise<ReadonlyMap<string, Instant>> {
  const legIds = due.flatMap(({ calls }) => calls.map(({ call }) => call.id));
  const tombstones: { legId: string; deletedAt: Instant }[] = await tx.query(
    `select leg_id as "legId", deleted_at as "deletedAt" from deleted_leg
      where tenant_id = $1 and leg_id = any($2::uuid[])`,
    [tenantId, legIds],
  );
  const deletions = deletionsOf(due, new Map(tombstones.map((one) => [one.legId, one.deletedAt])));
  const wereDeleted = [...before.values()].some(({ deletedAt }) => deletedAt !== null);
  if (deletions.size > 0 || wereDeleted) await markLegs(tx, tenantId, due, deletions);
  return deletions;
}

/** An interaction is deleted since the first of its legs was. */
function deletionsOf(
  due: readonly Composed[],
  tombstones: ReadonlyMap<string, Instant>,
): Map<string, Instant> {
  const deletions = new Map<string, Instant>();
  for (const { interactionId, calls } of due) {
    const times = calls.flatMap(({ call }) => tombstones.get(call.id) ?? []);
    if (times.length > 0) deletions.set(interactionId, Math.min(...times));
  }
  return deletions;
}

async function markLegs(
  tx: EntityManager,
  tenantId: string,
  due: readonly Composed[],
  deletions: ReadonlyMap<string, Instant>,
): Promise<void> {
  const marks = due.flatMap(({ interactionId, calls }) =>
    calls.map(({ call }) => ({ id: call.id, at: deletions.get(interactionId) ?? null })),
  );
  await tx.query(
    `update leg set deleted_at = to_timestamp(m.at / 1000.0)
       from jsonb_to_recordset($2::jsonb) as m(id uuid, at numeric)
      where leg.tenant_id = $1 and leg.id = m.id and leg.deleted_at is distinct from to_timestamp(m.at / 1000.0)`,
    [tenantId, JSON.stringify(marks)],
  );
}
