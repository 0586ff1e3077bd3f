import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/domain/record.js';
import { sessionContext } from '../../src/domain/verdict/context.js';
import { verdictJson } from '../../src/domain/verdict/json.js';
import type { Session } from '../../src/domain/verdict/session.js';
import { judge } from '../../src/analysis/analyze.js';
import { RulesAnalyst } from '../../src/analysis/analysts/rules/rules-analyst.js';
import { SessionReader } from '../../src/storage/analysis/session-reader.js';
import { DeletionStore } from '../../src/storage/removal/deletion-store.js';
import { CursorCodec } from '../../src/storage/list/cursor.js';
import { at, BASE, World } from '../support/world.js';

let world: World;
let reader: SessionReader;

beforeAll(async () => {
  world = await World.create(2);
  reader = new SessionReader(world.db);
});
afterEach(async () => {
  await world.clear();
  world.now = BASE;
});
afterAll(() => world.close());

/** A statement of the dialer's about a call that lasted from second 2 to second 60. */
const dialer = (externalId: string, fields: object = {}): object => ({
  externalId,
  occurredAt: at(60),
  role: 'DIALER',
  channel: 'VOICE',
  direction: 'INBOUND',
  customer: { address: '+12025550123' },
  did: '+12025550199',
  status: 'COMPLETED',
  answeredAt: at(2),
  endedAt: at(60),
  endReason: 'normal',
  ...fields,
});

/** A transcription or recording of another call, as the source that made it states it. */
const madeFrom = (referenceId: string, fields: { tags?: JsonObject } & JsonObject = {}): object => ({
  externalId: `made from ${referenceId}`,
  occurredAt: at(90),
  role: 'ASSISTANT',
  channel: 'VOICE',
  status: 'COMPLETED',
  startedAt: at(80),
  endedAt: at(90),
  messages: [{ id: 'm1', speaker: 'CUSTOMER', text: 'Hello', startedAt: at(81), endedAt: at(82) }],
  ...fields,
  tags: { reference_type: 'transcribe', reference_id: referenceId, ...fields.tags },
});

/** Answers the id of the interaction. */
async function send(source: 'dialer' | 'assistant', record: object, tenantId?: string): Promise<string> {
  const [result] = await world.send(source, record, tenantId);
  if (result?.interactionId == null) throw new Error(`the record was ${result?.status ?? 'not taken'}`);
  return result.interactionId;
}

async function session(id: string, tenantId = world.tenantId): Promise<Session> {
  const known = await reader.read(tenantId, id);
  if (known === null) throw new Error('there is no such interaction');
  return known.session;
}

const context = async (id: string) => sessionContext(await session(id));

describe('the raw direction', () => {
  it.each<[string, object, string | null]>([
    ['a payload of Twilio', { payload: { CallSid: 'CA1', Direction: 'outbound-api' } }, 'outbound-api'],
    ['a flat payload', { payload: { direction: 'incoming' } }, 'incoming'],
    ['a payload with the call in `data`', { payload: { data: { direction: 'outgoing' } } }, 'outgoing'],
    ['a payload with the call in `call`', { payload: { call: { direction: 'inbound' } } }, 'inbound'],
    [
      'a payload of Vapi',
      { payload: { message: { call: { type: 'inboundPhoneCall' } } } },
      'inboundPhoneCall',
    ],
    ['a tag', { payload: {}, tags: { direction_raw: 'incoming' } }, 'incoming'],
    ['nothing', { payload: {} }, null],
  ])('comes from %s', async (_what, fields, expected) => {
    const id = await send('dialer', dialer('d1', fields));
    expect((await session(id)).directionRaw).toBe(expected);
    expect((await context(id))?.directionRaw).toBe(expected);
  });

  it('comes from the first record that has one, and from the primary leg', async () => {
    const keys = [{ namespace: 'interaction_id', value: 'one' }];
    await send(
      'dialer',
      dialer('d1', { keys, version: '1', occurredAt: at(1), payload: { note: 'ringing' } }),
    );
    world.now += 1_000;
    await send('dialer', dialer('d1', { keys, version: '2', payload: { direction: 'incoming' } }));
    world.now += 1_000;
    await send('dialer', dialer('d1', { keys, version: '3', payload: { direction: 'changed' } }));
    const assistant = { role: 'ASSISTANT', keys, payload: { direction: 'webCall' } };
    const id = await send('assistant', dialer('a1', { ...assistant, answeredAt: at(3) }));
    expect((await session(id)).calls).toHaveLength(2);
    expect((await session(id)).directionRaw).toBe('incoming');
  });

  it('is in the JSON of the verdict word for word, and an absent key when nobody says it', async () => {
    const json = async (id: string) =>
      verdictJson(await judge(await session(id), new RulesAnalyst(), new AbortController().signal));
    const told = await send('dialer', dialer('d1', { payload: { direction: 'incoming' } }));
    expect((await json(told)).session_context).toMatchObject({
      direction: 'inbound',
      direction_raw: 'incoming',
    });
    const silent = (await json(await send('dialer', dialer('d2', { payload: {} })))).session_context;
    expect(Object.keys(silent as JsonObject)).toEqual([
      'reference_type',
      'channel',
      'direction',
      'participants',
      'started_at',
      'multi_leg',
      'ai_handled',
      'human_involved',
    ]);
  });
});

