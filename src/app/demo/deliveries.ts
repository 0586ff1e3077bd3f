import type { Instant } from '../../domain/words.js';
import type { Random } from './random.js';
import type { Story } from './stories.js';
import type { DemoSource, Statement } from './teller.js';
import { DEMO_SOURCES } from './teller.js';

const DAY = 24 * 3_600_000;
/** Records of one delivery at most. */
const BATCH = 200;
/** The hours (UTC) in which most calls are made. */
const OPEN = { from: 8, until: 23 } as const;

/** A moment of the past days: rather a recent one, and rather in the open hours. */
export function pastInstant(random: Random, now: Instant, days: number): Instant {
  const tries = Array.from({ length: 3 }, () => now - Math.round(random.next() ** 1.5 * days * DAY));
  return tries.find(isOpen) ?? tries[0] ?? now;
}

function isOpen(at: Instant): boolean {
  const hour = new Date(at).getUTCHours();
  return hour >= OPEN.from && hour < OPEN.until;
}

export interface Delivery {
  source: DemoSource;
  records: object[];
}

/** Few large deliveries, one source each; what the sources say of one call stays close together. */
export function deliveries(stories: readonly Story[]): Delivery[] {
  return packs(stories).flatMap((statements) =>
    DEMO_SOURCES.map((source) => ({
      source,
      records: statements.filter((one) => one.source === source).map(({ record }) => record),
    })).filter(({ records }) => records.length > 0),
  );
}

/** As many calls together as fit into one delivery a source. */
function packs(stories: readonly Story[]): Statement[][] {
  const all: Statement[][] = [];
  for (const { statements } of stories) {
    const last = all.at(-1);
    if (last !== undefined && fits([...last, ...statements])) last.push(...statements);
    else all.push([...statements]);
  }
  return all;
}

const fits = (statements: readonly Statement[]): boolean =>
  DEMO_SOURCES.every((source) => statements.filter((one) => one.source === source).length <= BATCH);

/** Neighbours of one source together, in the order in which they are sent. */
export function runsOf(statements: readonly Statement[]): Delivery[] {
  const runs: Delivery[] = [];
  for (const { source, record } of statements) {
    const last = runs.at(-1);
    if (last?.source === source) last.records.push(record);
    else runs.push({ source, records: [record] });
  }
  return runs;
}
