import type { Call } from './call.js';
import { derivedTransfer } from './derived-transfer.js';
import { lastThereAt } from './leg.js';
import { wasBridged } from './transfer.js';
import type { DisconnectedBy, Instant, Role } from './words.js';

/** A party that left by so much before the end of the whole had left when it ended. Clocks differ; in ms. */
const THERE_WITHIN_MS = 30_000;

/** Who is believed about the end, of those that were there: the assistant, then the line. */
const ORDER: readonly Role[] = ['ASSISTANT', 'CHAT', 'DIALER', 'HUMAN'];

/** A call with a word on who ended it. */
export type EndClaim = Call & { disconnectedBy: DisconnectedBy };

/**
 * Who says what of the end, the most believed first. Only those claim it that were there: an assistant that handed
 * the call over has left it, not ended it, and whoever left well before the end knows only of the own leg's.
 */
export function endClaims(calls: readonly Call[]): EndClaim[] {
  const end = Math.max(...calls.map(lastSignOf));
  const wasHandedOver =
    calls.some(({ transfers }) => transfers.some(wasBridged)) || derivedTransfer(calls) !== null;
  return calls
    .filter((call): call is EndClaim => call.disconnectedBy !== null)
    .filter((call) => end - lastSignOf(call) <= THERE_WITHIN_MS)
    .filter((call) => !handedOver(call, wasHandedOver))
    .sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
}

const lastSignOf = (call: Call): Instant => lastThereAt(call) ?? call.lastEventAt;

const handedOver = ({ role, disconnectedBy, outcome }: Call, wasBridgedByAny: boolean): boolean =>
  role === 'ASSISTANT' && disconnectedBy === 'BOT' && (wasBridgedByAny || outcome === 'TRANSFERRED');
