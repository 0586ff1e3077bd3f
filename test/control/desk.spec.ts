import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ThroughlineError } from '../../src/domain/errors.js';
import type { MonitoringKind } from '../../src/domain/words.js';
import { MONITORING_KINDS } from '../../src/domain/words.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { ActionStore } from '../../src/storage/control/action-store.js';
import { answered, deskOn, frameAt, liveCall, person, request, steeredSource } from '../support/live-call.js';
import type { Behaviour } from '../support/vendor.js';
import { Vendor } from '../support/vendor.js';
import { at, BASE, World } from '../support/world.js';

const NUMBER = '+12025550150';

let world: World;
let vendor: Vendor;
let other: string;

beforeAll(async () => {
  vendor = await Vendor.start();
  world = await World.create();
  await steeredSource(world, 'bot', {
    url: `${vendor.url}/hook`,
    queue: 'support',
    listenUrl: 'ws://127.0.0.1/x',
  });
  await steeredSource(world, 'modest', { url: `${vendor.url}/hook`, actions: ['END'] });
  await steeredSource(world, 'twilio', { baseUrl: vendor.url, accountSid: 'AC42' }, { provider: 'twilio' });
  other = await world.addTenant('other', []);
});
afterEach(async () => {
  world.now = BASE;
  vendor.reset();
  await world.clear();
  await world.db.query('truncate monitoring_action, coaching_note, call_control, audit_entry');
});
afterAll(async () => {
  await world.close();
  await vendor.close();
});

const act = (kind: MonitoringKind, id: string, fields: Parameters<typeof request>[2] = {}, who = person()) =>
  deskOn(world).desk.act(frameAt(world), who, request(kind, id, fields));
const codeOf = (error: unknown) => (error instanceof ThroughlineError ? [error.code, error.field] : error);
const refusal = (kind: MonitoringKind, id: string, fields: Parameters<typeof request>[2] = {}) =>
  act(kind, id, fields).then(() => 'done', codeOf);
const states = async () =>
  (
    await world.db.query<{ kind: string; state: string }[]>(
      'select kind, state from monitoring_action order by requested_at, kind',
    )
  ).map(({ kind, state }) => `${kind} ${state}`);
const bodies = () =>
  vendor.received.map(({ body }) => (JSON.parse(body) as { data: { action: string } }).data.action);

