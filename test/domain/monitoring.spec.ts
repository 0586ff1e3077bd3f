import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ActionEvent, LegFact, PastAction, Situation } from '../../src/domain/monitoring.js';
import {
  ACTION_TIMEOUT_MS,
  handOffAt,
  holderOf,
  isExclusive,
  isFinal,
  nextState,
  refusalOf,
  settled,
  takenBy,
} from '../../src/domain/monitoring.js';
import { may, neededToAct } from '../../src/domain/permissions.js';
import type { Transfer } from '../../src/domain/record.js';
import type { ActionStep, MonitoringKind, MonitoringState } from '../../src/domain/words.js';
import { API_ROLES, MONITORING_KINDS, MONITORING_STATES } from '../../src/domain/words.js';

const NOW = Date.parse('2026-09-14T15:04:05.000Z');
const EVENTS: ActionEvent[] = ['ACCEPTED', 'DONE', 'FAILED', 'TIMED_OUT'];

describe('the life of an action', () => {
  it.each<[MonitoringState, ActionEvent, MonitoringState | null]>([
    ['REQUESTED', 'ACCEPTED', 'ACCEPTED'],
    ['REQUESTED', 'DONE', 'DONE'],
    ['REQUESTED', 'FAILED', 'FAILED'],
    ['REQUESTED', 'TIMED_OUT', 'TIMED_OUT'],
    ['ACCEPTED', 'ACCEPTED', null],
    ['ACCEPTED', 'DONE', 'DONE'],
    ['ACCEPTED', 'FAILED', 'FAILED'],
    ['ACCEPTED', 'TIMED_OUT', 'TIMED_OUT'],
    ['DONE', 'ACCEPTED', null],
    ['DONE', 'DONE', null],
    ['DONE', 'FAILED', null],
    ['DONE', 'TIMED_OUT', null],
    ['FAILED', 'ACCEPTED', null],
    ['FAILED', 'DONE', null],
    ['FAILED', 'FAILED', null],
    ['FAILED', 'TIMED_OUT', null],
    ['TIMED_OUT', 'ACCEPTED', null],
    ['TIMED_OUT', 'DONE', null],
    ['TIMED_OUT', 'FAILED', null],
    ['TIMED_OUT', 'TIMED_OUT', null],
  ])('goes from %s by %s to %s', (state, event, next) => {
    expect(nextState(state, event)).toBe(next);
  });

  it('covers every state and every event', () => {
    expect(MONITORING_STATES.length * EVENTS.length).toBe(20);
  });

  it('has at most two steps, the last of them final, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 12 }), (events) => {
        const steps: MonitoringState[] = ['REQUESTED'];
        for (const event of events) {
          const next = nextState(steps.at(-1) ?? 'REQUESTED', event);
          if (next !== null) steps.push(next);
        }
        expect(steps.length).toBeLessThanOrEqual(3);
        expect(steps.slice(0, -1).filter(isFinal)).toEqual([]);
      }),
    );
  });
});

const leg = (fact: Partial<LegFact> = {}): LegFact => ({
  id: 'leg',
  role: 'ASSISTANT',
  state: 'ACTIVE',
  endPresumed: false,
  ...fact,
});
const past = (kind: MonitoringKind, state: MonitoringState = 'DONE', requestedAt = NOW): PastAction => ({
  id: `${kind}/${requestedAt}`,
  kind,
  state,
  requestedAt,
});
const situation = (changed: Partial<Situation> = {}): Situation => ({
  leg: leg(),
  others: [],
  transfers: [],
  actions: [],
  capabilities: new Set(MONITORING_KINDS),
  provider: 'vapi',
  ...changed,
});
const codes = (changed: Partial<Situation>) =>
  Object.fromEntries(
    MONITORING_KINDS.map((kind) => [kind, refusalOf(kind, situation(changed))?.code ?? 'allowed']),
  );
const all = (code: string) => Object.fromEntries(MONITORING_KINDS.map((kind) => [kind, code]));

