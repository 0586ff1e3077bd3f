import type { DataSource, EntityManager } from 'typeorm';
import { BadUserInput, NotFound, ThroughlineError } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/record.js';
import type { Instant, ResolutionKind } from '../../domain/words.js';
import type { Actor } from '../audit/audit-log.js';
import { audit } from '../audit/audit-log.js';
import { ResolutionEntity } from '../entities/bond.entity.js';
import { newId } from '../ids.js';
import { uuids } from '../list/params.js';
import { inTransaction, writeRows } from '../transaction.js';
import { removePairs } from './bonds.js';
import {
  anchorsOf,
  forget,
  idOf,
  interactionOf,
  interactionsOf,
  legsOf,
  mustBeDropped,
  opposedPairs,
  pairOf,
  person,
  presentIds,
  undoable,
  weakPairs,
  writeVerdicts,
} from './decision-rows.js';
import { lockNames } from './locks.js';
import { joinAnew } from './rejoin.js';

/** A person's decision: who, and why. */
export interface Decider {
  actor: Actor;
  reason: string | null;
}

/** Interactions that one command may link or resolve. */
export const DECISION_LIMIT = 1_000;

/**
 * What people decide about the joins. Each decision is told in the audit log with its reason, holds against
 * whatever comes later and through a rebuild, because it speaks of legs, and can be undone.
 */
export class Decisions {
  constructor(
    private readonly db: DataSource,
    /** Called after a commit that wrote changes. */
    private readonly onCommit: () => void = () => undefined,
  ) {}

  /** Makes the others part of the survivor, whose id stays. Answers the survivor and the entry of the audit log. */
  link(
    tenantId: string,
    survivorId: string,
    otherIds: readonly string[],
    by: Decider,
    now: Instant,
  ): Promise<{ interactionId: string; auditId: string }> {
    return this.decide(tenantId, async (tx) => {
      const ids = await presentIds(tx, tenantId, [survivorId, ...otherIds]);
      const [survivor, ...others] = [...new Set(ids)];
      if (survivor === undefined || others.length === 0)
        throw new BadUserInput('interactionIds', 'must name another interaction than the survivor');
      const legs = await legsOf(tx, tenantId, [survivor, ...others]);
      const [auditId] = await audit(
        tx,
        tenantId,
        by.actor,
        [
          {
            action: 'INTERACTIONS_LINKED',
            subjectId: survivor,
            reason: by.reason,
            detail: { interactionIds: others, legIds: legs.map(({ legId }) => legId) },
          },
        ],
        now,
      );
      const anchors = anchorsOf(legs);
      const pairs = others.map((id) => pairOf(anchors.get(survivor), anchors.get(id)));
      const opposed = await opposedPairs(tx, tenantId, legs);
      const weak = await weakPairs(tx, tenantId, legs);
      await writeVerdicts(tx, tenantId, auditId, 'TOGETHER', [...pairs, ...opposed, ...weak], now);
      await joinAnew(tx, tenantId, legs.map(idOf), person(auditId), now, { survivorId: survivor });
      return { interactionId: survivor, auditId: auditId ?? '' };
    });
  }

  /** Takes a leg out of its interaction, for good. Answers where it is now, and where it was. */
  unlink(
    tenantId: string,
    legId: string,
    by: Decider,
    now: Instant,
  ): Promise<{ interactionId: string; formerId: string; auditId: string }> {
    return this.decide(tenantId, async (tx) => {
      const formerId = await interactionOf(tx, tenantId, legId);
      const legs = await legsOf(tx, tenantId, [formerId]);
      const others = legs.map(idOf).filter((id) => id !== legId);
      if (others.length === 0)
        throw new ThroughlineError('CONFLICT', 'The leg is alone in its interaction.', 'legId');
      const detail: JsonObject = { legIds: [legId, ...others] };
      const deed = { action: 'LEG_UNLINKED' as const, subjectId: formerId, reason: by.reason, detail };
      const [auditId] = await audit(tx, tenantId, by.actor, [deed], now);
      await writeVerdicts(
        tx,
        tenantId,
        auditId,
        'APART',
        others.map((other) => pairOf(legId, other)),
        now,
      );
      await joinAnew(tx, tenantId, legs.map(idOf), person(auditId), now, { leaverId: legId });
      return { interactionId: await interactionOf(tx, tenantId, legId), formerId, auditId: auditId ?? '' };
    });
  }

