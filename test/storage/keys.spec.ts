import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/storage/data-source.js';
import { ApiKeyEntity } from '../../src/storage/entities/tenant.entity.js';
import { newId } from '../../src/storage/ids.js';
import { KeyStore } from '../../src/storage/key-store.js';
import type { NewSource } from '../../src/storage/source-store.js';
import { SourceStore } from '../../src/storage/source-store.js';
import { TenantStore } from '../../src/storage/tenant-store.js';
import type { TestDatabase } from '../support/database.js';
import { testDatabase } from '../support/database.js';

const NOW = Date.UTC(2026, 8, 14, 15);
const MINUTE = 60_000;

let database: TestDatabase;
let db: DataSource;
let keys: KeyStore;

beforeAll(async () => {
  database = await testDatabase();
  db = await createDataSource(database.url).initialize();
  keys = new KeyStore(db);
});

afterAll(async () => {
  await keys?.settled();
  await db?.destroy();
  await database?.drop();
});

/** A key of a tenant of its own. */
const newKey = async (expiresAt: number | null = null) => {
  const tenantId = newId();
  return { tenantId, ...(await keys.create({ tenantId, name: 'desk', role: 'AGENT', expiresAt })) };
};
const stored = (id: string) => db.getRepository(ApiKeyEntity).findOneByOrFail({ id });

