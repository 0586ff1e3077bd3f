import type { EntityManager } from 'typeorm';
import { TYPICAL_JOIN_LAG_MS } from '../../domain/clock.js';
import type { HourHealth } from '../../domain/health.js';
import { breachesOf, HEALTH_RULES } from '../../domain/health.js';
import { LAG_RULES } from '../../domain/lag.js';
import type { Instant } from '../../domain/words.js';
import { JoinHealthEntity } from '../entities/pair.entity.js';
import { writeRows } from '../transaction.js';

const HOUR = 3_600_000;

/** Hours that a statement looks at, and how far back hours may still change. */
const STEP_MS = 6 * HOUR;
const OPEN_MS = 3 * HOUR;
const KEEP_MS = 30 * 24 * HOUR;

type PairHour = HourHealth & { dialerSourceId: string; assistantSourceId: string };

/**
 * Measures the hours that may still change, in one statement, and raises alarms. The first time, and after a
 * pause, it catches up on the seven days that make the bands, a few hours a statement.
 */
export async function measureHealth(tx: EntityManager, tenantId: string, now: Instant): Promise<void> {
  const known = await knownHours(tx, tenantId, now);
  const latest = Math.max(now - HEALTH_RULES.windowMs, ...known.map(({ hour }) => hour));
  const since = floorHour(known.length === 0 ? latest : Math.min(latest, now) - OPEN_MS);
  const measured: PairHour[] = [];
  for (let from = since; from <= now; from += STEP_MS)
    measured.push(...(await measureHours(tx, tenantId, from, Math.min(from + STEP_MS, now + 1))));
  const earlier = known.filter(({ hour }) => hour < since);
  await writeRows(tx, JoinHealthEntity, judged(tenantId, measured, [...earlier, ...measured], now));
  await tx.query('delete from join_health where tenant_id = $1 and hour < $2', [
    tenantId,
    new Date(now - KEEP_MS),
  ]);
}

const floorHour = (at: Instant): Instant => at - (((at % HOUR) + HOUR) % HOUR);

const pairOf = (hour: PairHour): string => `${hour.dialerSourceId}/${hour.assistantSourceId}`;

const judged = (tenantId: string, hours: readonly PairHour[], all: readonly PairHour[], now: Instant) =>
  hours.map((hour) => ({
    tenantId,
    ...hour,
    breaches: breachesOf(
      hour,
      all.filter((one) => pairOf(one) === pairOf(hour)),
    ),
    measuredAt: now,
  }));

const HEALTH_COLUMNS = `hour, calls, key_fill_rate as "keyFillRate", match_rate as "matchRate",
  orphan_rate as "orphanRate", lag_ms as "lagMs", clock_offset_ms as "clockOffsetMs"`;

const knownHours = (tx: EntityManager, tenantId: string, now: Instant): Promise<PairHour[]> =>
  tx.query(
    `select dialer_source_id as "dialerSourceId", assistant_source_id as "assistantSourceId", ${HEALTH_COLUMNS}
       from join_health where tenant_id = $1 and hour >= $2`,
    [tenantId, new Date(now - HEALTH_RULES.windowMs - OPEN_MS)],
  );

/** Is the leg joined by a key, or does it state one? Its own id, by which others may name it, is none. */
const IS_KEYED = `(l.link->>'tier' = 'KEY' or exists (
  select from jsonb_array_elements(l.keys) k
   where k->>'scope' = 'INTERACTION' and lower(k->>'value') <> lower(btrim(l.external_id))))`;

/**
 * The part that a role has in a call: its source, when it began, whether it has a key that can join, and how
 * long after its end its source told of the end.
 */
const part = (role: string, at: string): string =>
  `select l.source_id, ${at} as at, ${IS_KEYED} as keyed,
          (select (extract(epoch from min(r.received_at) - l.ended_at) * 1000)::bigint from source_record r
            where r.tenant_id = l.tenant_id and r.leg_id = l.id and r.record->>'endedAt' is not null) as lag_ms
     from leg l where l.tenant_id = i.tenant_id and l.interaction_id = i.id and l.role = '${role}'
    order by ${at} nulls last, l.id limit 1`;

/** Pairs that have joined calls, and pairs of sources of which neither ever did. */
const PAIRS = `
  select dialer_source_id as dialer, assistant_source_id as assistant from source_pair where tenant_id = $1
  union
  select d.id, a.id from source d join source a on a.tenant_id = d.tenant_id and a.role = 'ASSISTANT'
   where d.tenant_id = $1 and d.role = 'DIALER'
     and not exists (select from source_pair p
                      where p.tenant_id = $1 and (p.dialer_source_id = d.id or p.assistant_source_id = a.id))`;

/** Calls that began in the span and are joined, or whose other half is overdue: those count for every pair of their source. */
const measureHours = (tx: EntityManager, tenantId: string, from: Instant, to: Instant): Promise<PairHour[]> =>
  tx.query(
    `with pairs as (${PAIRS}), calls as materialized (
       select date_trunc('hour', i.started_at) as hour, d.source_id as dialer, a.source_id as assistant,
              d.keyed as dialer_keyed, a.keyed as assistant_keyed,
              (extract(epoch from a.at - d.at) * 1000)::bigint as difference_ms, greatest(d.lag_ms, a.lag_ms) as lag_ms
         from interaction i
         left join lateral (${part('DIALER', 'l.answered_at')}) d on true
         left join lateral (${part('ASSISTANT', 'coalesce(l.answered_at, l.started_at)')}) a on true
        where i.tenant_id = $1 and i.started_at >= $2 and i.started_at < $3
          and case when d.source_id is null then a.source_id is not null and i.status = 'DROPPED'
                   when a.source_id is null then i.drop_stage = 'INFRA_TO_BOT'
                   else true end
     )
     select p.dialer as "dialerSourceId", p.assistant as "assistantSourceId", c.hour, count(*)::int as calls,
            least(avg(dialer_keyed::int), avg(assistant_keyed::int))::float8 as "keyFillRate",
            avg((c.dialer is not null and c.assistant is not null)::int)
              filter (where dialer_keyed is not false and assistant_keyed is not false)::float8 as "matchRate",
            avg((c.dialer is null or c.assistant is null)::int)::float8 as "orphanRate",
            percentile_disc(0.95) within group (order by lag_ms) filter (where lag_ms <= $4) as "lagMs",
            percentile_disc(0.5) within group (order by difference_ms) - $5 as "clockOffsetMs"
       from pairs p
       join calls c on coalesce(c.dialer, p.dialer) = p.dialer and coalesce(c.assistant, p.assistant) = p.assistant
      group by p.dialer, p.assistant, c.hour`,
    [tenantId, new Date(from), new Date(to), LAG_RULES.historyMs, TYPICAL_JOIN_LAG_MS],
  );
