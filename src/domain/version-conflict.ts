import { canonicalJson } from './canonical.js';
import type { Json, NeutralRecord, StoredRecord } from './record.js';

/** A version that came with several bodies (rule R1). */
export interface VersionConflict {
  version: string;
  /** What each body says where they differ, in the order in which they count: the last one is used. */
  bodies: string[];
}

/** The conflicts among the statements of one call, which come in the order in which they count. */
export function conflictingVersions(records: readonly StoredRecord[]): VersionConflict[] {
  const byVersion = new Map<string, StoredRecord[]>();
  for (const one of records)
    if (one.version !== null) byVersion.set(one.version, [...(byVersion.get(one.version) ?? []), one]);
  return [...byVersion]
    .filter(([, bodies]) => bodies.length > 1)
    .map(([version, bodies]) => ({ version, bodies: differencesOf(bodies) }));
}

function differencesOf(bodies: readonly StoredRecord[]): string[] {
  const names = [...new Set(bodies.flatMap(({ record }) => Object.keys(record)))].sort();
  const differing = names.filter(
    (name) => !UNREAD.has(name) && new Set(bodies.map(({ record }) => textOf(record, name))).size > 1,
  );
  return bodies.map(({ record, hash }) =>
    differing.length === 0
      ? `payload ${hash}`
      : differing.map((name) => `${name}: ${printed(record, name)}`).join('; '),
  );
}

/** The native body is not in our words; the version is what they share. */
const UNREAD = new Set(['payload', 'version']);

const valueOf = (record: NeutralRecord, name: string): Json | undefined =>
  (record as unknown as Record<string, Json | undefined>)[name];

/** What is not said has another text than what is said to be none. */
function textOf(record: NeutralRecord, name: string): string {
  const value = valueOf(record, name);
  return value === undefined ? '' : canonicalJson(value);
}

/** A plain value as it is. Of anything else only that it differs: what is in it may not be for every reader. */
function printed(record: NeutralRecord, name: string): string {
  const value = valueOf(record, name);
  if (value === undefined) return 'not said';
  if (value === null) return 'none';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'other content';
  return name.endsWith('At') && typeof value === 'number' ? new Date(value).toISOString() : String(value);
}
