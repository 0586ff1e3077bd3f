import type { CannotLink } from './correlate.js';
import { compareText } from './leg.js';
import type { Pair, ScoreContext, ScoredLeg } from './pair.js';
import { areParted, measure } from './pair.js';

export type { ScoreContext, ScoredLeg } from './pair.js';

const SECOND = 1_000;

/** When two orphans are taken for one call (rule R15). Data with a version, points and vetoes below included. */
export const LINK_RULES = {
  version: 2,
  /** From here on a pair is linked, if nothing stands in the way. */
  linkAt: 85,
  /** From here on it is suggested. */
  suggestAt: 60,
  /** How far it must be ahead of the second best on both sides. */
  margin: 15,
} as const;

type Points = (value: number | string) => number;
type Band = readonly [from: number, to: number, points: number];

const byWord =
  (points: Record<string, number>): Points =>
  (value) =>
    points[value] ?? 0;

/** The first band that holds the value; both bounds belong to it. What is not told is in no band. */
const byBand =
  (bands: readonly Band[], otherwise: number, unit = 1): Points =>
  (value) => {
    if (typeof value === 'string') return 0;
    return bands.find(([from, to]) => value >= from * unit && value <= to * unit)?.[2] ?? otherwise;
  };

/** Seconds; earlier than the second band is a veto too. */
const JOIN_DELAY: readonly Band[] = [
  [-2, 10, 20],
  [-5, 30, 10],
  [-5, 60, 3],
];
const SHARE_INSIDE: readonly Band[] = [
  [0.95, 1, 15],
  [0.7, 1, 8],
  [0.3, 1, 0],
];
/** Seconds, whoever ended first. */
const END_GAP: readonly Band[] = [
  [-5, 5, 10],
  [-15, 15, 5],
];

type FeatureRule = readonly [value: (pair: Pair) => number | string | null, points: Points];

/** The points of each feature. Two DIDs with the same last nine digits are neither equal nor surely different. */
const FEATURES = {
  CUSTOMER_NUMBER: [({ customer }) => customer, byWord({ E164: 40, VARIANT: 34, LAST_9: 32, LAST_6: 12 })],
  DID: [({ did }) => did, byWord({ E164: 15, VARIANT: 15, LAST_6: -20, DIFFERENT: -20 })],
  CUSTOMER_KEY: [({ customerKey }) => customerKey, byWord({ SHARED: 15 })],
  BRIDGE: [({ bridge }) => bridge, byWord({ SHARED: 15 })],
  JOIN_DELAY_MS: [({ joinDelay }) => joinDelay, byBand(JOIN_DELAY, -15, SECOND)],
  SHARE_INSIDE: [({ shareInside }) => shareInside, byBand(SHARE_INSIDE, -20)],
  END_GAP_MS: [({ endGap }) => endGap, byBand(END_GAP, 0, SECOND)],
  DIRECTION: [({ direction }) => direction, byWord({ SAME: 5 })],
  NUMBER_HEAT: [({ context }) => (context.hot ? 'HOT' : 'NORMAL'), byWord({})],
} satisfies Record<string, FeatureRule>;

/** What makes it impossible that two legs are one call. */
const VETO_RULES = {
  OTHER_TENANT: ({ dialer, assistant }) => dialer.tenantId !== assistant.tenantId,
  NOT_COMPLEMENTARY: ({ dialer, assistant }) => dialer.role !== 'DIALER' || assistant.role !== 'ASSISTANT',
  TEST_AGAINST_REAL: ({ dialer, assistant }) => dialer.isTest !== assistant.isTest,
  CANNOT_LINK: ({ dialer, assistant, context }) =>
    areParted(context.cannotLink, dialer.legId, assistant.legId),
  HAS_PARTNER: ({ dialer, assistant }) => dialer.hasPartner || assistant.hasPartner,
  CUSTOMER_WITHHELD: ({ customer }) => customer === 'WITHHELD',
  CUSTOMER_DIFFERENT: ({ customer }) => customer === 'DIFFERENT',
  DIRECTION_CONFLICT: ({ direction }) => direction === 'CONFLICT',
  DIALER_NEVER_ANSWERED: ({ dialer }) => dialer.answeredAt === null,
  ASSISTANT_BEFORE_ANSWER: ({ joinDelay }) => joinDelay !== null && joinDelay < -5 * SECOND,
  ASSISTANT_AFTER_END: ({ startAfterEnd }) => startAfterEnd !== null && startAfterEnd > 5 * SECOND,
  ASSISTANT_OUTLASTS_DIALER: ({ endGap }) => endGap !== null && endGap > 10 * SECOND,
} satisfies Record<string, (pair: Pair) => boolean>;

const namesIn = <Name extends string>(table: Record<Name, unknown>) => Object.keys(table) as Name[];

export type FeatureName = keyof typeof FEATURES;
export const FEATURE_NAMES = namesIn(FEATURES);
export type Veto = keyof typeof VETO_RULES;
export const VETOES = namesIn(VETO_RULES);

/** One piece of evidence. The value UNKNOWN, of whatever is not told, is worth nothing. */
export interface Feature {
  name: FeatureName;
  value: number | string;
  points: number;
}

/** How likely two legs are one call, and why; with any veto they are not, whatever the points. */
export interface PairScore {
  points: number;
  features: Feature[];
  vetoes: Veto[];
}

/** Every feature and every veto of the tables, in their order. */
export function scorePair(dialer: ScoredLeg, assistant: ScoredLeg, context: ScoreContext): PairScore {
  const pair = measure(dialer, assistant, context);
  const features = FEATURE_NAMES.map((name) => {
    const [valueOf, pointsOf] = FEATURES[name];
    const value = valueOf(pair) ?? 'UNKNOWN';
    return { name, value, points: pointsOf(value) };
  });
  return {
    points: features.reduce((sum, { points }) => sum + points, 0),
    features,
    vetoes: VETOES.filter((veto) => VETO_RULES[veto](pair)),
  };
}

