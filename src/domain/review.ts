import type { Call } from './call.js';
import { wasAnswered } from './leg.js';
import type { Message, ReviewFlag, Sentiment } from './record.js';
import { printDuration } from './why.js';
import type { Channel, Instant } from './words.js';

/** What the built-in reviewer looks at: an interaction that is over. */
export interface Reviewed {
  calls: readonly Call[];
  channel: Channel;
  sentiment: readonly Sentiment[];
  durationMs: number;
  endedAt: Instant;
}

/** A rule of the built-in reviewer. It speaks from its threshold on, and says by how much. */
export interface Criterion {
  code: string;
  /** In ms where the code speaks of a time, else a number of occurrences. */
  threshold: number;
  /** False: for conversations in writing it means nothing, because people take their time. */
  inWriting: boolean;
  measure: (reviewed: Reviewed) => number;
  reason: (measured: number, threshold: number) => string;
}

const MINUTE = 60_000;

/** Emotions that speak against a conversation, as sources usually name them. */
export const NEGATIVE_EMOTIONS: ReadonlySet<string> = new Set([
  'anger',
  'annoyance',
  'confusion',
  'disappointment',
  'disapproval',
  'disgust',
  'fear',
  'frustration',
  'negative',
  'sadness',
]);

/** An emotion counts when its source is at least this sure of it, or does not say how sure it is. */
export const SURE_OF_EMOTION = 0.6;

/** What makes an interaction worth a look. The README states the same numbers. */
export const REVIEW_CRITERIA: readonly Criterion[] = [
  {
    code: 'LONG_SILENCE',
    threshold: 20_000,
    inWriting: false,
    measure: ({ calls }) => longestSilence(calls),
    reason: (ms, from) => `Nobody spoke for ${printDuration(ms)} (flagged from ${printDuration(from)}).`,
  },
  {
    code: 'SILENT_CUSTOMER',
    threshold: MINUTE,
    inWriting: false,
    measure: ({ calls }) => longestMonologue(calls),
    reason: (ms, from) =>
      `The assistant talked for ${printDuration(ms)} and the customer said nothing (flagged from ${printDuration(from)}).`,
  },
  {
    code: 'LONG_DURATION',
    threshold: 30 * MINUTE,
    inWriting: false,
    measure: ({ durationMs }) => durationMs,
    reason: (ms, from) => `It lasted ${printDuration(ms)} (flagged from ${printDuration(from)}).`,
  },
  {
    code: 'FATAL_ERROR',
    threshold: 1,
    inWriting: true,
    measure: ({ calls }) => count(calls, (call) => call.serviceErrors.filter(({ fatal }) => fatal === true)),
    reason: (found) => `Fatal errors of the voice pipeline: ${found}.`,
  },
  {
    code: 'SERVICE_ERRORS',
    threshold: 3,
    inWriting: true,
    measure: ({ calls }) => count(calls, (call) => call.serviceErrors),
    reason: (found, from) => `Errors of the voice pipeline: ${found} (flagged from ${from}).`,
  },
  {
    code: 'TOOL_FAILURES',
    threshold: 2,
    inWriting: true,
    measure: ({ calls }) =>
      count(calls, (call) =>
        call.toolCalls.filter(({ status }) => status === 'ERROR' || status === 'TIMEOUT'),
      ),
    reason: (found, from) => `Tools that failed or did not answer in time: ${found} (flagged from ${from}).`,
  },
  {
    code: 'NEGATIVE_SENTIMENT',
    threshold: 2,
    inWriting: true,
    measure: ({ sentiment }) => sentiment.filter(isNegative).length,
    reason: (found, from) => `Moments of a negative emotion: ${found} (flagged from ${from}).`,
  },
];

const WRITTEN: readonly Channel[] = ['CHAT', 'SMS', 'EMAIL'];

/** The flags of the built-in reviewer, in the order of its criteria. Tests are not reviewed. */
export function reviewOf(reviewed: Reviewed): ReviewFlag[] {
  if (reviewed.calls.some(({ isTest }) => isTest)) return [];
  const written = WRITTEN.includes(reviewed.channel);
  return REVIEW_CRITERIA.filter(({ inWriting }) => inWriting || !written).flatMap((criterion) => {
    const measured = criterion.measure(reviewed);
    if (measured < criterion.threshold) return [];
    const reason = criterion.reason(measured, criterion.threshold);
    return [{ code: criterion.code, reason, by: 'RULE' as const, at: reviewed.endedAt }];
  });
}

const count = (calls: readonly Call[], of: (call: Call) => readonly object[]): number =>
  calls.reduce((sum, call) => sum + of(call).length, 0);

const isNegative = ({ label, score }: Sentiment): boolean =>
  NEGATIVE_EMOTIONS.has(label.toLowerCase()) && (score ?? 1) >= SURE_OF_EMOTION;

/**
 * The longest time between the end of something said and the next word, whoever speaks; 0 without a
 * transcript. What follows a message that has no end is not known to be silence.
 */
function longestSilence(calls: readonly Call[]): number {
  const spoken = calls.flatMap(({ messages }) => messages.flatMap(spanOf)).sort((a, b) => a.from - b.from);
  let [longest, until] = [0, -Infinity];
  for (const [index, { from, to }] of spoken.entries()) {
    if (index > 0) longest = Math.max(longest, from - until);
    until = Math.max(until, to ?? spoken[index + 1]?.from ?? from);
  }
  return longest;
}

function spanOf({ startedAt = null, endedAt = null }: Message): { from: Instant; to: Instant | null }[] {
  const from = startedAt ?? endedAt;
  return from === null ? [] : [{ from, to: endedAt }];
}

/** How long an answered call went on in which the assistant spoke and the customer never did. */
function longestMonologue(calls: readonly Call[]): number {
  const spoke = (speaker: string) =>
    calls.some(({ messages }) => messages.some((one) => one.speaker === speaker));
  if (!spoke('ASSISTANT') || spoke('CUSTOMER')) return 0;
  const lengths = calls
    .filter(wasAnswered)
    .map(({ answeredAt, endedAt }) => (answeredAt === null || endedAt === null ? 0 : endedAt - answeredAt));
  return Math.max(0, ...lengths);
}
