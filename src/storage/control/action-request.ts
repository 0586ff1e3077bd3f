import type { EntityManager } from 'typeorm';
import { NotFound, ThroughlineError } from '../../domain/errors.js';
import type { Refusal } from '../../domain/monitoring.js';
import type { AuditAction, Instant, MonitoringKind } from '../../domain/words.js';
import type { Actor } from '../audit/audit-log.js';
import { audit } from '../audit/audit-log.js';
import { CoachingNoteEntity, MonitoringActionEntity } from '../entities/control.entity.js';
import { newId } from '../ids.js';
import type { MonitoringActionRow } from '../read-model.js';
import { lockNames } from '../trace/locks.js';
import { writeRows } from '../transaction.js';
import { readAction, tell } from './action-row.js';
import type { CallFacts } from './facts.js';
import { readFacts } from './facts.js';

/** An action as it is asked for. */
export interface NewAction {
  /** Null: one is made. */
  id: string | null;
  callId: string;
  kind: MonitoringKind;
  destination: string | null;
  /** Where it goes when nothing is said; null: nowhere. */
  usualDestination: (facts: CallFacts) => string | null;
  /** Only of COACH. */
  note: string | null;
  actor: Actor;
}

export interface RequestedAction {
  action: MonitoringActionRow;
  facts: CallFacts;
  /** False when this id was asked for before: then nothing is to be sent. */
  isNew: boolean;
}

/** Decides, keeps and audits a request, as `ActionStore.request` says. */
export async function request(
  tx: EntityManager,
  tenantId: string,
  asked: NewAction,
  decide: (facts: CallFacts) => Refusal | null,
  now: Instant,
): Promise<RequestedAction> {
  await lockNames(tx, tenantId, [`monitor/${asked.callId}`]);
  const [facts] = await readFacts(tx, tenantId, [asked.callId]);
  if (facts === undefined) throw new NotFound('call');
  const known = asked.id === null ? null : await readAction(tx, tenantId, asked.id);
  if (known !== null) return { action: same(known, asked), facts, isNew: false };
  const refusal = decide(facts);
  if (refusal !== null) throw new ThroughlineError(refusal.code, refusal.reason, 'callId');
  const action = await insert(tx, tenantId, asked, facts, now);
  return { action, facts, isNew: true };
}

/** The action of that id, if the same was asked for then. */
function same(known: MonitoringActionRow, asked: NewAction): MonitoringActionRow {
  const isSame =
    known.callId === asked.callId &&
    known.kind === asked.kind &&
    (asked.destination === null || known.destination === asked.destination);
  if (isSame) return known;
  throw new ThroughlineError('CONFLICT', 'This id was given to another action before.', 'actionId');
}

async function insert(
  tx: EntityManager,
  tenantId: string,
  asked: NewAction,
  facts: CallFacts,
  now: Instant,
): Promise<MonitoringActionRow> {
  const { callId, kind, note, actor } = asked;
  const { interactionId } = facts;
  const id = asked.id ?? newId();
  const destination = asked.destination ?? asked.usualDestination(facts);
  const row = { tenantId, id, callId, kind, destination, actor: actor.id, actorRole: actor.role };
  await writeRows(tx, MonitoringActionEntity, [{ ...row, state: 'REQUESTED', requestedAt: now }]);
  const action: AuditAction = `CALL_${kind}`;
  await audit(
    tx,
    tenantId,
    actor,
    [{ action, subjectId: interactionId, detail: { actionId: id, callId } }],
    now,
  );
  if (note !== null)
    await writeRows(tx, CoachingNoteEntity, [
      { tenantId, id, callId, at: now, author: actor.id, text: note },
    ]);
  await tell(tx);
  const written = await readAction(tx, tenantId, id);
  if (written === null) throw new Error('the action was not written');
  return written;
}
