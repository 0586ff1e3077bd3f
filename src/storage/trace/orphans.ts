import type { EntityManager } from 'typeorm';
import type { Call } from '../../domain/call.js';
import { joinedAt } from '../../domain/join.js';
import type { LegKey } from '../../domain/leg.js';
import { isWithheld } from '../../domain/phone.js';
import type { KeyScope } from '../../domain/words.js';
import { normalizeAddress } from '../address.js';
import { OrphanEntity } from '../entities/bond.entity.js';
import { writeRows } from '../transaction.js';

type Orphan = Omit<OrphanEntity, 'isHot' | 'checkAt'>;

/** So many digits of a number's end are the weakest likeness that is worth points (rule R12). */
const TAIL = 6;

/** What circumstantial evidence has to go by, of a leg that has not found its other half; null for chats and the web. */
export function orphanOf(
  tenantId: string,
  { call, keys }: { call: Call; keys: readonly LegKey[] },
  defaultCountry: string,
): Orphan | null {
  const at = joinedAt(call);
  if (at === null || (call.channel !== null && call.channel !== 'VOICE')) return null;
  const { e164 } = normalizeAddress(call.customerAddress, defaultCountry);
  const { id, sourceId, role, answeredAt, startedAt, endedAt, direction, campaign, isTest } = call;
  return {
    tenantId,
    legId: id,
    sourceId,
    role,
    at,
    answeredAt,
    startedAt,
    endedAt,
    customerE164: e164,
    customerTail: tailOf(e164),
    customerWithheld: isWithheld(call.customerAddress),
    did: normalizeAddress(call.did, defaultCountry).e164,
    direction,
    campaign,
    isTest,
    bridges: namesOf(keys, 'BRIDGE'),
    contacts: namesOf(keys, 'CUSTOMER'),
  };
}

const namesOf = (keys: readonly LegKey[], scope: KeyScope): string[] =>
  keys.flatMap((key) => (key.scope === scope ? `${key.namespace}/${key.value}` : [])).sort();

const tailOf = (e164: string | null): string | null =>
  new RegExp(`\\d{${TAIL}}$`).exec(e164 ?? '')?.[0] ?? null;

/**
 * Orphans that are like the orphans `s` in this and may be the other half of one. The time covers what is compared
 * (see neighbourhood.ts), clocks that are minutes apart included: the number dialled counts just after the answer only.
 */
const alike = (key: 'customer_tail' | 'did', within: string): string =>
  `select n.leg_id from s cross join lateral (
     select n.leg_id from orphan n
      where n.tenant_id = s.tenant_id and n.role = case s.role when 'DIALER' then 'ASSISTANT' else 'DIALER' end
        and n.${key} = s.${key} and n.at between s.at - interval '${within}' and s.at + interval '${within}'
     offset 0) n`;

const AROUND = `${alike('customer_tail', '4 hours')} union ${alike('did', '10 minutes')}`;

/** The legs nearest in time to orphans `s` of a hot number that have it too: without `s` it may be hot no more. */
const nextOfHot = (order: 'asc' | 'desc'): string =>
  `select n.leg_id from s cross join lateral (
     select n.leg_id from unnest(array['DIALER', 'ASSISTANT']) r(role) cross join lateral (
       select n.leg_id from orphan n
        where n.tenant_id = s.tenant_id and n.role = r.role and n.customer_tail = s.customer_tail
          and n.customer_e164 = s.customer_e164 and n.at ${order === 'asc' ? '>' : '<='} s.at and n.leg_id <> all($2::uuid[]) and n.leg_id <> s.leg_id
        order by n.at ${order} limit 1) n) n
    where s.is_hot`;

/** What joining has looked at, and whether it was an orphan before. */
type LookedAt = readonly { call: { id: string }; isOrphan: boolean }[];

/**
 * Keeps the legs that are orphans now, and no others of those that were looked at. A new or changed orphan is
 * to be compared with others; so are those around one that is none any more, or is elsewhere now.
 */
export async function settleOrphans(
  tx: EntityManager,
  tenantId: string,
  lookedAt: LookedAt,
  orphans: readonly Orphan[],
  now: number,
): Promise<void> {
  const kept = new Set(orphans.map(({ legId }) => legId));
  const were = lookedAt.filter(({ isOrphan }) => isOrphan).map(({ call }) => call.id);
  if (were.length > 0) await leave(tx, tenantId, { were, kept, lookedAt, orphans }, now);
  await writeRows(
    tx,
    OrphanEntity,
    orphans.map((orphan) => ({ ...orphan, checkAt: now })),
    { onConflict: 'changed', incidental: ['checkAt'] },
  );
}

interface Leaving {
  were: readonly string[];
  kept: ReadonlySet<string>;
  lookedAt: LookedAt;
  orphans: readonly Orphan[];
}

/**
 * Takes away the orphans that are none any more, with what was decided about their pairs, and has those around them
 * and around moved ones compared again.
 */
async function leave(
  tx: EntityManager,
  tenantId: string,
  { were, kept, lookedAt, orphans }: Leaving,
  now: number,
): Promise<void> {
  const places = orphans.map(({ legId, at, endedAt, customerE164, did }) => ({
    id: legId,
    at: new Date(at),
    ended: endedAt === null ? null : new Date(endedAt),
    customer: customerE164,
    did,
  }));
  await tx.query(
    `with gone as (delete from orphan where tenant_id = $1 and leg_id = any($2::uuid[]) returning *),
       moved as (
         select o.* from jsonb_to_recordset($5::jsonb) as p(id uuid, at timestamptz, ended timestamptz, customer text, did text)
           join orphan o on o.tenant_id = $1 and o.leg_id = p.id
          where (o.at, o.ended_at, o.customer_e164, o.did) is distinct from (p.at, p.ended, p.customer, p.did)),
       undecided as (
         delete from leg_pair p where p.tenant_id = $1
            and (p.dialer_leg_id = any(array(select leg_id from gone)) or p.assistant_leg_id = any(array(select leg_id from gone)))),
       s as (select * from gone union all select * from moved)
     update orphan o set check_at = $4
      where o.tenant_id = $1
        and (o.leg_id = any(array(${AROUND})) and o.leg_id <> all($3::uuid[])
             or o.leg_id = any(array(${nextOfHot('asc')} union ${nextOfHot('desc')})))`,
    [
      tenantId,
      were.filter((id) => !kept.has(id)),
      lookedAt.map(({ call }) => call.id),
      new Date(now),
      JSON.stringify(places),
    ],
  );
}

/** Circumstances are weighed anew, by the next look, for these legs and for whatever may be their other half. */
export async function lookAround(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
  now: number,
): Promise<void> {
  if (legIds.length === 0) return;
  await tx.query(
    `with s as (select * from orphan where tenant_id = $1 and leg_id = any($2::uuid[]))
     update orphan o set check_at = $3 where o.tenant_id = $1 and o.leg_id = any(array(
       select leg_id from s
       union select assistant_leg_id from leg_pair where tenant_id = $1 and dialer_leg_id = any($2::uuid[])
       union select dialer_leg_id from leg_pair where tenant_id = $1 and assistant_leg_id = any($2::uuid[])
       union ${AROUND}))`,
    [tenantId, legIds, new Date(now)],
  );
}
