import { BadUserInput } from './errors.js';
import { compareText } from './leg.js';
import type { Stages } from './stages.js';
import type { Channel, Direction, DropStage, Instant, InteractionStatus, Stage } from './words.js';
import { STAGES } from './words.js';
import { localDate, startOfDay, startOfHour } from './zone.js';

const HOUR = 3_600_000;

/** A customer who calls again this soon after a call began was not helped by it. */
export const CALL_BACK_MS = 24 * HOUR;

/** More groups than anyone reads; asking for more is a mistake. */
export const MAX_GROUPS = 1_000;

export const FUNNEL_DIMENSIONS = [
  'CHANNEL',
  'DIRECTION',
  'CAMPAIGN',
  'FLOW',
  'SOURCE',
  'DROP_STAGE',
] as const;
export type FunnelDimension = (typeof FUNNEL_DIMENSIONS)[number];

export const TIME_INTERVALS = ['HOUR', 'DAY'] as const;
export type TimeInterval = (typeof TIME_INTERVALS)[number];

/** What the funnel needs to know of an interaction. */
export interface FunnelRow {
  startedAt: Instant;
  channel: Channel;
  direction: Direction | null;
  campaign: string | null;
  flow: string | null;
  /** Names of the systems that reported its legs. */
  sources: readonly string[];
  status: InteractionStatus;
  dropStage: DropStage | null;
  isProvisional: boolean;
  isTest: boolean;
  stages: Stages;
  /** False when the customer's address is not known. */
  hasCustomer: boolean;
  /** When the customer next called, within a day; null: not so far. */
  calledBackAt: Instant | null;
}

export interface FunnelOptions {
  groupBy: FunnelDimension | null;
  interval: TimeInterval | null;
  /** Hours and days are those of this zone. */
  timeZone: string;
  asOf: Instant;
  includeTests: boolean;
}

/** Which group: the value that its interactions share, the hour or day in which they began, or both. */
export interface FunnelGroupKey {
  /** Null: not known, or not grouped by. */
  key: string | null;
  /** Null: not grouped by time. */
  startsAt: Instant | null;
}

/** Interactions of one group that count alike. */
export interface FunnelTally extends FunnelGroupKey {
  status: InteractionStatus;
  isProvisional: boolean;
  /** See `marksOf`. */
  stageMarks: number;
  /** See `containedOf`. */
  isContained: boolean | null;
  /** They began more than a day ago: who was going to call back has called. */
  isMature: boolean;
  count: number;
}

/** A share of interactions. */
export interface Rate {
  /** Null when nothing can be counted. */
  value: number | null;
  numerator: number;
  denominator: number;
  /** Interactions that it could have been about and of which it cannot be told. */
  excluded: number;
  asOf: Instant;
}

export interface StageCount {
  stage: Stage;
  count: number;
  /** Of those that reached the stage before, how many did not reach this one; null for a first stage. */
  dropOff: Rate | null;
}

export interface FunnelFigures {
  interactionCount: number;
  stages: StageCount[];
  transferStages: StageCount[];
  completionRate: Rate;
  transferRate: Rate;
  containmentRate: Rate;
}

export interface FunnelGroup extends FunnelFigures, FunnelGroupKey {
  endsAt: Instant | null;
}

export interface FunnelResult extends FunnelFigures {
  asOf: Instant;
  /** Every interaction is in exactly one; empty when nothing is grouped by. */
  groups: FunnelGroup[];
}

/** The funnel over any interactions (domain section 5). */
export function funnel(rows: readonly FunnelRow[], options: FunnelOptions): FunnelResult {
  const counted = rows.filter((row) => options.includeTests || !row.isTest);
  return funnelOf(
    counted.map((row) => tallyOf(row, options)),
    options,
  );
}

