import type { Case } from '../../../domain/verdict/analyst.js';
import type { EvidenceEvent, Finding, Measure } from '../../../domain/verdict/evidence.js';
import { explain, printDuration } from '../../../domain/why.js';
import type { RuleName } from './thresholds.js';
import { severityOf, threshold, THRESHOLDS } from './thresholds.js';

/** Issues cite at most this many events: the worst, in the order of their measure. */
const CITED = 10;

/** Everything that the rules find, in the order of the table of thresholds. */
export const findIssues = (one: Case): Finding[] => ALL.flatMap((rule) => rule(one));

type Rule = (one: Case) => Finding[];

/** Where a rule finds its measure: events of a type. */
type Measured = readonly [type: RegExp, measure: Measure];

/**
 * A rule that looks at the worst of what was measured. The first kind of event that has the measure is
 * used, so that what two kinds of events tell is not counted twice.
 */
function slowest(
  rule: RuleName,
  from: readonly Measured[],
  sentence: (count: number, worst: number) => string,
): Rule {
  return ({ events }) => {
    const hits = valuesFrom(events, from)
      .filter(({ value }) => value >= threshold(rule))
      .sort((a, b) => b.value - a.value);
    const [worst] = hits;
    if (worst === undefined) return [];
    return issue(
      rule,
      worst.value,
      sentence(hits.length, worst.value),
      hits.map(({ event }) => event),
    );
  };
}

function valuesFrom(
  events: readonly EvidenceEvent[],
  sources: readonly Measured[],
): { event: EvidenceEvent; value: number }[] {
  for (const [type, measure] of sources) {
    const found = events.flatMap((event) => {
      const value = type.test(event.type) ? event.measures[measure] : undefined;
      return value === undefined ? [] : [{ event, value }];
    });
    if (found.length > 0) return found;
  }
  return [];
}

/** A rule that counts events. */
function counted(
  rule: RuleName,
  test: (event: EvidenceEvent) => boolean,
  sentence: (hits: readonly EvidenceEvent[]) => string,
  weight: (event: EvidenceEvent) => number = () => 1,
): Rule {
  return ({ events }) => {
    const hits = events.filter(test);
    const total = hits.reduce((sum, event) => sum + weight(event), 0);
    return hits.length === 0 ? [] : issue(rule, total, sentence(hits), hits);
  };
}

function issue(rule: RuleName, value: number, summary: string, hits: readonly EvidenceEvent[]): Finding[] {
  const severity = severityOf(rule, value);
  if (severity === null) return [];
  const evidence = hits.slice(0, CITED).map(({ index }) => index);
  return [{ severity, area: THRESHOLDS[rule].area, summary, evidence }];
}

const times = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
const ms = (value: number): string => `${value.toLocaleString('en')} ms`;

const slowStage = (rule: RuleName, measure: Measure, stage: string): Rule =>
  slowest(
    rule,
    [
      [/^turn$/, measure],
      [/^knowledge_search$/, measure],
    ],
    (count, worst) =>
      `${stage} was slow in ${times(count, 'turn')}: up to ${ms(worst)}, where ${ms(threshold(rule))} is the limit.`,
  );

/** The names among the events, each once. */
const named = (hits: readonly EvidenceEvent[]): string =>
  [...new Set(hits.map(({ name }) => name ?? 'unnamed'))].join(', ');

