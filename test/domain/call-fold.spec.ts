import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../src/domain/call.js';
import { byStatement, foldCall } from '../../src/domain/call.js';
import { canonicalJson } from '../../src/domain/canonical.js';
import { legStart } from '../../src/domain/leg.js';
import type { ListName, NeutralRecord, StoredRecord } from '../../src/domain/record.js';
import { LIST_NAMES } from '../../src/domain/record.js';
import { CALL_STATUSES, LEG_STATES } from '../../src/domain/words.js';
import { at, folded, stored } from '../support/calls.js';

type Said = Partial<NeutralRecord>;

const iso = (seconds: number): string => new Date(at(seconds)).toISOString();
const IDENTITY = { id: 'leg', sourceId: 'source' };

describe('a record is identified by its version, else by the hash of its body (R1)', () => {
  const first: Said = { version: '1', occurredAt: at(0), carrier: 'one' };
  const other: Said = { version: '1', occurredAt: at(1), carrier: 'two' };

  const CONFLICT = {
    version: '1',
    bodies: [`carrier: one; occurredAt: ${iso(0)}`, `carrier: two; occurredAt: ${iso(1)}`],
  };

  it('counts the same statement once however often it comes', () => {
    expect(folded(first, first, first)).toEqual(folded(first));
    expect(folded(first, first).recordCount).toBe(1);
  });

  it('keeps two bodies of one version, takes the later one, and raises a version conflict', () => {
    for (const call of [folded(first, other), folded(other, first)]) {
      expect(call).toMatchObject({ carrier: 'two', versionConflicts: [CONFLICT], recordCount: 2 });
    }
  });

  it('takes the same of two bodies with one version and one time, whichever came first', () => {
    const same = { ...other, occurredAt: at(0) };
    expect(folded(first, same)).toEqual(folded(same, first));
    expect(folded(first, same)).toMatchObject({
      carrier: 'two',
      versionConflicts: [{ version: '1', bodies: ['carrier: one', 'carrier: two'] }],
    });
  });

  it('names what is not plain without showing it: it may not be for every reader', () => {
    const one: Said = { version: '7', tokens: { prompt: 10 }, messages: [], reference: null };
    const other: Said = { version: '7', tokens: { prompt: 11 }, messages: [{ id: 'm', text: 'secret' }] };
    const bodies = folded(one, other).versionConflicts.flatMap((conflict) => conflict.bodies);
    expect([...bodies].sort()).toEqual([
      'messages: a list of 0; reference: none; tokens: other content',
      'messages: a list of 1; reference: not said; tokens: other content',
    ]);
  });

  it('tells bodies that differ in nothing we read by their hash', () => {
    const [first] = folded({ version: '7', payload: 'a' }, { version: '7', payload: 'b' }).versionConflicts;
    expect(first?.bodies.map((body) => body.split(' ')[0])).toEqual(['payload', 'payload']);
    expect(new Set(first?.bodies).size).toBe(2);
  });

  it('sees no conflict between statements that have no version, or different ones', () => {
    expect(folded({ carrier: 'one' }, { carrier: 'two' }).versionConflicts).toEqual([]);
    expect(folded(first, { ...other, version: '2' }).versionConflicts).toEqual([]);
  });
});

