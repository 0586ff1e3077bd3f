import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { StepStore } from '../../src/storage/control/step-store.js';
import { answered, deskOn, frameAt, liveCall, person, request, steeredSource } from '../support/live-call.js';
import type { Command, Fault } from '../support/twilio-double.js';
import { ASSISTANT_URL, TwilioDouble } from '../support/twilio-double.js';
import { nowhere } from '../support/vendor.js';
import { at, BASE, World } from '../support/world.js';

const CALLER = 'CA00000000000000000000000000000042';
const ANN = 'client:ann';

let world: World;
let twilio: TwilioDouble;
let call: string;

beforeAll(async () => {
  twilio = await TwilioDouble.start();
  world = await World.create();
  const control = { baseUrl: twilio.vendor.url, accountSid: 'AC42', assistantUrl: ASSISTANT_URL };
  await steeredSource(world, 'twilio', control, { provider: 'twilio' });
  await steeredSource(world, 'gone', { ...control, baseUrl: await nowhere() }, { provider: 'twilio' });
});
afterEach(async () => {
  world.now = BASE;
  twilio.reset();
  await world.clear();
  await world.db.query('truncate monitoring_action, monitoring_step, call_control, audit_entry');
});
afterAll(async () => {
  await world.close();
  await twilio.vendor.close();
});

/** A call that the assistant has; answers its id. */
async function callAt(source = 'twilio'): Promise<string> {
  twilio.caller(CALLER);
  call = await liveCall(world, source, CALLER);
  return call;
}

const act = async (
  kind: 'TAKE_OVER' | 'HAND_BACK',
  fields: Parameters<typeof request>[2] = {},
  timeoutMs = 5_000,
) => {
  const { desk } = deskOn(world, { timeoutMs });
  const joinAs = kind === 'TAKE_OVER' ? { destination: ANN } : {};
  return (await desk.act(frameAt(world), person(), request(kind, call, { ...joinAs, ...fields }))).action;
};

const bodies = (command: Command) =>
  twilio.vendor.received
    .filter(({ method }, place) => method === 'POST' && twilio.commands[commandPlace(place)] === command)
    .map(({ path, body }) => [path, Object.fromEntries(new URLSearchParams(body))]);
/** The place among the commands of a request at a place among all requests. */
const commandPlace = (place: number) =>
  twilio.vendor.received.slice(0, place).filter(({ method }) => method === 'POST').length;

const whereCallerIs = () => twilio.calls.get(CALLER)?.follows;
const available = async () => (await deskOn(world).desk.available(world.tenantId, [call])).get(call);
const steps = async () =>
  (
    await world.db.query<{ step: string }[]>('select step from monitoring_step order by sent_at, step desc')
  ).map(({ step }) => step);

