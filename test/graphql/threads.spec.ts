import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiRole } from '../../src/domain/words.js';
import { at, BASE, World } from '../support/world.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

const MINUTE = 60;
const MS = 1_000;

let world: World;
beforeAll(async () => {
  world = await World.create(1, ['chat']);
});
afterEach(async () => {
  await world.clear();
  world.now = BASE;
});
afterAll(() => world.close());

const context = (role?: ApiRole) => {
  const frame = { tenantId: world.tenantId, timeZone: 'UTC', defaultCountry: 'US', now: world.now };
  return contextFor(servicesOn(world.db), frame, role);
};
const ask = (document: string, variables: Record<string, unknown> = {}) =>
  dataOf(context(), document, variables) as Promise<Record<string, unknown>>;

const session = (externalId: string, from: number, to: number, rest: object = {}) => ({
  externalId,
  occurredAt: at(to),
  channel: 'CHAT',
  status: 'COMPLETED',
  startedAt: at(from),
  endedAt: at(to),
  keys: [{ namespace: 'thread_id', value: 't1' }],
  ...rest,
});

describe('the relations of a session', () => {
  const RELATIONS = `{ interactions { nodes { externalIds
    relations { kind at gapMs interaction { externalIds } key { namespace value } } } } }`;

  it('show the one before it as PREVIOUS and the one after it as NEXT, with their thread', async () => {
    await world.send('chat', [session('s1', 0, 300), session('s2', 2_400, 2_700)]);
    const key = { namespace: 'thread_id', value: 't1' };
    const between = { at: at(2_400), gapMs: 2_100 * MS, key };
    expect(await ask(RELATIONS)).toEqual({
      interactions: {
        nodes: [
          {
            externalIds: ['s2'],
            relations: [{ ...between, kind: 'PREVIOUS', interaction: { externalIds: ['s1'] } }],
          },
          {
            externalIds: ['s1'],
            relations: [{ ...between, kind: 'NEXT', interaction: { externalIds: ['s2'] } }],
          },
        ],
      },
    });
  });

  it('show their thread to nobody who may not see keys', async () => {
    await world.send('chat', [session('s1', 0, 300), session('s2', 2_400, 2_700)]);
    const { data, errors = [] } = await run(context('CALLS_ONLY'), RELATIONS);
    expect(errors.map(({ path }) => path?.at(-1))).toEqual(['key', 'key']);
    expect(JSON.stringify(data)).not.toContain('thread_id');
  });

  it('are none when a late message has made the sessions one', async () => {
    await world.send('chat', [session('s1', 0, 300), session('s2', 2_400, 2_700)]);
    const said = {
      messages: [{ id: 'm1', speaker: 'CUSTOMER', text: 'Still there?', startedAt: at(1_200) }],
    };
    await world.send('chat', { ...session('s1', 0, 300), occurredAt: at(1_200), ...said });
    expect(await ask(RELATIONS)).toEqual({
      interactions: { nodes: [{ externalIds: ['s1', 's2'], relations: [] }] },
    });
  });
});

describe('two legs of one thread', () => {
  it('are explained to be of different sessions', async () => {
    await world.send('chat', [session('s1', 0, 300), session('s2', 2_400, 2_700)]);
    const { interactions } = (await ask('{ interactions { nodes { legs { id } } } }')) as {
      interactions: { nodes: { legs: { id: string }[] }[] };
    };
    const legs = interactions.nodes.flatMap((node) => node.legs.map(({ id }) => id));
    const document =
      'query ($legs: [ID!]!) { explainNonLink(legs: $legs) { areTogether reasons sharedKeys { value } } }';
    expect(await ask(document, { legs })).toEqual({
      explainNonLink: { areTogether: false, reasons: ['OTHER_SESSION'], sharedKeys: [{ value: 't1' }] },
    });
  });
});

