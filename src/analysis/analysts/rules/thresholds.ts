import type { Severity } from '../../../domain/verdict/verdict.js';

export const RULES = [
  'SLOW_STT',
  'SLOW_LLM',
  'SLOW_TTS',
  'SLOW_RAG',
  'SLOW_TOOL',
  'SLOW_RESPONSE',
  'DEAD_AIR',
  'INTERRUPTIONS',
  'TOOL_ERROR',
  'TOOL_TIMEOUT',
  'KNOWLEDGE_MISS',
  'MISSED_LEG',
  'FAILED_TRANSFER',
  'SERVICE_ERROR',
  'LOW_MOS',
  'ABANDONED_EARLY',
  'INTEGRATION_ERROR',
] as const;
export type RuleName = (typeof RULES)[number];

/** What a rule looks at, from which value on it is a problem, and how serious it then is. */
export interface Threshold {
  area: string;
  what: string;
  unit: 'ms' | 'events' | 'score';
  /** From which value on it is of this severity; a score counts downwards. The most serious one holds. */
  levels: Partial<Record<Severity, number>>;
}

/** All thresholds of the built-in analyst, and the table in the README. */
export const THRESHOLDS: Readonly<Record<RuleName, Threshold>> = {
  SLOW_STT: {
    area: 'latency',
    what: 'A turn in which speech recognition took long.',
    unit: 'ms',
    levels: { WARNING: 1_000, ERROR: 5_000 },
  },
  SLOW_LLM: {
    area: 'latency',
    what: 'A turn in which the language model took long.',
    unit: 'ms',
    levels: { WARNING: 1_500, ERROR: 6_000 },
  },
  SLOW_TTS: {
    area: 'latency',
    what: 'A turn in which speech synthesis took long.',
    unit: 'ms',
    levels: { WARNING: 1_000, ERROR: 5_000 },
  },
  SLOW_RAG: {
    area: 'latency',
    what: 'A turn or a knowledge search in which retrieval took long.',
    unit: 'ms',
    levels: { WARNING: 1_500, ERROR: 6_000 },
  },
  SLOW_TOOL: {
    area: 'latency',
    what: 'A tool that took long.',
    unit: 'ms',
    levels: { WARNING: 4_000, ERROR: 15_000 },
  },
  SLOW_RESPONSE: {
    area: 'latency',
    what: 'The customer waited long for an answer, whatever the stage.',
    unit: 'ms',
    levels: { WARNING: 4_000, ERROR: 12_000 },
  },
  DEAD_AIR: {
    area: 'media',
    what: 'Nobody said anything between two turns.',
    unit: 'ms',
    levels: { WARNING: 10_000, ERROR: 30_000 },
  },
  INTERRUPTIONS: {
    area: 'conversation',
    what: 'The two sides interrupted each other.',
    unit: 'events',
    levels: { INFO: 3, WARNING: 6 },
  },
  TOOL_ERROR: {
    area: 'tool',
    what: 'A tool failed, or its result could not be used.',
    unit: 'events',
    levels: { WARNING: 1, ERROR: 3 },
  },
  TOOL_TIMEOUT: {
    area: 'tool',
    what: 'A tool did not answer in time.',
    unit: 'events',
    levels: { WARNING: 1, ERROR: 3 },
  },
  KNOWLEDGE_MISS: {
    area: 'knowledge',
    what: 'A knowledge search found nothing.',
    unit: 'events',
    levels: { INFO: 1, WARNING: 3 },
  },
  MISSED_LEG: {
    area: 'trace',
    what: 'A part of the call that must be there was never reported (the interaction is DROPPED).',
    unit: 'events',
    levels: { ERROR: 1 },
  },
  FAILED_TRANSFER: {
    area: 'transfer',
    what: 'A transfer failed or was cancelled.',
    unit: 'events',
    levels: { ERROR: 1 },
  },
  SERVICE_ERROR: {
    area: 'service',
    what: 'A service behind the assistant reported an error; a fatal one counts as three.',
    unit: 'events',
    levels: { WARNING: 1, ERROR: 3 },
  },
  LOW_MOS: {
    area: 'media',
    what: 'The sound was bad, by the mean opinion score that a source sends.',
    unit: 'score',
    levels: { WARNING: 3.5, ERROR: 2 },
  },
  ABANDONED_EARLY: {
    area: 'flow',
    what: 'The customer hung up before the assistant said anything, or right after it joined (the outcome is ABANDONED).',
    unit: 'events',
    levels: { WARNING: 1 },
  },
  INTEGRATION_ERROR: {
    area: 'integration',
    what: 'A delivery to a connected system failed.',
    unit: 'events',
    levels: { WARNING: 1 },
  },
};

const WORST_FIRST: readonly Severity[] = ['ERROR', 'WARNING', 'INFO'];

/** How serious a value is; null when it is no problem. */
export function severityOf(rule: RuleName, value: number): Severity | null {
  const { levels, unit } = THRESHOLDS[rule];
  const reached = (level: number) => (unit === 'score' ? value < level : value >= level);
  return (
    WORST_FIRST.find((severity) => {
      const level = levels[severity];
      return level !== undefined && reached(level);
    }) ?? null
  );
}

/** From which value on a rule holds at all. */
export function threshold(rule: RuleName): number {
  const { levels, unit } = THRESHOLDS[rule];
  const values = Object.values(levels);
  return unit === 'score' ? Math.max(...values) : Math.min(...values);
}

/** The README's table of the thresholds. */
export function thresholdTable(): string {
  const cell = (level: number | undefined) => (level === undefined ? '–' : level.toLocaleString('en'));
  const rows = RULES.map((rule) => {
    const { area, what, unit, levels } = THRESHOLDS[rule];
    return [
      `\`${rule}\``,
      area,
      what,
      unit,
      ...(['INFO', 'WARNING', 'ERROR'] as const).map((s) => cell(levels[s])),
    ];
  });
  const head = ['Rule', 'Area', 'What it finds', 'Unit', 'info', 'warning', 'error'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
