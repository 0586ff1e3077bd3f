import type { EntityManager } from 'typeorm';
import { isPrecise } from '../../domain/calibration.js';
import { canonicalJson } from '../../domain/canonical.js';
import type { LegPair } from '../../domain/correlate.js';
import type { PolicySet } from '../../domain/policy.js';
import { linksCalls } from '../../domain/policy.js';
import type { Decision, ScoredPair } from '../../domain/score.js';
import { decidePairs, LINK_RULES, scorePair } from '../../domain/score.js';
import { watermarkOf } from '../../domain/watermark.js';
import type { Instant } from '../../domain/words.js';
import { LegPairEntity } from '../entities/bond.entity.js';
import type { SourcePairEntity } from '../entities/pair.entity.js';
import { writeRows } from '../transaction.js';
import type { StoredPair } from './bonds.js';
import { latestVerdicts, removePairs } from './bonds.js';
import { properties } from './call-store.js';
import { tryLock } from './locks.js';
import type { Neighbourhood, OrphanRow } from './neighbourhood.js';
import { hotLegs, loadNeighbourhood } from './neighbourhood.js';
import { joinAnew } from './rejoin.js';
import type { TenantSurroundings } from './surroundings.js';
import { isHidden } from './suggestions.js';
import { loadSurroundings } from './surroundings.js';

/**
 * Looks for the other halves of orphans that are due (rule R15); answers how many were looked at. One process at a
 * time does so for a tenant. What it decides depends on the orphans as they are, never on what it decided before.
 */
export async function matchDue(tx: EntityManager, now: Instant, limit: number): Promise<number> {
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
  const { decide, decided } = await weighAround(tx, tenant, legIds, now);
  await applyPairs(tx, tenantId, decide(tenant.policy), decided, now);
}

/** What circumstances say of some legs and of those around them. */
export interface Weighed {
  /** What is stored of the legs, and of those around them. */
  stored: StoredPair[];
  /** Those of the stored pairs that `decide` decides anew. */
  decided: StoredPair[];
  /** Which pairs a policy links, and which it suggests. */
  decide: (policy: PolicySet) => StoredPair[];
}

/** Weighs the legs and all that bears on them; writes nothing. */
export async function weighAround(
  tx: EntityManager,
  tenant: TenantSurroundings,
  legIds: readonly string[],
  now: Instant,
): Promise<Weighed> {
  const { tenantId } = tenant;
  const clocks = await loadClocks(tx, tenantId);
  const hood = await loadNeighbourhood(tx, tenantId, legIds, skewOf(clocks));
  const ids = [...hood.legs.keys()];
  const { cannotLink, stored } = await loadJudged(tx, tenantId, [...new Set([...legIds, ...ids])]);
  const hot = await hotLegs(tx, tenantId, ids);
  const known = hood.pairs.filter(
    ({ dialer, assistant }) => hood.settled.has(dialer.legId) && hood.settled.has(assistant.legId),
  );
  const decide = (policy: PolicySet) => {
    const judge = new PairJudge({ ...tenant, policy }, clocks, hot, cannotLink, now);
    const pairs = known.map(({ dialer, assistant }) => judge.score(dialer, assistant));
    const { links, suggestions } = decidePairs(pairs, { ...LINK_RULES, cannotLink });
    return [
      ...links.map((decision) => rowOf(decision, true, now)),
      ...suggestions.map((decision) => rowOf(decision, false, now)),
    ];
  };
  return { stored, decided: stored.filter(isJudgedIn(hood)), decide };
}

/** Scores pairs of a tenant's legs with all that is known of their sources. */
class PairJudge {
  private readonly told: Map<string, Instant | null>;

  constructor(
    private readonly tenant: TenantSurroundings,
    private readonly clocks: ReadonlyMap<string, SourceClocks>,
    private readonly hot: ReadonlySet<string>,
    private readonly cannotLink: readonly LegPair[],
    now: Instant,
  ) {
    this.told = new Map(tenant.sources.map((source) => [source.id, watermarkOf(source, now).at]));
  }

