import type { EntityManager } from 'typeorm';
import { changedFields } from '../../domain/canonical.js';
import { marksOf } from '../../domain/funnel.js';
import type { Interaction, Projection, Surroundings } from '../../domain/interaction.js';
import { project } from '../../domain/interaction.js';
import type { Mark } from '../../domain/mark.js';
import { normalizeAddress } from '../address.js';
import { customerKeysOf } from '../customer-keys.js';
import type { CallChange } from '../entities/change.entity.js';
import {
  InteractionEntity,
  InteractionRedirectEntity,
  StatusChangeEntity,
} from '../entities/interaction.entity.js';
import { interactionLabels } from '../list/labels.js';
import { writeRows } from '../transaction.js';
import { followMerge, noteSettled } from '../analysis/follow.js';
import type { Cause } from './cause.js';
import type { NewChange } from './announce.js';
import { announce } from './announce.js';
import type { KnownCall } from './call-store.js';
import { properties } from './call-store.js';
import { settleDeletions } from './deletion.js';
import { recordFunnelChange } from './funnel-rollup.js';
import { loadMarks } from './marks.js';
import type { TenantSurroundings } from './surroundings.js';
import { endVersions, keepVersions } from './version-store.js';

export type { Cause } from './cause.js';

/** An interaction whose state is to be computed anew from its calls. */
export interface Due {
  interactionId: string;
  calls: KnownCall[];
  /** Calls that the cause itself changed. */
  callChanges: CallChange[];
  cause: Cause;
}

type Row = InteractionEntity;

/** The fields of an interaction that a client can see change; the rest is for the clockwork. */
const VISIBLE = [
  'reference',
  'externalIds',
  'channel',
  'direction',
  'platform',
  'customerAddress',
  'customerName',
  'did',
  'carrier',
  'startedAt',
  'endedAt',
  'durationMs',
  'lastMessageAt',
  'status',
  'dropStage',
  'dropDetail',
  'isProvisional',
  'expectedBy',
  'faultDomain',
  'why',
  'outcome',
  'outcomeReason',
  'segments',
  'alignment',
  'transfers',
  'campaign',
  'flow',
  'functions',
  'tags',
  'sentiment',
  'reviewFlags',
  'annotations',
  'summary',
  'cost',
  'hasRecording',
  'isTest',
  'disagreements',
  'finalAt',
  'lateByMs',
  'resolution',
] as const satisfies readonly (keyof Interaction)[];

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
  const deletions = await settleDeletions(tx, tenant.tenantId, due, before);
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
  const turned = announced.filter(({ row, old }) => statusKey(old) !== statusKey(row));
  await writeRows(
    tx,
    StatusChangeEntity,
    turned.map(({ row, one, old }) => statusChange(row, one, old, now)),
  );
  await writePresumedEnds(
    tx,
    tenant.tenantId,
    written.flatMap(({ presumed }) => presumed),
  );
  return deletions;
}

interface NextState {
  one: Due;
  old: Row | undefined;
  row: Row;
  fields: string[];
  presumed: { legId: string; presumed: boolean }[];
}

const legIdsOf = ({ calls }: Due): string[] => calls.map(({ call }) => call.id);

function nextState(
  tenant: TenantSurroundings,
  one: Due,
  old: Row | undefined,
  { now, deletedAt, marks }: { now: number; deletedAt: number | null; marks: readonly Mark[] },
): NextState {
  const calls = one.calls.map(({ call }) => call);
  const { interaction: state, presumedEnds } = project(calls, surroundingsOf(tenant, one, marks, now));
  const isOther = old === undefined || old.deletedAt !== deletedAt;
  const fields: string[] = isOther ? [...VISIBLE] : changedFields<Interaction>(old, state, VISIBLE);
  if (one.callChanges.length > 0) fields.push('calls');
  const { e164, reversed } = normalizeAddress(state.customerAddress, tenant.defaultCountry);
  const changed = fields.length > 0;
  const customerKeys = customerKeysOf(
    e164,
    one.calls.flatMap(({ keys }) => keys),
    tenant.defaultCountry,
  );
  const row: Row = {
    ...state,
    customerKeys,
    labels: interactionLabels(tenant.tenantId, { ...state, customerKeys }),
    stageMarks: marksOf(state.stages),
    calledBackAt: old?.customerE164 === e164 ? old.calledBackAt : null,
    tenantId: tenant.tenantId,
    id: one.interactionId,
    customerE164: e164,
    customerReversed: reversed,
    deletedAt,
    revision: (old?.revision ?? 0) + (changed ? 1 : 0),
    createdAt: old?.createdAt ?? now,
    updatedAt: changed ? now : (old?.updatedAt ?? now),
  };
  return { one, old, row, fields, presumed: turnedEnds(one, presumedEnds) };
}

