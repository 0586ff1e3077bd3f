import type { Instant } from '../../domain/words.js';

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2101, 0, 1) - 1;

/**
 * RFC 3339 text to epoch ms; finer fractions are cut. Null when the text is anything else, when its
 * zone is missing, or when the calendar has no such day or the clock no such time.
 */
export function readInstant(text: string): Instant | null {
  const [, date, time, fraction = '', zone = ''] = RFC3339.exec(text) ?? [];
  if (date === undefined || time === undefined) return null;
  const wall = Date.parse(`${date}T${time}Z`);
  // Date.parse takes 30 February for 2 March: what it read must print as what was written.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(`${date}T${time}`)) return null;
  const offset = offsetMs(zone);
  return offset === null ? null : wall + Number(fraction.slice(1, 4).padEnd(3, '0')) - offset;
}

function offsetMs(zone: string): number | null {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** What lies outside is a clock that was never set, or seconds taken for milliseconds. */
export const isPlausible = (instant: Instant): boolean => instant >= EARLIEST && instant <= LATEST;
