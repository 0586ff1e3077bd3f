import type { Alignment } from './alignment.js';
import { align } from './alignment.js';
import type { StatedLeg } from './leg.js';
import { failedToJoin, isTerminal, lastThereAt, wasAnswered } from './leg.js';
import type { TracePolicy } from './policy.js';
import { inactivityOf, rolesOf } from './policy.js';
import type { Transfer } from './record.js';
import { isWritten } from './thread.js';
import { wasBridged } from './transfer.js';
import type { Channel, Direction, Instant, Role } from './words.js';

/** What the status of an interaction depends on, and nothing else. */
export interface StatusInput {
  legs: readonly StatedLeg[];
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
  now: Instant;
}

export interface MissingRole {
  role: Role;
  /** Until when its record may still come. */
  deadline: Instant;
}

/** What the legs show at a time, before any of it is judged. */
export interface Observed {
  live: boolean;
  lastActivityAt: Instant;
  presumedEnds: Map<string, Instant>;
  answered: boolean;
  answeredAt: Instant | null;
  endedAt: Instant;
  missing: MissingRole[];
  alignment: Alignment;
  /** The bridged transfer after which a human is expected. */
  toHuman: Transfer | undefined;
  /** The bridged transfers after which nothing can be seen. */
  outOfSight: Transfer[];
}

/** What is there, what is missing, and how the parts fit together. */
export function observe(input: StatusInput): Observed {
  const { legs, now } = input;
  const lastActivityAt = Math.max(...legs.map((leg) => Math.max(leg.lastEventAt, leg.endedAt ?? 0)));
  const open = legs.filter((leg) => !isTerminal(leg));
  const live = open.length > 0 && now - lastActivityAt < silenceOf(input);
  const presumedEnds = new Map(live ? [] : open.map((leg) => [leg.id, leg.lastEventAt]));
  const dialers = legs.filter((leg) => leg.role === 'DIALER');
  const answers = dialers.flatMap((leg) => leg.answeredAt ?? []);
  const base = {
    live,
    lastActivityAt,
    presumedEnds,
    answered: dialers.some(wasAnswered),
    answeredAt: answers.length > 0 ? Math.min(...answers) : null,
    endedAt: Math.max(...legs.map((leg) => lastThereAt(leg) ?? leg.lastEventAt)),
    toHuman: input.transfers.find((transfer) => expectsHuman(transfer, input)),
    outOfSight: input.transfers.filter((transfer) => isOutOfSight(transfer, input)),
  };
  return { ...base, missing: missingRoles(input, base), alignment: align({ ...input, ...base }) };
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

/** A human leg is expected once a transfer was bridged, unless no source could show it (rule R21). */
const expectsHuman = (transfer: Transfer, input: StatusInput): boolean =>
  wasBridged(transfer) && (transfer.observable !== false || input.seesHumans);

const isOutOfSight = (transfer: Transfer, input: StatusInput): boolean =>
  wasBridged(transfer) && !expectsHuman(transfer, input);

function expectedRoles(input: StatusInput, answered: boolean): Role[] {
  const dialerKnown = input.legs.some((leg) => leg.role === 'DIALER');
  const roles = (input.policy.roles ?? rolesOf(input.channel)).filter(
    (role) => role !== 'ASSISTANT' || !dialerKnown || answered || !input.policy.unansweredIsComplete,
  );
  const human: Role[] = input.transfers.some((transfer) => expectsHuman(transfer, input)) ? ['HUMAN'] : [];
  return [...new Set([...roles, ...human])];
}

function missingRoles(
  input: StatusInput,
  seen: Pick<Observed, 'answered' | 'answeredAt' | 'endedAt' | 'presumedEnds'>,
): MissingRole[] {
  const present = new Set(
    input.legs.filter((leg) => !(seen.answered && failedToJoin(leg))).map((leg) => leg.role),
  );
  if (!seen.answered && dialerIsUnfinished(input, seen)) present.delete('DIALER');
  return expectedRoles(input, seen.answered)
    .filter((role) => !present.has(role))
    .map((role) => {
      const anchor = role === 'ASSISTANT' && seen.answeredAt !== null ? seen.answeredAt : seen.endedAt;
      return { role, deadline: anchor + Math.max(input.policy.window[role], input.lagP99[role] ?? 0) };
    });
}

/** A dialer that fell silent before an answer: its record is not whole. */
const dialerIsUnfinished = (input: StatusInput, seen: Pick<Observed, 'presumedEnds'>): boolean => {
  const dialers = input.legs.filter((leg) => leg.role === 'DIALER');
  return dialers.length > 0 && dialers.every((leg) => seen.presumedEnds.has(leg.id));
};
