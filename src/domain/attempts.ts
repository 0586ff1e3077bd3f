import type { Leg, StatedLeg } from './leg.js';
import { lastThereAt, legStart, wasAnswered } from './leg.js';
import type { CallStatus, Instant } from './words.js';

/** When an attempt of a group call is one that another attempt made needless (rule R22). */
export const ATTEMPT_RULES = {
  /** Attempts are placed by systems whose clocks differ by so much, in ms. */
  toleranceMs: 5_000,
  /** No telephone rings for longer, in ms: what began earlier was another try. */
  longestRingMs: 5 * 60_000,
} as const;

/** An attempt that ended because the call was answered elsewhere. */
export interface Cancelled {
  /** True when its own system did not say so. */
  isDerived: boolean;
  /** When it was over: as its system states it, else when the other attempt was answered; null: not known. */
  endedAt: Instant | null;
}

/** Its own system gives another reason than that it was cancelled. */
const OTHER_REASONS: readonly CallStatus[] = ['BUSY', 'DECLINED', 'FAILED'];

/** The neutral word, and what telephone systems call the same: Q.850 cause 26, FreeSWITCH's race. */
const SAYS_SO = /^(cancelled_|canceled_)?(answered|completed)[ _-]elsewhere$|^lose_race$/i;

/** True when the leg's own system says that it ended because the call was answered elsewhere. */
export const saysElsewhere = (endReason: string | null | undefined): boolean =>
  endReason != null && SAYS_SO.test(endReason);

type Attempt = StatedLeg & { endReason?: string | null };

/**
 * The legs of an interaction that ended CANCELLED_ANSWERED_ELSEWHERE, by id. Attempts of one group are its dialer
 * legs: a key or a person has joined them, for circumstances never join two of one role. One that was not
 * answered, and rang when another one was, ended with that answer, whether or not its system goes on to say so. A
 * record that it was answered after all takes this back.
 */
export function cancelledElsewhere(legs: readonly Attempt[]): Map<string, Cancelled> {
  const dialers = legs.filter((leg) => leg.role === 'DIALER');
  const answered = dialers.filter(wasAnswered).map(answerOf);
  const attempts = dialers.filter((leg) => !wasAnswered(leg));
  return new Map(
    attempts.flatMap((leg): [string, Cancelled][] => {
      if (saysElsewhere(leg.endReason)) return [[leg.id, { isDerived: false, endedAt: lastThereAt(leg) }]];
      const by = answered.filter((answer) => rangAt(leg, answer));
      if (by.length === 0 || OTHER_REASONS.includes(leg.status)) return [];
      return [[leg.id, { isDerived: true, endedAt: lastThereAt(leg) ?? endBy(leg, by) }]];
    }),
  );
}

/** When a leg was answered: at one instant if its system says which, else some time while it was there. */
interface Answer {
  earliest: Instant;
  latest: Instant;
  at: Instant | null;
}

const answerOf = (leg: Leg): Answer => ({
  earliest: leg.answeredAt ?? legStart(leg),
  latest: leg.answeredAt ?? lastThereAt(leg) ?? leg.lastEventAt,
  at: leg.answeredAt,
});

const ringTime = (leg: Leg): Instant => leg.ringAt ?? legStart(leg);

/** It had begun to ring, not too long before, and it had not ended. */
function rangAt(leg: Leg, { earliest, latest }: Answer): boolean {
  const { toleranceMs, longestRingMs } = ATTEMPT_RULES;
  const rang = ringTime(leg);
  const hasNotEnded = (leg.endedAt ?? Infinity) >= earliest - toleranceMs;
  return rang <= latest + toleranceMs && rang >= earliest - longestRingMs && hasNotEnded;
}

/** The first of the answers, but not before the leg rang. */
function endBy(leg: Leg, answers: readonly Answer[]): Instant | null {
  const known = answers.flatMap(({ at }) => at ?? []);
  return known.length === 0 ? null : Math.max(Math.min(...known), ringTime(leg));
}
