import type { EntityManager } from 'typeorm';
import { NotFound, ThroughlineError } from '../../domain/errors.js';
import { compareText } from '../../domain/leg.js';
import type { AuditAction, Instant, LegVerdict } from '../../domain/words.js';
import { LegVerdictEntity } from '../entities/bond.entity.js';
import { uuids } from '../list/params.js';
import { writeRows } from '../transaction.js';
import { latestVerdicts } from './bonds.js';

/** A leg, and where it is. */
interface PlacedLeg {
  legId: string;
  interactionId: string;
}

/** Actions that can be taken back. */
const REVERSIBLE: readonly AuditAction[] = [
  'INTERACTIONS_LINKED',
  'LEG_UNLINKED',
  'SUGGESTION_DISMISSED',
  'INTERACTION_RESOLVED',
  'INTERACTION_FLAGGED',
  'INTERACTION_UNFLAGGED',
  'INTERACTION_TAGGED',
  'INTERACTION_UNTAGGED',
  'INTERACTION_ANNOTATED',
  'ANNOTATION_REMOVED',
];

export const idOf = ({ legId }: { legId: string }): string => legId;
export const person = (auditId: string | undefined) => ({ kind: 'PERSON' as const, id: auditId ?? null });

type Ordered = readonly [legId: string, otherLegId: string];

export const pairOf = (a: string | undefined, b: string | undefined): Ordered =>
  compareText(a ?? '', b ?? '') < 0 ? [a ?? '', b ?? ''] : [b ?? '', a ?? ''];

export async function writeVerdicts(
  tx: EntityManager,
  tenantId: string,
  auditId: string | undefined,
  verdict: LegVerdict,
  pairs: readonly Ordered[],
  now: Instant,
): Promise<void> {
  const distinct = new Map(pairs.map((pair) => [pair.join('/'), pair]));
  const rows = [...distinct.values()].map(([legId, otherLegId]) => ({
    tenantId,
    legId,
    otherLegId,
    auditId: auditId ?? '',
    verdict,
  }));
  await writeRows(tx, LegVerdictEntity, rows);
  await lookAgain(tx, tenantId, [...new Set(pairs.flat())], now);
}

/** Circumstances are weighed anew for these legs by the next look. */
export async function lookAgain(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
  now: Instant,
): Promise<void> {
  await tx.query('update orphan set check_at = $3 where tenant_id = $1 and leg_id = any($2::uuid[])', [
    tenantId,
    legIds,
    new Date(now),
  ]);
}

/** The interactions that the ids stand for now; throws NOT_FOUND for one that is none. */
export async function presentIds(
  tx: EntityManager,
  tenantId: string,
  ids: readonly string[],
): Promise<string[]> {
  const rows: { asked: string; id: string }[] = await tx.query(
    `select asked::text, coalesce(r.survivor_id, asked) as id
       from unnest($2::uuid[]) asked
       left join interaction_redirect r on r.tenant_id = $1 and r.id = asked
       join interaction i on i.tenant_id = $1 and i.id = coalesce(r.survivor_id, asked) and i.deleted_at is null`,
    [tenantId, uuids(ids)],
  );
  const present = new Map(rows.map((row) => [row.asked, row.id]));
  return ids.map((id) => {
    const found = present.get(id.toLowerCase());
    if (found === undefined) throw new NotFound('interaction');
    return found;
  });
}

const START = 'coalesce(started_at, queued_at, ring_at, answered_at, least(first_event_at, ended_at))';

/** The legs of interactions, earliest first. */
export const legsOf = (tx: EntityManager, tenantId: string, ids: readonly string[]): Promise<PlacedLeg[]> =>
  tx.query(
    `select id as "legId", interaction_id as "interactionId" from leg
      where tenant_id = $1 and interaction_id = any($2::uuid[]) order by ${START}, external_id collate "C", source_id`,
    [tenantId, ids],
  );

/** The earliest leg of each interaction. */
export function anchorsOf(legs: readonly PlacedLeg[]): Map<string, string> {
  const anchors = new Map<string, string>();
  for (const { legId, interactionId } of legs)
    if (!anchors.has(interactionId)) anchors.set(interactionId, legId);
  return anchors;
}

