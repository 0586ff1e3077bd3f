import type { Call } from './call.js';
import type { TracePolicy } from './policy.js';
import { wasAnswered } from './status.js';
import type { CallStatus, Outcome } from './words.js';
import { legStart } from './leg.js';

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
 * The first rule that holds decides: a bridged transfer; an early hang-up by the customer of which
 * no one says more; what a source states, the assistant first; why an unanswered call was not
 * answered; a failed assistant; completed.
 */
export function outcomeOf(calls: readonly Call[], ended: boolean, policy: TracePolicy): OutcomeVerdict {
  if (!ended) return { outcome: null, reason: null };
  const byRole = [...calls].sort((a, b) => PRECEDENCE.indexOf(a.role) - PRECEDENCE.indexOf(b.role));
  const reason = byRole.find((call) => call.endReason !== null)?.endReason ?? null;
  return { outcome: decide(byRole, policy), reason };
}

const PRECEDENCE = ['ASSISTANT', 'CHAT', 'HUMAN', 'DIALER'];

function decide(calls: readonly Call[], policy: TracePolicy): Outcome {
  const transferred = calls.some((call) =>
    call.transfers.some((one) => one.state === 'BRIDGED' || one.state === 'ENDED'),
  );
  if (transferred) return 'TRANSFERRED';
  const stated = calls.find((call) => call.outcome !== null)?.outcome ?? null;
  if (stated !== null && stated !== 'COMPLETED') return stated;
  if (stated === null && wasAbandoned(calls, policy)) return 'ABANDONED';
  if (stated !== null) return stated;
  const dialers = calls.filter((call) => call.role === 'DIALER');
  const answered = dialers.length === 0 || dialers.some(wasAnswered);
  if (!answered) return firstOf(dialers.map((call) => BY_STATUS[call.status])) ?? 'NO_ANSWER';
  const others = calls.filter((call) => call.role !== 'DIALER');
  const failed = firstOf(others.map((call) => BY_STATUS[call.status]));
  if (failed !== undefined) return failed;
  if (calls.some((call) => call.status === 'COMPLETED' || call.state === 'TERMINAL')) return 'COMPLETED';
  return 'UNKNOWN';
}

const firstOf = <T>(values: readonly (T | undefined)[]): T | undefined =>
  values.find((value) => value !== undefined);

/**
 * The customer hung up before the assistant's first turn, or within the policy's time of the
 * assistant joining. An assistant that reports no turns at all says nothing about the first test.
 */
function wasAbandoned(calls: readonly Call[], policy: TracePolicy): boolean {
  const assistant = calls.find((call) => call.role === 'ASSISTANT');
  const endedAt = assistant?.endedAt ?? null;
  if (assistant === undefined || endedAt === null) return false;
  if (!calls.some((call) => call.disconnectedBy === 'CUSTOMER')) return false;
  if (endedAt - (assistant.answeredAt ?? legStart(assistant)) <= policy.abandonedWithin) return true;
  return (
    assistant.messages.length > 0 && assistant.messages.every((message) => message.speaker !== 'ASSISTANT')
  );
}
