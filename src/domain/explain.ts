import type { Call } from './call.js';
import type { Verdicts } from './correlate.js';
import type { Leg, LegKey } from './leg.js';
import { isTerminal } from './leg.js';
import type { PairScore } from './score.js';
import { LINK_RULES } from './score.js';
import { isWritten } from './thread.js';

/** Why two legs are not one interaction, or why they are. */
export const JOIN_REASONS = [
  'TOGETHER',
  'PARTED_BY_PERSON',
  'KEY_QUARANTINED',
  'OTHER_SESSION',
  'NO_SHARED_KEY',
  'NOT_COMPARABLE',
  'NOT_ENDED',
  'VETOED',
  'SCORE_TOO_LOW',
  'SCORE_NEEDS_A_PERSON',
  'SCORE_SUFFICES',
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
  /** In the order in which the rules ask. */
  reasons: JoinReason[];
  /** Strong keys that both carry, those under quarantine included. */
  sharedKeys: LegKey[];
  /** Null for legs that circumstances cannot compare: not a dialer that was answered and an assistant. */
  score: PairScore | null;
}

export interface Evidence {
  score: PairScore | null;
  verdicts: Verdicts;
  quarantined: readonly LegKey[];
}

/** Asks the rules of joining about two legs, in their order. */
export function explainPair(
  one: ExplainedLeg,
  other: ExplainedLeg,
  { score, verdicts, quarantined }: Evidence,
): Explained {
  const ids: [string, string] = [one.call.id, other.call.id];
  const areTogether = one.interactionId !== null && one.interactionId === other.interactionId;
  const sharedKeys = shared(one.keys, other.keys);
  const isQuarantined = (key: LegKey) => quarantined.some((crowded) => isSameKey(crowded, key));
  const usable = sharedKeys.filter((key) => !isQuarantined(key));
  const areParted = verdicts.apart.some((pair) => ids.every((id) => pair.includes(id)));
  const reasons: (JoinReason | false)[] = [
    areTogether && 'TOGETHER',
    areParted && 'PARTED_BY_PERSON',
    sharedKeys.length > usable.length && 'KEY_QUARANTINED',
    !areTogether && usable.length > 0 && [one, other].some(isMessages) && !areParted && 'OTHER_SESSION',
    usable.length === 0 && 'NO_SHARED_KEY',
    ...(areTogether || usable.length > 0 ? [] : byScore([one.call, other.call], score)),
  ];
  return {
    legIds: ids,
    areTogether,
    reasons: reasons.filter((reason) => reason !== false),
    sharedKeys,
    score,
  };
}

const isMessages = ({ call: { role, channel } }: ExplainedLeg): boolean => isWritten(role, channel);

function byScore(legs: readonly Leg[], score: PairScore | null): JoinReason[] {
  if (!legs.every(isTerminal)) return ['NOT_ENDED'];
  if (score === null) return ['NOT_COMPARABLE'];
  if (score.vetoes.length > 0) return ['VETOED'];
  if (score.points < LINK_RULES.suggestAt) return ['SCORE_TOO_LOW'];
  return [score.points < LINK_RULES.linkAt ? 'SCORE_NEEDS_A_PERSON' : 'SCORE_SUFFICES'];
}

const isSameKey = (a: LegKey, b: LegKey): boolean => a.namespace === b.namespace && a.value === b.value;

const shared = (one: readonly LegKey[], other: readonly LegKey[]): LegKey[] =>
  one.filter(
    (key) =>
      key.scope === 'INTERACTION' && other.some((held) => held.scope === key.scope && isSameKey(held, key)),
  );