describe('an action', () => {
  it('is done when the vendor says so, and the audit log had it before', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    let audited = -1;
    vendor.answers(() => ({ status: 200, body: { previous: 'bot 7' } }));
    const counted = new Promise<void>((resolve) =>
      vendor.answers(() => {
        void world.count('audit_entry').then((n) => {
          audited = n;
          resolve();
        });
        return { status: 200, body: { previous: 'bot 7' } };
      }),
    );
    const { action } = await act('TAKE_OVER', id);
    await counted;
    expect(audited).toBe(1);
    expect(action).toMatchObject({
      kind: 'TAKE_OVER',
      state: 'DONE',
      callId: id,
      actor: 'key',
      actorRole: 'SUPERVISOR',
      previous: 'bot 7',
      reason: null,
      requestedAt: BASE,
      sentAt: BASE,
      settledAt: BASE,
      revision: 2,
    });
    const entries = await world.db.query('select action, actor, actor_role as role, detail from audit_entry');
    expect(entries).toEqual([
      {
        action: 'CALL_TAKE_OVER',
        actor: 'key',
        role: 'SUPERVISOR',
        detail: { actionId: action.id, callId: id },
      },
    ]);
  });

  it('that is taken waits for its effect, and is done when the records show it', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    vendor.answers({ status: 202 });
    const { action } = await act('END', id);
    expect(action).toMatchObject({ state: 'ACCEPTED', settledAt: null });
    const { actions } = deskOn(world);
    expect(await actions.sweep(world.now)).toBe(0);
    await world.ingest.receiveRecords(world.tenantId, 'bot', [
      {
        ...answered('c1'),
        occurredAt: at(3),
        status: 'COMPLETED',
        endedAt: at(3),
        postCallAnalysis: { summary: 'bye' },
      },
    ]);
    world.now = BASE + 4_000;
    expect(await actions.sweep(world.now)).toBe(1);
    expect(await actions.byId(world.tenantId, action.id)).toMatchObject({
      state: 'DONE',
      settledAt: BASE + 4_000,
    });
    expect(await world.db.query(`select post_call_analysis->>'summary' as summary from call`)).toEqual([
      { summary: 'bye' },
    ]);
  });

  it('that is taken and has no effect times out after ten seconds', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    vendor.answers({ status: 202 });
    const { action } = await act('TRANSFER', id, { destination: '(202) 555-0150' });
    expect(action).toMatchObject({ state: 'ACCEPTED', destination: NUMBER });
    const { actions } = deskOn(world);
    expect(await actions.sweep(BASE + 9_999)).toBe(0);
    expect(await actions.sweep(BASE + 10_000)).toBe(1);
    expect(await actions.byId(world.tenantId, action.id)).toMatchObject({
      state: 'TIMED_OUT',
      reason: 'The vendor accepted it, but its effect was not seen in time.',
    });
  });

  it.each<[string, Behaviour, string, string]>([
    ['is refused', { status: 409 }, 'FAILED', 'The vendor refused with HTTP 409.'],
    ['fails', { status: 500 }, 'FAILED', 'The vendor failed with HTTP 500. Whether it acted is unknown.'],
    [
      'loses its answer',
      'cut',
      'REQUESTED',
      'No answer came: the connection broke. Whether the vendor acted is unknown.',
    ],
  ])('that %s is told so, and sent once', async (_what, behaviour, state, reason) => {
    const id = await liveCall(world, 'bot', 'c1');
    vendor.answers(behaviour);
    expect((await act('END', id)).action).toMatchObject({ state, reason });
    expect(vendor.received).toHaveLength(1);
  });

  it('that gets no answer is given up in time', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    vendor.answers('hang');
    const { desk, actions } = deskOn(world, { timeoutMs: 200 });
    const { action } = await desk.act(frameAt(world), person(), request('END', id));
    expect(action).toMatchObject({ state: 'REQUESTED', sentAt: BASE });
    expect(await actions.sweep(BASE + 10_000)).toBe(1);
    expect(await actions.byId(world.tenantId, action.id)).toMatchObject({
      state: 'TIMED_OUT',
      reason: 'The vendor did not answer in time; whether it acted is unknown.',
    });
    expect(vendor.received).toHaveLength(1);
  });

  it('of a process that died is settled by time and never sent', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    const { actions } = deskOn(world);
    const asked = {
      id: randomUUID(),
      callId: id,
      kind: 'END',
      destination: null,
      note: null,
      actor: person(),
    } as const;
    await actions.request(world.tenantId, { ...asked, usualDestination: () => null }, () => null, BASE);
    expect(await actions.sweep(BASE + 10_000)).toBe(1);
    expect(await actions.byId(world.tenantId, asked.id)).toMatchObject({
      state: 'TIMED_OUT',
      reason: 'It was not sent.',
    });
    expect(await actions.claim(world.tenantId, asked.id, BASE + 10_001)).toBe(false);
    const again = await act('END', id, { actionId: asked.id });
    expect(again.action.state).toBe('TIMED_OUT');
    expect(vendor.received).toEqual([]);
  });

  it('answers itself when it is asked for again, and is not sent again', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    const actionId = randomUUID();
    const first = await act('TRANSFER', id, { actionId, destination: NUMBER });
    const second = await act('TRANSFER', id, {
      actionId: actionId.toUpperCase(),
      destination: '202-555-0150',
    });
    expect(second.action).toEqual(first.action);
    expect(vendor.received).toHaveLength(1);
    expect(await world.count('audit_entry')).toBe(1);
  });

  it('keeps its id to itself', async () => {
    const [one, two] = [await liveCall(world, 'bot', 'c1'), await liveCall(world, 'bot', 'c2')];
    const actionId = randomUUID();
    await act('TRANSFER', one, { actionId, destination: NUMBER });
    expect(await refusal('TRANSFER', two, { actionId, destination: NUMBER })).toEqual([
      'CONFLICT',
      'actionId',
    ]);
    expect(await refusal('TRANSFER', one, { actionId, destination: '+12025550151' })).toEqual([
      'CONFLICT',
      'actionId',
    ]);
    expect(await refusal('END', one, { actionId })).toEqual(['CONFLICT', 'actionId']);
    expect(vendor.received).toHaveLength(1);
  });

  it('goes to the queue that the settings name', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    expect((await act('ENQUEUE', id)).action).toMatchObject({ state: 'DONE', destination: 'support' });
    expect(await refusal('LISTEN_IN', id)).toEqual(['ACTION_NOT_ALLOWED', 'callId']);
  });

  it('tells the agent a note, and keeps it from everything but the notes', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    const { action } = await act('COACH', id, { note: 'Offer a voucher.' }, person('ann', 'AGENT'));
    expect(action).toMatchObject({ state: 'DONE', actorRole: 'AGENT' });
    expect(JSON.parse(vendor.received[0]?.body ?? '')).toMatchObject({
      data: { action: 'COACH', note: 'Offer a voucher.' },
    });
    const tables = [
      'source_record',
      'call',
      'transcript_entry',
      'interaction',
      'interaction_version',
      'change',
      'audit_entry',
      'monitoring_action',
    ];
    for (const table of tables) {
      const [row]: { n: number }[] = await world.db.query(
        `select count(*)::int as n from ${table} t where to_jsonb(t)::text like '%voucher%'`,
      );
      expect([table, row?.n]).toEqual([table, 0]);
    }
    expect(await world.db.query('select call_id as "callId", author, text from coaching_note')).toEqual([
      { callId: id, author: 'ann', text: 'Offer a voucher.' },
    ]);
  });

  it('gives who listens a link, the same to the same person, and none to others', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    const actionId = randomUUID();
    const join = {
      protocol: 'AUDIO_WEBSOCKET',
      url: `ws://here/${world.tenantId}/key/${actionId}`,
      token: null,
      expiresAt: BASE + 60_000,
    };
    expect(await act('LISTEN_IN', id, { actionId })).toMatchObject({ action: { state: 'DONE' }, join });
    expect((await act('LISTEN_IN', id, { actionId })).join).toEqual(join);
    expect((await act('LISTEN_IN', id, { actionId }, person('another'))).join).toBeNull();
    expect(vendor.received).toEqual([]);
  });
});

