import type { Call } from './call.js';
import { derivedTransfer } from './derived-transfer.js';
import { isTerminal, statedStart, wasAnswered } from './leg.js';
import type { TracePolicy } from './policy.js';
import { wasBridged } from './transfer.js';
import type { CallStatus, Outcome } from './words.js';

/** How an interaction ended, and the source's own word for it where there is one. */
export interface OutcomeVerdict {
  outcome: Outcome | null;
  reason: string | null;
}

const BY_STATUS: Partial<Record<CallStatus, Outcome>> = {
  FAILED: 'FAILED',
  DECLINED: 'DECLINED',
  MISSED: 'NO_ANSWER',
  NO_ANSWER: 'NO_ANSWER',
  BUSY: 'BUSY',
  CANCELED: 'CANCELED',
  VOICEMAIL: 'VOICEMAIL',
};

/**
 * The first rule that holds decides: a bridged transfer, stated or shown by a human's answer; an early hang-up by the customer of which
 * no one says more; what a source states, the assistant first; why an unanswered call was not
 * answered; a machine that answered; a party's failure that no other party made good; completed.
 */
export function outcomeOf(calls: readonly Call[], ended: boolean, policy: TracePolicy): OutcomeVerdict {
  if (!ended) return { outcome: null, reason: null };
  const byRole = [...calls].sort((a, b) => PRECEDENCE.indexOf(a.role) - PRECEDENCE.indexOf(b.role));
  const reason = byRole.find((call) => call.endReason !== null)?.endReason ?? null;
  return { outcome: decide(byRole, policy), reason };
}

const PRECEDENCE = ['ASSISTANT', 'CHAT', 'HUMAN', 'DIALER'];

function decide(calls: readonly Call[], policy: TracePolicy): Outcome {
  if (wasTransferred(calls)) return 'TRANSFERRED';
  const stated = calls.find((call) => call.outcome !== null)?.outcome ?? null;
  if (stated !== null) return stated;
  if (wasAbandoned(calls, policy)) return 'ABANDONED';
  const dialers = calls.filter((call) => call.role === 'DIALER');
  const answered = dialers.filter(wasAnswered);
  if (dialers.length > 0 && answered.length === 0) return whyUnanswered(dialers);
  if (answered.length > 0 && answered.every((call) => call.status === 'VOICEMAIL')) return 'VOICEMAIL';
  const others = calls.filter((call) => call.role !== 'DIALER');
  const failures = (others.length > 0 ? others : answered).map((call) => BY_STATUS[call.status]);
  const failure = failures.includes(undefined) ? undefined : failures[0];
  if (failure !== undefined) return failure;
  return calls.some((call) => call.status === 'COMPLETED' || isTerminal(call)) ? 'COMPLETED' : 'UNKNOWN';
}

const wasTransferred = (calls: readonly Call[]): boolean =>
  calls.some((call) => call.transfers.some(wasBridged)) || derivedTransfer(calls) !== null;

/** A dialer that fell silent while it rang has not said that nobody answered. */
function whyUnanswered(dialers: readonly Call[]): Outcome {
  const stated = dialers.map((call) => BY_STATUS[call.status]).find((outcome) => outcome !== undefined);
  return stated ?? (dialers.some(isTerminal) ? 'NO_ANSWER' : 'UNKNOWN');
}

/**
 * The customer hung up before the assistant's first turn, or within the policy's time of the
 * assistant joining. An assistant that reports no turns at all says nothing about the first test.
 */
function wasAbandoned(calls: readonly Call[], policy: TracePolicy): boolean {
  const assistant = calls.find((call) => call.role === 'ASSISTANT');
  const endedAt = assistant?.endedAt ?? null;
  if (assistant === undefined || endedAt === null) return false;
  if (calls.find((call) => call.disconnectedBy !== null)?.disconnectedBy !== 'CUSTOMER') return false;
  const joinedAt = assistant.answeredAt ?? statedStart(assistant);
  if (joinedAt !== null && endedAt - joinedAt <= policy.abandonedWithin) return true;
  return (
    assistant.messages.length > 0 && assistant.messages.every((message) => message.speaker !== 'ASSISTANT')
  );
}