describe('the inactivity that closes a session', () => {
  const SHOWN = 'version inactivityMs overrides { channel direction inactivityMs }';
  const UPDATE = `mutation ($input: UpdateTracePolicyInput!) {
    updateTracePolicy(input: $input) { tracePolicy { ${SHOWN} } userErrors { field code } } }`;
  const update = (expectedVersion: number, policy: object) =>
    ask(UPDATE, { input: { expectedVersion, policy } });

  it('is a value of the policy for each channel and direction, in versions; null is as the channel has it', async () => {
    const overrides = [
      { channel: 'CHAT', direction: null, inactivityMs: 5 * MINUTE * MS },
      { channel: 'CHAT', direction: 'OUTBOUND', inactivityMs: null },
    ];
    const second = { version: 2, inactivityMs: 90 * MINUTE * MS, overrides };
    expect(await ask(`{ tracePolicy { ${SHOWN} } }`)).toEqual({
      tracePolicy: { version: 1, inactivityMs: null, overrides: [] },
    });
    const payload = (tracePolicy: object) => ({ updateTracePolicy: { tracePolicy, userErrors: [] } });
    const { inactivityMs } = second;
    expect(await update(1, { inactivityMs, overrides })).toEqual(payload(second));
    const third = { ...second, version: 3, inactivityMs: null };
    expect(await update(2, { inactivityMs: null })).toEqual(payload(third));
    expect(await ask(`{ tracePolicy { history { ${SHOWN} } } }`)).toEqual({
      tracePolicy: { history: [third, second, { version: 1, inactivityMs: null, overrides: [] }] },
    });
  });

  it.each([0, -1])('is refused when it is %i ms, and nothing changes', async (inactivityMs) => {
    const overrides = [{ channel: 'SMS', inactivityMs }];
    expect(await update(1, { inactivityMs, overrides })).toEqual({
      updateTracePolicy: {
        tracePolicy: { version: 1, inactivityMs: null, overrides: [] },
        userErrors: [
          { field: 'policy.inactivityMs', code: 'BAD_USER_INPUT' },
          { field: 'policy.overrides.0.inactivityMs', code: 'BAD_USER_INPUT' },
        ],
      },
    });
    expect(await world.count('trace_policy')).toBe(0);
  });

  it('is tried on open sessions by a simulation, which changes nothing', async () => {
    await world.send('chat', session('s1', 0, 60, { status: 'ACTIVE', endedAt: undefined }));
    world.now = BASE + 10 * MINUTE * MS;
    const { simulatePolicy } = await ask(
      `query ($input: SimulatePolicyInput!) { simulatePolicy(input: $input) { judged changed
         differences { interaction { externalIds } before { status } after { status why { code } } } } }`,
      { input: { policy: { overrides: [{ channel: 'CHAT', inactivityMs: 5 * MINUTE * MS }] } } },
    );
    expect(simulatePolicy).toEqual({
      judged: 1,
      changed: 1,
      differences: [
        {
          interaction: { externalIds: ['s1'] },
          before: { status: 'IN_PROGRESS' },
          after: { status: 'COMPLETE', why: { code: 'ALL_SEGMENTS_PRESENT' } },
        },
      ],
    });
    expect((await world.summaries()).map(({ status }) => status)).toEqual(['IN_PROGRESS']);
  });

  it('closes an open session at once when the policy is changed, by the next sweep', async () => {
    await world.send('chat', session('s1', 0, 60, { status: 'ACTIVE', endedAt: undefined }));
    world.now = BASE + 10 * MINUTE * MS;
    expect(await world.trace.sweep(world.now)).toBe(0);
    await update(1, { overrides: [{ channel: 'CHAT', inactivityMs: 5 * MINUTE * MS }] });
    expect(await world.trace.sweep(world.now)).toBe(1);
    const { interactions } = await ask(
      '{ interactions { nodes { status endedAt legs { endPresumed } statusHistory { toStatus causedBy { kind } } } } }',
    );
    expect(interactions).toEqual({
      nodes: [
        {
          status: 'COMPLETE',
          endedAt: at(60),
          legs: [{ endPresumed: true }],
          statusHistory: [
            { toStatus: 'IN_PROGRESS', causedBy: { kind: 'RECORD' } },
            { toStatus: 'COMPLETE', causedBy: { kind: 'RULE' } },
          ],
        },
      ],
    });
  });
});
