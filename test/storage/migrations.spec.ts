import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { testDatabase } from '../support/database.js';

describe('what is generated and committed', () => {
  it('has migrations that make exactly the schema of the entities', async () => {
    const { url, drop } = await testDatabase();
    try {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [
          'node_modules/typeorm/cli.js',
          'migration:generate',
          '--check',
          '-d',
          'dist/ormconfig.js',
          'migrations/Drift',
        ],
        { env: { ...process.env, DATABASE_URL: url } },
      );
      expect(stdout).toContain('No changes in database schema were found');
    } finally {
      await drop();
    }
  });

  it('has a lock file that names no download address', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { resolved?: string }>;
    };
    const addressed = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);
    expect(addressed.map(([name]) => name)).toEqual([]);
    expect(Object.keys(lock.packages).length).toBeGreaterThan(500);
  });
});
