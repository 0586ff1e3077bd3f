import { describe, expect, it } from '@jest/globals';
import { BoundedQueue } from '../../src/live/bounded-queue.js';

interface Item {
  key: string;
  fields: string;
}
const queue = (capacity: number) =>
  new BoundedQueue<Item>(
    capacity,
    (item) => item.key,
    (older, newer) => ({ key: newer.key, fields: older.fields + newer.fields }),
  );
const item = (key: string, fields: string): Item => ({ key, fields });

describe('the queue of one subscriber', () => {
  it('gives everything that waits, in order', async () => {
    const waiting = queue(3);
    for (const key of ['a', 'b', 'c']) waiting.push(item(key, '1'));
    expect(await waiting.take(1_000)).toEqual([item('a', '1'), item('b', '1'), item('c', '1')]);
  });

  it('wakes a reader that was there first', async () => {
    const waiting = queue(3);
    const reading = waiting.take(60_000);
    waiting.push(item('a', '1'));
    expect(await reading).toEqual([item('a', '1')]);
  });

  it('answers with nothing when nothing comes in time', async () => {
    expect(await queue(3).take(1)).toEqual([]);
  });

  it('merges what is about the same thing when it is full, at the place of the newest', async () => {
    const waiting = queue(3);
    for (const [key, fields] of [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
      ['a', '4'],
    ] as const)
      waiting.push(item(key, fields));
    expect(await waiting.take(1_000)).toEqual([item('b', '2'), item('c', '3'), item('a', '14')]);
  });

  it('drops everything when merging does not help, says so once, and goes on', async () => {
    const waiting = queue(3);
    for (const key of ['a', 'b', 'c', 'd', 'e']) waiting.push(item(key, '1'));
    expect(waiting.size).toBe(0);
    expect(await waiting.take(1_000)).toBe('overflow');
    waiting.push(item('f', '1'));
    expect(await waiting.take(1_000)).toEqual([item('f', '1')]);
  });

  it('never holds more than its capacity, whatever is pushed', () => {
    const waiting = queue(5);
    for (let n = 0; n < 1_000; n += 1) {
      waiting.push(item(String(n % 7), 'x'));
      expect(waiting.size).toBeLessThanOrEqual(5);
    }
  });

  it('ends a reader when it is closed', async () => {
    const waiting = queue(3);
    const reading = waiting.take(60_000);
    waiting.close();
    expect(await reading).toBe('closed');
  });
});
