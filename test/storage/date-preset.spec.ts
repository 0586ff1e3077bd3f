import { describe, expect, it } from '@jest/globals';
import { presetRange } from '../../src/storage/list/date-preset.js';
import type { DatePreset } from '../../src/storage/read-model.js';
import { DATE_PRESETS } from '../../src/storage/read-model.js';

const NOON = Date.parse('2026-03-02T12:00:00.000Z');

describe('presetRange', () => {
  const rangeOf = (preset: DatePreset, timeZone: string, now: string) => {
    const frame = { tenantId: '', defaultCountry: 'US', timeZone, now: Date.parse(now) };
    const { from, to } = presetRange(preset, frame);
    return [from, to].map((at) => (at === null ? null : new Date(at).toISOString().replace(':00.000Z', '')));
  };

  it.each<[DatePreset, string, string, string, string | null]>([
    ['TODAY', 'UTC', '2026-03-02T12:00:00Z', '2026-03-02T00:00', '2026-03-03T00:00'],
    ['TODAY', 'UTC', '2026-03-02T00:00:00Z', '2026-03-02T00:00', '2026-03-03T00:00'],
    ['TODAY', 'America/New_York', '2026-03-02T03:00:00Z', '2026-03-01T05:00', '2026-03-02T05:00'],
    ['TODAY', 'America/New_York', '2026-03-08T12:00:00Z', '2026-03-08T05:00', '2026-03-09T04:00'],
    ['TODAY', 'America/New_York', '2026-11-01T12:00:00Z', '2026-11-01T04:00', '2026-11-02T05:00'],
    ['YESTERDAY', 'America/New_York', '2026-03-09T12:00:00Z', '2026-03-08T05:00', '2026-03-09T04:00'],
    ['YESTERDAY', 'Asia/Kolkata', '2026-03-01T00:00:00Z', '2026-02-27T18:30', '2026-02-28T18:30'],
    ['TODAY', 'Pacific/Kiritimati', '2026-03-01T11:00:00Z', '2026-03-01T10:00', '2026-03-02T10:00'],
    ['TODAY', 'America/Sao_Paulo', '2018-11-04T12:00:00Z', '2018-11-04T03:00', '2018-11-05T02:00'],
    ['TODAY', 'America/Sao_Paulo', '2018-02-18T12:00:00Z', '2018-02-18T03:00', '2018-02-19T03:00'],
    ['YESTERDAY', 'America/Sao_Paulo', '2018-02-18T12:00:00Z', '2018-02-17T02:00', '2018-02-18T03:00'],
    ['TODAY', 'America/Havana', '2026-11-01T12:00:00Z', '2026-11-01T04:00', '2026-11-02T05:00'],
    ['LAST_24_HOURS', 'America/New_York', '2026-03-08T12:00:00Z', '2026-03-07T12:00', null],
    ['LAST_7_DAYS', 'UTC', '2026-03-02T12:00:00Z', '2026-02-24T00:00', null],
    ['LAST_30_DAYS', 'Europe/Madrid', '2026-04-10T12:00:00Z', '2026-03-11T23:00', null],
    ['THIS_MONTH', 'America/New_York', '2026-04-01T03:59:00Z', '2026-03-01T05:00', null],
    ['THIS_MONTH', 'America/New_York', '2026-04-01T04:00:00Z', '2026-04-01T04:00', null],
  ])('%s in %s at %s begins at %s and ends at %s', (preset, timeZone, now, from, to) => {
    expect(rangeOf(preset, timeZone, now)).toEqual([from, to]);
  });

  it.each(DATE_PRESETS)('takes in the present moment for %s unless it is over', (preset) => {
    const frame = { tenantId: '', defaultCountry: 'US', timeZone: 'Asia/Tehran', now: NOON };
    const { from, to } = presetRange(preset, frame);
    expect(from <= NOON && (to === null || NOON < to)).toBe(preset !== 'YESTERDAY');
  });
});
