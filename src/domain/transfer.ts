import type { Call } from './call.js';
import type { Transfer } from './record.js';
import type { Instant, TransferState } from './words.js';

export interface InteractionTransfer extends Transfer {
  legId: string;
  /** True when no system states it: it follows from a human's answer (see derived-transfer.ts). */
  isDerived?: boolean;
}

/** Only what was bridged can end; the rest fails or is cancelled (rule R21). */
export const wasBridged = ({ state }: Transfer): boolean => state === 'BRIDGED' || state === 'ENDED';

/** Where on the time line the other side came on the line, as near as is known. To compute with, never to be told. */
export const bridgeTime = (transfer: Transfer): Instant | null =>
  transfer.bridgedAt ?? transfer.requestedAt ?? null;

/** How far a transfer has come. That it was bridged outweighs that it failed. */
const HEIGHTS: readonly TransferState[] = ['REQUESTED', 'RINGING', 'CANCELLED', 'FAILED', 'BRIDGED', 'ENDED'];

const height = ({ state }: Transfer): number => HEIGHTS.findIndex((one) => one === state);

/** Two systems tell of one transfer when they place it no further apart than this, in ms. */
const SAME_WITHIN_MS = 15_000;

interface Told extends InteractionTransfer {
  sourceId: string;
}

/**
 * Each transfer once (rule R21). Of one system its id tells which it is. What two systems tell is one transfer when
 * they give it one id and nothing that they say of it differs, or when they agree on target and time. Who saw most
 * of it tells it, others fill the gaps.
 */
export function transfersOf(calls: readonly Call[]): InteractionTransfer[] {
  const held: Told[][] = [];
  for (const call of calls)
    for (const one of call.transfers) {
      const told = { ...one, legId: call.id, sourceId: call.sourceId };
      const same = held.find((group) => group.every((other) => isSame(other, told)));
      if (same === undefined) held.push([told]);
      else same.push(told);
    }
  return held.map((group) => mergedOf(group));
}

function isSame(one: Told, other: Told): boolean {
  if (one.sourceId === other.sourceId) return one.id === other.id;
  const agreements = [agreeOnTarget(one, other), agreeOnTime(one, other)];
  return one.id === other.id ? !agreements.includes(false) : agreements.every((agrees) => agrees === true);
}

/** Null: one of them does not say. */
function agreeOnTarget({ target: one }: Transfer, { target: other }: Transfer): boolean | null {
  return one == null || other == null ? null : plain(one) === plain(other);
}

/** `tel:+1 (202) 555-0177` is `12025550177`. */
const plain = (target: string): string =>
  target
    .toLowerCase()
    .replace(/^(tel|sips?):/, '')
    .replace(/@.*$/, '')
    .replace(/[^\p{L}\p{N}]/gu, '');

/** By when it was bridged, else by when it was asked for. Null: they do not say the same of it. */
function agreeOnTime(one: Transfer, other: Transfer): boolean | null {
  const apart = between(one.bridgedAt, other.bridgedAt) ?? between(one.requestedAt, other.requestedAt);
  return apart === null ? null : apart <= SAME_WITHIN_MS;
}

const between = (one: Instant | null | undefined, other: Instant | null | undefined): number | null =>
  one == null || other == null ? null : Math.abs(one - other);

function mergedOf(group: readonly Told[]): InteractionTransfer {
  const { sourceId: _sourceId, ...transfer } = group.reduce(merged);
  return transfer.failureReason != null && wasBridged(transfer)
    ? { ...transfer, failureReason: null }
    : transfer;
}

/** What is said of a transfer that failed is not said of one that came about. */
function merged(held: Told, told: Told): Told {
  const [further, nearer] = height(told) > height(held) ? [told, held] : [held, told];
  if (wasBridged(further) && hasFailed(nearer)) return further;
  const known = Object.entries(further).filter(([, value]) => value !== null && value !== undefined);
  return { ...nearer, ...Object.fromEntries(known) };
}

const hasFailed = ({ state }: Transfer): boolean => state === 'FAILED' || state === 'CANCELLED';
