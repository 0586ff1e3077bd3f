import type { EntityManager } from 'typeorm';
import { containedOf } from '../../domain/funnel.js';
import type { InteractionEntity } from '../entities/interaction.entity.js';
import { dayStart, FACTS, factsHash, hourStart, IS_CONTAINED, NARROW_FACTS } from '../queries/funnel-sql.js';

type Row = InteractionEntity;

/** An interaction that was written, came into being (no `before`) or ceased to be (no `after`). */
export interface FunnelChange {
  before: Row | undefined;
  after: Row | undefined;
}

/**
 * Notes what the funnel gains and loses by these changes, in their transaction and in one statement.
 * Rows are only added, so that nobody waits for anybody; `compactDeltas` adds them up later.
 */
export async function recordFunnelChange(
  tx: EntityManager,
  tenantId: string,
  changes: readonly FunnelChange[],
): Promise<void> {
  const seen = changes.map(({ before, after }) => ({ before: present(before), after: present(after) }));
  const deltas = seen.flatMap(deltasOf);
  const checks = seen.flatMap(checksOf);
  if (deltas.length === 0 && checks.length === 0) return;
  await tx.query(
    `with checks as (
       insert into call_back_check (tenant_id, customer, at)
       select distinct $1::uuid, c.customer, c.at
         from jsonb_to_recordset($3::jsonb) as c(customer text, at timestamptz))
     insert into funnel_delta (tenant_id, started_at, ${FACTS.join(', ')}, count)
     select $1, d.started_at, ${FACTS.map((fact) => `d.${fact}`).join(', ')}, d.count
       from jsonb_populate_recordset(null::funnel_delta, $2::jsonb) d`,
    [tenantId, JSON.stringify(deltas), JSON.stringify(checks)],
  );
}

/** To the funnel, a deleted interaction is none. */
const present = (row: Row | undefined): Row | undefined => (row?.deletedAt == null ? row : undefined);

/** Nothing when the funnel sees no difference. */
function deltasOf({ before, after }: FunnelChange): object[] {
  const [lost, gained] = [before && deltaOf(before), after && deltaOf(after)];
  if (JSON.stringify(lost) === JSON.stringify(gained)) return [];
  return [...(lost ? [{ ...lost, count: -1 }] : []), ...(gained ? [{ ...gained, count: 1 }] : [])];
}

const deltaOf = (row: Row) => ({
  started_at: new Date(row.startedAt).toISOString(),
  channel: row.channel,
  direction: row.direction,
  campaign: row.campaign,
  flow: row.flow,
  source_ids: row.sourceIds,
  status: row.status,
  drop_stage: row.dropStage,
  is_provisional: row.isProvisional,
  is_test: row.isTest,
  stage_marks: row.stageMarks,
  is_contained: containedOf({ ...row, hasCustomer: row.customerE164 !== null }),
});

/** What makes an interaction a call-back, and what makes it one that can be called back. */
const callFacts = (row: Row): string =>
  JSON.stringify([row.customerE164, row.channel, row.startedAt, row.endedAt, row.direction, row.isTest]);

function checksOf({ before, after }: FunnelChange): { customer: string; at: string }[] {
  if (before && after && callFacts(before) === callFacts(after)) return [];
  return [before, after].flatMap((row) =>
    row?.customerE164 == null
      ? []
      : [{ customer: row.customerE164, at: new Date(row.startedAt).toISOString() }],
  );
}

/** One process at a time adds up: the others leave it to that one. The number means nothing. */
export const FUNNEL_LOCK = 7_305_114_201;

const COLUMNS = `tenant_id, grain, started_at, facts_hash, ${FACTS.join(', ')}, count`;

const ofGrain = (fact: (typeof FACTS)[number]): string => {
  const any = NARROW_FACTS[fact];
  return any === undefined
    ? `d.${fact}`
    : `case g.grain when 'WIDE_HOUR' then ${any} else d.${fact} end as ${fact}`;
};

/** Adds rows of `source`, which have a delta's columns, to the cells of the hour and the day in which they began. */
const addToCells = (source: string): string => `
  insert into funnel_cell (${COLUMNS})
  select d.tenant_id, g.grain, case g.grain when 'DAY' then ${dayStart('d.started_at', 'z.name')}
                                            else ${hourStart('d.started_at', 'z.name')} end as begun,
         ${factsHash('f')} as hash, ${FACTS.map((fact) => `f.${fact}`).join(', ')}, sum(d.count)
    from ${source} d
   cross join lateral (select coalesce((select time_zone from tenant where id = d.tenant_id), 'UTC')) z(name)
   cross join (values ('HOUR'), ('WIDE_HOUR'), ('DAY')) g(grain)
   cross join lateral (select ${FACTS.map(ofGrain).join(', ')}) f
   group by d.tenant_id, g.grain, begun, hash, ${FACTS.map((fact) => `f.${fact}`).join(', ')}
  having sum(d.count) <> 0
  on conflict (tenant_id, grain, started_at, facts_hash) do update set count = funnel_cell.count + excluded.count`;

/** Moves deltas into the cells; answers how many. For one who holds the funnel's lock. */
export async function compactDeltas(tx: EntityManager, limit: number): Promise<number> {
  const [row] = (await tx.query(
    `with taken as (
       delete from funnel_delta where (tenant_id, id) in
         (select tenant_id, id from funnel_delta limit $1 for update skip locked) returning *),
     added as (${addToCells('taken')} returning 1)
     select count(*)::int as n from taken`,
    [limit],
  )) as [{ n: number } | undefined];
  if (row !== undefined && row.n > 0) await tx.query('delete from funnel_cell where count = 0');
  return row?.n ?? 0;
}

/**
 * Counts a tenant's interactions anew: for one whose time zone has changed. Nobody writes interactions
 * meanwhile, and those that wait for it add to what it has counted.
 */
export async function rebuildFunnel(tx: EntityManager, tenantId: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [FUNNEL_LOCK]);
  await tx.query('lock table funnel_delta in share row exclusive mode');
  await tx.query('delete from funnel_delta where tenant_id = $1', [tenantId]);
  await tx.query('delete from funnel_cell where tenant_id = $1', [tenantId]);
  await tx.query(
    `with counted as (select i.*, ${IS_CONTAINED} as is_contained, 1 as count from interaction i
                      where i.tenant_id = $1 and i.deleted_at is null)
     ${addToCells('counted')}`,
    [tenantId],
  );
}
