import type { Call } from './call.js';
import { failedToJoin, legStart, wasAnswered } from './leg.js';
import type { InteractionTransfer } from './transfer.js';
import { wasBridged } from './transfer.js';
import type { Instant } from './words.js';

/** When it was answered, as near as is known. */
export const answerTime = (call: Call): Instant => call.answeredAt ?? legStart(call);

/**
 * A human who answers in a call that an assistant had has been handed that call, also when no system says so. The
 * transfer follows from the first such answer; how it was done and who asked for it nobody knows. Null where a
 * bridged transfer is stated, or nobody answered after an assistant had joined.
 */
export function derivedTransfer(calls: readonly Call[]): InteractionTransfer | null {
  if (calls.some(({ transfers }) => transfers.some(wasBridged))) return null;
  const joined = calls.filter((call) => call.role === 'ASSISTANT' && !failedToJoin(call)).map(answerTime);
  const since = Math.min(...joined);
  const [first] = calls
    .filter((call) => call.role === 'HUMAN' && wasAnswered(call) && answerTime(call) >= since)
    .sort((a, b) => answerTime(a) - answerTime(b));
  if (first === undefined) return null;
  return {
    id: `derived/${first.externalId}`,
    legId: first.id,
    state: 'BRIDGED',
    bridgedAt: answerTime(first),
    isDerived: true,
  };
}

/** The transfers that are stated, and the one that follows from a human's answer. */
export function withDerived(
  stated: readonly InteractionTransfer[],
  calls: readonly Call[],
): InteractionTransfer[] {
  const derived = derivedTransfer(calls);
  return derived === null ? [...stated] : [...stated, derived];
}
