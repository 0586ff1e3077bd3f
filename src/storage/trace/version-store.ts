import type { EntityManager } from 'typeorm';
import type { Cause } from './cause.js';
import type { Due } from './next-state.js';

/** A new revision of an interaction whose row is written already. */
export interface NewVersion {
  one: Pick<Due, 'interactionId' | 'cause'>;
  fields: readonly string[];
}

/**
 * Keeps the interactions' rows as they are now for those who ask what was known when: the version before
 * ends where this one begins. A clock that goes back makes a version that never held, not one that holds twice.
 */
export async function keepVersions(
  tx: EntityManager,
  tenantId: string,
  versions: readonly NewVersion[],
  now: number,
): Promise<void> {
  if (versions.length === 0) return;
  const given = versions.map(({ one, fields }) => ({
    id: one.interactionId,
    changedFields: fields,
    cause: one.cause,
  }));
  await tx.query(
    `with given as (select * from jsonb_to_recordset($2::jsonb) as g(id uuid, "changedFields" text[], cause jsonb)),
          ended as (${END_VERSION})
     insert into interaction_version (tenant_id, interaction_id, revision, valid_from, started_at, state,
                                      changed_fields, cause_kind, cause_id)
     select i.tenant_id, i.id, i.revision, coalesce(e.at, $3), i.started_at, to_jsonb(i),
            g."changedFields", g.cause->>'kind', g.cause->>'id'
       from given g join interaction i on i.tenant_id = $1 and i.id = g.id left join ended e on e.id = g.id`,
    [tenantId, JSON.stringify(given), new Date(now)],
  );
}

/** Ends the versions that hold now of the interactions in `given`. */
const END_VERSION = `
  update interaction_version v set valid_to = greatest(v.valid_from, $3::timestamptz) from given g
   where v.tenant_id = $1 and v.interaction_id = g.id and v.valid_to = 'infinity'
  returning v.interaction_id as id, v.revision, v.started_at, v.valid_to as at`;

/** Nothing is known of these interactions any more but what they are part of now. */
export async function endVersions(
  tx: EntityManager,
  tenantId: string,
  merged: readonly { id: string; survivorId: string }[],
  cause: Cause,
  now: number,
): Promise<void> {
  await tx.query(
    `with given as (select * from jsonb_to_recordset($2::jsonb) as g(id uuid, "survivorId" uuid)),
          ended as (${END_VERSION})
     insert into interaction_version (tenant_id, interaction_id, revision, valid_from, valid_to, started_at,
                                      changed_fields, cause_kind, cause_id, merged_into)
     select $1, e.id, e.revision + 1, e.at, e.at, e.started_at, '{}', $4, $5, g."survivorId"
       from ended e join given g on g.id = e.id`,
    [tenantId, JSON.stringify(merged), new Date(now), cause.kind, cause.id],
  );
}

/** Forgets all that was ever known of these interactions: for those who remove or erase them. */
export async function forgetVersions(
  tx: EntityManager,
  tenantId: string,
  ids: readonly string[],
): Promise<void> {
  await tx.query(
    'delete from interaction_version where tenant_id = $1 and interaction_id = any($2::uuid[])',
    [tenantId, ids],
  );
}
