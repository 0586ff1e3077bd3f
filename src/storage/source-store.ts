import type { DataSource, EntityManager, Repository } from 'typeorm';
import { BadUserInput, ThroughlineError } from '../domain/errors.js';
import type { JsonObject } from '../domain/record.js';
import type { Role } from '../domain/words.js';
import { SourceEntity } from './entities/tenant.entity.js';
import { newId } from './ids.js';
import { uuids } from './list/params.js';
import { isSlug, isTimeZone } from './names.js';
import type { SourceRow } from './read-model.js';
import { sourceColumns } from './source-columns.js';
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

/** The systems that report to us. What people do to them is in source-admin.ts. */
export class SourceStore {
  readonly #sources: Repository<SourceEntity>;

  constructor(private readonly db: DataSource) {
    this.#sources = db.getRepository(SourceEntity);
  }

  /** As `insertSource` does. */
  add(source: NewSource): Promise<SourceRow> {
    return insertSource(this.db.manager, source);
  }

  /** With its secret: for the door that verifies deliveries. */
  async byName(tenantId: string, name: string): Promise<SourceEntity | null> {
    const [known] = uuids([tenantId]);
    return known === undefined || !isSlug(name) ? null : this.#sources.findOneBy({ tenantId: known, name });
  }

  /** Without their secrets, in order of name. */
  list(tenantId: string): Promise<SourceRow[]> {
    return readSources(this.db.manager, tenantId, null);
  }
}

/** Throws CONFLICT when the tenant has a source of this name, BAD_USER_INPUT for a bad name or time zone. */
export async function insertSource(tx: EntityManager, source: NewSource): Promise<SourceRow> {
  checkName(source.name);
  checkTimeZone(source.timeZone);
  const id = newId();
  const once = { conflict: ['tenantId', 'name'], onConflict: 'nothing' } as const;
  await writeRows(tx, SourceEntity, [{ id, ...source }], once);
  const [added] = await readSources(tx, source.tenantId, id);
  if (added !== undefined) return added;
  throw new ThroughlineError('CONFLICT', `There is a source named ${source.name} already.`, 'name');
}

/** Without their secrets, in order of name; all when no id is given. */
export function readSources(tx: EntityManager, tenantId: string, id: string | null): Promise<SourceRow[]> {
  return tx.query<SourceRow[]>(
    `select ${sourceColumns(tx.connection)} from source s
      where s.tenant_id = $1 and ($2::uuid is null or s.id = $2) order by s.name collate "C"`,
    [tenantId, id],
  );
}

function checkName(name: string): void {
  if (!isSlug(name))
    throw new BadUserInput(
      'name',
      'must have 1 to 63 small letters, digits and hyphens, and begin with no hyphen',
    );
}

export function checkTimeZone(timeZone: string): void {
  if (!isTimeZone(timeZone))
    throw new BadUserInput('timeZone', 'must be the name of a time zone, such as Europe/Berlin or UTC');
}
