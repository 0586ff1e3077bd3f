import type { EntityManager } from 'typeorm';
import { isPrecise } from '../../domain/calibration.js';
import type { LegPair } from '../../domain/correlate.js';
import type { ScoredLeg } from '../../domain/pair.js';
import type { PolicySet } from '../../domain/policy.js';
import { linksCalls } from '../../domain/policy.js';
import type { Decision, PairDecisions, ScoredPair } from '../../domain/score.js';
import { decidePairs, LINK_RULES, scorePair } from '../../domain/score.js';
import { watermarkOf } from '../../domain/watermark.js';
import type { Instant } from '../../domain/words.js';
import type { SourcePairEntity } from '../entities/pair.entity.js';
import type { StoredPair } from './bonds.js';
import { latestVerdicts } from './bonds.js';
import { properties } from './call-store.js';
import type { Neighbourhood, OrphanRow } from './neighbourhood.js';
import { loadNeighbourhood } from './neighbourhood.js';
import type { TenantSurroundings } from './surroundings.js';

/** A leg as it is scored, with what its pairs depend on beside the score. */
export type JudgedLeg = ScoredLeg & Pick<OrphanRow, 'sourceId' | 'at' | 'isHot'>;

/** What circumstances say of some orphans and of those around them. */
export interface Weighed {
  /** True: there are so many around that not all that bears on them was looked at. */
  isCut: boolean;
  /** The legs and those around them, as far as they are orphans. */
  legs: ReadonlyMap<string, OrphanRow>;
  /** Pairs of which persons said that they are not one call, or no suggestion. */
  cannotLink: readonly LegPair[];
  /** What is stored of the legs, and of those around them. */
  stored: StoredPair[];
  /** Those of the stored pairs that `decide` decides anew. */
  decided: StoredPair[];
  /** Which pairs a policy links, and which it suggests. */
  decide: (policy: PolicySet) => StoredPair[];
  /** The same with what it leaves out, by the judge that says it. */
  judge: (policy: PolicySet) => { judge: PairJudge; decisions: PairDecisions };
}

/**
 * Weighs orphans and all that bears on them; writes nothing. Whoever asks gets the same answer: the matcher, who acts
 * on it, a policy that is tried, and whoever wants it explained.
 */
export async function weighAround(
  tx: EntityManager,
  tenant: TenantSurroundings,
  legIds: readonly string[],
  now: Instant,
): Promise<Weighed> {
  const { tenantId } = tenant;
  const clocks = await loadClocks(tx, tenantId);
  const hood = await loadNeighbourhood(tx, tenantId, legIds, skewOf(clocks));
  const { stored, ...said } = await loadSaid(tx, tenantId, [...new Set([...legIds, ...hood.legs.keys()])]);
  const known = hood.pairs.filter(
    ({ dialer, assistant }) => hood.settled.has(dialer.legId) && hood.settled.has(assistant.legId),
  );
  const judge = (policy: PolicySet) => {
    const own = new PairJudge({ ...tenant, policy }, clocks, said, now);
    const pairs = known.map(({ dialer, assistant }) => own.score(orphaned(dialer), orphaned(assistant)));
    return { judge: own, decisions: decidePairs(pairs, { ...LINK_RULES, cannotLink: said.cannotLink }) };
  };
  const decide = (policy: PolicySet) => {
    const { links, suggestions } = judge(policy).decisions;
    return [
      ...links.map((decision) => rowOf(decision, true, now)),
      ...suggestions.map((decision) => rowOf(decision, false, now)),
    ];
  };
  const { isCut, legs } = hood;
  const { cannotLink } = said;
  return { isCut, legs, cannotLink, stored, decided: stored.filter(isJudgedIn(hood)), decide, judge };
}

const orphaned = (orphan: OrphanRow): JudgedLeg => ({ ...orphan, hasPartner: false });

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

/** What persons have said of legs. */
interface Said {
  cannotLink: LegPair[];
}

/** Scores pairs of a tenant's legs with all that is known of their sources. */
export class PairJudge {
  private readonly told: Map<string, Instant | null>;

  constructor(
    private readonly tenant: TenantSurroundings,
    private readonly clocks: ReadonlyMap<string, SourceClocks>,
    private readonly said: Said,
    now: Instant,
  ) {
    this.told = new Map(tenant.sources.map((source) => [source.id, watermarkOf(source, now).at]));
  }

  score(dialer: JudgedLeg, assistant: JudgedLeg): ScoredPair {
    const clock = this.clocks.get(`${dialer.sourceId}/${assistant.sourceId}`);
    const hot = dialer.isHot || assistant.isHot;
    const context = { offsetMs: clock?.offsetMs ?? null, hot, cannotLink: this.said.cannotLink };
    return {
      dialerId: dialer.legId,
      assistantId: assistant.legId,
      score: scorePair(dialer, assistant, context),
      hot,
      isStable: clock?.isStable ?? true,
      isPrecise: isPrecise(clock?.calibration ?? null),
      isAutomatic: linksCalls(this.tenant.policy, dialer.direction ?? assistant.direction),
      isTold: this.isTold(dialer, assistant),
    };
  }

  /** Have both sources told everything up to the end of the pair? */
  private isTold(dialer: JudgedLeg, assistant: JudgedLeg): boolean {
    const end = Math.max(...[dialer, assistant].map(({ at, endedAt }) => endedAt ?? at));
    return [dialer, assistant].every(({ sourceId }) => (this.told.get(sourceId) ?? -Infinity) >= end);
  }
}

/** What is known of two sources' clocks; the offset is the one to compare by. */
type SourceClocks = Pick<SourcePairEntity, 'offsetMs' | 'isStable' | 'calibration'>;

/** What is known of pairs of sources, by the ids of the dialer and the assistant. */
async function loadClocks(tx: EntityManager, tenantId: string): Promise<Map<string, SourceClocks>> {
  const rows: (SourceClocks & { pair: string })[] = await tx.query(
    `select dialer_source_id || '/' || assistant_source_id as pair, applied_offset_ms as "offsetMs",
            is_stable as "isStable", calibration from source_pair where tenant_id = $1`,
    [tenantId],
  );
  return new Map(rows.map(({ pair, ...clocks }) => [pair, clocks]));
}

const skewOf = (clocks: ReadonlyMap<string, SourceClocks>): number =>
  Math.max(0, ...[...clocks.values()].map(({ offsetMs }) => Math.abs(offsetMs ?? 0)));

/** What persons and earlier looks have said of the legs. One statement. */
async function loadSaid(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
): Promise<Said & { stored: StoredPair[] }> {
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
