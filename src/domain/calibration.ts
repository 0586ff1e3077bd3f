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

/** One half of a call whose other half is known. */
export interface Half {
  legId: string;
  /** The leg that keys have joined it with. */
  partnerId: string;
}

/** Every tenth leg of each side, by a count that depends on the leg alone: the same ones whenever it is tried. */
export const isLeftOut = (legId: string): boolean => {
  let hash = 0;
  for (const letter of legId) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  return hash % 100 < CALIBRATION_RULES.leftOutPercent;
};

/** Counts the links that were made between dialers and assistants of which it is known who belongs to whom. */
export function calibrate(
  dialers: readonly Half[],
  assistants: readonly Half[],
  links: readonly { dialerId: string; assistantId: string }[],
  stamp: Pick<Calibration, 'rulesVersion' | 'at'>,
): Calibration {
  const partnerOf = new Map(dialers.map(({ legId, partnerId }) => [legId, partnerId]));
  const present = new Set(assistants.map(({ legId }) => legId));
  const right = links.filter(({ dialerId, assistantId }) => partnerOf.get(dialerId) === assistantId).length;
  const toFind = dialers.filter(({ partnerId }) => present.has(partnerId)).length;
  return {
    calls: new Set(
      [...dialers, ...assistants].map(({ legId, partnerId }) => [legId, partnerId].sort().join()),
    ).size,
    precision: share(right, links.length),
    recall: share(right, toFind),
    ...stamp,
  };
}
