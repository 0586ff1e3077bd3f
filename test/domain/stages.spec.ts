import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../src/domain/call.js';
import type { Surroundings } from '../../src/domain/interaction.js';
import { project } from '../../src/domain/interaction.js';
import type { Message, Transfer } from '../../src/domain/record.js';
import type { Stage } from '../../src/domain/words.js';
import { STAGES } from '../../src/domain/words.js';
import { at, call, ended, HOUR, NOON, open, surroundings } from '../support/calls.js';

/** The stages that were reached, each with its time in seconds after noon. */
const reached = (...calls: Call[]): Partial<Record<Stage, number>> => reachedAt(3_600, ...calls);

function reachedAt(seconds: number, ...calls: Call[]): Partial<Record<Stage, number>> {
  const { stages } = project(calls, surroundings({ now: at(seconds) })).interaction;
  return Object.fromEntries(
    Object.entries(stages.at).flatMap(([stage, time]) =>
      time === null ? [] : [[stage, (time - NOON) / 1_000]],
    ),
  );
}

const settled = (around: Partial<Surroundings>, ...calls: Call[]): Stage[] =>
  project(calls, surroundings(around)).interaction.stages.settled;

const said = (speaker: Message['speaker'], startedAt: number | null, id = 'm'): Message => ({
  id,
  speaker,
  startedAt: startedAt === null ? null : at(startedAt),
});
const greeted = said('ASSISTANT', 4, 'greeting');
const bridged: Transfer = { id: 't', state: 'BRIDGED', requestedAt: at(50), bridgedAt: at(64) };

const dialer = (fields: Partial<Call> = {}) => ended('DIALER', 2, 120, fields);
const assistant = (fields: Partial<Call> = {}) =>
  ended('ASSISTANT', 3, 119, { messages: [greeted, said('CUSTOMER', 7)], ...fields });
const human = (fields: Partial<Call> = {}) => ended('HUMAN', 66, 120, fields);
const unanswered = ended('DIALER', null, 30);

describe('the time of each stage', () => {
  it.each<[string, Call[], Partial<Record<Stage, number>>]>([
    [
      'a whole call',
      [dialer({ startedAt: null, ringAt: at(0) }), assistant()],
      { ATTEMPTED: 0, CONNECTED: 2, ASSISTANT_JOINED: 3, CUSTOMER_SPOKE: 7, OUTCOME_REACHED: 120 },
    ],
    ['a call that nobody answered', [unanswered], { ATTEMPTED: 0 }],
    ['an answered call without an assistant reaches no outcome', [dialer()], { ATTEMPTED: 2, CONNECTED: 2 }],
    [
      'an assistant whose dialer never came shows that there was a line',
      [assistant()],
      { ATTEMPTED: 3, CONNECTED: 3, ASSISTANT_JOINED: 3, CUSTOMER_SPOKE: 7, OUTCOME_REACHED: 119 },
    ],
    [
      'an assistant that only stood by has not joined',
      [unanswered, call('ASSISTANT', { startedAt: at(1) })],
      { ATTEMPTED: 0 },
    ],
    [
      'an assistant that failed to join has not joined',
      [
        dialer(),
        call('ASSISTANT', { status: 'FAILED', state: 'TERMINAL', firstEventAt: at(5), lastEventAt: at(5) }),
      ],
      { ATTEMPTED: 2, CONNECTED: 2 },
    ],
    [
      'a silent customer reaches no outcome',
      [dialer(), assistant({ messages: [greeted] })],
      { ATTEMPTED: 2, CONNECTED: 2, ASSISTANT_JOINED: 3 },
    ],
    [
      'without a transcript nobody knows who was silent',
      [dialer(), assistant({ messages: [] })],
      { ATTEMPTED: 2, CONNECTED: 2, ASSISTANT_JOINED: 3, OUTCOME_REACHED: 120 },
    ],
    [
      'the first of several words, whoever reports it',
      [
        dialer({ messages: [said('CUSTOMER', 6)] }),
        assistant({ messages: [said('CUSTOMER', 9, 'b'), said('CUSTOMER', 8, 'a')] }),
      ],
      { ATTEMPTED: 2, CONNECTED: 2, ASSISTANT_JOINED: 3, CUSTOMER_SPOKE: 6, OUTCOME_REACHED: 120 },
    ],
    [
      'words without a time were spoken when the call began, at the earliest',
      [assistant({ firstEventAt: at(3), messages: [said('CUSTOMER', null)] })],
      { ATTEMPTED: 3, CONNECTED: 3, ASSISTANT_JOINED: 3, CUSTOMER_SPOKE: 3, OUTCOME_REACHED: 119 },
    ],
    [
      'an abandoned call reaches no outcome',
      [dialer(), assistant({ outcome: 'ABANDONED' })],
      { ATTEMPTED: 2, CONNECTED: 2, ASSISTANT_JOINED: 3, CUSTOMER_SPOKE: 7 },
    ],
    [
      'a transfer that a human takes',
      [dialer(), assistant({ transfers: [bridged] }), human()],
      {
        ...{ ATTEMPTED: 2, CONNECTED: 2, ASSISTANT_JOINED: 3, CUSTOMER_SPOKE: 7, OUTCOME_REACHED: 64 },
        ...{ TRANSFER_REQUESTED: 50, TRANSFER_BRIDGED: 64, HUMAN_CONNECTED: 66 },
      },
    ],
    [
      'the first of two transfers, of which one failed',
      [dialer(), assistant({ transfers: [bridged, { id: 'u', state: 'FAILED', requestedAt: at(40) }] })],
      {
        ...{ ATTEMPTED: 2, CONNECTED: 2, ASSISTANT_JOINED: 3, CUSTOMER_SPOKE: 7, OUTCOME_REACHED: 64 },
        ...{ TRANSFER_REQUESTED: 40, TRANSFER_BRIDGED: 64 },
      },
    ],
    [
      'a human who did not pick up has not connected',
      [
        dialer(),
        assistant({ transfers: [{ id: 't', state: 'FAILED', requestedAt: at(50) }] }),
        ended('HUMAN', null, 90),
      ],
      {
        ATTEMPTED: 0,
        CONNECTED: 2,
        ASSISTANT_JOINED: 3,
        CUSTOMER_SPOKE: 7,
        OUTCOME_REACHED: 120,
        TRANSFER_REQUESTED: 50,
      },
    ],
    [
      'a chat is connected by its own system',
      [ended('CHAT', 1, 60, { channel: 'CHAT', messages: [said('CUSTOMER', 1)] })],
      { ATTEMPTED: 1, CONNECTED: 1, CUSTOMER_SPOKE: 1, OUTCOME_REACHED: 60 },
    ],
  ])('%s', (_name, calls, expected) => {
    expect(reached(...calls)).toEqual(expected);
  });

  it('is not that of an outcome while the call goes on', () => {
    const live = [open('DIALER', 2, 30), open('ASSISTANT', 3, 30, { messages: [said('CUSTOMER', 7)] })];
    expect(reachedAt(31, ...live)).toEqual({
      ATTEMPTED: 2,
      CONNECTED: 2,
      ASSISTANT_JOINED: 3,
      CUSTOMER_SPOKE: 7,
    });
  });

  it('does not depend on the order of the calls', () => {
    const calls = [dialer(), assistant({ transfers: [bridged] }), human(), unanswered];
    const inOrder = reached(...calls);
    fc.assert(
      fc.property(fc.shuffledSubarray(calls, { minLength: calls.length }), (shuffled) => {
        expect(reached(...shuffled)).toEqual(inOrder);
      }),
    );
  });
});

