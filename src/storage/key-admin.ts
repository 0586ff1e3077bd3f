import type { DataSource } from 'typeorm';
import { BadUserInput, NotFound } from '../domain/errors.js';
import type { Instant } from '../domain/words.js';
import { audit } from './audit/audit-log.js';
import { ApiKeyEntity } from './entities/tenant.entity.js';
import type { ApiKeyRow, NewKey } from './key-store.js';
import { insertKey, revokeKey } from './key-store.js';
import type { CursorCodec } from './list/cursor.js';
import type { KeysetList } from './list/keyset.js';
import { keysetPage } from './list/keyset.js';
import { isStorable, Params } from './list/params.js';
import type { Page, PageArgs, TenantFrame } from './read-model.js';
import type { Decision } from './removal/deletion-store.js';
import { columnsOf, selectList } from './select.js';
import { inTransaction } from './transaction.js';

/** What people do to API keys, by whichever door. Every deed is in the audit log. */
export class KeyAdmin {
  constructor(private readonly db: DataSource) {}

  /** The key itself is returned here and never again. */
  async create(
    wanted: NewKey,
    { actor, reason }: Decision,
    now: Instant,
  ): Promise<{ id: string; key: string }> {
    const { tenantId, name, role, expiresAt } = wanted;
    if (expiresAt !== null && expiresAt <= now) throw new BadUserInput('expiresAt', 'must be in the future');
    return inTransaction(this.db, async (tx) => {
      const made = await insertKey(tx, wanted);
      const detail = { keyId: made.id, name, role, expiresAt };
      await audit(tx, tenantId, actor, [{ action: 'API_KEY_CREATED', subjectId: null, reason, detail }], now);
      return made;
    });
  }

  /** Throws NOT_FOUND when the tenant has no such key. Revoking one again changes nothing. */
  async revoke(tenantId: string, id: string, { actor, reason }: Decision, now: Instant): Promise<void> {
    await inTransaction(this.db, async (tx) => {
      const revoked = isStorable(id) ? await revokeKey(tx, tenantId, id, now) : 'UNKNOWN';
      if (revoked === 'UNKNOWN') throw new NotFound('API key');
      if (revoked === 'BEFORE') return;
      const detail = { keyId: id };
      await audit(tx, tenantId, actor, [{ action: 'API_KEY_REVOKED', subjectId: null, reason, detail }], now);
    });
  }
}

/** Reads API keys as they are shown. No method reads what proves one. */
export class KeyReader {
  constructor(
    private readonly db: DataSource,
    private readonly cursors: CursorCodec,
  ) {}

  /** All keys of the tenant, revoked and expired ones too, the latest first. */
  page({ tenantId }: Pick<TenantFrame, 'tenantId'>, args: PageArgs): Promise<Page<ApiKeyRow>> {
    const params = new Params();
    const list: KeysetList<ApiKeyRow> = {
      kind: 'api-keys',
      tenantId,
      columns: selectList(columnsOf(this.db, ApiKeyEntity, ['secretHash']), 'k'),
      from: 'api_key k',
      where: `k.tenant_id = ${params.add(tenantId, 'uuid')}`,
      params,
      sort: { sql: 'k.created_at', property: 'createdAt', type: 'timestamptz', isNullable: false },
      id: 'k.id',
      idType: 'text',
      direction: 'DESC',
    };
    return keysetPage(this.db, this.cursors, list, args);
  }

  async byId(tenantId: string, id: string): Promise<ApiKeyRow | null> {
    const [row] = await this.db.query<ApiKeyRow[]>(
      `select ${selectList(columnsOf(this.db, ApiKeyEntity, ['secretHash']), 'k')}
         from api_key k where k.tenant_id = $1 and k.id = $2`,
      [tenantId, id],
    );
    return row ?? null;
  }
}
