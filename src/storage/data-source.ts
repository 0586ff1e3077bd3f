import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { DataSource, DefaultNamingStrategy } from 'typeorm';
import { ENTITIES } from './entities/index.js';

export interface DatabaseOptions {
  /** Connections in the pool. */
  poolSize?: number;
  /** Longest a statement may run, in ms. */
  statementTimeoutMs?: number;
  /** Load the migrations too: for those who run them. */
  migrations?: boolean;
}

/** `startedAt` is `started_at` in the database; constraints are named by the entities. */
class SnakeCase extends DefaultNamingStrategy {
  override columnName(property: string, given: string | undefined, prefixes: string[]): string {
    return [...prefixes, given ?? property].map(snake).join('_');
  }
}

export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const MIGRATIONS = fileURLToPath(new URL('../../migrations/*.{js,ts}', import.meta.url));

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/** Instants are read as epoch ms and bigints as numbers: none of ours passes 2^53. */
export const PG_TYPES = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return Number;
    if (oid === TIMESTAMPTZ)
      return (text: string) => Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
    return pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown;
  },
};

/** One definition of the database for the server, the command line, the tests and the migration tool. */
export function createDataSource(url: string, options: DatabaseOptions = {}): DataSource {
  const statementTimeout = options.statementTimeoutMs ?? 5_000;
  return new DataSource({
    type: 'postgres',
    url,
    entities: ENTITIES,
    migrations: options.migrations === true ? [MIGRATIONS] : [],
    migrationsTableName: 'migration',
    namingStrategy: new SnakeCase(),
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    applicationName: 'throughline',
    extra: {
      types: PG_TYPES,
      max: options.poolSize ?? 10,
      connectionTimeoutMillis: 2_000,
      statement_timeout: statementTimeout,
      query_timeout: statementTimeout + 1_000,
      lock_timeout: 2_000,
      idle_in_transaction_session_timeout: 10_000,
      // Compiling a statement takes longer than any of ours runs, and estimates of recursive ones call for it.
      options: '-c TimeZone=UTC -c jit=off',
    },
  });
}