describe('a stage is settled', () => {
  const WAY = STAGES.slice(0, 5);
  const without = (...stages: Stage[]) => WAY.filter((stage) => !stages.includes(stage));

  it.each<[string, Partial<Surroundings>, Call[], Stage[]]>([
    ['in a whole call: all that were to be expected', {}, [dialer(), assistant()], WAY],
    ['never while the call goes on', { now: at(31) }, [open('DIALER', 2, 30)], []],
    [
      'not for what only an awaited assistant can tell',
      { now: at(130) },
      [dialer()],
      ['ATTEMPTED', 'CONNECTED'],
    ],
    ['not while a drop is provisional', { now: at(3_600) }, [dialer()], ['ATTEMPTED', 'CONNECTED']],
    [
      'once the assistant will not come any more; who spoke is not known',
      { watermarks: { ASSISTANT: at(3_600) } },
      [dialer()],
      without('CUSTOMER_SPOKE'),
    ],
    ['except the connection while only the dialer is awaited', {}, [assistant()], without('CONNECTED')],
    ['the connection too once the dialer will not come', { now: at(0) + 100 * HOUR }, [assistant()], WAY],
    [
      'not who spoke without a transcript',
      {},
      [dialer(), assistant({ messages: [] })],
      without('CUSTOMER_SPOKE'),
    ],
    [
      'not an assistant on a channel that has none',
      {},
      [ended('CHAT', 1, 60, { channel: 'CHAT', messages: [said('CUSTOMER', 1)] })],
      without('ASSISTANT_JOINED'),
    ],
    [
      'not an assistant that the policy does not expect',
      { policy: { ...surroundings().policy, roles: ['DIALER'] } },
      [dialer()],
      without('ASSISTANT_JOINED', 'CUSTOMER_SPOKE'),
    ],
    [
      'a transfer that failed',
      {},
      [dialer(), assistant({ transfers: [{ id: 't', state: 'FAILED' }] })],
      [...WAY, 'TRANSFER_REQUESTED', 'TRANSFER_BRIDGED'],
    ],
    [
      'not the bridge of a transfer that was called off',
      {},
      [dialer(), assistant({ transfers: [{ id: 't', state: 'CANCELLED' }] })],
      [...WAY, 'TRANSFER_REQUESTED'],
    ],
    [
      'not what follows a transfer that nobody can see',
      {},
      [dialer(), assistant({ transfers: [{ ...bridged, observable: false }] })],
      [...WAY, 'TRANSFER_REQUESTED'],
    ],
    [
      'not a human who is awaited',
      { now: at(130) },
      [dialer(), assistant({ transfers: [bridged] })],
      [...WAY, 'TRANSFER_REQUESTED', 'TRANSFER_BRIDGED'],
    ],
    [
      'all eight when a human came',
      {},
      [dialer(), assistant({ transfers: [bridged] }), human()],
      [...STAGES],
    ],
  ])('%s', (_name, around, calls, expected) => {
    expect(settled(around, ...calls)).toEqual(expected);
  });
});
