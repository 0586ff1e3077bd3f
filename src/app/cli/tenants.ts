import type { PlaceChange } from '../../storage/tenant-admin.js';
import { TenantAdmin } from '../../storage/tenant-admin.js';
import { TenantStore } from '../../storage/tenant-store.js';
import type { Arguments, Command } from './commands.js';
import { BY_COMMAND, UsageError } from './commands.js';
import { withDatabase } from './with-database.js';

/** Counting a large tenant's funnel anew takes as long as it takes. */
const PATIENCE_MS = 600_000;

/** `tenants list|set`: the companies whose data this is, and where they are. */
export const tenants: Command = {
  usage: 'tenants list | tenants set --tenant <name> [--timezone <tz>] [--country <CC>]',
  sentence:
    'Tenants: list them, or say in which time zone "today" is meant and of which country short numbers are.',
  options: ['tenant', 'timezone', 'country'],
  run: (context, args) =>
    withDatabase(
      context,
      async ({ db }) => {
        const store = new TenantStore(db);
        const [action] = args.positional;
        if (action === 'list') {
          for (const { id, name, timeZone, defaultCountry } of await store.all())
            context.print([name, id, timeZone, defaultCountry].join('\t'));
          return 0;
        }
        if (action !== 'set') throw new UsageError('Say tenants list or tenants set.');
        const change = changeOf(args);
        const tenant = await store.byName(args.required('tenant'));
        if (tenant === null) throw new UsageError(`There is no tenant ${args.required('tenant')}.`);
        const place = await new TenantAdmin(db).place(tenant.id, change, BY_COMMAND, Date.now());
        context.print([tenant.name, tenant.id, place.timeZone, place.defaultCountry].join('\t'));
        if (place.defaultCountry !== tenant.defaultCountry)
          context.say(`Numbers that are here already are read anew by: rebuild --tenant ${tenant.name}`);
        return 0;
      },
      { statementTimeoutMs: PATIENCE_MS },
    ),
};

function changeOf(args: Arguments): PlaceChange {
  const [timeZone, defaultCountry] = [args.option('timezone'), args.option('country')];
  if (timeZone === null && defaultCountry === null)
    throw new UsageError('Say --timezone, --country or both.');
  return {
    ...(timeZone === null ? {} : { timeZone }),
    ...(defaultCountry === null ? {} : { defaultCountry }),
  };
}
