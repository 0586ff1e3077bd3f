import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface TestDatabase {
  url: string;
  /** Ends whoever is still connected, and removes the database. */
  drop(): Promise<void>;
}

const TEMPLATE = 'throughline_template';
const OBJECT_IN_USE = '55006';

/** A migrated, empty database of one's own. The server is the run's, started by `global-setup.mjs`. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env['TEST_DATABASE_URL'];
  if (!server) throw new Error('TEST_DATABASE_URL is not set: run the tests by jest, with its global setup.');
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(server, (client) => cloneTemplate(client, name));
  return {
    url: server.replace(/[^/]*$/, name),
    drop: () => onServer(server, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

/** While one connection is on the template, be it only the one that migrated it, nobody can copy it. */
async function cloneTemplate(client: pg.Client, name: string): Promise<void> {
  for (const begun = Date.now(); ; await delay(50)) {
    try {
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
      return;
    } catch (error) {
      const isBusy = error instanceof pg.DatabaseError && error.code === OBJECT_IN_USE;
      if (!isBusy || Date.now() - begun > 10_000) throw error;
    }
  }
}

async function onServer(url: string, action: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await action(client);
  } finally {
    await client.end();
  }
}
