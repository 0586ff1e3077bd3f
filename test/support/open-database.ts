import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/storage/data-source.js';
import { testDatabase } from './database.js';

export interface OpenDatabase {
  db: DataSource;
  url: string;
  /** Closes the data source and removes the database. */
  close(): Promise<void>;
}

/**
 * A migrated, empty database of one's own with an open data source. It knows no migrations: it needs
 * none, and TypeORM's import of them works only in the first test file that a jest process runs.
 */
export async function openDatabase(): Promise<OpenDatabase> {
  const { url, drop } = await testDatabase();
  const db = await createDataSource(url, { poolSize: 4 }).setOptions({ migrations: [] }).initialize();
  const close = async () => {
    await db.destroy();
    await drop();
  };
  return { db, url, close };
}
