import type { Alignment } from './alignment.js';
import type { Cancelled } from './attempts.js';
import type { Call } from './call.js';
import type { Believed, Disagreement, KeyFacts } from './disagreements.js';
import { disagreementsOf } from './disagreements.js';
import { withDerived } from './derived-transfer.js';
import { finalTime, lateBy } from './lateness.js';
import { byStart, compareText, legStart } from './leg.js';
import type { Annotation, Flag, Mark } from './mark.js';
import { annotationsOf, markedFlags, markedTags } from './mark.js';
import type { Money } from './money.js';
import { totalCost } from './money.js';
import type { StatusInput } from './observation.js';
import { outcomeOf } from './outcome.js';
import type { PolicySet } from './policy.js';
import { policyFor } from './policy.js';
import type { ReviewFlag, Sentiment } from './record.js';
import { reviewOf } from './review.js';
import type { Stages } from './stages.js';
import { stagesOf } from './stages.js';
import { judge } from './status.js';
import type { Segment } from './timeline.js';
import { segmentsOf } from './timeline.js';
import type { Tag } from './tag.js';
import { tagsOf } from './tag.js';
import type { InteractionTransfer } from './transfer.js';
import { transfersOf } from './transfer.js';
import type {
  Channel,
  Direction,
  DropDetail,
  DropStage,
  FaultDomain,
  Instant,
  InteractionStatus,
  Outcome,
  Platform,
  ResolutionKind,
  Role,
} from './words.js';
import type { Why } from './why.js';

/** A person's word that a broken trace stays as it is. */
export interface Resolution {
  kind: ResolutionKind;
  note: string | null;
  /** Names the credential of whoever decided. */
  by: string;
  at: Instant;
  /** The entry of the audit log; undoing it takes the resolution away. */
  auditId: string;
}

/** One customer contact, joined from the records of several systems. */
export interface Interaction {
  reference: string | null;
  externalIds: string[];
  /** The systems that reported its legs, each once. */
  sourceIds: string[];
  channel: Channel;
  direction: Direction | null;
  platform: Platform | null;
  customerAddress: string | null;
  customerName: string | null;
  did: string | null;
  carrier: string | null;
  startedAt: Instant;
  endedAt: Instant | null;
  durationMs: number | null;
  lastMessageAt: Instant | null;
  /** Event time of the latest statement of any leg. */
  lastActivityAt: Instant;
  status: InteractionStatus;
  dropStage: DropStage | null;
  dropDetail: DropDetail | null;
  isProvisional: boolean;
  expectedBy: Instant | null;
  faultDomain: FaultDomain | null;
  why: Why;
  outcome: Outcome | null;
  outcomeReason: string | null;
  segments: Segment[];
  /** How far it came: what the funnel counts. */
  stages: Stages;
  alignment: Alignment;
  transfers: InteractionTransfer[];
  campaign: string | null;
  flow: string | null;
  functions: string[];
  tags: Tag[];
  sentiment: Sentiment[];
  reviewFlags: Flag[];
  annotations: Annotation[];
  summary: string | null;
  cost: (Money & { isComplete: boolean }) | null;
  hasRecording: boolean;
  isTest: boolean;
  disagreements: Disagreement[];
  /** Null unless a person has resolved it. */
  resolution: Resolution | null;
  policyVersion: number;
  /** From when on time alone changes nothing; null while it goes on. */
  finalAt: Instant | null;
  /** How long after that its latest record came, in ms; null: none came later. */
  lateByMs: number | null;
  nextEvaluationAt: Instant | null;
}

/** What a projection needs beside the calls themselves. */
export interface Surroundings
  extends
    KeyFacts,
    Pick<StatusInput, 'watermarks' | 'lagP99' | 'gapP99' | 'seesHumans' | 'hasSuggestion' | 'now'> {
  policy: PolicySet;
  /** When its latest record came, by our clock; absent: that is not looked at. */
  lastReceivedAt?: Instant;
  /** What persons said of its legs' traces; absent: nothing. */
  resolutions?: readonly Resolution[];
  /** What people said about its legs. */
  marks: readonly Mark[];
}

export interface Projection {
  interaction: Interaction;
  /** Ends presumed from silence, by leg id. */
  presumedEnds: ReadonlyMap<string, Instant>;
  /** Attempts that ended because the call was answered elsewhere, by leg id. */
  cancelled: ReadonlyMap<string, Cancelled>;
}

/** The order in which roles are believed about the line, and about the conversation. */
const LINE: readonly Role[] = ['DIALER', 'CHAT', 'HUMAN', 'ASSISTANT'];
const TALK: readonly Role[] = ['ASSISTANT', 'CHAT', 'HUMAN', 'DIALER'];

