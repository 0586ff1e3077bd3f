import type { TracePolicy } from './policy.js';
import type { Instant } from './words.js';

/** From when on time alone changes nothing of an interaction (rule R13); null while it goes on. */
export const finalTime = (
  endedAt: Instant | null,
  { finalizeAfter }: Pick<TracePolicy, 'finalizeAfter'>,
): Instant | null => (endedAt === null ? null : endedAt + finalizeAfter);

/**
 * How long after that a record came, in ms; null: it was in time. Nothing is too late to join: a late
 * record counts like any other, and is marked.
 */
export const lateBy = (receivedAt: Instant | null, finalAt: Instant | null): number | null =>
  receivedAt !== null && finalAt !== null && receivedAt > finalAt ? receivedAt - finalAt : null;
