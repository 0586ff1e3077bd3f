import type { EntityManager } from 'typeorm';

/** What steers the live calls of some legs, as it stands in a delivery: sealed for its call's owner. */
export interface LiveControl {
  legId: string;
  sealed: string;
}

/** To whom a call's control is sealed: nobody can give one call's to another. */
export const controlOwner = (tenantId: string, sourceId: string, externalId: string): string =>
  `${tenantId}/${sourceId}/${externalId}`;

/** Keeps the latest control of calls that have not ended, and forgets that of those that have. */
export async function keepControls(
  tx: EntityManager,
  tenantId: string,
  controls: readonly LiveControl[],
): Promise<void> {
  if (controls.length === 0) return;
  const latest = [...new Map(controls.map((one) => [one.legId, one])).values()];
  await tx.query(
    `with given as (select * from jsonb_to_recordset($2::jsonb) as g("legId" uuid, sealed text)),
          over as (delete from call_control c using given g, leg l
                    where c.tenant_id = $1 and c.call_id = g."legId" and l.tenant_id = $1 and l.id = g."legId"
                      and l.state = 'TERMINAL')
     insert into call_control as c (tenant_id, call_id, sealed)
     select $1, g."legId", g.sealed from given g join leg l on l.tenant_id = $1 and l.id = g."legId"
      where l.state <> 'TERMINAL'
     on conflict (tenant_id, call_id) do update set sealed = excluded.sealed where c.sealed <> excluded.sealed`,
    [tenantId, JSON.stringify(latest)],
  );
}