function surroundingsOf(
  tenant: TenantSurroundings,
  one: Due,
  marks: readonly Mark[],
  now: number,
): Surroundings {
  const legIds = new Set(legIdsOf(one));
  return {
    ...tenant,
    now,
    lastReceivedAt: Math.max(...one.calls.map(({ call }) => call.lastReceivedAt)),
    keys: new Map(one.calls.map(({ call, keys }) => [call.id, keys])),
    marks: marks.filter(({ legId }) => legIds.has(legId)),
    ignoredKeys: new Map(one.calls.map(({ call, ignoredKeys }) => [call.id, ignoredKeys])),
    resolutions: one.calls.flatMap(({ resolution }) => resolution ?? []),
    hasSuggestion: one.calls.some(({ isSuggested }) => isSuggested),
  };
}

/** Legs whose presumed end begins or ceases with this state. */
const turnedEnds = (one: Due, ends: Projection['presumedEnds']): NextState['presumed'] =>
  one.calls
    .filter(({ call, endPresumed }) => ends.has(call.id) !== endPresumed)
    .map(({ call }) => ({ legId: call.id, presumed: ends.has(call.id) }));

async function writePresumedEnds(
  tx: EntityManager,
  tenantId: string,
  ends: NextState['presumed'],
): Promise<void> {
  if (ends.length === 0) return;
  await tx.query(
    `update leg set end_presumed = e.presumed
       from jsonb_to_recordset($2::jsonb) as e("legId" uuid, presumed boolean)
      where leg.tenant_id = $1 and leg.id = e."legId"`,
    [tenantId, JSON.stringify(ends)],
  );
}

const statusKey = (row: Row | undefined): string =>
  row === undefined ? '' : `${row.status}/${row.dropStage ?? ''}/${row.dropDetail ?? ''}/${row.why.code}`;

const statusChange = (row: Row, one: Due, old: Row | undefined, now: number): StatusChangeEntity => ({
  tenantId: row.tenantId,
  interactionId: row.id,
  revision: row.revision,
  fromStatus: old?.status ?? null,
  toStatus: row.status,
  dropStage: row.dropStage,
  dropDetail: row.dropDetail,
  why: row.why,
  at: now,
  causeKind: one.cause.kind,
  causeId: one.cause.id,
  policyVersion: row.policyVersion,
});

/** One who could see the interaction is told that it is deleted; one who could not is told nothing. */
function changeRows({ row, old, one, fields }: NextState, now: number): NewChange[] {
  const isDeleted = row.deletedAt !== null;
  if (isDeleted && (old === undefined || old.deletedAt !== null)) return [];
  const change = {
    tenantId: row.tenantId,
    interactionId: row.id,
    revision: row.revision,
    mergedInto: null,
    causeKind: one.cause.kind,
    causeId: one.cause.id,
    at: now,
  };
  if (!isDeleted)
    return [
      { ...change, kind: 'UPSERTED', changedFields: fields, calls: one.callChanges, removalReason: null },
    ];
  const calls = one.calls.map(({ call }) => ({ callId: call.id, messageIds: [] }));
  return [{ ...change, kind: 'REMOVED', changedFields: [], calls, removalReason: 'DELETED' }];
}

/** Merged ids lead to their survivor from now on; subscribers are told (rule R17). */
export async function mergeInteractions(
  tx: EntityManager,
  tenantId: string,
  redirects: readonly { id: string; survivorId: string }[],
  { before, deletions }: { before: ReadonlyMap<string, Row>; deletions: ReadonlyMap<string, number> },
  cause: Cause,
  now: number,
): Promise<void> {
  if (redirects.length === 0) return;
  const ids = redirects.map(({ id }) => id);
  await endVersions(tx, tenantId, redirects, cause, now);
  await tx.query('delete from interaction where tenant_id = $1 and id = any($2::uuid[])', [tenantId, ids]);
  await recordFunnelChange(
    tx,
    tenantId,
    ids.map((id) => ({ before: before.get(id), after: undefined })),
  );
  await tx.query(
    `update interaction_redirect r set survivor_id = m."survivorId"
       from jsonb_to_recordset($2::jsonb) as m(id uuid, "survivorId" uuid)
      where r.tenant_id = $1 and r.survivor_id = m.id`,
    [tenantId, JSON.stringify(redirects)],
  );
  await writeRows(
    tx,
    InteractionRedirectEntity,
    redirects.map((one) => ({ tenantId, ...one, mergedAt: now })),
  );
  await followMerge(tx, tenantId, redirects, cause, now);
  await announce(
    tx,
    redirects
      .filter(({ id }) => before.get(id)?.deletedAt == null)
      .map(({ id, survivorId }) => ({
        tenantId,
        interactionId: id,
        kind: 'REMOVED' as const,
        revision: (before.get(id)?.revision ?? 0) + 1,
        changedFields: [],
        calls: [],
        removalReason: deletions.has(survivorId) ? ('DELETED' as const) : ('MERGED' as const),
        mergedInto: deletions.has(survivorId) ? null : survivorId,
        causeKind: cause.kind,
        causeId: cause.id,
        at: now,
      })),
  );
}