describe('the highest (version, event time, hash) wins (R4)', () => {
  it.each<[string, Said, Said]>([
    ['a higher number beats a later event time', { version: '1', occurredAt: at(9) }, { version: '2' }],
    ['numbers count as numbers', { version: '9' }, { version: '10' }],
    [
      'numbers beyond what a double holds count as numbers',
      { version: '9007199254740993' },
      { version: '9007199254740994' },
    ],
    [
      'a number of sixteen digits follows one of fifteen',
      { version: '999999999999999' },
      { version: '1000000000000000' },
    ],
    [
      'numbers in nanoseconds are ordered by themselves, not by the event time',
      { version: '1789387200000000001', occurredAt: at(9) },
      { version: '1789387200000000002' },
    ],
    ['a number beats no number', { occurredAt: at(9) }, { version: '1' }],
    ['the later event time wins when there is no version', { occurredAt: at(0) }, { occurredAt: at(1) }],
    [
      'the later event time wins when versions are no numbers',
      { version: 'z', occurredAt: at(0) },
      { version: 'a', occurredAt: at(1) },
    ],
    ['versions that are text decide at equal event times', { version: 'a' }, { version: 'b' }],
  ])('%s', (_rule, lower, higher) => {
    const [low, high] = [stored({ ...lower, flow: 'low' }), stored({ ...higher, flow: 'high' })];
    expect(byStatement(low, high)).toBeLessThan(0);
    expect(byStatement(high, low)).toBeGreaterThan(0);
    expect(foldCall(IDENTITY, [high, low]).flow).toBe('high');
  });

  it('decides equal versions and times by the hash', () => {
    const [one, two] = [stored({ flow: 'one' }), stored({ flow: 'two' })];
    expect(byStatement(one, two)).toBe(-1);
    expect(foldCall(IDENTITY, [two, one]).flow).toBe('two');
  });

  it('looks at the event time, never at the time of receipt (R2)', () => {
    const early = stored({ occurredAt: at(0), flow: 'early' }, at(500));
    const late = stored({ occurredAt: at(1), flow: 'late' }, at(1));
    const call = foldCall(IDENTITY, [late, early]);
    expect(call).toMatchObject({ flow: 'late', firstEventAt: at(0), lastEventAt: at(1) });
    expect(foldCall(IDENTITY, [stored(early.record, at(2)), stored(late.record, at(3))])).toEqual(call);
  });

  it('cannot make a call of nothing', () => {
    expect(() => foldCall(IDENTITY, [])).toThrow('a call has at least one record');
  });
});

describe('any event of a call may come first (R3)', () => {
  it('has nulls for what nothing was said of, a missing start included', () => {
    const call = folded({ role: 'ASSISTANT', occurredAt: at(9), status: 'COMPLETED', endedAt: at(9) });
    expect(call).toMatchObject({
      ...IDENTITY,
      externalId: 'c1',
      role: 'ASSISTANT',
      state: 'TERMINAL',
      queuedAt: null,
      ringAt: null,
      answeredAt: null,
      startedAt: null,
      endedAt: at(9),
      direction: null,
      channel: null,
      customerAddress: null,
      recording: null,
      cost: null,
      latency: null,
      tokens: null,
      isTest: false,
      tags: {},
    });
    for (const name of LIST_NAMES) expect(call[name]).toEqual([]);
  });

  it('fills in the start when the late first statement comes', () => {
    const end: Said = { version: '2', occurredAt: at(9), status: 'COMPLETED', endedAt: at(9) };
    const start: Said = { version: '1', occurredAt: at(1), status: 'ACTIVE', startedAt: at(1) };
    expect(folded(end, start)).toMatchObject({ startedAt: at(1), endedAt: at(9), status: 'COMPLETED' });
  });

  it.each<[string, Said, number]>([
    ['its start', { startedAt: at(5), queuedAt: at(1), ringAt: at(2), answeredAt: at(3) }, at(5)],
    ['else when it was queued', { queuedAt: at(1), ringAt: at(2), answeredAt: at(3) }, at(1)],
    ['else when it rang', { ringAt: at(2), answeredAt: at(3) }, at(2)],
    ['else when it was answered', { answeredAt: at(3) }, at(3)],
    ['else its first event', {}, at(9)],
    ['else its end, if that came before the first event', { endedAt: at(7) }, at(7)],
  ])('takes for the place of a leg on the time line %s', (_rule, said, start) => {
    expect(legStart(folded({ occurredAt: at(9), ...said }))).toBe(start);
  });
});

