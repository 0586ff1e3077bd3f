import type { Call } from './call.js';
import type { IgnoredKey } from './correlate.js';
import { INTERACTION_ID } from './correlate.js';
import { endClaims } from './ending.js';
import type { LegKey } from './leg.js';
import { matchPhones } from './phone.js';
import type { VersionConflict } from './version-conflict.js';

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
  /** The one spelling of an address, a number in E.164; null for one that names nobody. Absent: there is none. */
  normalAddress?: (raw: string) => string | null;
}

/** The calls of an interaction in order of their start, and as they are believed about the line and the talk. */
export interface Believed {
  sorted: readonly Call[];
  line: readonly Call[];
  talk: readonly Call[];
}

/** Where the calls do not fit together, and which of them was believed. */
export function disagreementsOf(
  { sorted, line }: Pick<Believed, 'sorted' | 'line'>,
  around: KeyFacts,
): Disagreement[] {
  return [
    ...claimsDiffer('direction', line, (call) => call.direction, 'the dialer is believed first'),
    ...claimsDiffer(
      'customer.address',
      line,
      (call) => call.customerAddress,
      'the dialer is believed first',
      addressesDiffer(around),
    ),
    ...claimsDiffer(
      'disconnectedBy',
      endClaims(sorted),
      (call) => call.disconnectedBy,
      'of those that were there at the end the assistant is believed first, then the dialer',
    ),
    ...claimsDiffer(
      `keys.${INTERACTION_ID}`,
      sorted,
      (call) => interactionIds(call, around),
      'the id of the leg that began first is believed; the legs were joined by something else',
    ),
    ...line.flatMap((call) => call.versionConflicts.map((conflict) => versionConflict(call, conflict))),
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
  differ: Differ = differInText,
): Disagreement[] {
  const claims = calls.flatMap((call) => {
    const values = [read(call) ?? []].flat();
    return values.map((value) => ({ legId: call.id, value }));
  });
  const [first, ...others] = claims;
  if (first === undefined || !others.some((other) => differ(first.value, other.value))) return [];
  return [{ code: 'CLAIMS_DIFFER', field, resolved: first.value, claims, rule }];
}

const interactionIds = (call: Call, { keys }: KeyFacts): string[] =>
  (keys?.get(call.id) ?? [])
    .filter(({ namespace, scope }) => namespace === INTERACTION_ID && scope === 'INTERACTION')
    .map(({ value }) => value);

type Differ = (one: string, other: string) => boolean;

/** Spelling apart. */
const differInText: Differ = (one, other) => bare(one) !== bare(other);

/** Two ways to write one number are one claim: with or without the country, in the older or the newer plan. */
const addressesDiffer =
  ({ normalAddress }: KeyFacts): Differ =>
  (one, other) => {
    const match =
      normalAddress === undefined ? 'UNKNOWN' : matchPhones(normalAddress(one), normalAddress(other));
    return match !== 'E164' && match !== 'VARIANT' && differInText(one, other);
  };

const bare = (value: string): string => value.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();

const versionConflict = (call: Call, { version, bodies }: VersionConflict): Disagreement => ({
  code: 'VERSION_CONFLICT',
  field: 'version',
  resolved: version,
  claims: bodies.map((value) => ({ legId: call.id, value })),
  rule: `several bodies came with the version ${version}; where they differ the last claim is used: the body with the later event time, and of equal times the one with the greater hash`,
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
