import { migrate as migrateDatabase } from '../database.js';
import { startEmbeddedPostgres } from '../embedded-postgres.js';
import type { Command } from './commands.js';

/** `migrate`: brings the schema up to date and ends. The server does the same when it starts. */
export const migrate: Command = {
  usage: 'migrate',
  sentence: 'Brings the database schema up to date.',
  options: [],
  run: async ({ config, say }) => {
    const { databaseUrl, dataDir, pgBinDir } = config;
    const embedded =
      databaseUrl === null
        ? await startEmbeddedPostgres({
            dataDir,
            log: say,
            ...(pgBinDir === null ? {} : { binDir: pgBinDir }),
          })
        : null;
    try {
      const count = await migrateDatabase(databaseUrl ?? embedded?.url ?? '');
      say(count === 0 ? 'The schema is up to date.' : `${count} migration${count === 1 ? '' : 's'} applied.`);
      return 0;
    } finally {
      await embedded?.stop();
    }
  },
};
