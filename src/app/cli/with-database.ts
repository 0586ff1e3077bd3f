import type { Database } from '../database.js';
import { openDatabase } from '../database.js';
import type { CommandContext } from './commands.js';

/** Gives a command the database, and closes it whatever happens. Works beside a running server. */
export async function withDatabase<T>(
  context: CommandContext,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(context.config, context.say);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
