import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Call } from '../../src/domain/call.js';
import { foldCall } from '../../src/domain/call.js';
import type { IgnoredKey } from '../../src/domain/correlate.js';
import { keysOfLeg, partition } from '../../src/domain/correlate.js';
import type { Interaction, Surroundings } from '../../src/domain/interaction.js';
import { project } from '../../src/domain/interaction.js';
import type { Joinable } from '../../src/domain/reach.js';
import type { NeutralRecord, RecordKey, StoredRecord } from '../../src/domain/record.js';
import type { Role } from '../../src/domain/words.js';
import { parseNeutralRecord } from '../../src/ingest/neutral/parse.js';
import { HOUR, MINUTE, at, stored, surroundings } from '../support/calls.js';
import { briefOf, canonicalState, sortedBriefs } from '../support/canonical.js';
import type { Brief, Scenario, SourceName, Step, TenantName } from '../support/scenarios.js';
import { SCENARIOS, SOURCES, ordersOf } from '../support/scenarios.js';

/** A statement on its way in. */
interface Sent {
  tenant: TenantName;
  source: SourceName;
  said: StoredRecord;
}

interface Leg {
  tenant: TenantName;
  id: string;
  sourceId: string;
  records: StoredRecord[];
}

interface State {
  interactions: Interaction[];
  calls: Call[];
}

type Around = Omit<Surroundings, 'ignoredKeys'>;

/** The write side made of domain functions alone: fold, clean the keys, part, project. */
class Pipeline {
  readonly #legs = new Map<string, Leg>();
  readonly #calls = new Map<Leg, Call>();

  /** One batch: its records are kept, and the calls that they touch are folded anew, once. */
  receive(batch: readonly Sent[], receivedAt: number): void {
    const touched = new Set<Leg>();
    for (const { tenant, source, said } of batch) {
      const name = `${tenant}/${source}/${said.record.externalId}`;
      // The id of a leg is when it was first heard of: nothing may depend on it.
      const leg = this.#legs.get(name) ?? {
        tenant,
        id: `leg-${this.#legs.size}`,
        sourceId: source,
        records: [],
      };
      leg.records.push({ ...said, receivedAt });
      this.#legs.set(name, leg);
      touched.add(leg);
    }
    for (const leg of touched)
      this.#calls.set(leg, foldCall({ id: leg.id, sourceId: leg.sourceId }, leg.records));
  }

  state(tenant: TenantName, around: Around): State {
    const calls = [...this.#calls].flatMap(([leg, call]) => (leg.tenant === tenant ? call : []));
    const cleaned = new Map(calls.map((call) => [call.id, keysOf(call)]));
    const joinables = calls.map((leg): Joinable => ({ leg, keys: cleaned.get(leg.id)?.keys ?? [] }));
    const { groups, quarantined } = partition(joinables);
    const tooFar = new Set(quarantined.map(({ namespace, value }) => `${namespace}/${value}`));
    const ignoredKeys = new Map(
      joinables.map(({ leg, keys }): [string, IgnoredKey[]] => {
        const banned = keys.filter(({ namespace, value }) => tooFar.has(`${namespace}/${value}`));
        const far = banned.map((key): IgnoredKey => ({ key, fault: 'REACHES_TOO_FAR' }));
        return [leg.id, [...(cleaned.get(leg.id)?.faults ?? []), ...far]];
      }),
    );
    const callOf = new Map(calls.map((call) => [call.id, call]));
    const interactions = groups.map(
      ({ legIds }) =>
        project(
          legIds.flatMap((id) => callOf.get(id) ?? []),
          { ...around, ignoredKeys },
        ).interaction,
    );
    return { interactions, calls };
  }
}

/** Other systems can name the dialer's calls by its own ids. */
const keysOf = (call: Call) =>
  keysOfLeg(call.statedKeys, call.externalId, call.sourceId === 'dialer' ? 'dialer_call_id' : null);

const sentOf = ({ tenant, source, record }: Step): Sent => ({
  tenant,
  source,
  said: stored(parseNeutralRecord(record, { role: SOURCES[source] }).record),
});

