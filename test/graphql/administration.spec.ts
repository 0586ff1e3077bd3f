import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiRole } from '../../src/domain/words.js';
import { globalId } from '../../src/graphql/node.js';
import { KeyStore } from '../../src/storage/key-store.js';
import { SourceStore } from '../../src/storage/source-store.js';
import { frameOf } from '../support/live.js';
import { BASE, World } from '../support/world.js';
import { contextFor, dataOf, run, servicesOn } from './api.js';

/** What an administrator does to sources and keys. Every secret in here has a value that nothing else has. */

let world: World;
beforeAll(async () => {
  world = await World.create(2, []);
});
afterEach(async () => {
  await world.db.query('truncate source, api_key, audit_entry');
});
afterAll(() => world.close());

const context = (role: ApiRole = 'ADMIN', tenant = 0) =>
  contextFor(servicesOn(world.db), { ...frameOf(world), tenantId: world.tenants[tenant] ?? '' }, role);

const SOURCE = `source { id name provider role timeZone hasSecret webhookUrl
  recordingSettings { mode hosts trustedHosts apiUrl keepDays hasCredentials } } userErrors { field message code }`;
const KEY =
  'apiKey { id name role createdAt expiresAt lastUsedAt revokedAt } userErrors { field message code }';
const MUTATIONS = {
  createSource: `mutation ($input: CreateSourceInput!) { createSource(input: $input) { ${SOURCE} } }`,
  updateSource: `mutation ($input: UpdateSourceInput!) { updateSource(input: $input) { ${SOURCE} } }`,
  createApiKey: `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key ${KEY} } }`,
  revokeApiKey: `mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { ${KEY} } }`,
};
type Name = keyof typeof MUTATIONS;

interface Answer {
  source: ({ id: string } & Record<string, unknown>) | null;
  apiKey: { id: string } | null;
  key: string | null;
  userErrors: { field: string; message: string; code: string }[];
}
const act = async (name: Name, input: object, ...as: Parameters<typeof context>) =>
  (await dataOf(context(...as), MUTATIONS[name], { input }))[name] as Answer;

const audited = () =>
  world.db.query<object[]>(
    `select action, actor, actor_role as role, subject_id as subject, reason, detail from audit_entry order by id`,
  );
const rows = async () => ({
  sources: await world.db.query<object[]>('select * from source order by name'),
  keys: await world.db.query<object[]>('select * from api_key order by id'),
  audit: await audited(),
});

const PHONE = { name: 'phone', provider: 'twilio', role: 'DIALER', secret: 'webhook-needle-71' };
const create = async (input: object = PHONE, tenant = 0) =>
  (await act('createSource', input, 'ADMIN', tenant)).source?.id ?? '';

