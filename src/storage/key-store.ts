import type { DataSource, EntityManager, Repository } from 'typeorm';
import type { ApiRole, Instant } from '../domain/words.js';
import { hashSecret, isSecretOf, makeKey, readKey, writeKey } from './api-key.js';
import { ApiKeyEntity } from './entities/tenant.entity.js';
import { isStorable } from './list/params.js';
import { readName } from './names.js';
import { columnsOf, selectList } from './select.js';

/** A key as it is shown: nothing in it opens anything. */
export type ApiKeyRow = Omit<ApiKeyEntity, 'secretHash'>;

export interface NewKey {
  tenantId: string;
  name: string;
  role: ApiRole;
  /** Null: it does not expire. */
  expiresAt: Instant | null;
}

/** What a presented key proves. */
export interface KeyGrant {
  tenantId: string;
  keyId: string;
  role: ApiRole;
  expiresAt: Instant | null;
}

/** How exact `lastUsedAt` is: a key in constant use costs one write in this time. */
const USE_NOTED_EVERY_MS = 60_000;

/** Makes a key. The key itself is returned here and never again. */
export async function insertKey(
  tx: EntityManager,
  { tenantId, name, role, expiresAt }: NewKey,
): Promise<{ id: string; key: string }> {
  const { id, secret } = makeKey();
  const row = { tenantId, id, name: readName('name', name), role, secretHash: hashSecret(secret), expiresAt };
  await tx.insert(ApiKeyEntity, row);
  return { id, key: writeKey({ id, secret }) };
}

/** BEFORE: it was revoked already, and keeps the time of that. UNKNOWN: the tenant has no such key. */
export async function revokeKey(
  tx: EntityManager,
  tenantId: string,
  id: string,
  now: Instant,
): Promise<'NOW' | 'BEFORE' | 'UNKNOWN'> {
  const [key] = (await tx.query(
    'select revoked_at as "revokedAt" from api_key where tenant_id = $1 and id = $2 for update',
    [tenantId, id],
  )) as [Pick<ApiKeyEntity, 'revokedAt'> | undefined];
  if (key === undefined) return 'UNKNOWN';
  if (key.revokedAt !== null) return 'BEFORE';
  await tx.update(ApiKeyEntity, { tenantId, id }, { revokedAt: now });
  return 'NOW';
}

/** API keys. Only the hash of a secret is kept: whoever reads the database cannot call us. */
export class KeyStore {
  readonly #keys: Repository<ApiKeyEntity>;
  readonly #noted = new Map<string, Instant>();
  readonly #notes = new Set<Promise<void>>();

  constructor(private readonly db: DataSource) {
    this.#keys = db.getRepository(ApiKeyEntity);
  }

  /** As `insertKey` does. */
  create(wanted: NewKey): Promise<{ id: string; key: string }> {
    return insertKey(this.db.manager, wanted);
  }

  /** All keys of the tenant, revoked and expired ones too, the latest first. */
  list(tenantId: string): Promise<ApiKeyRow[]> {
    const columns = selectList(columnsOf(this.db, ApiKeyEntity, ['secretHash']), 'k');
    return this.db.query<ApiKeyRow[]>(
      `select ${columns} from api_key k where k.tenant_id = $1 order by k.created_at desc, k.id`,
      [tenantId],
    );
  }

  /** False when the tenant has no such key. Revoking one again leaves the time of the first. */
  async revoke(tenantId: string, id: string): Promise<boolean> {
    return (await revokeKey(this.db.manager, tenantId, id, Date.now())) !== 'UNKNOWN';
  }

  /** Null for every reason alike: malformed, unknown, wrong, expired, revoked. One statement. */
  async authenticate(presented: string, now: Instant): Promise<KeyGrant | null> {
    const parts = readKey(presented);
    if (parts === null) return null;
    const row = await this.#keys.findOneBy({ id: parts.id });
    const isProved = isSecretOf(row?.secretHash ?? null, parts.secret);
    if (row === null || !isProved || row.revokedAt !== null) return null;
    if (row.expiresAt !== null && row.expiresAt <= now) return null;
    this.#noteUse(row, now);
    return { tenantId: row.tenantId, keyId: row.id, role: row.role, expiresAt: row.expiresAt };
  }

  /** What a key proves that showed itself before; null when it is gone, revoked or expired by now. */
  async standing(tenantId: string, id: string, now: Instant): Promise<KeyGrant | null> {
    const row = isStorable(id) ? await this.#keys.findOneBy({ tenantId, id }) : null;
    if (row === null || row.revokedAt !== null) return null;
    if (row.expiresAt !== null && row.expiresAt <= now) return null;
    return { tenantId, keyId: id, role: row.role, expiresAt: row.expiresAt };
  }

  /** Resolves when every use so far is noted: before the database is closed. */
  async settled(): Promise<void> {
    await Promise.all(this.#notes);
  }

  /** Nobody waits for it, and nobody suffers when it fails: the next use notes it again. */
  #noteUse({ tenantId, id, lastUsedAt }: ApiKeyEntity, now: Instant): void {
    const noted = Math.max(lastUsedAt ?? 0, this.#noted.get(id) ?? 0);
    if (now - noted < USE_NOTED_EVERY_MS) return;
    this.#noted.set(id, now);
    const note: Promise<void> = this.#keys
      .update({ tenantId, id }, { lastUsedAt: now })
      .then(
        () => undefined,
        () => void this.#noted.delete(id),
      )
      .finally(() => this.#notes.delete(note));
    this.#notes.add(note);
  }
}
