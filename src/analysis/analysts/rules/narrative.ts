import type { Case } from '../../../domain/verdict/analyst.js';
import type { Finding } from '../../../domain/verdict/evidence.js';
import { endedLabel } from '../../../domain/verdict/label.js';
import type { ResourceSummary } from '../../../domain/verdict/verdict.js';
import { printDuration } from '../../../domain/why.js';

/** What happened, in sentences made of facts alone. */
export function narrate(one: Case, issues: readonly Finding[]): string {
  return [opening(one), ending(one), spoken(one), problems(issues)].filter((part) => part !== '').join(' ');
}

const KINDS: Record<string, string> = {
  CALL: 'call',
  CONVERSATION: 'conversation',
  AI: 'session with the assistant',
  API: 'session of the API',
  TRANSCRIBE: 'transcription',
  RECORDING: 'recording',
  CAMPAIGN: 'campaign contact',
};

function opening({ session, context }: Case): string {
  const kind = KINDS[context?.referenceType ?? ''] ?? 'interaction';
  const direction = context?.direction?.toLowerCase();
  const { durationMs } = session.interaction;
  const length = durationMs === null ? '' : ` of ${printDuration(durationMs)}`;
  const parties = [
    context?.aiHandled === true ? 'the assistant took part' : '',
    context?.humanInvolved === true ? 'a human agent took part' : '',
  ].filter((part) => part !== '');
  const who = parties.length === 0 ? '' : `; ${parties.join(', ')}`;
  const subject = direction === undefined ? kind : `${direction} ${kind}`;
  return `${/^[aeiou]/.test(subject) ? 'An' : 'A'} ${subject}${length}${who}.`;
}

const RESULTS: Record<string, string> = {
  COMPLETED: 'It was completed',
  FAILED: 'It failed',
  NO_ANSWER: 'It was not answered',
  BUSY: 'The line was busy',
  IN_PROGRESS: 'It has no recorded end',
  UNKNOWN: 'How it ended is not known',
};

function ending({ context, outcome }: Case): string {
  if (outcome === null) return '';
  const label =
    outcome.endedBy === null
      ? null
      : endedLabel(context?.referenceType ?? null, context?.direction ?? null, outcome.endedBy);
  return `${RESULTS[outcome.result] ?? ''}${label === null ? '' : ` (${label.toLowerCase()})`}.`;
}

function spoken({ metrics }: Case): string {
  if (metrics === null) return '';
  const { turnsUser, turnsBot, avgResponseMs } = metrics;
  const wait =
    avgResponseMs === null ? '' : `; an answer took ${avgResponseMs.toLocaleString('en')} ms on average`;
  return `The customer spoke ${turns(turnsUser)}, the assistant ${turns(turnsBot)}${wait}.`;
}

const turns = (count: number): string => (count === 1 ? 'once' : `${count} times`);

const problems = (issues: readonly Finding[]): string =>
  issues.length === 0
    ? 'Nothing stands out.'
    : `${issues.length} ${issues.length === 1 ? 'thing stands' : 'things stand'} out: ${issues.map(({ summary }) => summary).join(' ')}`;

/** A sentence for each kind of resource: what it carried, and how it went. */
export function summarize(one: Case): ResourceSummary[] {
  const { session, metrics, outcome } = one;
  const { calls } = session;
  const legs = calls.filter(({ role }) => role === 'DIALER' || role === 'HUMAN');
  const answered = legs.filter(({ answeredAt }) => answeredAt !== null).length;
  const messages = calls.reduce((sum, call) => sum + call.messages.length, 0);
  const tools = calls.flatMap((call) => call.toolCalls);
  const failed = tools.filter(({ status }) => status === 'ERROR' || status === 'TIMEOUT').length;
  const result = outcome === null ? '' : ` Result: ${outcome.result.toLowerCase().replace('_', ' ')}.`;
  return [
    ...some(legs.length, 'call', `${count(legs.length, 'leg')}, ${answered} answered.${result}`),
    ...some(
      calls.filter(({ role }) => role === 'CHAT').length,
      'conversation',
      `${count(messages, 'message')}.${result}`,
    ),
    ...some(
      calls.filter(({ role }) => role === 'ASSISTANT').length,
      'ai',
      metrics === null
        ? 'The assistant joined; no turn was transcribed.'
        : `${count(metrics.turnsBot, 'turn')} of the assistant, ${count(metrics.turnsUser, 'turn')} of the customer.`,
    ),
    ...some(tools.length, 'tool', `${count(tools.length, 'tool call')}, ${failed} of them failed.`),
  ];
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

const some = (number: number, resourceType: string, summary: string): ResourceSummary[] =>
  number === 0 ? [] : [{ resourceType, summary }];
