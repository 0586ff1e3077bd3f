import type { EntityManager } from 'typeorm';
import type { ActionEvent } from '../../domain/monitoring.js';
import { isExclusive, isFinal, nextState } from '../../domain/monitoring.js';
import type { Instant, MonitoringKind } from '../../domain/words.js';
import { MONITORING_STATES } from '../../domain/words.js';
import { MonitoringActionEntity } from '../entities/control.entity.js';
import { uuids } from '../list/params.js';
import type { MonitoringActionRow } from '../read-model.js';
import { columnsOf, selectList } from '../select.js';
import { touchInteraction } from '../trace/touch.js';

/** The channel on which processes hear that actions changed; it carries nothing. */
export const ACTION_CHANNEL = 'throughline_actions';

/** What is to be written with a new state. */
export interface Outcome {
  event: ActionEvent;
  reason?: string | null;
  previous?: string | null;
}

export const tell = (tx: EntityManager): Promise<unknown> =>
  tx.query(`select pg_notify($1, '')`, [ACTION_CHANNEL]);

/** Leaves alone what the state table leaves alone: a late answer changes nothing. */
export async function moveOn(
  tx: EntityManager,
  tenantId: string,
  id: string,
  { event, reason, previous }: Outcome,
  now: Instant,
): Promise<boolean> {
  const from = MONITORING_STATES.filter((state) => nextState(state, event) === event);
  const [rows]: [{ callId: string; kind: MonitoringKind }[], number] = await tx.query(
    `update monitoring_action
        set state = $3, reason = coalesce($5, reason), previous = coalesce($6, previous), revision = revision + 1,
            touched_at = now(), settled_at = case when $7 then $4::timestamptz end
      where tenant_id = $1 and id = $2 and state = any($8) returning call_id as "callId", kind`,
    [tenantId, id, event, new Date(now), reason ?? null, previous ?? null, isFinal(event), from],
  );
  const [moved] = rows;
  if (moved === undefined) return false;
  if (isFinal(event)) await announceOn(tx, tenantId, id, moved, now);
  await tell(tx);
  return true;
}

/** Who watches the call or its interaction sees that what can be done, or a note, has changed. */
async function announceOn(
  tx: EntityManager,
  tenantId: string,
  id: string,
  { callId, kind }: { callId: string; kind: MonitoringKind },
  now: Instant,
): Promise<void> {
  if (!isExclusive(kind) && kind !== 'COACH') return;
  const [leg]: { interactionId: string }[] = await tx.query(
    'select interaction_id as "interactionId" from leg where tenant_id = $1 and id = $2',
    [tenantId, callId],
  );
  if (leg === undefined) return;
  const fields = [kind === 'COACH' ? 'coachingNotes' : 'availableActions'];
  const cause = { kind: 'PERSON', id } as const;
  await touchInteraction(
    tx,
    tenantId,
    leg.interactionId,
    { fields, calls: [{ callId, messageIds: [] }], cause },
    now,
  );
}

export async function readAction(
  tx: EntityManager,
  tenantId: string,
  id: string,
): Promise<MonitoringActionRow | null> {
  const [known] = uuids([id]);
  if (known === undefined) return null;
  const columns = selectList(columnsOf(tx.connection, MonitoringActionEntity), 'a');
  const [row] = await tx.query<MonitoringActionRow[]>(
    `select ${columns} from monitoring_action a where a.tenant_id = $1 and a.id = $2`,
    [tenantId, known],
  );
  return row ?? null;
}
