/**
 * What an export of 500,000 interactions costs the server: time to the first byte, growth of its heap, and
 * what other requests wait meanwhile. Fills an empty database, starts the server as a process of its own,
 * exports once as CSV and once as NDJSON, prints the numbers and stops what it started.
 *
 *   npm run build && DATABASE_URL=postgres://… node bench/export.mjs
 *
 * The database must be empty: it is migrated, filled and left behind. Exit code 1 when a bar is missed:
 * first byte under 500 ms, heap growth under 100 MB, other requests' p99 under 300 ms, and the connection of
 * an export whose client went away given back within 1 s.
 *
 * The heap is V8's used heap of the server, live objects and garbage alike. Growth is the highest of samples
 * taken every 100 ms, while other requests are answered too, above what was used after a full collection just
 * before; what is retained is what a full collection leaves just after, above the same.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { createDataSource } from '../dist/ormconfig.js';
import { KeyStore } from '../dist/src/storage/key-store.js';

const ROWS = Number(process.env.ROWS ?? 500_000);
const PORT = 4_997;
const URL_OF = `http://localhost:${PORT}`;
const BARS = { firstByteMs: 500, heapMb: 100, otherP99Ms: 300, abortMs: 1_000 };

const db = await createDataSource(process.env.DATABASE_URL, {
  migrations: true,
  statementTimeoutMs: 600_000,
}).initialize();
await db.runMigrations();
const tenantId = randomUUID();
await db.query(`insert into tenant (id, name) values ($1, 'bench')`, [tenantId]);
const { key } = await new KeyStore(db).create({ tenantId, name: 'bench', role: 'ADMIN', expiresAt: null });

const given = {
  tenant_id: '$1::uuid',
  id: 'gen_random_uuid()',
  channel: `'VOICE'`,
  direction: `'INBOUND'`,
  status: `'COMPLETE'`,
  outcome: `'COMPLETED'`,
  started_at: `timestamptz '2026-09-14T15:04:05Z' - n * interval '1 second'`,
  ended_at: `timestamptz '2026-09-14T15:06:05Z' - n * interval '1 second'`,
  duration_ms: '120000',
  customer_address: `'+1202555' || lpad((n % 10000)::text, 4, '0')`,
  external_ids: `array['CA' || n, 'assistant-' || n]`,
  functions: `array['lookup_order', 'update_address']`,
  tags: `'[{"name":"Call Reason","value":"address"},{"name":"Language","value":"en"}]'`,
  why: `'{"code":"ALL_SEGMENTS_PRESENT","facts":[]}'`,
  segments: `'${JSON.stringify(
    ['DIALER', 'ASSISTANT'].map((role) => ({
      ...{
        legId: randomUUID(),
        sourceId: randomUUID(),
        role,
        state: 'PRESENT',
        startedAt: 0,
        endedAt: 120_000,
      },
      ...{ offsetMs: 0, durationMs: 120_000, offsetPercent: 0, widthPercent: 100 },
    })),
  )}'`,
  review_flags: `'[]'`,
  sentiment: `'[]'`,
};
const blank = {
  uuid: 'gen_random_uuid()',
  boolean: 'false',
  integer: '0',
  jsonb: `'{}'`,
  timestamptz: 'now()',
};
const filled = db
  .getMetadata('interaction')
  .columns.filter((column) => column.databaseName in given || !column.isNullable)
  .map(({ databaseName: name, isArray, type }) => [
    name,
    given[name] ?? (isArray ? `'{}'` : (blank[type] ?? `''`)),
  ]);
await db.query(
  `insert into interaction (${filled.map(([name]) => name).join(', ')})
   select ${filled.map(([, value]) => value).join(', ')} from generate_series(1, $2::integer) n`,
  [tenantId, ROWS],
);
await db.query('vacuum analyze interaction');

/** In the server: collects all garbage when told to, and tells what is left. */
const COLLECT = `process.on('message', () => { gc(); process.send(process.memoryUsage().heapUsed); });
  process.channel.unref();`;