function briefs(pipeline: Pipeline, now: number): Brief[] {
  const all = (['a', 'b'] as const).flatMap((tenant) => {
    const { interactions, calls } = pipeline.state(tenant, surroundings({ now, seesHumans: true }));
    return interactions.map((one) => briefOf(tenant, one, calls));
  });
  return sortedBriefs(all);
}

describe('the scenarios that every build must hold', () => {
  it.each<[string, Scenario]>(Object.values(SCENARIOS).map((one) => [one.name, one]))(
    '%s',
    (_name, scenario) => {
      const pipeline = new Pipeline();
      const waiting = [...scenario.steps].sort((a, b) => a.atMs - b.atMs);
      for (const { atMs, interactions } of scenario.then) {
        const come = waiting.findIndex((step) => step.atMs > atMs);
        for (const step of waiting.splice(0, come < 0 ? waiting.length : come))
          pipeline.receive([sentOf(step)], step.atMs);
        expect(briefs(pipeline, atMs)).toEqual(sortedBriefs(interactions));
      }
      expect(waiting).toEqual([]);
    },
  );

  it('scenario 2: the six records of one call end in one state, exactly, in all 720 orders', () => {
    const { steps, then } = SCENARIOS.anyOrder;
    const now = then.at(-1)?.atMs ?? 0;
    const orders = ordersOf(steps.map(sentOf));
    expect(orders.length).toBe(720);
    const states = orders.map((order) => {
      const pipeline = new Pipeline();
      for (const [place, sent] of order.entries()) pipeline.receive([sent], now + place);
      expect(briefs(pipeline, now)).toEqual(then.at(-1)?.interactions);
      return text(pipeline.state('a', surroundings({ now })));
    });
    expect(new Set(states).size).toBe(1);
  });
});