describe('the state of a leg only moves up UNKNOWN < QUEUED < RINGING < ACTIVE < TERMINAL (R4)', () => {
  it.each<[Said, Call['state']]>([
    [{}, 'UNKNOWN'],
    [{ status: 'UNKNOWN', statusRaw: 'weird' }, 'UNKNOWN'],
    [{ status: 'QUEUED' }, 'QUEUED'],
    [{ status: 'RINGING' }, 'RINGING'],
    [{ status: 'ACTIVE' }, 'ACTIVE'],
    [{ status: 'COMPLETED' }, 'TERMINAL'],
    [{ status: 'FAILED' }, 'TERMINAL'],
    [{ status: 'DECLINED' }, 'TERMINAL'],
    [{ status: 'MISSED' }, 'TERMINAL'],
    [{ status: 'NO_ANSWER' }, 'TERMINAL'],
    [{ status: 'BUSY' }, 'TERMINAL'],
    [{ status: 'CANCELED' }, 'TERMINAL'],
    [{ status: 'VOICEMAIL' }, 'TERMINAL'],
    [{ queuedAt: at(0) }, 'QUEUED'],
    [{ ringAt: at(0) }, 'RINGING'],
    [{ answeredAt: at(0) }, 'ACTIVE'],
    [{ endedAt: at(0) }, 'TERMINAL'],
    [{ status: 'RINGING', answeredAt: at(0) }, 'ACTIVE'],
    [{ startedAt: at(0) }, 'UNKNOWN'],
    [{ endedAt: null }, 'UNKNOWN'],
  ])('%j means %s', (said, state) => {
    expect(folded(said).state).toBe(state);
  });

  it('never goes back, not even on a later statement, and keeps the status that reached the state', () => {
    const call = folded(
      { version: '1', status: 'COMPLETED', endedAt: at(9) },
      { version: '2', status: 'ACTIVE' },
      { version: '3', status: 'UNKNOWN', endedAt: null },
    );
    expect(call).toMatchObject({ state: 'TERMINAL', status: 'COMPLETED', endedAt: null });
  });

  it('lets the later of two final words name the status', () => {
    expect(folded({ version: '1', status: 'COMPLETED' }, { version: '2', status: 'VOICEMAIL' }).status).toBe(
      'VOICEMAIL',
    );
  });

  it('is the highest state of any statement (property)', () => {
    const statuses = fc.array(fc.constantFrom(...CALL_STATUSES), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(statuses, (said) => {
        const states = said.map((status, n) => folded({ version: String(n), status }).state);
        const highest = Math.max(...states.map((state) => LEG_STATES.indexOf(state)));
        const call = folded(...said.map((status, n) => ({ version: String(n), status })));
        expect(call.state).toBe(LEG_STATES[highest]);
      }),
    );
  });
});

describe('absent means "not said", null means "said: none"', () => {
  it('keeps an earlier value when a later statement does not name the field', () => {
    expect(folded({ version: '1', carrier: 'twilio' }, { version: '2' }).carrier).toBe('twilio');
  });

  it('takes an earlier value away when a later statement says null', () => {
    expect(folded({ version: '1', carrier: 'twilio' }, { version: '2', carrier: null }).carrier).toBeNull();
  });

  it('holds for each part of a customer', () => {
    const known: Said = { version: '1', customer: { address: '+12025550123', displayName: 'Ann' } };
    const names = (said: Said) => {
      const { customerAddress, customerName } = folded(known, { version: '2', ...said });
      return [customerAddress, customerName];
    };
    expect(names({})).toEqual(['+12025550123', 'Ann']);
    expect(names({ customer: { displayName: null } })).toEqual(['+12025550123', null]);
    expect(names({ customer: { address: '+12025550124' } })).toEqual(['+12025550124', 'Ann']);
    expect(names({ customer: null })).toEqual([null, null]);
  });

  it('holds for tags, one by one', () => {
    const known: Said = { version: '1', tags: { language: 'en', tier: 'gold' } };
    expect(folded(known, { version: '2', tags: { tier: 'silver' } }).tags).toEqual({
      language: 'en',
      tier: 'silver',
    });
    expect(folded(known, { version: '2', tags: null }).tags).toEqual({});
  });

  it('holds for each part of a recording, of latencies, tokens, cache and analysis', () => {
    const call = folded(
      {
        version: '1',
        recording: { url: 'https://example.com/r', durationMs: 5 },
        latency: { sttMs: 10, llmMs: 20 },
        tokens: { prompt: 1 },
        postCallCache: { status: 'HIT' },
        postCallAnalysis: { summary: 'Good', tags: ['billing'] },
      },
      {
        version: '2',
        recording: { durationMs: 6 },
        latency: { llmMs: null },
        tokens: { completion: 2 },
        postCallCache: { cachedRead: 3 },
        postCallAnalysis: { tags: [] },
      },
    );
    expect(call.recording).toEqual({ url: 'https://example.com/r', durationMs: 6 });
    expect(call.latency).toEqual({ sttMs: 10, llmMs: null });
    expect(call.tokens).toEqual({ prompt: 1, completion: 2 });
    expect(call.postCallCache).toEqual({ status: 'HIT', cachedRead: 3 });
    expect(call.postCallAnalysis).toEqual({ summary: 'Good', tags: [] });
    expect(
      folded({ version: '1', recording: { url: 'x' } }, { version: '2', recording: null }),
    ).toMatchObject({
      recording: null,
    });
  });

  it('takes a cost and a quality check whole: amount and currency belong together', () => {
    const cost = { amount: '0.10', currency: 'USD', isComplete: false };
    const call = folded(
      { version: '1', cost, qcAnalysis: { fields: { a: 1, b: 2 } } },
      { version: '2', cost: { amount: '0.12', currency: 'USD' }, qcAnalysis: { fields: { b: 3 } } },
    );
    expect(call.cost).toEqual({ amount: '0.12', currency: 'USD' });
    expect(call.qcAnalysis).toEqual({ fields: { b: 3 } });
  });

  it('calls a statement that says nothing of it no test, and believes the last one that does', () => {
    expect(folded({ version: '1', isTest: true }, { version: '2' }).isTest).toBe(true);
    expect(folded({ version: '1', isTest: true }, { version: '2', isTest: null }).isTest).toBe(false);
  });
});

