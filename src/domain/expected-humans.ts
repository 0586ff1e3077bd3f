import type { StatedLeg } from './leg.js';
import { byStart, compareText, lastThereAt, statedStart } from './leg.js';
import type { Transfer } from './record.js';
import { bridgeTime } from './transfer.js';
import type { Instant } from './words.js';

/** The clocks of a desk and of who transferred are not compared; they may differ by so much, in ms. */
const TOLERANCE_MS = 30_000;

/** Which transfers have led to a human's leg. */
export interface Reached {
  /** After which no leg came, in the order of time. */
  unreached: Transfer[];
  /** Legs that came after none of them. */
  spare: StatedLeg[];
}

/**
 * Each transfer that was bridged leads to a leg of its own (rule R21): one that was there after the bridge, and
 * began when the transfer was asked for or later. Whoever was on the line before does not count again. The last
 * transfer chooses first, and the leg that began last: what can follow it can follow those before it too.
 */
export function reachedHumans(transfers: readonly Transfer[], legs: readonly StatedLeg[]): Reached {
  const latestFirst = [...transfers].sort(byTime).reverse();
  const first = take(latestFirst, [...legs].sort(byStart).reverse(), mayFollow);
  const consulted = take(first.unreached, first.spare, mayHaveConsulted);
  return { unreached: consulted.unreached.reverse(), spare: consulted.spare };
}

type Test = (leg: StatedLeg, transfer: Transfer) => boolean;

function take(transfers: readonly Transfer[], legs: readonly StatedLeg[], test: Test): Reached {
  const spare = [...legs];
  const unreached = transfers.filter((transfer) => {
    const place = spare.findIndex((leg) => test(leg, transfer));
    if (place >= 0) spare.splice(place, 1);
    return place < 0;
  });
  return { unreached, spare };
}

const mayFollow: Test = (leg, transfer) =>
  isThereAfter(leg, transfer) && !beganBefore(leg, transfer.requestedAt ?? transfer.bridgedAt ?? null);

/** Who is asked before the caller is handed over begins before the bridge; nothing may say by how much. */
const mayHaveConsulted: Test = (leg, transfer) =>
  transfer.requestedAt == null &&
  transfer.kind !== 'BLIND' &&
  transfer.kind != null &&
  isThereAfter(leg, transfer);

const beganBefore = (leg: StatedLeg, at: Instant | null): boolean =>
  (statedStart(leg) ?? Infinity) < (at ?? -Infinity) - TOLERANCE_MS;

const isThereAfter = (leg: StatedLeg, { bridgedAt }: Transfer): boolean =>
  (lastThereAt(leg) ?? Infinity) >= (bridgedAt ?? -Infinity) - TOLERANCE_MS;

/** In which order transfers came about; the id makes it total. */
const byTime = (one: Transfer, other: Transfer): number =>
  (bridgeTime(one) ?? -Infinity) - (bridgeTime(other) ?? -Infinity) || compareText(one.id, other.id);