describe('the origin of a transcription or a recording', () => {
  it.each([
    ['transcribe', 'TRANSCRIBE', 'TRANSCRIPTION'],
    ['recording', 'RECORDING', 'RECORDING'],
  ])('of the type %s is the call that its tag names', async (tag, referenceType, originKind) => {
    const call = await send('dialer', dialer('d1', { payload: { direction: 'incoming' } }));
    const made = await send('assistant', madeFrom('d1', { tags: { reference_type: tag } }));
    expect(made).not.toBe(call);
    expect((await session(made)).origin).toEqual(await session(call));
    expect(await context(made)).toEqual({
      ...(await context(call)),
      referenceType,
      originKind,
      originType: 'CALL',
      aiHandled: false,
      humanInvolved: false,
    });
  });

  it('is none when no call has that id, or when it has it in another tenant', async () => {
    const other = world.tenants[1] ?? '';
    await send('dialer', dialer('d1'), other);
    const made = await send('assistant', madeFrom('d1'));
    expect((await session(made)).origin).toBeNull();
    expect(await context(made)).toMatchObject({
      referenceType: 'TRANSCRIBE',
      originKind: 'TRANSCRIPTION',
      originType: null,
      participants: null,
      direction: null,
    });
    expect((await session(await send('assistant', madeFrom('d1'), other), other)).origin).not.toBeNull();
  });

  it('is not looked for when the tag names one but the session is a call of its own', async () => {
    await send('dialer', dialer('d1'));
    const own = await send('assistant', madeFrom('d1', { tags: { reference_type: 'call' } }));
    expect((await session(own)).origin).toBeNull();
    expect(await context(own)).toMatchObject({ referenceType: 'CALL', originKind: null });
  });

  it('is none when it was deleted, and another of the same id that was not', async () => {
    const call = await send('dialer', dialer('d1'));
    const made = await send('assistant', madeFrom('d1'));
    const deletions = new DeletionStore(world.db, new CursorCodec('secret', 'instance'));
    const by = { actor: { id: 'key', role: 'ADMIN' as const }, reason: null };
    await deletions.delete(world.tenantId, call, by, world.now);
    expect((await session(made)).origin).toBeNull();
    const twin = await send('assistant', dialer('d1', { role: 'ASSISTANT', answeredAt: at(30) }));
    expect((await session(made)).origin).toEqual(await session(twin));
  });

  it('is one step away: a transcription of a recording does not go on to the call', async () => {
    await send('dialer', dialer('d1'));
    await send('assistant', madeFrom('d1', { tags: { reference_type: 'recording' } }));
    const second = await send('assistant', {
      ...madeFrom('made from d1'),
      externalId: 'the transcription of a recording',
    });
    expect((await session(second)).origin?.calls.map(({ externalId }) => externalId)).toEqual([
      'made from d1',
    ]);
  });
});

describe('what is judged', () => {
  it('is nothing of another tenant, and nothing that is not there', async () => {
    const id = await send('dialer', dialer('d1'));
    expect(await reader.read(world.tenants[1] ?? '', id)).toBeNull();
    expect(await reader.read(world.tenantId, '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d30')).toBeNull();
    expect((await reader.read(world.tenantId, id))?.session.calls).toHaveLength(1);
  });
});
