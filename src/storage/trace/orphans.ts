import type { EntityManager } from 'typeorm';
import type { Call } from '../../domain/call.js';
import { joinedAt } from '../../domain/join.js';
import { isWithheld } from '../../domain/phone.js';
import { normalizeAddress } from '../address.js';
import { OrphanEntity } from '../entities/bond.entity.js';
import { writeRows } from '../transaction.js';

type Orphan = Omit<OrphanEntity, 'checkAt'>;

/** So many digits of a number's end are the weakest likeness that is worth points (rule R12). */
const TAIL = 6;

/** What circumstantial evidence has to go by, of a leg that has not found its other half; null for chats and the web. */
export function orphanOf(tenantId: string, call: Call, defaultCountry: string): Orphan | null {
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
  };
}

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

/** What joining has looked at, and whether it was an orphan before. */
type LookedAt = readonly { call: { id: string }; isOrphan: boolean }[];

/**
 * Keeps the legs that are orphans now, and no others of those that were looked at. A new or changed orphan is
 * to be compared with others; so are the possible partners of one that is none any more.
 */
export async function settleOrphans(
  tx: EntityManager,
  tenantId: string,
  lookedAt: LookedAt,
  orphans: readonly Orphan[],
  now: number,
): Promise<void> {
  const kept = new Set(orphans.map(({ legId }) => legId));
  const gone = lookedAt.filter(({ call, isOrphan }) => isOrphan && !kept.has(call.id));
  if (gone.length > 0)
    await tx.query(
      `with s as (delete from orphan where tenant_id = $1 and leg_id = any($2::uuid[]) returning *)
       update orphan o set check_at = $4
        where o.tenant_id = $1 and o.leg_id = any(array(${AROUND})) and o.leg_id <> all($3::uuid[])`,
      [tenantId, gone.map(({ call }) => call.id), lookedAt.map(({ call }) => call.id), new Date(now)],
    );
  await writeRows(
    tx,
    OrphanEntity,
    orphans.map((orphan) => ({ ...orphan, checkAt: now })),
    { onConflict: 'changed', incidental: ['checkAt'] },
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