/** The same over interactions that are added up already. */
export function funnelOf(
  tallies: readonly FunnelTally[],
  { groupBy, interval, timeZone, asOf }: Omit<FunnelOptions, 'includeTests'>,
): FunnelResult {
  const grouped = groupBy === null && interval === null ? [] : groupsOf(tallies);
  return {
    asOf,
    ...figuresOf(tallies, asOf),
    groups: grouped
      .map(({ key, startsAt, members }) => ({
        key,
        startsAt,
        endsAt: startsAt === null ? null : endOf(startsAt, interval ?? 'DAY', timeZone),
        ...figuresOf(members, asOf),
      }))
      .sort(byTimeAndSize),
  };
}

const tallyOf = (row: FunnelRow, options: FunnelOptions): FunnelTally => ({
  key: options.groupBy === null ? null : keyOf(row, options.groupBy),
  startsAt: options.interval === null ? null : startOf(row.startedAt, options.interval, options.timeZone),
  status: row.status,
  isProvisional: row.isProvisional,
  stageMarks: marksOf(row.stages),
  isContained: containedOf(row),
  isMature: row.startedAt < options.asOf - CALL_BACK_MS,
  count: 1,
});

function keyOf(row: FunnelRow, dimension: FunnelDimension): string | null {
  switch (dimension) {
    case 'CHANNEL':
      return row.channel;
    case 'DIRECTION':
      return row.direction;
    case 'CAMPAIGN':
      return row.campaign;
    case 'FLOW':
      return row.flow;
    case 'SOURCE':
      return sourceKey(row.sources);
    case 'DROP_STAGE':
      return row.dropStage;
  }
}

/**
 * An interaction has several sources, so it is grouped by all of them together: `assistant + dialer` and
 * `dialer` alone are two groups, and no interaction is counted twice.
 */
export const sourceKey = (names: readonly string[]): string | null =>
  names.length === 0 ? null : [...names].sort(compareText).join(' + ');

export const startOf = (at: Instant, interval: TimeInterval, timeZone: string): Instant =>
  interval === 'HOUR' ? startOfHour(at, timeZone) : startOfDay(localDate(at, timeZone), timeZone);

function endOf(startsAt: Instant, interval: TimeInterval, timeZone: string): Instant {
  if (interval === 'HOUR') return startsAt + HOUR;
  const [year, month, day] = localDate(startsAt, timeZone);
  return startOfDay([year, month, day + 1], timeZone);
}

/** A bit for each stage that was reached, and eight bits higher one for each that is settled. */
export const marksOf = ({ at, settled }: Stages): number =>
  STAGES.reduce(
    (marks, stage) =>
      marks |
      (at[stage] === null ? 0 : reachedBit(stage)) |
      (settled.includes(stage) ? settledBit(stage) : 0),
    0,
  );

export const reachedBit = (stage: Stage): number => 1 << STAGES.indexOf(stage);
const settledBit = (stage: Stage): number => reachedBit(stage) << 8;

const reached = (stage: Stage) => carries(reachedBit(stage));
const settled = (stage: Stage) => carries(settledBit(stage));

function carries(bit: number) {
  return ({ stageMarks }: Pick<FunnelTally, 'stageMarks'>): boolean => (stageMarks & bit) !== 0;
}

/**
 * Did the assistant deal with it alone, so that the customer did not call again? Null while it goes on,
 * without an assistant, and for customers whom we would not know again.
 */
export function containedOf(
  row: Pick<FunnelRow, 'status' | 'stages' | 'hasCustomer' | 'calledBackAt'>,
): boolean | null {
  const { at } = row.stages;
  if (at.ASSISTANT_JOINED === null || row.status === 'IN_PROGRESS' || !row.hasCustomer) return null;
  return at.TRANSFER_BRIDGED === null && at.HUMAN_CONNECTED === null && row.calledBackAt === null;
}

type Test = (tally: FunnelTally) => boolean;

/** What a rate is about, of which of these it can be told, and which of those it counts. */
interface Share {
  among: Test;
  counted: Test;
  hit: Test;
}

interface StageShare {
  stage: Stage;
  reached: Test;
  /** Null for a first stage. */
  dropOff: Share | null;
}

