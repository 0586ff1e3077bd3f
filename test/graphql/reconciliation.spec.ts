import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ApiRole } from '../../src/domain/words.js';
import { globalId } from '../../src/graphql/node.js';
import { WatermarkStore } from '../../src/storage/watermark-store.js';
import type { Half } from '../support/halves.js';
import { assistant, dialer } from '../support/halves.js';
import { BASE, World } from '../support/world.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

const HOUR = 3_600_000;

let world: World;
beforeAll(async () => {
  world = await World.create(2);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await world.db.query('update source set watermark_at = null');
  world.now = BASE + 2 * HOUR;
});

async function send(...halves: Half[]): Promise<void> {
  for (const [source, record] of halves) await world.send(source, record);
  while ((await world.trace.match(world.now)) > 0);
  while ((await world.trace.sweep(world.now)) > 0);
}

async function told(): Promise<void> {
  const watermarks = new WatermarkStore(world.db);
  for (const source of ['dialer', 'assistant'])
    await watermarks.report(world.tenantId, source, BASE + HOUR, world.now);
  while ((await world.trace.match(world.now)) > 0);
  while ((await world.trace.sweep(world.now)) > 0);
}

const contextAs = (role: ApiRole, tenantId = world.tenantId) =>
  contextFor(servicesOn(world.db), { tenantId, timeZone: 'UTC', defaultCountry: 'US', now: world.now }, role);

const ask = (document: string, variables = {}, role: ApiRole = 'SUPERVISOR') =>
  dataOf(contextAs(role), document, variables);