describe('an API key', () => {
  test('proves its tenant, its role and its end', async () => {
    const { tenantId, id, key } = await newKey(NOW + 1);
    expect(key).toMatch(new RegExp(`^tl_${id}_[\\w-]{43}$`));
    expect(id).toMatch(/^[0-9A-Za-z]{12}$/);
    const granted = { tenantId, keyId: id, role: 'AGENT', expiresAt: NOW + 1 };
    expect(await keys.authenticate(key, NOW)).toEqual(granted);
  });

  test('is kept as the hash of its secret alone', async () => {
    const { id, key } = await newKey();
    const secret = key.slice(`tl_${id}_`.length);
    const row = await stored(id);
    expect(row.secretHash).toBe(createHash('sha256').update(secret).digest('hex'));
    expect(JSON.stringify(row)).not.toContain(secret);
  });

  test('stands for itself later, until it is revoked, expires, or is asked for in another tenant', async () => {
    const { tenantId, id } = await newKey(NOW + 1);
    const granted = { tenantId, keyId: id, role: 'AGENT', expiresAt: NOW + 1 };
    expect(await keys.standing(tenantId, id, NOW)).toEqual(granted);
    expect(await keys.standing(tenantId, id, NOW + 1)).toBeNull();
    expect(await keys.standing(newId(), id, NOW)).toBeNull();
    expect(await keys.standing(tenantId, `${id}\u0000`, NOW)).toBeNull();
    await keys.revoke(tenantId, id);
    expect(await keys.standing(tenantId, id, NOW)).toBeNull();
  });

  test('proves nothing with a wrong secret, a wrong id or another form', async () => {
    const [{ id, key }, other] = [await newKey(), await newKey()];
    const secret = key.slice(`tl_${id}_`.length);
    const otherSecret = other.key.slice(`tl_${other.id}_`.length);
    const wrong = [
      `tl_${id}_${otherSecret}`,
      `tl_${other.id}_${secret}`,
      `tl_${'0'.repeat(12)}_${secret}`,
      `tl_${id}_${(await stored(id)).secretHash.slice(0, 43)}`,
      `${key}x`,
      ` ${key}`,
      `tl_${id}`,
      `tl_' or true --_${secret}`,
      'Bearer',
      '\u0000',
      '',
    ];
    expect(await Promise.all(wrong.map((one) => keys.authenticate(one, NOW)))).toEqual(wrong.map(() => null));
  });

  test('ends at its very expiry', async () => {
    const { key } = await newKey(NOW);
    expect(await keys.authenticate(key, NOW - 1)).not.toBeNull();
    expect(await keys.authenticate(key, NOW)).toBeNull();
  });

  test('ends when it is revoked, and stays revoked since the first time', async () => {
    const { tenantId, id, key } = await newKey();
    expect(await keys.revoke(tenantId, id)).toBe(true);
    expect(await keys.authenticate(key, NOW)).toBeNull();
    const { revokedAt } = await stored(id);
    expect(revokedAt).not.toBeNull();
    expect(await keys.revoke(tenantId, id)).toBe(true);
    expect((await stored(id)).revokedAt).toBe(revokedAt);
  });

  test('can be revoked by its own tenant alone', async () => {
    const [{ id, key }, other] = [await newKey(), await newKey()];
    expect(await keys.revoke(other.tenantId, id)).toBe(false);
    expect(await keys.revoke(other.tenantId, 'no-such-key')).toBe(false);
    expect(await keys.authenticate(key, NOW)).not.toBeNull();
  });

  test('is listed for its own tenant, without its hash', async () => {
    const { tenantId, id } = await newKey(NOW);
    const [listed, ...others] = await keys.list(tenantId);
    expect(others).toEqual([]);
    expect(listed).not.toHaveProperty('secretHash');
    expect({ ...(await stored(id)) }).toMatchObject(listed ?? {});
    expect(listed).toMatchObject({
      tenantId,
      id,
      name: 'desk',
      role: 'AGENT',
      expiresAt: NOW,
      revokedAt: null,
    });
  });

  test('has a name that can be kept', async () => {
    const named = (name: string) => keys.create({ tenantId: newId(), name, role: 'AGENT', expiresAt: null });
    for (const name of ['', ' ', 'a\u0000', 'a\nb', '\ud800', 'x'.repeat(257)])
      await expect(named(name)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'name' });
  });

  test('remembers its last use to the minute', async () => {
    const { id, key } = await newKey();
    const usedAt = async (now: number) => {
      await keys.authenticate(key, now);
      await keys.settled();
      return (await stored(id)).lastUsedAt;
    };
    expect(await usedAt(NOW)).toBe(NOW);
    expect(await usedAt(NOW + MINUTE - 1)).toBe(NOW);
    expect(await usedAt(NOW + MINUTE)).toBe(NOW + MINUTE);
  });

  test('that another process has just noted is not noted again', async () => {
    const { id, key } = await newKey();
    await keys.authenticate(key, NOW);
    await keys.settled();
    const elsewhere = new KeyStore(db);
    await elsewhere.authenticate(key, NOW + 1);
    await elsewhere.settled();
    expect((await stored(id)).lastUsedAt).toBe(NOW);
  });

  test('opens even if its use cannot be noted', async () => {
    const { tenantId, id, key } = await newKey();
    await db.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`,
    );
    await db.query('create trigger refuse before update on api_key for each row execute function refuse()');
    expect(await keys.authenticate(key, NOW)).toMatchObject({ tenantId });
    await keys.settled();
    await db.query('drop trigger refuse on api_key');
    expect((await stored(id)).lastUsedAt).toBeNull();
    await keys.authenticate(key, NOW + 1);
    await keys.settled();
    expect((await stored(id)).lastUsedAt).toBe(NOW + 1);
  });
});

describe('a tenant', () => {
  const tenants = () => new TenantStore(db);

  test('is made once, however many ask for it at the same moment', async () => {
    const asked = await Promise.all(Array.from({ length: 8 }, () => tenants().ensure('Acme')));
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
    expect((await tenants().all()).filter(({ name }) => name === 'Acme')).toHaveLength(1);
  });

  test('is found by its id, by its name and among all', async () => {
    const made = await tenants().ensure(' Globex ');
    expect(made).toMatchObject({ name: 'Globex', timeZone: 'UTC', defaultCountry: 'US' });
    expect(made.createdAt).toBeGreaterThan(NOW - 10 * 365 * 24 * 60 * MINUTE);
    expect(await tenants().byId(made.id)).toEqual(made);
    expect(await tenants().byName('Globex')).toEqual(made);
    expect(await tenants().all()).toContainEqual(made);
  });

  test('is not found by what is not an id', async () => {
    expect(await tenants().byId('1')).toBeNull();
    expect(await tenants().byId(newId())).toBeNull();
    expect(await tenants().byName('nobody')).toBeNull();
    expect(await tenants().byName('no\u0000body')).toBeNull();
  });

  test('has a name', async () => {
    await expect(tenants().ensure(' ')).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'tenant' });
  });
});

describe('a source', () => {
  const sources = () => new SourceStore(db);
  const source = (given: Partial<NewSource> = {}): NewSource => ({
    tenantId: newId(),
    name: 'vapi-1',
    provider: 'vapi',
    role: 'ASSISTANT',
    secret: 's3cret',
    timeZone: 'Europe/Berlin',
    settings: { region: 'eu' },
    ...given,
  });

  test('is added and found again; only the door sees its secret', async () => {
    const given = source();
    const { secret, ...shown } = given;
    const added = await sources().add(given);
    expect(added).toMatchObject({ ...shown, lastRecordAt: null, lastEventAt: null, watermarkAt: null });
    expect(added).not.toHaveProperty('secret');
    expect(await sources().list(given.tenantId)).toEqual([added]);
    const { hasSecret, ...stored } = added;
    expect(hasSecret).toBe(true);
    expect({ ...(await sources().byName(given.tenantId, 'vapi-1')) }).toEqual({ ...stored, secret });
  });

  test('has a name that its tenant uses once', async () => {
    const first = await sources().add(source());
    const again = sources().add(source({ tenantId: first.tenantId, provider: 'twilio' }));
    await expect(again).rejects.toMatchObject({ code: 'CONFLICT', field: 'name' });
    await expect(sources().add(source())).resolves.toMatchObject({ name: 'vapi-1' });
    expect(await sources().list(first.tenantId)).toEqual([first]);
  });

  test.each([[''], ['Vapi'], ['-vapi'], ['va pi'], ['va/pi'], ['vapi\n'], ['x'.repeat(64)]])(
    'cannot be named %j',
    async (name) => {
      const adding = sources().add(source({ name }));
      await expect(adding).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'name' });
    },
  );

  test.each([[''], ['Mars/Olympus'], ['+02:00'], ["UTC'"]])(
    'cannot be in the time zone %j',
    async (timeZone) => {
      const adding = sources().add(source({ timeZone }));
      await expect(adding).rejects.toMatchObject({ code: 'BAD_USER_INPUT', field: 'timeZone' });
    },
  );

  test('is not found for another tenant, nor by what is no name', async () => {
    const { tenantId } = await sources().add(source());
    expect(await sources().byName(newId(), 'vapi-1')).toBeNull();
    expect(await sources().byName('1', 'vapi-1')).toBeNull();
    expect(await sources().byName(tenantId, 'vapi\u0000')).toBeNull();
  });
});

describe('an id', () => {
  test('is a UUID of version 7 that tells its time', () => {
    const before = Date.now();
    const id = newId();
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBeGreaterThanOrEqual(before);
  });

  test('is greater than every one before, within a millisecond and even if the clock goes back', () => {
    const start = Date.now() + MINUTE;
    const ids = Array.from({ length: 20_000 }, (_, index) => newId(start - index));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
