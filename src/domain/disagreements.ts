import type { Call } from './call.js';
import type { IgnoredKey } from './correlate.js';
import { INTERACTION_ID } from './correlate.js';
import type { LegKey } from './leg.js';

export const DISAGREEMENT_CODES = [
  'CLAIMS_DIFFER',
  'VERSION_CONFLICT',
  'KEY_IGNORED',
  'KEY_QUARANTINED',
  'KEY_OVERRULED',
] as const;
export type DisagreementCode = (typeof DISAGREEMENT_CODES)[number];

/** Something that does not fit together, kept beside the value that was chosen. */
export interface Disagreement {
  code: DisagreementCode;
  field: string;
  /** The value that the product shows; null where nothing was chosen. */
  resolved: string | null;
  claims: { legId: string; value: string }[];
  rule: string;
}

/** What is known of the legs' keys, by leg id. */
export interface KeyFacts {
  /** Keys that join nothing. */
  ignoredKeys: ReadonlyMap<string, readonly IgnoredKey[]>;
  /** The keys that a leg is known by; absent: they are not looked at. */
  keys?: ReadonlyMap<string, readonly LegKey[]>;
}

/** The calls of an interaction in order of their start, and as they are believed about the line and the talk. */
export interface Believed {
  sorted: readonly Call[];
  line: readonly Call[];
  talk: readonly Call[];
}

/** Where the calls do not fit together, and which of them was believed. */
export function disagreementsOf({ sorted, line, talk }: Believed, around: KeyFacts): Disagreement[] {
  return [
    ...claimsDiffer('direction', line, (call) => call.direction, 'the dialer is believed first'),
    ...claimsDiffer('customer.address', line, (call) => call.customerAddress, 'the dialer is believed first'),
    ...claimsDiffer('disconnectedBy', talk, (call) => call.disconnectedBy, 'the assistant is believed first'),
    ...claimsDiffer(
      `keys.${INTERACTION_ID}`,
      sorted,
      (call) => interactionIds(call, around),
      'the id of the leg that began first is believed; the legs were joined by something else',
    ),
    ...line.flatMap((call) => call.versionConflicts.map((version) => versionConflict(call, version))),
    ...line.flatMap((call) =>
      (around.ignoredKeys.get(call.id) ?? []).map((ignored) => ignoredKey(call, ignored)),
    ),
  ];
}

function claimsDiffer(
  field: string,
  calls: readonly Call[],
  read: (call: Call) => string | null | readonly string[],
  rule: string,
): Disagreement[] {
  const claims = calls.flatMap((call) => {
    const values = [read(call) ?? []].flat();
    return values.map((value) => ({ legId: call.id, value }));
  });
  if (new Set(claims.map((claim) => bare(claim.value))).size < 2) return [];
  return [{ code: 'CLAIMS_DIFFER', field, resolved: claims[0]?.value ?? null, claims, rule }];
}

const interactionIds = (call: Call, { keys }: KeyFacts): string[] =>
  (keys?.get(call.id) ?? [])
    .filter(({ namespace, scope }) => namespace === INTERACTION_ID && scope === 'INTERACTION')
    .map(({ value }) => value);

/** Spelling apart: two ways to write one number are one claim. */
const bare = (value: string): string => value.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();

const versionConflict = (call: Call, version: string): Disagreement => ({
  code: 'VERSION_CONFLICT',
  field: 'version',
  resolved: version,
  claims: [{ legId: call.id, value: version }],
  rule: 'two bodies came with the same version; the one with the later event time is used',
});

const KEY_RULES: Record<IgnoredKey['fault'], string> = {
  EMPTY: 'an empty key correlates nothing',
  PLACEHOLDER: 'a placeholder correlates nothing',
  OWN_ID: "a key equal to the record's own id is identity, not correlation",
  REACHES_TOO_FAR: 'a key that reaches more than 64 legs, or legs more than 24 hours apart, joins nothing',
  OVERRULED: 'a person has parted legs that share this key',
};

const KEY_CODES: Record<IgnoredKey['fault'], DisagreementCode> = {
  EMPTY: 'KEY_IGNORED',
  PLACEHOLDER: 'KEY_IGNORED',
  OWN_ID: 'KEY_IGNORED',
  REACHES_TOO_FAR: 'KEY_QUARANTINED',
  OVERRULED: 'KEY_OVERRULED',
};

const ignoredKey = (call: Call, { key, fault }: IgnoredKey): Disagreement => ({
  code: KEY_CODES[fault],
  field: `keys.${key.namespace}`,
  resolved: null,
  claims: [{ legId: call.id, value: key.value }],
  rule: KEY_RULES[fault],
});
