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
 * Keeps the legs that are orphans now, and no others of those that were looked at. A new or changed orphan is
 * to be compared with others; so are the possible partners of one that is none any more.
 */
export async function settleOrphans(
  tx: EntityManager,
  tenantId: string,
  lookedAt: readonly string[],
  orphans: readonly Orphan[],
  now: number,
): Promise<void> {
  const kept = new Set(orphans.map(({ legId }) => legId));
  await tx.query(
    `with gone as (
       delete from orphan where tenant_id = $1 and leg_id = any($2::uuid[]) returning *
     )
     update orphan o set check_at = $4 from gone
      where o.tenant_id = $1 and o.role <> gone.role and not o.leg_id = any($3::uuid[])
        and (o.customer_tail = gone.customer_tail or o.did = gone.did)
        and o.at between gone.at - interval '4 hours' and gone.at + interval '4 hours'`,
    [tenantId, lookedAt.filter((id) => !kept.has(id)), lookedAt, new Date(now)],
  );
  await writeRows(
    tx,
    OrphanEntity,
    orphans.map((orphan) => ({ ...orphan, checkAt: now })),
    { onConflict: 'changed', incidental: ['checkAt'] },
  );
}