describe('a take-over by Twilio', () => {
  it('rings the person into a conference of the action, and moves the caller there when they have answered', async () => {
    await callAt();
    const actionId = randomUUID();
    const action = await act('TAKE_OVER', { actionId });
    expect(action).toMatchObject({ state: 'DONE', previous: 'assistant', reason: null });
    const base = '/2010-04-01/Accounts/AC42';
    const room = `throughline-${actionId}`;
    expect(bodies('ring')).toEqual([
      [
        `${base}/Conferences/${room}/Participants.json`,
        {
          From: '+12025550199',
          To: ANN,
          Label: 'throughline-person',
          Timeout: '5',
          Beep: 'false',
          StartConferenceOnEnter: 'true',
          EndConferenceOnExit: 'true',
        },
      ],
    ]);
    const conference = `<Conference beep="false" startConferenceOnEnter="true" endConferenceOnExit="true" participantLabel="throughline-caller">${room}</Conference>`;
    const afterwards = `<Redirect method="POST">${ASSISTANT_URL}</Redirect>`;
    expect(bodies('move')).toEqual([
      [
        `${base}/Calls/${CALLER}.json`,
        { Twiml: `<Response><Dial>${conference}</Dial>${afterwards}</Response>` },
      ],
    ]);
    expect(twilio.commands).toEqual(['ring', 'move']);
    expect(twilio.present).toEqual(['throughline-person', 'throughline-caller']);
    expect(await steps()).toEqual(['RING_PERSON', 'MOVE_CALLER']);
    expect(await available()).toEqual(['HAND_BACK']);
  });

  it('leaves the caller with the assistant while the person is still rung', async () => {
    await callAt();
    twilio.person = ['queued', 'ringing', 'ringing', 'in-progress'];
    const whileRinging: unknown[] = [];
    twilio.onLook = () => whileRinging.push(whereCallerIs());
    expect((await act('TAKE_OVER')).state).toBe('DONE');
    expect(whileRinging).toEqual(Array<string>(4).fill(ASSISTANT_URL));
  });

  it('gives the caller back to where they were, as it was kept then, and sends the person away', async () => {
    await callAt();
    await act('TAKE_OVER');
    await world.db.query(
      `update source set settings = jsonb_set(settings, '{control,assistantUrl}', '"https://new.example"') where name = 'twilio'`,
    );
    try {
      expect(await act('HAND_BACK')).toMatchObject({ state: 'DONE' });
      expect(bodies('return')).toEqual([
        [`/2010-04-01/Accounts/AC42/Calls/${CALLER}.json`, { Url: ASSISTANT_URL, Method: 'POST' }],
      ]);
      expect([whereCallerIs(), twilio.present]).toEqual([ASSISTANT_URL, []]);
      expect(await available()).toContain('TAKE_OVER');
    } finally {
      await world.db.query(
        `update source set settings = jsonb_set(settings, '{control,assistantUrl}', $1::jsonb) where name = 'twilio'`,
        [JSON.stringify(ASSISTANT_URL)],
      );
    }
  });

  it('lets the caller go back to the assistant when the person hangs up', async () => {
    await callAt();
    await act('TAKE_OVER');
    const [ann] = [...twilio.calls.keys()].filter((sid) => sid !== CALLER);
    const path = `/2010-04-01/Accounts/AC42/Calls/${ann ?? ''}.json`;
    const authorization = `Basic ${Buffer.from('AC42:hush').toString('base64')}`;
    const hungUp = await fetch(twilio.vendor.url + path, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ Status: 'completed' }),
    });
    expect([hungUp.status, whereCallerIs()]).toEqual([200, ASSISTANT_URL]);
  });

  it('is one, and one ring, when many ask at once; the same again is sent no more', async () => {
    await callAt();
    const actionId = randomUUID();
    const states = await Promise.all(
      [actionId, actionId, actionId, randomUUID(), randomUUID()].map((id) =>
        act('TAKE_OVER', { actionId: id }).then(
          ({ state }) => state as string,
          ({ code }: { code: string }) => code,
        ),
      ),
    );
    expect(states.filter((state) => state === 'DONE' || state === 'REQUESTED').length).toBeLessThanOrEqual(3);
    expect(states).toContain('DONE');
    expect(states).toContain('CONFLICT');
    await act('TAKE_OVER', { actionId }).catch(() => undefined);
    expect(twilio.commands).toEqual(['ring', 'move']);
  });
});

const STAYED = 'The call stayed with the AI agent.';
const cut = (isDone: boolean): Fault => ({ answer: 'cut', isDone });
const answersWith = (status: number, code: number | null, isDone = false): Fault => ({
  answer: { status, ...(code === null ? {} : { body: { code, message: 'secret words', status } }) },
  isDone,
});

