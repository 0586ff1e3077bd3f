import type { Call } from '../call.js';
import type { Interaction } from '../interaction.js';
import type { LegKey } from '../leg.js';
import { byStart, legStart } from '../leg.js';
import type { Channel, Instant, Role } from '../words.js';
import type { OriginKind, OriginType, ReferenceType, SessionChannel } from './verdict.js';
import { ORIGIN_TYPES, REFERENCE_TYPES } from './verdict.js';

/** What the blocks of a verdict are computed from: the interaction as it is, and its calls in full. */
export interface Session {
  interaction: Pick<
    Interaction,
    | 'channel'
    | 'direction'
    | 'platform'
    | 'carrier'
    | 'customerAddress'
    | 'customerName'
    | 'did'
    | 'flow'
    | 'startedAt'
    | 'endedAt'
    | 'durationMs'
    | 'status'
    | 'dropDetail'
    | 'outcome'
    | 'transfers'
    | 'why'
  >;
  calls: readonly Call[];
  /** The keys that each leg is known by, by its id; absent: none are known. */
  keys?: ReadonlyMap<string, readonly LegKey[]>;
  /** The direction in the words of the primary leg's system, where it sends one. */
  directionRaw: string | null;
  /** The session that a transcription or a recording was made from, when it is another one that we know. */
  origin: Session | null;
}

/** The tags by which a source says what its session is, and what it was made from. */
export const REFERENCE_TAGS = {
  type: 'reference_type',
  id: 'reference_id',
  origin: 'origin_type',
} as const;

const BY_CHANNEL: Record<Channel, ReferenceType | null> = {
  VOICE: 'CALL',
  WEB: 'AI',
  CHAT: 'CONVERSATION',
  SMS: 'CONVERSATION',
  EMAIL: 'CONVERSATION',
  OTHER: null,
};

/** What the session is: as a source states it by a tag, else by its channel. */
export function referenceType({ interaction, calls }: Session): ReferenceType | null {
  const stated = tagOf(calls, REFERENCE_TAGS.type)?.toUpperCase();
  return REFERENCE_TYPES.find((type) => type === stated) ?? BY_CHANNEL[interaction.channel];
}

const CHANNELS: Record<ReferenceType, SessionChannel | null> = {
  CALL: 'VOICE',
  CONVERSATION: 'CHAT',
  AI: 'AI',
  API: 'API',
  TRANSCRIBE: null,
  RECORDING: null,
  CAMPAIGN: null,
};

export const sessionChannel = (type: ReferenceType | null): SessionChannel | null =>
  type === null ? null : CHANNELS[type];

const KINDS: Partial<Record<ReferenceType, OriginKind>> = {
  TRANSCRIBE: 'TRANSCRIPTION',
  RECORDING: 'RECORDING',
};

/** What was made from another session; null for a session of its own. */
export const originKind = (type: ReferenceType | null): OriginKind | null =>
  type === null ? null : (KINDS[type] ?? null);

/**
 * The origin of a transcription or a recording: the other session, else the legs of the same interaction
 * that are no transcription themselves. Null when neither is known.
 */
export function originOf(session: Session): Session | null {
  if (session.origin !== null) return session.origin;
  const others = session.calls.filter((call) => !isMadeFromAnother(call));
  return others.length === 0 ? null : { ...session, calls: others };
}

const isMadeFromAnother = (call: Call): boolean => isMade(call.tags);

function isMade(tags: Readonly<Record<string, string>>): boolean {
  const stated = tags[REFERENCE_TAGS.type]?.toUpperCase();
  return stated === 'TRANSCRIBE' || stated === 'RECORDING';
}

/**
 * The ids of the calls that a transcription or a recording says it was made of: by its tag, else as its
 * reference. One statement may name the call and another say what this is, so a tag alone is believed.
 */
export function originIds(tags: Readonly<Record<string, string>>, reference: string | null): string[] {
  if (tags[REFERENCE_TAGS.type] !== undefined && !isMade(tags)) return [];
  const stated = [tags[REFERENCE_TAGS.id], isMade(tags) ? reference : null];
  return stated.flatMap((id) => (id == null || id === '' ? [] : id)).slice(0, 1);
}

/** As the source states it, else what the origin is. */
export function originType(session: Session, origin: Session | null): OriginType | null {
  const stated = tagOf(session.calls, REFERENCE_TAGS.origin)?.toUpperCase();
  const told = ORIGIN_TYPES.find((type) => type === stated);
  if (told !== undefined) return told;
  const type = origin === null ? null : referenceType(origin);
  return type === 'CALL' || type === 'CONVERSATION' ? type : null;
}

export const tagOf = (calls: readonly Call[], name: string): string | null =>
  calls.map((call) => call.tags[name]).find((value) => value !== undefined) ?? null;

/**
 * The legs that the reference itself expands to: of a call the paths on the line, to the customer and to
 * an agent; the assistant's view of the same path is none of them. Without a line, all legs.
 */
export function referenceLegs({ calls }: Session): Call[] {
  const sorted = [...calls].sort(byStart);
  const line = sorted.filter(({ role }) => role === 'DIALER' || role === 'HUMAN');
  return line.length > 0 ? line : sorted;
}

/**
 * The earliest of them that was not made from another one that is there. A leg tells by a key which one it was made
 * from; of two that name each other, the one that knows the direction of the call is the other's origin.
 */
export function primaryLeg(session: Session): Call | null {
  const legs = referenceLegs(session);
  const [earliest] = legs
    .filter((leg) => !legs.some((other) => isMadeFrom(leg, other, session)))
    .sort((a, b) => firstTime(a) - firstTime(b));
  return earliest ?? legs[0] ?? null;
}

function isMadeFrom(leg: Call, other: Call, session: Session): boolean {
  if (leg.id === other.id || leg.sourceId !== other.sourceId || !names(leg, other, session)) return false;
  return !names(other, leg, session) || (leg.direction === null && other.direction !== null);
}

const names = (leg: Call, other: Call, { keys }: Session): boolean =>
  (keys?.get(leg.id) ?? []).some(({ value, scope }) => scope === 'INTERACTION' && value === other.externalId);

/** The first that is known of it: it was queued, rang, began, or else was answered. */
const firstTime = (leg: Call): Instant =>
  [leg.queuedAt, leg.ringAt, leg.startedAt].reduce<Instant>(
    (first, at) => (at === null ? first : Math.min(first, at)),
    legStart(leg),
  );

const TALK: readonly Role[] = ['ASSISTANT', 'CHAT', 'HUMAN', 'DIALER'];

/** The legs whose transcript is believed: all of the first role that has one. Two systems may transcribe one call. */
export function talkLegs(calls: readonly Call[]): Call[] {
  const role = TALK.find((one) => calls.some((call) => call.role === one && call.messages.length > 0));
  return calls.filter((call) => call.role === role).sort(byStart);
}
