import type { EndedBy, ReferenceType, SessionDirection } from './verdict.js';

export const ENDED_LABELS = {
  customer: 'Customer ended',
  callee: 'Callee ended',
  system: 'System ended',
  none: 'No answer / N/A',
} as const;

/**
 * Who ended it, in the words that pages show: a call's side that hung up, seen from its direction. Null for
 * what is no call, and for a remote end of a call whose direction nobody knows.
 */
export function endedLabel(
  referenceType: ReferenceType | null,
  direction: SessionDirection | null,
  endedBy: EndedBy | null,
): string | null {
  if (referenceType !== 'CALL') return null;
  if (endedBy === null) return ENDED_LABELS.none;
  if (endedBy === 'LOCAL') return ENDED_LABELS.system;
  if (direction === null) return null;
  return direction === 'INBOUND' ? ENDED_LABELS.customer : ENDED_LABELS.callee;
}
