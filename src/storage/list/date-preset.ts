import type { Instant } from '../../domain/words.js';
import type { DatePreset, TenantFrame } from '../read-model.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** From inclusive, to exclusive; `to` null: no end. */
export interface InstantRange {
  from: Instant;
  to: Instant | null;
}

/**
 * What a preset means for the tenant at this moment. Days are the tenant's calendar days, which last
 * 23 or 25 hours twice a year; "last 7 days" is today and the six before. Those that reach up to now
 * have no end, because a source's clock may run ahead of ours.
 */
export function presetRange(preset: DatePreset, { timeZone, now }: TenantFrame): InstantRange {
  const [year, month, day] = localDate(now, timeZone);
  const midnight = (daysAgo: number) => startOfDay([year, month, day - daysAgo], timeZone);
  switch (preset) {
    case 'TODAY':
      return { from: midnight(0), to: midnight(-1) };
    case 'YESTERDAY':
      return { from: midnight(1), to: midnight(0) };
    case 'LAST_24_HOURS':
      return { from: now - DAY, to: null };
    case 'LAST_7_DAYS':
      return { from: midnight(6), to: null };
    case 'LAST_30_DAYS':
      return { from: midnight(29), to: null };
    case 'THIS_MONTH':
      return { from: startOfDay([year, month, 1], timeZone), to: null };
  }
}

type LocalDate = readonly [year: number, month: number, day: number];

/**
 * The first instant of a day: midnight, the first of two, or where clocks skip midnight the moment
 * they arrive. The zone's offsets a day before and after are the only ones that midnight can have.
 */
function startOfDay([year, month, day]: LocalDate, timeZone: string): Instant {
  const utc = Date.UTC(year, month - 1, day);
  const candidates = [utc - DAY, utc + DAY].map((at) => utc - offsetAt(at, timeZone)).sort((a, b) => a - b);
  return candidates.find((at) => at + offsetAt(at, timeZone) >= utc) ?? utc;
}

/** Local time minus UTC, in ms. */
function offsetAt(at: Instant, timeZone: string): number {
  const [year, month, day, hour, minute, second] = localParts(at, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
}

function localDate(at: Instant, timeZone: string): LocalDate {
  const [year, month, day] = localParts(at, timeZone);
  return [year, month, day];
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localParts(at: Instant, timeZone: string): [number, number, number, number, number, number] {
  const part = new Map(
    formatFor(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const read = (type: Intl.DateTimeFormatPartTypes) => part.get(type) ?? 0;
  return [read('year'), read('month'), read('day'), read('hour'), read('minute'), read('second')];
}

/** Making one takes longer than using it a hundred times. */
function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const numeric = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  } as const;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    second: 'numeric',
    ...numeric,
  });
  formats.set(timeZone, format);
  return format;
}