const server = spawn(
  process.execPath,
  [
    '--expose-gc',
    '--import',
    `data:text/javascript,${encodeURIComponent(COLLECT)}`,
    'dist/src/main.js',
    'serve',
  ],
  {
    env: { ...process.env, PORT: String(PORT), LOG_LEVEL: 'silent', THROUGHLINE_DEMO: 'off' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  },
);
const headers = { authorization: `Bearer ${key}` };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const isReady = () =>
  fetch(`${URL_OF}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );

async function heapBytes() {
  const text = await (await fetch(`${URL_OF}/metrics`)).text();
  return Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(text)?.[1]);
}

/** The server's heap after a full collection, in bytes. */
async function collectedBytes() {
  server.send('collect');
  const [bytes] = await once(server, 'message');
  return bytes;
}

/** Answers a function that ends the repetition and resolves with all that was seen. */
function repeat(look, everyMs) {
  const seen = [];
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      seen.push(await look());
      await pause(everyMs);
    }
  })();
  return async () => {
    isOver = true;
    await running;
    return seen;
  };
}

async function ask() {
  const begun = performance.now();
  const query = '{ interactions(first: 20) { nodes { id status segments { role } } } }';
  const body = JSON.stringify({ query });
  await (
    await fetch(`${URL_OF}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    })
  ).text();
  return performance.now() - begun;
}

async function measure(kind) {
  const before = await collectedBytes();
  const heaps = repeat(heapBytes, 100);
  const others = repeat(ask, 50);
  const begun = performance.now();
  const answer = await fetch(`${URL_OF}/exports/interactions.${kind}`, { headers });
  const headersMs = performance.now() - begun;
  let [firstByteMs, bytes, lines] = [0, 0, 0];
  for await (const chunk of answer.body) {
    firstByteMs ||= performance.now() - begun;
    bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) lines += 1;
  }
  const seconds = (performance.now() - begun) / 1_000;
  const heapMb = (Math.max(...(await heaps())) - before) / 2 ** 20;
  const retainedMb = ((await collectedBytes()) - before) / 2 ** 20;
  const waits = (await others()).sort((a, b) => a - b);
  const otherP99Ms = waits[Math.floor(waits.length * 0.99)];
  console.log(
    `${kind}: ${answer.status}, ${lines} lines, ${(bytes / 2 ** 20).toFixed(0)} MB in ${seconds.toFixed(1)} s; ` +
      `headers ${headersMs.toFixed(0)} ms, first byte ${firstByteMs.toFixed(0)} ms, heap growth ${heapMb.toFixed(0)} MB, ` +
      `retained ${retainedMb.toFixed(1)} MB, ` +
      `${waits.length} other requests: median ${waits[waits.length >> 1].toFixed(0)} ms, p99 ${otherP99Ms.toFixed(0)} ms`,
  );
  const isGrowing = Math.max(heapMb, retainedMb) >= BARS.heapMb;
  return firstByteMs < BARS.firstByteMs && !isGrowing && otherP99Ms < BARS.otherP99Ms;
}

/** How long the connection of an export is held after its client went away. */
async function measureAbort() {
  const answer = await fetch(`${URL_OF}/exports/interactions.csv`, { headers });
  const reader = answer.body.getReader();
  await reader.read();
  const begun = performance.now();
  await reader.cancel();
  const held = async () => {
    const [row] = await db.query(
      `select count(*)::int as n from pg_stat_activity where application_name = 'throughline export'`,
    );
    return row.n;
  };
  while ((await held()) > 0 && performance.now() - begun < 10 * BARS.abortMs) await pause(5);
  const ms = performance.now() - begun;
  console.log(`client gone: connection given back after ${ms.toFixed(0)} ms`);
  return ms < BARS.abortMs;
}

try {
  for (let tries = 0; !(await isReady()); tries += 1) {
    if (tries > 300) throw new Error('the server did not start');
    await pause(100);
  }
  for (let round = 0; round < 100; round += 1) await ask();
  const results = [await measure('csv'), await measure('ndjson'), await measureAbort()];
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  server.kill('SIGTERM');
  await once(server, 'exit');
  await db.destroy();
}
