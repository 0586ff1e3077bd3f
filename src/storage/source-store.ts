import type { DataSource, Repository } from 'typeorm';
import { BadUserInput, ThroughlineError } from '../domain/errors.js';
import type { JsonObject } from '../domain/record.js';
import type { Role } from '../domain/words.js';
import { SourceEntity } from './entities/tenant.entity.js';
import { newId } from './ids.js';
import { uuids } from './list/params.js';
import { isSlug, isTimeZone } from './names.js';
import type { SourceRow } from './read-model.js';
import { columnsOf, selectList } from './select.js';
import { writeRows } from './transaction.js';

export interface NewSource {
  tenantId: string;
  /** Stands in the webhook's URL. */
  name: string;
  provider: string;
  role: Role;
  /** Proves the provider's deliveries. */
  secret: string | null;
  /** IANA zone of the times that the provider writes without one. */
  timeZone: string;
  settings: JsonObject;
}

/** The systems that report to us. */
export class SourceStore {
  readonly #sources: Repository<SourceEntity>;

  constructor(private readonly db: DataSource) {
    this.#sources = db.getRepository(SourceEntity);
  }

  /** Throws CONFLICT when the tenant has a source of this name, BAD_USER_INPUT for a bad name or time zone. */
  async add(source: NewSource): Promise<SourceRow> {
    check(source);
    const id = newId();
    const once = { conflict: ['tenantId', 'name'], onConflict: 'nothing' } as const;
    await writeRows(this.db.manager, SourceEntity, [{ id, ...source }], once);
    const [added] = await this.#read(source.tenantId, id);
    if (added !== undefined) return added;
    throw new ThroughlineError('CONFLICT', `There is a source named ${source.name} already.`, 'name');
  }

  /** With its secret: for the door that verifies deliveries. */
  async byName(tenantId: string, name: string): Promise<SourceEntity | null> {
    const [known] = uuids([tenantId]);
    return known === undefined || !isSlug(name) ? null : this.#sources.findOneBy({ tenantId: known, name });
  }

  /** Without their secrets, in order of name. */
  list(tenantId: string): Promise<SourceRow[]> {
    return this.#read(tenantId, null);
  }

  /** Says how the source's recordings are treated from now on; null when the tenant has no such source. */
  async setRecordings(tenantId: string, name: string, recordings: JsonObject): Promise<SourceRow | null> {
    const source = await this.byName(tenantId, name);
    if (source === null) return null;
    await this.db.query(
      `update source set settings = jsonb_set(settings, '{recordings}', $3::jsonb) where tenant_id = $1 and id = $2`,
      [tenantId, source.id, JSON.stringify(recordings)],
    );
    const [changed] = await this.#read(tenantId, source.id);
    return changed ?? null;
  }

  #read(tenantId: string, id: string | null): Promise<SourceRow[]> {
    const columns = selectList(columnsOf(this.db, SourceEntity, ['secret']), 's');
    return this.db.query<SourceRow[]>(
      `select ${columns} from source s
        where s.tenant_id = $1 and ($2::uuid is null or s.id = $2) order by s.name collate "C"`,
      [tenantId, id],
    );
  }
}

function check({ name, timeZone }: NewSource): void {
  if (!isSlug(name))
    throw new BadUserInput(
      'name',
      'must have 1 to 63 small letters, digits and hyphens, and begin with no hyphen',
    );
  if (!isTimeZone(timeZone))
    throw new BadUserInput('timeZone', 'must be the name of a time zone, such as Europe/Berlin or UTC');
}
