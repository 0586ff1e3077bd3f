import type { EntityManager } from 'typeorm';
import { policyFor } from '../../domain/policy.js';
import type { Instant } from '../../domain/words.js';
import { AnalysisDueEntity } from '../entities/analysis.entity.js';
import type { InteractionEntity } from '../entities/interaction.entity.js';
import { writeRows } from '../transaction.js';
import type { Cause } from '../trace/cause.js';
import type { TenantSurroundings } from '../trace/surroundings.js';
import { announceAnalyses } from './announce.js';

type State = Pick<
  InteractionEntity,
  'status' | 'endedAt' | 'expectedBy' | 'channel' | 'direction' | 'deletedAt'
>;

/** An interaction has settled when it ended and no part of it is waited for any more: what is missing then is an issue. */
const isSettled = (state: State | undefined): boolean =>
  state !== undefined &&
  state.deletedAt === null &&
  state.endedAt !== null &&
  !(state.status === 'PARTIAL' && state.expectedBy !== null);

/** Interactions that settle with this change are analysed by themselves, where the policy says so. */
export async function noteSettled(
  tx: EntityManager,
  { tenantId, policy }: TenantSurroundings,
  written: readonly { old: State | undefined; row: State & { id: string } }[],
  now: Instant,
): Promise<void> {
  const due = written
    .filter(({ old, row }) => isSettled(row) && !isSettled(old))
    .filter(({ row }) => policyFor(policy, row.channel, row.direction).analyzeOnEnd)
    .map(({ row }) => ({ tenantId, interactionId: row.id, dueAt: now }));
  await writeRows(tx, AnalysisDueEntity, due, { onConflict: 'nothing' });
}

/**
 * Analyses follow their interaction into the one it became part of, which they have not judged. One that
 * runs has failed: it would judge half of what is there now.
 */
export async function followMerge(
  tx: EntityManager,
  tenantId: string,
  redirects: readonly { id: string; survivorId: string }[],
  cause: Cause,
  now: Instant,
): Promise<void> {
  const moved = JSON.stringify(redirects);
  const merged = 'jsonb_to_recordset($2::jsonb) as m(id uuid, "survivorId" uuid)';
  const [failed] = (await tx.query(
    `update timeline_analysis a
        set status = 'FAILED', failure = 'INTERACTION_MERGED', trusted_until = null, updated_at = $3
       from ${merged} where a.tenant_id = $1 and a.interaction_id = m.id and a.status = 'PROGRESSING'
     returning a.id, a.status, m."survivorId" as "interactionId"`,
    [tenantId, moved, new Date(now)],
  )) as [{ id: string; status: 'FAILED'; interactionId: string }[], number];
  await tx.query(
    `with gone as (delete from analysis_due d using ${merged} where d.tenant_id = $1 and d.interaction_id = m.id)
     update timeline_analysis a set interaction_id = m."survivorId", merged_from = coalesce(a.merged_from, m.id)
       from ${merged} where a.tenant_id = $1 and a.interaction_id = m.id`,
    [tenantId, moved],
  );
  await announceAnalyses(tx, tenantId, failed, cause, now);
}

/** Analyses of interactions that were merged and are there again come back to them. */
export async function followRevival(
  tx: EntityManager,
  tenantId: string,
  ids: readonly string[],
): Promise<void> {
  await tx.query(
    `update timeline_analysis set interaction_id = merged_from, merged_from = null
      where tenant_id = $1 and merged_from = any($2::uuid[])`,
    [tenantId, ids],
  );
}
