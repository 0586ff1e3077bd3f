import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.js';
import type { Database } from '../database.js';
import { openDatabase } from '../database.js';
import type { Command } from './commands.js';

/** What was looked at, whether it is well, and what exactly mends it. */
interface Finding {
  what: string;
  /** Null: well. */
  fault: string | null;
  fix: string | null;
}

const well = (what: string): Finding => ({ what, fault: null, fix: null });

/** `doctor`: looks at everything that can be wrong with an installation and prints the exact fix of each fault. */
export const doctor: Command = {
  usage: 'doctor',
  sentence: 'Looks for faults of this installation and prints the fix of each.',
  options: [],
  run: async ({ config, print, say }) => {
    const findings = [dataFolder(config), bundle(), await port(config), ...(await database(config, say))];
    for (const { what, fault, fix } of findings) {
      print(fault === null ? `ok     ${what}` : `FAULT  ${what}: ${fault}`);
      if (fix !== null) print(`       fix: ${fix}`);
    }
    const faults = findings.filter((finding) => finding.fault !== null).length;
    print(faults === 0 ? 'Everything is well.' : `${faults} fault${faults === 1 ? '' : 's'} found.`);
    return faults === 0 ? 0 : 1;
  },
};

function dataFolder({ databaseUrl, dataDir }: Config): Finding {
  const what = 'data folder';
  if (databaseUrl !== null) return well(`${what} (not needed: DATABASE_URL is set)`);
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
    return well(`${what} ${dataDir}`);
  } catch {
    return {
      what,
      fault: `${dataDir} cannot be written`,
      fix: 'set THROUGHLINE_DATA_DIR to a folder that you may write, or DATABASE_URL',
    };
  }
}

function bundle(): Finding {
  const index = fileURLToPath(new URL('../../../graphiql/index.html', import.meta.url));
  if (existsSync(index)) return well('GraphiQL bundle');
  return { what: 'GraphiQL bundle', fault: 'it has not been built', fix: 'run npm ci, then npm run build' };
}

async function port(config: Config): Promise<Finding> {
  const what = `port ${config.port}`;
  if (await isFree(config)) return well(`${what} is free`);
  const ours = await fetch(`http://localhost:${config.port}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );
  if (ours) return well(`${what}: a server answers`);
  return {
    what,
    fault: 'another program listens there',
    fix: `stop it, or start with another port: PORT=${config.port + 1} npm start`,
  };
}

const isFree = (config: Config): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(config.port, config.host, () => probe.close(() => resolve(true)));
  });

async function database(config: Config, say: (line: string) => void): Promise<Finding[]> {
  let opened: Database;
  try {
    opened = await openDatabase(config, say);
  } catch (error) {
    const fix =
      config.databaseUrl === null
        ? 'run npm ci so that the embedded PostgreSQL is installed, or set DATABASE_URL'
        : 'check DATABASE_URL: host, port, user, password and database, and that PostgreSQL runs there';
    return [{ what: 'database', fault: (error as Error).message, fix }];
  }
  try {
    return [well(`database: ${opened.description}, migrated`), ...(await contents(opened))];
  } finally {
    await opened.close();
  }
}

async function contents({ db }: Database): Promise<Finding[]> {
  const [state]: { version: number; tenants: number; keys: number; backlog: number; rejected: number }[] =
    await db.query(
      `select current_setting('server_version_num')::int as version,
            (select count(*)::int from tenant) as tenants,
            (select count(*)::int from api_key where revoked_at is null and (expires_at is null or expires_at > now())) as keys,
            (select count(*)::int from change where position is null and at < now() - interval '1 minute') as backlog,
            (select count(*)::int from rejected_record where replayed_at is null) as rejected`,
    );
  const silent: { name: string; tenant: string }[] = await db.query(
    `select s.name, t.name as tenant from source s join tenant t on t.id = s.tenant_id where s.last_record_at is null order by 2, 1`,
  );
  const unsigned: { name: string; tenant: string; provider: string }[] = await db.query(
    `select s.name, t.name as tenant, s.provider from source s join tenant t on t.id = s.tenant_id
      where s.provider <> 'neutral' and s.secret is null order by 2, 1`,
  );
  if (state === undefined) return [];
  return [
    state.version >= 150_000
      ? well('PostgreSQL version')
      : { what: 'PostgreSQL version', fault: 'older than 15', fix: 'upgrade PostgreSQL to 15 or later' },
    state.tenants > 0 && state.keys > 0
      ? well(`${state.tenants} tenant(s), ${state.keys} live key(s)`)
      : {
          what: 'API keys',
          fault: 'no live key',
          fix: 'npm run throughline -- keys create --tenant <name> --role ADMIN',
        },
    state.backlog === 0
      ? well('change feed is numbered')
      : {
          what: 'change feed',
          fault: `${state.backlog} changes wait for their position for over a minute`,
          fix: 'start a server on this database: npm start',
        },
    state.rejected === 0
      ? well('no rejected records')
      : {
          what: 'rejected records',
          fault: `${state.rejected} could not be read`,
          fix: 'see their reasons: query { rejectedRecords { nodes { reason field } } }',
        },
    ...silent.map(({ name, tenant }) => ({
      what: `source ${tenant}/${name}`,
      fault: 'nothing ever came from it',
      fix: `give its webhook URL to the provider: npm run throughline -- sources list --tenant ${tenant}`,
    })),
    ...unsigned.map(({ name, tenant, provider }) => ({
      what: `source ${tenant}/${name}`,
      fault: 'it has no secret, so its webhooks are refused',
      fix: `add it anew under another name with --secret, as ${provider} shows it`,
    })),
  ];
}
