import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiRole } from '../../src/domain/words.js';
import { globalId } from '../../src/graphql/node.js';
import { MAX_STATEMENTS } from '../../src/storage/marks/mark-store.js';
import { Decisions } from '../../src/storage/trace/decisions.js';
import { at, BASE, callRecords, World } from '../support/world.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

let world: World;

beforeAll(async () => {
  world = await World.create(2);
});
afterEach(async () => {
  await world.clear();
  world.now = BASE;
});
afterAll(() => world.close());

const frameOf = (tenantId: string) => ({ tenantId, timeZone: 'UTC', defaultCountry: 'US', now: world.now });
const context = (role?: ApiRole, tenantId = world.tenantId) =>
  contextFor(servicesOn(world.db), frameOf(tenantId), role);

const MARKED = `interaction { id revision reviewFlags { code reason by setBy at } tags { name value setBy setAt }
  annotations { id text by at } } auditEntryId userErrors { field code }`;

interface Shown {
  id: string;
  revision: number;
  reviewFlags: Record<string, unknown>[];
  tags: Record<string, unknown>[];
  annotations: { id: string; text: string; by: string; at: string }[];
}
interface Payload {
  interaction: Shown | null;
  auditEntryId: string | null;
  userErrors: object[];
}

type Mutation =
  | 'flagInteraction'
  | 'unflagInteraction'
  | 'tagInteraction'
  | 'untagInteraction'
  | 'annotateInteraction'
  | 'removeAnnotation';

const documentOf = (name: Mutation) => {
  const input = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return `mutation ($input: ${input}!) { ${name}(input: $input) { ${MARKED} } }`;
};

async function mutate(name: Mutation, input: object, role?: ApiRole): Promise<Payload> {
  const data = await dataOf(context(role), documentOf(name), { input });
  return data[name] as Payload;
}

async function codesOf(name: Mutation, input: object, by = context()): Promise<unknown[]> {
  const { errors = [] } = await run(by, documentOf(name), { input });
  return errors.map(({ originalError }) => (originalError as { code?: string } | undefined)?.code);
}

const shown = async (id: string): Promise<Shown> => {
  const document = `query ($id: ID!) { interaction(id: $id) { id revision reviewFlags { code reason by setBy at }
    tags { name value setBy setAt } annotations { id text by at } } }`;
  return (await dataOf(context(), document, { id }))['interaction'] as Shown;
};

/** Sends one system's statements of a call; answers its interaction's id. */
async function send(source: 'dialer' | 'assistant', id: string, fields: object = {}): Promise<string> {
  const own = callRecords(id).filter((one) => one.source === source);
  const results = await world.send(
    source,
    own.map(({ record }) => ({ ...record, ...fields })),
  );
  return globalId('Interaction', results[0]?.interactionId ?? '');
}

const deeds = async () =>
  (await world.db.query(
    'select actor, actor_role as role, action, reason, detail from audit_entry order by id',
  )) as object[];

const FLAG = { code: 'REVIEW', reason: 'odd', by: 'PERSON', setBy: 'key', at: at(0) };

