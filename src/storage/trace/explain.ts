import type { EntityManager } from 'typeorm';
import { NotFound } from '../../domain/errors.js';
import type { Explained } from '../../domain/explain.js';
import { explainPair } from '../../domain/explain.js';
import { areParted } from '../../domain/pair.js';
import type { Instant, LinkTier, Role } from '../../domain/words.js';
import { loadBonds } from './bonds.js';
import type { KnownCall } from './call-store.js';
import { loadCalls } from './call-store.js';
import type { JudgedLeg, Weighed } from './judge.js';
import { weighAround } from './judge.js';
import { orphanOf } from './orphans.js';
import type { TenantSurroundings } from './surroundings.js';
import { loadSurroundings } from './surroundings.js';

/**
 * Why two legs are one interaction, or are not, by what the matcher itself goes by; writes nothing. Throws NOT_FOUND
 * for a leg that is not there.
 */
export async function explainLegs(
  tx: EntityManager,
  tenantId: string,
  legIds: readonly string[],
  now: Instant,
): Promise<Explained> {
  const known = await loadCalls(tx, tenantId, legIds);
  const [one, other] = legIds.map((id) => known.find(({ call }) => call.id === id));
  if (one === undefined || other === undefined) throw new NotFound('leg');
  const tenant = await loadSurroundings(tx, tenantId, now);
  const weighed = await weighAround(tx, tenant, legIds, now);
  const fellows = await fellowsOf(tx, tenantId, known);
  const bonds = await loadBonds(tx, tenantId, legIds);
  const [dialer, assistant] = one.call.role === 'DIALER' ? [one, other] : [other, one];
  const { judge, decisions } = weighed.judge(tenant.policy);
  const [d, a] = [dialer, assistant].map((leg) => judgedLeg(tenant, weighed, leg, fellows));
  const isPair = (pair: { dialerId: string; assistantId: string }) =>
    pair.dialerId === dialer.call.id && pair.assistantId === assistant.call.id;
  const displaced = decisions.displaced.find(isPair);
  return explainPair(one, other, {
    score: d == null || a == null ? null : judge.score(d, a).score,
    decision: [...decisions.links, ...decisions.suggestions].find(isPair) ?? displaced ?? null,
    isDisplaced: displaced !== undefined,
    isRepresented: known.some((leg) => isRepresented(leg, fellows)),
    verdicts: bonds.verdicts,
    isDismissed: areParted(weighed.cannotLink, dialer.call.id, assistant.call.id),
    quarantined: [
      ...bonds.crowded.values(),
      ...bonds.overfull.values(),
      ...known.map(({ ignoredKeys }) => ignoredKeys.flatMap(tooFar)),
    ].flat(),
  });
}

const tooFar = ({ key, fault }: KnownCall['ignoredKeys'][number]) =>
  fault === 'REACHES_TOO_FAR' ? [{ ...key, scope: 'INTERACTION' as const }] : [];

/** A leg of the same interaction. */
interface Fellow {
  id: string;
  interactionId: string;
  role: Role;
  tier: LinkTier;
  isOrphan: boolean;
}

/** The legs of the interactions of these, themselves included. */
const fellowsOf = (tx: EntityManager, tenantId: string, known: readonly KnownCall[]): Promise<Fellow[]> =>
  tx.query(
    `select l.id, l.interaction_id as "interactionId", l.role, l.link->>'tier' as tier,
            exists (select from orphan o where o.tenant_id = l.tenant_id and o.leg_id = l.id) as "isOrphan"
       from leg l where l.tenant_id = $1 and l.interaction_id = any($2::uuid[])`,
    [tenantId, known.flatMap(({ interactionId }) => interactionId ?? [])],
  );

const othersOf = ({ call, interactionId }: KnownCall, fellows: readonly Fellow[]): Fellow[] =>
  fellows.filter((fellow) => fellow.interactionId === interactionId && fellow.id !== call.id);

/** Another leg of its interaction, of its own role, is the one by which that is compared. */
const isRepresented = (leg: KnownCall, fellows: readonly Fellow[]): boolean =>
  !leg.isOrphan && othersOf(leg, fellows).some(({ role, isOrphan }) => isOrphan && role === leg.call.role);

/** Its other half is in its interaction by key or by hand: a leg in its own role is none. */
const hasPartner = (leg: KnownCall, fellows: readonly Fellow[]): boolean =>
  !leg.isOrphan &&
  othersOf(leg, fellows).some(
    ({ role, tier }) => role === COMPLEMENT[leg.call.role] && (tier === 'KEY' || tier === 'PERSON'),
  );

const COMPLEMENT: Partial<Record<Role, Role>> = { DIALER: 'ASSISTANT', ASSISTANT: 'DIALER' };

function judgedLeg(
  { tenantId, defaultCountry }: TenantSurroundings,
  { legs }: Weighed,
  leg: KnownCall,
  fellows: readonly Fellow[],
): JudgedLeg | null {
  const orphan = legs.get(leg.call.id) ?? orphanOf(tenantId, leg, defaultCountry);
  if (orphan === null) return null;
  return { isHot: false, ...orphan, hasPartner: hasPartner(leg, fellows) };
}