describe('a take-over that meets a fault', () => {
  it.each<[string, [Command, Fault][], Command[], string, boolean]>([
    [
      'in ringing, which is refused, leaves the caller where they were',
      [['ring', answersWith(400, 21_211)]],
      ['ring'],
      `Twilio refused to ring the person with HTTP 400 (error 21211). ${STAYED}`,
      false,
    ],
    [
      'in ringing, which is not allowed, leaves the caller where they were',
      [['ring', answersWith(401, 20_003)]],
      ['ring'],
      `Twilio refused to ring the person with HTTP 401 (error 20003). ${STAYED}`,
      false,
    ],
    [
      'in ringing, which fails, leaves the caller where they were',
      [['ring', answersWith(503, null)]],
      ['ring'],
      `Twilio failed with HTTP 503. Whether the person is rung is unknown. ${STAYED}`,
      false,
    ],
    [
      'in the answer to ringing, when nobody is rung, leaves the caller where they were',
      [['ring', cut(false)]],
      ['ring'],
      `No answer came: the connection broke. Whether the person is rung is unknown. ${STAYED}`,
      false,
    ],
    [
      'in an answer to ringing that names no call leaves the caller where they were',
      [['ring', { answer: { status: 201, body: {} }, isDone: true }]],
      ['ring'],
      `Twilio did not say whom it rings. ${STAYED}`,
      false,
    ],
    [
      'in moving the caller, which is refused, sends the person away',
      [['move', answersWith(400, 21_220)]],
      ['ring', 'move', 'release'],
      `The vendor refused with HTTP 400 (error 21220). ${STAYED}`,
      true,
    ],
    [
      'in sending the person away says so',
      [
        ['move', answersWith(400, 21_220)],
        ['release', cut(false)],
      ],
      ['ring', 'move', 'release'],
      `The vendor refused with HTTP 400 (error 21220). Whether the person's own call has ended is unknown. ${STAYED}`,
      false,
    ],
  ])('%s', async (_what, faults, commands, reason, isAlone) => {
    await callAt();
    for (const [command, fault] of faults) twilio.faults.set(command, fault);
    expect(await act('TAKE_OVER', {}, 2_600)).toMatchObject({ state: 'FAILED', reason, previous: null });
    expect(twilio.commands).toEqual(commands);
    expect(whereCallerIs()).toBe(ASSISTANT_URL);
    if (isAlone) expect(twilio.present).toEqual([]);
    expect(await available()).toContain('TAKE_OVER');
  });

  it.each<[string, Command, Fault]>([
    ['answer to ringing is lost', 'ring', cut(true)],
    ['answer to ringing is half', 'ring', { answer: 'half', isDone: true }],
    ['ringing fails after it was done', 'ring', answersWith(500, null, true)],
    ['answer to moving is lost', 'move', cut(true)],
    ['moving fails after it was done', 'move', answersWith(502, null, true)],
  ])(
    'is done when the %s: what was done is looked up, and nothing is sent twice',
    async (_what, command, fault) => {
      await callAt();
      twilio.faults.set(command, fault);
      expect(await act('TAKE_OVER')).toMatchObject({ state: 'DONE', previous: 'assistant', reason: null });
      expect(twilio.commands).toEqual(['ring', 'move']);
      expect(twilio.present).toEqual(['throughline-person', 'throughline-caller']);
    },
  );

  it.each<[string, Fault, string]>([
    ['answer is lost', cut(false), 'No answer came: the connection broke.'],
    ['server fails', answersWith(503, null), 'Twilio failed with HTTP 503.'],
  ])(
    'times out when the %s and the caller is not seen to be moved; it can be handed back',
    async (_what, fault, why) => {
      await callAt();
      twilio.faults.set('move', fault);
      twilio.person = ['in-progress'];
      const action = await act('TAKE_OVER', {}, 3_000);
      expect(action).toMatchObject({
        state: 'REQUESTED',
        reason: `${why} Whether the caller was moved is unknown.`,
      });
      const { actions } = deskOn(world);
      expect(await actions.sweep(BASE + 10_000)).toBe(1);
      expect((await actions.byId(world.tenantId, action.id))?.state).toBe('TIMED_OUT');
      expect(twilio.commands).toEqual(['ring', 'move']);
      expect(await available()).toContain('HAND_BACK');
      expect((await act('HAND_BACK')).state).toBe('DONE');
      expect(bodies('return').map(([, fields]) => fields)).toEqual([{ Url: ASSISTANT_URL, Method: 'POST' }]);
    },
  );

  it.each(['busy', 'no-answer', 'canceled', 'completed'] as const)(
    'has failed when the call of the person ends as %s',
    async (status) => {
      await callAt();
      twilio.person = ['ringing', status];
      expect(await act('TAKE_OVER')).toMatchObject({
        state: 'FAILED',
        reason: `The person did not take the call (${status}). ${STAYED}`,
      });
      expect([twilio.commands, whereCallerIs()]).toEqual([['ring'], ASSISTANT_URL]);
    },
  );

  it('has failed when the person does not answer in time, who then is rung no more', async () => {
    await callAt();
    twilio.person = ['ringing'];
    expect(await act('TAKE_OVER', {}, 2_600)).toMatchObject({
      state: 'FAILED',
      reason: `The person did not take the call in time. ${STAYED}`,
    });
    expect([twilio.commands, whereCallerIs()]).toEqual([['ring', 'release'], ASSISTANT_URL]);
    expect([...twilio.calls.values()].map(({ status }) => status)).toEqual(['in-progress', 'completed']);
  });

  it('gives up an answer that does not come, in time', async () => {
    await callAt();
    twilio.faults.set('ring', { answer: 'hang', isDone: false });
    expect(await act('TAKE_OVER', {}, 300)).toMatchObject({
      state: 'FAILED',
      reason: `No answer came: time is up. Whether the person is rung is unknown. ${STAYED}`,
    });
    expect(twilio.commands).toEqual(['ring']);
  });

  it('rings nobody when Twilio is not reached', async () => {
    await callAt('gone');
    expect(await act('TAKE_OVER')).toMatchObject({
      state: 'FAILED',
      reason: `The person was not rung: the connection was refused. ${STAYED}`,
    });
    expect(twilio.commands).toEqual([]);
  });

  it('moves nobody when the caller hangs up while the person is rung', async () => {
    await callAt();
    const hangUp = twilio.calls.get(CALLER);
    if (hangUp !== undefined) hangUp.status = 'completed';
    expect(await act('TAKE_OVER')).toMatchObject({
      state: 'FAILED',
      reason: `The vendor refused with HTTP 400 (error 21220). ${STAYED}`,
    });
    expect(twilio.commands).toEqual(['ring', 'move', 'release']);
  });
});

