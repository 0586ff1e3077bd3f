import type { EntityManager } from 'typeorm';

/**
 * The interactions, and those that were made of their calls: transcriptions and recordings, over any number
 * of steps. What names an id that a call which stays has too may be of that one, and is left alone.
 */
export async function withMade(
  tx: EntityManager,
  tenantId: string,
  interactionIds: readonly string[],
): Promise<string[]> {
  const found = new Set(interactionIds);
  let latest: readonly string[] = interactionIds;
  while (latest.length > 0) {
    latest = (await madeOf(tx, tenantId, latest, [...found])).filter((id) => !found.has(id));
    for (const id of latest) found.add(id);
  }
  return [...found];
}

async function madeOf(
  tx: EntityManager,
  tenantId: string,
  interactionIds: readonly string[],
  found: readonly string[],
): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `select distinct m.interaction_id as id
       from leg l
       join call c on c.tenant_id = $1 and c.made_of = l.external_id
       join leg m on m.tenant_id = $1 and m.id = c.id
      where l.tenant_id = $1 and l.interaction_id = any($2::uuid[])
        and not exists (select from leg o where o.tenant_id = $1 and o.external_id = l.external_id
                                            and o.interaction_id <> all($3::uuid[]))`,
    [tenantId, interactionIds, found],
  );
  return rows.map(({ id }) => id);
}
