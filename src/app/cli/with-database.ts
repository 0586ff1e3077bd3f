import type { DatabaseOptions } from '../../storage/data-source.js';
import type { Database } from '../database.js';
import { openDatabase } from '../database.js';
import type { CommandContext } from './commands.js';

/** Gives a command the database, and closes it whatever happens. Works beside a running server. */
export async function withDatabase<T>(
  context: CommandContext,
  work: (database: Database) => Promise<T>,
  options: Pick<DatabaseOptions, 'statementTimeoutMs'> = {},
): Promise<T> {
  const database = await openDatabase(context.config, context.say, options);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
