import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partition } from '../../src/domain/correlate.js';
import { DEFAULT_POLICY } from '../../src/domain/policy.js';
import type { Joinable } from '../../src/domain/reach.js';
import { presenceOf } from '../../src/domain/thread.js';
import type { Channel } from '../../src/domain/words.js';
import { PolicyStore } from '../../src/storage/policy-store.js';
import { RelationReader } from '../../src/storage/relation-reader.js';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { call } from '../support/calls.js';
import type { SourceName } from '../support/world.js';
import { at, BASE, World } from '../support/world.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What source records and decisions do not say; all of it can be made again. */
const DERIVED = `leg, call, transcript_entry, tool_call, knowledge_search, correlation_key, quarantined_key, orphan,
  leg_pair, interaction, interaction_redirect, interaction_version, status_change, funnel_delta, funnel_cell`;
const by = { actor: { id: 'key-1', role: 'SUPERVISOR' as const }, reason: 'because' };

let world: World;
let relations: RelationReader;
beforeAll(async () => {
  world = await World.create(2, ['chat', 'dialer', 'assistant', 'human']);
  relations = new RelationReader(world.db);
});
afterEach(async () => {
  await world.clear();
  world.now = BASE;
});
afterAll(() => world.close());

/** A session that has ended: from so many seconds after the base time to so many. */
const session = (id: string, from: number, to: number, rest: object = {}) => ({
  externalId: id,
  occurredAt: at(to),
  channel: 'CHAT',
  status: 'COMPLETED',
  startedAt: at(from),
  answeredAt: at(from),
  endedAt: at(to),
  keys: [{ namespace: 'thread_id', value: 't1' }],
  ...rest,
});

const groups = async (tenantId = world.tenantId) =>
  (await world.summaries(tenantId)).map(({ legs }) => legs.join(' + '));

const interactionOf = async (externalId: string): Promise<string> => {
  const [row]: { id: string }[] = await world.db.query(
    'select interaction_id as id from leg where external_id = $1',
    [externalId],
  );
  return row?.id ?? '';
};

/** What each interaction is related to, by their first legs. */
async function related(tenantId = world.tenantId): Promise<Record<string, string[]>> {
  const rows: { id: string; name: string }[] = await world.db.query(
    'select id, external_ids[1] as name from interaction where tenant_id = $1 order by started_at',
    [tenantId],
  );
  const nameOf = new Map(rows.map(({ id, name }) => [id, name]));
  const found = await relations.ofInteractions(tenantId, [...nameOf.keys()]);
  return Object.fromEntries(
    rows.map(({ id, name }) => [
      name,
      (found.get(id) ?? []).map(({ kind, interactionId }) => `${kind} ${nameOf.get(interactionId) ?? '?'}`),
    ]),
  );
}

/** Everything that is told, without what tells when and how often it was. */
async function state(): Promise<object[]> {
  const told: object[][] = await Promise.all([
    world.db.query(
      `select (to_jsonb(i) - '{id,revision,created_at,updated_at}'::text[])::jsonb as state
         from interaction i order by tenant_id, external_ids`,
    ),
    world.db.query(
      "select external_id, (link - 'decidedAt') as link, keys, ignored_keys, end_presumed from leg order by tenant_id, 1",
    ),
    world.db.query('select namespace, value, reach from quarantined_key order by 1, 2'),
  ]);
  return [...told.flat(), await related()];
}

const rebuild = () => world.trace.rebuild(world.tenantId, new Map(), world.now);

async function legIdOf(externalId: string): Promise<string> {
  const [row]: { id: string }[] = await world.db.query('select id from leg where external_id = $1', [
    externalId,
  ]);
  return row?.id ?? '';
}

/** A statement about a session that goes on: one message. */
const message = (id: string, seconds: number, rest: object = {}) => ({
  externalId: id,
  occurredAt: at(seconds),
  channel: 'CHAT',
  status: 'ACTIVE',
  messages: [{ id: `m-${seconds}`, speaker: 'CUSTOMER', text: 'Hello', startedAt: at(seconds) }],
  keys: [{ namespace: 'thread_id', value: 't1' }],
  ...rest,
});

