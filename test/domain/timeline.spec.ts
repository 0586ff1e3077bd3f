import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../src/domain/call.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import type { StatusInput } from '../../src/domain/observation.js';
import { judge } from '../../src/domain/status.js';
import type { Segment } from '../../src/domain/timeline.js';
import { segmentsOf } from '../../src/domain/timeline.js';
import { at, ended, open } from '../support/calls.js';

const LATER = at(100 * 3_600);

function segments(
  legs: readonly Call[],
  from: number,
  to: number,
  fields: Partial<StatusInput> = {},
): Segment[] {
  const input: StatusInput = {
    legs,
    channel: 'VOICE',
    direction: null,
    transfers: [],
    policy: DEFAULT_POLICY,
    watermarks: {},
    lagP99: {},
    seesHumans: false,
    now: at(125),
    ...fields,
  };
  return segmentsOf(legs, judge(input), { from: at(from), to: at(to) });
}
const places = (all: readonly Segment[]) =>
  all.map(({ role, offsetPercent, widthPercent, state }) => [role, offsetPercent, widthPercent, state]);

const dialer = () => ended('DIALER', 0, 120);
const assistant = () => ended('ASSISTANT', 3, 117);

describe('the mini timeline: one bar a leg', () => {
  it('the dialer fills the row, the assistant starts a little later and is a little shorter', () => {
    expect(segments([assistant(), dialer()], 0, 120)).toEqual([
      {
        legId: 'dialer',
        role: 'DIALER',
        sourceId: 'dialer',
        startedAt: at(0),
        answeredAt: at(0),
        endedAt: at(120),
        expectedBy: null,
        offsetMs: 0,
        durationMs: 120_000,
        offsetPercent: 0,
        widthPercent: 100,
        state: 'PRESENT',
      },
      {
        legId: 'assistant',
        role: 'ASSISTANT',
        sourceId: 'assistant',
        startedAt: at(3),
        answeredAt: at(3),
        endedAt: at(117),
        expectedBy: null,
        offsetMs: 3_000,
        durationMs: 114_000,
        offsetPercent: 2.5,
        widthPercent: 95,
        state: 'PRESENT',
      },
    ]);
  });

  it('a live bar has no end and reaches to the last sign of the call', () => {
    const [, bar] = segments([open('DIALER', 0, 60), open('ASSISTANT', 30, 40)], 0, 60);
    expect(bar).toMatchObject({
      startedAt: at(30),
      endedAt: null,
      durationMs: null,
      offsetPercent: 50,
      widthPercent: 50,
      state: 'LIVE',
    });
  });

  it('a bar whose end is presumed ends with its last event', () => {
    const [bar] = segments([open('DIALER', 0, 60), assistant()], 0, 120, { now: LATER });
    expect(bar).toMatchObject({ endedAt: at(60), durationMs: 60_000, widthPercent: 50, state: 'PRESENT' });
  });

  it('a leg that is over and does not say when ends with its last event', () => {
    const [bar] = segments([ended('DIALER', 0, 60, { endedAt: null }), assistant()], 0, 120);
    expect(bar).toMatchObject({ endedAt: at(60), durationMs: 60_000, widthPercent: 50, state: 'PRESENT' });
  });

  it('an interaction without length fills its row', () => {
    expect(places(segments([ended('DIALER', null, 0)], 0, 0))).toEqual([['DIALER', 0, 100, 'PRESENT']]);
    expect(places(segments([dialer()], 0, -5)).slice(0, 1)).toEqual([['DIALER', 0, 100, 'PRESENT']]);
  });

  it('a leg without length has its place and no width', () => {
    const [, bar] = segments([dialer(), ended('ASSISTANT', 30, 30)], 0, 120);
    expect(bar).toMatchObject({ durationMs: 0, offsetPercent: 25, widthPercent: 0 });
  });

  it('two decimals, and offset and width together never more than the row', () => {
    const thirds = segments([dialer(), ended('ASSISTANT', 1, 3)], 0, 3)[1];
    expect(thirds).toMatchObject({ offsetPercent: 33.33, widthPercent: 66.67 });
    const sevenths = segments([dialer(), ended('ASSISTANT', 5, 200)], 0, 200.0125)[1];
    expect(sevenths).toMatchObject({ offsetPercent: 2.5, widthPercent: 97.49 });
  });

  it('stays inside the row wherever a leg lies (property)', () => {
    const time = fc.integer({ min: -50, max: 250 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(time, time), { minLength: 1, maxLength: 4 }),
        time,
        time,
        (legs, from, to) => {
          const calls = legs.map(([start, end], place) => ended('DIALER', start, end, { id: `l${place}` }));
          for (const { offsetPercent, widthPercent } of segments(calls, from, to)) {
            expect(offsetPercent).toBeGreaterThanOrEqual(0);
            expect(widthPercent).toBeGreaterThanOrEqual(0);
            expect(offsetPercent + widthPercent).toBeLessThanOrEqual(100 + 1e-9);
            expect(Math.round(offsetPercent * 100) / 100).toBe(offsetPercent);
            expect(Math.round(widthPercent * 100) / 100).toBe(widthPercent);
          }
        },
      ),
    );
  });

  it('bars stand in the order of their start, whatever order they came in', () => {
    const legs = [ended('HUMAN', 60, 120), assistant(), dialer()];
    expect(segments(legs, 0, 120).map(({ role }) => role)).toEqual(['DIALER', 'ASSISTANT', 'HUMAN']);
    expect(segments([...legs].reverse(), 0, 120)).toEqual(segments(legs, 0, 120));
  });
});

