import type { TimedLeg } from './heat.js';
import { hotAmong } from './heat.js';
import type { ScoredLeg } from './pair.js';
import { decidePairs, LINK_RULES, scorePair } from './score.js';
import type { Instant } from './words.js';

/** When circumstantial evidence is trusted to link by itself (rule R15). */
export const CALIBRATION_RULES = {
  /** Below this share of right links, automatic linking of a pair of sources is off. */
  minPrecision: 0.995,
  /** Of each side, so many in a hundred legs are left out: their partners must find nobody. */
  leftOutPercent: 10,
  /** The normal quantile of a 95 % interval. */
  z: 1.959964,
} as const;

/** A share as counted, and where it truly lies with a confidence of 95 % (Wilson's score interval). */
export interface Share {
  hits: number;
  of: number;
  /** Null when there was nothing to count, and so are the bounds. */
  rate: number | null;
  low: number | null;
  high: number | null;
}

/** What became of the calls of two sources when their keys were hidden. */
export interface Calibration {
  /** Calls that keys had joined. */
  calls: number;
  /** Links of legs that belong together, of all links that were made. */
  precision: Share;
  /** Links that were found, of all that there were to find. */
  recall: Share;
  rulesVersion: number;
  at: Instant;
}

export function share(hits: number, of: number): Share {
  if (of === 0) return { hits, of, rate: null, low: null, high: null };
  const { z } = CALIBRATION_RULES;
  const rate = hits / of;
  const centre = rate + (z * z) / (2 * of);
  const spread = z * Math.sqrt((rate * (1 - rate)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return {
    hits,
    of,
    rate,
    low: Math.max(0, (centre - spread) / scale),
    high: Math.min(1, (centre + spread) / scale),
  };
}

/** May links of this pair of sources be made without a person? Without a calibration nothing speaks against it. */
export const isPrecise = (calibration: Calibration | null): boolean =>
  calibration === null || (calibration.precision.rate ?? 1) >= CALIBRATION_RULES.minPrecision;

/** Two halves of one call, as keys have joined them. */
export interface KnownCall {
  dialer: ScoredLeg;
  assistant: ScoredLeg;
}

/**
 * Hides the keys of calls, leaves out a tenth of each side, and counts what circumstantial evidence makes of the
 * rest: a leg whose partner was left out must find nobody.
 */
export function calibrate(calls: readonly KnownCall[], offsetMs: number | null, at: Instant): Calibration {
  const dialers = calls.map(({ dialer }) => dialer).filter(isKept);
  const assistants = calls.map(({ assistant }) => assistant).filter(isKept);
  const hot = hotLegs([...dialers, ...assistants]);
  const partnerOf = new Map(calls.map(({ dialer, assistant }) => [dialer.legId, assistant.legId]));
  const pairs = likelyPairs(dialers, assistants, Math.abs(offsetMs ?? 0)).map(([dialer, assistant]) => {
    const isHot = hot.has(dialer.legId) || hot.has(assistant.legId);
    const score = scorePair(
      dialer,
      { ...assistant, isHot: hot.has(assistant.legId) },
      { offsetMs, hot: isHot },
    );
    return { dialerId: dialer.legId, assistantId: assistant.legId, score, hot: isHot };
  });
  const { links } = decidePairs(pairs, { ...LINK_RULES, cannotLink: [] });
  const right = links.filter(({ dialerId, assistantId }) => partnerOf.get(dialerId) === assistantId).length;
  const present = new Set(assistants.map(({ legId }) => legId));
  const toFind = dialers.filter(({ legId }) => present.has(partnerOf.get(legId) ?? '')).length;
  return {
    calls: calls.length,
    precision: share(right, links.length),
    recall: share(right, toFind),
    rulesVersion: LINK_RULES.version,
    at,
  };
}

/** Every tenth leg of each side is left out, by a count that depends on the leg alone: the same ones each time. */
function isKept({ legId }: ScoredLeg): boolean {
  let hash = 0;
  for (const letter of legId) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  return hash % 100 >= CALIBRATION_RULES.leftOutPercent;
}

const SLACK = 5_000;

/** Pairs of which the assistant began while the dialer's leg went on, and that have a number in common. */
function likelyPairs(
  dialers: readonly ScoredLeg[],
  assistants: readonly ScoredLeg[],
  skewMs: number,
): [ScoredLeg, ScoredLeg][] {
  const byNumber = new Map<string, ScoredLeg[]>();
  for (const assistant of assistants)
    for (const name of numbersOf(assistant)) byNumber.set(name, [...(byNumber.get(name) ?? []), assistant]);
  return dialers.flatMap((dialer) => {
    const likely = new Set(numbersOf(dialer).flatMap((name) => byNumber.get(name) ?? []));
    const [from, to] = [dialer.answeredAt ?? 0, dialer.endedAt ?? dialer.answeredAt ?? 0];
    return [...likely]
      .filter((assistant) => {
        const at = assistant.answeredAt ?? assistant.startedAt ?? 0;
        return at >= from - SLACK - skewMs && at <= to + SLACK + skewMs;
      })
      .map((assistant): [ScoredLeg, ScoredLeg] => [dialer, assistant]);
  });
}

const numbersOf = ({ customerE164, did }: ScoredLeg): string[] => [
  ...(/\d{6}$/.exec(customerE164 ?? '') ?? []).map((tail) => `customer/${tail}`),
  ...(did === null ? [] : [`did/${did}`]),
];

/** The legs whose number too many others have around them (rule R15). */
function hotLegs(legs: readonly ScoredLeg[]): Set<string> {
  const byNumber = new Map<string, TimedLeg[]>();
  for (const { legId, customerE164, answeredAt, startedAt } of legs)
    if (customerE164 !== null) {
      const timed = byNumber.get(customerE164) ?? [];
      timed.push({ legId, at: answeredAt ?? startedAt ?? 0 });
      byNumber.set(customerE164, timed);
    }
  return new Set([...byNumber.values()].flatMap((timed) => [...hotAmong(timed)]));
}
