import type { Instant } from './words.js';

/** Date, time to the second, an optional fraction, and a zone. */
const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2101, 0, 1) - 1;

/** Completes `<field> ...`. */
export const INSTANT_FAULTS = {
  form: 'must be an RFC 3339 time with its zone, such as 2026-09-14T15:04:07.210Z',
  calendar: 'must be a time that exists',
  range: 'must be in the years 1990 to 2100',
} as const;
export type InstantFault = (typeof INSTANT_FAULTS)[keyof typeof INSTANT_FAULTS];

/** RFC 3339 text to epoch ms, finer fractions cut; or what is wrong with it. */
export function readInstant(value: unknown): Instant | InstantFault {
  const [, date, time, fraction = '', zone = ''] = (typeof value === 'string' && RFC3339.exec(value)) || [];
  if (date === undefined || time === undefined) return INSTANT_FAULTS.form;
  const wall = Date.parse(`${date}T${time}Z`);
  const offset = offsetMs(zone);
  // Date.parse takes 30 February for 2 March: what it read must print as what was written.
  if (Number.isNaN(wall) || offset === null || !new Date(wall).toISOString().startsWith(`${date}T${time}`))
    return INSTANT_FAULTS.calendar;
  const at = wall + Number(fraction.slice(1, 4).padEnd(3, '0')) - offset;
  return isPlausible(at) ? at : INSTANT_FAULTS.range;
}

function offsetMs(zone: string): number | null {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** What lies outside is a clock that was never set, or seconds taken for milliseconds. */
export const isPlausible = (instant: Instant): boolean => instant >= EARLIEST && instant <= LATEST;
