import { Field, Int } from 'type-graphql';
import type { PolicyFault, PolicyField, PolicyPatch, PolicyValues } from '../../domain/policy.js';
import type { Role } from '../../domain/words.js';
import { isOneOf, ROLES } from '../../domain/words.js';
import { RoleEnum } from '../enums.js';
import type { UserError } from '../ingest/user-error.js';

/** The values of a policy as clients know them; in a patch any of them may be absent. */
export interface ShownValues {
  assistantWindowMs: number;
  dialerWindowMs: number;
  humanWindowMs: number;
  chatWindowMs: number;
  silenceMs: number;
  inactivityMs: number | null;
  finalizeAfterMs: number;
  joinEarliestMs: number;
  joinLatestMs: number;
  endToleranceMs: number;
  holeToleranceMs: number;
  abandonedWithinMs: number;
  unansweredIsComplete: boolean;
  linkAutomatically: boolean;
  analyzeOnEnd: boolean;
  expectedRoles: readonly Role[] | null;
}
export type ShownPatch = { [N in keyof ShownValues]?: ShownValues[N] | null };

/** The name of each value, ours and that of clients, and what it means. */
const NAMES: Record<PolicyField, keyof ShownValues> = {
  'window.ASSISTANT': 'assistantWindowMs',
  'window.DIALER': 'dialerWindowMs',
  'window.HUMAN': 'humanWindowMs',
  'window.CHAT': 'chatWindowMs',
  silence: 'silenceMs',
  inactivity: 'inactivityMs',
  finalizeAfter: 'finalizeAfterMs',
  joinEarliest: 'joinEarliestMs',
  joinLatest: 'joinLatestMs',
  endTolerance: 'endToleranceMs',
  holeTolerance: 'holeToleranceMs',
  abandonedWithin: 'abandonedWithinMs',
  unansweredIsComplete: 'unansweredIsComplete',
  linkAutomatically: 'linkAutomatically',
  analyzeOnEnd: 'analyzeOnEnd',
  roles: 'expectedRoles',
};
const FIELDS = Object.keys(NAMES) as PolicyField[];

const SWITCHES = {
  unansweredIsComplete:
    "Whether a call that was never answered is COMPLETE when the dialer's record is whole.",
  linkAutomatically:
    'Whether two halves of a call without a common key are linked without a person when the evidence is strong; ' +
    'else they are only suggested.',
  analyzeOnEnd:
    'Whether an interaction is analysed by itself, once, when it has ended and nothing of it is waited for any more.',
};

const TIMES: Record<
  Exclude<keyof ShownValues, keyof typeof SWITCHES | 'inactivityMs' | 'expectedRoles'>,
  string
> = {
  assistantWindowMs:
    "How long the assistant's record may be missing after the dialer's answer, unless its source is known to be slower, in ms.",
  dialerWindowMs: "How long the dialer's record may be missing after the end, in ms.",
  humanWindowMs: "How long the human agent's record may be missing after the end, in ms.",
  chatWindowMs: "How long the chat system's record may be missing after the end, in ms.",
  silenceMs:
    'Silence on every leg after which a call is presumed to have ended, in ms. For what is written see inactivityMs.',
  finalizeAfterMs: 'After this long nothing is waited for any more, in ms. No window is longer.',
  joinEarliestMs:
    "How soon the assistant may start: after the dialer's answer, or before it when negative, in ms.",
  joinLatestMs: "How long after the dialer's answer the assistant may start, in ms.",
  endToleranceMs: 'How long the assistant may outlast the dialer, in ms.',
  holeToleranceMs: 'How long an answered call may have nobody on the other side, in ms.',
  abandonedWithinMs:
    'A customer who hangs up this soon after the assistant joined has abandoned the call, in ms.',
};
const INACTIVITY =
  'So long after its last activity a session of a written thread is closed, in ms: what comes later is another ' +
  'interaction, related by PREVIOUS. Null: 30 minutes for CHAT and WEB, a day for SMS and OTHER, three days for EMAIL. ' +
  'Sessions that are already cut are cut anew by their next record, and all of them by a rebuild.';
const ROLES_OF =
  'The roles that belong to an interaction before any fact is known. Null: a dialer and an assistant for VOICE, ' +
  'an assistant for WEB, none for the rest.';

/** Gives a type the values: each there, or each as a part that may be absent. */
export function addValues(
  prototype: object,
  { isPatch, absent }: { isPatch: boolean; absent: string },
): void {
  const nullable = isPatch;
  const described = (text: string) => (isPatch ? `${text} ${absent}` : text);
  for (const [name, text] of Object.entries(TIMES))
    Field(() => Int, { nullable, description: described(text) })(prototype, name);
  for (const [name, text] of Object.entries(SWITCHES))
    Field(() => Boolean, { nullable, description: described(text) })(prototype, name);
  Field(() => Int, { nullable: true, description: described(INACTIVITY) })(prototype, 'inactivityMs');
  Field(() => [RoleEnum], { nullable: true, description: described(ROLES_OF) })(prototype, 'expectedRoles');
}

const isWindow = (field: PolicyField): field is `window.${Role}` => field.startsWith('window.');

const valueOf = (values: PolicyPatch, field: PolicyField): unknown => {
  const role = field.slice('window.'.length);
  return isWindow(field) && isOneOf(ROLES, role) ? values.window?.[role] : values[field as keyof PolicyPatch];
};

/** The values by the names that clients know. */
export const shownValues = (values: PolicyValues): ShownValues => shownPatch(values) as ShownValues;

export const shownPatch = (values: PolicyPatch): ShownPatch =>
  Object.fromEntries(FIELDS.map((field) => [NAMES[field], valueOf(values, field) ?? null]));

/** Values of which null says: as the channel has it. */
const BY_CHANNEL: readonly PolicyField[] = ['inactivity', 'roles'];

/** The values that are given, by our names. Null says nothing but where it is a value. */
export function readPatch(shown: ShownPatch): PolicyPatch {
  const given = FIELDS.flatMap((field) => {
    const value = shown[NAMES[field]];
    return value === undefined || (value === null && !BY_CHANNEL.includes(field))
      ? []
      : [[field, value] as const];
  });
  const plain = given.filter(([field]) => !isWindow(field));
  const windows = given.filter(([field]) => isWindow(field));
  return {
    ...Object.fromEntries(plain),
    window: Object.fromEntries(windows.map(([field, value]) => [field.slice('window.'.length), value])),
  };
}

/** Where the fault stands in the input: `policy.overrides.0.silenceMs`. */
export const userErrorAt = ({ override, field, message }: PolicyFault): UserError => ({
  field: [
    'policy',
    ...(override === null ? [] : ['overrides', String(override)]),
    field === 'channel' ? field : NAMES[field],
  ].join('.'),
  message,
  code: 'BAD_USER_INPUT',
});
