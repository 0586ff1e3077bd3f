import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../src/domain/call.js';
import { canonicalJson } from '../../src/domain/canonical.js';
import type { KeyFault } from '../../src/domain/correlate.js';
import type { LegKey } from '../../src/domain/leg.js';
import type { Interaction, Surroundings } from '../../src/domain/interaction.js';
import { project } from '../../src/domain/interaction.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import type { Json, Transfer } from '../../src/domain/record.js';
import type { KeyScope, Role } from '../../src/domain/words.js';
import { ROLES } from '../../src/domain/words.js';
import { at, ended, HOUR, open, surroundings } from '../support/calls.js';

const interaction = (calls: readonly Call[], fields: Partial<Surroundings> = {}): Interaction =>
  project(calls, surroundings(fields)).interaction;

const dialer = (fields: Partial<Call> = {}) => ended('DIALER', 0, 120, fields);
const assistant = (fields: Partial<Call> = {}) => ended('ASSISTANT', 2, 119, fields);
const human = (fields: Partial<Call> = {}) => ended('HUMAN', 60, 118, fields);
const chat = (fields: Partial<Call> = {}) => ended('CHAT', 1, 117, fields);

describe('an interaction is the sum of its calls', () => {
  it('of two whole calls', () => {
    expect(interaction([assistant(), dialer()])).toMatchObject({
      reference: null,
      externalIds: ['dialer', 'assistant'],
      channel: 'VOICE',
      direction: null,
      platform: null,
      customerAddress: null,
      customerName: null,
      did: null,
      carrier: null,
      startedAt: at(0),
      endedAt: at(120),
      durationMs: 120_000,
      lastMessageAt: null,
      lastActivityAt: at(120),
      status: 'COMPLETE',
      dropStage: null,
      dropDetail: null,
      isProvisional: false,
      expectedBy: null,
      faultDomain: null,
      why: {
        code: 'ALL_SEGMENTS_PRESENT',
        facts: [
          { name: 'legs', value: 2 },
          { name: 'durationMs', value: 120_000 },
        ],
      },
      outcome: 'COMPLETED',
      outcomeReason: null,
      segments: [
        expect.objectContaining({ legId: 'dialer' }),
        expect.objectContaining({ legId: 'assistant' }),
      ],
      alignment: { isAligned: true, joinDelayMs: 2_000, overrunMs: -1_000, holeMs: 2_000 },
      transfers: [],
      campaign: null,
      flow: null,
      functions: [],
      tags: [],
      sentiment: [],
      reviewFlags: [],
      annotations: [],
      summary: null,
      cost: null,
      hasRecording: false,
      isTest: false,
      disagreements: [],
      policyVersion: 1,
      nextEvaluationAt: null,
    });
  });

  it('has no end, no length and no outcome while it goes on, and the last sign of it', () => {
    expect(interaction([ended('DIALER', 0, 40), open('ASSISTANT', 2, 50)], { now: at(60) })).toMatchObject({
      status: 'IN_PROGRESS',
      endedAt: null,
      durationMs: null,
      outcome: null,
      outcomeReason: null,
      lastActivityAt: at(50),
      nextEvaluationAt: at(50) + DEFAULT_POLICY.silence,
    });
  });

  it('ends with its last leg, presumed ends included', () => {
    expect(interaction([dialer(), open('ASSISTANT', 2, 50)])).toMatchObject({ endedAt: at(120) });
    expect(interaction([open('DIALER', 0, 60), open('ASSISTANT', 2, 50)])).toMatchObject({
      endedAt: at(60),
      durationMs: 60_000,
    });
  });

  it('starts with its first leg and never lasts less than nothing', () => {
    expect(interaction([dialer({ startedAt: at(-2) }), assistant()]).startedAt).toBe(at(-2));
    expect(interaction([ended('ASSISTANT', 60, 0)])).toMatchObject({ startedAt: at(60), durationMs: 0 });
  });

  it('keeps the version of the policy that decided it (R28)', () => {
    expect(interaction([dialer()], { policy: { ...DEFAULT_POLICY, version: 7 } }).policyVersion).toBe(7);
  });

  it('is a voice call when nobody names a channel, and is judged by the channel that is named', () => {
    expect(interaction([assistant()]).status).toBe('DROPPED');
    expect(interaction([assistant({ channel: 'WEB' })])).toMatchObject({
      channel: 'WEB',
      status: 'COMPLETE',
    });
  });
});