describe('what is allowed', () => {
  it('is everything but handing back while an AI agent has the call', () => {
    expect(codes({})).toEqual({ ...all('allowed'), HAND_BACK: 'ACTION_NOT_ALLOWED' });
    expect(codes({ others: [leg({ id: 'd', role: 'DIALER' })] })).toEqual(codes({}));
  });

  it.each<[string, Partial<Situation>, string]>([
    ['the call has ended', { leg: leg({ state: 'TERMINAL' }) }, 'The call has ended.'],
    ['it was ended from here', { actions: [past('END')] }, 'The call has ended.'],
    [
      'its system has gone silent',
      { leg: leg({ endPresumed: true }) },
      'The call is presumed over: its system has been silent for too long.',
    ],
    ['it is queued', { leg: leg({ state: 'QUEUED' }) }, 'The call is queued.'],
    ['it rings', { leg: leg({ state: 'RINGING' }) }, 'The call is not in progress yet.'],
    ['nothing is known of it', { leg: leg({ state: 'UNKNOWN' }) }, 'The call is not in progress yet.'],
    [
      "it is the dialer's record",
      { leg: leg({ role: 'DIALER' }) },
      "This is the dialer's record of the call; act on the call of the AI agent.",
    ],
    ["it is a human's", { leg: leg({ role: 'HUMAN' }) }, 'The call is with a human agent.'],
    [
      'it is written',
      { leg: leg({ role: 'CHAT' }) },
      'This is a written conversation, not a call of an AI agent.',
    ],
    ['a human has it', { others: [leg({ id: 'h', role: 'HUMAN' })] }, 'The call is with a human agent.'],
    [
      'a human is being rung',
      { others: [leg({ id: 'h', role: 'HUMAN', state: 'RINGING' })] },
      'The call is queued for a human agent.',
    ],
    [
      'it waits for a human',
      { others: [leg({ id: 'h', role: 'HUMAN', state: 'QUEUED' })] },
      'The call is queued for a human agent.',
    ],
    [
      'it was put into the queue from here',
      { actions: [past('ENQUEUE')] },
      'The call is queued for a human agent.',
    ],
    [
      'it was transferred by the assistant',
      { transfers: [{ state: 'BRIDGED' }] },
      'The call was transferred.',
    ],
    ['it was transferred from here', { actions: [past('TRANSFER')] }, 'The call was transferred.'],
  ])('is nothing when %s', (_what, changed, reason) => {
    expect(codes(changed)).toEqual(all('ACTION_NOT_ALLOWED'));
    expect(refusalOf('LISTEN_IN', situation(changed))?.reason).toBe(reason);
  });

  it('is everything again when the human has hung up', () => {
    const others = [leg({ id: 'h', role: 'HUMAN', state: 'TERMINAL' })];
    expect(codes({ others })).toEqual(codes({}));
  });

  it('is only handing back when a person has taken it over; a second one gets CONFLICT', () => {
    expect(codes({ actions: [past('TAKE_OVER')] })).toEqual({
      ...all('ACTION_NOT_ALLOWED'),
      HAND_BACK: 'allowed',
      TAKE_OVER: 'CONFLICT',
    });
  });

  it('is everything again after it was handed back', () => {
    const actions = [past('HAND_BACK', 'DONE', NOW + 1), past('TAKE_OVER')];
    expect(codes({ actions })).toEqual(codes({}));
  });

  it('leaves what failed out of account', () => {
    for (const kind of MONITORING_KINDS.filter(isExclusive))
      expect(codes({ actions: [past(kind, 'FAILED')] })).toEqual(codes({}));
  });

  it('lets a take-over of which nothing is known be handed back, and be tried again', () => {
    const known = codes({ actions: [past('TAKE_OVER', 'TIMED_OUT')] });
    expect(known).toEqual(all('allowed'));
    const answered = [past('TAKE_OVER', 'TIMED_OUT'), past('HAND_BACK', 'DONE', NOW + 1)];
    expect(codes({ actions: answered })).toEqual(codes({}));
  });

  it.each<MonitoringState>(['REQUESTED', 'ACCEPTED'])(
    'is only to hear and to coach while an action that moves the call is %s',
    (state) => {
      for (const kind of ['TAKE_OVER', 'TRANSFER', 'ENQUEUE', 'END'] as const)
        expect(codes({ actions: [past(kind, state)] })).toEqual({
          ...all('CONFLICT'),
          HAND_BACK: 'ACTION_NOT_ALLOWED',
          LISTEN_IN: 'allowed',
          COACH: 'allowed',
        });
    },
  );

  it('is not hindered by those who listen or coach', () => {
    expect(codes({ actions: [past('LISTEN_IN', 'REQUESTED'), past('COACH', 'REQUESTED')] })).toEqual(
      codes({}),
    );
  });

  it('is what the vendor can do, which is named when it cannot', () => {
    const refused = refusalOf('ENQUEUE', situation({ capabilities: new Set(['END']) }));
    expect(refused).toEqual({
      code: 'CAPABILITY_MISSING',
      reason: 'vapi cannot do ENQUEUE with the settings of this source.',
    });
    expect(refusalOf('END', situation({ capabilities: new Set(['END']) }))).toBeNull();
  });

  it('says first that the call is over, whatever the vendor can do', () => {
    const over = { leg: leg({ state: 'TERMINAL' }), capabilities: new Set<MonitoringKind>() };
    expect(codes(over)).toEqual(all('ACTION_NOT_ALLOWED'));
  });

  it('is for administrators and supervisors, and coaching for agents too', () => {
    const allowed = Object.fromEntries(
      API_ROLES.map((role) => [role, MONITORING_KINDS.filter((kind) => may(role, neededToAct(kind))).length]),
    );
    expect(allowed).toEqual({ ADMIN: 7, SUPERVISOR: 7, AGENT: 1, CALLS_ONLY: 0, INGEST: 0 });
    expect(may('AGENT', neededToAct('COACH'))).toBe(true);
  });
});