  /** Two halves are not one call as far as circumstances tell: the pair is suggested and linked no more. */
  dismiss(
    tenantId: string,
    [dialerLegId, assistantLegId]: readonly [dialer: string, assistant: string],
    by: Decider,
    now: Instant,
  ): Promise<{ interactionIds: string[]; auditId: string }> {
    return this.decide(tenantId, async (tx) => {
      const legIds = uuids([dialerLegId, assistantLegId]);
      const [known]: object[] = await tx.query(
        `select 1 from leg_pair
          where tenant_id = $1 and dialer_leg_id = $2::uuid and assistant_leg_id = $3::uuid and not is_linked`,
        [tenantId, legIds[0] ?? null, legIds[1] ?? null],
      );
      if (known === undefined) throw new NotFound('suggestion');
      const interactionIds = await Promise.all(legIds.map((id) => interactionOf(tx, tenantId, id)));
      const deed = {
        action: 'SUGGESTION_DISMISSED' as const,
        subjectId: interactionIds[0] ?? null,
        reason: by.reason,
        detail: { legIds },
      };
      const [auditId] = await audit(tx, tenantId, by.actor, [deed], now);
      await writeVerdicts(tx, tenantId, auditId, 'DISMISSED', [pairOf(dialerLegId, assistantLegId)], now);
      await removePairs(tx, tenantId, [{ dialerId: dialerLegId, assistantId: assistantLegId }]);
      await joinAnew(tx, tenantId, legIds, person(auditId), now);
      return { interactionIds, auditId: auditId ?? '' };
    });
  }

  /** Leaves dropped interactions as they are; they are reconciled no more. All of one command are one batch. */
  resolve(
    tenantId: string,
    interactionIds: readonly string[],
    resolution: { kind: ResolutionKind; note: string | null },
    by: Decider,
    now: Instant,
  ): Promise<{ interactionIds: string[]; batchId: string }> {
    return this.decide(tenantId, async (tx) => {
      if (interactionIds.length > DECISION_LIMIT)
        throw new BadUserInput('interactionIds', `must be at most ${DECISION_LIMIT}`);
      const ids = [...new Set(await presentIds(tx, tenantId, interactionIds))];
      await mustBeDropped(tx, tenantId, ids);
      const anchors = anchorsOf(await legsOf(tx, tenantId, ids));
      const batchId = newId();
      const deeds = ids.map((subjectId) => ({
        action: 'INTERACTION_RESOLVED' as const,
        subjectId,
        reason: by.reason,
        batchId,
        detail: { kind: resolution.kind, legIds: [anchors.get(subjectId) ?? ''] },
      }));
      const auditIds = await audit(tx, tenantId, by.actor, deeds, now);
      const rows = ids.map((id, place) => ({
        tenantId,
        legId: anchors.get(id) ?? '',
        auditId: auditIds[place] ?? '',
        ...resolution,
        by: by.actor.id,
        at: now,
      }));
      await writeRows(tx, ResolutionEntity, rows);
      await joinAnew(tx, tenantId, rows.map(idOf), person(batchId), now);
      return { interactionIds: ids, batchId };
    });
  }

  /** Takes back an entry of the audit log, or all of a batch. Answers the entries that were taken back. */
  undo(
    tenantId: string,
    id: string,
    by: Decider,
    now: Instant,
  ): Promise<{ auditIds: string[]; interactionIds: string[] }> {
    return this.decide(tenantId, async (tx) => {
      const entries = await undoable(tx, tenantId, id);
      const auditIds = entries.map((entry) => entry.id);
      const legIds = [...new Set(entries.flatMap(({ detail }) => detail.legIds ?? []))];
      const deeds = entries.map((entry) => ({
        action: 'UNDONE' as const,
        subjectId: entry.subjectId,
        reason: by.reason,
        undoes: entry.id,
      }));
      const [first] = await audit(tx, tenantId, by.actor, deeds, now);
      await forget(tx, tenantId, auditIds, legIds, now);
      await joinAnew(tx, tenantId, legIds, person(first), now);
      return { auditIds, interactionIds: await interactionsOf(tx, tenantId, legIds) };
    });
  }

  /** One decision at a time for a tenant, in one transaction. */
  private async decide<T>(tenantId: string, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    const result = await inTransaction(this.db, async (tx) => {
      await lockNames(tx, tenantId, ['decision']);
      return work(tx);
    });
    this.onCommit();
    return result;
  }
}
