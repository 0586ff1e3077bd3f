import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Demo } from '../../src/app/demo/demo.js';
import type { DemoSource } from '../../src/app/demo/teller.js';
import type { NeutralRecord } from '../../src/domain/record.js';
import { parseNeutralRecord } from '../../src/ingest/neutral/parse.js';

const START = Date.parse('2026-03-04T15:00:00Z');
const HOUR = 3_600_000;

const parse = (record: object): NeutralRecord => parseNeutralRecord(record, { role: null }).record;

interface Sent {
  source: DemoSource;
  records: NeutralRecord[];
  at: number;
}

describe('the demo', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: START });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function demoWith(deliver: () => Promise<void> = () => Promise.resolve()) {
    const sent: Sent[] = [];
    const errors: unknown[] = [];
    const demo = new Demo({
      send: async (source, records) => {
        sent.push({ source, records: records.map(parse), at: Date.now() });
        await deliver();
      },
      now: Date.now,
      onError: (error) => errors.push(error),
      seed: 11,
    });
    return { demo, sent, errors };
  }

  const callOf = ({ externalId }: NeutralRecord) => externalId.replace(/^\w+-/, '');

  test('the past is sent in few deliveries of one source each, and lies before now', async () => {
    const { demo, sent } = demoWith();
    await demo.backfill();
    expect(jest.getTimerCount()).toBe(0);
    const records = sent.flatMap((one) => one.records);
    expect(new Set(records.map(callOf)).size).toBe(240);
    expect(Math.max(...sent.map((one) => one.records.length))).toBeLessThanOrEqual(200);
    expect(sent.length).toBeLessThan(100);
    expect(sent.every((one) => one.records.every(({ role }) => role === one.source.toUpperCase()))).toBe(
      true,
    );
    const times = records.map(({ occurredAt }) => occurredAt);
    expect(Math.max(...times)).toBeLessThan(START);
    expect(Math.min(...times)).toBeGreaterThan(START - 7 * 24 * HOUR - HOUR);
    expect(times.some((at) => at > START - 24 * HOUR)).toBe(true);
  });

  test('a past that cannot be sent fails; stop ends it after the delivery under way', async () => {
    const refused = demoWith(() => Promise.reject(new Error('down')));
    await expect(refused.demo.backfill(1, 5)).rejects.toThrow('down');
    const slow = demoWith(() => Promise.resolve());
    const past = slow.demo.backfill();
    await slow.demo.stop();
    await past;
    expect(slow.sent.length).toBe(1);
  });

  test('something happens within two seconds, and then all the time', async () => {
    const { demo, sent } = demoWith();
    demo.start();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(sent.length).toBeGreaterThan(0);
    await jest.advanceTimersByTimeAsync(5 * 60_000);
    const pauses = sent.map(({ at }, index) => at - (sent[index - 1]?.at ?? START));
    expect(Math.max(...pauses)).toBeLessThan(6_000);
    await demo.stop();
  });

  test('each statement goes out at its time, from one timer', async () => {
    const { demo, sent } = demoWith();
    demo.start();
    for (let second = 0; second < 120; second += 1) {
      await jest.advanceTimersByTimeAsync(1_000);
      expect(jest.getTimerCount()).toBe(1);
    }
    await demo.stop();
    const delays = sent.flatMap(({ records, at }) => records.map(({ occurredAt }) => at - occurredAt));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    const prompt = delays.filter((delay) => delay < 3_000);
    expect(prompt.length).toBeGreaterThan(delays.length * 0.9);
  });

  test('about ten calls a minute, two to four at a time, conversations of twenty to sixty seconds', async () => {
    const { demo, sent } = demoWith();
    demo.start();
    await jest.advanceTimersByTimeAsync(10 * 60_000);
    await demo.stop();
    const calls = spansOf(sent.flatMap(({ records }) => records));
    expect(calls.length).toBeGreaterThan(70);
    expect(calls.length).toBeLessThan(130);
    const lengths = calls.filter(({ isWhole }) => isWhole).map(({ from, to }) => to - from);
    expect(Math.min(...lengths)).toBeGreaterThan(20_000);
    expect(Math.max(...lengths)).toBeLessThan(60_000);
    const samples = Array.from({ length: 100 }, (_, index) => START + 30_000 + index * 5_000);
    const live = samples.map((at) => calls.filter(({ from, to }) => from <= at && at < to).length);
    expect(Math.max(...live)).toBeLessThanOrEqual(4);
    expect(live.filter((count) => count >= 2).length).toBeGreaterThan(85);
  });

  /** From the first to the last moment of each call on the line. */
  function spansOf(records: readonly NeutralRecord[]) {
    const calls = new Map<string, NeutralRecord[]>();
    for (const record of records) calls.set(callOf(record), [...(calls.get(callOf(record)) ?? []), record]);
    return [...calls.values()].map((told) => ({
      from: Math.min(...told.map(({ occurredAt }) => occurredAt)),
      to: Math.max(...told.map(({ endedAt }) => endedAt ?? 0)),
      isWhole: told.some(({ postCallAnalysis }) => postCallAnalysis?.dispositions?.[0]?.value !== undefined),
    }));
  }

  test('stop leaves no timer and waits for what is being sent; a second start goes on', async () => {
    let finish: () => void = () => undefined;
    const { demo, sent } = demoWith(() => new Promise((resolve) => (finish = resolve)));
    demo.start();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(sent.length).toBe(1);
    let stopped = false;
    const stopping = demo.stop().then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(jest.getTimerCount()).toBe(0);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sent.length).toBe(1);
    demo.start();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(sent.length).toBe(2);
    finish();
    await demo.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('a delivery that fails is reported and the stream goes on', async () => {
    const { demo, sent, errors } = demoWith(() => Promise.reject(new Error('down')));
    demo.start();
    await jest.advanceTimersByTimeAsync(20_000);
    await demo.stop();
    expect(sent.length).toBeGreaterThan(5);
    expect(errors.length).toBe(sent.length);
  });

  test('two runs share no call', async () => {
    const first = demoWith();
    await first.demo.backfill(1, 20);
    jest.setSystemTime(START + 1);
    const second = demoWith();
    await second.demo.backfill(1, 20);
    const ids = (sent: readonly Sent[]) =>
      sent.flatMap(({ records }) => records.map(({ externalId }) => externalId));
    expect(ids(first.sent).filter((id) => ids(second.sent).includes(id))).toEqual([]);
  });
});
