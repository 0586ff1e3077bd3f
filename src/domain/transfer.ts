import type { Transfer } from './record.js';
import type { Instant } from './words.js';

/** Only what was bridged can end; the rest fails or is cancelled (rule R21). */
export const wasBridged = ({ state }: Transfer): boolean => state === 'BRIDGED' || state === 'ENDED';

/** When the other side came on the line, or at least was asked to. */
export const bridgeTime = (transfer: Transfer | undefined): Instant | null =>
  transfer?.bridgedAt ?? transfer?.requestedAt ?? null;
