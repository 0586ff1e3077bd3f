import type { ServiceError } from '../../../domain/record.js';
import type { CallStatus, DisconnectedBy, Instant, Outcome, Service } from '../../../domain/words.js';

/** What an `endedReason` means. It is an open string: Vapi documents some six hundred and adds more. */
export interface Ending {
  status: CallStatus;
  disconnectedBy: DisconnectedBy;
  /** Left out where the reason tells who ended the call, but not what came of it. */
  outcome?: Outcome;
  /** False when the reason says that the two parties never spoke. */
  connected: boolean;
}

const ending = (
  status: CallStatus,
  disconnectedBy: DisconnectedBy,
  outcome?: Outcome,
  connected = true,
): Ending =>
  outcome === undefined
    ? { status, disconnectedBy, connected }
    : { status, disconnectedBy, outcome, connected };

const NEVER = false;

/** Families of reasons, by what their words have in common; the first that fits decides. */
const FAMILIES: readonly (readonly [RegExp, Ending])[] = [
  [/^customer-busy$/, ending('BUSY', 'REJECTED', 'BUSY', NEVER)],
  [/^customer-did-not-answer$/, ending('NO_ANSWER', 'NO_ANSWER', 'NO_ANSWER', NEVER)],
  [/^voicemail$/, ending('VOICEMAIL', 'VOICEMAIL', 'VOICEMAIL')],
  [/rejected$/, ending('DECLINED', 'REJECTED', 'DECLINED', NEVER)],
  [/^customer-ended-call/, ending('COMPLETED', 'CUSTOMER')],
  [/caller-hungup-before-call-connect$/, ending('CANCELED', 'CUSTOMER', undefined, NEVER)],
  [/^assistant-(?:ended-call|said-)/, ending('COMPLETED', 'BOT', 'COMPLETED')],
  [
    /forwarded-call|forwarding-phone-number|hook-executed-transfer/,
    ending('COMPLETED', 'BOT', 'TRANSFERRED'),
  ],
  [/^call\.forwarding\./, ending('COMPLETED', 'SYSTEM', 'FAILED')],
  [/^(?:silence-timed-out|exceeded-max-duration)$/, ending('COMPLETED', 'TIMEOUT')],
  [/^(?:manually-canceled|(?:scheduled-)?call-deleted)$/, ending('CANCELED', 'SYSTEM', 'CANCELED')],
  [/hook-executed-say$|-completed(?:-call)?$|^vonage-disconnected$|^hangup$/, ending('COMPLETED', 'UNKNOWN')],
  [/^call[.-](?:start|ringing)[.-]|failed-to-connect/, ending('FAILED', 'ERROR', 'FAILED', NEVER)],
  [
    /^assistant-|^twilio-|no-call-received$|^customer-did-not-give/,
    ending('FAILED', 'ERROR', 'FAILED', NEVER),
  ],
  [
    /error|failed|fault|^pipeline-|^worker-shutdown$|^phone-call-provider-/,
    ending('FAILED', 'ERROR', 'FAILED'),
  ],
];

const OVER = ending('COMPLETED', 'UNKNOWN');

/** A reason nobody knows yet still says that the call is over. */
export const endingOf = (endedReason: string | undefined): Ending =>
  FAMILIES.find(([family]) => family.test(endedReason ?? ''))?.[1] ?? OVER;

/** By the part that a reason names, else by a vendor of one part only, else by the answers only models give. */
const SERVICES: readonly (readonly [RegExp, Service])[] = [
  [/transcriber|deepgram|gladia|assembly-?ai|speechmatics|soniox/, 'STT'],
  [/voice|eleven-?labs|11labs|cartesia|playht/, 'TTS'],
  [/llm|model|-(?:400-bad-request-validation-failed|401-unauthorized|429-exceeded-quota)$/, 'LLM'],
  [/-(?:500-server-error|503-server-overloaded-error)$/, 'LLM'],
  [/sip|twilio|vonage|telnyx|transport|(?<!micro)phone/, 'TELEPHONY'],
];

/** The fault that ended the call, where its reason names one. */
export function faultOf(endedReason: string | undefined, at: Instant): ServiceError[] | undefined {
  if (endedReason === undefined || !/error|fail|fault|^pipeline-/.test(endedReason)) return undefined;
  const service = SERVICES.find(([part]) => part.test(endedReason))?.[1] ?? 'OTHER';
  return [{ service, at, fatal: true, message: endedReason }];
}