describe('what is missing stands as a placeholder (R14)', () => {
  const transfers = [{ id: 't', state: 'BRIDGED' as const, bridgedAt: at(60) }];

  it.each<[string, Call[], Partial<StatusInput>, unknown[][]]>([
    ['EXPECTED before its deadline', [dialer()], {}, [['ASSISTANT', 0, 100, 'EXPECTED']]],
    [
      'EXPECTED while the drop is provisional',
      [dialer()],
      { now: at(3_600) },
      [['ASSISTANT', 0, 100, 'EXPECTED']],
    ],
    ['MISSING when the drop is settled', [dialer()], { now: LATER }, [['ASSISTANT', 0, 100, 'MISSING']]],
    [
      'one for each role',
      [ended('HUMAN', 0, 120)],
      {},
      [
        ['DIALER', 0, 100, 'EXPECTED'],
        ['ASSISTANT', 0, 100, 'EXPECTED'],
      ],
    ],
    ['a human from the bridge on', [dialer(), assistant()], { transfers }, [['HUMAN', 50, 50, 'EXPECTED']]],
    ['none when everything is there', [dialer(), assistant()], {}, []],
    ['none of a dialer that fell silent: its bar is there', [open('DIALER', null, 0)], { now: LATER }, []],
  ])('%s', (_rule, legs, fields, expected) => {
    expect(places(segments(legs, 0, 120, fields).slice(legs.length))).toEqual(expected);
  });

  it('has its place, the time until which it is expected, and no leg or source', () => {
    expect(segments([dialer()], 0, 120)[1]).toEqual({
      legId: null,
      role: 'ASSISTANT',
      sourceId: null,
      startedAt: at(0),
      answeredAt: null,
      endedAt: null,
      expectedBy: at(600),
      offsetMs: 0,
      durationMs: null,
      offsetPercent: 0,
      widthPercent: 100,
      state: 'EXPECTED',
    });
  });

  it('is replaced by the bar when the leg comes, and comes back when it is taken out', () => {
    const roles = (legs: Call[]) => segments(legs, 0, 120).map(({ role, legId }) => [role, legId]);
    const waiting = [
      ['DIALER', 'dialer'],
      ['ASSISTANT', null],
    ];
    expect(roles([dialer()])).toEqual(waiting);
    expect(roles([dialer(), assistant()])).toEqual([
      ['DIALER', 'dialer'],
      ['ASSISTANT', 'assistant'],
    ]);
    expect(roles([dialer()])).toEqual(waiting);
  });
});
