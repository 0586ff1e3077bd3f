import type { DataSource, EntityManager } from 'typeorm';
import { needsOpenAction } from '../../domain/monitoring.js';
import type { ActionStep, Instant } from '../../domain/words.js';

/** Which command of which action on which call. */
export interface StepOfAction {
  actionId: string;
  callId: string;
  step: ActionStep;
}

/** The commands of actions that take several. */
export class StepStore {
  constructor(private readonly db: DataSource) {}

  /**
   * True for exactly one caller: who gets it may send the command. The action's row is locked meanwhile, so that
   * whoever settles it knows whether the command was begun.
   */
  async begin(
    tenantId: string,
    { actionId, callId, step }: StepOfAction,
    sealed: string | null,
    now: Instant,
  ): Promise<boolean> {
    const begun: unknown[] = await this.db.query(
      `with action as (
         select id from monitoring_action
          where tenant_id = $1 and id = $2 and (state in ('REQUESTED', 'ACCEPTED') or not $7) for update)
       insert into monitoring_step (tenant_id, action_id, step, call_id, sent_at, sealed)
       select $1, a.id, $3, $4, $5, $6 from action a on conflict do nothing returning step`,
      [tenantId, actionId, step, callId, new Date(now), sealed, needsOpenAction(step)],
    );
    return begun.length === 1;
  }

  /** What was kept with a command; null: nothing, or it was never sent. */
  async kept(tenantId: string, actionId: string, step: ActionStep): Promise<string | null> {
    const [row]: { sealed: string | null }[] = await this.db.query(
      'select sealed from monitoring_step where tenant_id = $1 and action_id = $2 and step = $3',
      [tenantId, actionId, step],
    );
    return row?.sealed ?? null;
  }

  /** Forgets the commands of calls that have ended; answers how many. */
  async forget(limit = 1_000): Promise<number> {
    const [, count]: [unknown, number] = await this.db.query(
      `delete from monitoring_step where (tenant_id, action_id, step) in (
         select s.tenant_id, s.action_id, s.step from monitoring_step s
           left join leg l on l.tenant_id = s.tenant_id and l.id = s.call_id
           left join monitoring_action a on a.tenant_id = s.tenant_id and a.id = s.action_id
          where (l.id is null or l.state = 'TERMINAL') and coalesce(a.settled_at is not null, true) limit $1)`,
      [limit],
    );
    return count;
  }
}

/** By action, those that were begun. For one who has locked the actions. */
export async function stepsBegun(
  tx: EntityManager,
  actions: readonly { tenantId: string; id: string }[],
): Promise<Map<string, ActionStep[]>> {
  if (actions.length === 0) return new Map();
  const rows: { actionId: string; steps: ActionStep[] }[] = await tx.query(
    `select s.action_id as "actionId", array_agg(s.step) as steps
       from jsonb_to_recordset($1::jsonb) as a("tenantId" uuid, id uuid)
       join monitoring_step s on s.tenant_id = a."tenantId" and s.action_id = a.id group by s.action_id`,
    [JSON.stringify(actions.map(({ tenantId, id }) => ({ tenantId, id })))],
  );
  return new Map(rows.map(({ actionId, steps }) => [actionId, steps]));
}
