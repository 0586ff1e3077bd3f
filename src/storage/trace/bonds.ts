import type { EntityManager } from 'typeorm';
import type { LegPair, Verdicts } from '../../domain/correlate.js';
import type { WeakPair } from '../../domain/join.js';
import type { LegKey } from '../../domain/leg.js';
import type { LegVerdict } from '../../domain/words.js';
import type { LegPairEntity } from '../entities/bond.entity.js';
import { properties } from './call-store.js';
import { isQuarantined } from './session-sql.js';

/** A weak link as it was decided, with its evidence. */
export type StoredPair = Omit<LegPairEntity, 'tenantId'>;

/** What beside their own keys decides which legs are one interaction. */
export interface Bonds {
  /** The legs' keys that are under quarantine, by leg. */
  crowded: Map<string, LegKey[]>;
  /** The legs' keys by which they are in a session of too many legs, by leg. */
  overfull: Map<string, LegKey[]>;
  verdicts: Verdicts;
  /** The weak links, each with its evidence. */
  weak: (WeakPair & { stored: StoredPair })[];
}

interface KeyOfLeg {
  legId: string;
  namespace: string;
  value: string;
}

interface BondRow {
  crowded: KeyOfLeg[] | null;
  overfull: KeyOfLeg[] | null;
  verdicts: { pair: LegPair; verdict: LegVerdict }[] | null;
  weak: object[] | null;
}

/** Of several verdicts on one pair of legs the latest; `legs` is a condition on `v`. */
export const latestVerdicts = (legs: string): string =>
  `select distinct on (v.leg_id, v.other_leg_id) v.leg_id, v.other_leg_id, v.verdict
     from leg_verdict v where v.tenant_id = $1 and ${legs}
    order by v.leg_id, v.other_leg_id, v.audit_id desc`;

/** The legs' strong keys for which a condition on `k` holds. */
const keysThat = (condition: string): string =>
  `(select jsonb_agg(jsonb_build_object('legId', k.leg_id, 'namespace', k.namespace, 'value', k.value)
                     order by k.leg_id, k.namespace, k.value)
      from correlation_key k
     where k.tenant_id = $1 and k.leg_id = any($2::uuid[]) and k.scope = 'INTERACTION' and ${condition})`;

/** All bonds of the given legs with each other. One statement. */
export async function loadBonds(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<Bonds> {
  const [row]: BondRow[] = await tx.query(
    `select
       ${keysThat(isQuarantined('k'))} as crowded,
       ${keysThat('k.is_overfull')} as overfull,
       (select jsonb_agg(jsonb_build_object('pair', jsonb_build_array(v.leg_id, v.other_leg_id), 'verdict', v.verdict))
          from (${latestVerdicts('v.leg_id = any($2::uuid[])')}) v) as verdicts,
       (select jsonb_agg(to_jsonb(p)) from leg_pair p
         where p.tenant_id = $1 and p.dialer_leg_id = any($2::uuid[]) and p.is_linked) as weak`,
    [tenantId, legIds],
  );
  const known = new Set(legIds);
  const verdicts = (row?.verdicts ?? []).filter(({ pair }) => pair.every((id) => known.has(id)));
  const pairsOf = (verdict: LegVerdict) =>
    verdicts.filter((one) => one.verdict === verdict).map(({ pair }) => pair);
  return {
    crowded: keysByLeg(row?.crowded ?? []),
    overfull: keysByLeg(row?.overfull ?? []),
    verdicts: { together: pairsOf('TOGETHER'), apart: pairsOf('APART') },
    weak: (row?.weak ?? []).map(weakPair),
  };
}

function keysByLeg(rows: readonly KeyOfLeg[]): Map<string, LegKey[]> {
  const byLeg = new Map<string, LegKey[]>();
  for (const { legId, ...key } of rows)
    byLeg.set(legId, [...(byLeg.get(legId) ?? []), { ...key, scope: 'INTERACTION' }]);
  return byLeg;
}

function weakPair(row: object): Bonds['weak'][number] {
  const stored = properties(row) as unknown as StoredPair;
  return { dialerId: stored.dialerLegId, assistantId: stored.assistantLegId, points: stored.points, stored };
}

/** Forgets weak links that hold no longer. */
export async function removePairs(
  tx: EntityManager,
  tenantId: string,
  pairs: readonly Pick<WeakPair, 'dialerId' | 'assistantId'>[],
): Promise<void> {
  if (pairs.length === 0) return;
  await tx.query(
    `delete from leg_pair p using jsonb_to_recordset($2::jsonb) as gone("dialerId" uuid, "assistantId" uuid)
      where p.tenant_id = $1 and p.dialer_leg_id = gone."dialerId" and p.assistant_leg_id = gone."assistantId"`,
    [tenantId, JSON.stringify(pairs.map(({ dialerId, assistantId }) => ({ dialerId, assistantId })))],
  );
}
