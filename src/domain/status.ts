import type { Leg } from './leg.js';
import { isTerminal, legStart } from './leg.js';
import type { TracePolicy } from './policy.js';
import { rolesOf } from './policy.js';
import type { Transfer } from './record.js';
import type {
  CallStatus,
  Channel,
  Direction,
  DropDetail,
  DropStage,
  FaultDomain,
  Instant,
  InteractionStatus,
  Role,
} from './words.js';
import type { Fact, Why, WhyCode } from './why.js';

/** What the status of an interaction depends on, and nothing else. */
export interface StatusInput {
  legs: readonly (Leg & { status: CallStatus })[];
  channel: Channel;
  direction: Direction | null;
  transfers: readonly Transfer[];
  policy: TracePolicy;
  /** Up to when the sources of a role have reported everything; null: not known. */
  watermarks: Readonly<Partial<Record<Role, Instant | null>>>;
  /** How late the sources of a role are at their 99th percentile, in ms. */
  lagP99: Readonly<Partial<Record<Role, number>>>;
  /** True when the tenant has a source that would report a human agent's leg. */
  seesHumans: boolean;
  now: Instant;
}

export interface Alignment {
  isAligned: boolean;
  /** Assistant start minus dialer answer. Null when either is unknown. */
  joinDelayMs: number | null;
  /** Assistant end minus dialer end; negative when the assistant left first. */
  overrunMs: number | null;
  /** The longest part of the answered dialer leg in which nobody else took part. */
  holeMs: number | null;
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
  /** Roles that should be here and are not, each with the time until which it may still come. */
  missing: { role: Role; deadline: Instant }[];
  alignment: Alignment;
  /** Ends presumed from silence, by leg id. */
  presumedEnds: Map<string, Instant>;
  /** When time alone may change this verdict; null: never. */
  nextEvaluationAt: Instant | null;
}

/** The status of an interaction (domain section 4). The first rule that holds decides. */
export function judge(input: StatusInput): Verdict {
  const facts = observe(input);
  if (facts.live) return inProgress(input, facts);
  if (facts.missing.length > 0) return incomplete(input, facts);
  return whole(input, facts);
}

interface Observed {
  live: boolean;
  lastActivityAt: Instant;
  presumedEnds: Map<string, Instant>;
  answered: boolean;
  answeredAt: Instant | null;
  endedAt: Instant;
  missing: { role: Role; deadline: Instant }[];
  alignment: Alignment;
  bridged: Transfer | undefined;
  unseenBridge: boolean;
}

function observe(input: StatusInput): Observed {
  const { legs, policy, now } = input;
  const lastActivityAt = Math.max(...legs.map((leg) => Math.max(leg.lastEventAt, leg.endedAt ?? 0)));
  const open = legs.filter((leg) => !isTerminal(leg));
  const live = open.length > 0 && now - lastActivityAt < policy.silence;
  const presumedEnds = new Map(live ? [] : open.map((leg) => [leg.id, leg.lastEventAt]));
  const dialers = legs.filter((leg) => leg.role === 'DIALER');
  const answers = dialers.flatMap((leg) => leg.answeredAt ?? []);
  const bridged = input.transfers.find(wasBridged);
  const base = {
    live,
    lastActivityAt,
    presumedEnds,
    answered: dialers.some(wasAnswered),
    answeredAt: answers.length > 0 ? Math.min(...answers) : null,
    endedAt: Math.max(...legs.map((leg) => endOf(leg) ?? leg.lastEventAt)),
    bridged,
    unseenBridge: bridged !== undefined && !expectsHuman(input),
  };
  return { ...base, missing: missingRoles(input, base), alignment: align(input, base) };
}

/** When a leg was last there; null while it is not known to have ended. */
const endOf = (leg: Leg): Instant | null => leg.endedAt ?? (isTerminal(leg) ? leg.lastEventAt : null);

