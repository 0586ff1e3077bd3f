import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { changed } from '../../domain/policy.js';
import type { RunningServer } from '../compose.js';
import type { Config } from '../config.js';
import type { Database } from '../database.js';
import { faultName } from '../fault.js';
import { Demo } from './demo.js';

export interface DemoParts {
  server: RunningServer;
  database: Database;
  config: Config;
  log: Logger;
}

export interface RunningDemo {
  /** Null when the database already belongs to somebody: then there is no demo. */
  credentials: { key: string; tenant: string } | null;
  stop(): Promise<void>;
}

const TENANT = 'demo';
const SOURCES = { dialer: 'DIALER', assistant: 'ASSISTANT', human: 'HUMAN' } as const;
type SourceName = keyof typeof SOURCES;

/**
 * On an empty embedded database: the demo tenant, a week of past calls, and a gentle stream of new ones, all
 * through the door that real records take. On later starts the stream goes on.
 */
export async function startDemo({ server, database, config, log }: DemoParts): Promise<RunningDemo> {
  const isEmpty = (await server.tenants.all()).length === 0;
  const known = await server.tenants.byName(TENANT);
  if (!isEmpty && known === null) return { credentials: null, stop: () => Promise.resolve() };
  const tenant = known ?? (await server.tenants.ensure(TENANT));
  const key = await demoKey(server, config, tenant.id);
  for (const name of Object.keys(SOURCES) as SourceName[]) await ensureSource(server, tenant.id, name);
  await analyzeByItself(server, tenant.id);
  const demo = new Demo({
    send: async (source, records) => {
      await server.ingest.receiveRecords(tenant.id, source, records);
    },
    now: Date.now,
    onError: (error) => log.warn({ fault: faultName(error) }, 'a simulated record was not taken'),
    seed: randomBytes(4).readUInt32BE(),
  });
  const filled: unknown[] = await database.db.query(
    'select 1 from interaction where tenant_id = $1 limit 1',
    [tenant.id],
  );
  const backfill = filled.length > 0 ? Promise.resolve() : demo.backfill().catch(() => undefined);
  demo.start();
  return {
    credentials: { key, tenant: TENANT },
    stop: async () => {
      await demo.stop();
      await backfill;
    },
  };
}

async function ensureSource(server: RunningServer, tenantId: string, name: SourceName): Promise<void> {
  if ((await server.sources.byName(tenantId, name)) !== null) return;
  await server.sources.add({
    tenantId,
    name,
    provider: 'neutral',
    role: SOURCES[name],
    secret: null,
    timeZone: 'UTC',
    settings: {},
  });
}

/** Calls of the demo are analysed when they end. Whoever has changed the tenant's policy since then is not overruled. */
async function analyzeByItself({ policies }: RunningServer, tenantId: string): Promise<void> {
  const { policy, changedAt } = await policies.current(tenantId);
  if (changedAt !== null) return;
  const by = { changedBy: 'demo', reason: 'The demo shows analyses of its calls.' };
  await policies.update(tenantId, policy.version, changed(policy, { analyzeOnEnd: true }), by, Date.now());
}

/** The demo's admin key is kept beside the embedded database, so that every start can show it. */
async function demoKey(server: RunningServer, config: Config, tenantId: string): Promise<string> {
  const file = join(config.dataDir, 'demo-key');
  const kept = read(file);
  if (kept !== null && (await server.keys.authenticate(kept, Date.now()))?.tenantId === tenantId) return kept;
  const { key } = await server.keys.create({ tenantId, name: 'demo', role: 'ADMIN', expiresAt: null });
  mkdirSync(config.dataDir, { recursive: true });
  writeFileSync(file, key, { mode: 0o600 });
  chmodSync(file, 0o600);
  return key;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
