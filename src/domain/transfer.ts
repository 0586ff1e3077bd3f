import type { Call } from './call.js';
import type { Transfer } from './record.js';
import type { Instant, TransferState } from './words.js';

export interface InteractionTransfer extends Transfer {
  legId: string;
}

/** Only what was bridged can end; the rest fails or is cancelled (rule R21). */
export const wasBridged = ({ state }: Transfer): boolean => state === 'BRIDGED' || state === 'ENDED';

/** When the other side came on the line, or at least was asked to. */
export const bridgeTime = (transfer: Transfer | undefined): Instant | null =>
  transfer?.bridgedAt ?? transfer?.requestedAt ?? null;

/** How far a transfer has come. That it was bridged outweighs that it failed. */
const HEIGHTS: readonly TransferState[] = ['REQUESTED', 'RINGING', 'CANCELLED', 'FAILED', 'BRIDGED', 'ENDED'];

const height = ({ state }: Transfer): number => HEIGHTS.findIndex((one) => one === state);

/** Each transfer once, by its provider's id (rule R21): who saw most of it tells it, others fill the gaps. */
export function transfersOf(calls: readonly Call[]): InteractionTransfer[] {
  const byId = new Map<string, InteractionTransfer>();
  for (const call of calls)
    for (const one of call.transfers) {
      const told = { ...one, legId: call.id };
      const held = byId.get(one.id);
      byId.set(one.id, held === undefined ? told : merged(held, told));
    }
  return [...byId.values()];
}

function merged(held: InteractionTransfer, told: InteractionTransfer): InteractionTransfer {
  const [further, nearer] = height(told) > height(held) ? [told, held] : [held, told];
  const known = Object.entries(further).filter(([, value]) => value !== null && value !== undefined);
  return { ...nearer, ...Object.fromEntries(known) };
}
