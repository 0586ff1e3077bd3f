import type { Alignment } from './alignment.js';
import { align } from './alignment.js';
import type { Cancelled } from './attempts.js';
import { cancelledElsewhere } from './attempts.js';
import { reachedHumans } from './expected-humans.js';
import type { StatedLeg } from './leg.js';
import { failedToJoin, isTerminal, lastThereAt, legStart, statedStart, wasAnswered } from './leg.js';
import type { TracePolicy } from './policy.js';
import { inactivityOf, rolesOf } from './policy.js';
import type { Transfer } from './record.js';
import { isWritten } from './thread.js';
import { wasBridged } from './transfer.js';
import type { Channel, Direction, Instant, Role } from './words.js';

/** What the status of an interaction depends on, and nothing else. */
export interface StatusInput {
  legs: readonly (StatedLeg & { endReason?: string | null })[];
  channel: Channel;
  direction: Direction | null;
  transfers: readonly Transfer[];
  policy: TracePolicy;
  /** Up to when the sources of a role have reported everything; null: not known. */
  watermarks: Readonly<Partial<Record<Role, Instant | null>>>;
  /** How late the sources of a role are at their 99th percentile, in ms. */
  lagP99: Readonly<Partial<Record<Role, number>>>;
  /** How long a call goes on without a word of a role's sources, at the 99th percentile, in ms. */
  gapP99?: Readonly<Partial<Record<Role, number>>>;
  /** True when the tenant has a source that would report a human agent's leg. */
  seesHumans: boolean;
  /** True while a leg stands as a suggestion for a role that is missing here, for a person to decide. */
  hasSuggestion?: boolean;
  /** When the latest record of any leg came, by our clock; absent: that is not looked at. */
  lastReceivedAt?: Instant;
  now: Instant;
}

export interface MissingRole {
  role: Role;
  /** Until when its record may still come. */
  deadline: Instant;
  /** The transfer after which a human is missing; absent: it is missing for another reason. */
  transfer?: Transfer;
}

/** What the legs show at a time, before any of it is judged. */
export interface Observed {
  live: boolean;
  lastActivityAt: Instant;
  /** From when on silence counts: the latest event, or when the latest record came. */
  silentSince: Instant;
  presumedEnds: Map<string, Instant>;
  /** Attempts that ended because the call was answered elsewhere, by leg id. */
  cancelled: Map<string, Cancelled>;
  answered: boolean;
  answeredAt: Instant | null;
  endedAt: Instant;
  /** The end as some leg states it, and the length if the start is stated too; null: that is not known. */
  stated: { endedAt: Instant | null; durationMs: number | null };
  missing: MissingRole[];
  alignment: Alignment;
  /** The bridged transfers after which nothing can be seen. */
  outOfSight: Transfer[];
  /** Those of them that led to no leg all the same. */
  unseen: Transfer[];
}

/** What is there, what is missing, and how the parts fit together. */
export function observe(input: StatusInput): Observed {
  const { legs } = input;
  const cancelled = cancelledElsewhere(legs);
  const dialers = legs.filter((leg) => leg.role === 'DIALER');
  const answers = dialers.flatMap((leg) => leg.answeredAt ?? []);
  const humans = humansOf(input);
  const base = {
    ...activityOf(input, cancelled),
    cancelled,
    answered: dialers.some(wasAnswered),
    answeredAt: answers.length > 0 ? Math.min(...answers) : null,
    endedAt: Math.max(...legs.map((leg) => lastThereAt(leg) ?? leg.lastEventAt)),
    outOfSight: humans.outOfSight,
    unseen: humans.unseen,
  };
  const missing = missingRoles(input, { ...base, unreached: humans.unreached });
  return {
    ...base,
    stated: statedSpan(legs, base.endedAt),
    missing,
    alignment: align({ ...input, ...base }),
  };
}

/**
 * Is anybody still there? An attempt that was cancelled is not. Silence counts from the latest event, or from when
 * the latest record came if that is later: a call that is told of late is not over on arrival. What comes after
 * all timers have stopped starts none.
 */