describe('sessions of one thread', () => {
  it('are two interactions when more than the limit is between them, the later with the relation PREVIOUS', async () => {
    await world.send('chat', [session('s1', 0, 5 * MINUTE), session('s2', 36 * MINUTE, 40 * MINUTE)]);
    expect(await groups()).toEqual(['chat/s1', 'chat/s2']);
    expect(await related()).toEqual({ s1: ['NEXT s2'], s2: ['PREVIOUS s1'] });
    const [first] = [
      ...(await relations.ofInteractions(world.tenantId, [await interactionOf('s2')])).values(),
    ];
    expect(first).toEqual([
      {
        kind: 'PREVIOUS',
        interactionId: await interactionOf('s1'),
        at: BASE + 36 * MINUTE * 1_000,
        gapMs: 31 * MINUTE * 1_000,
        key: { namespace: 'thread_id', value: 't1', scope: 'INTERACTION' },
      },
    ]);
  });

  it('are one when the limit is not passed, whichever comes first', async () => {
    await world.send('chat', session('s2', 35 * MINUTE, 40 * MINUTE));
    await world.send('chat', session('s1', 0, 5 * MINUTE));
    expect(await groups()).toEqual(['chat/s1 + chat/s2']);
    expect(await related()).toEqual({ s1: [] });
  });

  it('become one by a late message between them: the older id survives, and the relation goes', async () => {
    await world.send('chat', [session('s1', 0, 5 * MINUTE), session('s2', 50 * MINUTE, 55 * MINUTE)]);
    const [older, newer] = [await interactionOf('s1'), await interactionOf('s2')];
    expect(await related()).toEqual({ s1: ['NEXT s2'], s2: ['PREVIOUS s1'] });
    await world.send('chat', message('s1', 25 * MINUTE));
    expect(await groups()).toEqual(['chat/s1 + chat/s2']);
    expect([await interactionOf('s1'), await interactionOf('s2')]).toEqual([older, older]);
    expect(await related()).toEqual({ s1: [] });
    const removals: unknown[] = await world.db.query(
      `select interaction_id as id, removal_reason as reason, merged_into as "mergedInto" from change where kind = 'REMOVED'`,
    );
    expect(removals).toEqual([{ id: newer, reason: 'MERGED', mergedInto: older }]);
  });

  it('become one by a late session between them', async () => {
    await world.send('chat', [session('s1', 0, 60), session('s3', 58 * MINUTE, HOUR)]);
    await world.send('chat', session('s2', 29 * MINUTE, 30 * MINUTE));
    expect(await groups()).toEqual(['chat/s1 + chat/s2 + chat/s3']);
  });

  it('part again when the end of the first is corrected', async () => {
    await world.send('chat', [
      { ...session('s1', 0, 20 * MINUTE), version: '1' },
      session('s2', 45 * MINUTE, 50 * MINUTE),
    ]);
    expect(await groups()).toEqual(['chat/s1 + chat/s2']);
    await world.send('chat', { ...session('s1', 0, 10 * MINUTE), version: '2' });
    expect(await groups()).toEqual(['chat/s1', 'chat/s2']);
    expect(await related()).toEqual({ s1: ['NEXT s2'], s2: ['PREVIOUS s1'] });
  });

  it('of text messages to a phone are apart after a day', async () => {
    const sms = { channel: 'SMS' };
    await world.send('chat', [
      session('s1', 0, HOUR, sms),
      session('s2', 25 * HOUR, 26 * HOUR, sms),
      session('s3', 50 * HOUR + 1, 51 * HOUR, sms),
    ]);
    expect(await groups()).toEqual(['chat/s1 + chat/s2', 'chat/s3']);
    expect(await related()).toEqual({ s1: ['NEXT s3'], s3: ['PREVIOUS s1'] });
    expect(await world.count('quarantined_key')).toBe(0);
  });

  it('are joined with what a desk did in them, and with nothing of another session, though the desk names no channel', async () => {
    const desk = { channel: undefined };
    await world.send('human', [
      session('d1', 2 * MINUTE, 9 * MINUTE, desk),
      session('d2', 101 * MINUTE, 109 * MINUTE, desk),
    ]);
    expect(await groups()).toEqual(['human/d1 + human/d2']);
    await world.send('chat', [
      session('s1', 0, 5 * MINUTE),
      session('s2', 100 * MINUTE, 105 * MINUTE),
      session('s3', 4 * HOUR, 4 * HOUR + 60),
    ]);
    expect(await groups()).toEqual(['chat/s1 + human/d1', 'chat/s2 + human/d2', 'chat/s3']);
    expect(await related()).toEqual({
      s1: ['NEXT s2'],
      s2: ['NEXT s3', 'PREVIOUS s1'],
      s3: ['PREVIOUS s2'],
    });
  });

  it('leave calls together that carry the id of the thread', async () => {
    const voice = { channel: 'VOICE' };
    await world.send('dialer', session('v1', 0, 60, voice));
    await world.send('assistant', session('v2', 5 * HOUR, 5 * HOUR + 60, voice));
    await world.send('chat', session('s1', 3 * HOUR, 3 * HOUR + 60));
    expect(await groups()).toEqual(['assistant/v2 + dialer/v1', 'chat/s1']);
    await world.send('chat', session('s2', 70, 100));
    expect(await groups()).toEqual(['assistant/v2 + chat/s2 + dialer/v1', 'chat/s1']);
  });

  it('have nothing to do with those of another tenant that has the same thread id', async () => {
    const [own, other] = world.tenants;
    await world.send('chat', [session('s1', 0, 60), session('s2', HOUR, HOUR + 60)], own);
    await world.send('chat', [session('s3', 30, 90), session('s4', HOUR, HOUR + 60)], other);
    expect([await groups(own), await groups(other)]).toEqual([
      ['chat/s1', 'chat/s2'],
      ['chat/s3', 'chat/s4'],
    ]);
    expect([await related(own), await related(other)]).toEqual([
      { s1: ['NEXT s2'], s2: ['PREVIOUS s1'] },
      { s3: ['NEXT s4'], s4: ['PREVIOUS s3'] },
    ]);
  });

  it('can be parted and put together by a person, through a rebuild', async () => {
    await world.send('chat', [
      session('s1', 0, 60),
      session('s2', 120, 180),
      session('s3', HOUR, HOUR + 60),
      session('s4', 2 * HOUR, 2 * HOUR + 60),
    ]);
    expect(await groups()).toEqual(['chat/s1 + chat/s2', 'chat/s3', 'chat/s4']);
    const decisions = new Decisions(world.db);
    await decisions.unlink(world.tenantId, await legIdOf('s2'), by, world.now);
    await decisions.link(
      world.tenantId,
      await interactionOf('s3'),
      [await interactionOf('s4')],
      by,
      world.now,
    );
    const decided = ['chat/s1', 'chat/s2', 'chat/s3 + chat/s4'];
    expect(await groups()).toEqual(decided);
    const before = await state();
    await world.db.query(`truncate ${DERIVED}`);
    await rebuild();
    expect(await groups()).toEqual(decided);
    expect(await state()).toEqual(before);
  });

  it('end in the same state in whatever order, batch and number their records come', async () => {
    const desk = { channel: undefined, keys: [{ namespace: 'thread_id', value: 't1' }] };
    const records: [SourceName, object][] = [
      ['chat', message('s1', 0)],
      ['chat', session('s1', 0, 5 * MINUTE)],
      ['chat', session('s2', 40 * MINUTE, 41 * MINUTE)],
      ['chat', message('s1', 12 * MINUTE)],
      ['human', session('d1', 3 * MINUTE, 6 * MINUTE, desk)],
      ['human', session('d2', 100 * MINUTE, 101 * MINUTE, desk)],
      ['chat', session('s3', 90 * MINUTE, 95 * MINUTE)],
      ['chat', message('s4', 180 * MINUTE)],
    ];
    const states = new Set<string>();
    for (let turn = 0; turn < 6; turn += 1) {
      await world.clear();
      const queue = records.map((_, place) => records[(place * 3 + turn) % records.length] ?? records[0]);
      for (const one of [...queue, ...queue.slice(0, turn)]) if (one) await world.send(...one);
      expect(await groups()).toEqual(['chat/s1 + chat/s2 + human/d1', 'chat/s3 + human/d2', 'chat/s4']);
      states.add(JSON.stringify([await world.summaries(), await related()]));
    }
    expect(states.size).toBe(1);
  });
});

