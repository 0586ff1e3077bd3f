import type { Call } from './call.js';
import type { Leg } from './leg.js';
import { statedStart } from './leg.js';
import type { Message, PostCallAnalysis } from './record.js';
import type { CallStatus, DisconnectedBy, Role } from './words.js';

/** A call as far as its analysis needs it. */
export type Analysed = Leg &
  Pick<Call, 'status' | 'disconnectedBy' | 'postCallAnalysis'> & {
    /** Null: no transcript tells. */
    customerSpoke: boolean | null;
  };

/** An assistant's call that is over sooner, in ms, is too short to be analysed. */
export const SHORT_CALL_MS = 5_000;

/** Endings without a conversation, which leave nothing to analyse. Who ended it tells more than the status. */
const UNSPOKEN = {
  disconnectedBy: [
    'RNR',
    'VOICEMAIL',
    'NO_ANSWER',
    'REJECTED',
  ] satisfies DisconnectedBy[] as DisconnectedBy[],
  status: [
    'VOICEMAIL',
    'NO_ANSWER',
    'BUSY',
    'DECLINED',
    'MISSED',
    'CANCELED',
    'FAILED',
  ] satisfies CallStatus[] as CallStatus[],
};

/** Did the customer say anything? Null without a transcript that names who speaks: then nothing tells. */
export function customerSpoke(messages: readonly Message[]): boolean | null {
  const speakers = messages.flatMap(({ speaker }) => speaker ?? []);
  return speakers.length === 0 ? null : speakers.includes('CUSTOMER');
}

/**
 * The analysis of a call as its source states it. An assistant's call that ended without a conversation and
 * without an analysis gets a disposition by rule: the way it ended, else SHORT_CALL or CUSTOMER_SILENT.
 */
export function callAnalysis(call: Analysed): PostCallAnalysis | null {
  if (call.postCallAnalysis !== null) return call.postCallAnalysis;
  if (call.role !== 'ASSISTANT' || call.state !== 'TERMINAL') return null;
  const value = dispositionOf(call);
  return value === null ? null : { dispositions: [{ name: 'disposition', value }], autoAssigned: true };
}

function dispositionOf(call: Analysed): string | null {
  const ended = UNSPOKEN.disconnectedBy.find((one) => one === call.disconnectedBy);
  const unspoken = ended ?? UNSPOKEN.status.find((one) => one === call.status);
  if (unspoken !== undefined) return unspoken;
  if (isShort(call)) return 'SHORT_CALL';
  return call.customerSpoke === false ? 'CUSTOMER_SILENT' : null;
}

function isShort(call: Analysed): boolean {
  const startedAt = call.answeredAt ?? statedStart(call);
  return startedAt !== null && call.endedAt !== null && call.endedAt - startedAt <= SHORT_CALL_MS;
}

/** The analysis of an interaction is that of the leg that is believed first about the conversation. */
export function analysisOf(calls: readonly Analysed[]): PostCallAnalysis | null {
  const byRole = TALK.flatMap((role) => calls.filter((call) => call.role === role));
  const stated = byRole.find((call) => call.postCallAnalysis !== null)?.postCallAnalysis;
  return stated ?? byRole.map(callAnalysis).find((one) => one !== null) ?? null;
}

const TALK: readonly Role[] = ['ASSISTANT', 'CHAT', 'HUMAN', 'DIALER'];
