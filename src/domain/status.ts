import type { Alignment } from './alignment.js';
import { misfits } from './alignment.js';
import type { Cancelled } from './attempts.js';
import { failedToJoin } from './leg.js';
import type { MissingRole, Observed, StatusInput } from './observation.js';
import { observe, silenceOf } from './observation.js';
import type { DropDetail, DropStage, FaultDomain, Instant, InteractionStatus, Role } from './words.js';
import type { Fact, Why, WhyCode } from './why.js';

/** A missing role, and until when its record is awaited all in all; null: no longer. */
export interface Awaited extends MissingRole {
  awaitedUntil: Instant | null;
}

export interface Verdict {
  status: InteractionStatus;
  dropStage: DropStage | null;
  dropDetail: DropDetail | null;
  /** True while a record that is still expected would change a DROPPED. */
  isProvisional: boolean;
  expectedBy: Instant | null;
  faultDomain: FaultDomain | null;
  why: Why;
  /** Legs that should be here and are not. */
  missing: Awaited[];
  alignment: Alignment;
  /** Ends presumed from silence, by leg id. */
  presumedEnds: Map<string, Instant>;
  /** Attempts that ended because the call was answered elsewhere, by leg id. */
  cancelled: Map<string, Cancelled>;
  /** When time alone may change this verdict; null: never. */
  nextEvaluationAt: Instant | null;
}

/** The status of an interaction (domain section 4), and when time alone gives it another. */
export function judge(input: StatusInput): Verdict {
  const seen = observe(input);
  const verdict = decide(input, seen);
  const later = (now: Instant) => decide({ ...input, now }, observe({ ...input, now }));
  const next = turningPoints(input, seen).find((now) => now > input.now && differ(verdict, later(now)));
  return { ...verdict, nextEvaluationAt: next ?? null };
}

/** The first rule that holds decides. */
function decide(input: StatusInput, seen: Observed): Verdict {
  const verdict = stated(input, seen);
  const missing = seen.missing.map((one) => ({ ...one, awaitedUntil: awaitedUntil(one, input, seen) }));
  if (verdict.status !== 'DROPPED') return { ...verdict, missing };
  const awaited = missing.flatMap((one) => one.awaitedUntil ?? []);
  return awaited.length === 0
    ? { ...verdict, missing }
    : { ...verdict, missing, isProvisional: true, expectedBy: Math.max(...awaited) };
}

function stated(input: StatusInput, seen: Observed): Verdict {
  if (seen.live)
    return settled('IN_PROGRESS', seen, 'CALL_IN_PROGRESS', { lastActivityAt: seen.lastActivityAt });
  if (seen.missing.length > 0) return incomplete(input, seen);
  return whole(input, seen);
}

/**
 * Until its deadline a record is awaited. After it, only where nothing says that its source has told everything,
 * and until all timers have stopped.
 */
function awaitedUntil(one: MissingRole, input: StatusInput, seen: Observed): Instant | null {
  if (seen.live || input.now < one.deadline) return one.deadline;
  const finalAt = mayStillCome(one.role, input, seen) ? finalOf(one.role, input, seen) : null;
  return finalAt !== null && input.now < finalAt ? finalAt : null;
}

function mayStillCome(role: Role, input: StatusInput, seen: Observed): boolean {
  if ((input.watermarks[role] ?? -Infinity) >= seen.endedAt) return false;
  if (role === 'ASSISTANT') return seen.answered && !input.legs.some(failedToJoin);
  return role === 'DIALER' && input.legs.some((leg) => leg.role === 'ASSISTANT');
}

/** When the last timer of a missing role stops. */
const finalOf = (role: Role, { policy }: StatusInput, seen: Observed): Instant =>
  (role === 'ASSISTANT' ? (seen.answeredAt ?? seen.endedAt) : seen.endedAt) + policy.finalizeAfter;

/** The only times at which the same facts can lead to another verdict, earliest first. */
function turningPoints(input: StatusInput, seen: Observed): Instant[] {
  if (seen.live) return [seen.silentSince + silenceOf(input)];
  return seen.missing
    .flatMap(({ role, deadline }) => [deadline, finalOf(role, input, seen)])
    .sort((a, b) => a - b);
}

const differ = (one: Verdict, other: Verdict): boolean => changeable(one) !== changeable(other);

const changeable = ({ why, isProvisional, expectedBy, missing }: Verdict): string =>
  JSON.stringify([why.code, isProvisional, expectedBy, missing.map((one) => one.awaitedUntil)]);

function whole(input: StatusInput, seen: Observed): Verdict {
  if (!seen.alignment.isAligned)
    return settled('PARTIAL', seen, 'SEGMENTS_MISALIGNED', misfits(seen.alignment, input.policy));
  const segments = input.legs.filter((leg) => !failedToJoin(leg) && !seen.cancelled.has(leg.id));
  const roles = new Set(segments.map((leg) => leg.role));
  const { endedAt, durationMs } = seen.stated;
  if (roles.has('DIALER') && !seen.answered && !roles.has('ASSISTANT'))
    return settled('COMPLETE', seen, 'NEVER_ANSWERED', { endedAt });
  const [unseen] = seen.unseen;
  if (unseen !== undefined)
    return settled('COMPLETE', seen, 'HUMAN_NOT_OBSERVABLE', { bridgedAt: unseen.bridgedAt ?? null });
  return settled('COMPLETE', seen, 'ALL_SEGMENTS_PRESENT', { legs: segments.length, durationMs });
}