describe('lists are upserts by the id of their items', () => {
  const message = (id: string, seconds: number, text = id) => ({ id, text, startedAt: at(seconds) });

  it('adds new items and changes only what is said of known ones', () => {
    const call = folded(
      { version: '1', messages: [message('m1', 1), message('m2', 2)] },
      { version: '2', messages: [{ id: 'm2', interrupted: true }, message('m3', 3)] },
    );
    expect(call.messages).toEqual([
      message('m1', 1),
      { ...message('m2', 2), interrupted: true },
      message('m3', 3),
    ]);
  });

  it('takes a part of an item away when it is said to be null', () => {
    const call = folded(
      { version: '1', messages: [message('m1', 1)] },
      { version: '2', messages: [{ id: 'm1', text: null }] },
    );
    expect(call.messages).toEqual([{ id: 'm1', text: null, startedAt: at(1) }]);
  });

  it('forgets what a list that is stated in full no longer has', () => {
    const call = folded(
      { version: '1', messages: [message('m1', 1), message('m2', 2)], toolCalls: [{ id: 't1' }] },
      { version: '2', messages: [{ id: 'm2', interrupted: true }], wholeLists: ['messages'] },
    );
    expect(call.messages).toEqual([{ ...message('m2', 2), interrupted: true }]);
    expect(call.toolCalls).toEqual([{ id: 't1' }]);
    expect(call.hasWholeLists).toBe(true);
  });

  it('keeps what a later statement adds to a list that was stated in full', () => {
    const call = folded(
      { version: '3', messages: [message('m3', 3)] },
      { version: '2', messages: [message('m2', 2)], wholeLists: ['messages'] },
      { version: '1', messages: [message('m1', 1)] },
    );
    expect(call.messages.map(({ id }) => id)).toEqual(['m2', 'm3']);
  });

  it('leaves a list alone that is called whole and not stated', () => {
    const call = folded(
      { version: '1', messages: [message('m1', 1)] },
      { version: '2', wholeLists: ['messages'] },
    );
    expect(call.messages).toEqual([message('m1', 1)]);
  });

  it.each(LIST_NAMES.map((name) => [name]))('empties %s when they are said to be none', (name: ListName) => {
    const item = ITEMS[name];
    expect(folded({ version: '1', [name]: [item] })[name]).toEqual([item]);
    expect(folded({ version: '1', [name]: [item] })).toMatchObject({ hasWholeLists: false });
    const emptied = folded({ version: '1', [name]: [item] }, { version: '2', [name]: null });
    expect(emptied).toMatchObject({ [name]: [], hasWholeLists: true });
  });

  it.each(LIST_NAMES.map((name) => [name]))('knows the items of %s again by what names them', (name) => {
    const item = ITEMS[name];
    expect(folded({ version: '1', [name]: [item] }, { version: '2', [name]: [item] })[name]).toEqual([item]);
  });

  it('puts everything in the order of time, whatever order it was said in', () => {
    const call = folded({
      messages: [message('m2', 2), message('m1', 1), { id: 'm0' }],
      toolCalls: [
        { id: 't2', startedAt: at(2) },
        { id: 't1', startedAt: at(1) },
      ],
      turns: [{ turn: 10 }, { turn: 9 }],
      events: [
        { id: 'e2', at: at(2) },
        { id: 'e1', at: at(1) },
      ],
      transfers: [
        { id: 'x2', requestedAt: at(2) },
        { id: 'x1', requestedAt: at(1) },
      ],
    });
    expect(call.messages.map(({ id }) => id)).toEqual(['m1', 'm2', 'm0']);
    expect(call.toolCalls.map(({ id }) => id)).toEqual(['t1', 't2']);
    expect(call.turns.map(({ turn }) => turn)).toEqual([9, 10]);
    expect(call.events.map(({ id }) => id)).toEqual(['e1', 'e2']);
    expect(call.transfers.map(({ id }) => id)).toEqual(['x1', 'x2']);
  });
});

