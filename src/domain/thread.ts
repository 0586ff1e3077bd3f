import type { Call } from './call.js';
import { DisjointSets } from './disjoint-sets.js';
import type { Leg } from './leg.js';
import { legStart } from './leg.js';
import type { PolicySet } from './policy.js';
import { inactivityOf, policyFor } from './policy.js';
import type { Channel, Instant, Role } from './words.js';

/**
 * How a leg takes part in the threads whose ids it carries (rule R24). WRITTEN: it is messages. UNSAID: its source
 * does not say of what channel it is. SPOKEN: it is a call, which no inactivity cuts from other calls.
 */
export type Manner = 'WRITTEN' | 'UNSAID' | 'SPOKEN';

export interface Presence {
  manner: Manner;
  from: Instant;
  /** Its end, or its last activity so far. */
  until: Instant;
  /** What comes so many ms later at most is of the same session; 0 for a call. */
  limitMs: number;
}

const WRITTEN: readonly Channel[] = ['CHAT', 'SMS', 'EMAIL'];

/** Is this part of an interaction of that channel messages? */
export const isWritten = (role: Role, channel: Channel | null): boolean =>
  role === 'CHAT' || (channel !== null && WRITTEN.includes(channel));

/** Does it take a policy to tell where a call stands in its threads? */
export const mayBeCut = (call: Call): boolean => mannerOf(call) !== 'SPOKEN';

/** Where a call stands in its threads under a policy. */
export function presenceOf(call: Call, policy: PolicySet): Presence {
  const manner = mannerOf(call);
  if (manner === 'SPOKEN') return spoken(call);
  const channel = call.channel ?? 'CHAT';
  const limitMs = policyFor(policy, channel, call.direction).inactivity ?? inactivityOf(channel);
  return { manner, from: legStart(call), until: lastActive(call), limitMs };
}

function mannerOf({ role, channel }: Pick<Call, 'role' | 'channel'>): Manner {
  if (isWritten(role, channel)) return 'WRITTEN';
  return channel === null && role !== 'DIALER' ? 'UNSAID' : 'SPOKEN';
}

/** A call's presence needs no policy. */
export const spoken = (leg: Leg): Presence => ({
  manner: 'SPOKEN',
  from: legStart(leg),
  until: endOf(leg),
  limitMs: 0,
});

const endOf = (leg: Leg): Instant => Math.max(legStart(leg), leg.endedAt ?? leg.lastEventAt);

/** A message is activity also after the end; other statements about an ended leg are not. */
const lastActive = (call: Call): Instant =>
  call.messages.reduce(
    (last, { startedAt, endedAt }) => Math.max(last, endedAt ?? startedAt ?? last),
    endOf(call),
  );

/** Do two legs of one thread belong to the same session? */
export const touch = (a: Presence, b: Presence): boolean =>
  Math.max(a.from, b.from) - Math.min(a.until, b.until) <= Math.max(a.limitMs, b.limitMs);

/**
 * Those of a key's legs that inactivity cuts into sessions: what is written, and what does not say what it is
 * but meets something written. None: the key is no thread.
 */
export function membersOf<L extends { presence: Presence }>(carriers: readonly L[]): L[] {
  const written = carriers.filter(({ presence }) => presence.manner === 'WRITTEN');
  return carriers.filter(
    ({ presence }) =>
      presence.manner === 'WRITTEN' ||
      (presence.manner === 'UNSAID' && written.some((one) => touch(one.presence, presence))),
  );
}

/** The sessions that legs of one thread make: over any number of steps, none longer than the limit. */
export function sessionsOf<L extends { id: string; presence: Presence }>(members: readonly L[]): L[][] {
  const sets = new DisjointSets(
    members.map(({ id }) => id),
    [],
  );
  for (const [place, one] of members.entries())
    for (const earlier of members.slice(0, place))
      if (touch(earlier.presence, one.presence)) sets.union(earlier.id, one.id);
  const memberOf = new Map(members.map((one) => [one.id, one]));
  return sets.groups().map((ids) => ids.flatMap((id) => memberOf.get(id) ?? []));
}
