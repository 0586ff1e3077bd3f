import type { DataSource, EntityManager } from 'typeorm';
import { NotFound } from '../../domain/errors.js';
import type { AuditAction, Instant } from '../../domain/words.js';
import type { Actor } from '../audit/audit-log.js';
import { audit } from '../audit/audit-log.js';
import { DeletedLegEntity } from '../entities/removal.entity.js';
import type { CursorCodec } from '../list/cursor.js';
import type { KeysetList } from '../list/keyset.js';
import { keysetPage } from '../list/keyset.js';
import { Params } from '../list/params.js';
import type { Page, PageArgs, TenantFrame } from '../read-model.js';
import { inTransaction, writeRows } from '../transaction.js';
import { lockInteractions } from '../trace/interaction-store.js';
import { reproject } from '../trace/trace-store.js';

/** A decision of a person, in their words. */
export interface Decision {
  actor: Actor;
  reason: string | null;
}

/** What is told of a deleted interaction: enough to bring it back. */
export interface DeletedInteractionRow {
  id: string;
  startedAt: Instant;
  deletedAt: Instant;
  /** Names the credential; null when no entry of the log tells. */
  deletedBy: string | null;
  reason: string | null;
}

/** The latest deletion of the interaction `i` in the audit log. */
const DELETED_BY = `left join lateral (
  select a.actor, a.reason from audit_entry a
   where a.tenant_id = i.tenant_id and a.subject_id = i.id and a.action = 'INTERACTION_DELETED'
   order by a.id desc limit 1) a on true`;

/** Deletes interactions so that nobody finds them, and brings them back whole. Nothing is lost. */
export class DeletionStore {
  constructor(
    private readonly db: DataSource,
    private readonly cursors: CursorCodec,
    /** Called after a commit that wrote changes. */
    private readonly onCommit: () => void = () => undefined,
  ) {}

  /** Answers the id of the interaction that is deleted now. Throws NotFound when there is none, or it is gone already. */
  delete(tenantId: string, id: string, by: Decision, now: Instant): Promise<string> {
    return this.#decide(tenantId, id, { isDeleted: false, action: 'INTERACTION_DELETED' }, by, now);
  }

  /** Answers the id of the interaction that is there again. Throws NotFound when none is deleted under this id. */
  restore(tenantId: string, id: string, by: Decision, now: Instant): Promise<string> {
    return this.#decide(tenantId, id, { isDeleted: true, action: 'INTERACTION_RESTORED' }, by, now);
  }

  /** What is deleted, the latest first. */
  page(frame: TenantFrame, args: PageArgs): Promise<Page<DeletedInteractionRow>> {
    const params = new Params();
    const list: KeysetList<DeletedInteractionRow> = {
      kind: 'deleted-interactions',
      tenantId: frame.tenantId,
      columns: `i.id, i.started_at as "startedAt", i.deleted_at as "deletedAt", a.actor as "deletedBy", a.reason`,
      from: `interaction i ${DELETED_BY}`,
      where: `i.tenant_id = ${params.add(frame.tenantId, 'uuid')} and i.deleted_at is not null`,
      params,
      sort: { sql: 'i.deleted_at', property: 'deletedAt', type: 'timestamptz', isNullable: false },
      id: 'i.id',
      direction: 'DESC',
    };
    return keysetPage(this.db, this.cursors, list, args);
  }

  async #decide(
    tenantId: string,
    id: string,
    { isDeleted, action }: { isDeleted: boolean; action: AuditAction },
    { actor, reason }: Decision,
    now: Instant,
  ): Promise<string> {
    const decided = await inTransaction(this.db, async (tx) => {
      const subjectId = await lockOne(tx, tenantId, id, isDeleted);
      await (isDeleted ? restoreLegs(tx, tenantId, subjectId) : deleteLegs(tx, tenantId, subjectId, now));
      await reproject(tx, tenantId, [subjectId], { kind: 'PERSON', id: actor.id }, now);
      await audit(tx, tenantId, actor, [{ action, subjectId, reason }], now);
      return subjectId;
    });
    this.onCommit();
    return decided;
  }
}

/** Locks the interaction, or the one that it was merged into, so that its legs stay what they are. */
async function lockOne(tx: EntityManager, tenantId: string, id: string, isDeleted: boolean): Promise<string> {
  const [found]: { id: string }[] = await tx.query(
    `select coalesce((select survivor_id from interaction_redirect where tenant_id = $1 and id = $2), $2::uuid) as id`,
    [tenantId, id],
  );
  const survivorId = found?.id ?? id;
  const row = (await lockInteractions(tx, tenantId, [survivorId])).get(survivorId);
  if (row === undefined || (row.deletedAt !== null) !== isDeleted)
    throw new NotFound(isDeleted ? 'deleted interaction' : 'interaction');
  return survivorId;
}

async function deleteLegs(tx: EntityManager, tenantId: string, id: string, now: Instant): Promise<void> {
  const legs: { legId: string }[] = await tx.query(
    'select id as "legId" from leg where tenant_id = $1 and interaction_id = $2',
    [tenantId, id],
  );
  const rows = legs.map(({ legId }) => ({ tenantId, legId, deletedAt: now }));
  await writeRows(tx, DeletedLegEntity, rows, { onConflict: 'nothing' });
}

const restoreLegs = (tx: EntityManager, tenantId: string, id: string): Promise<unknown> =>
  tx.query(
    `delete from deleted_leg where tenant_id = $1 and leg_id in
       (select l.id from leg l where l.tenant_id = $1 and l.interaction_id = $2)`,
    [tenantId, id],
  );