describe('where sources differ, one is believed first', () => {
  const byLine: Role[] = ['DIALER', 'CHAT', 'HUMAN', 'ASSISTANT'];
  const byTalk: Role[] = ['ASSISTANT', 'CHAT', 'HUMAN', 'DIALER'];
  const call: Record<Role, (fields: Partial<Call>) => Call> = {
    DIALER: dialer,
    ASSISTANT: assistant,
    HUMAN: human,
    CHAT: chat,
  };

  it.each<[keyof Interaction & keyof Call, string]>([
    ['reference', 'line'],
    ['customerAddress', 'line'],
    ['did', 'line'],
    ['carrier', 'line'],
    ['campaign', 'line'],
    ['customerName', 'talk'],
    ['flow', 'talk'],
  ])('%s: about the %s', (field, about) => {
    const order = about === 'line' ? byLine : byTalk;
    const calls = order.map((role) => call[role]({ [field]: role }));
    for (const [place, role] of order.entries())
      expect(interaction(calls.slice(place).reverse())[field]).toBe(role);
    expect(interaction(order.map((role) => call[role]({})))[field]).toBeNull();
  });

  it('the channel, the direction and the platform are those of the line', () => {
    const calls = [
      assistant({ channel: 'WEB', direction: 'OUTBOUND', platform: 'SIP' }),
      dialer({ channel: 'VOICE', direction: 'INBOUND', platform: 'PHONE' }),
    ];
    expect(interaction(calls)).toMatchObject({ channel: 'VOICE', direction: 'INBOUND', platform: 'PHONE' });
  });

  it('the summary is that of the talk', () => {
    const said = (summary: string | null) => ({ postCallAnalysis: { summary } });
    expect(interaction([dialer(said('line')), assistant(said('talk'))]).summary).toBe('talk');
    expect(interaction([dialer(said('line')), assistant(said(null))]).summary).toBe('line');
  });

  it('of two legs of one role the earlier is believed', () => {
    const first = dialer({ externalId: 'd1', id: 'd1', did: 'one' });
    const second = dialer({ externalId: 'd2', id: 'd2', did: 'two', startedAt: at(1) });
    expect(interaction([second, first]).did).toBe('one');
  });
});

describe('each claim is kept, one is resolved, the rest show as disagreements', () => {
  it('of the direction: the dialer is believed', () => {
    expect(
      interaction([assistant({ direction: 'OUTBOUND' }), dialer({ direction: 'INBOUND' })]),
    ).toMatchObject({
      direction: 'INBOUND',
      disagreements: [
        {
          code: 'CLAIMS_DIFFER',
          field: 'direction',
          resolved: 'INBOUND',
          claims: [
            { legId: 'dialer', value: 'INBOUND' },
            { legId: 'assistant', value: 'OUTBOUND' },
          ],
          rule: 'the dialer is believed first',
        },
      ],
    });
  });

  it('of the customer: the dialer is believed, and spelling is no difference', () => {
    const differ = (one: string, other: string) =>
      interaction([
        dialer({ customerAddress: one }),
        assistant({ customerAddress: other }),
      ]).disagreements.map(({ field, resolved }) => [field, resolved]);
    expect(differ('+1 202-555-0123', '12025550123')).toEqual([]);
    expect(differ('Ann@Example.com', 'ann@example.com')).toEqual([]);
    expect(differ('+12025550123', '+12025550124')).toEqual([['customer.address', '+12025550123']]);
  });

  it('of who hung up: the assistant is believed', () => {
    const calls = [dialer({ disconnectedBy: 'SYSTEM' }), assistant({ disconnectedBy: 'CUSTOMER' }), human()];
    expect(interaction(calls).disagreements).toEqual([
      {
        code: 'CLAIMS_DIFFER',
        field: 'disconnectedBy',
        resolved: 'CUSTOMER',
        claims: [
          { legId: 'assistant', value: 'CUSTOMER' },
          { legId: 'dialer', value: 'SYSTEM' },
        ],
        rule: 'of those that were there at the end the assistant is believed first, then the dialer',
      },
    ]);
  });

  it('not where one source says nothing, or both the same', () => {
    expect(interaction([dialer({ direction: 'INBOUND' }), assistant()]).disagreements).toEqual([]);
    const same = { direction: 'INBOUND', disconnectedBy: 'CUSTOMER' } as const;
    expect(interaction([dialer(same), assistant(same)]).disagreements).toEqual([]);
  });

  it('of a version that came with two bodies (R1)', () => {
    const versionConflicts = [{ version: '3', bodies: ['carrier: one', 'carrier: two'] }];
    expect(interaction([dialer({ versionConflicts }), assistant()]).disagreements).toEqual([
      {
        code: 'VERSION_CONFLICT',
        field: 'version',
        resolved: '3',
        claims: [
          { legId: 'dialer', value: 'carrier: one' },
          { legId: 'dialer', value: 'carrier: two' },
        ],
        rule: 'several bodies came with the version 3; where they differ the last claim is used: the body with the later event time, and of equal times the one with the greater hash',
      },
    ]);
  });

  it.each<[KeyFault, string]>([
    ['EMPTY', 'KEY_IGNORED'],
    ['PLACEHOLDER', 'KEY_IGNORED'],
    ['OWN_ID', 'KEY_IGNORED'],
    ['REACHES_TOO_FAR', 'KEY_QUARANTINED'],
  ])('of a key that joins nothing because of %s: %s (R8)', (fault, code) => {
    const ignoredKeys = new Map([['dialer', [{ key: { namespace: 'crm', value: 'x' }, fault }]]]);
    const [one, ...others] = interaction([dialer(), assistant()], { ignoredKeys }).disagreements;
    expect(one).toMatchObject({
      code,
      field: 'keys.crm',
      resolved: null,
      claims: [{ legId: 'dialer', value: 'x' }],
    });
    expect(one?.rule).not.toBe('');
    expect(others).toEqual([]);
  });
});