describe('two at once', () => {
  /** Each has a pool of its own, as processes have. */
  const racing = async (kinds: MonitoringKind[], id: string, fields: Parameters<typeof request>[2] = {}) => {
    const pools = await Promise.all(
      kinds.map(() =>
        createDataSource(world.url, { poolSize: 2 }).setOptions({ migrations: [] }).initialize(),
      ),
    );
    try {
      return await Promise.all(
        kinds.map((kind, n) => {
          const { desk } = deskOn({ ...world, db: pools[n] ?? world.db, now: BASE } as World);
          return desk.act(frameAt(world), person(`key ${n}`), request(kind, id, fields)).then(
            ({ action }) => action.state as string,
            (error: unknown) => String((codeOf(error) as string[])[0]),
          );
        }),
      );
    } finally {
      await Promise.all(pools.map((pool) => pool.destroy()));
    }
  };

  it('have one winner, and a CONFLICT for each other: eight take-overs', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    const answers = await racing(Array<MonitoringKind>(8).fill('TAKE_OVER'), id);
    expect(answers.sort()).toEqual([...Array<string>(7).fill('CONFLICT'), 'DONE']);
    expect(bodies()).toEqual(['TAKE_OVER']);
    expect(await states()).toEqual(['TAKE_OVER DONE']);
    expect(await world.count('audit_entry')).toBe(1);
  });

  it('have one winner while the vendor is still silent', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    vendor.answers({ status: 202 });
    const answers = await racing(['TAKE_OVER', 'END', 'ENQUEUE', 'TAKE_OVER'], id);
    expect(answers.sort()).toEqual(['ACCEPTED', 'CONFLICT', 'CONFLICT', 'CONFLICT']);
    expect(vendor.received).toHaveLength(1);
  });

  it('are one when they have one id', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    const answers = await racing(Array<MonitoringKind>(6).fill('END'), id, { actionId: randomUUID() });
    expect(answers.filter((state) => !['DONE', 'REQUESTED'].includes(state))).toEqual([]);
    expect(vendor.received).toHaveLength(1);
    expect(await states()).toEqual(['END DONE']);
  });

  it('are kept apart by the database itself', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    const insert = (kind: string) =>
      world.db.query(
        `insert into monitoring_action (tenant_id, id, call_id, kind, state, actor, actor_role, requested_at)
         values ($1, $2, $3, $4, 'REQUESTED', 'key', 'ADMIN', now())`,
        [world.tenantId, randomUUID(), id, kind],
      );
    await insert('TAKE_OVER');
    await expect(insert('END')).rejects.toMatchObject({ code: '23505' });
    await insert('COACH');
    await insert('LISTEN_IN');
    expect(await world.count('monitoring_action')).toBe(3);
  });
});

