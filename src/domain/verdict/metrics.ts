import type { Call } from '../call.js';
import { byStart, statedStart } from '../leg.js';
import type { Message } from '../record.js';
import type { Instant } from '../words.js';
import type { Session } from './session.js';
import { referenceType, talkLegs } from './session.js';
import type { VerdictMetrics } from './verdict.js';

/** Something that was said, by the customer or by the assistant. */
export interface SpokenTurn {
  legId: string;
  messageId: string;
  by: 'USER' | 'BOT';
  startedAt: Instant | null;
  endedAt: Instant | null;
  /** From the end of the turn before, whoever's it was; null without both times, never below 0. */
  gapMs: number | null;
  /** Of an assistant's turn that answers a customer's: how long the customer waited. */
  responseMs: number | null;
}

/** Counts and times of what was said. Null for what is no call and no assistant's session, and without turns. */
export function sessionMetrics(session: Session): VerdictMetrics | null {
  const type = referenceType(session);
  if (type !== 'CALL' && type !== 'AI') return null;
  const turns = spokenTurns(session.calls);
  if (turns.length === 0) return null;
  const responses = turns.flatMap(({ responseMs }) => responseMs ?? []);
  return {
    turnsUser: turns.filter(({ by }) => by === 'USER').length,
    turnsBot: turns.filter(({ by }) => by === 'BOT').length,
    firstResponseMs: firstResponse(session.calls, turns),
    avgResponseMs: responses.length === 0 ? null : Math.round(sum(responses) / responses.length),
    maxResponseMs: largest(responses),
    maxGapMs: largest(turns.flatMap(({ gapMs }) => gapMs ?? [])),
  };
}

/**
 * What the customer and the assistant said, in order of time. Only what a transcription wrote counts:
 * a message without words is a tick of the model, and what others say is no turn.
 */
export function spokenTurns(calls: readonly Call[]): SpokenTurn[] {
  const spoken = talkLegs(calls)
    .flatMap((call) => call.messages.filter(isTurn).map((message) => ({ legId: call.id, message })))
    .sort((a, b) => timeOf(a.message) - timeOf(b.message));
  return spoken.map(({ legId, message }, place) => {
    const before = spoken[place - 1]?.message;
    const gapMs =
      before === undefined ? null : between(before.endedAt ?? before.startedAt, message.startedAt);
    const answers = message.speaker === 'ASSISTANT' && before?.speaker === 'CUSTOMER';
    return {
      legId,
      messageId: message.id,
      by: message.speaker === 'CUSTOMER' ? 'USER' : 'BOT',
      startedAt: message.startedAt ?? null,
      endedAt: message.endedAt ?? null,
      gapMs,
      responseMs: answers ? gapMs : null,
    };
  });
}

const isTurn = ({ speaker, text }: Message): boolean =>
  (speaker === 'CUSTOMER' || speaker === 'ASSISTANT') && (text ?? '').trim() !== '';

const timeOf = (message: Message): number => message.startedAt ?? message.endedAt ?? 0;

/** From the assistant's start to its first turn. */
function firstResponse(calls: readonly Call[], turns: readonly SpokenTurn[]): number | null {
  const [assistant] = calls.filter(({ role }) => role === 'ASSISTANT').sort(byStart);
  const start = assistant === undefined ? null : (assistant.answeredAt ?? statedStart(assistant));
  return between(start, turns.find(({ by }) => by === 'BOT')?.startedAt);
}

/** Clocks of a system's parts may differ: a time that would be negative is 0. */
const between = (from: Instant | null | undefined, to: Instant | null | undefined): number | null =>
  from == null || to == null ? null : Math.max(0, to - from);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const largest = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((most, value) => Math.max(most, value));
