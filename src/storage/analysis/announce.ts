import type { EntityManager } from 'typeorm';
import type { Instant } from '../../domain/words.js';
import type { AnalysisChange } from '../entities/change.entity.js';
import type { Cause } from '../trace/cause.js';

/**
 * Writes change rows for analyses, in the transaction that changed them. They repeat the interaction's
 * revision: the interaction itself did not change. Where no source gave a summary, a completed one brings it.
 */
export async function announceAnalyses(
  tx: EntityManager,
  tenantId: string,
  changes: readonly (AnalysisChange & { interactionId: string })[],
  cause: Cause,
  now: Instant,
): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `insert into change (tenant_id, interaction_id, kind, revision, changed_fields, analyses, cause_kind, cause_id, at)
     select $1, i.id, 'UPSERTED', i.revision,
            array['timelineAnalyses', 'latestTimelineAnalysis']
              || case when c.status = 'COMPLETED' and i.summary is null then array['summary', 'analysis'] else array[]::text[] end,
            jsonb_build_array(jsonb_build_object('id', c.id, 'status', c.status)), $3, $4, $5
       from jsonb_to_recordset($2::jsonb) as c(id uuid, status text, "interactionId" uuid)
       join interaction i on i.tenant_id = $1 and i.id = c."interactionId" and i.deleted_at is null`,
    [tenantId, JSON.stringify(changes), cause.kind, cause.id, new Date(now)],
  );
}
