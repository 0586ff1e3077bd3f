import type { DataSource, Repository } from 'typeorm';
import { TenantEntity } from './entities/tenant.entity.js';
import { newId } from './ids.js';
import { isStorable, uuids } from './list/params.js';
import { readName } from './names.js';
import { writeRows } from './transaction.js';

export type TenantRow = Omit<TenantEntity, never>;

/** The companies whose data this database holds. */
export class TenantStore {
  readonly #tenants: Repository<TenantEntity>;

  constructor(private readonly db: DataSource) {
    this.#tenants = db.getRepository(TenantEntity);
  }

  /** The tenant of this name, made if it is new. Callers at the same moment get the same one. */
  async ensure(name: string): Promise<TenantRow> {
    const clean = readName('tenant', name);
    const known = await this.byName(clean);
    if (known !== null) return known;
    const once = { conflict: ['name'], onConflict: 'nothing' } as const;
    await writeRows(this.db.manager, TenantEntity, [{ id: newId(), name: clean }], once);
    return this.#tenants.findOneByOrFail({ name: clean });
  }

  async byId(id: string): Promise<TenantRow | null> {
    const [known] = uuids([id]);
    return known === undefined ? null : this.#tenants.findOneBy({ id: known });
  }

  async byName(name: string): Promise<TenantRow | null> {
    return isStorable(name) ? this.#tenants.findOneBy({ name }) : null;
  }

  /** In the order in which they came. */
  all(): Promise<TenantRow[]> {
    return this.#tenants.find({ order: { createdAt: 'ASC', id: 'ASC' } });
  }
}
