import type { Instant } from './words.js';

const DAY = 86_400_000;

export type LocalDate = readonly [year: number, month: number, day: number];

/**
 * The first instant of a day: midnight, the first of two, or where clocks skip midnight the moment
 * they arrive. The zone's offsets a day before and after are the only ones that midnight can have.
 */
export function startOfDay([year, month, day]: LocalDate, timeZone: string): Instant {
  const utc = Date.UTC(year, month - 1, day);
  const candidates = [utc - DAY, utc + DAY].map((at) => utc - offsetAt(at, timeZone)).sort((a, b) => a - b);
  return candidates.find((at) => at + offsetAt(at, timeZone) >= utc) ?? utc;
}

/** The last full hour of the zone's clocks, which need not be one of UTC. */
export function startOfHour(at: Instant, timeZone: string): Instant {
  const [, , , , minute, second] = localParts(at, timeZone);
  return Math.floor(at / 1_000) * 1_000 - (minute * 60 + second) * 1_000;
}

export function localDate(at: Instant, timeZone: string): LocalDate {
  const [year, month, day] = localParts(at, timeZone);
  return [year, month, day];
}

/** Local time minus UTC, in ms. */
function offsetAt(at: Instant, timeZone: string): number {
  const [year, month, day, hour, minute, second] = localParts(at, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000;
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
