import { registerEnumType } from 'type-graphql';
import type { Permission } from '../domain/permissions.js';
import type { ApiRole, CauseKind, Channel, Direction, LegState, Platform, Role } from '../domain/words.js';

/** A GraphQL enum from a closed set of words; the compiler asks for a description of each. */
export function enumOf<T extends string>(
  name: string,
  description: string,
  values: Record<T, string>,
): Record<T, T> {
  const words = Object.keys(values) as T[];
  const object = Object.fromEntries(words.map((word) => [word, word])) as Record<T, T>;
  const described = words.map((word) => [word, { description: values[word] }]);
  registerEnumType(object, { name, description, valuesConfig: Object.fromEntries(described) as object });
  return object;
}

export const RoleEnum = enumOf<Role>('Role', 'What part of an interaction a system plays.', {
  DIALER: 'Connects the call: a telephony system, carrier or PBX.',
  ASSISTANT: 'The AI assistant that talks to the customer.',
  HUMAN: 'The desk of a human agent.',
  CHAT: 'A system that carries written messages.',
});

export const ChannelEnum = enumOf<Channel>('Channel', 'The channel of an interaction.', {
  VOICE: 'A telephone call.',
  WEB: 'A voice session in a browser or an app.',
  CHAT: 'A written chat.',
  SMS: 'Text messages to a phone: SMS, WhatsApp and the like.',
  EMAIL: 'Email.',
  OTHER: 'Any other channel.',
});

export const DirectionEnum = enumOf<Direction>('Direction', 'Who began it.', {
  INBOUND: 'The customer came to us.',
  OUTBOUND: 'We went to the customer.',
});

export const PlatformEnum = enumOf<Platform>('Platform', 'What the customer used.', {
  PHONE: 'A telephone.',
  WEB: 'A browser or an app.',
  SIP: 'A SIP client.',
  MESSAGING: 'A messaging service.',
  OTHER: 'Anything else.',
});

export const LegStateEnum = enumOf<LegState>(
  'LegState',
  'How far a leg has come. It only moves towards TERMINAL.',
  {
    UNKNOWN: 'Nothing is said yet.',
    QUEUED: 'Waiting for a free slot or agent.',
    RINGING: 'Being connected.',
    ACTIVE: 'Answered and going on.',
    TERMINAL: 'Over, however it ended.',
  },
);

export const ApiRoleEnum = enumOf<ApiRole>('ApiRole', 'Who is asking, from most to least able.', {
  ADMIN: 'May do everything, raw records included.',
  SUPERVISOR: 'Reads everything but raw records, and reviews.',
  AGENT: 'The agent console: reads everything but raw records, and leaves notes.',
  CALLS_ONLY: 'Reads; no tokens, no post-call cache, no raw records, no keys, no sources.',
  INGEST: 'Sends records and does nothing else.',
});

export const PermissionEnum = enumOf<Permission>('Permission', 'What a caller may do.', {
  READ: 'Read interactions and calls, and subscribe to them.',
  READ_USAGE: 'See language-model tokens and the post-call cache.',
  READ_SOURCES: 'See sources, correlation keys and rejected records.',
  READ_RAW: 'See records and payloads as they were sent.',
  INGEST: 'Send records.',
  REPLAY: 'Try a rejected record again.',
  RECONCILE: 'Link and part interactions, dismiss suggestions, resolve drops, and undo all that.',
  READ_AUDIT: 'Read who did what.',
  REVIEW: 'Flag and tag interactions, and take away what others set.',
  ANNOTATE: 'Leave notes on interactions.',
  CONFIGURE: 'Change the policy, retention, sources and API keys, and try a policy.',
  ANALYZE: 'Have interactions analysed.',
  DELETE: 'Delete interactions, and restore them.',
  ERASE: 'Erase a customer for good.',
  MONITOR: 'Listen to, take over, transfer, queue and end live calls, and see who did.',
  COACH: 'Send coaching notes to the agent of a live call, and read them.',
});

export const CauseKindEnum = enumOf<CauseKind>('CauseKind', 'What made something change.', {
  RECORD: 'A record of a source.',
  TIMER: 'Time passed: a deadline or the silence after which a call is presumed over.',
  PERSON: 'A decision of a person.',
  RULE: 'A change of the rules or the policy.',
});
