import type { Leg } from './leg.js';
import { isTerminal, legStart, statedStart } from './leg.js';
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
  /** How long a call goes on without a word of a role's sources, at the 99th percentile, in ms. */
  gapP99?: Readonly<Partial<Record<Role, number>>>;
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

interface Observed {
  live: boolean;
  lastActivityAt: Instant;
  presumedEnds: Map<string, Instant>;
  answered: boolean;
  answeredAt: Instant | null;
  endedAt: Instant;
  missing: { role: Role; deadline: Instant }[];
  alignment: Alignment;
  /** The bridged transfer after which a human is expected. */
  toHuman: Transfer | undefined;
  /** The bridged transfer after which nothing can be seen. */
  outOfSight: Transfer | undefined;
}

function observe(input: StatusInput): Observed {
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
    endedAt: Math.max(...legs.map((leg) => endOf(leg) ?? leg.lastEventAt)),
    toHuman: input.transfers.find((transfer) => expectsHuman(transfer, input)),
    outOfSight: input.transfers.find((transfer) => isOutOfSight(transfer, input)),
  };
  return { ...base, missing: missingRoles(input, base), alignment: align(input, base) };
}

/** Sources that say little are waited for longer: twice the gap that their calls usually have. */
const silenceOf = ({ legs, policy, gapP99 = {} }: StatusInput): number =>
  Math.max(policy.silence, ...legs.map((leg) => 2 * (gapP99[leg.role] ?? 0)));

/** When a leg was last there; null while it is not known to have ended. */
const endOf = (leg: Leg): Instant | null => leg.endedAt ?? (isTerminal(leg) ? leg.lastEventAt : null);

export const wasAnswered = (leg: Leg & { status: CallStatus }): boolean =>
  leg.answeredAt !== null ||
  leg.status === 'ACTIVE' ||
  leg.status === 'COMPLETED' ||
  leg.status === 'VOICEMAIL';

/** Only what was bridged can end; the rest fails or is cancelled (rule R21). */
export const wasBridged = ({ state }: Transfer): boolean => state === 'BRIDGED' || state === 'ENDED';

/** A human leg is expected once a transfer was bridged, unless no source could show it (rule R21). */
const expectsHuman = (transfer: Transfer, input: StatusInput): boolean =>
  wasBridged(transfer) && (transfer.observable !== false || input.seesHumans);

const isOutOfSight = (transfer: Transfer, input: StatusInput): boolean =>
  wasBridged(transfer) && !expectsHuman(transfer, input);

/** An assistant leg that its own system gave up before it began. */
export const failedToJoin = (leg: Leg & { status: CallStatus }): boolean =>
  leg.role === 'ASSISTANT' && leg.status === 'FAILED' && leg.answeredAt === null && leg.startedAt === null;

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
): Observed['missing'] {
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

function whole(input: StatusInput, seen: Observed): Verdict {
  const { alignment, outOfSight } = seen;
  if (!alignment.isAligned) {
    const { joinDelayMs, overrunMs, holeMs } = alignment;
    return settled('PARTIAL', seen, 'SEGMENTS_MISALIGNED', { joinDelayMs, overrunMs, holeMs });
  }
  const roles = new Set(input.legs.filter((leg) => !failedToJoin(leg)).map((leg) => leg.role));
  if (roles.has('DIALER') && !seen.answered && !roles.has('ASSISTANT'))
    return settled('COMPLETE', seen, 'NEVER_ANSWERED', { endedAt: seen.endedAt });
  if (outOfSight !== undefined && !roles.has('HUMAN'))
    return settled('COMPLETE', seen, 'HUMAN_NOT_OBSERVABLE', {
      bridgedAt: bridgeTime(outOfSight) ?? seen.endedAt,
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
function earliest(missing: Observed['missing'], seen: Observed): Observed['missing'][number] {
  const [first] = [...missing].sort((a, b) => a.deadline - b.deadline);
  return first ?? { role: 'DIALER', deadline: seen.endedAt };
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
  if ((input.watermarks.ASSISTANT ?? -Infinity) >= seen.endedAt)
    return drop('ASSISTANT_NEVER_STARTED', { answeredAt, endedAt: seen.endedAt });
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

const bridgeTime = (transfer: Transfer | undefined): Instant | null =>
  transfer?.bridgedAt ?? transfer?.requestedAt ?? null;

type Span = readonly [from: Instant, to: Instant];

const UNKNOWN_ALIGNMENT: Alignment = { isAligned: true, joinDelayMs: null, overrunMs: null, holeMs: null };

/**
 * Do the parts fit together in time? The numbers are returned, not only the answer. There are none
 * while nothing says when the dialer was answered, or when an assistant started.
 */
function align(input: StatusInput, seen: Pick<Observed, 'presumedEnds' | 'endedAt'>): Alignment {
  const { policy, legs } = input;
  const end = (leg: Leg) => endOf(leg) ?? seen.presumedEnds.get(leg.id) ?? seen.endedAt;
  const span = (leg: Leg): Span => [leg.answeredAt ?? legStart(leg), end(leg)];
  const joined = legs.filter((leg) => leg.role === 'ASSISTANT' && !failedToJoin(leg));
  const dialers = legs.filter((leg) => leg.role === 'DIALER' && leg.answeredAt !== null).map(span);
  const isKnown = joined.every((leg) => (leg.answeredAt ?? statedStart(leg)) !== null);
  if (joined.length === 0 || dialers.length === 0 || !isKnown) return UNKNOWN_ALIGNMENT;
  const assistants = joined.map(span);
  const dialerEnd = Math.max(...dialers.map(([, to]) => to));
  const unseen = input.transfers
    .filter((transfer) => isOutOfSight(transfer, input))
    .map((transfer): Span => [bridgeTime(transfer) ?? dialerEnd, transfer.endedAt ?? dialerEnd]);
  const humans = legs.filter((leg) => leg.role === 'HUMAN').map((leg): Span => [legStart(leg), end(leg)]);
  const joinDelayMs =
    Math.min(...assistants.map(([from]) => from)) - Math.min(...dialers.map(([from]) => from));
  const overrunMs = Math.max(...assistants.map(([, to]) => to)) - dialerEnd;
  const cover = [...assistants, ...humans, ...unseen];
  const holeMs = Math.max(...dialers.map((dialer) => longestHole(dialer, cover)));
  const isAligned =
    joinDelayMs >= policy.joinEarliest &&
    joinDelayMs <= policy.joinLatest &&
    overrunMs <= policy.endTolerance &&
    holeMs <= policy.holeTolerance;
  return { isAligned, joinDelayMs, overrunMs, holeMs };
}

/** The longest stretch inside a span that no cover span touches. */
function longestHole([start, end]: Span, cover: readonly Span[]): number {
  let reached = start;
  let longest = 0;
  for (const [from, to] of [...cover].sort((a, b) => a[0] - b[0])) {
    longest = Math.max(longest, Math.min(from, end) - reached);
    reached = Math.max(reached, to);
  }
  return Math.max(longest, end - reached);
}