describe('a correlation id that legs state differently', () => {
  const id = (value: string, namespace = 'interaction_id', scope: KeyScope = 'INTERACTION'): LegKey => ({
    namespace,
    value,
    scope,
  });
  const disagreements = (dialerKeys: LegKey[], assistantKeys: LegKey[]) =>
    interaction([assistant(), dialer()], {
      keys: new Map([
        ['dialer', dialerKeys],
        ['assistant', assistantKeys],
      ]),
    }).disagreements;

  it('shows as a disagreement; the leg that began first is believed', () => {
    expect(disagreements([id('one')], [id('two')])).toEqual([
      {
        code: 'CLAIMS_DIFFER',
        field: 'keys.interaction_id',
        resolved: 'one',
        claims: [
          { legId: 'dialer', value: 'one' },
          { legId: 'assistant', value: 'two' },
        ],
        rule: 'the id of the leg that began first is believed; the legs were joined by something else',
      },
    ]);
  });

  it('is shown for one leg that states two', () => {
    expect(
      disagreements([id('one'), id('two')], []).map(({ field, claims }) => [field, claims.length]),
    ).toEqual([['keys.interaction_id', 2]]);
  });

  it.each<[string, LegKey[], LegKey[]]>([
    ['when all state the same', [id('one')], [id('one')]],
    ['when one states none', [id('one')], []],
    ['for keys of other systems', [id('one', 'sip_call_id')], [id('two', 'sip_call_id')]],
    ['for keys that join nothing', [id('one', 'interaction_id', 'BRIDGE')], [id('two')]],
  ])('does not show %s', (_name, dialerKeys, assistantKeys) => {
    expect(disagreements(dialerKeys, assistantKeys)).toEqual([]);
  });
});

describe('a record that came after all timers had stopped (R13)', () => {
  const final = at(120) + DEFAULT_POLICY.finalizeAfter;
  it.each<[string, number, number | null]>([
    ['at that moment: in time', final, null],
    ['a ms later: late', final + 1, 1],
  ])('%s', (_name, lastReceivedAt, lateByMs) => {
    expect(interaction([dialer(), assistant()], { lastReceivedAt })).toMatchObject({
      finalAt: final,
      lateByMs,
    });
  });

  it('is none while the interaction goes on', () => {
    const calls = [open('DIALER', 0, 120)];
    expect(interaction(calls, { now: at(121), lastReceivedAt: final + HOUR })).toMatchObject({
      finalAt: null,
      lateByMs: null,
    });
  });
});

