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

type Marked = Pick<FunnelTally, 'stageMarks'>;

const reached =
  (stage: Stage) =>
  ({ stageMarks }: Marked): boolean =>
    (stageMarks & reachedBit(stage)) !== 0;

const settled =
  (stage: Stage) =>
  ({ stageMarks }: Marked): boolean =>
    (stageMarks & settledBit(stage)) !== 0;

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

/** The way to an outcome, and the way to a human. */
const WAY = STAGES.slice(0, 5);
const TRANSFER_WAY = STAGES.slice(5);

type Test = (tally: FunnelTally) => boolean;

const everyone: Test = () => true;
const isComplete: Test = ({ status }) => status === 'COMPLETE';
const isSettledDrop: Test = ({ status, isProvisional }) => status === 'DROPPED' && !isProvisional;
const isKnownContained: Test = ({ isContained, isMature }) => isContained !== null && isMature;

function figuresOf(tallies: readonly FunnelTally[], asOf: Instant): FunnelFigures {
  const count = (...tests: Test[]): number => {
    let sum = 0;
    for (const tally of tallies) if (tests.every((test) => test(tally))) sum += tally.count;
    return sum;
  };
  const rate = (among: Test, counted: Test, hit: Test): Rate => {
    const denominator = count(among, counted);
    const numerator = count(among, counted, hit);
    const value = denominator === 0 ? null : numerator / denominator;
    return { value, numerator, denominator, excluded: count(among) - denominator, asOf };
  };
  const stageCounts = (way: readonly Stage[]): StageCount[] =>
    way.map((stage, place) => {
      const before = way[place - 1];
      const isLost: Test = (tally) => !reached(stage)(tally);
      const dropOff = before === undefined ? null : rate(reached(before), settled(stage), isLost);
      return { stage, count: count(reached(stage)), dropOff };
    });
  return {
    interactionCount: count(),
    stages: stageCounts(WAY),
    transferStages: stageCounts(TRANSFER_WAY),
    completionRate: rate(everyone, (one) => isComplete(one) || isSettledDrop(one), isComplete),
    transferRate: rate(everyone, reached('ASSISTANT_JOINED'), reached('TRANSFER_BRIDGED')),
    containmentRate: rate(
      reached('ASSISTANT_JOINED'),
      isKnownContained,
      ({ isContained }) => isContained === true,
    ),
  };
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