describe('who has the call', () => {
  it.each<[string, PastAction[], string, string | null]>([
    ['the assistant from the beginning', [], 'ASSISTANT', null],
    ['a person who took it over', [past('TAKE_OVER')], 'PERSON', `TAKE_OVER/${NOW}`],
    ['nobody new while it is asked for', [past('TAKE_OVER', 'REQUESTED')], 'ASSISTANT', null],
    ['the queue', [past('ENQUEUE')], 'QUEUE', `ENQUEUE/${NOW}`],
    ['whoever was called', [past('TRANSFER')], 'ELSEWHERE', `TRANSFER/${NOW}`],
    ['nobody after the end', [past('END')], 'NOBODY', `END/${NOW}`],
    ['the assistant after a coaching note', [past('COACH'), past('LISTEN_IN')], 'ASSISTANT', null],
    [
      'the latest, not the last in the list',
      [past('TAKE_OVER', 'DONE', NOW + 5), past('HAND_BACK', 'DONE', NOW + 1)],
      'PERSON',
      `TAKE_OVER/${NOW + 5}`,
    ],
  ])('is %s', (_who, actions, by, actionId) => {
    expect(holderOf(actions)).toEqual({ by, actionId });
  });
});

describe('the take-over that a hand-back undoes', () => {
  it.each<[string, PastAction[], string | null]>([
    ['is none when nobody took the call', [past('LISTEN_IN'), past('COACH')], null],
    ['is the one that was done', [past('TAKE_OVER')], `TAKE_OVER/${NOW}`],
    ['may be one of which nothing is known', [past('TAKE_OVER', 'TIMED_OUT')], `TAKE_OVER/${NOW}`],
    ['is none while it is under way', [past('TAKE_OVER', 'REQUESTED')], null],
    ['is none when it failed', [past('TAKE_OVER', 'FAILED')], null],
    ['is none when it was undone', [past('TAKE_OVER'), past('HAND_BACK', 'DONE', NOW + 1)], null],
    [
      'stays when nobody knows whether it was undone',
      [past('TAKE_OVER'), past('HAND_BACK', 'TIMED_OUT', NOW + 1)],
      `TAKE_OVER/${NOW}`,
    ],
  ])('%s', (_what, actions, id) => {
    expect(takenBy(actions)?.id ?? null).toBe(id);
  });
});