describe('a transfer stands once, by the id that its provider gave it (R21)', () => {
  const transfer = (fields: Partial<Transfer>): Transfer => ({ id: 't', ...fields });

  it('with the leg that told of it', () => {
    const one = transfer({ state: 'REQUESTED', requestedAt: at(50), target: null });
    expect(interaction([dialer(), assistant({ transfers: [one] })]).transfers).toEqual([
      { ...one, legId: 'assistant' },
    ]);
  });

  it('the leg that saw most of it tells it, the others fill the gaps', () => {
    const asked = transfer({
      state: 'RINGING',
      requestedAt: at(50),
      target: '+12025550177',
      bridgedAt: null,
    });
    const done = transfer({ state: 'BRIDGED', bridgedAt: at(60), requestedAt: null });
    const merged = { ...asked, ...done, requestedAt: at(50), legId: 'assistant' };
    const calls = [dialer({ transfers: [asked] }), assistant({ transfers: [done] })];
    expect(interaction(calls).transfers).toEqual([merged]);
    expect(interaction([...calls].reverse()).transfers).toEqual([merged]);
  });

  it.each<[Transfer['state'], Transfer['state']]>([
    [null, 'REQUESTED'],
    ['REQUESTED', 'RINGING'],
    ['RINGING', 'CANCELLED'],
    ['CANCELLED', 'FAILED'],
    ['FAILED', 'BRIDGED'],
    ['BRIDGED', 'ENDED'],
  ])('of %s and %s the second goes further', (nearer, further) => {
    for (const [one, other] of [[nearer, further] as const, [further, nearer] as const]) {
      const calls = [
        dialer({ transfers: [transfer({ state: one })] }),
        assistant({ transfers: [transfer({ state: other })] }),
      ];
      expect(interaction(calls).transfers.map(({ state }) => state)).toEqual([further]);
    }
  });

  const told = (one: Partial<Transfer>, other: Partial<Transfer>, source = 'assistant') =>
    interaction([
      dialer({ transfers: [transfer(one)] }),
      assistant({ sourceId: source, transfers: [transfer(other)] }),
    ]).transfers.map(({ id, state, target, failureReason, legId }) => ({
      id,
      state,
      target,
      failureReason,
      legId,
    }));
  const ENDED_WELL = { state: 'ENDED', target: '+12025550171' } as const;

  it('two of one id that two systems send elsewhere are two, and neither has a word of the other', () => {
    const busy = { state: 'FAILED', target: '+12025550172', failureReason: 'busy' } as const;
    expect(told(busy, ENDED_WELL)).toEqual([
      { id: 't', ...busy, legId: 'dialer' },
      { id: 't', ...ENDED_WELL, failureReason: undefined, legId: 'assistant' },
    ]);
  });

  it.each<[string, Partial<Transfer>, Partial<Transfer>, number]>([
    ['one id, and no more is said', {}, {}, 1],
    ['one id, one target', { target: '+12025550171' }, { target: 'tel:+1 202-555-0171' }, 1],
    ['one id, two targets', { target: '+12025550171' }, { target: '+12025550172' }, 2],
    ['one id, bridged 15 s apart', { bridgedAt: at(60) }, { bridgedAt: at(75) }, 1],
    ['one id, bridged further apart', { bridgedAt: at(60) }, { bridgedAt: at(75.001) }, 2],
    ['one id, asked for long before it was bridged', { requestedAt: at(0) }, { bridgedAt: at(75) }, 1],
    ['two ids, and no more is said', { id: 'u' }, {}, 2],
    ['two ids, one target', { id: 'u', target: 'queue' }, { target: 'Queue' }, 2],
    ['two ids, one time', { id: 'u', bridgedAt: at(60) }, { bridgedAt: at(60) }, 2],
    [
      'two ids, one target, bridged 15 s apart',
      { id: 'u', target: 'queue', bridgedAt: at(75) },
      { target: 'Queue', bridgedAt: at(60) },
      1,
    ],
    [
      'two ids, one target, asked for 15 s apart',
      { id: 'u', target: 'sip:agent@desk.example', requestedAt: at(75) },
      { target: 'agent', requestedAt: at(60) },
      1,
    ],
    [
      'two ids, one target, further apart',
      { id: 'u', target: 'queue', bridgedAt: at(75.001) },
      { target: 'queue', bridgedAt: at(60) },
      2,
    ],
    [
      'two ids, two targets, one time',
      { id: 'u', target: 'queue', bridgedAt: at(60) },
      { target: 'desk', bridgedAt: at(60) },
      2,
    ],
  ])('two systems: %s', (_name, one, other, count) => {
    expect(told(one, other)).toHaveLength(count);
    expect(told(other, one)).toHaveLength(count);
  });

  it.each<[string, Partial<Transfer>, Partial<Transfer>, number]>([
    ['one id is one transfer, whatever else is said', { target: '+1' }, { target: '+2' }, 1],
    ['two ids are two, however alike', { id: 'u', ...ENDED_WELL }, ENDED_WELL, 2],
  ])('one system: %s', (_name, one, other, count) => {
    expect(told(one, other, 'dialer')).toHaveLength(count);
  });

  it.each(['BRIDGED', 'ENDED'] as const)('what failed fills nothing of one that is %s', (state) => {
    const failed = { state: 'FAILED', failureReason: 'busy', target: '+12025550172' } as const;
    expect(told(failed, { state }, 'dialer')).toEqual([
      { id: 't', state, target: undefined, failureReason: undefined, legId: 'assistant' },
    ]);
  });

  it('a transfer that came about after it failed gives no reason why it failed', () => {
    const again = { state: 'BRIDGED', failureReason: 'busy' } as const;
    expect(interaction([assistant({ transfers: [transfer(again)] })]).transfers).toMatchObject([
      { state: 'BRIDGED', failureReason: null },
    ]);
  });

  it('and two transfers stand twice', () => {
    const calls = [
      dialer({ transfers: [transfer({ id: 'a' })] }),
      assistant({ transfers: [transfer({ id: 'b' })] }),
    ];
    expect(interaction(calls).transfers.map(({ id, legId }) => [id, legId])).toEqual([
      ['a', 'dialer'],
      ['b', 'assistant'],
    ]);
  });
});

