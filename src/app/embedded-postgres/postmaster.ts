import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from './account.js';
import type { Installation } from './installation.js';

/** A data folder together with the programs and the account that serve it. */
export interface Cluster {
  readonly installation: Installation;
  readonly account: Account;
  /** `<dataDir>/postgres-<major>`: another major version cannot read it. */
  readonly folder: string;
}

/** The running server of a data folder, as its `postmaster.pid` tells. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly status: string;
}

/** A server that this process started. */
export interface OwnPostmaster extends Postmaster {
  /** Ends every session, writes everything down, and resolves once the process is gone. */
  stop(): Promise<void>;
}

const POLL_MS = 20;
/** Crash recovery after a long run may take this long. */
const PATIENCE_MS = 60_000;
/** A postmaster listens within milliseconds; a number recycled by another process never does. */
const SILENCE_MS = 5_000;

/**
 * The server that is alive on this folder, or null if there is none. Waits for one that is starting or
 * stopping. Removes a pid file that PostgreSQL itself would take for a live server's: of a zombie, or of
 * a process that got the number later. (Should that be wrong, the server's shared memory lock still keeps
 * a second one out.)
 */
export async function findPostmaster(folder: string): Promise<Postmaster | null> {
  for (const begun = Date.now(); ; await delay(POLL_MS)) {
    const found = readPidFile(folder);
    if (!found || !isAlive(found.pid)) return null;
    const answered = await answers(found.port);
    if (answered && found.status === 'ready' && isPostmaster(found.pid)) return found;
    const silent = !answered && Date.now() - begun > SILENCE_MS;
    if (silent || !isPostmaster(found.pid)) return removePidFile(folder, found.pid);
    if (Date.now() - begun > PATIENCE_MS) throw new Error(neverReady(folder, found));
  }
}

/** Starts a server on a free port of 127.0.0.1. Null if it ended before it was ready. */
export async function startPostmaster(
  cluster: Cluster,
  settings: Record<string, string>,
): Promise<OwnPostmaster | null> {
  const child = spawnServer(cluster, { ...settings, port: String(await freePort()) });
  const exited = new Promise<void>((resolve) => child.once('exit', resolve).once('error', () => resolve()));
  const ready = await readyOrGone(child, cluster.folder);
  if (!ready) return null;
  return { ...ready, stop: () => stopServer(cluster, child, exited) };
}

/** Where the server writes its log: beside the data folder. */
export function logFile(folder: string): string {
  return join(dirname(folder), 'postgres.log');
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Not allowed to signal it, so it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Its own process group: Ctrl-C must not reach the server before the application has drained. */
function spawnServer(
  { installation, account, folder }: Cluster,
  settings: Record<string, string>,
): ChildProcess {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { file, args } = account.command(installation.postgres, ['-D', folder, ...flags]);
  const log = openSync(logFile(folder), 'a', 0o600);
  try {
    const stdio = ['ignore' as const, log, log];
    const child = spawn(file, args, {
      ...account.spawnOptions,
      env: installation.environment,
      detached: true,
      stdio,
      windowsHide: true,
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

async function readyOrGone(child: ChildProcess, folder: string): Promise<Postmaster | null> {
  let gone = false;
  child.once('exit', () => (gone = true)).once('error', () => (gone = true));
  for (const begun = Date.now(); !gone; await delay(POLL_MS)) {
    const found = readPidFile(folder);
    if (found?.pid === child.pid && found?.status === 'ready') return found;
    if (Date.now() - begun < PATIENCE_MS) continue;
    child.kill('SIGQUIT');
    throw new Error(`PostgreSQL was not ready after ${PATIENCE_MS / 1000} s, see ${logFile(folder)}`);
  }
  return null;
}

async function stopServer({ installation, folder }: Cluster, child: ChildProcess, exited: Promise<void>) {
  child.ref();
  if (process.platform === 'win32') {
    // There is no signal to ask with there, a kill would be a crash.
    const args = ['stop', '-m', 'fast', '-D', folder];
    const asking = spawn(installation.pgCtl, args, { env: installation.environment, stdio: 'ignore' });
    await once(asking, 'exit');
  } else {
    child.kill('SIGINT');
  }
  await exited;
}

function readPidFile(folder: string): Postmaster | null {
  const lines = readOrEmpty(pidFile(folder)).split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 ? { pid, port, status: (lines[7] ?? '').trim() } : null;
}

/** Between our look and this, another process may have started a server: its file stays. */
function removePidFile(folder: string, pid: number): null {
  if (readPidFile(folder)?.pid === pid) rmSync(pidFile(folder), { force: true });
  return null;
}

function pidFile(folder: string): string {
  return join(folder, 'postmaster.pid');
}

/** Whether a live process may be a postmaster. Only Linux lets us look; elsewhere every process may be. */
function isPostmaster(pid: number): boolean {
  const [, name, state] = /^\d+ \((.*)\) (\S)/s.exec(readOrEmpty(`/proc/${pid}/stat`)) ?? [];
  if (name === undefined || state === undefined) return true;
  return /^post(gres|master)/.test(name) && state !== 'Z';
}

function neverReady(folder: string, { pid, status }: Postmaster): string {
  return `PostgreSQL (process ${pid}) holds ${folder} but has been "${status}" for ${PATIENCE_MS / 1000} s, see ${logFile(folder)}`;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1');
  return address.port;
}
