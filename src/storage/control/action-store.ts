import type { DataSource, EntityManager } from 'typeorm';
import { NotFound, ThroughlineError } from '../../domain/errors.js';
import type { ActionEvent, Refusal } from '../../domain/monitoring.js';
import { isExclusive, isFinal, nextState, settled } from '../../domain/monitoring.js';
import type { AuditAction, Instant, LegState, MonitoringKind } from '../../domain/words.js';
import { MONITORING_STATES } from '../../domain/words.js';
import type { Transfer } from '../../domain/record.js';
import type { Actor } from '../audit/audit-log.js';
import { audit } from '../audit/audit-log.js';
import { CoachingNoteEntity, MonitoringActionEntity } from '../entities/control.entity.js';
import { newId } from '../ids.js';
import { uuids } from '../list/params.js';
import type { MonitoringActionRow } from '../read-model.js';
import { columnsOf, selectList } from '../select.js';
import { lockNames } from '../trace/locks.js';
import { touchInteraction } from '../trace/touch.js';
import { inTransaction, writeRows } from '../transaction.js';
import type { CallFacts } from './facts.js';
import { readFacts } from './facts.js';

/** The channel on which processes hear that actions changed; it carries nothing. */
export const ACTION_CHANNEL = 'throughline_actions';

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

/** What is to be written with a new state. */
export interface Outcome {
  event: ActionEvent;
  reason?: string | null;
  previous?: string | null;
}

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

async function request(
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

const tell = (tx: EntityManager): Promise<unknown> => tx.query(`select pg_notify($1, '')`, [ACTION_CHANNEL]);

/** Leaves alone what the state table leaves alone: a late answer changes nothing. */
async function moveOn(
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

async function sweepDue(tx: EntityManager, now: Instant, limit: number): Promise<number> {
  const due: DueRow[] = await tx.query(
    `select a.tenant_id as "tenantId", a.id, a.kind, a.state, a.requested_at as "requestedAt", a.destination,
            a.sent_at as "sentAt", l.state as "legState", c.transfers
       from monitoring_action a
       left join leg l on l.tenant_id = a.tenant_id and l.id = a.call_id
       left join call c on c.tenant_id = a.tenant_id and c.id = a.call_id
      where a.state in ('REQUESTED', 'ACCEPTED') order by a.requested_at limit $1 for update of a skip locked`,
    [limit],
  );
  let count = 0;
  for (const row of due) {
    const { legState, transfers } = row;
    const effect = legState === null ? null : { state: legState, transfers: transfers ?? [] };
    const event = settled(row, effect, now);
    if (event === null) continue;
    const reason = event === 'TIMED_OUT' ? unknownOutcome(row) : null;
    if (await moveOn(tx, row.tenantId, row.id, { event, reason }, now)) count += 1;
  }
  return count;
}

const unknownOutcome = ({ sentAt, state }: DueRow): string =>
  sentAt === null
    ? 'It was not sent.'
    : state === 'ACCEPTED'
      ? 'The vendor accepted it, but its effect was not seen in time.'
      : 'The vendor did not answer in time; whether it acted is unknown.';

async function readAction(
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
