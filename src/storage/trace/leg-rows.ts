import { canonicalJson } from '../../domain/canonical.js';
import type { Assignment } from '../../domain/identity.js';
import type { JoinedGroup } from '../../domain/join.js';
import { JOIN_RULES } from '../../domain/join.js';
import type { LegEntity, Link } from '../entities/leg.entity.js';
import type { Bonds, StoredPair } from './bonds.js';
import type { KnownCall } from './call-store.js';

/** The rows of an interaction's legs, each with the reason why it is there. */
export function legRows(
  tenantId: string,
  { interactionId, group }: Assignment<JoinedGroup>,
  callOf: ReadonlyMap<string, KnownCall>,
  weak: Bonds['weak'],
  now: number,
): Partial<LegEntity>[] {
  const pair = weak.find(({ stored }) => group.legIds.includes(stored.dialerLegId))?.stored;
  return group.legIds.flatMap((id) => {
    const known = callOf.get(id);
    if (known === undefined) return [];
    const { call, keys, ignoredKeys, endPresumed, attemptEnd, attemptEndDerived } = known;
    const link = linkOf(group, id, pair, known.link, now);
    const { sourceId, externalId, role, direction, state, queuedAt, ringAt, answeredAt, startedAt, endedAt } =
      call;
    const times = {
      queuedAt,
      ringAt,
      answeredAt,
      startedAt,
      endedAt,
      firstEventAt: call.firstEventAt,
      lastEventAt: call.lastEventAt,
    };
    return [
      {
        tenantId,
        id,
        interactionId,
        sourceId,
        externalId,
        role,
        direction,
        state,
        ...times,
        endPresumed,
        attemptEnd,
        attemptEndDerived,
        keys,
        ignoredKeys,
        link,
      },
    ];
  });
}

type Decided = Omit<Link, 'decidedAt'>;

const JOINED_BY = `join-rules/${JOIN_RULES.version}`;

/** A link keeps the time of its decision for as long as it is decided in the same way. */
function linkOf(
  group: JoinedGroup,
  legId: string,
  pair: StoredPair | undefined,
  before: Link | null,
  now: number,
): Link {
  const decided = decide(group, legId, group.weak === null ? undefined : pair);
  const { decidedAt, ...former } = before ?? { decidedAt: now };
  const isSame = before !== null && canonicalJson(former) === canonicalJson(decided);
  return { ...decided, decidedAt: isSame ? decidedAt : now };
}

/** The weakest of what holds a leg tells its tier: without it the leg would be elsewhere. */
function decide(group: JoinedGroup, legId: string, pair: StoredPair | undefined): Decided {
  const evidence = group.shared.get(legId) ?? [];
  const partners = group.byPerson.get(legId);
  const base = {
    evidence,
    ...(partners === undefined ? {} : { byPerson: partners }),
    rulesVersion: JOIN_RULES.version,
  };
  if (pair?.dialerLegId === legId || pair?.assistantLegId === legId) return byScore(base, legId, pair);
  if (evidence.length > 0)
    return { ...base, tier: 'KEY', method: 'SHARED_KEY', score: null, decidedBy: JOINED_BY };
  if (partners !== undefined)
    return { ...base, tier: 'PERSON', method: 'PERSON', score: null, decidedBy: 'person' };
  return { ...base, tier: 'ALONE', method: 'NONE', score: null, decidedBy: JOINED_BY };
}

function byScore(base: Pick<Decided, 'evidence' | 'byPerson'>, legId: string, pair: StoredPair): Decided {
  const { dialerLegId, assistantLegId, points, features, rivals, margin, rulesVersion } = pair;
  const withLegId = legId === dialerLegId ? assistantLegId : dialerLegId;
  return {
    ...base,
    tier: 'HEURISTIC',
    method: 'SCORE',
    score: points,
    match: { withLegId, features, rivals, margin },
    decidedBy: `link-rules/${rulesVersion}`,
    rulesVersion,
  };
}
