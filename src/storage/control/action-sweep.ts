import type { EntityManager } from 'typeorm';
import { settled } from '../../domain/monitoring.js';
import type { Transfer } from '../../domain/record.js';
import type { Instant, LegState, MonitoringKind } from '../../domain/words.js';
import type { MonitoringActionRow } from '../read-model.js';
import { moveOn } from './action-row.js';
import { stepsBegun } from './step-store.js';

interface DueRow {
  tenantId: string;
  id: string;
  kind: MonitoringKind;
  state: MonitoringActionRow['state'];
  requestedAt: Instant;
  destination: string | null;
  sentAt: Instant | null;
  legState: LegState | null;
  transfers: Transfer[] | null;
}

/** Settles what waits, by the calls' own records and by time; answers how many. */
export async function sweepDue(tx: EntityManager, now: Instant, limit: number): Promise<number> {
  const due: DueRow[] = await tx.query(
    `select a.tenant_id as "tenantId", a.id, a.kind, a.state, a.requested_at as "requestedAt", a.destination,
            a.sent_at as "sentAt", l.state as "legState", c.transfers
       from monitoring_action a
       left join leg l on l.tenant_id = a.tenant_id and l.id = a.call_id
       left join call c on c.tenant_id = a.tenant_id and c.id = a.call_id
      where a.state in ('REQUESTED', 'ACCEPTED') order by a.requested_at limit $1 for update of a skip locked`,
    [limit],
  );
  const steps = await stepsBegun(tx, due);
  let count = 0;
  for (const row of due) {
    const { legState, transfers } = row;
    const effect = legState === null ? null : { state: legState, transfers: transfers ?? [] };
    const event = settled({ ...row, steps: steps.get(row.id) ?? [] }, effect, now);
    if (event === null) continue;
    const reason = event === 'DONE' ? null : event === 'FAILED' ? STOPPED_SHORT : unknownOutcome(row);
    if (await moveOn(tx, row.tenantId, row.id, { event, reason }, now)) count += 1;
  }
  return count;
}

const STOPPED_SHORT =
  'Whoever was to take the call was rung, but the caller was not moved: the call stayed with the AI agent.';

const unknownOutcome = ({ sentAt, state }: DueRow): string =>
  sentAt === null
    ? 'It was not sent.'
    : state === 'ACCEPTED'
      ? 'The vendor accepted it, but its effect was not seen in time.'
      : 'The vendor did not answer in time; whether it acted is unknown.';
