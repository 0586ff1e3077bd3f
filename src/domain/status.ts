import type { Alignment } from './alignment.js';
import { failedToJoin, legStart } from './leg.js';
import type { MissingRole, Observed, StatusInput } from './observation.js';
import { observe, silenceOf } from './observation.js';
import { bridgeTime } from './transfer.js';
import type { DropDetail, DropStage, FaultDomain, Instant, InteractionStatus, Role } from './words.js';
import type { Fact, Why, WhyCode } from './why.js';

export interface Verdict {
  status: InteractionStatus;
  dropStage: DropStage | null;
  dropDetail: DropDetail | null;
  /** True while a record that is still expected would change a DROPPED. */
  isProvisional: boolean;
  expectedBy: Instant | null;
  faultDomain: FaultDomain | null;
  why: Why;
  /** Roles that should be here and are not, each with the time until which it may still come. */
  missing: MissingRole[];
  alignment: Alignment;
  /** Ends presumed from silence, by leg id. */
  presumedEnds: Map<string, Instant>;
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
  if (seen.live)
    return settled('IN_PROGRESS', seen, 'CALL_IN_PROGRESS', { lastActivityAt: seen.lastActivityAt });
  if (seen.missing.length > 0) return incomplete(input, seen);
  return whole(input, seen);
}

/** The only times at which the same facts can lead to another verdict, earliest first. */
function turningPoints(input: StatusInput, seen: Observed): Instant[] {
  const { policy } = input;
  if (seen.live) return [seen.lastActivityAt + silenceOf(input)];
  if (seen.missing.length === 0) return [];
  const deadlines = seen.missing.map(({ deadline }) => deadline);
  const finals = [seen.answeredAt ?? seen.endedAt, seen.endedAt].map(
    (anchor) => anchor + policy.finalizeAfter,
  );
  return [...deadlines, ...finals].sort((a, b) => a - b);
}

const differ = (one: Verdict, other: Verdict): boolean =>
  one.why.code !== other.why.code || one.isProvisional !== other.isProvisional;

function whole(input: StatusInput, seen: Observed): Verdict {
  const { alignment } = seen;
  const [unseen] = seen.outOfSight;
  if (!alignment.isAligned) {
    const { joinDelayMs, overrunMs, holeMs } = alignment;
    return settled('PARTIAL', seen, 'SEGMENTS_MISALIGNED', { joinDelayMs, overrunMs, holeMs });
  }
  const roles = new Set(input.legs.filter((leg) => !failedToJoin(leg)).map((leg) => leg.role));
  if (roles.has('DIALER') && !seen.answered && !roles.has('ASSISTANT'))
    return settled('COMPLETE', seen, 'NEVER_ANSWERED', { endedAt: seen.endedAt });
  if (unseen !== undefined && !roles.has('HUMAN'))
    return settled('COMPLETE', seen, 'HUMAN_NOT_OBSERVABLE', {
      bridgedAt: bridgeTime(unseen) ?? seen.endedAt,
    });
  const durationMs = Math.max(0, seen.endedAt - Math.min(...input.legs.map(legStart)));
  return settled('COMPLETE', seen, 'ALL_SEGMENTS_PRESENT', { legs: input.legs.length, durationMs });
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
  const { role, deadline: expectedBy } = earliest(seen.missing, seen);
  const bridgedAt = role === 'HUMAN' ? bridgeTime(seen.toHuman) : null;
  return { ...settled('PARTIAL', seen, WAITING[role], { bridgedAt, expectedBy }), expectedBy };
}

/** The role whose deadline comes first, of some that are missing. */
function earliest(missing: readonly MissingRole[], seen: Observed): MissingRole {
  const [first] = [...missing].sort((a, b) => a.deadline - b.deadline);
  return first ?? { role: 'DIALER', deadline: seen.endedAt };
}

