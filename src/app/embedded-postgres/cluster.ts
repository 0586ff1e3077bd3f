import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { giveTo } from './account.js';
import { type Cluster, isAlive } from './postmaster.js';

const run = promisify(execFile);

export function clusterExists({ folder }: Cluster): boolean {
  return existsSync(join(folder, 'PG_VERSION'));
}

/**
 * The superuser's password, made at the first start. Two processes may come here at once: a hard link
 * either appears whole or not at all, so both read the same password.
 */
export function readOrCreatePassword(cluster: Cluster): string {
  const file = join(dirname(cluster.folder), 'password');
  if (!existsSync(file)) {
    if (clusterExists(cluster)) throw new Error(passwordLost(cluster.folder, file));
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, randomBytes(24).toString('base64url'), { mode: 0o600 });
    ignoring('EEXIST', () => linkSync(draft, file));
    rmSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}

function passwordLost(folder: string, file: string): string {
  return `${folder} holds a database, but its password file ${file} is gone. Put the file back, or move the folder away to begin with an empty database.`;
}

/**
 * Creates the data folder, or does nothing if it is there. It is built under a private name and then
 * renamed, so it is never seen half made, and of two processes that build at once one loses nothing but
 * its work.
 */
export async function createCluster(cluster: Cluster, password: string, sync: boolean): Promise<void> {
  sweepDrafts(cluster.folder);
  const draft = `${cluster.folder}.draft-${process.pid}-${randomBytes(4).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  try {
    mkdirSync(draft, { mode: 0o700 });
    giveTo(cluster.account, draft);
    writeFileSync(passwordFile, password, { mode: 0o600 });
    const { owner } = cluster.account;
    if (owner) chownSync(passwordFile, owner.uid, owner.gid);
    await initialise(cluster, draft, passwordFile, sync);
    if (!clusterExists(cluster)) ignoring('ENOTEMPTY', () => renameSync(draft, cluster.folder));
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
  }
}

async function initialise(
  cluster: Cluster,
  draft: string,
  passwordFile: string,
  sync: boolean,
): Promise<void> {
  const { installation, account } = cluster;
  const { file, args } = account.command(installation.initdb, [
    `--pgdata=${draft}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    ...localeOptions(installation.major),
    ...(sync ? [] : ['--no-sync']),
  ]);
  await run(file, args, { ...account.spawnOptions, env: installation.environment });
}

/** Plain `C` would leave `lower()`, `ILIKE` and trigrams blind to every letter outside ASCII. */
function localeOptions(major: number): string[] {
  const letters = ['--lc-collate=C', `--lc-ctype=${unicodeLocale()}`];
  // From 17 on the server brings its own C.UTF-8, whatever the system knows.
  return major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', ...letters] : letters;
}

function unicodeLocale(): string {
  const { stdout } = spawnSync('locale', ['-a'], { encoding: 'utf8' });
  const installed = new Set((stdout ?? '').split(/\s+/));
  const wanted = ['C.UTF-8', 'C.utf8', 'en_US.UTF-8', 'en_US.utf8'];
  return wanted.find((name) => installed.has(name)) ?? 'C';
}

/** Removes what processes that were killed while creating the folder have left behind. */
function sweepDrafts(folder: string): void {
  const parent = dirname(folder);
  for (const name of readdirSync(parent)) {
    const pid = Number(/\.draft-(\d+)/.exec(name)?.[1]);
    const isDraft = name.startsWith(`${basename(folder)}.draft-`);
    if (isDraft && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function ignoring(code: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === code)) throw error;
  }
}
