import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../src/domain/call.js';
import type { Surroundings } from '../../src/domain/interaction.js';
import { project } from '../../src/domain/interaction.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import { HOUR, MINUTE, at, ended, open, surroundings } from '../support/calls.js';

const seen = (calls: Call[], now: number, fields: Partial<Surroundings> = {}) =>
  project(calls, surroundings({ now, ...fields })).interaction;

describe('of two missing roles the first deadline drops it, and the last one settles it', () => {
  const alone = [ended('HUMAN', 60, 120)];
  const assistantBy = at(120) + 10 * MINUTE;
  const dialerBy = at(120) + 15 * MINUTE;
  type Placeholders = [string, string][];

  it.each<[string, number, object, Placeholders]>([
    [
      'one ms before the first deadline: PARTIAL until then',
      assistantBy - 1,
      {
        status: 'PARTIAL',
        isProvisional: false,
        expectedBy: assistantBy,
        why: { code: 'WAITING_FOR_ASSISTANT' },
        nextEvaluationAt: assistantBy,
      },
      [
        ['DIALER', 'EXPECTED'],
        ['ASSISTANT', 'EXPECTED'],
      ],
    ],
    [
      'at the first deadline: DROPPED, provisional until the other',
      assistantBy,
      {
        status: 'DROPPED',
        isProvisional: true,
        expectedBy: dialerBy,
        why: { code: 'ASSISTANT_NEVER_REPORTED' },
        nextEvaluationAt: dialerBy,
      },
      [
        ['DIALER', 'EXPECTED'],
        ['ASSISTANT', 'MISSING'],
      ],
    ],
    [
      'one ms before the last deadline: the same',
      dialerBy - 1,
      { status: 'DROPPED', isProvisional: true, expectedBy: dialerBy, nextEvaluationAt: dialerBy },
      [
        ['DIALER', 'EXPECTED'],
        ['ASSISTANT', 'MISSING'],
      ],
    ],
    [
      'at the last deadline: settled',
      dialerBy,
      {
        status: 'DROPPED',
        isProvisional: false,
        expectedBy: null,
        why: { code: 'ASSISTANT_NEVER_REPORTED' },
        nextEvaluationAt: null,
      },
      [
        ['DIALER', 'MISSING'],
        ['ASSISTANT', 'MISSING'],
      ],
    ],
  ])('%s', (_when, now, state, placeholders) => {
    const interaction = seen(alone, now);
    expect(interaction).toMatchObject(state);
    expect(interaction.segments.slice(1).map((one) => [one.role, one.state])).toEqual(placeholders);
  });
});

describe('nothing is waited for once all timers have stopped (R13)', () => {
  const final = DEFAULT_POLICY.finalizeAfter;
  const lagP99 = { ASSISTANT: 100 * HOUR, DIALER: 100 * HOUR, HUMAN: 100 * HOUR };
  const transfers = [{ id: 't', state: 'BRIDGED' as const, bridgedAt: at(60), endedAt: at(500) }];

  it.each<[string, Call[], number]>([
    ['an assistant', [ended('DIALER', 0, 120)], at(120) + final],
    ['a dialer', [ended('ASSISTANT', 0, 120)], at(120) + final],
    [
      'a human, though the transfer ended after all else',
      [ended('DIALER', 0, 120), ended('ASSISTANT', 0, 60, { transfers })],
      at(120) + final,
    ],
  ])('however slow its source is: %s', (_name, calls, finalAt) => {
    const waiting = seen(calls, finalAt - 1, { lagP99 });
    expect(waiting).toMatchObject({ status: 'PARTIAL', expectedBy: finalAt, finalAt });
    expect(seen(calls, finalAt, { lagP99 })).toMatchObject({
      status: 'DROPPED',
      isProvisional: false,
      expectedBy: null,
      nextEvaluationAt: null,
      finalAt,
    });
  });
});

describe('silence counts from the latest event, or from when the latest record came', () => {
  const { silence, finalizeAfter } = DEFAULT_POLICY;
  const ringing = [open('DIALER', null, 0)];
  const lateBy = 20 * MINUTE;

  it('a start that is told of late is not presumed over on arrival', () => {
    const lastReceivedAt = at(0) + lateBy;
    expect(seen(ringing, lastReceivedAt, { lastReceivedAt })).toMatchObject({
      status: 'IN_PROGRESS',
      lastActivityAt: at(0),
      nextEvaluationAt: lastReceivedAt + silence,
    });
    expect(seen(ringing, lastReceivedAt + silence - 1, { lastReceivedAt }).status).toBe('IN_PROGRESS');
    expect(seen(ringing, lastReceivedAt + silence, { lastReceivedAt }).status).not.toBe('IN_PROGRESS');
  });

  it('where it ends does not depend on when it was told: its last event', () => {
    const rest = (lastReceivedAt: number) =>
      seen(ringing, at(0) + finalizeAfter + lateBy, { lastReceivedAt });
    expect(rest(at(0) + lateBy)).toEqual(rest(at(1)));
    expect(rest(at(1)).endedAt).toBe(at(0));
  });

  it('a record that comes when all timers have stopped starts none: history is not live', () => {
    const last = at(0) + finalizeAfter;
    expect(seen(ringing, last, { lastReceivedAt: last }).status).toBe('IN_PROGRESS');
    expect(seen(ringing, last + 1, { lastReceivedAt: last + 1 }).status).toBe('DROPPED');
  });

  it('an event that a fast clock dates ahead counts by its own time', () => {
    expect(seen(ringing, at(0), { lastReceivedAt: at(-30) }).nextEvaluationAt).toBe(at(0) + silence);
  });
});