  score(dialer: OrphanRow, assistant: OrphanRow): ScoredPair {
    const clock = this.clocks.get(`${dialer.sourceId}/${assistant.sourceId}`);
    const hot = this.hot.has(dialer.legId) || this.hot.has(assistant.legId);
    const context = { offsetMs: clock?.offsetMs ?? null, hot, cannotLink: this.cannotLink };
    return {
      dialerId: dialer.legId,
      assistantId: assistant.legId,
      score: scorePair({ ...dialer, hasPartner: false }, { ...assistant, hasPartner: false }, context),
      hot,
      isStable: clock?.isStable ?? true,
      isPrecise: isPrecise(clock?.calibration ?? null),
      isAutomatic: linksCalls(this.tenant.policy, dialer.direction ?? assistant.direction),
      isTold: this.isTold(dialer, assistant),
    };
  }

  /** Have both sources told everything up to the end of the pair? */
  private isTold(dialer: OrphanRow, assistant: OrphanRow): boolean {
    const end = Math.max(...[dialer, assistant].map(({ at, endedAt }) => endedAt ?? at));
    return [dialer, assistant].every(({ sourceId }) => (this.told.get(sourceId) ?? -Infinity) >= end);
  }
}

export type SourceClocks = Pick<SourcePairEntity, 'offsetMs' | 'isStable' | 'calibration'>;

/** What is known of pairs of sources, by the ids of the dialer and the assistant. */
export async function loadClocks(tx: EntityManager, tenantId: string): Promise<Map<string, SourceClocks>> {
  const rows: (SourceClocks & { pair: string })[] = await tx.query(
    `select dialer_source_id || '/' || assistant_source_id as pair, offset_ms as "offsetMs",
            is_stable as "isStable", calibration from source_pair where tenant_id = $1`,
    [tenantId],
  );
  return new Map(rows.map(({ pair, ...clocks }) => [pair, clocks]));
}

export const skewOf = (clocks: ReadonlyMap<string, SourceClocks>): number =>
  Math.max(0, ...[...clocks.values()].map(({ offsetMs }) => Math.abs(offsetMs ?? 0)));

/** What persons and earlier looks have said of the legs. One statement. */
async function loadJudged(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<{ cannotLink: LegPair[]; stored: StoredPair[] }> {
  const [row]: { verdicts: LegPair[] | null; pairs: object[] | null }[] = await tx.query(
    `select
       (select jsonb_agg(jsonb_build_array(v.leg_id, v.other_leg_id))
          from (${latestVerdicts('(v.leg_id = any($2::uuid[]) or v.other_leg_id = any($2::uuid[]))')}) v
         where v.verdict <> 'TOGETHER') as verdicts,
       (select jsonb_agg(to_jsonb(p)) from leg_pair p
         where p.tenant_id = $1 and (p.dialer_leg_id = any($2::uuid[]) or p.assistant_leg_id = any($2::uuid[]))) as pairs`,
    [tenantId, legIds],
  );
  const stored = (row?.pairs ?? []).map((pair) => properties(pair) as unknown as StoredPair);
  return { cannotLink: row?.verdicts ?? [], stored };
}

/** Pairs that the neighbourhood decides: of legs that it knows in full, or of one that is no orphan any more. */
const isJudgedIn =
  ({ legs, settled }: Neighbourhood) =>
  ({ dialerLegId, assistantLegId }: StoredPair): boolean =>
    [dialerLegId, assistantLegId].every((id) => settled.has(id) || !legs.has(id));

const rowOf = (decision: Decision, isLinked: boolean, now: Instant): StoredPair => ({
  dialerLegId: decision.dialerId,
  assistantLegId: decision.assistantId,
  isLinked,
  points: decision.score.points,
  margin: decision.margin,
  features: decision.score.features,
  rivals: decision.rivals,
  obstacles: decision.obstacles,
  rulesVersion: LINK_RULES.version,
  decidedAt: now,
});

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
