import { describe, expect, it } from '@jest/globals';
import { INSTANT_FAULTS, readInstant } from '../../src/domain/instant.js';

describe('readInstant', () => {
  it.each([
    ['2026-09-14T15:04:07Z', Date.UTC(2026, 8, 14, 15, 4, 7)],
    ['2026-09-14t15:04:07.2z', Date.UTC(2026, 8, 14, 15, 4, 7, 200)],
    ['2026-09-14T15:04:07.999999999999+05:30', Date.UTC(2026, 8, 14, 9, 34, 7, 999)],
    ['2024-02-29T23:59:59-23:59', Date.UTC(2024, 2, 1, 23, 58, 59)],
    ['1990-01-01T00:00:00Z', Date.UTC(1990, 0, 1)],
    ['2100-12-31T23:59:59.999Z', Date.UTC(2101, 0, 1) - 1],
  ])('reads %s, and cuts what is finer than a millisecond', (text, expected) => {
    expect(readInstant(text)).toBe(expected);
  });

  it.each<[unknown, keyof typeof INSTANT_FAULTS]>([
    ['2026-09-14T15:04:07', 'form'],
    ['2026-09-14', 'form'],
    ['2026-09-14 15:04:07Z', 'form'],
    [' 2026-09-14T15:04:07Z', 'form'],
    ['now', 'form'],
    ['infinity', 'form'],
    ['', 'form'],
    [null, 'form'],
    [1_789_398_247_210, 'form'],
    ['2026-02-30T00:00:00Z', 'calendar'],
    ['2025-02-29T00:00:00Z', 'calendar'],
    ['2026-13-01T00:00:00Z', 'calendar'],
    ['2026-00-10T00:00:00Z', 'calendar'],
    ['2026-09-14T24:00:00Z', 'calendar'],
    ['2026-09-14T15:60:00Z', 'calendar'],
    ['2026-09-14T15:04:60Z', 'calendar'],
    ['2026-09-14T15:04:07+25:00', 'calendar'],
    ['2026-09-14T15:04:07+01:60', 'calendar'],
    ['1989-12-31T23:59:59.999Z', 'range'],
    ['1990-01-01T00:00:00+00:01', 'range'],
    ['2101-01-01T00:00:00Z', 'range'],
  ])('says what is wrong with %j: its %s', (value, fault) => {
    expect(readInstant(value)).toBe(INSTANT_FAULTS[fault]);
  });
});