describe('a key cannot be unsaid', () => {
  const key = (value: string) => ({ namespace: 'interaction_id', value });

  it('keeps every key that any statement named, once', () => {
    const call = folded(
      { version: '1', keys: [key('b')] },
      { version: '2', keys: [key('a'), key('b')] },
      { version: '3', keys: null },
      { version: '4' },
    );
    expect(call.statedKeys).toEqual([key('a'), key('b')]);
  });

  it('keeps a value under each scope that it was stated with', () => {
    const call = folded(
      { version: '1', keys: [key('a')] },
      { version: '2', keys: [{ ...key('a'), scope: 'CUSTOMER' }] },
      { version: '3', keys: [{ ...key('a'), scope: 'INTERACTION' }] },
    );
    expect(call.statedKeys).toEqual([
      { ...key('a'), scope: 'CUSTOMER' },
      { ...key('a'), scope: 'INTERACTION' },
    ]);
  });
});

describe('the final state depends neither on order nor on repetition nor on batching (R4, property)', () => {
  const seconds = fc.integer({ min: 0, max: 5 }).map(at);
  const said = fc.record<Said>(
    {
      version: fc.constantFrom('1', '2', '10', 'a', '20000000000000000'),
      occurredAt: seconds,
      status: fc.constantFrom(...CALL_STATUSES),
      statusRaw: fc.constantFrom('raw', null),
      carrier: fc.constantFrom('one', 'two', null),
      answeredAt: fc.option(seconds),
      endedAt: fc.option(seconds),
      tags: fc.option(fc.dictionary(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2'))),
      recording: fc.option(
        fc.record({ url: fc.constantFrom('u', null), durationMs: fc.nat(2) }, { requiredKeys: [] }),
      ),
      customer: fc.option(fc.record({ address: fc.constantFrom('+1', null) }, { requiredKeys: [] })),
      messages: fc.option(
        fc.array(
          fc.record(
            {
              id: fc.constantFrom('m1', 'm2'),
              text: fc.constantFrom('a', null),
              startedAt: fc.option(seconds),
            },
            { requiredKeys: ['id'] },
          ),
          { maxLength: 3 },
        ),
      ),
      wholeLists: fc.constant<ListName[]>(['messages']),
      keys: fc.array(fc.record({ namespace: fc.constant('k'), value: fc.constantFrom('1', '2') }), {
        maxLength: 2,
      }),
    },
    { requiredKeys: [] },
  );

  it('over 3,000 random calls', () => {
    const history = fc.array(said, { minLength: 1, maxLength: 7 });
    const shuffles = fc.array(fc.nat(99), { minLength: 21, maxLength: 21 });
    fc.assert(
      fc.property(history, shuffles, (statements, ranks) => {
        const records = statements.map((one) => stored(one));
        const arrival = shuffled([...records, ...records.filter((_, n) => n % 2 === 0)], ranks);
        expect(canonicalJson(foldCall(IDENTITY, arrival))).toBe(canonicalJson(foldCall(IDENTITY, records)));
      }),
      { numRuns: 3_000 },
    );
  });
});

const shuffled = (records: readonly StoredRecord[], ranks: readonly number[]): StoredRecord[] =>
  records
    .map((record, place) => ({ record: { ...record, receivedAt: at(place) }, rank: ranks[place] ?? 0 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ record }) => record);

/** One item of each list, with all that names it. */
const ITEMS: { [L in ListName]: NonNullable<NeutralRecord[L]>[number] } = {
  messages: { id: 'm', text: 'Hi' },
  toolCalls: { id: 't', name: 'lookup' },
  knowledgeSearches: { id: 'k', query: 'refund' },
  turns: { turn: 1, llmMs: 300 },
  interruptions: { at: at(1), by: 'CUSTOMER' },
  events: { id: 'e', type: 'answered' },
  serviceErrors: { service: 'LLM', at: at(1), processor: 'turn' },
  integrationLog: { integration: 'crm', at: at(1) },
  transfers: { id: 'x', state: 'REQUESTED' },
  sentiment: { label: 'anger', at: at(1) },
  reviewFlags: { code: 'ANOMALY' },
};
