import type { ClientBase } from 'pg';
import type { DataSource } from 'typeorm';
import type { CauseKind, Instant } from '../domain/words.js';
import type { AnalysisChange, CallChange, ChangeKind, RemovalReason } from './entities/change.entity.js';

/** A numbered row of a tenant's feed. Positions are dense: the next one is always one higher. */
export interface FeedRow {
  position: number;
  interactionId: string;
  kind: ChangeKind;
  revision: number;
  changedFields: string[];
  calls: CallChange[];
  analyses: AnalysisChange[];
  removalReason: RemovalReason | null;
  mergedInto: string | null;
  causeKind: CauseKind;
  causeId: string | null;
  at: Instant;
}

export interface FeedEnds {
  /** The last position given. */
  head: number;
  /** The last position that retention has removed; reading starts after it. */
  floor: number;
}

const ROW = `position, interaction_id as "interactionId", kind, revision, changed_fields as "changedFields", calls, analyses,
  removal_reason as "removalReason", merged_into as "mergedInto", cause_kind as "causeKind", cause_id as "causeId", at`;

/**
 * Numbers committed rows, densely per tenant; answers how many. It runs on the session that holds the
 * sequencer's lock and on no other, so that no two runs can overlap: a lost session cannot number anything.
 */
export async function numberChanges(session: ClientBase, limit = 1_000): Promise<number> {
  const { rowCount } = await session.query(
    `with pending as (
       select id, tenant_id, row_number() over (partition by tenant_id order by id) as n
         from (select id, tenant_id from change where position is null order by id limit $1) unnumbered),
     added as (select tenant_id, max(n) as n from pending group by tenant_id),
     heads as (
       insert into feed_head (tenant_id, position) select tenant_id, n from added
       on conflict (tenant_id) do update set position = feed_head.position + excluded.position
       returning tenant_id, position)
     update change set position = heads.position - added.n + pending.n
       from pending join heads using (tenant_id) join added using (tenant_id)
      where change.id = pending.id`,
    [limit],
  );
  return rowCount ?? 0;
}

/** The change feed in the database: reading and forgetting. */
export class FeedStore {
  constructor(private readonly db: DataSource) {}

  /** Rows after a position, in order. */
  async read(tenantId: string, after: number, limit = 500, upTo: number | null = null): Promise<FeedRow[]> {
    return this.db.query(
      `select ${ROW} from change
        where tenant_id = $1 and position > $2 and ($4::bigint is null or position <= $4) order by position limit $3`,
      [tenantId, after, limit, upTo],
    );
  }

  async ends(tenantId: string): Promise<FeedEnds> {
    return (await this.endsOf([tenantId])).get(tenantId) ?? { head: 0, floor: 0 };
  }

  async endsOf(tenantIds: readonly string[]): Promise<Map<string, FeedEnds>> {
    const rows: (FeedEnds & { tenantId: string })[] = await this.db.query(
      `select tenant_id as "tenantId", position as head, floor from feed_head where tenant_id = any($1::uuid[])`,
      [tenantIds],
    );
    return new Map(rows.map(({ tenantId, head, floor }) => [tenantId, { head, floor }]));
  }

  /** Forgets rows older than the given time, oldest first; a cursor below the floor is expired from then on. */
  async prune(before: Instant, limit = 5_000): Promise<number> {
    const rows: unknown[] = await this.db.query(
      `with gone as (
         delete from change where id in (
           select id from (select id, at from change where position is not null order by id limit $2) oldest
            where at < $1)
         returning tenant_id, position),
       floors as (select tenant_id, max(position) as position, count(*) as n from gone group by tenant_id),
       raised as (
         update feed_head h set floor = greatest(h.floor, f.position) from floors f
          where h.tenant_id = f.tenant_id returning f.n)
       select n from raised, generate_series(1, raised.n)`,
      [new Date(before), limit],
    );
    return rows.length;
  }
}
