import type { Call } from '../../src/domain/call.js';
import { project } from '../../src/domain/interaction.js';
import type { Message } from '../../src/domain/record.js';
import type { Session } from '../../src/domain/verdict/session.js';
import { at, ended, surroundings } from './calls.js';

/** The session that these calls make, as the product projects it. */
export const sessionOf = (
  calls: readonly Call[],
  fields: Partial<Omit<Session, 'calls' | 'interaction'>> & {
    interaction?: Partial<Session['interaction']>;
  } = {},
): Session => {
  const { interaction } = project(calls, surroundings());
  return {
    directionRaw: null,
    origin: null,
    ...fields,
    calls,
    interaction: { ...interaction, ...fields.interaction },
  };
};

let messages = 0;

/** Something said from one second to another; the ids only grow. */
export const said = (
  speaker: Message['speaker'],
  from: number | null,
  to: number | null = from,
  text: string | null = 'words',
): Message => ({
  id: `m${++messages}`,
  speaker: speaker ?? null,
  text,
  startedAt: from === null ? null : at(from),
  endedAt: to === null ? null : at(to),
});

/** An answered inbound call with an assistant that joined a second later. */
export function answeredCall(
  dialer: Partial<Call> = {},
  assistant: Partial<Call> = {},
): [dialer: Call, assistant: Call] {
  return [
    ended('DIALER', 2, 100, { direction: 'INBOUND', channel: 'VOICE', ...dialer }),
    ended('ASSISTANT', 3, 99, { disconnectedBy: 'CUSTOMER', ...assistant }),
  ];
}
