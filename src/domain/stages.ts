import type { Call } from './call.js';
import { answerTime, derivedTransfer } from './derived-transfer.js';
import { failedToJoin, wasAnswered } from './leg.js';
import { rolesOf } from './policy.js';
import type { TracePolicy } from './policy.js';
import type { Message, Transfer } from './record.js';
import type { Verdict } from './status.js';
import { wasBridged } from './transfer.js';
import type { Channel, Instant, Outcome, Role, Stage } from './words.js';
import { STAGES } from './words.js';

/** How far an interaction came (domain section 5). */
export interface Stages {
  /** When each stage was reached; null: it was not. */
  at: Record<Stage, Instant | null>;
  /**
   * Stages that were to be expected of this interaction and of which nothing more is awaited, reached or
   * not: the only ones that a drop-off counts.
   */
  settled: Stage[];
}

/** What the stages depend on beside the calls. */
export interface StageFacts extends Pick<Verdict, 'status' | 'missing'> {
  channel: Channel;
  policy: Pick<TracePolicy, 'roles'>;
  /** True when the tenant has a source that would report a human agent's leg. */
  seesHumans: boolean;
  outcome: Outcome | null;
  startedAt: Instant;
  endedAt: Instant | null;
}

/** The conversation came to an end of its own: it was completed, or handed on. */
const ACHIEVED: readonly (Outcome | null)[] = ['COMPLETED', 'TRANSFERRED'];

/** Everything is computed from the calls; their order does not matter. */
export function stagesOf(calls: readonly Call[], facts: StageFacts): Stages {
  const joinedAt = assistantJoined(calls);
  const at: Stages['at'] = {
    ATTEMPTED: facts.startedAt,
    CONNECTED: connected(calls, joinedAt),
    ASSISTANT_JOINED: joinedAt,
    CUSTOMER_SPOKE: customerSpoke(calls),
    OUTCOME_REACHED: null,
    TRANSFER_REQUESTED: earliest(transfersOf(calls).map(requestTime)),
    TRANSFER_BRIDGED: earliest(
      transfersOf(calls)
        .filter(({ one }) => wasBridged(one))
        .map(bridgeTime),
    ),
    HUMAN_CONNECTED: earliest(ofRole(calls, 'HUMAN').filter(wasAnswered).map(answerTime)),
  };
  at.OUTCOME_REACHED = outcomeReached(calls, at, facts);
  return {
    at,
    settled: STAGES.filter((stage) => isExpected(stage, calls, facts) && isSettled(stage, facts)),
  };
}

const ofRole = (calls: readonly Call[], role: Role): Call[] => calls.filter((call) => call.role === role);

const earliest = (times: readonly Instant[]): Instant | null =>
  times.length === 0 ? null : Math.min(...times);

/** An answer by the dialer's word; without one, whoever talks with the customer shows that there is a line. */
function connected(calls: readonly Call[], joinedAt: Instant | null): Instant | null {
  const dialers = ofRole(calls, 'DIALER').filter(wasAnswered);
  if (dialers.length > 0) return earliest(dialers.map(answerTime));
  return earliest([...calls.filter(answersAlone).map(answerTime), ...(joinedAt === null ? [] : [joinedAt])]);
}

/** A written conversation, or a human agent, that took place. */
const answersAlone = (call: Call): boolean =>
  (call.role === 'CHAT' || call.role === 'HUMAN') && wasAnswered(call);

/** An assistant that only stood by, while the dialer's call was never answered, has not joined. */
function assistantJoined(calls: readonly Call[]): Instant | null {
  const dialers = ofRole(calls, 'DIALER');
  const hasLine = dialers.length === 0 || dialers.some(wasAnswered);
  const joined = ofRole(calls, 'ASSISTANT').filter(
    (call) => call.answeredAt !== null || (hasLine && !failedToJoin(call)),
  );
  return earliest(joined.map(answerTime));
}

function customerSpoke(calls: readonly Call[]): Instant | null {
  const spoken = calls.flatMap((call) =>
    call.messages
      .filter(({ speaker }) => speaker === 'CUSTOMER')
      .map((message) => messageTime(message, call)),
  );
  return earliest(spoken);
}

const messageTime = ({ startedAt, endedAt }: Message, call: Call): Instant =>
  startedAt ?? endedAt ?? call.firstEventAt;

/** Sources that report no transcript say nothing about who spoke. */
const isTranscribed = (calls: readonly Call[]): boolean => calls.some((call) => call.messages.length > 0);

/** Nobody achieves anything on a line without a party, nor with a customer who is known to have been silent. */
function outcomeReached(calls: readonly Call[], at: Stages['at'], facts: StageFacts): Instant | null {
  const met = at.ASSISTANT_JOINED !== null || calls.some(answersAlone);
  const talked = at.CUSTOMER_SPOKE !== null || !isTranscribed(calls);
  if (!met || !talked || !ACHIEVED.includes(facts.outcome)) return null;
  return (facts.outcome === 'TRANSFERRED' ? at.TRANSFER_BRIDGED : null) ?? facts.endedAt;
}

interface Told {
  one: Transfer;
  call: Call;
}

/** What each call tells of transfers, and the one that a human's answer shows where nobody tells. */
function transfersOf(calls: readonly Call[]): Told[] {
  const derived = derivedTransfer(calls);
  const call = calls.find(({ id }) => id === derived?.legId);
  const told = calls.flatMap((one) => one.transfers.map((transfer) => ({ one: transfer, call: one })));
  return derived === null || call === undefined ? told : [...told, { one: derived, call }];
}

const requestTime = ({ one, call }: Told): Instant =>
  one.requestedAt ?? one.bridgedAt ?? one.endedAt ?? call.lastEventAt;

const bridgeTime = ({ one, call }: Told): Instant => one.bridgedAt ?? one.requestedAt ?? call.lastEventAt;

/** Is the stage to be expected, once the one before it was reached? */
function isExpected(
  stage: Stage,
  calls: readonly Call[],
  { policy, channel, seesHumans }: StageFacts,
): boolean {
  const transfers = transfersOf(calls).map(({ one }) => one);
  switch (stage) {
    case 'ATTEMPTED':
    case 'CONNECTED':
    case 'OUTCOME_REACHED':
      return true;
    case 'ASSISTANT_JOINED':
      return (policy.roles ?? rolesOf(channel)).includes('ASSISTANT');
    case 'CUSTOMER_SPOKE':
      return isTranscribed(calls);
    case 'TRANSFER_REQUESTED':
      return transfers.length > 0;
    case 'TRANSFER_BRIDGED':
      return transfers.some(({ state, observable }) => state !== 'CANCELLED' && observable !== false);
    case 'HUMAN_CONNECTED':
      return transfers.some((one) => wasBridged(one) && (one.observable !== false || seesHumans));
  }
}

/** Whose record would still tell of the stage. */
const TELLER: Record<Stage, Role | null> = {
  ATTEMPTED: null,
  CONNECTED: 'DIALER',
  ASSISTANT_JOINED: 'ASSISTANT',
  CUSTOMER_SPOKE: 'ASSISTANT',
  OUTCOME_REACHED: 'ASSISTANT',
  TRANSFER_REQUESTED: 'ASSISTANT',
  TRANSFER_BRIDGED: 'ASSISTANT',
  HUMAN_CONNECTED: 'HUMAN',
};

/** The interaction is over, and the record that could still change this is not awaited any more. */
function isSettled(stage: Stage, { status, missing }: StageFacts): boolean {
  if (status === 'IN_PROGRESS') return false;
  return missing.every(({ role, awaitedUntil }) => role !== TELLER[stage] || awaitedUntil === null);
}