describe('whatever is answered, asked again, claimed and swept, in whatever order', () => {
  it('the vendor is called at most once an action, and what is final stays', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    const { actions } = deskOn(world);
    const events = ['ACCEPTED', 'DONE', 'FAILED', 'TIMED_OUT'] as const;
    const step = fc.oneof(
      fc.constant('CLAIM' as const),
      fc.constant('SWEEP' as const),
      fc.constant('ASK' as const),
      fc.constantFrom(...events),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const actionId = randomUUID();
        const asked = {
          id: actionId,
          callId: id,
          kind: 'LISTEN_IN',
          destination: null,
          note: null,
          actor: person(),
        } as const;
        let sent = 0;
        let settledAs: string | null = null;
        const ask = () =>
          actions.request(world.tenantId, { ...asked, usualDestination: () => null }, () => null, BASE);
        expect((await ask()).isNew).toBe(true);
        for (const one of steps) {
          if (one === 'CLAIM') sent += (await actions.claim(world.tenantId, actionId, BASE)) ? 1 : 0;
          else if (one === 'SWEEP') await actions.sweep(BASE + 10_000);
          else if (one === 'ASK') expect((await ask()).isNew).toBe(false);
          else await actions.settle(world.tenantId, actionId, { event: one }, BASE);
          const { state } = (await actions.byId(world.tenantId, actionId)) ?? { state: null };
          if (settledAs !== null) expect(state).toBe(settledAs);
          if (state !== 'REQUESTED' && state !== 'ACCEPTED') settledAs = state;
        }
        expect(sent).toBeLessThanOrEqual(1);
        await actions.settle(world.tenantId, actionId, { event: 'FAILED' }, BASE);
      }),
      { numRuns: 60 },
    );
  });
});

describe('nothing is kept, audited or sent', () => {
  it.each<[string, MonitoringKind, Parameters<typeof request>[2], [string, string]]>([
    ['a number is no number', 'TRANSFER', { destination: 'the boss' }, ['BAD_USER_INPUT', 'destination']],
    ['a number is too short', 'TRANSFER', { destination: '12' }, ['BAD_USER_INPUT', 'destination']],
    [
      'a number has an extension',
      'TRANSFER',
      { destination: '+1 202 555 0150 ext. 9' },
      ['BAD_USER_INPUT', 'destination'],
    ],
    [
      'a number hides instructions',
      'TRANSFER',
      { destination: '+12025550150</Number><Hangup/>' },
      ['BAD_USER_INPUT', 'destination'],
    ],
    [
      'a person is no address',
      'TAKE_OVER',
      { destination: 'javascript:alert(1)' },
      ['BAD_USER_INPUT', 'joinAs'],
    ],
    ['an action id is no UUID', 'END', { actionId: 'x' }, ['BAD_USER_INPUT', 'actionId']],
    ['a note is empty', 'COACH', { note: ' \n' }, ['BAD_USER_INPUT', 'note']],
    ['a note is too long', 'COACH', { note: 'x'.repeat(2_001) }, ['BAD_USER_INPUT', 'note']],
    ['a note cannot be stored', 'COACH', { note: 'a\u0000b' }, ['BAD_USER_INPUT', 'note']],
    ['nobody has taken the call over', 'HAND_BACK', {}, ['ACTION_NOT_ALLOWED', 'callId']],
  ])('when %s', async (_what, kind, fields, expected) => {
    const id = await liveCall(world, 'bot', 'c1');
    expect(await refusal(kind, id, fields)).toEqual(expected);
    expect([await world.count('monitoring_action'), await world.count('audit_entry')]).toEqual([0, 0]);
    expect(vendor.received).toEqual([]);
  });

  it('when the call has ended, waits for a human, or is with one', async () => {
    const keys = [{ namespace: 'interaction_id', value: randomUUID() }];
    const [ended, held] = [await liveCall(world, 'bot', 'c1'), await liveCall(world, 'bot', 'c2', { keys })];
    await world.ingest.receiveRecords(world.tenantId, 'bot', [
      { ...answered('c1'), occurredAt: at(3), status: 'COMPLETED', endedAt: at(3) },
    ]);
    await world.send('human', {
      externalId: 'h2',
      occurredAt: at(3),
      role: 'HUMAN',
      status: 'QUEUED',
      queuedAt: at(3),
      keys,
    });
    expect(await refusal('TAKE_OVER', ended)).toEqual(['ACTION_NOT_ALLOWED', 'callId']);
    await expect(act('TAKE_OVER', held)).rejects.toThrow('The call is queued for a human agent.');
    await world.send('human', {
      externalId: 'h2',
      occurredAt: at(4),
      role: 'HUMAN',
      status: 'ACTIVE',
      answeredAt: at(4),
      keys,
    });
    await expect(act('TAKE_OVER', held)).rejects.toThrow('The call is with a human agent.');
    expect([await world.count('monitoring_action'), vendor.received]).toEqual([0, []]);
  });

  it('when the vendor cannot do it, which is named', async () => {
    const id = await liveCall(world, 'modest', 'c1');
    await expect(act('TAKE_OVER', id)).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
      message: 'webhook cannot do TAKE_OVER with the settings of this source.',
    });
    const plain = await liveCall(world, 'assistant', 'c2');
    await expect(act('END', plain)).rejects.toThrow(
      'neutral cannot do END with the settings of this source.',
    );
    expect([await world.count('monitoring_action'), vendor.received]).toEqual([0, []]);
  });

  it('when the vendor rings people and nobody says whom', async () => {
    const call = await liveCall(world, 'twilio', 'CA42');
    expect(await refusal('TAKE_OVER', call)).toEqual(['BAD_USER_INPUT', 'joinAs']);
    expect(await world.count('monitoring_action')).toBe(0);
    expect((await act('TAKE_OVER', call, { destination: 'client:ann' })).action).toMatchObject({
      kind: 'TAKE_OVER',
      destination: 'client:ann',
    });
  });

  it('when the call is of another tenant, deleted, or of nobody', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    for (const kind of MONITORING_KINDS) {
      const fields = {
        note: kind === 'COACH' ? 'x' : null,
        destination: kind === 'TRANSFER' ? NUMBER : null,
      };
      const asked = deskOn(world).desk.act(frameAt(world, other), person(), request(kind, id, fields));
      expect([kind, await asked.then(() => 'done', codeOf)]).toEqual([kind, ['NOT_FOUND', null]]);
      expect(await refusal(kind, randomUUID(), fields)).toEqual(['NOT_FOUND', null]);
    }
    await world.db.query('update leg set deleted_at = now()');
    expect(await refusal('END', id)).toEqual(['NOT_FOUND', null]);
    expect([await world.count('monitoring_action'), vendor.received]).toEqual([0, []]);
  });
});

