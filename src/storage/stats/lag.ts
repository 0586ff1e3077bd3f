import type { EntityManager } from 'typeorm';
import { LAG_RULES } from '../../domain/lag.js';
import type { Instant } from '../../domain/words.js';

/** Of each source the latest calls are measured, so that one statement stays short. */
const CALLS = 2_000;

const PERCENTILES = 'percentile_disc(array[0.5, 0.95, 0.99]) within group (order by ms)';

/** Measures how late each source of a tenant tells, and writes it to the source. One statement. */
export async function measureLag(tx: EntityManager, tenantId: string, now: Instant): Promise<void> {
  await tx.query(
    `with ended as (
       select l.source_id, l.id, l.ended_at
         from source s
        cross join lateral (select source_id, id, ended_at from leg
                             where tenant_id = s.tenant_id and source_id = s.id and ended_at >= $2
                             order by ended_at desc limit ${CALLS}) l
        where s.tenant_id = $1
     ), told as (
       select e.source_id, e.id, e.ended_at, r.id as record_id, r.occurred_at,
              (extract(epoch from r.received_at) * 1000)::bigint as received,
              (r.record->>'endedAt')::numeric::bigint as ended
         from ended e join source_record r on r.tenant_id = $1 and r.leg_id = e.id
     ), first_told as (
       select distinct on (id) source_id, received - ended as ms
         from told where ended is not null order by id, received, record_id
     ), lags as (
       select source_id, ${PERCENTILES} as p, count(*) as samples
         from first_told where ms <= $3 group by source_id
     ), pauses as (
       select source_id, (extract(epoch from occurred_at - lag(occurred_at) over by_time) * 1000)::bigint as ms
         from told where occurred_at <= ended_at window by_time as (partition by id order by occurred_at)
     ), gaps as (
       select source_id, ${PERCENTILES} as p, count(*) as samples
         from pauses where ms is not null group by source_id
     )
     update source s
        set lag = jsonb_build_object('p50Ms', l.p[1], 'p95Ms', l.p[2], 'p99Ms', l.p[3], 'samples', coalesce(l.samples, 0),
                                     'gapP99Ms', g.p[3], 'gapSamples', coalesce(g.samples, 0), 'measuredAt', $4::bigint)
       from lags l full join gaps g using (source_id)
      where s.tenant_id = $1 and s.id = source_id`,
    [tenantId, new Date(now - LAG_RULES.windowMs), LAG_RULES.historyMs, now],
  );
}