describe('the rest of what the pages show', () => {
  it('tags: what functions answered last, where it is short and no record names the tag', () => {
    const answer = (id: string, name: string, rawResponse: Json) => ({ id, name, rawResponse });
    const toolCalls = [
      answer('1', 'eligible', false),
      answer('2', 'status', 'open'),
      answer('3', 'status', 'shipped'),
      answer('4', 'Issue', 'delivery'),
      answer('5', 'days', 3),
      answer('6', 'order', { id: 1 }),
      answer('7', 'essay', 'x'.repeat(61)),
      answer('8', 'huge', 1e100),
      answer('9', 'nothing', null),
    ];
    expect(interaction([dialer(), assistant({ tags: { Issue: 'refund' }, toolCalls })]).tags).toEqual([
      { name: 'Issue', value: 'refund' },
      { name: 'days', value: '3' },
      { name: 'eligible', value: 'false' },
      { name: 'status', value: 'shipped' },
    ]);
  });

  it('tags: named ones first, the assistant believed first, then the words of the analysis', () => {
    const calls = [
      dialer({ tags: { tier: 'gold', language: 'es' }, postCallAnalysis: { tags: ['line'] } }),
      assistant({ tags: { language: 'en' }, postCallAnalysis: { tags: ['billing', 'tier'] } }),
    ];
    expect(interaction(calls).tags).toEqual([
      { name: 'billing', value: null },
      { name: 'language', value: 'en' },
      { name: 'line', value: null },
      { name: 'tier', value: 'gold' },
    ]);
  });

  it('cost: null when nothing is priced, incomplete when a leg is not, else the sum', () => {
    const usd = (amount: string) => ({ cost: { amount, currency: 'USD' } });
    expect(interaction([dialer(), assistant()]).cost).toBeNull();
    expect(interaction([dialer(usd('0.01')), assistant()]).cost).toEqual({
      amount: '0.01',
      currency: 'USD',
      isComplete: false,
    });
    expect(interaction([dialer(usd('0.01')), assistant(usd('0.002'))]).cost).toEqual({
      amount: '0.012',
      currency: 'USD',
      isComplete: true,
    });
    expect(
      interaction([dialer(usd('0.01')), assistant({ cost: { amount: '1', currency: 'EUR' } })]).cost,
    ).toBeNull();
  });

  it('functions: each tool once, in the order of its first use', () => {
    const tool = (id: string, name: string | null) => ({ id, name });
    const calls = [
      assistant({
        toolCalls: [tool('1', 'lookup'), tool('2', null), tool('3', 'refund'), tool('4', 'lookup')],
      }),
      dialer(),
    ];
    expect(interaction(calls).functions).toEqual(['lookup', 'refund']);
  });

  it('sentiment of all legs in the order of time, review flags of all legs', () => {
    const calls = [
      assistant({ sentiment: [{ label: 'joy', at: at(30) }], reviewFlags: [{ code: 'A' }] }),
      human({ sentiment: [{ label: 'anger', at: at(20) }], reviewFlags: [{ code: 'H' }] }),
    ];
    expect(interaction(calls).sentiment.map(({ label }) => label)).toEqual(['anger', 'joy']);
    expect(interaction(calls).reviewFlags.map(({ code }) => code)).toEqual(['A', 'H']);
  });

  it('the last message: its end, else its start, of any leg', () => {
    const calls = [
      assistant({ messages: [{ id: 'm1', startedAt: at(90), endedAt: at(95) }, { id: 'm2' }] }),
      human({ messages: [{ id: 'm1', startedAt: at(100) }] }),
    ];
    expect(interaction(calls).lastMessageAt).toBe(at(100));
    expect(interaction([assistant({ messages: [{ id: 'm1' }] })]).lastMessageAt).toBeNull();
  });

  it('a recording when a leg has one that can be fetched', () => {
    expect(interaction([dialer({ recording: { state: 'PENDING' } })]).hasRecording).toBe(false);
    expect(interaction([dialer({ recording: { url: 'https://example.com/r' } })]).hasRecording).toBe(true);
  });

  it('a test when any leg says so', () => {
    expect(interaction([dialer(), assistant({ isTest: true })]).isTest).toBe(true);
  });
});

