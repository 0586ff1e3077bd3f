import { InvalidPayload } from '../../domain/errors.js';
import type { NeutralRecord } from '../../domain/record.js';
import type { Role } from '../../domain/words.js';
import { isDeeperThan } from '../canonical.js';
import { MAX_DEPTH } from '../redact.js';
import { Reading } from './reader.js';
import { neutralRecord } from './shape.js';

/** Free JSON in the deepest field that may hold it: record, list, item. */
const MAX_LEVELS = MAX_DEPTH + 3;

export interface ParsedRecord {
  record: NeutralRecord;
  /** Paths of fields that no record has; they were dropped. At most 100 are named. */
  unknownFields: string[];
}

/**
 * One neutral record as JSON to our own form. Absent stays absent and null stays null.
 * Throws InvalidPayload with the path of the first field that is not what it must be.
 */
export function parseNeutralRecord(input: unknown, defaults: { role: Role | null }): ParsedRecord {
  const at = new Reading();
  const record = neutralRecord(withRole(input, defaults.role), at);
  // Unknown fields were not looked into; whoever walks the input after us must not fall down in them.
  if (isDeeperThan(input, MAX_LEVELS))
    throw new InvalidPayload('record', `must have at most ${MAX_LEVELS} levels`);
  return { record, unknownFields: at.unknownFields };
}

function withRole(input: unknown, role: Role | null): unknown {
  if (role === null || typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  return { ...input, role: (input as { role?: unknown }).role ?? role };
}
