// Starts the product from a clean clone as the README says, posts the records of a Twilio call and a Vapi call,
// sees one complete interaction and a live event, and stops it with nothing left running.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const PORT = process.env.SMOKE_PORT ?? '4977';
const BASE = `http://localhost:${PORT}`;
const ID = '0192f0a4-7c11-7e3a-9d42-5b8e6f1c2d99';
const SECRET = 'a-webhook-secret';
const START = Date.now() - 300_000;

const home = mkdtempSync(join(tmpdir(), 'throughline-smoke-'));
const clone = join(home, 'clone');
const env = { ...process.env, PORT, LOG_LEVEL: 'warn', THROUGHLINE_DATA_DIR: join(home, 'data') };
const npm = (...args) =>
  execFileSync('npm', args, { cwd: clone, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

execFileSync('git', ['clone', '-q', '.', clone], { stdio: 'inherit' });
step('npm ci', () => npm('ci'));
const server = spawn('npm', ['start'], {
  cwd: clone,
  env,
  stdio: ['ignore', 'inherit', 'pipe'],
  detached: true,
});
let said = '';
server.stderr.setEncoding('utf8').on('data', (text) => (said += text));

try {
  const begun = Date.now();
  await until('the server is ready', async () => (await fetch(`${BASE}/readyz`).catch(() => null))?.ok);
  const seconds = (Date.now() - begun) / 1_000;
  console.log(`npm start: ready after ${seconds.toFixed(1)} s`);
  await until('it prints the demo key', () => /admin key: tl_/.test(said));

  const key = lastLine(
    npm('run', '-s', 'throughline', '--', 'keys', 'create', '--tenant', 'acme', '--role', 'ADMIN'),
  );
  const addSource = (name, provider, role) =>
    lastLine(
      npm(
        'run',
        '-s',
        'throughline',
        '--',
        'sources',
        'add',
        '--tenant',
        'acme',
        '--name',
        name,
        '--provider',
        provider,
        '--role',
        role,
        '--secret',
        SECRET,
      ),
    );
  const twilio = addSource('phone', 'twilio', 'DIALER');
  const vapi = addSource('bot', 'vapi', 'ASSISTANT');

  const events = subscribe(key);
  await events.started;
  for (const form of twilioCall())
    await post(`${twilio}&ix=${ID}`, form, signTwilio(`${twilio}&ix=${ID}`, form));
  for (const message of vapiCall())
    await post(vapi, JSON.stringify({ message }), {
      'content-type': 'application/json',
      'x-vapi-secret': SECRET,
    });

  const query =
    '{ interactions(first: 5) { nodes { id status outcome legs { role source { name } call { status transcript(first: 5) { nodes { text } } } } } } }';
  const { data } = await graphql(key, query);
  assert.equal(data.interactions.nodes.length, 1);
  const [interaction] = data.interactions.nodes;
  assert.equal(interaction.status, 'COMPLETE');
  assert.deepEqual(interaction.legs.map((leg) => leg.role).sort(), ['ASSISTANT', 'DIALER']);
  await until('the live event arrives', () =>
    events.seen.some(
      (event) => event.interaction?.id === interaction.id && event.interaction.status === 'COMPLETE',
    ),
  );
  assert.ok((await fetch(`${BASE}/graphiql/`)).ok, 'GraphiQL is served');
  events.close();
} finally {
  process.kill(-server.pid, 'SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
}
// npm itself ends at the signal; the server behind it drains first, and takes its database with it.
for (const deadline = Date.now() + 15_000; (await answers()) || processesNaming(home).length > 0;) {
  assert.ok(Date.now() < deadline, `still running: ${processesNaming(home).join(', ')}`);
  await new Promise((resolve) => setTimeout(resolve, 100));
}
rmSync(home, { recursive: true, force: true });
console.log(
  'smoke: a clean clone took a Twilio call and a Vapi call, and showed one complete interaction, live',
);

function twilioCall() {
  const time = (seconds) => new Date(START + seconds * 1_000).toUTCString().replace('GMT', '+0000');
  const base = {
    AccountSid: 'AC00000000000000000000000000000000',
    CallSid: 'CA00000000000000000000000000000042',
    Direction: 'inbound',
    From: '+12025550142',
    To: '+12025550100',
    ApiVersion: '2010-04-01',
  };
  return [
    { ...base, CallStatus: 'ringing', SequenceNumber: '0', Timestamp: time(0) },
    { ...base, CallStatus: 'in-progress', SequenceNumber: '1', Timestamp: time(1) },
    {
      ...base,
      CallStatus: 'completed',
      SequenceNumber: '2',
      Timestamp: time(61),
      CallDuration: '60',
      Duration: '1',
    },
  ];
}

function vapiCall() {
  const iso = (seconds) => new Date(START + seconds * 1_000).toISOString();
  const call = {
    id: '5f0a2f3e-8a56-4c0e-9b1d-000000000042',
    type: 'inboundPhoneCall',
    createdAt: iso(1),
    assistantOverrides: { metadata: { interaction_id: ID } },
  };
  const customer = { number: '+12025550142' };
  const message = (type, seconds, rest) => ({
    type,
    timestamp: START + seconds * 1_000,
    call,
    customer,
    ...rest,
  });
  return [
    message('status-update', 2, { status: 'in-progress' }),
    message('end-of-call-report', 62, {
      startedAt: iso(2),
      endedAt: iso(61),
      endedReason: 'customer-ended-call',
      cost: 0.07,
      analysis: { summary: 'The customer asked when the shop opens.' },
      artifact: {
        messages: [
          { role: 'bot', message: 'Hello, how can I help?', time: START + 3_000, endTime: START + 5_000 },
          { role: 'user', message: 'When do you open?', time: START + 6_000, endTime: START + 8_000 },
        ],
      },
    }),
  ];
}

function signTwilio(url, form) {
  const text =
    url +
    Object.keys(form)
      .sort()
      .map((name) => name + form[name])
      .join('');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': createHmac('sha1', SECRET).update(text).digest('base64'),
  };
}

async function post(url, body, headers) {
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new URLSearchParams(body),
  });
  assert.equal(answer.status, 200, await answer.text());
}