function incomplete(input: StatusInput, seen: Observed): Verdict {
  const overdue = seen.missing.filter(({ deadline }) => deadline <= input.now);
  return overdue.length > 0 ? dropped(input, seen, overdue) : partial(seen);
}

const WAITING: Record<Role, WhyCode> = {
  ASSISTANT: 'WAITING_FOR_ASSISTANT',
  DIALER: 'WAITING_FOR_DIALER',
  HUMAN: 'WAITING_FOR_HUMAN',
  CHAT: 'WAITING_FOR_CHAT',
};

function partial(seen: Observed): Verdict {
  const { role, deadline: expectedBy, transfer } = earliest(seen.missing, seen);
  const bridgedAt = transfer?.bridgedAt ?? null;
  return { ...settled('PARTIAL', seen, WAITING[role], { bridgedAt, expectedBy }), expectedBy };
}

/** The role whose deadline comes first, of some that are missing. */
function earliest(missing: readonly MissingRole[], seen: Observed): MissingRole {
  const [first] = [...missing].sort((a, b) => a.deadline - b.deadline);
  return first ?? { role: 'DIALER', deadline: seen.endedAt };
}

/** Where in the journey the trace is incomplete. The order of these rules is part of the definition. */
function dropped(input: StatusInput, seen: Observed, overdue: readonly MissingRole[]): Verdict {
  const find = (role: Role) => overdue.find((one) => one.role === role);
  const [assistant, dialer] = [find('ASSISTANT'), find('DIALER')];
  if (assistant !== undefined && seen.answered) return infraToBot(input, seen, assistant);
  if (dialer !== undefined && input.legs.some((leg) => leg.role === 'ASSISTANT'))
    return dialerMissing(input, seen, dialer);
  return unspecified(seen, earliest(overdue, seen));
}

function infraToBot(input: StatusInput, seen: Observed, { deadline }: MissingRole): Verdict {
  const { answeredAt } = seen;
  const drop = (detail: DropDetail & WhyCode, facts: Facts) =>
    droppedAt('INFRA_TO_BOT', 'ASSISTANT', detail, settled('DROPPED', seen, detail, facts));
  if (input.legs.some(failedToJoin)) return drop('ASSISTANT_FAILED_TO_JOIN', { answeredAt });
  if (input.hasSuggestion === true) return drop('CANDIDATE_EXISTS', { answeredAt });
  return mayStillCome('ASSISTANT', input, seen)
    ? drop('ASSISTANT_NOT_REPORTED_YET', { answeredAt, deadline })
    : drop('ASSISTANT_NEVER_STARTED', { answeredAt, endedAt: seen.stated.endedAt });
}

function dialerMissing(input: StatusInput, seen: Observed, missing: MissingRole): Verdict {
  if (awaitedUntil(missing, input, seen) === null) return unspecified(seen, missing);
  const code = 'DIALER_NOT_SYNCED_YET';
  const gap = settled('DROPPED', seen, code, { endedAt: seen.stated.endedAt });
  return droppedAt('SYNC_GAP', 'SYNC', code, gap);
}

function unspecified(seen: Observed, { role, deadline, transfer }: MissingRole): Verdict {
  const drop = (why: WhyCode, detail: DropDetail | null, fault: FaultDomain, facts: Facts = {}) =>
    droppedAt('UNSPECIFIED', fault, detail, settled('DROPPED', seen, why, { ...facts, deadline }));
  switch (role) {
    case 'HUMAN':
      return drop('HUMAN_NEVER_REPORTED', 'HUMAN_NEVER_REPORTED', 'HUMAN_DESK', {
        bridgedAt: transfer?.bridgedAt ?? null,
      });
    case 'CHAT':
      return drop('CHAT_NEVER_REPORTED', null, 'UNKNOWN');
    case 'ASSISTANT':
      return drop('ASSISTANT_NEVER_REPORTED', null, 'ASSISTANT');
    case 'DIALER':
      return drop('DIALER_NEVER_REPORTED', 'DIALER_NEVER_REPORTED', 'DIALER', {
        endedAt: seen.stated.endedAt,
      });
  }
}

const droppedAt = (
  dropStage: DropStage,
  faultDomain: FaultDomain,
  dropDetail: DropDetail | null,
  verdict: Verdict,
): Verdict => ({ ...verdict, dropStage, dropDetail, faultDomain });

type Facts = Partial<Record<Fact['name'], number | null>>;

function settled(status: InteractionStatus, seen: Observed, code: WhyCode, facts: Facts): Verdict {
  return {
    status,
    dropStage: null,
    dropDetail: null,
    isProvisional: false,
    expectedBy: null,
    faultDomain: null,
    why: {
      code,
      facts: Object.entries(facts).flatMap(([name, value]) =>
        value === null ? [] : [{ name: name as Fact['name'], value }],
      ),
    },
    missing: [],
    alignment: seen.alignment,
    presumedEnds: seen.presumedEnds,
    cancelled: seen.cancelled,
    nextEvaluationAt: null,
  };
}
