import type { Instant } from '../words.js';
import type { Evidence, Issue, ResourceSummary, Severity } from './verdict.js';

/** What an event measured, by name; durations in ms. */
export const MEASURES = [
  'sttMs',
  'llmMs',
  'ttsMs',
  'ragMs',
  'toolMs',
  'totalMs',
  'gapMs',
  'responseMs',
  'durationMs',
  'hits',
  'mos',
] as const;
export type Measure = (typeof MEASURES)[number];

export const RESOURCES = ['call', 'conversation', 'ai', 'agent'] as const;
export type Resource = (typeof RESOURCES)[number];

/**
 * One event of an interaction's timeline, as analysts see it. Its index is its place in the whole timeline
 * and stays when the input is reduced, so that an index always points to the same event.
 */
export interface EvidenceEvent {
  index: number;
  type: string;
  at: Instant;
  resource: Resource;
  /** The leg that it happened in. */
  resourceId: string;
  isError: boolean;
  /** What it was about: a tool, a service, a state. Never what the customer said. */
  name: string | null;
  /** What was said, or the message of an error. */
  text: string | null;
  measures: Partial<Record<Measure, number>>;
}

/** What an analyst finds wrong, with the indices of the events that show it. */
export interface Finding {
  severity: Severity;
  area: string;
  summary: string;
  evidence: number[];
}

/** An analyst's part of a verdict; the rest is computed. */
export interface Findings {
  narrative: string;
  interactions: ResourceSummary[];
  issues: Finding[];
}

/**
 * What is wrong with an analyst's findings, in sentences; empty when they can be used. An issue must cite
 * events, and only such as the analyst was shown.
 */
export function faultsOf(findings: Findings, shown: readonly EvidenceEvent[]): string[] {
  const known = new Set(shown.map(({ index }) => index));
  const blank = (text: string) => text.trim() === '';
  return [
    ...(blank(findings.narrative) ? ['narrative must not be empty'] : []),
    ...findings.interactions.flatMap(({ summary }, place) =>
      blank(summary) ? [`interactions.${place}.summary must not be empty`] : [],
    ),
    ...findings.issues.flatMap((issue, place) => [
      ...(blank(issue.summary) ? [`issues.${place}.summary must not be empty`] : []),
      ...(issue.evidence.length === 0 ? [`issues.${place}.evidence must cite at least one event`] : []),
      ...issue.evidence
        .filter((index) => !known.has(index))
        .map((index) => `issues.${place}.evidence cites ${index}, which is no event that was shown`),
    ]),
  ];
}

/** The issues with their evidence spelt out, each event once and in order. Indices that lead nowhere are a fault of the caller. */
export function cite(findings: readonly Finding[], shown: readonly EvidenceEvent[]): Issue[] {
  const byIndex = new Map(shown.map((event) => [event.index, event]));
  return findings.map(({ severity, area, summary, evidence }) => ({
    severity,
    area,
    summary,
    evidence: [...new Set(evidence)].sort((a, b) => a - b).map((index) => evidenceOf(byIndex.get(index))),
  }));
}

function evidenceOf(event: EvidenceEvent | undefined): Evidence {
  if (event === undefined) throw new Error('an issue cites an event that is not there');
  const { index: evidenceIndex, type: eventType, at: timestamp, resourceId } = event;
  return { evidenceIndex, eventType, timestamp, resourceId };
}
