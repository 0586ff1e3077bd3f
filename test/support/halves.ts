import type { SourceName } from './world.js';
import { at } from './world.js';

/** A leg in one record: seconds after the base time, and a key if it has one. */
export interface HalfTimes {
  id: string;
  answer: number;
  end: number;
  customer?: string;
  key?: string;
}

export const CALLER = '+12025550123';

export type Half = readonly [source: SourceName, record: Record<string, unknown>];

const place = { channel: 'VOICE', direction: 'INBOUND', did: '+12025550199', status: 'COMPLETED' };

const half = (role: 'DIALER' | 'ASSISTANT', times: HalfTimes): Record<string, unknown> => ({
  externalId: times.id,
  role,
  ...place,
  ...(times.key === undefined ? {} : { keys: [{ namespace: 'interaction_id', value: times.key }] }),
  customer: { address: times.customer ?? CALLER },
  occurredAt: at(times.end),
  startedAt: at(times.answer),
  answeredAt: at(times.answer),
  endedAt: at(times.end),
});

type Rest = Pick<HalfTimes, 'customer' | 'key'>;

/** A dialer's leg that was answered and has ended. */
export const dialer = (id: string, answer: number, end: number, rest: Rest = {}): Half => [
  'dialer',
  half('DIALER', { id, answer, end, ...rest }),
];

/** An assistant's leg that has ended. */
export const assistant = (id: string, answer: number, end: number, rest: Rest = {}): Half => [
  'assistant',
  half('ASSISTANT', { id, answer, end, ...rest }),
];