describe('a review flag', () => {
  it('is shown with who set it, found by the filter, told to the feed and audited', async () => {
    const interactionId = await send('dialer', 'one');
    const before = await shown(interactionId);
    const { interaction, auditEntryId, userErrors } = await mutate(
      'flagInteraction',
      { interactionId, reason: 'odd' },
      'SUPERVISOR',
    );
    expect([interaction?.reviewFlags, userErrors]).toEqual([[FLAG], []]);
    expect(interaction?.revision).toBe(before.revision + 1);
    expect(auditEntryId).toEqual(expect.any(String));
    expect(await deeds()).toEqual([
      {
        actor: 'key',
        role: 'SUPERVISOR',
        action: 'INTERACTION_FLAGGED',
        reason: 'odd',
        detail: { name: 'REVIEW', legIds: [expect.any(String)] },
      },
    ]);
    const list = '{ interactions(filter: { flagged: true }) { nodes { id } } }';
    expect(await dataOf(context(), list)).toEqual({ interactions: { nodes: [{ id: interactionId }] } });
    const changes: object[] = await world.db.query(
      `select changed_fields as fields, cause_id as by from change
        where cause_kind = 'PERSON'`,
    );
    expect(changes).toEqual([{ fields: ['reviewFlags'], by: uuidIn(auditEntryId ?? '') }]);
  });

  it('set twice with the same words changes nothing and is not audited', async () => {
    const interactionId = await send('dialer', 'one');
    const first = await mutate('flagInteraction', { interactionId, reason: 'odd' });
    const second = await mutate('flagInteraction', { interactionId, reason: 'odd' });
    expect(second).toEqual({ interaction: first.interaction, auditEntryId: null, userErrors: [] });
    expect(await world.count('audit_entry')).toBe(1);
  });

  it('is taken away by unflagInteraction, and may be set again with other words', async () => {
    const interactionId = await send('dialer', 'one');
    await mutate('flagInteraction', { interactionId, reason: 'odd' });
    const gone = await mutate('unflagInteraction', { interactionId, reason: 'seen' });
    expect(gone.interaction?.reviewFlags).toEqual([]);
    const again = await mutate('flagInteraction', { interactionId, reason: 'odd after all' });
    expect(again.interaction?.reviewFlags).toEqual([{ ...FLAG, reason: 'odd after all' }]);
    expect((await deeds()).map((deed) => (deed as { action: string }).action)).toEqual([
      'INTERACTION_FLAGGED',
      'INTERACTION_UNFLAGGED',
      'INTERACTION_FLAGGED',
    ]);
  });

  it("of a record is taken away for good, though the record's system says it again", async () => {
    const reviewFlags = [{ code: 'ANOMALY', reason: 'long silence', by: 'AI' }];
    const interactionId = await send('assistant', 'one', { reviewFlags });
    expect((await shown(interactionId)).reviewFlags).toMatchObject(reviewFlags);
    await mutate('unflagInteraction', { interactionId, code: 'ANOMALY' });
    await send('assistant', 'one', { reviewFlags, statusRaw: 'again' });
    expect((await shown(interactionId)).reviewFlags).toEqual([]);
  });

  it('that is not there cannot be taken away', async () => {
    const interactionId = await send('dialer', 'one');
    const { userErrors } = await mutate('unflagInteraction', { interactionId });
    expect(userErrors).toEqual([{ field: 'code', code: 'NOT_FOUND' }]);
    expect([await world.count('mark'), await world.count('audit_entry')]).toEqual([0, 0]);
  });
});

describe('a tag', () => {
  it("stands among those of records, corrects one, and brings the record's back when the deed is undone", async () => {
    const interactionId = await send('assistant', 'one', { tags: { Language: 'en' } });
    await mutate('tagInteraction', { interactionId, name: 'Issue', value: 'refund' }, 'SUPERVISOR');
    const corrected = await mutate('tagInteraction', { interactionId, name: 'Language', value: 'es' });
    const issue = { name: 'Issue', value: 'refund', setBy: 'key', setAt: at(0) };
    const spanish = { name: 'Language', value: 'es', setBy: 'key', setAt: at(0) };
    expect(corrected.interaction?.tags).toEqual([issue, spanish]);
    await undo(corrected);
    const english = { name: 'Language', value: 'en', setBy: null, setAt: null };
    expect((await shown(interactionId)).tags).toEqual([issue, english]);
    const gone = await mutate('untagInteraction', { interactionId, name: 'Language', reason: 'wrong' });
    expect(gone.interaction?.tags).toEqual([issue]);
  });

  it('that is not there cannot be taken away', async () => {
    const interactionId = await send('dialer', 'one');
    const { userErrors } = await mutate('untagInteraction', { interactionId, name: 'Issue' });
    expect(userErrors).toEqual([{ field: 'name', code: 'NOT_FOUND' }]);
  });
});

describe('an annotation', () => {
  it('is written and taken away by an agent; no word of it is in the audit log', async () => {
    const interactionId = await send('dialer', 'one');
    const written = await mutate('annotateInteraction', { interactionId, text: 'Call back.' }, 'AGENT');
    expect(written.interaction?.annotations).toEqual([
      { id: expect.any(String), text: 'Call back.', by: 'key', at: at(0) },
    ]);
    const annotationId = written.interaction?.annotations[0]?.id;
    const removed = await mutate('removeAnnotation', { annotationId, reason: 'done' }, 'AGENT');
    expect([removed.interaction?.annotations, removed.userErrors]).toEqual([[], []]);
    expect(JSON.stringify(await deeds())).not.toContain('Call back');
    const again = await mutate('removeAnnotation', { annotationId }, 'AGENT');
    expect(again.userErrors).toEqual([{ field: 'annotationId', code: 'NOT_FOUND' }]);
    expect(await world.count('audit_entry')).toBe(2);
    await undo(removed);
    expect((await shown(interactionId)).annotations).toEqual(written.interaction?.annotations);
  });

  it('of another is taken away by who may review, not by an agent', async () => {
    const interactionId = await send('dialer', 'one');
    const { interaction } = await mutate('annotateInteraction', { interactionId, text: 'mine' });
    const annotationId = interaction?.annotations[0]?.id;
    const agent = context('AGENT');
    agent.viewer.keyId = 'other';
    expect(await codesOf('removeAnnotation', { annotationId }, agent)).toEqual(['FORBIDDEN']);
    expect((await shown(interactionId)).annotations).toHaveLength(1);
    const supervisor = context('SUPERVISOR');
    supervisor.viewer.keyId = 'other';
    expect(await codesOf('removeAnnotation', { annotationId }, supervisor)).toEqual([]);
    expect((await shown(interactionId)).annotations).toEqual([]);
  });
});