describe('the projection does not depend on the order of the calls (property)', () => {
  const seconds = fc.constantFrom(0, 2, 60);
  const draft = fc.record({
    role: fc.constantFrom(...ROLES),
    externalId: fc.constantFrom('a', 'b', 'c'),
    from: seconds,
    over: fc.boolean(),
    fields: fc.record<Partial<Call>>(
      {
        direction: fc.constantFrom('INBOUND', 'OUTBOUND'),
        disconnectedBy: fc.constantFrom('BOT', 'CUSTOMER'),
        customerAddress: fc.constantFrom('+1', '+2'),
        outcome: fc.constantFrom('COMPLETED', 'FAILED'),
        status: fc.constantFrom('COMPLETED', 'NO_ANSWER', 'FAILED'),
        tags: fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2')),
        cost: fc.constant({ amount: '0.1', currency: 'USD' }),
        transfers: fc.array(
          fc.record<Transfer>({
            id: fc.constantFrom('t', 'u'),
            state: fc.constantFrom('REQUESTED', 'BRIDGED'),
          }),
          { maxLength: 2 },
        ),
        sentiment: fc.array(fc.record({ label: fc.constantFrom('joy', 'anger'), at: seconds.map(at) }), {
          maxLength: 2,
        }),
      },
      { requiredKeys: [] },
    ),
  });
  const calls = fc
    .uniqueArray(draft, {
      minLength: 1,
      maxLength: 5,
      selector: ({ role, externalId }) => `${role}/${externalId}`,
    })
    .map((drafts) =>
      drafts.map(({ role, externalId, from, over, fields }) => {
        const make = over ? ended : open;
        return make(role, from, 100, { externalId, id: `${role}/${externalId}`, ...fields });
      }),
    );

  it('over 2,000 random interactions', () => {
    fc.assert(
      fc.property(calls, fc.constantFrom(at(101), at(5_000)), (all, now) => {
        const state = interaction(all, { now });
        expect(canonicalJson(interaction([...all].reverse(), { now }))).toBe(canonicalJson(state));
        const length = state.why.facts.find(({ name }) => name === 'durationMs');
        if (length !== undefined) expect(length.value).toBe(state.durationMs);
      }),
      { numRuns: 2_000 },
    );
  });
});
