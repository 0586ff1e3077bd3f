import type { DataSource, EntityManager } from 'typeorm';
import { ThroughlineError, NotFound } from '../../domain/errors.js';
import type { Mark } from '../../domain/mark.js';
import { legsToMark } from '../../domain/mark.js';
import type { AuditAction, Instant, MarkKind } from '../../domain/words.js';
import type { Actor } from '../audit/audit-log.js';
import { audit } from '../audit/audit-log.js';
import type { InteractionEntity } from '../entities/interaction.entity.js';
import { MarkEntity } from '../entities/mark.entity.js';
import { newId } from '../ids.js';
import { lockInteractions } from '../trace/interaction-store.js';
import { loadMarks } from '../trace/marks.js';
import { reproject } from '../trace/trace-store.js';
import { inTransaction, writeRows } from '../transaction.js';

/** What somebody says about an interaction. */
export interface Statement {
  kind: MarkKind;
  name: string;
  text: string | null;
  isSet: boolean;
  /** Why, for the audit log. */
  reason: string | null;
}

/** What came of it; the entry is null when it was so already. */
export interface Marked {
  interactionId: string;
  auditId: string | null;
}

/** Most statements that one interaction keeps. */
export const MAX_STATEMENTS = 500;

const ACTIONS: Record<MarkKind, { set: AuditAction; unset: AuditAction }> = {
  FLAG: { set: 'INTERACTION_FLAGGED', unset: 'INTERACTION_UNFLAGGED' },
  TAG: { set: 'INTERACTION_TAGGED', unset: 'INTERACTION_UNTAGGED' },
  ANNOTATION: { set: 'INTERACTION_ANNOTATED', unset: 'ANNOTATION_REMOVED' },
};

/** What people say about interactions: kept with a leg, audited, and shown in the same transaction. */
export class MarkStore {
  constructor(
    private readonly db: DataSource,
    /** Called after a commit that wrote changes. */
    private readonly onCommit: () => void = () => undefined,
  ) {}

  /** An id that was merged marks the survivor. What is so already stays as it is, and is not audited. */
  async say(
    tenantId: string,
    interactionId: string,
    statement: Statement,
    actor: Actor,
    now: Instant,
  ): Promise<Marked> {
    const marked = await inTransaction(this.db, (tx) =>
      mark(tx, { tenantId, actor, now }, interactionId, statement),
    );
    if (marked.auditId !== null) this.onCommit();
    return marked;
  }

  /** The annotation with this id, and the interaction that shows it now; null when there is none. */
  async annotation(
    tenantId: string,
    id: string,
  ): Promise<{ id: string; by: string; interactionId: string } | null> {
    const [found]: { id: string; by: string; interactionId: string }[] = await this.db.query(
      `select m.name as id, m."by", l.interaction_id as "interactionId"
         from mark m join leg l on l.tenant_id = m.tenant_id and l.id = m.leg_id
        where m.tenant_id = $1 and m.kind = 'ANNOTATION' and m.name = $2 and m.is_set`,
      [tenantId, id],
    );
    return found ?? null;
  }
}

interface Deed {
  tenantId: string;
  actor: Actor;
  now: Instant;
}

async function mark(
  tx: EntityManager,
  deed: Deed,
  interactionId: string,
  statement: Statement,
): Promise<Marked> {
  const { tenantId, actor, now } = deed;
  const row = await lockSurvivor(tx, tenantId, interactionId);
  if (isSoAlready(row, statement, actor)) return { interactionId: row.id, auditId: null };
  const legIds = row.segments.flatMap(({ legId }) => legId ?? []);
  const marks = await loadMarks(tx, tenantId, legIds);
  if (marks.length >= MAX_STATEMENTS)
    throw new ThroughlineError(
      'CONFLICT',
      `The interaction has ${String(MAX_STATEMENTS)} marks, and can have no more.`,
    );
  const { kind, name, reason, isSet } = statement;
  const marked = legsToMark(statement, marks, legIds);
  const action = ACTIONS[kind][isSet ? 'set' : 'unset'];
  const detail = { [kind === 'ANNOTATION' ? 'annotation' : 'name']: name, legIds: marked };
  const [auditId = ''] = await audit(
    tx,
    tenantId,
    actor,
    [{ action, subjectId: row.id, reason, detail }],
    now,
  );
  await keep(tx, deed, statement, marked, auditId);
  await reproject(tx, tenantId, [row.id], { kind: 'PERSON', id: auditId }, now);
  return { interactionId: row.id, auditId };
}

/** Locks the interaction, or the one that it was merged into by now. */
async function lockSurvivor(tx: EntityManager, tenantId: string, id: string): Promise<InteractionEntity> {
  const own = (await lockInteractions(tx, tenantId, [id])).get(id);
  if (own !== undefined && own.deletedAt === null) return own;
  const [redirect]: { survivorId: string }[] = await tx.query(
    'select survivor_id as "survivorId" from interaction_redirect where tenant_id = $1 and id = $2',
    [tenantId, id],
  );
  if (redirect === undefined) throw new NotFound('interaction');
  return lockSurvivor(tx, tenantId, redirect.survivorId);
}

/** Does the interaction show it already? Taking away what is not there is a fault. */
function isSoAlready(row: InteractionEntity, { kind, name, text, isSet }: Statement, actor: Actor): boolean {
  const shown = shownMark(row, kind, name);
  if (!isSet && shown === undefined) throw new NothingToTakeAway(kind);
  return isSet && shown !== undefined && shown.text === text && shown.by === actor.id;
}

type Shown = Pick<Mark, 'text'> & { by: string | null };

function shownMark(row: InteractionEntity, kind: MarkKind, name: string): Shown | undefined {
  const shown: (Shown & { name: string })[] = {
    FLAG: () =>
      row.reviewFlags.map((one) => ({ name: one.code, text: one.reason ?? null, by: one.setBy ?? null })),
    TAG: () => row.tags.map((one) => ({ name: one.name, text: one.value, by: one.setBy ?? null })),
    ANNOTATION: () => row.annotations.map((one) => ({ name: one.id, text: one.text, by: one.by })),
  }[kind]();
  return shown.find((one) => one.name === name);
}

const MISSING: Record<MarkKind, { what: string; field: string }> = {
  FLAG: { what: 'flag', field: 'code' },
  TAG: { what: 'tag', field: 'name' },
  ANNOTATION: { what: 'annotation', field: 'annotationId' },
};

class NothingToTakeAway extends ThroughlineError {
  constructor(kind: MarkKind) {
    super('NOT_FOUND', `The interaction has no such ${MISSING[kind].what}.`, MISSING[kind].field);
  }
}

async function keep(
  tx: EntityManager,
  { tenantId, actor, now }: Deed,
  { kind, name, text, isSet }: Statement,
  legIds: readonly string[],
  auditId: string,
): Promise<void> {
  const said = { tenantId, kind, name, text, isSet, by: actor.id, at: now, auditId };
  await writeRows(
    tx,
    MarkEntity,
    legIds.map((legId) => ({ ...said, id: newId(), legId })),
  );
}