describe('a source', () => {
  it('is added, with the address that it reports to, and its secret is kept and not shown', async () => {
    const recordings = {
      mode: 'FETCH',
      hosts: ['bucket.example'],
      user: 'user-needle-72',
      password: 'password-needle-73',
      keepDays: 90,
    };
    const input = { ...PHONE, recordings, reason: 'new carrier' };
    const { source, userErrors } = await act('createSource', input);
    expect(userErrors).toEqual([]);
    expect(source).toEqual({
      id: expect.any(String),
      name: 'phone',
      provider: 'twilio',
      role: 'DIALER',
      timeZone: 'UTC',
      hasSecret: true,
      webhookUrl: `https://throughline.example/ingest/phone?tenant=${world.tenantId}`,
      recordingSettings: {
        mode: 'FETCH',
        hosts: ['*.twilio.com', '*.twiliocdn.com', 'bucket.example'],
        trustedHosts: [],
        apiUrl: null,
        keepDays: 90,
        hasCredentials: true,
      },
    });
    const held = await new SourceStore(world.db).byName(world.tenantId, 'phone');
    expect([held?.secret, held?.settings]).toEqual(['webhook-needle-71', { recordings }]);
    expect(globalId('Source', held?.id ?? '')).toBe(source?.id);
    expect(await audited()).toEqual([
      {
        action: 'SOURCE_CREATED',
        actor: 'key',
        role: 'ADMIN',
        subject: held?.id,
        reason: 'new carrier',
        detail: { name: 'phone', provider: 'twilio', role: 'DIALER' },
      },
    ]);
  });

  it.each<[string, object, string, string]>([
    ['a name that is taken', PHONE, 'name', 'CONFLICT'],
    ['a name that is none', { ...PHONE, name: 'Pho ne' }, 'name', 'BAD_USER_INPUT'],
    ['a provider that there is not', { ...PHONE, name: 'x', provider: 'acme' }, 'provider', 'BAD_USER_INPUT'],
    [
      'a time zone that there is not',
      { ...PHONE, name: 'x', timeZone: 'Mars/A' },
      'timeZone',
      'BAD_USER_INPUT',
    ],
    [
      'a host that is an address',
      { ...PHONE, name: 'x', recordings: { hosts: ['https://a.example/b'] } },
      'recordings.hosts',
      'BAD_USER_INPUT',
    ],
    [
      'a time to keep that is none',
      { ...PHONE, name: 'x', recordings: { keepDays: -1 } },
      'recordings.keepDays',
      'BAD_USER_INPUT',
    ],
  ])('is not added with %s', async (_what, input, field, code) => {
    await create();
    const before = await rows();
    const { source, userErrors } = await act('createSource', input);
    expect([source, userErrors.map((one) => [one.field, one.code])]).toEqual([null, [[field, code]]]);
    expect(await rows()).toEqual(before);
  });

  it('is changed in what is said, and keeps the rest', async () => {
    const sourceId = await create({
      ...PHONE,
      recordings: { mode: 'FETCH', token: 'token-needle-74', hosts: ['a.example'], keepDays: 3 },
    });
    await world.db.query('truncate audit_entry');
    const change = {
      role: 'ASSISTANT',
      secret: 'webhook-needle-75',
      recordings: { hosts: ['b.example'], keepDays: null },
      reason: 'as agreed',
    };
    const { source } = await act('updateSource', { sourceId, ...change });
    expect(source).toMatchObject({
      role: 'ASSISTANT',
      timeZone: 'UTC',
      recordingSettings: {
        mode: 'FETCH',
        hosts: ['*.twilio.com', '*.twiliocdn.com', 'b.example'],
        keepDays: null,
        hasCredentials: true,
      },
    });
    const held = await new SourceStore(world.db).byName(world.tenantId, 'phone');
    expect([held?.secret, held?.settings]).toEqual([
      'webhook-needle-75',
      { recordings: { mode: 'FETCH', token: 'token-needle-74', hosts: ['b.example'] } },
    ]);
    expect(await audited()).toEqual([
      {
        action: 'SOURCE_CHANGED',
        actor: 'key',
        role: 'ADMIN',
        subject: held?.id,
        reason: 'as agreed',
        detail: {
          name: 'phone',
          changed: ['role', 'secret', 'hosts', 'keepDays'],
          to: { role: 'ASSISTANT', hosts: ['b.example'], keepDays: null },
        },
      },
    ]);
  });

  it('loses its secret and its credentials when that is said', async () => {
    const sourceId = await create({ ...PHONE, recordings: { user: 'u', password: 'p' } });
    const recordings = { user: null, password: null };
    const { source } = await act('updateSource', { sourceId, secret: null, recordings });
    expect(source).toMatchObject({ hasSecret: false, recordingSettings: { hasCredentials: false } });
  });

  it('that is so already is left as it is, and nothing is noted', async () => {
    const sourceId = await create();
    const before = await rows();
    const same = { role: 'DIALER', timeZone: 'UTC', secret: 'webhook-needle-71', recordings: {} };
    expect((await act('updateSource', { sourceId, ...same })).userErrors).toEqual([]);
    expect(await rows()).toEqual(before);
  });

  it.each<[string, object, string, string]>([
    ['a time zone that there is not', { timeZone: '+02:00' }, 'timeZone', 'BAD_USER_INPUT'],
    ['hosts that are none', { recordings: { hosts: ['a b'] } }, 'recordings.hosts', 'BAD_USER_INPUT'],
    ['an address that is none', { recordings: { apiUrl: 'x' } }, 'recordings.apiUrl', 'BAD_USER_INPUT'],
  ])('is not changed with %s', async (_what, change, field, code) => {
    const sourceId = await create();
    const before = await rows();
    const { source, userErrors } = await act('updateSource', { sourceId, role: 'HUMAN', ...change });
    expect([source, userErrors.map((one) => [one.field, one.code])]).toEqual([null, [[field, code]]]);
    expect(await rows()).toEqual(before);
  });

  it('of another tenant, and of none, is not found', async () => {
    const theirs = await create(PHONE, 1);
    const before = await rows();
    for (const sourceId of [
      theirs,
      globalId('Source', world.tenantId),
      'x',
      globalId('Call', world.tenantId),
    ]) {
      const { source, userErrors } = await act('updateSource', { sourceId, secret: null });
      expect([source, userErrors]).toEqual([
        null,
        [{ field: 'sourceId', message: 'There is no source with this id.', code: 'NOT_FOUND' }],
      ]);
    }
    expect(await rows()).toEqual(before);
  });

  it('cannot be told to trust hosts of our own network: that is for the command line', async () => {
    const { errors: [refusal] = [] } = await run(context(), MUTATIONS.createSource, {
      input: { ...PHONE, recordings: { trustedHosts: ['169.254.169.254'] } },
    });
    expect(refusal?.message).toContain('Field "trustedHosts" is not defined');
    expect((await rows()).sources).toEqual([]);
  });
});