describe('each deed', () => {
  it.each<[Mutation, object, first: [Mutation, object] | null]>([
    ['flagInteraction', { code: 'REVIEW', reason: 'odd' }, null],
    ['unflagInteraction', { code: 'REVIEW' }, ['flagInteraction', { code: 'REVIEW', reason: 'odd' }]],
    ['tagInteraction', { name: 'Topic', value: 'refund' }, null],
    ['untagInteraction', { name: 'Topic' }, ['tagInteraction', { name: 'Topic', value: 'refund' }]],
    ['annotateInteraction', { text: 'Call back' }, null],
  ])(
    'of a person is in the log, and is as if it had never been once it is undone: %s',
    async (name, input, first) => {
      const id = await send('dialer', 'a');
      if (first !== null) await mutate(first[0], { interactionId: id, ...first[1] });
      const { revision: _, ...before } = await shown(id);
      const done = await mutate(name, { interactionId: id, ...input });
      expect(await shown(id)).not.toMatchObject(before);
      await undo(done);
      expect(await shown(id)).toMatchObject(before);
      const actions = (await deeds()).map((deed) => (deed as { action: string }).action);
      expect(actions.slice(first === null ? 0 : 1)).toEqual([
        expect.stringMatching(/^INTERACTION_/),
        'UNDONE',
      ]);
      await expect(undo(done)).rejects.toThrow('It has been undone already, or cannot be undone.');
    },
  );
});

describe('marks and joining', () => {
  it('follow their leg into the survivor of a merge, and the merged id marks the survivor', async () => {
    const dialer = await send('dialer', 'd', { keys: [{ namespace: 'x', value: '1' }] });
    const assistant = await send('assistant', 'a', { keys: [{ namespace: 'x', value: '2' }] });
    expect(assistant).not.toBe(dialer);
    await mutate('flagInteraction', { interactionId: assistant, reason: 'odd' });
    await mutate('tagInteraction', { interactionId: dialer, name: 'Issue' });
    await send('assistant', 'a', { keys: [{ namespace: 'x', value: '1' }], statusRaw: 'keyed' });
    const merged = await shown(dialer);
    expect([merged.reviewFlags, merged.tags.map(({ name }) => name)]).toEqual([[FLAG], ['Issue']]);
    const { interaction } = await mutate('untagInteraction', { interactionId: assistant, name: 'Issue' });
    expect([interaction?.id, interaction?.tags]).toEqual([dialer, []]);
  });

  it('follow their leg when legs part, and what was taken away stays away on both sides', async () => {
    const interactionId = await send('dialer', 'one');
    await send('assistant', 'one');
    await mutate('flagInteraction', { interactionId, reason: 'odd' });
    const [leg]: { id: string }[] = await world.db.query("select id from leg where role = 'ASSISTANT'");
    const parted = await decisions().unlink(world.tenantId, leg?.id ?? '', BY, world.now);
    const apart = globalId('Interaction', parted.interactionId);
    await mutate('flagInteraction', { interactionId: apart, code: 'OTHER', reason: 'too' });
    expect((await shown(interactionId)).reviewFlags).toEqual([FLAG]);
    expect((await shown(apart)).reviewFlags).toEqual([{ ...FLAG, code: 'OTHER', reason: 'too' }]);
    await decisions().undo(world.tenantId, parted.auditId, BY, world.now);
    expect((await shown(interactionId)).reviewFlags.map(({ code }) => code).sort()).toEqual([
      'OTHER',
      'REVIEW',
    ]);
    await mutate('unflagInteraction', { interactionId, code: 'OTHER' });
    const again = await decisions().unlink(world.tenantId, leg?.id ?? '', BY, world.now);
    expect((await shown(globalId('Interaction', again.interactionId))).reviewFlags).toEqual([]);
  });

  it('hold when everything is made again from records and what people decided', async () => {
    const interactionId = await send('dialer', 'one');
    await mutate('flagInteraction', { interactionId, reason: 'odd' });
    await mutate('annotateInteraction', { interactionId, text: 'note' });
    const { reviewFlags, annotations } = await shown(interactionId);
    await world.db.query('truncate leg, call, correlation_key, interaction, interaction_version');
    await world.trace.rebuild(world.tenantId, new Map(), world.now);
    const [row]: { id: string }[] = await world.db.query('select id from interaction');
    const rebuilt = await shown(globalId('Interaction', row?.id ?? ''));
    expect([rebuilt.reviewFlags, rebuilt.annotations]).toEqual([reviewFlags, annotations]);
    expect([reviewFlags.length, annotations.length]).toEqual([1, 1]);
  });
});