export const wasAnswered = (leg: Leg & { status: CallStatus }): boolean =>
  leg.answeredAt !== null ||
  leg.status === 'ACTIVE' ||
  leg.status === 'COMPLETED' ||
  leg.status === 'VOICEMAIL';

const wasBridged = (transfer: Transfer): boolean =>
  transfer.state === 'BRIDGED' || (transfer.state === 'ENDED' && transfer.bridgedAt != null);

/** A human leg is expected once a transfer was bridged, unless no source could show it (rule R21). */
const expectsHuman = (input: StatusInput): boolean =>
  input.transfers.some(
    (transfer) => wasBridged(transfer) && (transfer.observable !== false || input.seesHumans),
  );

/** An assistant leg that its own system gave up before it began. */
const failedToJoin = (leg: Leg & { status: CallStatus }): boolean =>
  leg.role === 'ASSISTANT' && leg.status === 'FAILED' && leg.answeredAt === null && leg.startedAt === null;

function expectedRoles(input: StatusInput, answered: boolean): Role[] {
  const dialerKnown = input.legs.some((leg) => leg.role === 'DIALER');
  const roles = rolesOf(input.channel, input.direction).filter(
    (role) => role !== 'ASSISTANT' || !dialerKnown || answered || !input.policy.unansweredIsComplete,
  );
  return expectsHuman(input) ? [...roles, 'HUMAN'] : roles;
}

