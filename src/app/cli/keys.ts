import { API_ROLES, isOneOf } from '../../domain/words.js';
import { NotFound } from '../../domain/errors.js';
import { KeyAdmin } from '../../storage/key-admin.js';
import { KeyStore } from '../../storage/key-store.js';
import { TenantStore } from '../../storage/tenant-store.js';
import { withDatabase } from './with-database.js';
import type { Arguments, Command } from './commands.js';
import { BY_COMMAND, UsageError } from './commands.js';

/** `keys create|list|revoke`: API keys. A key is shown once, when it is made. */
export const keys: Command = {
  usage:
    'keys create --tenant <name> --role <ROLE> [--name <text>] [--expires <ISO>] | keys list --tenant <name> | keys revoke <id> --tenant <name>',
  sentence: 'API keys: make one, list them, take one back.',
  options: ['tenant', 'role', 'name', 'expires'],
  run: (context, args) =>
    withDatabase(context, async ({ db }) => {
      const [action, id] = args.positional;
      const tenants = new TenantStore(db);
      const admin = new KeyAdmin(db);
      if (action === 'create') {
        const role = roleOf(args);
        const expiresAt = expiryOf(args);
        const tenant = await tenants.ensure(args.required('tenant'));
        const name = args.option('name') ?? role.toLowerCase();
        const wanted = { tenantId: tenant.id, name, role, expiresAt };
        const { key } = await admin.create(wanted, BY_COMMAND, Date.now());
        context.say(
          `Tenant ${tenant.name} (${tenant.id}): a new key of the role ${role}. It is not shown again.`,
        );
        context.print(key);
        return 0;
      }
      const tenant = await tenants.byName(args.required('tenant'));
      if (tenant === null) throw new UsageError(`There is no tenant ${args.required('tenant')}.`);
      if (action === 'list') {
        for (const key of await new KeyStore(db).list(tenant.id)) context.print(describe(key));
        return 0;
      }
      if (action !== 'revoke' || id === undefined)
        throw new UsageError('Say keys create, keys list or keys revoke <id>.');
      const revoked = await admin.revoke(tenant.id, id, BY_COMMAND, Date.now()).then(
        () => true,
        (error: unknown) => {
          if (error instanceof NotFound) return false;
          throw error;
        },
      );
      context.say(revoked ? `Key ${id} is revoked.` : `Tenant ${tenant.name} has no live key ${id}.`);
      return revoked ? 0 : 1;
    }),
};

function roleOf(args: Arguments) {
  const role = args.required('role').toUpperCase();
  if (!isOneOf(API_ROLES, role)) throw new UsageError(`--role must be one of ${API_ROLES.join(', ')}.`);
  return role;
}

function expiryOf(args: Arguments): number | null {
  const text = args.option('expires');
  if (text === null) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new UsageError('--expires must be an ISO date and time, such as 2027-01-31T00:00:00Z.');
  return at;
}

function describe(key: {
  id: string;
  role: string;
  name: string;
  expiresAt: number | null;
  lastUsedAt: number | null;
  revokedAt: number | null;
}): string {
  const time = (at: number | null) => (at === null ? '-' : new Date(at).toISOString());
  return [
    key.id,
    key.role,
    key.name,
    `expires ${time(key.expiresAt)}`,
    `used ${time(key.lastUsedAt)}`,
    `revoked ${time(key.revokedAt)}`,
  ].join('\t');
}
