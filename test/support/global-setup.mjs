import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PREFIX = 'throughline-test-';
const TEMPLATE = 'throughline_template';

/** One PostgreSQL for the whole run, with a migrated database that `testDatabase()` clones. */
export default async function globalSetup() {
  execFileSync(process.execPath, [join(root, 'src/build.mjs')], { stdio: 'inherit' });
  removeLeftovers();
  const { startEmbeddedPostgres } = await importBuilt('src/app/embedded-postgres.js');
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  chmodSync(dataDir, 0o711);
  const server = await startEmbeddedPostgres({ dataDir, fast: true, maxConnections: 300, log: () => {} });
  // For the teardown, which runs in this process; the tests run in others and inherit the environment.
  globalThis.testServer = { server, dataDir };
  process.env.TEST_DATABASE_URL = server.url;
  await createTemplate(server.url);
}

async function createTemplate(url) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${TEMPLATE}`);
    await migrate(url.replace(/[^/]*$/, TEMPLATE));
    await client.query(`ALTER DATABASE ${TEMPLATE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  } finally {
    await client.end();
  }
}

async function migrate(url) {
  const { createDataSource } = await importBuilt('ormconfig.js');
  const dataSource = createDataSource(url, { migrations: true });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
    const { migrateJobs } = await importBuilt('src/app/jobs.js');
    await migrateJobs(url);
  } finally {
    await dataSource.destroy();
  }
}

function importBuilt(path) {
  return import(pathToFileURL(join(root, 'dist', path)).href);
}

/** A run that was killed had no teardown: its server would go on for ever. */
function removeLeftovers() {
  for (const name of readdirSync(tmpdir())) {
    const runner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (runner && !signal(Number(runner), 0)) removeLeftover(join(tmpdir(), name));
  }
}

function removeLeftover(dataDir) {
  try {
    for (const name of readdirSync(dataDir).filter((entry) => /^postgres-\d+$/.test(entry))) {
      const pidFile = join(dataDir, name, 'postmaster.pid');
      if (existsSync(pidFile)) signal(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGQUIT');
    }
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
  } catch {
    // Another user's, or another run removes it at the same moment.
  }
}

function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