describe('an API key', () => {
  const wanted = { name: 'wallboard', role: 'AGENT', expiresAt: new Date(BASE + 60_000).toISOString() };

  it('is shown once, opens what its role may, and is listed without what proves it', async () => {
    const made = await act('createApiKey', { ...wanted, reason: 'for the wall' });
    expect(made.userErrors).toEqual([]);
    expect(made.key).toMatch(/^tl_[0-9A-Za-z]{12}_[\w-]{43}$/);
    const keys = new KeyStore(world.db);
    const grant = {
      tenantId: world.tenantId,
      keyId: made.apiKey?.id,
      role: 'AGENT',
      expiresAt: BASE + 60_000,
    };
    expect(await keys.authenticate(made.key ?? '', BASE)).toEqual(grant);
    await keys.settled();
    const shown = await dataOf(context(), `{ apiKeys { nodes { id name role expiresAt revokedAt } } }`);
    expect(shown).toEqual({
      apiKeys: { nodes: [{ id: made.apiKey?.id, ...wanted, revokedAt: null }] },
    });
    expect(await audited()).toEqual([
      {
        action: 'API_KEY_CREATED',
        actor: 'key',
        role: 'ADMIN',
        subject: null,
        reason: 'for the wall',
        detail: { keyId: made.apiKey?.id, name: 'wallboard', role: 'AGENT', expiresAt: BASE + 60_000 },
      },
    ]);
    const [, , secret = 'none'] = (made.key ?? '').split('_');
    expect(JSON.stringify(await rows())).not.toContain(secret);
  });

  it.each<[string, object, string]>([
    ['a name that is none', { name: ' ' }, 'name'],
    ['an end that is over', { expiresAt: new Date(BASE).toISOString() }, 'expiresAt'],
  ])('is not made with %s', async (_what, over, field) => {
    const { apiKey, key, userErrors } = await act('createApiKey', { ...wanted, ...over });
    expect([apiKey, key, userErrors.map((one) => [one.field, one.code])]).toEqual([
      null,
      null,
      [[field, 'BAD_USER_INPUT']],
    ]);
    expect(await rows()).toEqual({ sources: [], keys: [], audit: [] });
  });

  it('opens nothing once it is revoked, which is noted once', async () => {
    const { apiKey, key } = await act('createApiKey', wanted);
    await world.db.query('truncate audit_entry');
    const revoke = { id: apiKey?.id, reason: 'lost' };
    const first = await act('revokeApiKey', revoke);
    expect(first).toMatchObject({ apiKey: { id: apiKey?.id, revokedAt: new Date(BASE).toISOString() } });
    expect(await new KeyStore(world.db).authenticate(key ?? '', BASE)).toBeNull();
    expect(await act('revokeApiKey', revoke)).toEqual(first);
    expect(await audited()).toEqual([
      {
        action: 'API_KEY_REVOKED',
        actor: 'key',
        role: 'ADMIN',
        subject: null,
        reason: 'lost',
        detail: { keyId: apiKey?.id },
      },
    ]);
  });

  it('of another tenant, and of none, is not found and not listed', async () => {
    const { apiKey, key } = await act('createApiKey', wanted, 'ADMIN', 1);
    const before = await rows();
    for (const id of [apiKey?.id, 'abcdefghijkl', 'x\u0000', '']) {
      const { userErrors } = await act('revokeApiKey', { id });
      expect(userErrors).toEqual([
        { field: 'id', message: 'There is no API key with this id.', code: 'NOT_FOUND' },
      ]);
    }
    expect(await rows()).toEqual(before);
    expect(await dataOf(context(), '{ apiKeys { nodes { id } } }')).toEqual({ apiKeys: { nodes: [] } });
    expect(await new KeyStore(world.db).authenticate(key ?? '', BASE)).not.toBeNull();
  });

  it('stands in a list that is paged, the latest first', async () => {
    const made: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const { apiKey } = await act('createApiKey', { ...wanted, name });
      made.push(apiKey?.id ?? '');
    }
    for (const [index, id] of made.entries())
      await world.db.query(`update api_key set created_at = to_timestamp($2) where id = $1`, [id, index]);
    const page = (after: string | null) =>
      dataOf(
        context(),
        'query ($after: String) { apiKeys(first: 2, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }',
        { after },
      ) as Promise<{ apiKeys: { nodes: object[]; pageInfo: { hasNextPage: boolean; endCursor: string } } }>;
    const { apiKeys: first } = await page(null);
    expect([first.nodes, first.pageInfo.hasNextPage]).toEqual([[{ name: 'three' }, { name: 'two' }], true]);
    const { apiKeys: second } = await page(first.pageInfo.endCursor);
    expect([second.nodes, second.pageInfo.hasNextPage]).toEqual([[{ name: 'one' }], false]);
  });
});