async function mutate(
  name: string,
  type: string,
  input: object,
  fields: string,
): Promise<Record<string, unknown>> {
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { field code message } } }`;
  const data = await ask(document, { input });
  return data[name] as Record<string, unknown>;
}

const legId = async (externalId: string): Promise<string> => {
  const [row]: { id: string }[] = await world.db.query('select id from leg where external_id = $1', [
    externalId,
  ]);
  return globalId('Leg', row?.id ?? '');
};
const interactionId = async (externalId: string): Promise<string> => {
  const [row]: { id: string }[] = await world.db.query(
    'select interaction_id as id from leg where external_id = $1',
    [externalId],
  );
  return globalId('Interaction', row?.id ?? '');
};

const GROUPS = `{ reconciliation { groups { dropStage dropDetail count provisional suggested
  interactions { nodes { externalIds } totalCount } } } }`;

interface Group {
  dropStage: string;
  dropDetail: string;
  count: number;
  provisional: number;
  suggested: number;
  interactions: { nodes: { externalIds: string[] }[]; totalCount: number };
}
const groups = async (): Promise<Group[]> =>
  ((await ask(GROUPS))['reconciliation'] as { groups: Group[] }).groups;

describe('reconciliation', () => {
  it('groups dropped interactions by stage and detail, with counts and suggestions', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await send(dialer('d2', 500, 600, { customer: '+12025550777' }));
    await send(dialer('k1', 900, 990, { key: 'k' }), assistant('k2', 901, 990, { key: 'k' }));
    expect(await groups()).toEqual([
      {
        dropStage: 'INFRA_TO_BOT',
        dropDetail: 'ASSISTANT_NOT_REPORTED_YET',
        count: 1,
        provisional: 1,
        suggested: 0,
        interactions: { nodes: [{ externalIds: ['d2'] }], totalCount: 1 },
      },
      {
        dropStage: 'INFRA_TO_BOT',
        dropDetail: 'CANDIDATE_EXISTS',
        count: 1,
        provisional: 1,
        suggested: 1,
        interactions: { nodes: [{ externalIds: ['d1'] }], totalCount: 1 },
      },
      {
        dropStage: 'SYNC_GAP',
        dropDetail: 'DIALER_NOT_SYNCED_YET',
        count: 1,
        provisional: 1,
        suggested: 1,
        interactions: { nodes: [{ externalIds: ['a1'] }], totalCount: 1 },
      },
    ]);
  });

  it('shows a suggestion with its evidence and its rivals side by side', async () => {
    await send(dialer('d1', 0, 100), dialer('d2', 1, 100), assistant('a1', 4, 99));
    await told();
    const data = await ask(
      `query ($id: ID!) { interaction(id: $id) { suggestions { points margin obstacles rulesVersion
         dialerLeg { externalId } assistantLeg { externalId } features { name value points }
         rivals { points dialerLeg { externalId } } } } }`,
      { id: await interactionId('d2') },
    );
    expect(data['interaction']).toEqual({
      suggestions: [
        {
          points: 105,
          margin: 0,
          obstacles: ['MARGIN_TOO_THIN'],
          rulesVersion: 2,
          dialerLeg: { externalId: 'd2' },
          assistantLeg: { externalId: 'a1' },
          features: [
            { name: 'CUSTOMER_NUMBER', value: 'E164', points: 40 },
            { name: 'DID', value: 'E164', points: 15 },
            { name: 'CUSTOMER_KEY', value: 'UNKNOWN', points: 0 },
            { name: 'BRIDGE', value: 'UNKNOWN', points: 0 },
            { name: 'JOIN_DELAY_MS', value: '3000', points: 20 },
            { name: 'SHARE_INSIDE', value: '1', points: 15 },
            { name: 'END_GAP_MS', value: '-1000', points: 10 },
            { name: 'DIRECTION', value: 'SAME', points: 5 },
            { name: 'NUMBER_HEAT', value: 'NORMAL', points: 0 },
          ],
          rivals: [{ points: 105, dialerLeg: { externalId: 'd1' } }],
        },
      ],
    });
  });

  it('lists keys that reach too far, and interactions from which a person took a leg against a key', async () => {
    await send(...Array.from({ length: 65 }, (_, n) => dialer(`c${n}`, n, n + 1, { key: 'constant' })));
    await send(dialer('d1', 900, 990, { key: 'k' }), assistant('a1', 901, 990, { key: 'k' }));
    await mutate('unlinkLeg', 'UnlinkLegInput', { legId: await legId('a1') }, 'undoId');
    await send(dialer('old', 0, 90, { key: 'used' }), assistant('again', 90_100, 90_190, { key: 'used' }));
    const data = await ask(
      `{ reconciliation { quarantinedKeys { namespace value reach legs } contested { nodes { externalIds } totalCount } } }`,
    );
    expect(data['reconciliation']).toEqual({
      quarantinedKeys: [
        { namespace: 'interaction_id', value: 'used', reach: 'TOO_FAR_APART', legs: 2 },
        { namespace: 'interaction_id', value: 'constant', reach: 'TOO_MANY_LEGS', legs: 65 },
      ],
      contested: { nodes: [{ externalIds: ['a1'] }, { externalIds: ['d1'] }], totalCount: 2 },
    });
  });
});

describe('decisions', () => {
  it('link, and the survivor keeps its id; undo parts them again, once', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 400, 499, { customer: '+12025550777' }));
    const [survivorId, other] = [await interactionId('a1'), await interactionId('d1')];
    const input = { survivorId, interactionIds: [other], reason: 'heard it' };
    const linked = await mutate(
      'linkInteractions',
      'LinkInteractionsInput',
      input,
      'interaction { id externalIds } undoId',
    );
    expect(linked).toEqual({
      interaction: { id: survivorId, externalIds: ['d1', 'a1'] },
      undoId: expect.any(String),
      userErrors: [],
    });
    const link = await ask(
      'query ($id: ID!) { interaction(id: $id) { legs { link { tier method byPerson { externalId } match { margin } } } } }',
      { id: other },
    );
    expect(link['interaction']).toEqual({
      legs: [
        { link: { tier: 'PERSON', method: 'PERSON', byPerson: [{ externalId: 'a1' }], match: null } },
        { link: { tier: 'PERSON', method: 'PERSON', byPerson: [{ externalId: 'd1' }], match: null } },
      ],
    });
    const undo = () =>
      mutate(
        'undo',
        'UndoInput',
        { id: linked['undoId'], reason: 'no' },
        'count interactions { externalIds }',
      );
    expect(await undo()).toMatchObject({ count: 2, userErrors: [] });
    expect(await undo()).toEqual({
      count: 0,
      interactions: [],
      userErrors: [
        { field: 'id', code: 'CONFLICT', message: 'It has been undone already, or cannot be undone.' },
      ],
    });
    const log = await ask(
      '{ auditLog { nodes { action actor actorRole reason isUndone interaction { id } } } }',
    );
    expect(log['auditLog']).toMatchObject({
      nodes: [
        { action: 'UNDONE', actor: 'key', actorRole: 'SUPERVISOR', reason: 'no', isUndone: false },
        {
          action: 'INTERACTIONS_LINKED',
          reason: 'heard it',
          isUndone: true,
          interaction: { id: survivorId },
        },
      ],
    });
  });

  it('resolve a group at once; it leaves reconciliation, and one undo brings it back', async () => {
    await send(dialer('d1', 0, 100), dialer('d2', 600, 700, { customer: '+12025550777' }));
    const input = { dropStage: 'INFRA_TO_BOT', kind: 'RECORD_LOST', note: 'outage', reason: 'ticket 7' };
    const resolved = await mutate(
      'resolveInteractions',
      'ResolveInteractionsInput',
      input,
      'count undoId interactions { status resolution { kind note by } }',
    );
    const resolution = { kind: 'RECORD_LOST', note: 'outage', by: 'key' };
    expect(resolved).toMatchObject({
      count: 2,
      interactions: [
        { status: 'DROPPED', resolution },
        { status: 'DROPPED', resolution },
      ],
    });
    expect(await groups()).toEqual([]);
    expect(await mutate('undo', 'UndoInput', { id: resolved['undoId'] }, 'count')).toEqual({
      count: 2,
      userErrors: [],
    });
    expect((await groups()).map(({ count }) => count)).toEqual([2]);
  });

  describe('of a group whose drops have no detail', () => {
    const human = (id: string, start: number): Half => [
      'human',
      { ...assistant(id, start, start + 60)[1], role: 'HUMAN', keys: [] },
    ];
    const STAGE = 'UNSPECIFIED';
    const rowOf = async (externalId: string): Promise<object> => {
      const [row]: { row: object }[] = await world.db.query(
        `select to_jsonb(i) as row from interaction i
           join leg l on l.tenant_id = i.tenant_id and l.interaction_id = i.id where l.external_id = $1`,
        [externalId],
      );
      return row?.row ?? {};
    };

    beforeEach(async () => {
      await send(human('h1', 0), human('h2', 600), assistant('a1', 1_200, 1_300));
      await told();
    });

    it('the group lists its own members alone', async () => {
      expect(await groups()).toMatchObject([
        {
          dropStage: STAGE,
          dropDetail: null,
          count: 2,
          interactions: { nodes: [{ externalIds: ['h2'] }, { externalIds: ['h1'] }], totalCount: 2 },
        },
        {
          dropStage: STAGE,
          dropDetail: 'DIALER_NEVER_REPORTED',
          count: 1,
          interactions: { nodes: [{ externalIds: ['a1'] }], totalCount: 1 },
        },
      ]);
    });

    it('a batch resolves its members alone, as the group tells its detail; the other drop stays as it is', async () => {
      const [group] = await groups();
      const other = await rowOf('a1');
      const changes = await world.count('change');
      const input = { dropStage: group?.dropStage, dropDetail: group?.dropDetail, kind: 'ACCEPTED' };
      const resolved = await mutate(
        'resolveInteractions',
        'ResolveInteractionsInput',
        input,
        'count interactions { externalIds }',
      );
      expect(resolved).toEqual({
        count: 2,
        interactions: [{ externalIds: ['h2'] }, { externalIds: ['h1'] }],
        userErrors: [],
      });
      expect(await rowOf('a1')).toEqual(other);
      expect(await world.count('change')).toBe(changes + 2);
      expect((await groups()).map(({ dropDetail, count }) => [dropDetail, count])).toEqual([
        ['DIALER_NEVER_REPORTED', 1],
      ]);
    });

    it.each<[string, object, number]>([
      ['the filter asks for drops without a detail', { filter: { hasDropDetail: false } }, 2],
      ['the filter asks for drops with a detail', { filter: { hasDropDetail: true } }, 1],
      ['no detail is asked for', {}, 3],
    ])('when %s, as many are resolved', async (_, asked, count) => {
      const input = { dropStage: STAGE, kind: 'ACCEPTED', ...asked };
      expect(await mutate('resolveInteractions', 'ResolveInteractionsInput', input, 'count')).toEqual({
        count,
        userErrors: [],
      });
      expect(await world.count('resolution')).toBe(count);
    });
  });

  it('dismiss a suggestion', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    const input = { dialerLegId: await legId('d1'), assistantLegId: await legId('a1') };
    expect(
      await mutate(
        'dismissSuggestion',
        'DismissSuggestionInput',
        input,
        'count interactions { suggestions { points } }',
      ),
    ).toEqual({
      count: 2,
      interactions: [{ suggestions: [] }, { suggestions: [] }],
      userErrors: [],
    });
  });

  it.each<[string, string, object]>([
    ['linkInteractions', 'LinkInteractionsInput', { survivorId: 'x', interactionIds: ['y'] }],
    ['unlinkLeg', 'UnlinkLegInput', { legId: 'x' }],
    ['dismissSuggestion', 'DismissSuggestionInput', { dialerLegId: 'x', assistantLegId: 'y' }],
    ['resolveInteraction', 'ResolveInteractionInput', { interactionId: 'x', kind: 'ACCEPTED' }],
    ['undo', 'UndoInput', { id: 'x' }],
  ])('%s answers NOT_FOUND for what is not there, and writes nothing', async (name, type, input) => {
    const { userErrors } = await mutate(name, type, input, '');
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await world.count('audit_entry')).toBe(0);
  });

  it('are nothing for agents, nor is the audit log', async () => {
    await send(dialer('d1', 0, 100));
    const id = await interactionId('d1');
    const document = `mutation { resolveInteraction(input: { interactionId: "${id}", kind: ACCEPTED }) { count } }`;
    const { errors = [] } = await run(contextAs('AGENT'), document);
    expect(errors.map((error) => error.message)).toEqual(['Your role does not allow this.']);
    const log = await run(contextAs('AGENT'), '{ auditLog { nodes { id } } }');
    expect(log.errors).toHaveLength(1);
    expect(await world.count('audit_entry')).toBe(0);
  });

  it('of one tenant cannot touch another', async () => {
    await send(dialer('d1', 0, 100));
    const id = await interactionId('d1');
    const document = `mutation { resolveInteraction(input: { interactionId: "${id}", kind: ACCEPTED }) { userErrors { code } } }`;
    const data = await dataOf(contextAs('ADMIN', world.tenants[1]), document);
    expect(data['resolveInteraction']).toEqual({ userErrors: [{ code: 'NOT_FOUND' }] });
  });
});

describe('a policy that is tried', () => {
  it('tells what it would no longer link by itself and what becomes of the halves, and changes nothing', async () => {
    await send(dialer('d1', 0, 100), assistant('a1', 4, 99));
    await told();
    const document = `query ($input: SimulatePolicyInput!) { simulatePolicy(input: $input) { judged changed areLinksCapped
      differences { interaction { externalIds } before { status } after { status dropStage dropDetail why { code } } }
      linkDifferences { isLinkedBefore isLinkedAfter dialerLeg { externalId } assistantLeg { externalId } } } }`;
    const tried = async (linkAutomatically: boolean) =>
      (await ask(document, { input: { policy: { linkAutomatically } } }, 'ADMIN'))['simulatePolicy'];
    const drop = (dropStage: string, dropDetail: string) => ({
      ...{ status: 'DROPPED', dropStage, dropDetail, why: { code: dropDetail } },
    });
    const interaction = { externalIds: ['d1', 'a1'] };
    expect(await tried(false)).toEqual({
      judged: 1,
      changed: 2,
      areLinksCapped: false,
      differences: [
        { interaction, before: { status: 'COMPLETE' }, after: drop('INFRA_TO_BOT', 'CANDIDATE_EXISTS') },
        { interaction, before: null, after: drop('UNSPECIFIED', 'DIALER_NEVER_REPORTED') },
      ],
      linkDifferences: [
        {
          isLinkedBefore: true,
          isLinkedAfter: false,
          dialerLeg: { externalId: 'd1' },
          assistantLeg: { externalId: 'a1' },
        },
      ],
    });
    expect(await tried(true)).toMatchObject({ judged: 1, changed: 0, linkDifferences: [] });
    expect((await world.summaries()).map(({ status }) => status)).toEqual(['COMPLETE']);
  });
});

describe('an explanation', () => {
  const explain = async (one: string, other: string) => {
    const data = await ask(
      `query ($legs: [ID!]!) { explainNonLink(legs: $legs) { areTogether reasons sharedKeys { value }
         legs { externalId } score { points vetoes } obstacles margin rivals { points } } }`,
      { legs: [await legId(one), await legId(other)] },
    );
    return data['explainNonLink'];
  };

  it('tells why two legs are not one interaction, and why they are', async () => {
    await send(
      dialer('d1', 0, 100),
      assistant('a1', 4, 99, { customer: '+12025550777' }),
      dialer('d2', 500, 600, { key: 'k' }),
      assistant('a2', 501, 600, { key: 'k' }),
    );
    expect(await explain('d1', 'a1')).toEqual({
      areTogether: false,
      reasons: ['NO_SHARED_KEY', 'VETOED'],
      sharedKeys: [],
      legs: [{ externalId: 'd1' }, { externalId: 'a1' }],
      score: { points: 65, vetoes: ['CUSTOMER_DIFFERENT'] },
      obstacles: [],
      margin: null,
      rivals: [],
    });
    expect(await explain('d2', 'a2')).toMatchObject({
      areTogether: true,
      reasons: ['TOGETHER'],
      sharedKeys: [{ value: 'k' }],
    });
    await mutate('unlinkLeg', 'UnlinkLegInput', { legId: await legId('a2') }, 'undoId');
    expect(await explain('a2', 'd2')).toMatchObject({ areTogether: false, reasons: ['PARTED_BY_PERSON'] });
    expect(await explain('d1', 'd2')).toMatchObject({ reasons: ['NO_SHARED_KEY', 'VETOED'] });
  });

  it('is asked of two different legs', async () => {
    const { errors = [] } = await run(contextAs('ADMIN'), '{ explainNonLink(legs: ["x"]) { areTogether } }');
    expect(errors[0]?.message).toContain('must name two different legs');
    const none = await run(contextAs('ADMIN'), '{ explainNonLink(legs: ["x", "y"]) { areTogether } }');
    expect(none.errors).toHaveLength(1);
  });
});
