import { describe, expect, test } from '@jest/globals';
import { Random } from '../../src/app/demo/random.js';
import type { StoryShape } from '../../src/app/demo/shapes.js';
import { SHAPES } from '../../src/app/demo/shapes.js';
import type { Story } from '../../src/app/demo/stories.js';
import { tellCall } from '../../src/app/demo/stories.js';
import type { Call } from '../../src/domain/call.js';
import { foldCall } from '../../src/domain/call.js';
import { canonicalJson } from '../../src/domain/canonical.js';
import { keysOfLeg, partition } from '../../src/domain/correlate.js';
import type { Interaction } from '../../src/domain/interaction.js';
import { project } from '../../src/domain/interaction.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import type { NeutralRecord, StoredRecord } from '../../src/domain/record.js';
import { parseNeutralRecord } from '../../src/ingest/neutral/parse.js';

const START = Date.parse('2026-03-04T15:00:00Z');
const HOUR = 3_600_000;
const LONG_AFTER = START + 100 * HOUR;

const STORIES: readonly Story[] = Array.from({ length: 500 }, (_, seed) => tellCall(seed, START));
const ofShape = (shape: StoryShape) => STORIES.filter((story) => story.shape === shape);
const parse = (record: object): NeutralRecord => parseNeutralRecord(record, { role: null }).record;

/** What the product makes of a story once every statement has come. */
function interactionsOf(story: Story, now: number): Interaction[] {
  const calls = callsOf(story);
  const joinables = calls.map((call) => ({
    leg: call,
    keys: keysOfLeg(call.statedKeys, call.externalId, null).keys,
  }));
  const around = {
    policy: DEFAULT_POLICY,
    watermarks: {},
    lagP99: {},
    seesHumans: true,
    now,
    ignoredKeys: new Map(),
    marks: [],
  };
  return partition(joinables).groups.map(
    ({ legIds }) =>
      project(
        calls.filter(({ id }) => legIds.includes(id)),
        around,
      ).interaction,
  );
}

function callsOf(story: Story): Call[] {
  const bySource = new Map<string, StoredRecord[]>();
  for (const { source, record, atMs } of story.statements) {
    const read = parse(record);
    const stored: StoredRecord = {
      id: `${source}/${atMs}`,
      version: read.version ?? null,
      occurredAt: read.occurredAt,
      receivedAt: atMs,
      hash: canonicalJson(record),
      record: read,
    };
    bySource.set(source, [...(bySource.get(source) ?? []), stored]);
  }
  return [...bySource].map(([sourceId, records]) => foldCall({ id: sourceId, sourceId }, records));
}

/** One line for each interaction: who took part, its status, and how it ended or where it was dropped. */
const judged = (story: Story, now = LONG_AFTER): string[] =>
  interactionsOf(story, now).map(
    ({ segments, status, outcome, dropStage, dropDetail }) =>
      `${segments.flatMap(({ legId }) => legId ?? []).join('+')}: ` +
      [status, dropStage, dropDetail, outcome].filter((word) => word !== null).join(' '),
  );

