import type { DataSource } from 'typeorm';
import type { Instant } from '../domain/words.js';
import { InteractionEntity, StatusChangeEntity } from './entities/interaction.entity.js';
import { interactionTable, kindAsOf } from './list/as-of.js';
import type { CappedCount } from './list/count.js';
import { COUNT_CAP, countUpTo } from './list/count.js';
import type { CursorCodec } from './list/cursor.js';
import type { InteractionFilter } from './list/filter.js';
import { interactionWhere } from './list/filter.js';
import { keysetPage } from './list/keyset.js';
import type { InteractionOrder } from './list/order.js';
import { interactionOrdering } from './list/order.js';
import type { Facet, FacetCounts } from './list/facets.js';
import { countFacets } from './list/facets.js';
import { MAX_PAGE_SIZE } from './list/page-size.js';
import { Params, uuids } from './list/params.js';
import { INTERACTION_UNSHOWN } from './read-model.js';
import type {
  InteractionRow,
  Page,
  PageArgs,
  StatusChangeRow,
  TenantFrame,
  VersionRow,
} from './read-model.js';
import { columnsOf, selectList } from './select.js';

type Maybe<T> = T | null | undefined;

/** Redirects are kept flat by the writer; this is how far one that is not is followed. */
const MAX_HOPS = 5;

/** Reads interactions. Every method is one statement, and none when it is asked for nothing. */
export class InteractionReader {
  private selected: string | undefined;

  constructor(
    private readonly db: DataSource,
    private readonly cursors: CursorCodec,
  ) {}

  async page(
    frame: TenantFrame,
    filter: Maybe<InteractionFilter>,
    order: Maybe<InteractionOrder>,
    args: PageArgs,
  ): Promise<Page<InteractionRow>> {
    const params = new Params();
    const ordering = interactionOrdering(order);
    const list = {
      ...ordering,
      kind: kindAsOf(ordering.kind, frame),
      tenantId: frame.tenantId,
      columns: this.columns,
      from: interactionTable(this.db, frame, params),
      where: interactionWhere(filter, frame, params),
      params,
      id: 'i.id',
    };
    return keysetPage(this.db, this.cursors, list, args);
  }

  async count(frame: TenantFrame, filter: Maybe<InteractionFilter>, cap = COUNT_CAP): Promise<CappedCount> {
    const params = new Params();
    const table = interactionTable(this.db, frame, params);
    const matching = `select 1 from ${table} where ${interactionWhere(filter, frame, params)}`;
    return countUpTo(this.db, matching, params, cap);
  }

  /** Counts by each of the facets that are asked for. */
  async facets(
    frame: TenantFrame,
    filter: Maybe<InteractionFilter>,
    facets: readonly Facet[],
  ): Promise<Map<Facet, FacetCounts>> {
    return facets.length === 0 ? new Map() : countFacets(this.db, frame, filter ?? {}, facets);
  }

  byIds(tenantId: string, ids: readonly string[]): Promise<InteractionRow[]> {
    const params = new Params();
    const where = `i.tenant_id = ${params.add(tenantId, 'uuid')} and i.deleted_at is null`;
    return this.among(ids, where, params);
  }

  /** Those of the ids that match the filter now. */
  async matching(
    frame: TenantFrame,
    filter: Maybe<InteractionFilter>,
    ids: readonly string[],
  ): Promise<InteractionRow[]> {
    const params = new Params();
    return this.among(ids, interactionWhere(filter, frame, params), params);
  }

  /** What a live view begins with: everything that changed since the given time, the latest first. */
  async recent(
    frame: TenantFrame,
    filter: Maybe<InteractionFilter>,
    since: Instant,
    limit: number,
  ): Promise<InteractionRow[]> {
    const params = new Params();
    const where = interactionWhere(filter, frame, params);
    return this.db.query<InteractionRow[]>(
      `select ${this.columns} from interaction i where ${where} and i.updated_at >= ${params.instant(since)}
      order by i.updated_at desc, i.id desc limit ${params.add(limit, 'integer')}`,
      params.values,
    );
  }