describe('a mark', () => {
  it('is refused without a trace', async () => {
    const interactionId = await send('dialer', 'one');
    const cases: [Mutation, object][] = [
      ['flagInteraction', { interactionId, reason: '' }],
      ['flagInteraction', { interactionId, reason: 'x', code: 'not a code' }],
      ['flagInteraction', { interactionId, reason: 'x'.repeat(501) }],
      ['tagInteraction', { interactionId, name: ' Issue' }],
      ['annotateInteraction', { interactionId, text: 'x'.repeat(4_001) }],
    ];
    for (const [name, input] of cases) {
      const { interaction, userErrors } = await mutate(name, input);
      expect([name, interaction, userErrors]).toMatchObject([name, null, [{ code: 'BAD_USER_INPUT' }]]);
    }
    expect([await world.count('mark'), await world.count('audit_entry')]).toEqual([0, 0]);
  });

  it.each<[Mutation, object, ApiRole[]]>([
    ['flagInteraction', { interactionId: 'x', reason: 'x' }, ['AGENT', 'CALLS_ONLY', 'INGEST']],
    ['unflagInteraction', { interactionId: 'x' }, ['AGENT', 'CALLS_ONLY', 'INGEST']],
    ['tagInteraction', { interactionId: 'x', name: 'x' }, ['AGENT', 'CALLS_ONLY', 'INGEST']],
    ['untagInteraction', { interactionId: 'x', name: 'x' }, ['AGENT', 'CALLS_ONLY', 'INGEST']],
    ['annotateInteraction', { interactionId: 'x', text: 'x' }, ['CALLS_ONLY', 'INGEST']],
    ['removeAnnotation', { annotationId: 'x' }, ['CALLS_ONLY', 'INGEST']],
  ])('is not for every role: %s', async (name, input, roles) => {
    for (const role of roles)
      expect([role, await codesOf(name, input, context(role))]).toEqual([role, ['FORBIDDEN']]);
  });

  it('finds nothing of another tenant, and nothing by what is no id', async () => {
    const interactionId = await send('dialer', 'one');
    const { interaction } = await mutate('annotateInteraction', { interactionId, text: 'note' });
    const other = context('ADMIN', world.tenants[1]);
    const missing = { interaction: null, auditEntryId: null };
    for (const [name, input, field] of [
      ['flagInteraction', { interactionId, reason: 'x' }, 'interactionId'],
      ['removeAnnotation', { annotationId: interaction?.annotations[0]?.id }, 'annotationId'],
    ] as const) {
      const data = await dataOf(other, documentOf(name), { input });
      expect(data[name]).toEqual({ ...missing, userErrors: [{ field, code: 'NOT_FOUND' }] });
    }
    expect((await mutate('flagInteraction', { interactionId: 'x', reason: 'x' })).userErrors).toEqual([
      { field: 'interactionId', code: 'NOT_FOUND' },
    ]);
    expect(await world.count('mark')).toBe(1);
  });

  it('is refused once an interaction has as many as it can keep', async () => {
    const interactionId = await send('dialer', 'one');
    await mutate('annotateInteraction', { interactionId, text: 'first' });
    await world.db.query(
      `insert into mark (tenant_id, id, leg_id, kind, name, text, is_set, "by", at, audit_id)
       select tenant_id, gen_random_uuid(), leg_id, kind, n::text, text, is_set, "by", at, audit_id
         from mark, generate_series(2, $1) n`,
      [MAX_STATEMENTS],
    );
    const { userErrors } = await mutate('annotateInteraction', { interactionId, text: 'one more' });
    expect(userErrors).toEqual([{ field: 'interactionId', code: 'CONFLICT' }]);
    expect(await world.count('mark')).toBe(MAX_STATEMENTS);
  });
});

const uuidIn = (id: string): string => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';

const BY = { actor: { id: 'key-2', role: 'ADMIN' as const }, reason: 'because' };

const decisions = () => new Decisions(world.db);

/** The general undo, of an entry of the audit log. */
const undo = ({ auditEntryId }: Payload) =>
  decisions().undo(world.tenantId, uuidIn(auditEntryId ?? ''), BY, world.now);
