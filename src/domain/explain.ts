import type { Call } from './call.js';
import type { Verdicts } from './correlate.js';
import type { Leg, LegKey } from './leg.js';
import { isTerminal } from './leg.js';
import type { Decision, Obstacle, PairScore, Rival } from './score.js';
import { LINK_RULES } from './score.js';
import { isWritten } from './thread.js';

/** Why two legs are not one interaction, or why they are. */
export const JOIN_REASONS = [
  'TOGETHER',
  'PARTED_BY_PERSON',
  'DISMISSED_BY_PERSON',
  'KEY_QUARANTINED',
  'OTHER_SESSION',
  'KEY_JOINS_OTHERS',
  'NO_SHARED_KEY',
  'NOT_COMPARABLE',
  'NOT_ENDED',
  'OTHER_LEG_STANDS',
  'VETOED',
  'SCORE_TOO_LOW',
  'SCORE_NEEDS_A_PERSON',
  'SCORE_SUFFICES',
  'OBSTRUCTED',
  'LINKED_ELSEWHERE',
] as const;
export type JoinReason = (typeof JOIN_REASONS)[number];

export interface ExplainedLeg {
  call: Leg & Pick<Call, 'channel'>;
  keys: readonly LegKey[];
  interactionId: string | null;
}

/** All that speaks for and against two legs being one call (rule R25). */
export interface Explained {
  legIds: [string, string];
  areTogether: boolean;
  /** In the order in which the rules ask; never empty. */
  reasons: JoinReason[];
  /** Strong keys that both carry, those that join nothing included. */
  sharedKeys: LegKey[];
  /** Null for legs that circumstances cannot compare: not a dialer that was answered and an assistant. */
  score: PairScore | null;
  /** What keeps the pair from being linked without a person. */
  obstacles: Obstacle[];
  /** Points ahead of the best rival; null without one, and for a pair that is not decided about. */
  margin: number | null;
  /** Other pairs of either leg, the best first. */
  rivals: Rival[];
}

/** What the rules of joining go by, as the matcher sees it. */
export interface Evidence {
  score: PairScore | null;
  /** What was decided about the pair; null when it is none that is decided about. */
  decision: Decision | null;
  /** True: one of the two is linked with another leg on better evidence. */
  isDisplaced: boolean;
  /** True: another leg of one's interaction is compared in its place. */
  isRepresented: boolean;
  verdicts: Verdicts;
  /** True: a person said that the two are not one call, as far as circumstances tell. */
  isDismissed: boolean;
  /** Keys that reach too far and join nothing. */
  quarantined: readonly LegKey[];
}

/** Asks the rules of joining about two legs, in their order. */
export function explainPair(one: ExplainedLeg, other: ExplainedLeg, evidence: Evidence): Explained {
  const { score, decision, verdicts, quarantined } = evidence;
  const ids: [string, string] = [one.call.id, other.call.id];
  const areTogether = one.interactionId !== null && one.interactionId === other.interactionId;
  const areParted = verdicts.apart.some((pair) => ids.every((id) => pair.includes(id)));
  const sharedKeys = shared(one.keys, other.keys);
  const isQuarantined = (key: LegKey) => quarantined.some((crowded) => isSameKey(crowded, key));
  const usable = sharedKeys.filter((key) => !isQuarantined(key));
  const reasons: (JoinReason | false)[] = [
    areTogether && 'TOGETHER',
    areParted && 'PARTED_BY_PERSON',
    evidence.isDismissed && !areParted && 'DISMISSED_BY_PERSON',
    sharedKeys.length > usable.length && 'KEY_QUARANTINED',
    usable.length > 0 && !areTogether && !areParted && heldApart([one, other]),
    usable.length === 0 && 'NO_SHARED_KEY',
    ...(areTogether || usable.length > 0 ? [] : byScore([one.call, other.call], evidence)),
  ];
  return {
    legIds: ids,
    areTogether,
    reasons: reasons.filter((reason) => reason !== false),
    sharedKeys,
    score,
    obstacles: decision?.obstacles ?? [],
    margin: decision?.margin ?? null,
    rivals: decision?.rivals ?? [],
  };
}

/** Why a key that joins does not join these two. */
const heldApart = (legs: readonly ExplainedLeg[]): JoinReason =>
  legs.some(({ call: { role, channel } }) => isWritten(role, channel)) ? 'OTHER_SESSION' : 'KEY_JOINS_OTHERS';

function byScore(legs: readonly Leg[], evidence: Evidence): JoinReason[] {
  const { score, decision, isDisplaced, isRepresented } = evidence;
  if (!legs.every(isTerminal)) return ['NOT_ENDED'];
  if (score === null) return ['NOT_COMPARABLE'];
  if (isRepresented) return ['OTHER_LEG_STANDS'];
  if (score.vetoes.length > 0) return ['VETOED'];
  if (score.points < LINK_RULES.suggestAt) return ['SCORE_TOO_LOW'];
  const obstacles = decision?.obstacles.filter((one) => one !== 'SCORE_TOO_LOW') ?? [];
  return [
    score.points < LINK_RULES.linkAt ? 'SCORE_NEEDS_A_PERSON' : 'SCORE_SUFFICES',
    ...(obstacles.length > 0 ? (['OBSTRUCTED'] as const) : []),
    ...(isDisplaced ? (['LINKED_ELSEWHERE'] as const) : []),
  ];
}

const isSameKey = (a: LegKey, b: LegKey): boolean => a.namespace === b.namespace && a.value === b.value;

const shared = (one: readonly LegKey[], other: readonly LegKey[]): LegKey[] =>
  one.filter(
    (key) =>
      key.scope === 'INTERACTION' && other.some((held) => held.scope === key.scope && isSameKey(held, key)),
  );