export interface ScoredPair {
  dialerId: string;
  assistantId: string;
  score: PairScore;
  hot: boolean;
  /** False when the clocks of the two sources cannot be trusted (rule R11). */
  isStable?: boolean;
  /** False when links of the two sources have proved wrong too often (see domain/calibration.ts). */
  isPrecise?: boolean;
  /** False when the tenant's policy wants suggestions alone for such calls. */
  isAutomatic?: boolean;
  /** False while a source may still tell of a call of that time: the true partner may yet come. */
  isTold?: boolean;
}

type Standing = ScoredPair & { margin: number | null };

export interface DecideOptions {
  linkAt: number;
  suggestAt: number;
  margin: number;
  cannotLink: readonly CannotLink[];
}

/** Why a pair is only suggested. */
const OBSTACLE_RULES = {
  SCORE_TOO_LOW: ({ score }, { linkAt }) => score.points < linkAt,
  MARGIN_TOO_THIN: ({ margin }, options) => margin !== null && (margin <= 0 || margin < options.margin),
  NUMBER_HOT: ({ hot }) => hot,
  CARRIER_NUMBER: ({ score }) =>
    score.features.some(({ name, value }) => name === 'CUSTOMER_NUMBER' && value === 'CARRIER'),
  CLOCK_UNSTABLE: ({ isStable }) => isStable === false,
  PRECISION_TOO_LOW: ({ isPrecise }) => isPrecise === false,
  WATERMARK_BEHIND: ({ isTold }) => isTold === false,
  AUTOMATIC_OFF: ({ isAutomatic }) => isAutomatic === false,
} satisfies Record<string, (standing: Standing, options: DecideOptions) => boolean>;

export type Obstacle = keyof typeof OBSTACLE_RULES;
export const OBSTACLES = namesIn(OBSTACLE_RULES);

/** Another possible pair of one of the two legs. */
export interface Rival {
  dialerId: string;
  assistantId: string;
  points: number;
}

export interface Decision {
  dialerId: string;
  assistantId: string;
  score: PairScore;
  /** Points ahead of the best rival, negative when behind it; null without a rival. */
  margin: number | null;
  /** The best of either side, best first. */
  rivals: Rival[];
  /** Empty for a link. */
  obstacles: Obstacle[];
}

export interface PairDecisions {
  links: Decision[];
  suggestions: Decision[];
  /** Pairs that would be suggested, were not one of the two linked with another. */
  displaced: Decision[];
}

/** So many rivals of either side are kept. */
const RIVALS_KEPT = 5;

/**
 * Which orphans are linked, and which pairs are put before a person. All pairs are judged at once and each
 * comes once: a rival counts even if it is linked to another, because a weak link is no evidence (rule R16).
 */
export function decidePairs(pairs: readonly ScoredPair[], options: DecideOptions): PairDecisions {
  const possible = pairs
    .filter(({ score }) => score.vetoes.length === 0)
    .filter(({ dialerId, assistantId }) => !areParted(options.cannotLink, dialerId, assistantId))
    .sort(bestFirst);
  const byDialer = grouped(possible, ({ dialerId }) => dialerId);
  const byAssistant = grouped(possible, ({ assistantId }) => assistantId);
  const decisions = possible
    .filter(({ score }) => score.points >= options.suggestAt)
    .map((pair) => {
      const sides = [byDialer.get(pair.dialerId), byAssistant.get(pair.assistantId)];
      return decide(pair, sides.flatMap((side) => bestOthers(side ?? [], pair)).sort(bestFirst), options);
    });
  const links = decisions.filter(({ obstacles }) => obstacles.length === 0);
  const linked = new Set(links.flatMap(({ dialerId, assistantId }) => [dialerId, assistantId]));
  const isFree = ({ dialerId, assistantId }: Decision) => !linked.has(dialerId) && !linked.has(assistantId);
  const others = decisions.filter(({ obstacles }) => obstacles.length > 0);
  return { links, suggestions: others.filter(isFree), displaced: others.filter((one) => !isFree(one)) };
}

function decide(pair: ScoredPair, rivals: readonly ScoredPair[], options: DecideOptions): Decision {
  const { score } = pair;
  const [second] = rivals;
  const margin = second === undefined ? null : score.points - second.score.points;
  return {
    ...idsOf(pair),
    score,
    margin,
    rivals: rivals.map((one) => ({ ...idsOf(one), points: one.score.points })),
    obstacles: OBSTACLES.filter((name) => OBSTACLE_RULES[name]({ ...pair, margin }, options)),
  };
}

const idsOf = ({ dialerId, assistantId }: ScoredPair) => ({ dialerId, assistantId });

const bestOthers = (side: readonly ScoredPair[], pair: ScoredPair): ScoredPair[] =>
  side
    .slice(0, RIVALS_KEPT + 1)
    .filter((other) => other !== pair)
    .slice(0, RIVALS_KEPT);

/** The ids make the order total, so it does not depend on the order in which the pairs came. */
const bestFirst = (a: ScoredPair, b: ScoredPair): number =>
  b.score.points - a.score.points ||
  compareText(a.dialerId, b.dialerId) ||
  compareText(a.assistantId, b.assistantId);

function grouped(
  pairs: readonly ScoredPair[],
  idOf: (pair: ScoredPair) => string,
): Map<string, ScoredPair[]> {
  const groups = new Map<string, ScoredPair[]>();
  for (const pair of pairs) {
    const group = groups.get(idOf(pair)) ?? [];
    group.push(pair);
    groups.set(idOf(pair), group);
  }
  return groups;
}
