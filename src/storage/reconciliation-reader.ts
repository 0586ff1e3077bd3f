import type { DataSource } from 'typeorm';
import type { Explained } from '../domain/explain.js';
import type { DropDetail, DropStage, Instant, KeyReachFault } from '../domain/words.js';
import { NotFound } from '../domain/errors.js';
import { LegPairEntity } from './entities/bond.entity.js';
import type { InteractionFilter } from './list/filter.js';
import { interactionWhere } from './list/filter.js';
import { Params, uuids } from './list/params.js';
import type { TenantFrame } from './read-model.js';
import { columnsOf, selectList } from './select.js';
import { explainLegs } from './trace/explain.js';
import { DECISION_LIMIT } from './trace/decisions.js';
import { IS_SUGGESTED, STANDS } from './trace/suggestions.js';

/** Dropped interactions of one kind that nobody has resolved. */
export interface DropGroup {
  dropStage: DropStage;
  dropDetail: DropDetail | null;
  count: number;
  provisional: number;
  /** How many of them have a suggestion. */
  suggested: number;
  /** When the first and the last of them began. */
  oldestAt: Instant;
  newestAt: Instant;
}

export type SuggestionRow = Omit<LegPairEntity, 'tenantId' | 'isLinked'>;

export interface QuarantinedKey {
  reach: KeyReachFault;
  namespace: string;
  value: string;
  sinceAt: Instant;
  legs: number;
}

/** Dropped, and nobody has said that it stays so. */
const OPEN: InteractionFilter = { status: ['DROPPED'], resolved: false };

/** The open drops of one stage of those that are asked for: of one detail, with none (null), or all (undefined). */
export const openDrops = (
  dropStage: DropStage,
  dropDetail: DropDetail | null | undefined,
  filter: InteractionFilter | null | undefined,
): InteractionFilter => ({
  ...OPEN,
  dropStage: [dropStage],
  ...(dropDetail === null ? { hasDropDetail: false } : {}),
  dropDetail: dropDetail == null ? null : [dropDetail],
  and: filter == null ? [] : [filter],
});

/** Reads what people have to decide about, and what explains a join that was not made. */
export class ReconciliationReader {
  constructor(private readonly db: DataSource) {}

  /** The largest group first. */
  groups(frame: TenantFrame, filter: InteractionFilter | null): Promise<DropGroup[]> {
    const params = new Params();
    const where = interactionWhere({ ...OPEN, and: filter === null ? [] : [filter] }, frame, params);
    return this.db.query(
      `select i.drop_stage as "dropStage", i.drop_detail as "dropDetail", count(*)::int as count,
              (count(*) filter (where i.is_provisional))::int as provisional,
              (count(*) filter (where exists (
                 select from leg l where l.tenant_id = i.tenant_id and l.interaction_id = i.id
                                     and ${IS_SUGGESTED})))::int as suggested,
              min(i.started_at) as "oldestAt", max(i.started_at) as "newestAt"
         from interaction i where ${where}
        group by 1, 2 order by 3 desc, 1, 2 nulls last`,
      params.values,
    );
  }

  /** As many interactions as one decision may concern, the latest to begin. */
  async latestIds(frame: TenantFrame, filter: InteractionFilter): Promise<string[]> {
    const params = new Params();
    const where = interactionWhere(filter, frame, params);
    const rows: { id: string }[] = await this.db.query(
      `select i.id from interaction i where ${where} order by i.started_at desc, i.id desc limit ${DECISION_LIMIT}`,
      params.values,
    );
    return rows.map(({ id }) => id);
  }

  /** The standing suggestions of each interaction, the best first. */
  async suggestions(
    tenantId: string,
    interactionIds: readonly string[],
  ): Promise<(SuggestionRow & { interactionId: string })[]> {
    const known = uuids(interactionIds);
    if (known.length === 0) return [];
    const columns = selectList(columnsOf(this.db, LegPairEntity, ['tenantId', 'isLinked']), 'p');
    return this.db.query(
      `select l.interaction_id as "interactionId", ${columns}
         from leg l join leg_pair p on p.tenant_id = l.tenant_id and (p.dialer_leg_id = l.id or p.assistant_leg_id = l.id)
        where l.tenant_id = $1 and l.interaction_id = any($2::uuid[]) and ${STANDS}
        order by p.points desc, p.dialer_leg_id, p.assistant_leg_id`,
      [tenantId, known],
    );
  }

  /** Keys that reached too far, the latest first. */
  quarantined(tenantId: string, first: number): Promise<QuarantinedKey[]> {
    return this.db.query(
      `select q.namespace, q.value, q.reach, q.since as "sinceAt",
              (select count(*)::int from correlation_key k where k.tenant_id = q.tenant_id
                  and k.namespace = q.namespace and k.value = q.value and k.scope = 'INTERACTION') as legs
         from quarantined_key q where q.tenant_id = $1
        order by q.since desc, q.namespace, q.value limit $2`,
      [tenantId, first],
    );
  }

  /** Why two legs are one interaction, or are not. Throws NOT_FOUND for a leg that is none of the tenant's. */
  async explain({ tenantId, now }: TenantFrame, legIds: readonly [string, string]): Promise<Explained> {
    const known = uuids(legIds);
    const there: object[] = await this.db.query(
      'select from leg where tenant_id = $1 and id = any($2::uuid[]) and deleted_at is null',
      [tenantId, known],
    );
    if (there.length < legIds.length) throw new NotFound('leg');
    return explainLegs(this.db.manager, tenantId, known, now);
  }
}
