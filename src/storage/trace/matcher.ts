import type { EntityManager } from 'typeorm';
import { canonicalJson } from '../../domain/canonical.js';
import { LINK_RULES } from '../../domain/score.js';
import type { Instant } from '../../domain/words.js';
import { LegPairEntity } from '../entities/bond.entity.js';
import { writeRows } from '../transaction.js';
import type { StoredPair } from './bonds.js';
import { removePairs } from './bonds.js';
import { settleHeat } from './heat.js';
import { weighAround } from './judge.js';
import { tryLock } from './locks.js';
import { lookAgainByNewRules } from './look-again.js';
import { joinAnew } from './rejoin.js';
import { isHidden } from './suggestions.js';
import { loadSurroundings } from './surroundings.js';

/**
 * Looks for the other halves of orphans that are due (rule R15); answers how many were looked at. One process at a
 * time does so for a tenant. What it decides depends on the orphans as they are, never on what it decided before.
 */
export async function matchDue(tx: EntityManager, now: Instant, limit: number): Promise<number> {
  await lookAgainByNewRules(tx, now);
  const due: DueLeg[] = await tx.query(
    `select o.tenant_id as "tenantId", o.leg_id as "legId", o.check_at as "checkAt",
            ${isHidden('o.tenant_id', 'o.leg_id')} as "isDeleted"
       from orphan o where o.check_at <= $1 order by o.check_at, o.leg_id limit $2`,
    [new Date(now), limit],
  );
  let looked = 0;
  for (const tenantId of [...new Set(due.map((one) => one.tenantId))].sort()) {
    if (!(await tryLock(tx, tenantId, 'match'))) continue;
    const legs = due.filter((one) => one.tenantId === tenantId);
    await settleHeat(
      tx,
      tenantId,
      legs.map(({ legId }) => legId),
      now,
    );
    await matchLegs(
      tx,
      tenantId,
      legs.filter(({ isDeleted }) => !isDeleted).map(({ legId }) => legId),
      now,
    );
    await markLooked(tx, tenantId, legs);
    looked += legs.length;
  }
  return looked;
}

interface DueLeg {
  tenantId: string;
  legId: string;
  checkAt: number;
  isDeleted: boolean;
}

/** A leg that has changed since it was read stays due. */
async function markLooked(
  tx: EntityManager,
  tenantId: string,
  legs: readonly { legId: string; checkAt: number }[],
): Promise<void> {
  await tx.query(
    `update orphan o set check_at = null
       from jsonb_to_recordset($2::jsonb) as looked("legId" uuid, "checkAt" numeric)
      where o.tenant_id = $1 and o.leg_id = looked."legId" and o.check_at = to_timestamp(looked."checkAt" / 1000.0)`,
    [tenantId, JSON.stringify(legs)],
  );
}

async function matchLegs(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
  now: Instant,
): Promise<void> {
  if (legIds.length === 0) return;
  const tenant = await loadSurroundings(tx, tenantId, now);
  const { isCut, decide, decided } = await weighAround(tx, tenant, legIds, now);
  if (!isCut || legIds.length === 1) return applyPairs(tx, tenantId, decide(tenant.policy), decided, now);
  for (const legId of legIds) await matchLegs(tx, tenantId, [legId], now);
}

/** Tells pairs apart. */
export const nameOf = (pair: Pick<StoredPair, 'dialerLegId' | 'assistantLegId'>): string =>
  `${pair.dialerLegId}/${pair.assistantLegId}`;

const isSame = ({ decidedAt: _a, ...one }: StoredPair, { decidedAt: _b, ...other }: StoredPair): boolean =>
  canonicalJson(one) === canonicalJson(other);

/** Writes what is decided otherwise than before, and joins anew the legs that this concerns. */
async function applyPairs(
  tx: EntityManager,
  tenantId: string,
  decided: readonly StoredPair[],
  stored: readonly StoredPair[],
  now: Instant,
): Promise<void> {
  const before = new Map(stored.map((pair) => [nameOf(pair), pair]));
  const after = new Set(decided.map(nameOf));
  const changed = decided.filter((pair) => {
    const old = before.get(nameOf(pair));
    return old === undefined || !isSame(old, pair);
  });
  const gone = stored.filter((pair) => !after.has(nameOf(pair)));
  await removePairs(
    tx,
    tenantId,
    gone.map((pair) => ({ dialerId: pair.dialerLegId, assistantId: pair.assistantLegId })),
  );
  await writeRows(
    tx,
    LegPairEntity,
    changed.map((pair) => ({ tenantId, ...pair })),
  );
  const legs = [...gone, ...changed].flatMap((pair) => [pair.dialerLegId, pair.assistantLegId]);
  const cause = { kind: 'RULE' as const, id: `link-rules/${LINK_RULES.version}` };
  await joinAnew(tx, tenantId, [...new Set(legs)].sort(), cause, now);
}