async function graphql(key, query) {
  const answer = await fetch(`${BASE}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  });
  const result = await answer.json();
  assert.equal(result.errors, undefined, JSON.stringify(result.errors));
  return result;
}

function subscribe(key) {
  const client = createClient({
    url: `ws://localhost:${PORT}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${key}` },
  });
  const seen = [];
  let begin;
  const started = new Promise((resolve) => (begin = resolve));
  const query =
    'subscription { interactionFeed { __typename ... on FeedSnapshotEnd { cursor } ... on InteractionUpserted { interaction { id status } } } }';
  client.subscribe(
    { query },
    {
      next: ({ data }) => {
        seen.push(data.interactionFeed);
        if (data.interactionFeed.__typename === 'FeedSnapshotEnd') begin();
      },
      error: (error) => console.error('subscription failed', error),
      complete: () => undefined,
    },
  );
  return { seen, started, close: () => client.dispose() };
}

async function until(what, condition) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (await condition()) return;
    assert.ok(Date.now() < deadline && server.exitCode === null, `waited in vain until ${what}\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function step(name, work) {
  const begun = Date.now();
  work();
  console.log(`${name}: ${((Date.now() - begun) / 1_000).toFixed(1)} s`);
}

function lastLine(text) {
  return text.trim().split('\n').at(-1);
}

function answers() {
  return fetch(`${BASE}/healthz`).then(
    () => true,
    () => false,
  );
}

/** Command lines of running processes that name the folder. */
function processesNaming(folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return line.includes(folder) ? [line] : [];
      } catch {
        return [];
      }
    });
}
