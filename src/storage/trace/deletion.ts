import type { EntityManager } from 'typeorm';
import type { Instant } from '../../domain/words.js';
import type { InteractionEntity } from '../entities/interaction.entity.js';
import { lookAround } from './orphans.js';

/** An interaction and the calls that it is made of now. */
interface Composed {
  interactionId: string;
  calls: readonly { call: { id: string } }[];
}

/**
 * Which of these interactions are deleted, and since when: those that have a leg of a deleted one. Marks
 * their legs so, and takes the mark from legs that came away. It only depends on which legs are together,
 * so that no order of records and no rebuild brings a deleted interaction back. What is hidden is nobody's other half,
 * what is there again may be: the legs around are compared anew.
 */
export async function settleDeletions(
  tx: EntityManager,
  tenantId: string,
  due: readonly Composed[],
  before: ReadonlyMap<string, Pick<InteractionEntity, 'deletedAt'>>,
  now: Instant,
): Promise<ReadonlyMap<string, Instant>> {
  const legIds = due.flatMap(({ calls }) => calls.map(({ call }) => call.id));
  const tombstones: { legId: string; deletedAt: Instant }[] = await tx.query(
    `select leg_id as "legId", deleted_at as "deletedAt" from deleted_leg
      where tenant_id = $1 and leg_id = any($2::uuid[])`,
    [tenantId, legIds],
  );
  const deletions = deletionsOf(due, new Map(tombstones.map((one) => [one.legId, one.deletedAt])));
  const wereDeleted = [...before.values()].some(({ deletedAt }) => deletedAt !== null);
  if (deletions.size > 0 || wereDeleted)
    await lookAround(tx, tenantId, await markLegs(tx, tenantId, due, deletions), now);
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

/** Answers the legs that are hidden or found from now on. */
async function markLegs(
  tx: EntityManager,
  tenantId: string,
  due: readonly Composed[],
  deletions: ReadonlyMap<string, Instant>,
): Promise<string[]> {
  const marks = due.flatMap(({ interactionId, calls }) =>
    calls.map(({ call }) => ({ id: call.id, at: deletions.get(interactionId) ?? null })),
  );
  const turned: { id: string }[] = await tx.query(
    `with turned as (
       update leg set deleted_at = to_timestamp(m.at / 1000.0)
         from jsonb_to_recordset($2::jsonb) as m(id uuid, at numeric)
        where leg.tenant_id = $1 and leg.id = m.id and leg.deleted_at is distinct from to_timestamp(m.at / 1000.0)
       returning leg.id)
     select id from turned`,
    [tenantId, JSON.stringify(marks)],
  );
  return turned.map(({ id }) => id);
}
