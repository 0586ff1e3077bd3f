import type { Call } from '../call.js';
import { endClaims } from '../ending.js';
import { byStart, wasAnswered } from '../leg.js';
import type { CallStatus, DisconnectedBy } from '../words.js';
import type { Session } from './session.js';
import { originKind, originOf, primaryLeg, referenceLegs, referenceType } from './session.js';
import { threadOutcome } from './thread.js';
import type { EndedBy, SessionResult, VerdictOutcome } from './verdict.js';

/**
 * How the session ended. A call is judged by its primary leg, a conversation by its last message, an
 * assistant's session as far as it says; a transcription or a recording has the outcome of what it was
 * made from. Null for anything else.
 */
export function sessionOutcome(session: Session): VerdictOutcome | null {
  const type = referenceType(session);
  if (originKind(type) !== null) {
    const origin = originOf(session);
    return origin === null ? null : ownOutcome(origin);
  }
  return ownOutcome(session);
}

function ownOutcome(session: Session): VerdictOutcome | null {
  const leg = primaryLeg(session);
  switch (referenceType(session)) {
    case 'CALL':
      return leg === null ? null : callOutcome(session, leg);
    case 'CONVERSATION':
      return threadOutcome(session);
    case 'AI':
      return leg === null
        ? null
        : { result: resultOf(leg), endedBy: null, reason: leg.endReason, detail: null };
    case 'API':
    case 'TRANSCRIBE':
    case 'RECORDING':
    case 'CAMPAIGN':
    case null:
      return null;
  }
}

function callOutcome(session: Session, leg: Call): VerdictOutcome {
  const seconds = talkSeconds(session, leg);
  const detail = {
    ...(seconds === null ? {} : { duration_sec: String(seconds) }),
    ...(leg.endReason === null ? {} : { hangup_reason: leg.endReason }),
  };
  return {
    result: resultOf(leg),
    endedBy: endedBy(session, leg),
    reason: leg.endReason,
    detail: Object.keys(detail).length === 0 ? null : detail,
  };
}

/**
 * From the answer to the hang-up, in whole seconds; null when it was never answered, or has not ended. Of a leg that
 * was answered at a time it does not state, the first answer on the line counts.
 */
function talkSeconds(session: Session, leg: Call): number | null {
  const answers = wasAnswered(leg) ? referenceLegs(session).flatMap((one) => one.answeredAt ?? []) : [];
  const answeredAt = leg.answeredAt ?? (answers.length === 0 ? null : Math.min(...answers));
  const { endedAt } = leg;
  if (answeredAt === null || endedAt === null) return null;
  return Math.max(0, Math.round((endedAt - answeredAt) / 1_000));
}

/** The families of hang-up reasons, in the words of telephony systems and of assistants; the first that fits decides. */
const REASONS: readonly (readonly [RegExp, SessionResult])[] = [
  [/no-?answer|did-not-answer|^dial-?out$|^rnr$/, 'NO_ANSWER'],
  [/busy/, 'BUSY'],
  [/fail|error|cancel|time-?(?:d-)?out|machine|^amd$|voicemail|reject|decline|exceeded/, 'FAILED'],
  [/^normal|^completed?$|^hang-?up$|ended-call|said-|forwarded/, 'COMPLETED'],
];

/** What a status says where the reason says nothing. COMPLETED is not among them: it says only that it is over. */
const BY_STATUS: Partial<Record<CallStatus, SessionResult>> = {
  NO_ANSWER: 'NO_ANSWER',
  MISSED: 'NO_ANSWER',
  BUSY: 'BUSY',
  FAILED: 'FAILED',
  DECLINED: 'FAILED',
  CANCELED: 'FAILED',
  VOICEMAIL: 'FAILED',
};

/**
 * From the hang-up reason; one that no family knows, or none, leaves it to the status. A call without
 * either is completed when it was hung up, and in progress until then; a reason that nobody knows is unknown.
 */
export function resultOf(call: Pick<Call, 'endReason' | 'status' | 'state'>): SessionResult {
  const reason =
    call.endReason
      ?.trim()
      .toLowerCase()
      .replace(/[_ .]+/g, '-') ?? '';
  const told = REASONS.find(([family]) => family.test(reason))?.[1] ?? BY_STATUS[call.status];
  if (told !== undefined) return told;
  if (reason !== '') return 'UNKNOWN';
  return call.state === 'TERMINAL' ? 'COMPLETED' : 'IN_PROGRESS';
}

/** Seen from the platform: the customer's side, a machine that answered among it, is remote; ours is local. */
const SIDES: Record<DisconnectedBy, EndedBy | null> = {
  CUSTOMER: 'REMOTE',
  VOICEMAIL: 'REMOTE',
  BOT: 'LOCAL',
  AGENT: 'LOCAL',
  SYSTEM: 'LOCAL',
  TIMEOUT: 'LOCAL',
  ERROR: 'LOCAL',
  RNR: null,
  NO_ANSWER: null,
  REJECTED: null,
  UNKNOWN: null,
};

/** By the word of those who were there at the end. Nobody ended what was never answered. */
function endedBy({ calls }: Session, leg: Call): EndedBy | null {
  const result = resultOf(leg);
  if (result === 'NO_ANSWER' || result === 'BUSY' || result === 'IN_PROGRESS') return null;
  const [claim] = endClaims([...calls].sort(byStart));
  return claim === undefined ? null : SIDES[claim.disconnectedBy];
}
