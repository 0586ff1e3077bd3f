import type { EntityManager } from 'typeorm';
import type { Redirect } from '../../domain/identity.js';
import type { Instant } from '../../domain/words.js';
import { followRevival } from '../analysis/follow.js';

/** What an interaction that is there again was before it was merged. */
export interface Former {
  revision: number;
  createdAt: Instant | null;
}

/** The ids that lead to these interactions. */
export async function redirectsTo(
  tx: EntityManager,
  tenantId: string,
  survivorIds: readonly string[],
): Promise<Redirect[]> {
  if (survivorIds.length === 0) return [];
  return tx.query(
    `select id, survivor_id as "survivorId", leg_id as "legId" from interaction_redirect
      where tenant_id = $1 and survivor_id = any($2::uuid[]) order by id`,
    [tenantId, survivorIds],
  );
}

export async function moveRedirects(
  tx: EntityManager,
  tenantId: string,
  moved: readonly Redirect[],
): Promise<void> {
  if (moved.length === 0) return;
  await tx.query(
    `update interaction_redirect r set survivor_id = m."survivorId"
       from jsonb_to_recordset($2::jsonb) as m(id uuid, "survivorId" uuid)
      where r.tenant_id = $1 and r.id = m.id`,
    [tenantId, JSON.stringify(moved)],
  );
}

/**
 * Takes away the redirects of ids that are interactions again. Answers where their revisions go on: subscribers
 * have been told of the one that removed them.
 */
export async function reviveIds(
  tx: EntityManager,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, Former>> {
  if (ids.length === 0) return new Map();
  await tx.query('delete from interaction_redirect where tenant_id = $1 and id = any($2::uuid[])', [
    tenantId,
    ids,
  ]);
  await followRevival(tx, tenantId, ids);
  const rows: ({ id: string } & Former)[] = await tx.query(
    `select interaction_id as id, max(revision) as revision, min((state->>'created_at')::timestamptz) as "createdAt"
       from interaction_version where tenant_id = $1 and interaction_id = any($2::uuid[]) group by 1`,
    [tenantId, ids],
  );
  return new Map(rows.map(({ id, ...former }) => [id, former]));
}