function missingRoles(
  input: StatusInput,
  seen: Pick<Observed, 'answered' | 'answeredAt' | 'endedAt' | 'presumedEnds'>,
): Observed['missing'] {
  const present = new Set(input.legs.filter((leg) => !failedToJoin(leg)).map((leg) => leg.role));
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

function inProgress(input: StatusInput, seen: Observed): Verdict {
  return {
    ...settled('IN_PROGRESS', seen, 'CALL_IN_PROGRESS', { lastActivityAt: seen.lastActivityAt }),
    nextEvaluationAt: seen.lastActivityAt + input.policy.silence,
  };
}

function whole(input: StatusInput, seen: Observed): Verdict {
  const { alignment, bridged } = seen;
  if (!alignment.isAligned) {
    const { joinDelayMs, overrunMs, holeMs } = alignment;
    return settled('PARTIAL', seen, 'SEGMENTS_MISALIGNED', { joinDelayMs, overrunMs, holeMs });
  }
  const roles = new Set(input.legs.map((leg) => leg.role));
  if (roles.has('DIALER') && !seen.answered && !roles.has('ASSISTANT'))
    return settled('COMPLETE', seen, 'NEVER_ANSWERED', { endedAt: seen.endedAt });
  if (seen.unseenBridge)
    return settled('COMPLETE', seen, 'HUMAN_NOT_OBSERVABLE', {
      bridgedAt: bridgeTime(bridged) ?? seen.endedAt,
    });
  const durationMs = seen.endedAt - Math.min(...input.legs.map(legStart));
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
  const [next] = [...seen.missing].sort((a, b) => a.deadline - b.deadline);
  const expectedBy = next?.deadline ?? seen.endedAt;
  const bridgedAt = next?.role === 'HUMAN' ? (bridgeTime(seen.bridged) ?? seen.endedAt) : null;
  return {
    ...settled('PARTIAL', seen, WAITING[next?.role ?? 'DIALER'], { bridgedAt, expectedBy }),
    expectedBy,
    nextEvaluationAt: expectedBy,
  };
}

/** Where in the journey the trace is incomplete. The order of these rules is part of the definition. */
function dropped(input: StatusInput, seen: Observed, overdue: Observed['missing']): Verdict {
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
  if ((input.watermarks.ASSISTANT ?? -Infinity) >= answeredAt)
    return drop('ASSISTANT_NEVER_STARTED', { answeredAt });
  const verdict = drop('ASSISTANT_NOT_REPORTED_YET', { answeredAt, deadline });
  return provisional(verdict, input.now, answeredAt + input.policy.finalizeAfter);
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

function unspecified(seen: Observed, overdue: Observed['missing']): Verdict {
  const [first] = overdue;
  const deadline = first?.deadline ?? seen.endedAt;
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
  switch (first?.role ?? 'DIALER') {
    case 'HUMAN':
      return verdict('HUMAN_NEVER_REPORTED', 'HUMAN_NEVER_REPORTED', 'HUMAN_DESK', {
        bridgedAt: bridgeTime(seen.bridged) ?? seen.endedAt,
        deadline,
      });
    case 'CHAT':
      return verdict('CHAT_NEVER_REPORTED', null, 'UNKNOWN', { deadline });
    case 'DIALER':
    case 'ASSISTANT':
      return verdict('DIALER_NEVER_REPORTED', 'DIALER_NEVER_REPORTED', 'DIALER', {
        endedAt: seen.endedAt,
        deadline,
      });
  }
}

function provisional(verdict: Verdict, now: Instant, finalAt: Instant): Verdict {
  return now >= finalAt
    ? verdict
    : { ...verdict, isProvisional: true, expectedBy: finalAt, nextEvaluationAt: finalAt };
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

const bridgeTime = (transfer: Transfer | undefined): Instant | null =>
  transfer?.bridgedAt ?? transfer?.requestedAt ?? null;

type Span = readonly [from: Instant, to: Instant];

/** Do the parts fit together in time? The numbers are returned, not only the answer. */
function align(
  input: StatusInput,
  seen: Pick<Observed, 'answeredAt' | 'presumedEnds' | 'unseenBridge' | 'bridged' | 'endedAt'>,
): Alignment {
  const { policy } = input;
  const ends = (leg: Leg) => endOf(leg) ?? seen.presumedEnds.get(leg.id) ?? null;
  const spans = (role: Role): Span[] =>
    input.legs
      .filter((leg) => leg.role === role)
      .map((leg) => [leg.answeredAt ?? legStart(leg), ends(leg) ?? seen.endedAt]);
  const assistants = spans('ASSISTANT');
  const dialers: Span[] = input.legs
    .filter((leg) => leg.role === 'DIALER' && leg.answeredAt !== null)
    .map((leg) => [leg.answeredAt ?? 0, ends(leg) ?? seen.endedAt]);
  if (assistants.length === 0 || dialers.length === 0)
    return { isAligned: true, joinDelayMs: null, overrunMs: null, holeMs: null };
  const dialerEnd = Math.max(...spans('DIALER').map(([, to]) => to));
  const unseen: Span[] = seen.unseenBridge ? [[bridgeTime(seen.bridged) ?? dialerEnd, dialerEnd]] : [];
  const humans: Span[] = input.legs
    .filter((leg) => leg.role === 'HUMAN')
    .map((leg) => [legStart(leg), ends(leg) ?? seen.endedAt]);
  const joinDelayMs =
    Math.min(...assistants.map(([from]) => from)) - Math.min(...dialers.map(([from]) => from));
  const overrunMs = Math.max(...assistants.map(([, to]) => to)) - dialerEnd;
  const holeMs = longestHole(dialers, [...assistants, ...humans, ...unseen]);
  const isAligned =
    joinDelayMs >= policy.joinEarliest &&
    joinDelayMs <= policy.joinLatest &&
    overrunMs <= policy.endTolerance &&
    holeMs <= policy.holeTolerance;
  return { isAligned, joinDelayMs, overrunMs, holeMs };
}

/** The longest stretch inside the outer spans that no cover span touches. */
function longestHole(outer: readonly Span[], cover: readonly Span[]): number {
  const end = Math.max(...outer.map(([, to]) => to));
  let reached = Math.min(...outer.map(([from]) => from));
  let longest = 0;
  for (const [from, to] of [...cover].sort((a, b) => a[0] - b[0])) {
    longest = Math.max(longest, Math.min(from, end) - reached);
    reached = Math.max(reached, to);
  }
  return Math.max(longest, end - reached);
}