const everyone: Test = () => true;
const isComplete: Test = ({ status }) => status === 'COMPLETE';
const isSettledDrop: Test = ({ status, isProvisional }) => status === 'DROPPED' && !isProvisional;

const COMPLETION: Share = {
  among: everyone,
  counted: (tally) => isComplete(tally) || isSettledDrop(tally),
  hit: isComplete,
};
const TRANSFER: Share = {
  among: everyone,
  counted: reached('ASSISTANT_JOINED'),
  hit: reached('TRANSFER_BRIDGED'),
};
const CONTAINMENT: Share = {
  among: reached('ASSISTANT_JOINED'),
  counted: ({ isContained, isMature }) => isContained !== null && isMature,
  hit: ({ isContained }) => isContained === true,
};

/** The way to an outcome, and the way to a human: over those whose next stage is settled, who was lost. */
const stageShares = (way: readonly Stage[]): StageShare[] =>
  way.map((stage, place) => {
    const hasReached = reached(stage);
    const before = way[place - 1];
    const isLost: Test = (tally) => !hasReached(tally);
    const dropOff =
      before === undefined ? null : { among: reached(before), counted: settled(stage), hit: isLost };
    return { stage, reached: hasReached, dropOff };
  });

const WAY = stageShares(STAGES.slice(0, 5));
const TRANSFER_WAY = stageShares(STAGES.slice(5));

const figuresOf = (tallies: readonly FunnelTally[], asOf: Instant): FunnelFigures => ({
  interactionCount: countOf(tallies, everyone),
  stages: stageCounts(tallies, WAY, asOf),
  transferStages: stageCounts(tallies, TRANSFER_WAY, asOf),
  completionRate: rateOf(tallies, COMPLETION, asOf),
  transferRate: rateOf(tallies, TRANSFER, asOf),
  containmentRate: rateOf(tallies, CONTAINMENT, asOf),
});

const stageCounts = (tallies: readonly FunnelTally[], way: readonly StageShare[], asOf: Instant) =>
  way.map((share) => ({
    stage: share.stage,
    count: countOf(tallies, share.reached),
    dropOff: share.dropOff && rateOf(tallies, share.dropOff, asOf),
  }));

function countOf(tallies: readonly FunnelTally[], isCounted: Test): number {
  let sum = 0;
  for (const tally of tallies) if (isCounted(tally)) sum += tally.count;
  return sum;
}

function rateOf(tallies: readonly FunnelTally[], { among, counted, hit }: Share, asOf: Instant): Rate {
  let [numerator, denominator, excluded] = [0, 0, 0];
  for (const tally of tallies) {
    if (!among(tally)) continue;
    if (!counted(tally)) excluded += tally.count;
    else {
      denominator += tally.count;
      if (hit(tally)) numerator += tally.count;
    }
  }
  const value = denominator === 0 ? null : numerator / denominator;
  return { value, numerator, denominator, excluded, asOf };
}

interface Members extends FunnelGroupKey {
  members: FunnelTally[];
}

function groupsOf(tallies: readonly FunnelTally[]): Members[] {
  const groups = new Map<string, Members>();
  for (const tally of tallies) {
    const { key, startsAt } = tally;
    const name = `${startsAt ?? ''}/${key === null ? '' : `=${key}`}`;
    const group = groups.get(name);
    if (group) group.members.push(tally);
    else groups.set(name, { key, startsAt, members: [tally] });
    if (groups.size > MAX_GROUPS)
      throw new BadUserInput('groupBy', `makes more than ${MAX_GROUPS} groups: narrow the filter`);
  }
  return [...groups.values()];
}

/** In time; within it the largest first, and what is not known last among equals. */
const byTimeAndSize = (a: FunnelGroup, b: FunnelGroup): number =>
  (a.startsAt ?? 0) - (b.startsAt ?? 0) ||
  b.interactionCount - a.interactionCount ||
  Number(a.key === null) - Number(b.key === null) ||
  compareText(a.key ?? '', b.key ?? '');
