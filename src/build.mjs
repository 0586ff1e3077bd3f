/**
 * Builds `dist/` if a source has changed since the last build: the server with TypeScript, the GraphiQL
 * page with vite, both at once. `--check` checks the types, too.
 *
 * Several builds may run at once, and beside a running server: every file is replaced whole, by a rename,
 * and the files of the page, which a browser may still ask for, are never deleted.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const check = process.argv.includes('--check');
const require = createRequire(import.meta.url);

const server = {
  stamp: join(dist, '.server-stamp'),
  // The mark makes a build without the check stale for one that asks for it, not the other way round.
  digest: digestOf([
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    '.config/tsconfig.build.json',
    'ormconfig.ts',
    ...filesIn('src', '.ts'),
    ...filesIn('migrations', '.ts'),
  ]),
  suffixes: check ? [' checked'] : [' checked', ''],
  build: compileServer,
};

const page = {
  stamp: join(dist, '.graphiql-stamp'),
  digest: digestOf(['package-lock.json', ...filesIn('src/app/graphiql', '')]),
  suffixes: [''],
  build: bundlePage,
};

await buildStale(canBundlePage() ? [page, server] : [server]);

async function buildStale(targets) {
  const stale = targets.filter((target) => !isFresh(target));
  if (stale.length === 0) return;
  const began = Date.now();
  process.stderr.write('Building Throughline ...\n');
  const results = await Promise.allSettled(stale.map((target) => build(target)));
  for (const { reason } of results) if (reason) process.stderr.write(`${reason.message}\n`);
  process.exitCode = results.some(({ reason }) => reason) ? 1 : 0;
  if (process.exitCode === 0)
    process.stderr.write(`Built in ${((Date.now() - began) / 1000).toFixed(1)} s.\n`);
}

function isFresh({ stamp, digest, suffixes }) {
  return existsSync(stamp) && suffixes.some((suffix) => readFileSync(stamp, 'utf8') === digest + suffix);
}

/** The digest was taken before: what changes while we build makes the next start build again. */
async function build({ stamp, digest, suffixes, build: make }) {
  await make();
  replace(stamp, digest + suffixes.at(check ? 0 : -1));
}

/** Content, not times: a checkout or a copy gives old files new times. */
function digestOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const file = join(root, path);
    if (existsSync(file)) hash.update(`${path}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function filesIn(folder, ending) {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(ending));
  return files.map((entry) => relative(root, join(entry.parentPath, entry.name))).sort();
}

/** In this process, not by `tsc`: the compiler's own way of writing leaves files half written for a moment. */
async function compileServer() {
  const ts = loadTypeScript();
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, '.config', 'tsconfig.build.json'),
    { noCheck: !check },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (fault) => refuse(ts, [fault]) },
  );
  const program = ts.createProgram(config.fileNames, config.options);
  const written = new Map();
  const { diagnostics } = program.emit(undefined, (file, text) => written.set(join(file), text));
  refuse(ts, [...config.errors, ...ts.getPreEmitDiagnostics(program), ...diagnostics]);
  for (const [file, text] of written) replace(file, text);
  removeOrphans(written);
}

function loadTypeScript() {
  try {
    return require('typescript');
  } catch {
    throw new Error('dist/ does not belong to these sources, and TypeScript is not installed: run npm ci.');
  }
}

function refuse(ts, diagnostics) {
  const faults = diagnostics.filter(({ category }) => category === ts.DiagnosticCategory.Error);
  if (faults.length === 0) return;
  const host = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  };
  throw new Error(ts.formatDiagnostics(faults, host).trimEnd());
}

/** A module whose source is gone: above all a migration, which would be run although it was withdrawn. */
function removeOrphans(written) {
  for (const folder of ['dist/src', 'dist/migrations']) {
    const modules = [...filesIn(folder, '.js'), ...filesIn(folder, '.js.map')];
    for (const path of modules) if (!written.has(join(root, path))) rmSync(join(root, path), { force: true });
  }
}

function canBundlePage() {
  return existsSync(join(root, 'src/app/graphiql/vite.config.js')) && existsSync(viteProgram());
}

function viteProgram() {
  return join(root, 'node_modules', 'vite', 'bin', 'vite.js');
}

/** Into a folder of its own first: vite empties the one it writes to. The entry page comes last. */
async function bundlePage() {
  const draft = join('dist', `.graphiql-${process.pid}`);
  const config = join('src', 'app', 'graphiql', 'vite.config.js');
  try {
    // `native`: any other way of loading the configuration writes into node_modules, which may be read-only.
    const loading = ['--config', config, '--configLoader', 'native'];
    await run(viteProgram(), ['build', ...loading, '--outDir', join(root, draft), '--emptyOutDir']);
    const files = filesIn(draft, '').sort((a, b) => a.endsWith('.html') - b.endsWith('.html'));
    for (const path of files) move(join(root, path), join(dist, 'graphiql', relative(draft, path)));
  } finally {
    rmSync(join(root, draft), { recursive: true, force: true });
  }
}

/** Runs a program of ours with this Node: the same on every system. Its output is shown if it fails. */
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(Buffer.concat(output).toString())),
    );
  });
}

function replace(file, text) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  const draft = `${file}.${process.pid}.tmp`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(draft, text);
  renameSync(draft, file);
}

function move(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}
