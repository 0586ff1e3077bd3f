import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/domain/call.js';
import { project } from '../../src/domain/interaction.js';
import type { Transfer } from '../../src/domain/record.js';
import { sessionOutcome } from '../../src/domain/verdict/outcome.js';
import type { EndedBy } from '../../src/domain/verdict/verdict.js';
import type { DisconnectedBy } from '../../src/domain/words.js';
import { at, ended, surroundings } from '../support/calls.js';
import { sessionOf } from '../support/sessions.js';

const BRIDGED: Transfer = { id: 't', state: 'BRIDGED', requestedAt: at(135), bridgedAt: at(141) };
const FAILED: Transfer = { id: 't', state: 'FAILED', requestedAt: at(135), failureReason: 'busy' };

const dialer = (by: DisconnectedBy | null, end = 301) =>
  ended('DIALER', 1, end, { direction: 'INBOUND', disconnectedBy: by });
const bot = (end: number, fields: Partial<Call> = {}) =>
  ended('ASSISTANT', 2, end, { disconnectedBy: 'BOT', ...fields });
const agent = (by: DisconnectedBy | null) => ended('HUMAN', 141, 301, { disconnectedBy: by });

describe('who ended the call is claimed by those who were there at its end', () => {
  it.each<[what: string, calls: Call[], endedBy: EndedBy | null, claims: string[]]>([
    [
      'not by a bot that handed over: the dialer is believed before the desk',
      [dialer('CUSTOMER'), bot(140, { transfers: [BRIDGED] }), agent('AGENT')],
      'REMOTE',
      ['dialer CUSTOMER', 'human AGENT'],
    ],
    [
      'not by a bot that handed over, which contradicts nobody',
      [dialer('CUSTOMER'), bot(140, { transfers: [BRIDGED] }), agent('CUSTOMER')],
      'REMOTE',
      [],
    ],
    [
      'not by a bot that handed over a moment before the end',
      [dialer('CUSTOMER', 145), bot(140, { transfers: [BRIDGED] })],
      'REMOTE',
      [],
    ],
    [
      'nor by one that only says that it transferred',
      [dialer('CUSTOMER', 145), bot(140, { outcome: 'TRANSFERRED' })],
      'REMOTE',
      [],
    ],
    ['not by a bot that had left long before', [dialer('CUSTOMER'), bot(270)], 'REMOTE', []],
    [
      'by a bot that left when it ended',
      [dialer('CUSTOMER'), bot(271)],
      'LOCAL',
      ['assistant BOT', 'dialer CUSTOMER'],
    ],
    [
      'by a bot whose transfer failed',
      [dialer('CUSTOMER'), bot(300, { transfers: [FAILED] })],
      'LOCAL',
      ['assistant BOT', 'dialer CUSTOMER'],
    ],
    [
      'by a customer who hung up on a bot that had asked for a transfer',
      [dialer(null), bot(300, { disconnectedBy: 'CUSTOMER', transfers: [BRIDGED] })],
      'REMOTE',
      [],
    ],
    [
      'by nobody when nobody who was there says so',
      [dialer(null), bot(140, { transfers: [BRIDGED] })],
      null,
      [],
    ],
  ])('%s', (_what, calls, endedBy, claims) => {
    expect(sessionOutcome(sessionOf(calls))?.endedBy).toBe(endedBy);
    const { disagreements } = project(calls, surroundings()).interaction;
    expect(disagreements.flatMap((one) => one.claims.map(({ legId, value }) => `${legId} ${value}`))).toEqual(
      claims,
    );
    expect(disagreements.map(({ field, resolved }) => [field, resolved])).toEqual(
      claims.length === 0 ? [] : [['disconnectedBy', claims[0]?.split(' ')[1]]],
    );
  });
});