  /** The interaction as it was known at the frame's `asOf`, or the one that it was part of by then. */
  async asOf(frame: TenantFrame & { asOf: Instant }, id: string): Promise<InteractionRow | null> {
    const [known] = uuids([id]);
    if (known === undefined) return null;
    const params = new Params();
    const table = interactionTable(this.db, frame, params);
    const tenant = params.add(frame.tenantId, 'uuid');
    const [row] = await this.db.query<InteractionRow[]>(
      `with recursive hop as (
        select ${params.add(known, 'uuid')} as id, 0 as hops
        union all
        select v.merged_into, h.hops + 1 from hop h
        join interaction_version v on v.tenant_id = ${tenant} and v.interaction_id = h.id
        where v.merged_into is not null and v.valid_from <= ${params.instant(frame.asOf)} and h.hops < ${MAX_HOPS}
      )
      select ${this.columns} from hop h join ${table} on i.tenant_id = ${tenant} and i.id = h.id
      order by h.hops desc limit 1`,
      params.values,
    );
    return row ?? null;
  }

  /** How each interaction changed after a time, the first change first, at most a hundred of each. */
  async changesSince(tenantId: string, ids: readonly string[], since: Instant): Promise<VersionRow[]> {
    const known = uuids(ids);
    if (known.length === 0) return [];
    const params = new Params();
    return this.db.query<VersionRow[]>(
      `select c.* from unnest(${params.add(known, 'uuid[]')}) asked(id) cross join lateral (
        select v.interaction_id as "interactionId", v.revision, v.valid_from as at, v.changed_fields as "changedFields",
          v.state->>'status' as status, v.state->>'drop_stage' as "dropStage",
          v.cause_kind as "causeKind", v.cause_id as "causeId", v.merged_into as "mergedInto"
        from interaction_version v
        where v.tenant_id = ${params.add(tenantId, 'uuid')} and v.interaction_id = asked.id
          and v.valid_from > ${params.instant(since)}
        order by v.revision limit ${MAX_PAGE_SIZE}
      ) c order by c."interactionId", c.revision`,
      params.values,
    );
  }

  /** For each id that was merged away the interaction that it now is part of; others are left out. */
  async survivors(tenantId: string, ids: readonly string[]): Promise<Map<string, string>> {
    const known = uuids(ids);
    if (known.length === 0) return new Map();
    const rows = await this.db.query<{ id: string; survivorId: string }[]>(
      `with recursive hop as (
        select r.id, r.survivor_id, 1 as hops from interaction_redirect r
        where r.tenant_id = $1 and r.id = any($2::uuid[])
        union all
        select h.id, r.survivor_id, h.hops + 1 from hop h
        join interaction_redirect r on r.tenant_id = $1 and r.id = h.survivor_id
        where h.hops < ${MAX_HOPS}
      )
      select distinct on (h.id) h.id, h.survivor_id as "survivorId" from hop h order by h.id, h.hops desc`,
      [tenantId, known],
    );
    return new Map(rows.map((row) => [row.id, row.survivorId]));
  }

  /** Every status of each interaction and of those that lead to it since, the first one first. */
  async statusChanges(tenantId: string, interactionIds: readonly string[]): Promise<StatusChangeRow[]> {
    const ids = uuids(interactionIds);
    if (ids.length === 0) return [];
    return this.db.query<StatusChangeRow[]>(
      `with asked as (
        select id, id as "interactionId" from unnest($2::uuid[]) id
        union all
        select r.id, r.survivor_id from interaction_redirect r
        where r.tenant_id = $1 and r.survivor_id = any($2::uuid[])
      )
      select asked."interactionId", nullif(s.interaction_id, asked."interactionId") as "mergedFrom",
        ${selectList(columnsOf(this.db, StatusChangeEntity, ['interactionId']), 's')}
      from asked join status_change s on s.tenant_id = $1 and s.interaction_id = asked.id
      order by asked."interactionId", s.at, s.interaction_id = asked."interactionId", s.interaction_id, s.revision`,
      [tenantId, ids],
    );
  }

  private async among(ids: readonly string[], where: string, params: Params): Promise<InteractionRow[]> {
    const known = uuids(ids);
    if (known.length === 0) return [];
    return this.db.query<InteractionRow[]>(
      `select ${this.columns} from interaction i where ${where} and i.id = any(${params.add(known, 'uuid[]')})`,
      params.values,
    );
  }

  /** Made late: the entity's metadata is there only once the data source is initialised. */
  private get columns(): string {
    this.selected ??= selectList(columnsOf(this.db, InteractionEntity, INTERACTION_UNSHOWN), 'i');
    return this.selected;
  }
}