const ALL: readonly Rule[] = [
  slowStage('SLOW_STT', 'sttMs', 'Speech recognition (STT)'),
  slowStage('SLOW_LLM', 'llmMs', 'The language model (LLM)'),
  slowStage('SLOW_TTS', 'ttsMs', 'Speech synthesis (TTS)'),
  slowStage('SLOW_RAG', 'ragMs', 'Retrieval (RAG)'),
  slowest(
    'SLOW_TOOL',
    [
      [/^tool_call$/, 'toolMs'],
      [/^turn$/, 'toolMs'],
    ],
    (count, worst) =>
      `${times(count, 'tool call')} took up to ${ms(worst)}, where ${ms(threshold('SLOW_TOOL'))} is the limit.`,
  ),
  slowest(
    'SLOW_RESPONSE',
    [
      [/^message_bot$/, 'responseMs'],
      [/^turn$/, 'totalMs'],
    ],
    (count, worst) =>
      `The customer waited long for ${times(count, 'answer')}: up to ${ms(worst)}, where ${ms(threshold('SLOW_RESPONSE'))} is the limit.`,
  ),
  slowest(
    'DEAD_AIR',
    [[/^message_/, 'gapMs']],
    (count, worst) =>
      `Nobody spoke for up to ${printDuration(worst)}, in ${times(count, 'place')} longer than ${printDuration(threshold('DEAD_AIR'))}.`,
  ),
  counted(
    'INTERRUPTIONS',
    ({ type }) => type === 'interruption',
    (hits) => `The sides interrupted each other ${times(hits.length, 'time')}.`,
  ),
  counted(
    'TOOL_ERROR',
    ({ type, isError }) => type === 'tool_call' && isError,
    (hits) => `${times(hits.length, 'tool call')} failed: ${named(hits)}.`,
  ),
  counted(
    'TOOL_TIMEOUT',
    ({ type }) => type === 'tool_timeout',
    (hits) => `${times(hits.length, 'tool call')} timed out: ${named(hits)}.`,
  ),
  counted(
    'KNOWLEDGE_MISS',
    ({ type, measures }) => type === 'knowledge_search' && measures.hits === 0,
    (hits) => `${times(hits.length, 'knowledge search', 'knowledge searches')} found nothing.`,
  ),
  missedLeg,
  counted(
    'FAILED_TRANSFER',
    ({ type }) => type === 'transfer_failed' || type === 'transfer_cancelled',
    (hits) => `${times(hits.length, 'transfer')} did not come about${reasonsOf(hits)}.`,
  ),
  counted(
    'SERVICE_ERROR',
    ({ type }) => type.startsWith('service_error'),
    (hits) => `${times(hits.length, 'error')} of services, ${fatal(hits)} fatal: ${named(hits)}.`,
    ({ type }) => (type === 'service_error_fatal' ? 3 : 1),
  ),
  lowMos,
  abandoned,
  counted(
    'INTEGRATION_ERROR',
    ({ type, isError }) => type === 'integration' && isError,
    (hits) => `${times(hits.length, 'delivery', 'deliveries')} to a connected system failed: ${named(hits)}.`,
  ),
];

function reasonsOf(hits: readonly EvidenceEvent[]): string {
  const reasons = [...new Set(hits.flatMap(({ text }) => text ?? []))];
  return reasons.length === 0 ? '' : `: ${reasons.join(', ')}`;
}

const fatal = (hits: readonly EvidenceEvent[]): number =>
  hits.filter(({ type }) => type === 'service_error_fatal').length;

/** A leg that is missing has no event: what is cited is the event after which it had to come. */
function missedLeg({ session, events }: Case): Finding[] {
  const { status, why } = session.interaction;
  if (status !== 'DROPPED') return [];
  const anchor = events.find(({ type }) => type === 'call_answered') ?? events.at(-1);
  return anchor === undefined ? [] : issue('MISSED_LEG', 1, explain(why, 'en').text, [anchor]);
}

function lowMos({ events }: Case): Finding[] {
  const mos = (event: EvidenceEvent) => event.measures.mos ?? Infinity;
  const hits = events.filter((event) => mos(event) < threshold('LOW_MOS')).sort((a, b) => mos(a) - mos(b));
  const [worst] = hits;
  if (worst === undefined) return [];
  return issue('LOW_MOS', mos(worst), `Call media quality (MOS) degraded to ${mos(worst)}.`, hits);
}

function abandoned({ session, events }: Case): Finding[] {
  if (session.interaction.outcome !== 'ABANDONED') return [];
  const end = events.findLast(({ type }) => /_(hangup|ended)$/.test(type)) ?? events.at(-1);
  const { durationMs } = session.interaction;
  const after = durationMs === null ? '' : ` after ${printDuration(durationMs)}`;
  return end === undefined
    ? []
    : issue('ABANDONED_EARLY', 1, `The customer hung up${after}, before the assistant could help.`, [end]);
}
