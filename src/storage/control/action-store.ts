import type { DataSource } from 'typeorm';
import { NotFound } from '../../domain/errors.js';
import type { Refusal } from '../../domain/monitoring.js';
import type { Instant } from '../../domain/words.js';
import type { Actor } from '../audit/audit-log.js';
import { audit } from '../audit/audit-log.js';
import type { MonitoringActionRow } from '../read-model.js';
import { inTransaction } from '../transaction.js';
import type { NewAction, RequestedAction } from './action-request.js';
import { request } from './action-request.js';
import type { Outcome } from './action-row.js';
import { moveOn, readAction } from './action-row.js';
import { sweepDue } from './action-sweep.js';
import type { CallFacts } from './facts.js';
import { readFacts } from './facts.js';

/** Actions on live calls: asked for once, sent once, settled once. */
export class ActionStore {
  constructor(
    private readonly db: DataSource,
    /** Called after a commit that wrote changes. */
    private readonly onCommit: () => void = () => undefined,
  ) {}

  /**
   * Decides, keeps and audits in one transaction, one request a call at a time: so of two that exclude each
   * other one sees the other. Throws NOT_FOUND, the refusal, or CONFLICT for an id that means something else.
   */
  async request(
    tenantId: string,
    asked: NewAction,
    decide: (facts: CallFacts) => Refusal | null,
    now: Instant,
  ): Promise<RequestedAction> {
    const result = await inTransaction(this.db, (tx) => request(tx, tenantId, asked, decide, now));
    if (result.isNew) this.onCommit();
    return result;
  }

  /** True for exactly one caller, and only while the action still waits: who gets it may ask the vendor. */
  async claim(tenantId: string, id: string, now: Instant): Promise<boolean> {
    const [, count]: [unknown, number] = await this.db.query(
      `update monitoring_action set sent_at = $3
        where tenant_id = $1 and id = $2 and state = 'REQUESTED' and sent_at is null`,
      [tenantId, id, new Date(now)],
    );
    return count === 1;
  }

  /** Moves the action on, unless it is settled already; answers it as it is then. */
  async settle(tenantId: string, id: string, outcome: Outcome, now: Instant): Promise<MonitoringActionRow> {
    const row = await inTransaction(this.db, async (tx) => {
      await moveOn(tx, tenantId, id, outcome, now);
      return readAction(tx, tenantId, id);
    });
    this.onCommit();
    if (row === null) throw new NotFound('monitoring action');
    return row;
  }

  /** Notes what is unknown of an action that goes on waiting. */
  async remark(tenantId: string, id: string, reason: string): Promise<MonitoringActionRow | null> {
    await this.db.query(
      `update monitoring_action set reason = $3 where tenant_id = $1 and id = $2 and state in ('REQUESTED', 'ACCEPTED')`,
      [tenantId, id, reason],
    );
    return readAction(this.db.manager, tenantId, id);
  }

  /**
   * Settles what waits, by the calls' own records and by time; answers how many. Several processes may do
   * it at once. This is also what becomes of actions whose process died: they are never sent again.
   */
  async sweep(now: Instant, limit = 100): Promise<number> {
    const count = await inTransaction(this.db, (tx) => sweepDue(tx, now, limit));
    if (count > 0) this.onCommit();
    return count;
  }

  /** The facts of calls as they are now; they hold credentials and never leave the process. */
  facts(tenantId: string, callIds: readonly string[]): Promise<CallFacts[]> {
    return readFacts(this.db.manager, tenantId, callIds);
  }

  byId(tenantId: string, id: string): Promise<MonitoringActionRow | null> {
    return readAction(this.db.manager, tenantId, id);
  }

  /** True once for each action: its link to listen works once. */
  async openEar(tenantId: string, id: string, actor: Actor, now: Instant): Promise<boolean> {
    return inTransaction(this.db, async (tx) => {
      const [rows]: [{ callId: string }[], number] = await tx.query(
        `update monitoring_action set listened_at = $3
          where tenant_id = $1 and id = $2 and kind = 'LISTEN_IN' and state = 'DONE' and listened_at is null
          returning call_id as "callId"`,
        [tenantId, id, new Date(now)],
      );
      const [opened] = rows;
      if (opened === undefined) return false;
      const detail = { actionId: id, callId: opened.callId };
      await audit(tx, tenantId, actor, [{ action: 'CALL_LISTENED', subjectId: opened.callId, detail }], now);
      return true;
    });
  }

  /** Forgets what steered calls that have ended; answers how many. */
  async forgetControls(limit = 1_000): Promise<number> {
    const [, count]: [unknown, number] = await this.db.query(
      `delete from call_control where (tenant_id, call_id) in (
         select c.tenant_id, c.call_id from call_control c
           left join leg l on l.tenant_id = c.tenant_id and l.id = c.call_id
          where l.id is null or l.state = 'TERMINAL' limit $1)`,
      [limit],
    );
    return count;
  }
}