describe('the stories', () => {
  test('the same arguments tell the same story', () => {
    for (const seed of [0, 1, 7, 2 ** 32 - 1]) {
      expect(tellCall(seed, START, 1.5, 'r')).toEqual(tellCall(seed, START, 1.5, 'r'));
      expect(tellCall(seed, START)).toEqual(tellCall(seed, START));
    }
    expect(tellCall(1, START)).not.toEqual(tellCall(2, START));
  });

  test('every record is read without an unknown field, and nothing in it is left to fill in', () => {
    for (const { statements } of STORIES)
      for (const { source, record } of statements) {
        const { record: read, unknownFields } = parseNeutralRecord(record, { role: null });
        expect(unknownFields).toEqual([]);
        expect(read.role).toBe(source.toUpperCase());
        expect(JSON.stringify(record)).not.toMatch(/\{\w+\}|undefined|NaN/);
      }
  });

  test('every shape is told, the most common being a call that goes well', () => {
    const counts = Object.keys(SHAPES).map((shape) => ofShape(shape as StoryShape).length);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(ofShape('COMPLETE').length).toBe(Math.max(...counts));
  });

  const WELL = ['dialer+assistant: COMPLETE COMPLETED'];
  const PROMISES: Record<StoryShape, string[][]> = {
    COMPLETE: [WELL],
    TRANSFERRED: [['dialer+assistant+human: COMPLETE TRANSFERRED']],
    UNANSWERED: [['dialer: COMPLETE NO_ANSWER'], ['dialer: COMPLETE BUSY']],
    ABANDONED: [['dialer+assistant: COMPLETE ABANDONED']],
    ASSISTANT_FAILED: [['dialer+assistant: COMPLETE FAILED']],
    HALF_DIALER: [
      [
        'dialer: DROPPED INFRA_TO_BOT ASSISTANT_NOT_REPORTED_YET COMPLETED',
        'assistant: DROPPED UNSPECIFIED DIALER_NEVER_REPORTED COMPLETED',
      ],
    ],
    HALF_ASSISTANT: [['assistant: DROPPED UNSPECIFIED DIALER_NEVER_REPORTED COMPLETED']],
    NO_ASSISTANT: [['dialer: DROPPED INFRA_TO_BOT ASSISTANT_NOT_REPORTED_YET COMPLETED']],
    LATE_DIALER: [WELL],
    SLOW_MODEL: [WELL],
    TOOL_TIMEOUT: [WELL],
    VOICEMAIL: [['dialer+assistant: COMPLETE VOICEMAIL']],
    TEST: [WELL],
  };

  test.each(Object.entries(PROMISES))('%s becomes what it promises', (shape, promised) => {
    const seen = new Set(ofShape(shape as StoryShape).map((story) => JSON.stringify(judged(story))));
    expect([...seen].sort()).toEqual(promised.map((lines) => JSON.stringify(lines)).sort());
  });

  test('half a call without its dialer waits for it first, and is a sync gap then', () => {
    const [story] = ofShape('HALF_ASSISTANT');
    if (story === undefined) throw new Error('no such story');
    expect(judged(story, story.endedAt + HOUR)).toEqual([
      'assistant: DROPPED SYNC_GAP DIALER_NOT_SYNCED_YET COMPLETED',
    ]);
  });

  test('the trouble that shows inside a call is there', () => {
    const calls = (shape: StoryShape) => ofShape(shape).map(callsOf);
    const every = (shape: StoryShape, holds: (call: Call) => boolean) =>
      expect(calls(shape).filter((legs) => !legs.some(holds))).toEqual([]);
    every('SLOW_MODEL', ({ turns }) => turns.some(({ llmMs }) => (llmMs ?? 0) > 1_500));
    every('TOOL_TIMEOUT', ({ toolCalls }) => toolCalls.at(-1)?.status === 'TIMEOUT');
    every('ASSISTANT_FAILED', ({ serviceErrors }) => serviceErrors[0]?.fatal === true);
    every('TRANSFERRED', ({ transfers }) => transfers[0]?.state === 'BRIDGED');
    every('TEST', ({ isTest }) => isTest);
    expect(calls('COMPLETE').some((legs) => legs.some((call) => call.interruptions.length > 0))).toBe(true);
  });

  test('the late dialer is silent until minutes after the call', () => {
    for (const { statements, endedAt } of ofShape('LATE_DIALER')) {
      const dialer = statements.filter(({ source }) => source === 'dialer');
      expect(Math.min(...dialer.map(({ atMs }) => atMs))).toBeGreaterThan(endedAt + 2 * 60_000);
    }
  });

  test('statements go out by the clock; now and then one is repeated, or two change places', () => {
    let [repeated, disordered] = [0, 0];
    for (const { statements } of STORIES) {
      const times = statements.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times[0]).toBeGreaterThanOrEqual(START);
      const records = statements.map(({ record }) => JSON.stringify(record));
      if (new Set(records).size < records.length) repeated += 1;
      const versions = statements
        .filter(({ source }) => source === 'assistant')
        .map(({ record }) => Number(parse(record).version));
      if (versions.some((version, index) => version < (versions[index - 1] ?? 0))) disordered += 1;
    }
    expect(repeated).toBeGreaterThan(STORIES.length / 20);
    expect(disordered).toBeGreaterThan(STORIES.length / 20);
    expect(repeated + disordered).toBeLessThan(STORIES.length / 2);
  });

  test('the customers are fictional, some call again, and two languages are heard', () => {
    const records = STORIES.flatMap(({ statements }) => statements.map(({ record }) => parse(record)));
    const addresses = records.flatMap(({ customer }) => customer?.address ?? []);
    expect(addresses.filter((address) => !/^(\+120255501\d\d|\+34555010\d{3})$/.test(address))).toEqual([]);
    expect(new Set(addresses).size).toBeLessThan(STORIES.length / 5);
    expect(new Set(records.flatMap(({ tags }) => tags?.['Language'] ?? []))).toEqual(new Set(['en', 'es']));
    expect(records.every(({ reference }) => /^ORD-\d{5}$/.test(reference ?? 'ORD-00000'))).toBe(true);
  });

  test('equal seeds of different runs share no id', () => {
    const ids = (run: string) =>
      tellCall(5, START, 1, run).statements.flatMap(({ record }) => {
        const { externalId, keys } = parse(record);
        return [
          externalId,
          ...(keys ?? []).filter(({ scope }) => scope === 'INTERACTION').map((one) => one.value),
        ];
      });
    expect(ids('one').filter((id) => ids('two').includes(id))).toEqual([]);
  });
});

describe('random numbers', () => {
  test('a seed gives its row, near seeds give other rows, and all values stay inside', () => {
    const row = (seed: number) => Array.from({ length: 5 }, () => new Random(seed).next());
    expect(row(3)).toEqual(row(3));
    expect(row(3)[0]).not.toBe(row(4)[0]);
    const random = new Random(9);
    const dice = Array.from({ length: 6_000 }, () => random.whole(1, 6));
    expect(new Set(dice)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    for (const side of [1, 2, 3, 4, 5, 6]) {
      const count = dice.filter((one) => one === side).length;
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1_150);
    }
    expect(random.weighted({ never: 0, always: 1 })).toBe('always');
  });
});
