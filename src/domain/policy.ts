import type { Channel, Direction, Role } from './words.js';
import { CHANNELS, DIRECTIONS, ROLES } from './words.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is expected of an interaction and how long it is waited for. All times in ms. */
export interface PolicyValues {
  /** How long a role may stay missing after its anchor, unless its source is known to be slower. */
  window: Record<Role, number>;
  /** Silence on every leg after which a call is presumed to have ended. */
  silence: number;
  /** So long after the last activity a session of a written thread is closed; null: as its channel has it (`inactivityOf`). */
  inactivity: number | null;
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
  /** Link calls on circumstantial evidence without asking a person, where it is strong enough (rule R15). */
  linkAutomatically: boolean;
  /** An interaction that has ended is analysed by itself, once. */
  analyzeOnEnd: boolean;
  /** The roles that belong to an interaction before any fact is known; null: those of its channel (`rolesOf`). */
  roles: readonly Role[] | null;
}

/** The policy of one interaction. Data with a version (rule R28): every status keeps the one that decided it. */
export interface TracePolicy extends PolicyValues {
  version: number;
}

/** Some values of a policy; the rest stay as they are. */
export type PolicyPatch = Partial<Omit<PolicyValues, 'window'>> & { window?: Partial<Record<Role, number>> };

/** What is different for a channel, for a direction, or for both together; null: for any. */
export interface PolicyOverride extends PolicyPatch {
  channel: Channel | null;
  direction: Direction | null;
}

/** A tenant's whole policy: the values for everything, and what is different where. */
export interface PolicySet extends TracePolicy {
  overrides: readonly PolicyOverride[];
}

/** A change of a policy. Overrides are given as a whole, or stay as they are. */
export interface PolicyChange extends PolicyPatch {
  overrides?: readonly PolicyOverride[];
}

/** What tenants have until they state their own. */
export const DEFAULT_POLICY: PolicySet = {
  version: 1,
  window: { ASSISTANT: 10 * MINUTE, DIALER: 15 * MINUTE, HUMAN: HOUR, CHAT: 15 * MINUTE },
  silence: 15 * MINUTE,
  inactivity: null,
  finalizeAfter: 72 * HOUR,
  joinEarliest: -5 * SECOND,
  joinLatest: 60 * SECOND,
  endTolerance: 10 * SECOND,
  holeTolerance: 30 * SECOND,
  abandonedWithin: 5 * SECOND,
  unansweredIsComplete: true,
  linkAutomatically: true,
  analyzeOnEnd: false,
  roles: null,
  overrides: [],
};

/** The roles that belong to an interaction of a channel unless a policy says otherwise. */
export function rolesOf(channel: Channel): Role[] {
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

/**
 * After how long without activity a session of a thread is closed unless a policy says otherwise (rule R24). Who
 * chats on a page waits for the answer; who writes to a phone or a mailbox reads it later.
 */
export function inactivityOf(channel: Channel): number {
  switch (channel) {
    case 'VOICE':
    case 'WEB':
    case 'CHAT':
      return 30 * MINUTE;
    case 'SMS':
    case 'OTHER':
      return DAY;
    case 'EMAIL':
      return 3 * DAY;
  }
}

/**
 * The policy of an interaction of this channel and direction. Value by value the most specific statement
 * wins: of an override that names both, else of one that names the channel alone, else of one that names
 * the direction alone, else of the policy itself. One whose direction is unknown takes no override that names one.
 */
export function policyFor(set: PolicySet, channel: Channel, direction: Direction | null): TracePolicy {
  return layersFor(set, channel, direction).reduce<TracePolicy>(
    (policy, override) => patched(policy, without(override, 'channel', 'direction')),
    without(set, 'overrides'),
  );
}

/** Do two policies say otherwise of what may be linked on circumstantial evidence? */
export const linkOtherwise = (one: PolicySet, other: PolicySet): boolean =>
  [...DIRECTIONS, null].some((direction) => linksCalls(one, direction) !== linksCalls(other, direction));

/** Circumstances link phone calls alone. */
export const linksCalls = (set: PolicySet, direction: Direction | null): boolean =>
  policyFor(set, 'VOICE', direction).linkAutomatically;

/** The object without some of its properties. */
export const without = <T extends object, K extends keyof T & string>(value: T, ...names: K[]): Omit<T, K> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.some((one) => one === name))) as Omit<
    T,
    K
  >;

/** The overrides that concern a channel and direction, the most specific last. */
const layersFor = (
  { overrides }: PolicySet,
  channel: Channel,
  direction: Direction | null,
): PolicyOverride[] =>
  overrides
    .filter((one) => one.channel === null || one.channel === channel)
    .filter((one) => one.direction === null || one.direction === direction)
    .sort((a, b) => specificity(a) - specificity(b));

const specificity = ({ channel, direction }: PolicyOverride): number =>
  (channel === null ? 0 : 2) + (direction === null ? 0 : 1);

/** The policy with these values in the place of its own. */
export const changed = (set: PolicySet, { overrides, ...patch }: PolicyChange): PolicySet => ({
  ...patched(set, patch),
  overrides: overrides ?? set.overrides,
});

