import type { Call } from '../call.js';
import { failedToJoin, legStart, wasAnswered } from '../leg.js';
import type { Speaker } from '../words.js';
import type { Session } from './session.js';
import {
  originKind,
  originOf,
  originType,
  primaryLeg,
  referenceLegs,
  referenceType,
  sessionChannel,
} from './session.js';
import type { Participant, SessionContext } from './verdict.js';

/** The header of a verdict; null when the session refers to nothing that we know. */
export function sessionContext(session: Session): SessionContext | null {
  const type = referenceType(session);
  if (type === null) return null;
  const kind = originKind(type);
  if (kind === null) return ownContext(session);
  const origin = originOf(session);
  const body = origin === null ? null : ownContext(origin);
  return {
    ...(body ?? { ...EMPTY, flowName: session.interaction.flow }),
    referenceType: type,
    originKind: kind,
    originType: originType(session, origin),
    aiHandled: false,
    humanInvolved: false,
  };
}

const EMPTY: SessionContext = {
  referenceType: null,
  channel: null,
  direction: null,
  directionRaw: null,
  participants: null,
  flowName: null,
  startedAt: null,
  originKind: null,
  originType: null,
  multiLeg: false,
  aiHandled: false,
  humanInvolved: false,
};

function ownContext(session: Session): SessionContext {
  const { interaction, calls } = session;
  const type = referenceType(session);
  const isThread = type === 'CONVERSATION';
  return {
    ...EMPTY,
    referenceType: type,
    channel: sessionChannel(type),
    direction: isThread ? null : interaction.direction,
    directionRaw: isThread ? null : session.directionRaw,
    participants: participantsOf(session),
    flowName: interaction.flow,
    startedAt: startOf(session),
    multiLeg: referenceLegs(session).length > 1,
    aiHandled:
      calls.some((call) => call.role === 'ASSISTANT' && !failedToJoin(call)) || wrote(calls, 'ASSISTANT'),
    humanInvolved: calls.some((call) => call.role === 'HUMAN' && wasAnswered(call)) || wrote(calls, 'AGENT'),
  };
}

/** A written conversation has no leg of its own for those who answer in it: its messages name them. */
const wrote = (calls: readonly Call[], speaker: Speaker): boolean =>
  calls.some((call) => call.role === 'CHAT' && call.messages.some((message) => message.speaker === speaker));

/** A thread begins with its first message, anything else with its primary leg. */
function startOf(session: Session): number | null {
  const leg = primaryLeg(session);
  const times = session.calls.flatMap((call) => call.messages.flatMap(({ startedAt }) => startedAt ?? []));
  if (referenceType(session) === 'CONVERSATION' && times.length > 0)
    return times.reduce((first, at) => Math.min(first, at));
  return leg === null ? null : legStart(leg);
}

function participantsOf(session: Session): Participant[] | null {
  const { customerAddress: customer, did: own, direction } = session.interaction;
  const named = (role: Participant['role'], address: string | null): Participant[] =>
    address === null ? [] : [{ role, address }];
  const isOutbound = direction === 'OUTBOUND';
  const found =
    referenceType(session) === 'CONVERSATION'
      ? [...named('SELF', own), ...named('PEER', customer)]
      : [
          ...named('SOURCE', isOutbound ? own : customer),
          ...named('DESTINATION', isOutbound ? customer : own),
        ];
  return found.length === 0 ? null : found;
}

/** Which resources took part, each with its count; those of which there are none are left out. */
export function resourcesUsed(session: Session): { type: string; count: number }[] {
  const of = (test: (call: Call) => boolean) => session.calls.filter(test).length;
  const sum = (count: (call: Call) => number) =>
    session.calls.reduce((total, call) => total + count(call), 0);
  const counts: [type: string, count: number][] = [
    ['call', of(({ role }) => role === 'DIALER' || role === 'HUMAN')],
    ['conversation', of(({ role }) => role === 'CHAT')],
    ['ai', of(({ role }) => role === 'ASSISTANT')],
    ['transcribe', of(({ messages }) => messages.length > 0)],
    ['recording', of(({ recording }) => recording?.url != null)],
    ['tool', sum(({ toolCalls }) => toolCalls.length)],
    ['knowledge', sum(({ knowledgeSearches }) => knowledgeSearches.length)],
    ['transfer', session.interaction.transfers.length],
  ];
  return counts.filter(([, count]) => count > 0).map(([type, count]) => ({ type, count }));
}
