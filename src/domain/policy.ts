import type { Channel, Direction, Role } from './words.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * What a tenant expects of an interaction and how long it waits. Data with a version (rule R28):
 * every status keeps the version that decided it. All times in ms.
 */
export interface TracePolicy {
  version: number;
  /** How long a role may stay missing after its anchor, unless its source is known to be slower. */
  window: Record<Role, number>;
  /** Silence on every leg after which a call is presumed to have ended. */
  silence: number;
  /** After this nothing is timed any more; a record that comes later is marked late. */
  finalizeAfter: number;
  /** The assistant starts this long before the dialer's answer at the earliest, and after it at the latest. */
  joinEarliest: number;
  joinLatest: number;
  /** The assistant ends at most this long after the dialer. */
  endTolerance: number;
  /** The longest part of the answered dialer leg in which no one else is there. */
  holeTolerance: number;
  /** A customer who hangs up this soon after the assistant joined has abandoned the call. */
  abandonedWithin: number;
  /** A call that was never answered is complete when the dialer's record is whole. */
  unansweredIsComplete: boolean;
}

export const DEFAULT_POLICY: TracePolicy = {
  version: 1,
  window: { ASSISTANT: 10 * MINUTE, DIALER: 15 * MINUTE, HUMAN: HOUR, CHAT: 15 * MINUTE },
  silence: 15 * MINUTE,
  finalizeAfter: 72 * HOUR,
  joinEarliest: -5 * SECOND,
  joinLatest: 60 * SECOND,
  endTolerance: 10 * SECOND,
  holeTolerance: 30 * SECOND,
  abandonedWithin: 5 * SECOND,
  unansweredIsComplete: true,
};

/** The roles that belong to an interaction before any fact is known. */
export function rolesOf(channel: Channel, _direction: Direction | null): Role[] {
  switch (channel) {
    case 'VOICE':
      return ['DIALER', 'ASSISTANT'];
    case 'WEB':
      return ['ASSISTANT'];
    case 'CHAT':
    case 'SMS':
    case 'EMAIL':
    case 'OTHER':
      return [];
  }
}