const patched = <P extends PolicyValues>(policy: P, { window, ...patch }: PolicyPatch): P => ({
  ...policy,
  ...patch,
  window: { ...policy.window, ...window },
});

/** Every value by the name that faults give it. */
export type PolicyField = `window.${Role}` | Exclude<keyof PolicyValues, 'window'>;

/** What is wrong with a policy, and where: in an override, by its place, or in the policy itself. */
export interface PolicyFault {
  override: number | null;
  field: PolicyField | 'channel';
  message: string;
}

type Time = Exclude<PolicyField, 'unansweredIsComplete' | 'linkAutomatically' | 'analyzeOnEnd' | 'roles'>;
type Bounds = readonly [min: number, max: number];

/** The longest time that a policy may state: clients hold ms in 32 bits. */
const LONGEST = 24 * DAY;
const PERIOD: Bounds = [1, LONGEST];
const TOLERANCE: Bounds = [0, LONGEST];
const OFFSET: Bounds = [-LONGEST, LONGEST];

const BOUNDS: Record<Time, Bounds> = {
  'window.ASSISTANT': PERIOD,
  'window.DIALER': PERIOD,
  'window.HUMAN': PERIOD,
  'window.CHAT': PERIOD,
  silence: PERIOD,
  inactivity: PERIOD,
  finalizeAfter: PERIOD,
  joinEarliest: OFFSET,
  joinLatest: OFFSET,
  endTolerance: TOLERANCE,
  holeTolerance: TOLERANCE,
  abandonedWithin: TOLERANCE,
};
const TIMES = Object.keys(BOUNDS) as Time[];

/** Everything that is wrong with a policy; empty when it may be used. */
export function checkPolicy(set: PolicySet): PolicyFault[] {
  const faults = [
    ...valueFaults(set, null),
    ...set.overrides.flatMap(valueFaults),
    ...set.overrides.flatMap((one, place) => scopeFaults(one, set.overrides.slice(0, place), place)),
  ];
  return faults.length > 0 ? faults : jointFaults(set);
}

function timeOf(values: PolicyPatch, field: Time): number | null | undefined {
  const role = ROLES.find((one) => field === `window.${one}`);
  return role === undefined ? values[field as Exclude<Time, `window.${Role}`>] : values.window?.[role];
}

function valueFaults(values: PolicyPatch, override: number | null): PolicyFault[] {
  const faults = TIMES.flatMap((field): PolicyFault[] => {
    const time = timeOf(values, field);
    const [min, max] = BOUNDS[field];
    if (time == null || (Number.isInteger(time) && time >= min && time <= max)) return [];
    return [{ override, field, message: `must be a whole number of ms from ${min} to ${max}` }];
  });
  const { roles } = values;
  return roles == null || new Set(roles).size === roles.length
    ? faults
    : [...faults, { override, field: 'roles', message: 'must name each role once' }];
}

function scopeFaults(
  { channel, direction }: PolicyOverride,
  before: readonly PolicyOverride[],
  override: number,
): PolicyFault[] {
  const fault = (message: string): PolicyFault[] => [{ override, field: 'channel', message }];
  if (channel === null && direction === null) return fault('or direction must be given');
  if (before.some((one) => one.channel === channel && one.direction === direction))
    return fault('and direction must not be those of an override before it');
  return [];
}

/** Values that cannot hold together. They may come from several overrides, so every kind of interaction is tried. */
function jointFaults(set: PolicySet): PolicyFault[] {
  const faults = CHANNELS.flatMap((channel) =>
    [null, ...DIRECTIONS].flatMap((direction) => {
      const layers = layersFor(set, channel, direction);
      return collisions(policyFor(set, channel, direction)).map(({ fields, message }) =>
        faultAt(fields, layers, set, message),
      );
    }),
  );
  return [...new Map(faults.map((fault) => [`${fault.override ?? ''}/${fault.field}`, fault])).values()];
}

interface Collision {
  fields: [Time, Time];
  message: string;
}

const collisions = (policy: TracePolicy): Collision[] => [
  ...(policy.joinEarliest < policy.joinLatest
    ? []
    : [
        {
          fields: ['joinEarliest', 'joinLatest'] as [Time, Time],
          message: 'the earliest join must be before the latest',
        },
      ]),
  ...ROLES.filter((role) => policy.window[role] > policy.finalizeAfter).map((role) => ({
    fields: [`window.${role}`, 'finalizeAfter'] as [Time, Time],
    message: 'no window may be longer than the time after which nothing is timed any more',
  })),
];

/** Named where the most specific statement of either value stands. */
function faultAt(
  fields: readonly [Time, Time],
  layers: readonly PolicyOverride[],
  { overrides }: PolicySet,
  message: string,
): PolicyFault {
  const states = (layer: PolicyPatch, field: Time) => timeOf(layer, field) !== undefined;
  const layer = layers.findLast((one) => fields.some((field) => states(one, field)));
  if (layer === undefined) return { override: null, field: fields[0], message };
  const field = states(layer, fields[0]) ? fields[0] : fields[1];
  return { override: overrides.indexOf(layer), field, message };
}