describe('sources and keys', () => {
  it.each<ApiRole>(['SUPERVISOR', 'AGENT', 'CALLS_ONLY', 'INGEST'])(
    'are not for %s to change, nor to see how they are set up',
    async (role) => {
      const sourceId = await create();
      const { apiKey } = await act('createApiKey', { name: 'x', role: 'AGENT' });
      const before = await rows();
      const inputs: Record<Name, object> = {
        createSource: { ...PHONE, name: 'more' },
        updateSource: { sourceId, secret: null },
        createApiKey: { name: 'y', role: 'ADMIN' },
        revokeApiKey: { id: apiKey?.id },
      };
      for (const name of Object.keys(MUTATIONS) as Name[]) {
        const { data, errors = [] } = await run(context(role), MUTATIONS[name], { input: inputs[name] });
        expect([name, data, errors.map(({ originalError }) => originalError)]).toMatchObject([
          name,
          null,
          [{ code: 'FORBIDDEN' }],
        ]);
      }
      const { data, errors = [] } = await run(
        context(role),
        '{ sources { hasSecret webhookUrl recordingSettings { hosts } } }',
      );
      const hidden = { hasSecret: null, webhookUrl: null, recordingSettings: null };
      const mayReadSources = role === 'SUPERVISOR' || role === 'AGENT';
      expect(data).toEqual(mayReadSources ? { sources: [hidden] } : null);
      expect(errors).toHaveLength(mayReadSources ? 3 : 1);
      expect((await run(context(role), '{ apiKeys { nodes { id } } }')).data).toBeNull();
      expect(await rows()).toEqual(before);
    },
  );

  it('show no secret by any field that an administrator can ask for', async () => {
    const recordings = { user: 'user-needle-72', password: 'password-needle-73', token: 'token-needle-74' };
    await create({ ...PHONE, recordings });
    const { errors, data } = await run(
      context(),
      `{ sources { id name provider hasSecret webhookUrl recordingSettings { mode hosts trustedHosts apiUrl keepDays hasCredentials } }
         auditLog { nodes { action actor reason } } }`,
    );
    expect(errors).toBeUndefined();
    expect(JSON.stringify([data, await audited()])).not.toMatch(/needle/);
  });
});