/** Where in the journey the trace is incomplete. The order of these rules is part of the definition. */
function dropped(input: StatusInput, seen: Observed, overdue: readonly MissingRole[]): Verdict {
  const deadlineOf = (role: Role) => overdue.find((one) => one.role === role)?.deadline ?? null;
  const assistantBy = deadlineOf('ASSISTANT');
  const dialerBy = deadlineOf('DIALER');
  if (assistantBy !== null && seen.answered) return infraToBot(input, seen, assistantBy);
  if (dialerBy !== null && input.legs.some((leg) => leg.role === 'ASSISTANT'))
    return dialerMissing(input, seen, dialerBy);
  return unspecified(seen, overdue);
}

function infraToBot(input: StatusInput, seen: Observed, deadline: Instant): Verdict {
  const answeredAt = seen.answeredAt ?? seen.endedAt;
  const drop = (detail: DropDetail & WhyCode, facts: Facts) => ({
    ...settled('DROPPED', seen, detail, facts),
    dropStage: 'INFRA_TO_BOT' as const,
    dropDetail: detail,
    faultDomain: 'ASSISTANT' as const,
  });
  if (input.legs.some(failedToJoin)) return drop('ASSISTANT_FAILED_TO_JOIN', { answeredAt });
  const verdict = input.hasSuggestion === true ? drop('CANDIDATE_EXISTS', { answeredAt }) : undefined;
  if ((input.watermarks.ASSISTANT ?? -Infinity) >= seen.endedAt)
    return verdict ?? drop('ASSISTANT_NEVER_STARTED', { answeredAt, endedAt: seen.endedAt });
  return provisional(
    verdict ?? drop('ASSISTANT_NOT_REPORTED_YET', { answeredAt, deadline }),
    input.now,
    answeredAt + input.policy.finalizeAfter,
  );
}

function dialerMissing(input: StatusInput, seen: Observed, deadline: Instant): Verdict {
  const finalAt = seen.endedAt + input.policy.finalizeAfter;
  const synced = (input.watermarks.DIALER ?? -Infinity) >= seen.endedAt || input.now >= finalAt;
  if (synced)
    return {
      ...settled('DROPPED', seen, 'DIALER_NEVER_REPORTED', { endedAt: seen.endedAt, deadline }),
      dropStage: 'UNSPECIFIED',
      dropDetail: 'DIALER_NEVER_REPORTED',
      faultDomain: 'DIALER',
    };
  const verdict: Verdict = {
    ...settled('DROPPED', seen, 'DIALER_NOT_SYNCED_YET', { endedAt: seen.endedAt }),
    dropStage: 'SYNC_GAP',
    dropDetail: 'DIALER_NOT_SYNCED_YET',
    faultDomain: 'SYNC',
  };
  return provisional(verdict, input.now, finalAt);
}

function unspecified(seen: Observed, overdue: readonly MissingRole[]): Verdict {
  const { role, deadline } = earliest(overdue, seen);
  const verdict = (
    why: WhyCode,
    dropDetail: DropDetail | null,
    faultDomain: FaultDomain,
    facts: Facts,
  ): Verdict => ({
    ...settled('DROPPED', seen, why, facts),
    dropStage: 'UNSPECIFIED',
    dropDetail,
    faultDomain,
  });
  switch (role) {
    case 'HUMAN':
      return verdict('HUMAN_NEVER_REPORTED', 'HUMAN_NEVER_REPORTED', 'HUMAN_DESK', {
        bridgedAt: bridgeTime(seen.toHuman),
        deadline,
      });
    case 'CHAT':
      return verdict('CHAT_NEVER_REPORTED', null, 'UNKNOWN', { deadline });
    case 'ASSISTANT':
      return verdict('ASSISTANT_NEVER_REPORTED', null, 'ASSISTANT', { deadline });
    case 'DIALER':
      return verdict('DIALER_NEVER_REPORTED', 'DIALER_NEVER_REPORTED', 'DIALER', {
        endedAt: seen.endedAt,
        deadline,
      });
  }
}

function provisional(verdict: Verdict, now: Instant, finalAt: Instant): Verdict {
  return now >= finalAt ? verdict : { ...verdict, isProvisional: true, expectedBy: finalAt };
}

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
    missing: seen.missing,
    alignment: seen.alignment,
    presumedEnds: seen.presumedEnds,
    nextEvaluationAt: null,
  };
}
