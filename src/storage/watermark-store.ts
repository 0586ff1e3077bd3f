import type { DataSource, EntityManager } from 'typeorm';
import { BadUserInput, NotFound } from '../domain/errors.js';
import { watermarkOf } from '../domain/watermark.js';
import type { Instant, Role } from '../domain/words.js';
import { keepMarks } from './derived-marks.js';
import { isSlug } from './names.js';
import type { TenantSurroundings } from './trace/surroundings.js';
import { loadSurroundings } from './trace/surroundings.js';
import { inTransaction } from './transaction.js';

/** How far ahead of ours a source's clock may be. */
const AHEAD_MS = 60_000;

export interface ReportedWatermark {
  sourceId: string;
  watermarkAt: Instant;
}

/** What sources say of how far they have told everything. */
export class WatermarkStore {
  constructor(private readonly db: DataSource) {}

  /**
   * Moves the watermark of a source on; it never moves back. Provisional drops that ended before it are judged
   * anew by the next sweep. Throws NOT_FOUND for an unknown source, BAD_USER_INPUT for a time to come.
   */
  async report(tenantId: string, source: string, at: Instant, now: Instant): Promise<ReportedWatermark> {
    if (at > now + AHEAD_MS) throw new BadUserInput('at', 'must not lie in the future');
    if (!isSlug(source)) throw new NotFound('source');
    return inTransaction(this.db, async (tx) => {
      const [[reported]] = (await tx.query(
        `update source set watermark_at = greatest(watermark_at, derived_at, $3)
          where tenant_id = $1 and name = $2 returning id as "sourceId", watermark_at as "watermarkAt"`,
        [tenantId, source, new Date(Math.min(at, now))],
      )) as [[ReportedWatermark | undefined], number];
      if (reported === undefined) throw new NotFound('source');
      await settleDrops(tx, tenantId, now);
      return reported;
    });
  }
}

/**
 * Has the pairs compared again that waited for their sources to tell everything, and whose sources have now.
 */
async function wakePairs(tx: EntityManager, tenant: TenantSurroundings, now: Instant): Promise<void> {
  const marks = tenant.sources.flatMap((source) => {
    const { at } = watermarkOf(source, now);
    return at === null ? [] : [{ id: source.id, at: new Date(at) }];
  });
  await tx.query(
    `with mark as (select * from jsonb_to_recordset($2::jsonb) as m(id uuid, at timestamptz))
     update orphan o set check_at = $3
       from leg_pair p
       join orphan d on d.tenant_id = p.tenant_id and d.leg_id = p.dialer_leg_id
       join orphan a on a.tenant_id = p.tenant_id and a.leg_id = p.assistant_leg_id
       join mark dm on dm.id = d.source_id join mark am on am.id = a.source_id
      where p.tenant_id = $1 and p.obstacles @> '["WATERMARK_BEHIND"]'
        and greatest(d.ended_at, d.at, a.ended_at, a.at) <= least(dm.at, am.at)
        and o.tenant_id = p.tenant_id and o.leg_id = p.dialer_leg_id`,
    [tenant.tenantId, JSON.stringify(marks), new Date(now)],
  );
}

/**
 * Keeps how far the watermarks of the tenant reach, reported and derived, and has the drops judged anew by the
 * next sweep that they have passed by now. It locks rows in the order of their ids, as everybody does.
 */
export async function settleDrops(tx: EntityManager, tenantId: string, now: Instant): Promise<void> {
  const tenant = await loadSurroundings(tx, tenantId, now);
  const { watermarks } = tenant;
  await keepMarks(
    tx,
    tenant.sources.map((source) => ({ tenantId, source, now })),
  );
  await wakePairs(tx, tenant, now);
  const mark = (role: Role) => (watermarks[role] == null ? null : new Date(watermarks[role]));
  await tx.query(
    `with passed as (
       select id from interaction
        where tenant_id = $1 and status = 'DROPPED' and is_provisional
          and ended_at <= case drop_detail when 'DIALER_NOT_SYNCED_YET' then $2::timestamptz
                                           when 'ASSISTANT_NOT_REPORTED_YET' then $3::timestamptz
                                           when 'CANDIDATE_EXISTS' then $3::timestamptz end
        order by id for update)
     update interaction i set next_evaluation_at = $4 from passed
      where i.tenant_id = $1 and i.id = passed.id`,
    [tenantId, mark('DIALER'), mark('ASSISTANT'), new Date(now)],
  );
}
