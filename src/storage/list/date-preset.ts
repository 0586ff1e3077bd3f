import type { Instant } from '../../domain/words.js';
import { localDate, startOfDay } from '../../domain/zone.js';
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
