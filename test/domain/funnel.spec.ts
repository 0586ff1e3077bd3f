import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FunnelFigures, FunnelOptions, FunnelRow, Rate } from '../../src/domain/funnel.js';
import { funnel, FUNNEL_DIMENSIONS, MAX_GROUPS, TIME_INTERVALS } from '../../src/domain/funnel.js';
import type { Stage } from '../../src/domain/words.js';
import { DROP_STAGES, INTERACTION_STATUSES, STAGES } from '../../src/domain/words.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = Date.parse('2026-09-14T12:00:00.000Z');
const WAY = STAGES.slice(0, 5);

const OPTIONS: FunnelOptions = {
  groupBy: null,
  interval: null,
  timeZone: 'UTC',
  asOf: NOON + 2 * DAY,
  includeTests: false,
};

/** An interaction that reached these stages; all of the way are settled unless it says otherwise. */
const row = (
  reached: readonly Stage[],
  fields: Partial<FunnelRow> = {},
  settled: readonly Stage[] = STAGES,
): FunnelRow => ({
  startedAt: NOON,
  channel: 'VOICE',
  direction: 'INBOUND',
  campaign: null,
  flow: null,
  sources: ['dialer', 'assistant'],
  status: 'COMPLETE',
  dropStage: null,
  isProvisional: false,
  isTest: false,
  stages: {
    at: Object.fromEntries(
      STAGES.map((stage) => [stage, reached.includes(stage) ? NOON : null]),
    ) as FunnelRow['stages']['at'],
    settled: [...settled],
  },
  hasCustomer: true,
  calledBackAt: null,
  ...fields,
});

const whole = (fields: Partial<FunnelRow> = {}) => row(WAY, fields);
const transferred = (fields: Partial<FunnelRow> = {}) => row(STAGES, fields);
const numbers = ({ value, numerator, denominator, excluded }: Rate) => [
  value,
  numerator,
  denominator,
  excluded,
];
const counts = ({ stages, transferStages }: FunnelFigures) =>
  [...stages, ...transferStages].map(({ count }) => count);
const dropOffs = ({ stages, transferStages }: FunnelFigures) =>
  [...stages, ...transferStages].map(({ dropOff }) => dropOff && numbers(dropOff));

describe('the funnel of ten calls', () => {
  const ten = [
    ...Array.from({ length: 4 }, () => whole()),
    transferred(),
    row([...WAY, 'TRANSFER_REQUESTED'], { calledBackAt: NOON + HOUR }),
    row(['ATTEMPTED']),
    row(['ATTEMPTED', 'CONNECTED'], { status: 'DROPPED', dropStage: 'INFRA_TO_BOT' }),
    row(['ATTEMPTED', 'CONNECTED'], { status: 'DROPPED', isProvisional: true }, ['ATTEMPTED', 'CONNECTED']),
    row(['ATTEMPTED', 'CONNECTED', 'ASSISTANT_JOINED', 'CUSTOMER_SPOKE'], { status: 'IN_PROGRESS' }, []),
  ];
  const result = funnel(ten, OPTIONS);

  it('counts those who reached each stage', () => {
    expect(result.interactionCount).toBe(10);
    expect(counts(result)).toEqual([10, 9, 7, 7, 6, 2, 1, 1]);
    expect(result.stages.map(({ stage }) => stage)).toEqual(WAY);
    expect(result.transferStages.map(({ stage }) => stage)).toEqual(STAGES.slice(5));
  });

  it('counts a drop-off only where the next stage was to be expected and is settled', () => {
    expect(dropOffs(result)).toEqual([
      null,
      [1 / 9, 1, 9, 1],
      [1 / 7, 1, 7, 2],
      [0, 0, 6, 1],
      [0, 0, 6, 1],
      null,
      [1 / 2, 1, 2, 0],
      [0, 0, 1, 0],
    ]);
  });

  it('counts as completed those that are complete, of those that are complete or dropped for good', () => {
    expect(numbers(result.completionRate)).toEqual([7 / 8, 7, 8, 2]);
  });

  it('counts as transferred those that were bridged, of those that an assistant joined', () => {
    expect(numbers(result.transferRate)).toEqual([1 / 7, 1, 7, 3]);
  });

  it('counts as contained those without a human and without a call-back, of those that are over', () => {
    expect(numbers(result.containmentRate)).toEqual([4 / 6, 4, 6, 1]);
  });

  it('says of each rate when it was so', () => {
    const rates = [result.completionRate, result.transferRate, result.containmentRate];
    const all = [
      ...rates,
      ...[...result.stages, ...result.transferStages].flatMap((one) => one.dropOff ?? []),
    ];
    expect(new Set(all.map((rate) => rate.asOf))).toEqual(new Set([OPTIONS.asOf]));
    expect(result.asOf).toBe(OPTIONS.asOf);
  });

  it('has no groups unless it is asked for them', () => {
    expect(result.groups).toEqual([]);
  });
});