describe('a system that knows only the id of the thread', () => {
  it('has one interaction that opens again with each message when it sends that id alone', async () => {
    await world.send('chat', message('t1', 0));
    world.now = BASE + DAY * 1_000;
    await world.trace.sweep(world.now);
    const [before] = await world.summaries();
    expect(before).toMatchObject({ legs: ['chat/t1'], status: 'COMPLETE', messages: 1 });
    await world.send('chat', message('t1', DAY));
    const after = await world.summaries();
    expect(after).toEqual([
      {
        ...before,
        status: 'IN_PROGRESS',
        why: 'CALL_IN_PROGRESS',
        outcome: null,
        endedAt: null,
        messages: 2,
      },
    ]);
  });

  it('has its sessions when it makes an id of the time of a message, and may make more ids than there are sessions', async () => {
    const times = [0, 10 * MINUTE, 35 * MINUTE, 3 * HOUR, 3 * HOUR + 60];
    for (const seconds of [...times].reverse()) await world.send('chat', message(`t1/${seconds}`, seconds));
    expect(await groups()).toEqual([
      'chat/t1/0 + chat/t1/2100 + chat/t1/600',
      'chat/t1/10800 + chat/t1/10860',
    ]);
    expect(await related()).toEqual({ 't1/0': ['NEXT t1/10800'], 't1/10800': ['PREVIOUS t1/0'] });
  });
});

