import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiRole } from '../../src/domain/words.js';
import { at, BASE, callRecords, World } from '../support/world.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let world: World;

beforeAll(async () => {
  world = await World.create();
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

const POLICY = `version silenceMs assistantWindowMs expectedRoles changedBy changedAt reason
  overrides { channel direction joinLatestMs silenceMs expectedRoles }`;
const UPDATE = `mutation ($input: UpdateTracePolicyInput!) {
  updateTracePolicy(input: $input) { tracePolicy { ${POLICY} } userErrors { field code } } }`;

const update = (expectedVersion: number, policy: object, reason: string | null = null) =>
  ask(UPDATE, { input: { expectedVersion, policy, reason } });

async function send(source: 'dialer' | 'assistant', id: string): Promise<void> {
  const own = callRecords(id).filter((one) => one.source === source);
  await world.send(
    source,
    own.map(({ record }) => record),
  );
}

describe('the policy', () => {
  it('is shown in ms, with what is different where, and changed by who may', async () => {
    const overrides = [
      { channel: 'VOICE', direction: 'OUTBOUND', joinLatestMs: 5_000, expectedRoles: ['DIALER'] },
    ];
    const changed = await update(1, { silenceMs: MINUTE, overrides }, 'as agreed');
    const shown = {
      version: 2,
      silenceMs: MINUTE,
      assistantWindowMs: 10 * MINUTE,
      expectedRoles: null,
      changedBy: 'key',
      changedAt: at(0),
      reason: 'as agreed',
      overrides: [{ ...overrides[0], silenceMs: null }],
    };
    expect(changed).toEqual({ updateTracePolicy: { tracePolicy: shown, userErrors: [] } });
    expect(await ask(`{ tracePolicy { ${POLICY} } }`)).toEqual({ tracePolicy: shown });
    const { tracePolicy } = await ask(
      '{ tracePolicy { history(first: 5) { version silenceMs changedBy } } }',
    );
    expect(tracePolicy).toEqual({
      history: [
        { version: 2, silenceMs: MINUTE, changedBy: 'key' },
        { version: 1, silenceMs: 15 * MINUTE, changedBy: null },
      ],
    });
  });

  it.each<[string, number, object, object[]]>([
    ['somebody was faster', 7, { silenceMs: MINUTE }, [{ field: 'expectedVersion', code: 'CONFLICT' }]],
    [
      'values are out of bounds',
      1,
      {
        humanWindowMs: 0,
        overrides: [{ channel: 'WEB', silenceMs: -1 }],
      },
      [
        { field: 'policy.humanWindowMs', code: 'BAD_USER_INPUT' },
        { field: 'policy.overrides.0.silenceMs', code: 'BAD_USER_INPUT' },
      ],
    ],
    [
      'values do not hold together',
      1,
      { overrides: [{ channel: 'VOICE', joinLatestMs: -9_000 }] },
      [{ field: 'policy.overrides.0.joinLatestMs', code: 'BAD_USER_INPUT' }],
    ],
  ])('stays as it is when %s, and every fault names its field', async (_, version, policy, userErrors) => {
    const { updateTracePolicy } = await update(version, policy);
    expect(updateTracePolicy).toEqual({
      tracePolicy: expect.objectContaining({ version: 1, silenceMs: 15 * MINUTE }),
      userErrors,
    });
    expect(await world.count('trace_policy')).toBe(0);
  });

  it('is changed and tried by administrators alone', async () => {
    for (const role of ['SUPERVISOR', 'AGENT', 'CALLS_ONLY'] as const) {
      const input = { expectedVersion: 1, policy: { silenceMs: MINUTE } };
      const { errors: [refusal] = [] } = await run(context(role), UPDATE, { input });
      expect(refusal?.originalError).toMatchObject({ code: 'FORBIDDEN' });
      const trial = await run(context(role), '{ simulatePolicy(input: { policy: {} }) { judged } }');
      expect(trial.errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN' });
      expect((await run(context(role), '{ tracePolicy { version } }')).errors).toBeUndefined();
    }
    expect(await world.count('trace_policy')).toBe(0);
  });
});

describe('a simulation', () => {
  const SIMULATE = `query ($input: SimulatePolicyInput!) { simulatePolicy(input: $input) {
    judged isCapped changed totals { status dropStage before after }
    differences(first: 1) { interaction { externalIds status } before { status } after { status dropStage why { code text } } } } }`;

  it('answers totals and the interactions that would differ', async () => {
    await send('dialer', 'open');
    world.now = BASE + 3 * MINUTE;
    const input = { policy: { assistantWindowMs: MINUTE }, filter: { startedAt: { from: at(0) } } };
    const { simulatePolicy } = await ask(SIMULATE, { input });
    expect(simulatePolicy).toEqual({
      judged: 1,
      isCapped: false,
      changed: 1,
      totals: [
        { status: 'DROPPED', dropStage: 'INFRA_TO_BOT', before: 0, after: 1 },
        { status: 'PARTIAL', dropStage: null, before: 1, after: 0 },
      ],
      differences: [
        {
          interaction: { externalIds: ['d-open'], status: 'PARTIAL' },
          before: { status: 'PARTIAL' },
          after: {
            status: 'DROPPED',
            dropStage: 'INFRA_TO_BOT',
            why: { code: 'ASSISTANT_NOT_REPORTED_YET', text: expect.any(String) },
          },
        },
      ],
    });
  });

  it('refuses a policy that could not be adopted', async () => {
    const { errors: [refusal] = [] } = await run(context(), SIMULATE, {
      input: { policy: { silenceMs: 0 } },
    });
    expect(refusal?.originalError).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.policy.silenceMs' });
  });
});

describe('what was known', () => {
  const CHANGED = `changesSince(asOf: $asOf) { revision status at mergedInto { id }
    causedBy { kind sourceRecord { id source { name } receivedAt } } }`;

  it("is yesterday's list, and which record changed it since", async () => {
    await send('dialer', 'late');
    world.now = BASE + 20 * MINUTE;
    await world.trace.sweep(world.now);
    const asOf = new Date(BASE + 30 * MINUTE).toISOString();
    world.now = BASE + DAY;
    await send('assistant', 'late');
    const list = `query ($asOf: DateTime!) {
      then: interactions(asOf: $asOf, filter: { quick: DROPPED_TODAY }) { totalCount nodes { id status dropStage } }
      now: interactions { nodes { status ${CHANGED} statusHistory { toStatus causedBy { kind sourceRecord { id } } } } } }`;
    const { then, now } = (await ask(list, { asOf })) as {
      then: { nodes: { id: string }[] };
      now: {
        nodes: { changesSince: { causedBy: { sourceRecord: { id: string } } }[]; statusHistory: object[] }[];
      };
    };
    expect(then).toEqual({
      totalCount: 1,
      nodes: [{ id: expect.any(String), status: 'DROPPED', dropStage: 'INFRA_TO_BOT' }],
    });
    const [today] = now.nodes;
    const record = { id: expect.any(String), source: { name: 'assistant' }, receivedAt: at(24 * 3_600) };
    expect(today).toMatchObject({ status: 'COMPLETE' });
    expect(today?.changesSince).toEqual([
      {
        revision: 3,
        status: 'COMPLETE',
        at: at(24 * 3_600),
        mergedInto: null,
        causedBy: { kind: 'RECORD', sourceRecord: record },
      },
    ]);
    const id = today?.changesSince[0]?.causedBy.sourceRecord.id;
    expect(today?.statusHistory.slice(-2)).toEqual([
      { toStatus: 'DROPPED', causedBy: { kind: 'TIMER', sourceRecord: null } },
      { toStatus: 'COMPLETE', causedBy: { kind: 'RECORD', sourceRecord: { id } } },
    ]);
    const one = await ask(
      'query ($id: ID!, $asOf: DateTime!) { interaction(id: $id, asOf: $asOf) { status } }',
      {
        id: then.nodes[0]?.id,
        asOf,
      },
    );
    expect(one).toEqual({ interaction: { status: 'DROPPED' } });
  });
});
