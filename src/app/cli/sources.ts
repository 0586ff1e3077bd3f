import { readFile } from 'node:fs/promises';
import type { Json, JsonObject } from '../../domain/record.js';
import type { RecordingSettings } from '../../domain/recording.js';
import { faultsOfSettings, recordingSettings, SETTINGS } from '../../domain/recording.js';
import { ROLES, isOneOf } from '../../domain/words.js';
import { webhookUrl } from '../../graphql/source/webhook-url.js';
import { SOURCE_PROVIDERS } from '../../ingest/providers/index.js';
import { SourceAdmin } from '../../storage/source-admin.js';
import { SourceStore } from '../../storage/source-store.js';
import { TenantStore } from '../../storage/tenant-store.js';
import type { Arguments, Command, CommandContext } from './commands.js';
import { BY_COMMAND, UsageError } from './commands.js';
import { withDatabase } from './with-database.js';

/** `sources add|list`: the systems that report to us. */
export const sources: Command = {
  usage:
    'sources add --tenant <name> --name <slug> --provider <provider> --role <ROLE> [--secret <s>] [--timezone <tz>] [--settings <json>] | sources list --tenant <name> | sources recordings --tenant <name> --name <slug> --file <settings.json>',
  sentence: 'Sources: add one and see its webhook URL, list them, or say how recordings are treated.',
  options: ['tenant', 'name', 'provider', 'role', 'secret', 'timezone', 'settings', 'file'],
  run: (context, args) =>
    withDatabase(context, async ({ db }) => {
      const tenants = new TenantStore(db);
      const store = new SourceStore(db);
      const admin = new SourceAdmin(db, SOURCE_PROVIDERS);
      const [action] = args.positional;
      if (action === 'add') {
        const provider = providerOf(args);
        const role = roleOf(args);
        const tenant = await tenants.ensure(args.required('tenant'));
        const wanted = {
          tenantId: tenant.id,
          name: args.required('name'),
          provider,
          role,
          secret: args.option('secret'),
          timeZone: args.option('timezone') ?? 'UTC',
          settings: settingsOf(args),
        };
        const source = await admin.add(wanted, BY_COMMAND, Date.now());
        context.say(
          `Tenant ${tenant.name} (${tenant.id}) has the source ${source.name} (${provider}, ${role}).`,
        );
        if (provider !== 'neutral' && args.option('secret') === null)
          context.say(
            'It has no secret, so no signature can be verified: only requests with an INGEST key are taken.',
          );
        context.print(webhookUrl(context.config.publicUrl, source.name, tenant.id));
        return 0;
      }
      if (action !== 'list' && action !== 'recordings')
        throw new UsageError('Say sources add, sources list or sources recordings.');
      const tenant = await tenants.byName(args.required('tenant'));
      if (tenant === null) throw new UsageError(`There is no tenant ${args.required('tenant')}.`);
      if (action === 'recordings') return setRecordings(context, args, tenant.id, { store, admin });
      for (const source of await store.list(tenant.id))
        context.print(
          [
            source.name,
            source.provider,
            source.role,
            webhookUrl(context.config.publicUrl, source.name, tenant.id),
          ].join('\t'),
        );
      return 0;
    }),
};

/** From a file: a command line is seen by others, and stays in its shell's history. */
async function setRecordings(
  context: CommandContext,
  args: Arguments,
  tenantId: string,
  { store, admin }: { store: SourceStore; admin: SourceAdmin },
): Promise<number> {
  const stated = await readSettings(args.required('file'));
  const name = args.required('name');
  const held = await store.byName(tenantId, name);
  if (held === null) throw new UsageError(`There is no source ${name}.`);
  const defaults = Object.fromEntries(SETTINGS.map((setting) => [setting, null]));
  const recordings = { ...defaults, ...stated };
  const source = await admin.change(tenantId, held.id, { recordings }, BY_COMMAND, Date.now());
  const { mode, hosts } = recordingSettings(source.provider, source.settings);
  context.say(
    mode === 'FETCH'
      ? `Recordings of ${name} are fetched from ${hosts.join(', ') || 'its trusted hosts alone'}.`
      : `Recordings of ${name} are only referred to.`,
  );
  return 0;
}

async function readSettings(file: string): Promise<Partial<RecordingSettings>> {
  const settings = await readFile(file, 'utf8')
    .then((text) => JSON.parse(text) as Json)
    .catch(() => {
      throw new UsageError(`${file} cannot be read as JSON.`);
    });
  const faults = faultsOfSettings(settings);
  if (faults.length > 0)
    throw new UsageError(
      faults.map(({ setting, fault }) => `${setting ?? 'The settings'} ${fault}.`).join('\n'),
    );
  return settings as Partial<RecordingSettings>;
}

function providerOf(args: Arguments): string {
  const provider = args.required('provider').toLowerCase();
  if (!SOURCE_PROVIDERS.includes(provider))
    throw new UsageError(
      `--provider must be one of ${SOURCE_PROVIDERS.join(', ')}. Other systems can send neutral records.`,
    );
  return provider;
}

/** What the provider's README and the README's section on acting on calls name. */
function settingsOf(args: Arguments): JsonObject {
  const text = args.option('settings');
  if (text === null) return {};
  try {
    const settings = JSON.parse(text) as Json;
    if (settings !== null && typeof settings === 'object' && !Array.isArray(settings)) return settings;
  } catch {
    // Said below, as of any other text that is no object.
  }
  throw new UsageError(
    `--settings must be an object in JSON, such as '{"control":{"queue":"+12025550123"}}'.`,
  );
}

function roleOf(args: Arguments) {
  const role = args.required('role').toUpperCase();
  if (!isOneOf(ROLES, role)) throw new UsageError(`--role must be one of ${ROLES.join(', ')}.`);
  return role;
}