describe('what the database joins, leg by leg', () => {
  type Draft = { source: SourceName; channel?: Channel; from: number; length: number; ids: string[] };
  const draft = fc.record({
    kind: fc.constantFrom<Pick<Draft, 'source' | 'channel'>[]>(
      { source: 'chat', channel: 'CHAT' },
      { source: 'chat', channel: 'CHAT' },
      { source: 'chat', channel: 'SMS' },
      { source: 'human' },
      { source: 'assistant', channel: 'CHAT' },
      { source: 'dialer', channel: 'VOICE' },
    ),
    from: fc.nat(30),
    length: fc.nat(4),
    ids: fc.constantFrom<string[][]>(['t1'], ['t1'], ['t2'], ['t1', 't2']),
  });
  const recordOf = ({ channel, from, length, ids }: Draft, n: number) =>
    session(`l${n}`, from * 10 * MINUTE, (from + length) * 10 * MINUTE, {
      channel,
      keys: ids.map((value) => ({ namespace: 'thread_id', value })),
    });

  it('is what the domain joins of all legs at once (property)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(draft, { minLength: 3, maxLength: 9 }), async (drafts) => {
        await world.clear();
        const legs = drafts.map(({ kind, ...rest }): Draft => ({ ...kind, ...rest }));
        for (const [n, one] of legs.entries()) await world.send(one.source, recordOf(one, n));
        const joinables = legs.map((one, n): Joinable => {
          const role = { chat: 'CHAT', human: 'HUMAN', assistant: 'ASSISTANT', dialer: 'DIALER' } as const;
          const times = {
            channel: one.channel ?? null,
            startedAt: one.from * 10 * MINUTE * 1_000,
            endedAt: (one.from + one.length) * 10 * MINUTE * 1_000,
          };
          const leg = call(role[one.source], { externalId: `l${n}`, id: `${one.source}/l${n}`, ...times });
          const keys = one.ids.map((value) => ({
            namespace: 'thread_id',
            value,
            scope: 'INTERACTION' as const,
          }));
          return { leg, keys, presence: presenceOf(leg, DEFAULT_POLICY) };
        });
        const expected = partition(joinables).groups.map(({ legIds }) => [...legIds].sort().join(' + '));
        expect(await groups()).toEqual(expected.sort());
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});

describe('a thread of many sessions', () => {
  const hundred = (source: 'chat' | 'human', rest: object = {}) =>
    Array.from({ length: 100 }, (_, n) => session(`${source}-${n}`, n * HOUR, n * HOUR + 60, rest));

  it('is put under no quarantine, however many they are and however long it goes on', async () => {
    await world.send('human', hundred('human', { channel: undefined }));
    expect(await world.count('quarantined_key')).toBe(1);
    await world.send('chat', hundred('chat'));
    expect(await world.count('quarantined_key')).toBe(0);
    expect(await groups()).toEqual(
      hundred('chat')
        .map((_, n) => `chat/chat-${n} + human/human-${n}`)
        .sort(),
    );
    const kinds = Object.values(await related()).flat();
    expect(kinds.filter((one) => one.startsWith('PREVIOUS'))).toHaveLength(99);
    expect(kinds.filter((one) => one.startsWith('NEXT'))).toHaveLength(99);
    const ignored: unknown[] = await world.db.query("select from leg where ignored_keys <> '[]'");
    expect(ignored).toEqual([]);
  });

  it('joins nothing in a session of more than 64 legs, and leaves its other sessions alone', async () => {
    const crowd = (n: number) => session(`c-${n}`, 10 * HOUR + n, 10 * HOUR + n + 1);
    await world.send('chat', [session('s1', 0, 60), session('s2', 90, 120)]);
    await world.send(
      'chat',
      Array.from({ length: 64 }, (_, n) => crowd(n)),
    );
    expect((await groups()).map((one) => one.split(' + ').length)).toEqual([64, 2]);
    await world.send('chat', crowd(64));
    expect((await groups()).map((one) => one.split(' + ').length)).toEqual([
      ...Array.from({ length: 65 }, () => 1),
      2,
    ]);
    await world.send('chat', crowd(65));
    expect(await groups()).toHaveLength(67);
    const [row]: { n: number }[] = await world.db.query(
      `select count(*)::int as n from interaction where disagreements @> '[{"code":"KEY_QUARANTINED"}]'`,
    );
    expect(row?.n).toBe(66);
    const items: unknown[] = await world.db.query('select value, reach from quarantined_key');
    expect(items).toEqual([{ value: 't1', reach: 'SESSION_TOO_LARGE' }]);
    const before = await state();
    await rebuild();
    expect(await state()).toEqual(before);
  });
});

describe('the policy', () => {
  it('says after how long a session is closed; a rebuild cuts by what it says now', async () => {
    await world.send('chat', [session('s1', 0, 60), session('s2', HOUR, HOUR + 60), message('s3', 2 * HOUR)]);
    expect(await groups()).toEqual(['chat/s1', 'chat/s2', 'chat/s3']);
    const policies = new PolicyStore(world.db);
    const made = { changedBy: 'key', reason: null };
    const override = { channel: 'CHAT' as const, direction: null, inactivity: HOUR * 1_000 };
    await policies.update(world.tenantId, 1, { ...DEFAULT_POLICY, overrides: [override] }, made, world.now);
    await rebuild();
    expect(await groups()).toEqual(['chat/s1 + chat/s2 + chat/s3']);
    expect(await related()).toEqual({ s1: [] });
    const { policy } = await policies.current(world.tenantId);
    await policies.update(world.tenantId, 2, { ...policy, overrides: [] }, made, world.now);
    await rebuild();
    expect(await groups()).toEqual(['chat/s1', 'chat/s2', 'chat/s3']);
    expect(await related()).toEqual({ s1: ['NEXT s2'], s2: ['NEXT s3', 'PREVIOUS s1'], s3: ['PREVIOUS s2'] });
  });
});

describe('a session that nobody has closed', () => {
  const presumed = () =>
    world.db.query<object[]>(
      `select i.status, i.why->>'code' as why, l.end_presumed as "endPresumed"
         from interaction i join leg l on l.interaction_id = i.id order by i.started_at`,
    );

  it.each<[string, number]>([
    ['CHAT', 30 * MINUTE],
    ['SMS', DAY],
    ['EMAIL', 3 * DAY],
  ])(
    'of %s is presumed to have ended %i seconds after its last message, and opens again by another',
    async (channel, limit) => {
      await world.send('chat', message('s1', 0, { channel }));
      world.now = BASE + limit * 1_000 - 1;
      expect(await world.trace.sweep(world.now)).toBe(0);
      expect(await presumed()).toEqual([
        { status: 'IN_PROGRESS', why: 'CALL_IN_PROGRESS', endPresumed: false },
      ]);
      world.now += 1;
      expect(await world.trace.sweep(world.now)).toBe(1);
      expect(await presumed()).toEqual([
        { status: 'COMPLETE', why: 'ALL_SEGMENTS_PRESENT', endPresumed: true },
      ]);
      await world.send('chat', message('s1', limit, { channel }));
      expect(await presumed()).toEqual([
        { status: 'IN_PROGRESS', why: 'CALL_IN_PROGRESS', endPresumed: false },
      ]);
    },
  );
});