function activityOf(input: StatusInput, cancelled: Observed['cancelled']) {
  const { legs, now, lastReceivedAt = -Infinity, policy } = input;
  const lastActivityAt = Math.max(...legs.map((leg) => Math.max(leg.lastEventAt, leg.endedAt ?? 0)));
  const isTimed = lastReceivedAt <= lastActivityAt + policy.finalizeAfter;
  const silentSince = isTimed ? Math.max(lastActivityAt, lastReceivedAt) : lastActivityAt;
  const open = legs.filter((leg) => !isTerminal(leg) && !cancelled.has(leg.id));
  const live = open.length > 0 && now - silentSince < silenceOf(input);
  const presumedEnds = new Map(live ? [] : open.map((leg) => [leg.id, leg.lastEventAt]));
  return { lastActivityAt, silentSince, live, presumedEnds };
}

function statedSpan(legs: StatusInput['legs'], endedAt: Instant): Observed['stated'] {
  if (legs.every((leg) => leg.endedAt !== endedAt)) return { endedAt: null, durationMs: null };
  const startedAt = Math.min(...legs.map(legStart));
  const isKnown = legs.some((leg) => statedStart(leg) === startedAt);
  return { endedAt, durationMs: isKnown ? Math.max(0, endedAt - startedAt) : null };
}

/** How long it may be silent before what is open of it is presumed to have ended. */
export function silenceOf(input: StatusInput): number {
  const { legs, policy, channel } = input;
  const open = legs.filter((leg) => !isTerminal(leg));
  const inactivity = policy.inactivity ?? inactivityOf(channel);
  return Math.max(...open.map(({ role }) => (isWritten(role, channel) ? inactivity : silenceOfCall(input))));
}

/** Sources that say little are waited for longer: twice the gap that their calls usually have. */
const silenceOfCall = ({ legs, policy, gapP99 = {} }: StatusInput): number =>
  Math.max(policy.silence, ...legs.map((leg) => 2 * (gapP99[leg.role] ?? 0)));

/** After each bridged transfer a human's leg is expected, unless no source could show it (rule R21). */
function humansOf({ transfers, legs, seesHumans }: StatusInput) {
  const isSeen = ({ observable }: Transfer) => observable !== false || seesHumans;
  const bridged = transfers.filter(wasBridged);
  const outOfSight = bridged.filter((transfer) => !isSeen(transfer));
  const humans = legs.filter((leg) => leg.role === 'HUMAN');
  const { unreached, spare } = reachedHumans(bridged.filter(isSeen), humans);
  return { unreached, outOfSight, unseen: reachedHumans(outOfSight, spare).unreached };
}

function expectedRoles(input: StatusInput, answered: boolean): Role[] {
  const dialerKnown = input.legs.some((leg) => leg.role === 'DIALER');
  return (input.policy.roles ?? rolesOf(input.channel)).filter(
    (role) => role !== 'ASSISTANT' || !dialerKnown || answered || !input.policy.unansweredIsComplete,
  );
}

type Seen = Pick<Observed, 'answered' | 'answeredAt' | 'endedAt' | 'presumedEnds'> & {
  unreached: Transfer[];
};

function missingRoles(input: StatusInput, seen: Seen): MissingRole[] {
  const present = new Set(
    input.legs.filter((leg) => !(seen.answered && failedToJoin(leg))).map((leg) => leg.role),
  );
  if (!seen.answered && dialerIsUnfinished(input, seen)) present.delete('DIALER');
  if (seen.unreached.length > 0) present.add('HUMAN');
  const roles = expectedRoles(input, seen.answered).filter((role) => !present.has(role));
  return [
    ...roles.map((role) => {
      const anchor = role === 'ASSISTANT' && seen.answeredAt !== null ? seen.answeredAt : seen.endedAt;
      return { role, deadline: deadlineOf(role, anchor, input, seen) };
    }),
    ...seen.unreached.map((transfer) => {
      const deadline = deadlineOf('HUMAN', transfer.endedAt ?? seen.endedAt, input, seen);
      return { role: 'HUMAN' as const, deadline, transfer };
    }),
  ];
}

/** However slow a source is, nothing is waited for once all timers have stopped (rule R13). */
function deadlineOf(role: Role, anchor: Instant, input: StatusInput, { endedAt }: Seen): Instant {
  const wait = Math.max(input.policy.window[role], input.lagP99[role] ?? 0);
  return Math.min(anchor + wait, endedAt + input.policy.finalizeAfter);
}

/** A dialer that fell silent before an answer: its record is not whole. */
const dialerIsUnfinished = (input: StatusInput, seen: Pick<Observed, 'presumedEnds'>): boolean => {
  const dialers = input.legs.filter((leg) => leg.role === 'DIALER');
  return dialers.length > 0 && dialers.every((leg) => seen.presumedEnds.has(leg.id));
};
