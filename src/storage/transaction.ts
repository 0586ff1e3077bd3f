import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';

/** Faults after which the same transaction may succeed: a deadlock, a serialisation failure, a lost race for a key. */
const RETRYABLE = new Set(['40P01', '40001', '23505', '55P03']);
const ATTEMPTS = 5;

/** Runs the work in one transaction, and again from the start when it only lost a race. */
export async function inTransaction<T>(db: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (attempt >= ATTEMPTS || !RETRYABLE.has(sqlState(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5 * attempt + Math.random() * 20 * attempt));
    }
  }
}

export function sqlState(error: unknown): string {
  const code: unknown = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

export interface WriteOptions {
  /** Properties that tell rows apart; default: the primary key. */
  conflict?: readonly string[];
  /** `nothing`: a row that is there stays as it is. `changed`: it is written only when a value differs. */
  onConflict?: 'update' | 'nothing' | 'changed';
  /** With `changed`: properties of which a difference alone is no change. */
  incidental?: readonly string[];
  /** Properties that an update leaves alone. */
  keep?: readonly string[];
  returning?: readonly string[];
}

/**
 * Writes any number of rows of an entity in one statement. The rows travel as one JSON parameter, so
 * the statement's text does not depend on their number.
 */
export async function writeRows<E extends ObjectLiteral>(
  tx: EntityManager,
  entity: EntityTarget<E>,
  rows: readonly Partial<E>[],
  options: WriteOptions = {},
): Promise<Record<string, unknown>[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const meta = tx.connection.getMetadata(entity);
  const columns = meta.columns.filter((column) => column.propertyName in first);
  const names = columns.map((column) => `"${column.databaseName}"`);
  const nameOf = (property: string) =>
    `"${meta.findColumnWithPropertyName(property)?.databaseName ?? property}"`;
  const conflict = (options.conflict ?? meta.primaryColumns.map((column) => column.propertyName)).map(nameOf);
  const kept = new Set((options.keep ?? []).map(nameOf));
  const set = names.filter((name) => !conflict.includes(name) && !kept.has(name));
  const table = `"${meta.tableName}"`;
  const update = `update set ${set.map((name) => `${name} = excluded.${name}`).join(', ')}`;
  const incidental = new Set((options.incidental ?? []).map(nameOf));
  const telling = set.filter((name) => !incidental.has(name));
  const guard = ` where (${telling.map((name) => `${table}.${name}`).join(', ')}) is distinct from (${telling.map((name) => `excluded.${name}`).join(', ')})`;
  const action =
    options.onConflict === 'nothing' ? 'nothing' : update + (options.onConflict === 'changed' ? guard : '');
  const payload = rows.map((row) =>
    Object.fromEntries(
      columns.map((column) => [column.databaseName, plain(row[column.propertyName], column.type)]),
    ),
  );
  const returning = (options.returning ?? []).map(
    (property) => `${table}.${nameOf(property)} as "${property}"`,
  );
  return tx.query(
    `insert into ${table} (${names.join(', ')})
     select ${names.join(', ')} from jsonb_populate_recordset(null::${table}, $1::jsonb)
     on conflict (${conflict.join(', ')}) do ${action}${returning.length > 0 ? ` returning ${returning.join(', ')}` : ''}`,
    [JSON.stringify(payload)],
  );
}

const plain = (value: unknown, type: unknown): unknown =>
  type === 'timestamptz' && typeof value === 'number' ? new Date(value).toISOString() : value;
