import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical.js';
import type { Json } from '../domain/record.js';

export { canonicalJson };

/** Hex SHA-256 of the canonical text of a body: what tells two statements of one version apart (rule R1). */
export const bodyHash = (value: Json): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

/** True when a value has more levels of lists and objects than allowed; it is not followed any further. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return false;
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(item, levels - 1));
}
