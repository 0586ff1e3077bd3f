import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import type { DatabaseOptions } from '../storage/data-source.js';
import { createDataSource } from '../storage/data-source.js';
import { newId } from '../storage/ids.js';
import type { Config } from './config.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { migrateJobs } from './jobs.js';

export interface Database {
  url: string;
  db: DataSource;
  /** True for the database that we start ourselves. */
  isEmbedded: boolean;
  /** Which database, for a person; without its password. */
  description: string;
  close(): Promise<void>;
}

/** Any two processes that migrate one database agree on this number. */
const MIGRATION_LOCK = '7310023114265478002';

/** DATABASE_URL first, else a PostgreSQL of our own. Ready to use: reachable and migrated. */
export async function openDatabase(
  config: Config,
  log: (line: string) => void,
  options: Pick<DatabaseOptions, 'statementTimeoutMs'> = {},
): Promise<Database> {
  const embedded =
    config.databaseUrl === null
      ? await startEmbeddedPostgres({
          dataDir: config.dataDir,
          log,
          ...(config.pgBinDir === null ? {} : { binDir: config.pgBinDir }),
        })
      : null;
  const url = config.databaseUrl ?? embedded?.url ?? '';
  try {
    await migrate(url);
    const db = await createDataSource(url, { poolSize: config.dbPoolSize, ...options }).initialize();
    return {
      url,
      db,
      isEmbedded: embedded !== null,
      description: embedded?.description ?? describe(url),
      close: async () => {
        await db.destroy();
        if (embedded !== null && (await isUnused(url))) await embedded.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** Brings the schema up to date. Processes that start together wait for each other. */
export async function migrate(url: string): Promise<number> {
  const lock = new pg.Client({
    connectionString: url,
    application_name: 'throughline migrate',
    connectionTimeoutMillis: 5_000,
  });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1::bigint)', [MIGRATION_LOCK]);
    const db = await createDataSource(url, {
      poolSize: 1,
      statementTimeoutMs: 600_000,
      migrations: true,
    }).initialize();
    try {
      await migrateJobs(url);
      return (await db.runMigrations({ transaction: 'each' })).length;
    } finally {
      await db.destroy();
    }
  } finally {
    await lock.end();
  }
}

/** Another server may have joined the database that we started: then it is not ours to stop. */
async function isUnused(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ others: number }>(
      `select count(*)::int as others from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return rows[0]?.others === 0;
  } catch {
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const describe = (url: string): string => {
  const { hostname, port, pathname } = new URL(url);
  return `PostgreSQL at ${hostname}:${port === '' ? '5432' : port}${pathname}`;
};

export interface Instance {
  id: string;
  secret: string;
}

/** What this database is: made once, by whoever comes first. */
export async function loadInstance(db: DataSource): Promise<Instance> {
  await db.query(
    `insert into instance (id, secret) select $1, $2 where not exists (select from instance) on conflict do nothing`,
    [newId(), randomBytes(32).toString('base64url')],
  );
  const [instance]: Instance[] = await db.query(
    'select id, secret from instance order by created_at, id limit 1',
  );
  if (instance === undefined) throw new Error('the database has no instance row');
  return instance;
}