export async function interactionOf(tx: EntityManager, tenantId: string, legId: string): Promise<string> {
  const [id] = await interactionsOf(tx, tenantId, uuids([legId]));
  if (id === undefined) throw new NotFound('leg');
  return id;
}

export async function interactionsOf(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    'select distinct interaction_id as id from leg where tenant_id = $1 and id = any($2::uuid[]) order by 1',
    [tenantId, legIds],
  );
  return rows.map(({ id }) => id);
}

/** Pairs across the interactions that an earlier decision has parted: the new one overrides it. */
export async function opposedPairs(
  tx: EntityManager,
  tenantId: string,
  legs: readonly PlacedLeg[],
): Promise<Ordered[]> {
  const rows: { legId: string; otherLegId: string }[] = await tx.query(
    `select v.leg_id as "legId", v.other_leg_id as "otherLegId"
       from (${latestVerdicts('v.leg_id = any($2::uuid[]) and v.other_leg_id = any($2::uuid[])')}) v
      where v.verdict <> 'TOGETHER'`,
    [tenantId, legs.map(idOf)],
  );
  return rows.map(({ legId, otherLegId }) => [legId, otherLegId] as const);
}

/** Pairs that circumstances hold together: whoever puts their interactions together means both halves. */
export async function weakPairs(
  tx: EntityManager,
  tenantId: string,
  legs: readonly PlacedLeg[],
): Promise<Ordered[]> {
  const rows: { dialerLegId: string; assistantLegId: string }[] = await tx.query(
    `select dialer_leg_id as "dialerLegId", assistant_leg_id as "assistantLegId" from leg_pair
      where tenant_id = $1 and dialer_leg_id = any($2::uuid[]) and assistant_leg_id = any($2::uuid[]) and is_linked`,
    [tenantId, legs.map(idOf)],
  );
  return rows.map((row) => pairOf(row.dialerLegId, row.assistantLegId));
}

export async function mustBeDropped(
  tx: EntityManager,
  tenantId: string,
  ids: readonly string[],
): Promise<void> {
  const [other]: object[] = await tx.query(
    `select 1 from interaction where tenant_id = $1 and id = any($2::uuid[]) and status <> 'DROPPED' limit 1`,
    [tenantId, ids],
  );
  if (other !== undefined)
    throw new ThroughlineError('CONFLICT', 'Only dropped interactions can be resolved.', 'interactionIds');
}

interface Undoable {
  id: string;
  subjectId: string | null;
  detail: { legIds?: string[] };
}

export async function undoable(tx: EntityManager, tenantId: string, id: string): Promise<Undoable[]> {
  const entries: (Undoable & { action: AuditAction; isUndone: boolean })[] = await tx.query(
    `select e.id, e.subject_id as "subjectId", e.detail, e.action,
            exists (select from audit_entry u where u.tenant_id = e.tenant_id and u.undoes = e.id) as "isUndone"
       from audit_entry e where e.tenant_id = $1 and (e.id = $2::uuid or e.batch_id = $2::uuid) order by e.id`,
    [tenantId, uuids([id])[0] ?? null],
  );
  const open = entries.filter(({ action, isUndone }) => REVERSIBLE.includes(action) && !isUndone);
  if (entries.length === 0) throw new NotFound('audit entry');
  if (open.length === 0)
    throw new ThroughlineError('CONFLICT', 'It has been undone already, or cannot be undone.', 'id');
  return open;
}

/** Takes away what the entries decided. */
export async function forget(
  tx: EntityManager,
  tenantId: string,
  auditIds: readonly string[],
  legIds: readonly string[],
  now: Instant,
): Promise<void> {
  for (const table of ['leg_verdict', 'resolution', 'mark'])
    await tx.query(`delete from ${table} where tenant_id = $1 and audit_id = any($2::uuid[])`, [
      tenantId,
      auditIds,
    ]);
  await lookAgain(tx, tenantId, legIds, now);
}