describe('the final state depends neither on order, nor on repetition, nor on batching (R4)', () => {
  /** Three calls: two close together, the third a day later, so that a key of all of them reaches too far. */
  const STARTS = [0, 40, 25 * 3_600];
  type Draft = { call: number; source: SourceName; statement: number; key: number; version: number };

  const STATEMENTS: Record<SourceName, ((start: number) => Partial<NeutralRecord>)[]> = {
    dialer: [
      (start) => ({
        occurredAt: at(start),
        status: 'RINGING',
        ringAt: at(start),
        customer: { address: '+12025550123' },
      }),
      (start) => ({
        occurredAt: at(start + 2),
        status: 'ACTIVE',
        answeredAt: at(start + 2),
        direction: 'INBOUND',
        carrier: 'one',
      }),
      (start) => ({
        occurredAt: at(start + 90),
        status: 'COMPLETED',
        endedAt: at(start + 90),
        disconnectedBy: 'CUSTOMER',
      }),
      (start) => ({
        occurredAt: at(start + 30),
        status: 'NO_ANSWER',
        endedAt: at(start + 30),
        cost: { amount: '0.1', currency: 'USD' },
      }),
      (start) => ({ occurredAt: at(start + 2), carrier: 'two', tags: { quality: 'bad' } }),
      (start) => ({ occurredAt: at(start + 95), tags: { quality: 'good' }, isTest: true }),
    ],
    assistant: [
      (start) => ({
        occurredAt: at(start + 4),
        status: 'ACTIVE',
        startedAt: at(start + 4),
        direction: 'OUTBOUND',
      }),
      (start) => ({
        occurredAt: at(start + 9),
        messages: [{ id: 'm1', speaker: 'ASSISTANT', text: 'Hi', startedAt: at(start + 5) }],
      }),
      (start) => ({
        occurredAt: at(start + 60),
        messages: [{ id: 'm2', speaker: 'CUSTOMER', text: 'Bye' }],
        wholeLists: ['messages'],
        transfers: [{ id: 't1', state: 'BRIDGED', bridgedAt: at(start + 50) }],
      }),
      (start) => ({
        occurredAt: at(start + 88),
        status: 'COMPLETED',
        endedAt: at(start + 88),
        disconnectedBy: 'BOT',
      }),
      (start) => ({ occurredAt: at(start + 5), status: 'FAILED', endReason: 'no-capacity' }),
    ],
    human: [
      (start) => ({ occurredAt: at(start + 50), status: 'ACTIVE', answeredAt: at(start + 50) }),
      (start) => ({ occurredAt: at(start + 89), status: 'COMPLETED', endedAt: at(start + 89) }),
      (start) => ({
        occurredAt: at(start + 89),
        transfers: [{ id: 't1', state: 'ENDED', target: 'desk' }],
        messages: null,
      }),
    ],
  };
  const KEYS: ((call: number, externalId: string) => RecordKey[] | undefined)[] = [
    (call) => [{ namespace: 'interaction_id', value: `shared-${call}` }],
    (call) => [{ namespace: 'X-Interaction-Id', value: `shared-${call}` }],
    (call) => [{ namespace: 'Dialer_Call_Id', value: `dialer-${call}` }],
    (_call, externalId) => [{ namespace: 'interaction_id', value: `unshared-${externalId}` }],
    (_call, externalId) => [{ namespace: 'interaction_id', value: externalId }],
    () => [
      { namespace: 'interaction_id', value: 'anonymous' },
      { namespace: 'room', value: '7', scope: 'BRIDGE' },
    ],
    () => [{ namespace: 'interaction_id', value: 'constant' }],
    () => undefined,
  ];

  function sentOfDraft({ call, source, statement, key, version }: Draft): Sent {
    const externalId = `${source}-${call}`;
    const role: Role = SOURCES[source];
    const say = STATEMENTS[source][statement % STATEMENTS[source].length];
    const keys = KEYS[key % KEYS.length]?.(call, externalId);
    const said = {
      ...say?.(STARTS[call] ?? 0),
      ...(keys && { keys }),
      ...(version > 0 && { version: String(version) }),
    };
    return { tenant: 'a', source, said: stored({ externalId, role, ...said }) };
  }

  const draft: fc.Arbitrary<Draft> = fc.record({
    call: fc.nat(2),
    source: fc.constantFrom<SourceName>('dialer', 'assistant', 'human'),
    statement: fc.nat(5),
    key: fc.nat(KEYS.length - 1),
    version: fc.nat(3),
  });
  const arrival = fc.record({
    /** The place of each record, and of its repetitions, in the queue. */
    ranks: fc.array(fc.nat(999), { minLength: 18, maxLength: 18 }),
    repeats: fc.array(fc.nat(11), { maxLength: 6 }),
    batches: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
  });
  const around = fc
    .record({
      now: fc.constantFrom(at(100), at(100) + HOUR, at(STARTS[2] ?? 0) + 20 * MINUTE, at(400 * 3_600)),
      watermark: fc.constantFrom(null, at(300), at(300 * 3_600)),
      seesHumans: fc.boolean(),
    })
    .map(({ watermark, ...rest }) =>
      surroundings({ ...rest, watermarks: { DIALER: watermark, ASSISTANT: watermark } }),
    );

  it('over 10,000 random histories with loss, repetition, late arrival, any batching, and bad keys', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(draft, { minLength: 2, maxLength: 12 }), arrival, around, (drafts, how, where) => {
        const records = drafts.map(sentOfDraft);
        const straight = new Pipeline();
        straight.receive(records, at(0));
        const state = straight.state('a', where);
        const expected = text(state);
        expect(text(arrive(records, how).state('a', where))).toBe(expected);
        for (const { status, why } of state.interactions) seen.add(`${status} ${why.code}`);
      }),
      { numRuns: 10_000 },
    );
    // The histories are worth something only if they lead to many ends.
    expect(seen.size).toBeGreaterThanOrEqual(12);
  });

  function arrive(records: readonly Sent[], { ranks, repeats, batches }: fcValue<typeof arrival>): Pipeline {
    const all = [...records, ...repeats.flatMap((place) => records[place % records.length] ?? [])];
    const queue = all
      .map((sent, place) => ({ sent, rank: ranks[place] ?? 0 }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ sent }) => sent);
    const pipeline = new Pipeline();
    for (let turn = 0; queue.length > 0; turn += 1)
      pipeline.receive(queue.splice(0, batches[turn % batches.length]), at(turn));
    return pipeline;
  }
});

type fcValue<T> = T extends fc.Arbitrary<infer V> ? V : never;

const text = ({ interactions, calls }: State): string => JSON.stringify(canonicalState(interactions, calls));
