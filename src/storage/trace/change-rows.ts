import type { InteractionEntity, StatusChangeEntity } from '../entities/interaction.entity.js';
import type { NewChange } from './announce.js';
import type { NextState } from './next-state.js';

const statusKey = (row: InteractionEntity | undefined): string =>
  row === undefined
    ? ''
    : [row.status, row.dropStage, row.dropDetail, row.why.code, row.isProvisional].join('/');

/** Whether its status, why it has it, or that it is provisional, is another than before. */
export const hasTurned = ({ row, old }: NextState): boolean => statusKey(old) !== statusKey(row);

/** The row of the status history. */
export const statusChange = ({ row, one, old }: NextState, now: number): StatusChangeEntity => ({
  tenantId: row.tenantId,
  interactionId: row.id,
  revision: row.revision,
  fromStatus: old?.status ?? null,
  toStatus: row.status,
  dropStage: row.dropStage,
  dropDetail: row.dropDetail,
  isProvisional: row.isProvisional,
  why: row.why,
  at: now,
  causeKind: one.cause.kind,
  causeId: one.cause.id,
  policyVersion: row.policyVersion,
});

/** Rows of the feed. Who could see the interaction is told that it is deleted, who could not is told nothing. */
export function changeRows({ row, old, one, fields }: NextState, now: number): NewChange[] {
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