describe('what is available', () => {
  it('is answered for many calls at once, and for none of others', async () => {
    const [one, two] = [await liveCall(world, 'bot', 'c1'), await liveCall(world, 'modest', 'c2')];
    const { desk } = deskOn(world);
    const without = MONITORING_KINDS.filter((kind) => kind !== 'HAND_BACK');
    expect(await desk.available(world.tenantId, [one, two, randomUUID()])).toEqual(
      new Map([
        [one, without],
        [two, ['END']],
      ]),
    );
    expect(await desk.available(other, [one, two])).toEqual(new Map());
    await act('TAKE_OVER', one);
    expect((await desk.available(world.tenantId, [one])).get(one)).toEqual(['HAND_BACK']);
  });
});

describe('who watches', () => {
  it('is told of what moved the call, as a new revision that a person caused', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    const { action } = await act('TAKE_OVER', id);
    await act('COACH', id, { note: 'x' }).catch(() => undefined);
    const changes = await world.db.query(
      `select revision, changed_fields as fields, calls, cause_kind as kind, cause_id as cause from change order by id offset 1`,
    );
    expect(changes).toEqual([
      {
        revision: 2,
        fields: ['availableActions'],
        calls: [{ callId: id, messageIds: [] }],
        kind: 'PERSON',
        cause: action.id,
      },
    ]);
    expect(await world.db.query('select revision from interaction')).toEqual([{ revision: 2 }]);
    expect(await world.count('interaction_version')).toBe(2);
  });
});

describe('the store', () => {
  it('opens the link to listen once', async () => {
    const id = await liveCall(world, 'bot', 'c1');
    const { action } = await act('LISTEN_IN', id);
    const stores = Array.from({ length: 5 }, () => new ActionStore(world.db));
    const opened = await Promise.all(
      stores.map((one) => one.openEar(world.tenantId, action.id, person(), BASE)),
    );
    expect(opened.filter(Boolean)).toHaveLength(1);
    expect(await world.db.query(`select action from audit_entry order by id`)).toEqual([
      { action: 'CALL_LISTEN_IN' },
      { action: 'CALL_LISTENED' },
    ]);
  });
});