describe('an action that waits', () => {
  const waiting = (
    kind: MonitoringKind,
    destination: string | null = null,
    state: MonitoringState = 'ACCEPTED',
  ) => ({
    kind,
    state,
    requestedAt: NOW,
    destination,
    steps: [] as ActionStep[],
  });
  const call = (state: 'ACTIVE' | 'TERMINAL', ...transfers: Pick<Transfer, 'state' | 'target'>[]) => ({
    state,
    transfers,
  });
  const target = '+12025550150';

  it.each<
    [string, ReturnType<typeof waiting>, ReturnType<typeof call> | null, number, ReturnType<typeof settled>]
  >([
    ['goes on while the call goes on', waiting('END'), call('ACTIVE'), 0, null],
    ['is done when the call it ends has ended', waiting('END'), call('TERMINAL'), 0, 'DONE'],
    [
      'is done though nobody answered, when the call shows it',
      waiting('END', null, 'REQUESTED'),
      call('TERMINAL'),
      60_000,
      'DONE',
    ],
    ['goes on up to the last ms', waiting('END'), call('ACTIVE'), ACTION_TIMEOUT_MS - 1, null],
    ['times out after ten seconds', waiting('END'), call('ACTIVE'), 10_000, 'TIMED_OUT'],
    ['times out without its call too', waiting('END'), null, 10_000, 'TIMED_OUT'],
    [
      'is done when the call is on its way there',
      waiting('TRANSFER', target),
      call('ACTIVE', { state: 'REQUESTED', target }),
      0,
      'DONE',
    ],
    [
      'is done whatever the spelling',
      waiting('TRANSFER', target),
      call('ACTIVE', { state: 'BRIDGED', target: 'sip:+12025550150@carrier.example' }),
      0,
      'DONE',
    ],
    [
      'is not done by a transfer to others',
      waiting('TRANSFER', target),
      call('ACTIVE', { state: 'BRIDGED', target: '+1999' }),
      0,
      null,
    ],
    [
      'is not done by one that failed',
      waiting('TRANSFER', target),
      call('ACTIVE', { state: 'FAILED', target }),
      0,
      null,
    ],
    [
      'is not done by a hang-up of the caller',
      waiting('TRANSFER', target),
      call('TERMINAL'),
      10_000,
      'TIMED_OUT',
    ],
    [
      'is done when the queue is rung',
      waiting('ENQUEUE', 'sip:q@desk'),
      call('ACTIVE', { state: 'RINGING', target: 'sip:q@desk' }),
      0,
      'DONE',
    ],
    [
      'is not done by anything but an answer when it silences',
      waiting('TAKE_OVER'),
      call('TERMINAL'),
      0,
      null,
    ],
    [
      'has failed when time ends it between being rung and being moved',
      { ...waiting('TAKE_OVER', 'client:ann', 'REQUESTED'), steps: ['RING_PERSON', 'RELEASE_PERSON'] },
      call('ACTIVE'),
      10_000,
      'FAILED',
    ],
    [
      'goes on between being rung and being moved',
      { ...waiting('TAKE_OVER', 'client:ann', 'REQUESTED'), steps: ['RING_PERSON'] },
      call('ACTIVE'),
      9_999,
      null,
    ],
    [
      'times out when the caller may have been moved',
      { ...waiting('TAKE_OVER', 'client:ann', 'REQUESTED'), steps: ['RING_PERSON', 'MOVE_CALLER'] },
      call('ACTIVE'),
      10_000,
      'TIMED_OUT',
    ],
    ['is left alone when it is final', waiting('END', null, 'FAILED'), call('TERMINAL'), 99_000, null],
  ])('%s', (_what, action, effect, after, expected) => {
    expect(settled(action, effect, NOW + after)).toBe(expected);
  });
});

describe('a hand-off', () => {
  const asked = (fields: Partial<Transfer> = {}): Transfer => ({
    id: 'x',
    initiator: 'AI',
    state: 'REQUESTED',
    requestedAt: NOW,
    ...fields,
  });
  const assistant = (...transfers: Transfer[]) =>
    ({ role: 'ASSISTANT', state: 'ACTIVE', transfers, lastEventAt: NOW + 9 }) as const;

  it.each<[string, Parameters<typeof handOffAt>[0], number | null]>([
    ['waits since it was asked for', assistant(asked()), NOW],
    ['waits since the first request', assistant(asked({ requestedAt: NOW + 5 }), asked()), NOW],
    ['waits while the human is rung', assistant(asked({ state: 'RINGING' })), NOW],
    ['waits since the last sign when nobody says when', assistant(asked({ requestedAt: null })), NOW + 9],
    ['counts as asked by the assistant when nobody says who', assistant(asked({ initiator: null })), NOW],
    ['is none when a supervisor asked', assistant(asked({ initiator: 'SUPERVISOR' })), null],
    ['is over when the human came', assistant(asked({ state: 'BRIDGED' })), null],
    ['is over when it failed', assistant(asked({ state: 'FAILED' })), null],
    ['is over with the call', { ...assistant(asked()), state: 'TERMINAL' }, null],
    ['is only of assistants', { ...assistant(asked()), role: 'DIALER' }, null],
    ['is none without a request', assistant(), null],
  ])('%s', (_what, call, expected) => {
    expect(handOffAt(call)).toBe(expected);
  });
});