describe('the steps of a take-over whose process died', () => {
  /** An action that was claimed by a process of which nothing was heard any more. */
  async function claimed(): Promise<{ actionId: string; store: StepStore }> {
    await callAt();
    const { actions } = deskOn(world);
    const actionId = randomUUID();
    const asked = {
      id: actionId,
      callId: call,
      kind: 'TAKE_OVER',
      destination: ANN,
      note: null,
      actor: person(),
      usualDestination: () => null,
    } as const;
    await actions.request(world.tenantId, asked, () => null, BASE);
    expect(await actions.claim(world.tenantId, actionId, BASE)).toBe(true);
    return { actionId, store: new StepStore(world.db) };
  }
  const settledAs = async (actionId: string) => {
    const { actions } = deskOn(world);
    expect(await actions.sweep(BASE + 10_000)).toBe(1);
    const action = await actions.byId(world.tenantId, actionId);
    return [action?.state, action?.reason];
  };
  const begin = (
    store: StepStore,
    actionId: string,
    step: 'RING_PERSON' | 'MOVE_CALLER' | 'RELEASE_PERSON',
  ) => store.begin(world.tenantId, { actionId, callId: call, step }, null, BASE);

  it('let the action fail when the caller was not moved, and are not sent afterwards', async () => {
    const { actionId, store } = await claimed();
    expect(await begin(store, actionId, 'RING_PERSON')).toBe(true);
    expect(await settledAs(actionId)).toEqual([
      'FAILED',
      'Whoever was to take the call was rung, but the caller was not moved: the call stayed with the AI agent.',
    ]);
    expect(await begin(store, actionId, 'MOVE_CALLER')).toBe(false);
    expect(await begin(store, actionId, 'RELEASE_PERSON')).toBe(true);
    expect(await available()).toContain('TAKE_OVER');
  });

  it('let the action time out when the caller may have been moved', async () => {
    const { actionId, store } = await claimed();
    await begin(store, actionId, 'RING_PERSON');
    await begin(store, actionId, 'MOVE_CALLER');
    expect(await settledAs(actionId)).toEqual([
      'TIMED_OUT',
      'The vendor did not answer in time; whether it acted is unknown.',
    ]);
    expect(await available()).toContain('HAND_BACK');
  });

  it('are begun by one of many, once', async () => {
    const { actionId } = await claimed();
    const stores = Array.from({ length: 8 }, () => new StepStore(world.db));
    const begun = await Promise.all(stores.map((store) => begin(store, actionId, 'MOVE_CALLER')));
    expect(begun.filter(Boolean)).toHaveLength(1);
    expect(await steps()).toEqual(['MOVE_CALLER']);
  });

  it('are not begun for an action of another tenant', async () => {
    const { actionId, store } = await claimed();
    const other = await world.addTenant(randomUUID(), []);
    const step = { actionId, callId: call, step: 'RING_PERSON' } as const;
    expect(await store.begin(other, step, null, BASE)).toBe(false);
    expect(await steps()).toEqual([]);
  });
});

describe('what a take-over keeps', () => {
  it('is readable to nobody, and forgotten when the call has ended', async () => {
    await callAt();
    await act('TAKE_OVER');
    const rows: { text: string }[] = await world.db.query(
      'select to_jsonb(s)::text as text from monitoring_step s union all select to_jsonb(a)::text from monitoring_action a',
    );
    expect(rows).toHaveLength(3);
    for (const { text } of rows) expect(text).not.toMatch(/bot\.example|me:pw/);
    const store = new StepStore(world.db);
    expect(await store.forget()).toBe(0);
    await world.ingest.receiveRecords(world.tenantId, 'twilio', [
      { ...answered(CALLER), occurredAt: at(3), status: 'COMPLETED', endedAt: at(3) },
    ]);
    expect(await store.forget()).toBe(2);
    expect(await steps()).toEqual([]);
  });
});
