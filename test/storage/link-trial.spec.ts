import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyChange } from '../../src/domain/policy.js';
import { changed } from '../../src/domain/policy.js';
import type { InteractionFilter } from '../../src/storage/list/filter.js';
import { PolicyStore } from '../../src/storage/policy-store.js';
import type { Judged, PolicyTrial } from '../../src/storage/policy-trial.js';
import { tryPolicy } from '../../src/storage/policy-trial.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';
import { contentsOf } from '../support/everything.js';
import type { Half } from '../support/halves.js';
import { assistant, dialer } from '../support/halves.js';
import { frameOf } from '../support/live.js';
import { BASE, World } from '../support/world.js';

const HOUR = 3_600_000;
const OFF: PolicyChange = { linkAutomatically: false };
const ON: PolicyChange = { linkAutomatically: true };

let world: World;
let policies: PolicyStore;

beforeAll(async () => {
  world = await World.create();
  policies = new PolicyStore(world.db);
});
afterAll(() => world.close());
beforeEach(begin);

/** Both sources have told everything of the hour. */
async function begin(): Promise<void> {
  await world.clear();
  world.now = BASE + 2 * HOUR;
  const watermarks = new WatermarkStore(world.db);
  for (const source of ['dialer', 'assistant'])
    await watermarks.report(world.tenantId, source, BASE + HOUR, world.now);
}

async function adopt(change: PolicyChange): Promise<void> {
  const { policy } = await policies.current(world.tenantId);
  const by = { changedBy: 'key-1', reason: null };
  await policies.update(world.tenantId, policy.version, changed(policy, change), by, world.now);
  await settle();
}

async function settle(): Promise<void> {
  while ((await world.trace.match(world.now)) > 0);
  while ((await world.trace.sweep(world.now)) > 0);
}

async function send(...halves: Half[]): Promise<void> {
  for (const [source, record] of halves) await world.send(source, record);
  await settle();
}

async function attempt(
  change: PolicyChange,
  filter: InteractionFilter | null = null,
  caps: { cap?: number; linkCap?: number } = {},
): Promise<PolicyTrial> {
  const { policy } = await policies.current(world.tenantId);
  return tryPolicy(world.db, frameOf(world), changed(policy, change), filter, caps);
}

const legsOf = async (interactionId: string): Promise<string> => {
  const [row]: { legs: string }[] = await world.db.query(
    `select string_agg(external_id, ' + ' order by external_id) as legs from leg where interaction_id = $1`,
    [interactionId],
  );
  return row?.legs ?? '';
};

const shown = (judged: Judged | null): string | null =>
  judged === null ? null : [judged.status, judged.dropStage, judged.dropDetail].filter(Boolean).join(' ');

/** Each difference by the legs of its interaction as it is. */
const differencesOf = async ({ differences }: PolicyTrial) =>
  Promise.all(
    differences.map(async ({ interactionId, before, after }) => [
      await legsOf(interactionId),
      shown(before),
      shown(after),
    ]),
  );

const CANDIDATE = 'DROPPED INFRA_TO_BOT CANDIDATE_EXISTS';
const NEVER_STARTED = 'DROPPED INFRA_TO_BOT ASSISTANT_NEVER_STARTED';
const NO_DIALER = 'DROPPED UNSPECIFIED DIALER_NEVER_REPORTED';

describe('a policy that would not make a link', () => {
  beforeEach(() => send(dialer('d1', 0, 100), assistant('a1', 4, 99)));

  it('parts the interaction for the trial: each half is judged by itself, with the suggestion that would stand', async () => {
    const trial = await attempt(OFF);
    expect(await differencesOf(trial)).toEqual([
      ['a1 + d1', 'COMPLETE', CANDIDATE],
      ['a1 + d1', null, NO_DIALER],
    ]);
    expect(trial).toMatchObject({
      judged: 1,
      totals: [
        { status: 'COMPLETE', dropStage: null, before: 1, after: 0 },
        { status: 'DROPPED', dropStage: 'INFRA_TO_BOT', before: 0, after: 1 },
        { status: 'DROPPED', dropStage: 'UNSPECIFIED', before: 0, after: 1 },
      ],
      linkDifferences: [{ isLinkedBefore: true, isLinkedAfter: false }],
    });
  });

  it('writes nothing in any table', async () => {
    await world.settle();
    const before = await contentsOf(world.db);
    expect((await attempt(OFF)).linkDifferences).toHaveLength(1);
    expect(await contentsOf(world.db)).toEqual(before);
  });

  it('only for the other direction makes no difference', async () => {
    const override = { channel: 'VOICE', direction: 'OUTBOUND', linkAutomatically: false } as const;
    expect(await attempt({ overrides: [override] })).toMatchObject({ differences: [], linkDifferences: [] });
    const inbound = { ...override, direction: 'INBOUND' } as const;
    expect((await attempt({ overrides: [inbound] })).differences).toHaveLength(2);
  });

  it('leaves legs together that a key holds', async () => {
    await send(dialer('d1', 0, 100, { key: 'k' }), assistant('a1', 4, 99, { key: 'k' }));
    expect(await attempt(OFF)).toMatchObject({ differences: [], linkDifferences: [] });
  });
});