/** The whole state of an interaction: a pure function of its calls, the policy and the time. */
export function project(calls: readonly Call[], around: Surroundings): Projection {
  const believed = believedOf(calls);
  const { sorted, line } = believed;
  const channel = pick(line, (call) => call.channel) ?? (line[0]?.role === 'CHAT' ? 'CHAT' : 'VOICE');
  const direction = pick(line, (call) => call.direction);
  const stated = transfersOf(sorted);
  const policy = policyFor(around.policy, channel, direction);
  const verdict = judge({ ...around, policy, legs: sorted, channel, direction, transfers: stated });
  const { missing: _missing, presumedEnds, cancelled, ...judged } = verdict;
  const span = spanOf(sorted, verdict.status !== 'IN_PROGRESS');
  const { startedAt, endedAt, lastActivityAt } = span;
  const { outcome, reason: outcomeReason } = outcomeOf(sorted, endedAt !== null, policy);
  const finalAt = finalTime(endedAt, policy);
  const interaction: Interaction = {
    ...judged,
    ...span,
    ...identityOf(believed),
    ...contentsOf(believed),
    ...markedOf(believed, around.marks, { channel, ...span }),
    channel,
    direction,
    transfers: withDerived(stated, sorted),
    outcome,
    outcomeReason,
    segments: segmentsOf(sorted, verdict, { from: startedAt, to: endedAt ?? lastActivityAt }),
    stages: stagesOf(sorted, { ...around, ...verdict, policy, channel, outcome, startedAt, endedAt }),
    disagreements: disagreementsOf(believed, around),
    resolution: latestOf(around.resolutions ?? []),
    policyVersion: policy.version,
    finalAt,
    lateByMs: lateBy(around.lastReceivedAt ?? null, finalAt),
  };
  return { interaction, presumedEnds, cancelled };
}

function believedOf(calls: readonly Call[]): Believed {
  const sorted = [...calls].sort(byStart);
  return { sorted, line: believedFirst(sorted, LINE), talk: believedFirst(sorted, TALK) };
}

type Span = Pick<Interaction, 'startedAt' | 'endedAt' | 'durationMs' | 'lastActivityAt'>;

/** From the first leg's start to the last one's end. A call that has ended without saying so ended with its last word. */
function spanOf(calls: readonly Call[], hasEnded: boolean): Span {
  const startedAt = Math.min(...calls.map(legStart));
  const endedAt = hasEnded ? Math.max(...calls.map((call) => call.endedAt ?? call.lastEventAt)) : null;
  return {
    startedAt,
    endedAt,
    durationMs: endedAt === null ? null : Math.max(0, endedAt - startedAt),
    lastActivityAt: Math.max(...calls.map((call) => Math.max(call.lastEventAt, call.endedAt ?? 0))),
  };
}

/** Who spoke with whom, over which line, and where it is known from. */
const identityOf = ({ sorted, line, talk }: Believed) => ({
  reference: pick(line, (call) => call.reference),
  externalIds: sorted.map((call) => call.externalId),
  sourceIds: unique(sorted.map((call) => call.sourceId)).sort(compareText),
  platform: pick(line, (call) => call.platform),
  customerAddress: pick(line, (call) => call.customerAddress),
  customerName: pick(talk, (call) => call.customerName),
  did: pick(line, (call) => call.did),
  carrier: pick(line, (call) => call.carrier),
  campaign: pick(line, (call) => call.campaign),
  flow: pick(talk, (call) => call.flow),
  isTest: sorted.some((call) => call.isTest),
});

/** What was said and done in all of its calls together. */
const contentsOf = ({ sorted, talk }: Believed) => ({
  lastMessageAt: latest(
    sorted.flatMap((call) => call.messages.map((one) => one.endedAt ?? one.startedAt ?? null)),
  ),
  functions: unique(sorted.flatMap((call) => call.toolCalls.flatMap((tool) => tool.name ?? []))),
  sentiment: sorted
    .flatMap((call) => call.sentiment)
    .sort((a, b) => a.at - b.at || compareText(a.label, b.label)),
  summary: pick(talk, (call) => call.postCallAnalysis?.summary ?? null),
  cost: totalCost(sorted.map((call) => call.cost)),
  hasRecording: sorted.some((call) => call.recording?.url != null),
});

/** What the records say of it as people have changed it, and what people wrote to it. */
const markedOf = (
  { sorted, talk }: Believed,
  marks: readonly Mark[],
  of: Pick<Interaction, 'channel' | 'startedAt' | 'endedAt'>,
) => ({
  tags: markedTags(tagsOf(talk), marks),
  reviewFlags: markedFlags(flagsOf(sorted, of), marks),
  annotations: annotationsOf(marks),
});

const believedFirst = (calls: readonly Call[], order: readonly Role[]): Call[] =>
  [...calls].sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role));

function pick<T>(calls: readonly Call[], read: (call: Call) => T | null): T | null {
  for (const call of calls) {
    const value = read(call);
    if (value !== null) return value;
  }
  return null;
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];

const latest = (times: readonly (Instant | null)[]): Instant | null =>
  times.reduce<Instant | null>((max, at) => (at !== null && at > (max ?? -Infinity) ? at : max), null);

/** Ids of the audit log are made in the order of time. */
const latestOf = (resolutions: readonly Resolution[]): Resolution | null =>
  [...resolutions].sort((a, b) => compareText(b.auditId, a.auditId))[0] ?? null;

/** What the records state, then what the built-in reviewer finds once all is over. */
function flagsOf(
  calls: readonly Call[],
  { channel, startedAt, endedAt }: Pick<Interaction, 'channel' | 'startedAt' | 'endedAt'>,
): ReviewFlag[] {
  const stated = calls.flatMap((call) => call.reviewFlags);
  if (endedAt === null) return stated;
  const sentiment = calls.flatMap((call) => call.sentiment);
  const found = reviewOf({ calls, channel, sentiment, durationMs: endedAt - startedAt, endedAt });
  return [...stated, ...found.filter(({ code }) => !stated.some((one) => one.code === code))];
}
