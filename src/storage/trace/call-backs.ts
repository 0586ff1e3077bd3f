import type { EntityManager } from 'typeorm';
import type { InteractionEntity } from '../entities/interaction.entity.js';
import { CALL_BACK_TIME } from '../queries/funnel-sql.js';
import { properties } from './call-store.js';
import { recordFunnelChange } from './funnel-rollup.js';

type Row = InteractionEntity;

interface Answer {
  tenantId: string;
  id: string;
  calledBackAt: number | null;
}

/**
 * When the customer next called, inside a day: after this one ended, by themselves, and not as a test.
 * Two halves of one call that were not joined overlap, so that they are no call-backs of each other.
 */
const NEXT_CALL = `(select min(y.started_at) from interaction y
   where y.tenant_id = x.tenant_id and y.customer_e164 = x.customer_e164
     and y.started_at > x.ended_at and y.started_at < x.started_at + ${CALL_BACK_TIME}
     and y.channel in ('VOICE', 'WEB') and y.direction is distinct from 'OUTBOUND' and not y.is_test and y.deleted_at is null)`;

/**
 * Looks again at whom the checked customers' calls may be call-backs of; answers how many checks are done.
 * For one who holds the funnel's lock. A row that is being written is left for its next check.
 */
export async function settleCallBacks(tx: EntityManager, limit: number): Promise<number> {
  const [taken] = (await tx.query(
    `with taken as (delete from call_back_check where id in (select id from call_back_check order by id limit $1)
                    returning tenant_id, customer, at)
     select count(*)::int as n,
            coalesce(jsonb_agg(distinct jsonb_build_object('tenant_id', tenant_id, 'customer', customer, 'at', at)), '[]') as checks
       from taken`,
    [limit],
  )) as [{ n: number; checks: object[] } | undefined];
  if (taken === undefined || taken.n === 0) return 0;
  const answers: Answer[] = await tx.query(
    `select distinct x.tenant_id as "tenantId", x.id, n.at as "calledBackAt"
       from jsonb_to_recordset($1::jsonb) as c(tenant_id uuid, customer text, at timestamptz)
       join interaction x on x.tenant_id = c.tenant_id and x.customer_e164 = c.customer
        and x.started_at > c.at - ${CALL_BACK_TIME} and x.started_at <= c.at
      cross join lateral ${NEXT_CALL} n(at)
      where x.called_back_at is distinct from n.at`,
    [JSON.stringify(taken.checks)],
  );
  for (const tenantId of new Set(answers.map((answer) => answer.tenantId)))
    await writeAnswers(
      tx,
      tenantId,
      answers.filter((answer) => answer.tenantId === tenantId),
    );
  return taken.n;
}

/** Never waits for a row that another holds: two who wait for each other's rows would both be lost. */
async function writeAnswers(tx: EntityManager, tenantId: string, answers: readonly Answer[]): Promise<void> {
  const ids = answers.map(({ id }) => id);
  const rows: { row: object }[] = await tx.query(
    `select to_jsonb(i) as row from interaction i
      where tenant_id = $1 and id = any($2::uuid[]) order by id for update skip locked`,
    [tenantId, ids],
  );
  const free = rows.map(({ row }) => properties(row) as unknown as Row);
  const isFree = new Set(free.map(({ id }) => id));
  const answerOf = new Map(answers.map((answer) => [answer.id, answer.calledBackAt]));
  const changes = free.map((before) => ({
    before,
    after: { ...before, calledBackAt: answerOf.get(before.id) ?? null },
  }));
  await tx.query(
    `update interaction i set called_back_at = to_timestamp(a.at / 1000.0)
       from jsonb_to_recordset($2::jsonb) as a(id uuid, at numeric) where i.tenant_id = $1 and i.id = a.id`,
    [tenantId, JSON.stringify(changes.map(({ after }) => ({ id: after.id, at: after.calledBackAt })))],
  );
  await recordFunnelChange(tx, tenantId, changes);
  await checkAgain(
    tx,
    tenantId,
    ids.filter((id) => !isFree.has(id)),
  );
}

async function checkAgain(tx: EntityManager, tenantId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `insert into call_back_check (tenant_id, customer, at)
     select tenant_id, customer_e164, started_at from interaction
      where tenant_id = $1 and id = any($2::uuid[]) and customer_e164 is not null`,
    [tenantId, ids],
  );
}