describe('a policy that would make a link', () => {
  beforeEach(async () => {
    await adopt(OFF);
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
  });

  const JOINED = [
    ['d1', CANDIDATE, 'COMPLETE'],
    ['a1', NO_DIALER, null],
  ];

  it('joins the two interactions for the trial', async () => {
    const trial = await attempt(ON);
    expect((await differencesOf(trial)).sort()).toEqual([...JOINED].sort());
    expect(trial).toMatchObject({
      judged: 2,
      totals: [
        { status: 'COMPLETE', dropStage: null, before: 0, after: 1 },
        { status: 'DROPPED', dropStage: 'INFRA_TO_BOT', before: 1, after: 0 },
        { status: 'DROPPED', dropStage: 'UNSPECIFIED', before: 1, after: 0 },
      ],
      linkDifferences: [{ isLinkedBefore: false, isLinkedAfter: true }],
    });
  });

  it.each<[string, InteractionFilter]>([
    ["the dialer's half", { dropStage: ['INFRA_TO_BOT'] }],
    ["the assistant's half", { dropStage: ['UNSPECIFIED'] }],
  ])('judges the other half along when only %s was asked about', async (_, filter) => {
    const trial = await attempt(ON, filter);
    expect((await differencesOf(trial)).sort()).toEqual([...JOINED].sort());
    expect(trial.judged).toBe(2);
  });

  it('tells nothing of interactions that were not asked about and that nothing joins with one', async () => {
    await send(dialer('d2', 1_000, 1_100, { customer: '+12025550777' }));
    const trial = await attempt(ON, { startedAt: { from: BASE + 900_000 } });
    expect(trial).toMatchObject({ judged: 1, differences: [], linkDifferences: [] });
  });
});

describe('what hangs on a link', () => {
  it('is a suggestion of a third leg, which stands only as long as the link does not', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99), dialer('d2', -40, 180));
    const others = ({ differences }: PolicyTrial) =>
      Promise.all(differences.map(({ interactionId }) => legsOf(interactionId)));
    const trial = await attempt(OFF);
    expect(await differencesOf(trial)).toEqual([
      ['a1 + d1', 'COMPLETE', CANDIDATE],
      ['d2', NEVER_STARTED, CANDIDATE],
      ['a1 + d1', null, NO_DIALER],
    ]);
    await adopt(OFF);
    expect((await others(await attempt(ON))).sort()).toEqual(['a1', 'd1', 'd2']);
  });

  it('is followed as far as the stated bound; beyond it, statuses are judged with links as they are', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    const later = { customer: '+12025550777' };
    await send(dialer('d2', 600, 700, later), assistant('a2', 604, 699, later));
    const [whole, capped] = [await attempt(OFF), await attempt(OFF, null, { linkCap: 1 })];
    expect([whole.areLinksCapped, whole.linkDifferences.length, whole.differences.length]).toEqual([
      false,
      2,
      4,
    ]);
    expect([capped.areLinksCapped, capped.linkDifferences.length, capped.differences.length]).toEqual([
      true,
      1,
      2,
    ]);
  });
});

describe('a trial of what is linked', () => {
  const halves = fc.array(
    fc.record({
      isDialer: fc.boolean(),
      answer: fc.constantFrom(0, 2, 4, 8, 40),
      lasts: fc.constantFrom(60, 90),
      customer: fc.constantFrom('+12025550123', '+12025550777'),
      key: fc.constantFrom(undefined, undefined, undefined, 'k1'),
      direction: fc.constantFrom('INBOUND', 'OUTBOUND'),
    }),
    { minLength: 2, maxLength: 7 },
  );
  const policy = fc.record({
    linkAutomatically: fc.boolean(),
    overrides: fc.constantFrom<NonNullable<PolicyChange['overrides']>>(
      [],
      [{ channel: 'VOICE', direction: 'INBOUND', linkAutomatically: true }],
      [{ channel: null, direction: 'OUTBOUND', linkAutomatically: false }],
    ),
  });

  it('agrees with what is made of the same calls when the policy is adopted (property)', async () => {
    await fc.assert(
      fc.asyncProperty(halves, policy, policy, async (drafts, present, tried) => {
        await begin();
        await adopt(present);
        await send(
          ...drafts.map(({ isDialer, answer, lasts, customer, key, direction }, n): Half => {
            const [source, record] = (isDialer ? dialer : assistant)(`x${n}`, answer, answer + lasts, {
              customer,
              ...(key === undefined ? {} : { key }),
            });
            return [source, { ...record, direction }];
          }),
        );
        const { totals } = await attempt(tried);
        await adopt(tried);
        const stored: unknown[] = await world.db.query(
          `select status, drop_stage as "dropStage", count(*)::int as after from interaction group by 1, 2
            order by status || '/' || coalesce(drop_stage, '') collate "C"`,
        );
        const foreseen = totals.filter(({ after }) => after > 0);
        expect(foreseen.map(({ status, dropStage, after }) => ({ status, dropStage, after }))).toEqual(
          stored,
        );
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});