describe('a rate', () => {
  it('is null when nothing can be counted', () => {
    const empty = funnel([], OPTIONS);
    expect(counts(empty)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    for (const rate of [empty.completionRate, empty.transferRate, empty.containmentRate])
      expect(numbers(rate)).toEqual([null, 0, 0, 0]);
    expect(dropOffs(empty)[1]).toEqual([null, 0, 0, 0]);
    const live = funnel([row(['ATTEMPTED'], { status: 'IN_PROGRESS' }, [])], OPTIONS);
    expect(numbers(live.completionRate)).toEqual([null, 0, 0, 1]);
  });

  it.each<[string, Partial<FunnelRow>, number, ReturnType<typeof numbers>]>([
    ['a cohort that is a day old', {}, NOON + DAY + 1, [1, 1, 1, 0]],
    ['not one that is younger', {}, NOON + DAY, [null, 0, 0, 1]],
    ['a customer who called again', { calledBackAt: NOON + HOUR }, NOON + 2 * DAY, [0, 0, 1, 0]],
    ['not a customer whom nobody would know again', { hasCustomer: false }, NOON + 2 * DAY, [null, 0, 0, 1]],
    ['not a call that goes on', { status: 'IN_PROGRESS' }, NOON + 2 * DAY, [null, 0, 0, 1]],
  ])('of containment tells of %s', (_name, fields, asOf, expected) => {
    expect(numbers(funnel([whole(fields)], { ...OPTIONS, asOf }).containmentRate)).toEqual(expected);
  });

  it('of containment excludes the young ones of a mixed cohort', () => {
    const rows = [whole(), whole({ startedAt: NOON + DAY })];
    expect(numbers(funnel(rows, { ...OPTIONS, asOf: NOON + DAY + 1 }).containmentRate)).toEqual([1, 1, 1, 1]);
  });

  it('of transfers never passes one: a bridge without an assistant is none of its', () => {
    const bridgedAlone = row(['ATTEMPTED', 'CONNECTED', 'TRANSFER_REQUESTED', 'TRANSFER_BRIDGED']);
    expect(numbers(funnel([bridgedAlone, whole()], OPTIONS).transferRate)).toEqual([0, 0, 1, 1]);
  });
});

describe('test calls', () => {
  it('are out unless they are asked for', () => {
    const rows = [whole(), whole({ isTest: true })];
    expect(funnel(rows, OPTIONS).interactionCount).toBe(1);
    expect(funnel(rows, { ...OPTIONS, includeTests: true }).interactionCount).toBe(2);
  });
});

describe('groups', () => {
  const keys = (rows: FunnelRow[], options: Partial<FunnelOptions>) =>
    funnel(rows, { ...OPTIONS, ...options }).groups.map(({ key, interactionCount }) => [
      key,
      interactionCount,
    ]);

  it('stand the largest first, by name among equals, and what is not known last', () => {
    const rows = [null, 'b', 'a', 'c', 'c'].map((campaign) => whole({ campaign }));
    expect(keys(rows, { groupBy: 'CAMPAIGN' })).toEqual([
      ['c', 2],
      ['a', 1],
      ['b', 1],
      [null, 1],
    ]);
  });

  it('are by all sources together, so that no interaction is in two', () => {
    const rows = [
      whole(),
      whole({ sources: ['assistant', 'dialer'] }),
      whole({ sources: ['dialer'] }),
      whole({ sources: [] }),
    ];
    expect(keys(rows, { groupBy: 'SOURCE' })).toEqual([
      ['assistant + dialer', 2],
      ['dialer', 1],
      [null, 1],
    ]);
  });

  it.each<[string, 'HOUR' | 'DAY', string, string, string]>([
    ['hours of UTC', 'HOUR', 'UTC', '2026-09-14T12:00:00.000Z', '2026-09-14T13:00:00.000Z'],
    [
      'hours that begin at half past',
      'HOUR',
      'Asia/Kolkata',
      '2026-09-14T11:30:00.000Z',
      '2026-09-14T12:30:00.000Z',
    ],
    ['days of the zone', 'DAY', 'Asia/Kolkata', '2026-09-13T18:30:00.000Z', '2026-09-14T18:30:00.000Z'],
    ['days of another', 'DAY', 'America/New_York', '2026-09-14T04:00:00.000Z', '2026-09-15T04:00:00.000Z'],
  ])('are by %s', (_name, interval, timeZone, startsAt, endsAt) => {
    const [group] = funnel([whole()], { ...OPTIONS, interval, timeZone }).groups;
    expect([group?.startsAt, group?.endsAt]).toEqual([Date.parse(startsAt), Date.parse(endsAt)]);
  });

  it('keep a day of 25 hours together', () => {
    const rows = [0, 24.5, 25].map((hours) =>
      whole({ startedAt: Date.parse('2026-11-01T04:00:00.000Z') + hours * HOUR }),
    );
    const { groups } = funnel(rows, { ...OPTIONS, interval: 'DAY', timeZone: 'America/New_York' });
    expect(groups.map((group) => group.interactionCount)).toEqual([2, 1]);
  });

  it('are by value and time together, in time', () => {
    const rows = [
      whole({ campaign: 'b', startedAt: NOON + DAY }),
      whole({ campaign: 'a' }),
      whole({ campaign: 'b' }),
    ];
    const { groups } = funnel(rows, { ...OPTIONS, groupBy: 'CAMPAIGN', interval: 'DAY' });
    expect(groups.map(({ key, startsAt }) => [key, startsAt])).toEqual([
      ['a', NOON - (NOON % DAY)],
      ['b', NOON - (NOON % DAY)],
      ['b', NOON + DAY - (NOON % DAY)],
    ]);
  });

  it('are refused when there are too many to read', () => {
    const many = Array.from({ length: MAX_GROUPS + 1 }, (_, n) => whole({ campaign: `c${n}` }));
    expect(() => funnel(many, { ...OPTIONS, groupBy: 'CAMPAIGN' })).toThrow(/more than 1000 groups/);
  });

  it('add up to the whole, number by number', () => {
    const anyRow = fc
      .record({
        reached: fc.subarray([...STAGES]),
        settled: fc.subarray([...STAGES]),
        startedAt: fc.integer({ min: NOON - 3 * DAY, max: NOON + 3 * DAY }),
        campaign: fc.constantFrom('a', 'b', null),
        direction: fc.constantFrom('INBOUND' as const, null),
        sources: fc.subarray(['dialer', 'assistant']),
        status: fc.constantFrom(...INTERACTION_STATUSES),
        dropStage: fc.constantFrom(...DROP_STAGES, null),
        isProvisional: fc.boolean(),
        isTest: fc.boolean(),
        hasCustomer: fc.boolean(),
        calledBackAt: fc.constantFrom(NOON, null),
      })
      .map(({ reached, settled, ...fields }) => row(reached, fields, settled));
    const groupBy = fc.constantFrom(null, ...FUNNEL_DIMENSIONS);
    const interval = fc.constantFrom(null, ...TIME_INTERVALS);
    fc.assert(
      fc.property(fc.array(anyRow), groupBy, interval, (rows, by, each) => {
        fc.pre(by !== null || each !== null);
        const { groups, ...total } = funnel(rows, { ...OPTIONS, groupBy: by, interval: each });
        expect(summed(groups.map(flat))).toEqual(summed([flat(total)]));
      }),
    );
  });

  /** Every count in the figures. */
  const flat = (figures: FunnelFigures): number[] =>
    [
      figures.interactionCount,
      ...counts(figures),
      ...[figures.completionRate, figures.transferRate, figures.containmentRate].flatMap((rate) =>
        numbers(rate).slice(1),
      ),
      ...dropOffs(figures).flatMap((rate) => rate?.slice(1) ?? []),
    ].map((count) => count ?? 0);

  const summed = (lists: number[][]): number[] =>
    lists.reduce(
      (sums, list) => list.map((value, place) => value + (sums[place] ?? 0)),
      flat(funnel([], OPTIONS)),
    );
});
