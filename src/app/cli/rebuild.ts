import { namespaceOf } from '../../ingest/providers/index.js';
import { SourceStore } from '../../storage/source-store.js';
import { TenantStore } from '../../storage/tenant-store.js';
import { TraceStore } from '../../storage/trace/trace-store.js';
import type { Command } from './commands.js';
import { UsageError } from './commands.js';
import { withDatabase } from './with-database.js';

/** `rebuild`: makes all that follows from a tenant's source records anew. Works while the server runs. */
export const rebuild: Command = {
  usage: 'rebuild --tenant <name>',
  sentence: 'Makes calls, legs and interactions anew from the source records and what people decided.',
  options: ['tenant'],
  run: (context, args) =>
    withDatabase(context, async ({ db }) => {
      const name = args.required('tenant');
      const tenant = await new TenantStore(db).byName(name);
      if (tenant === null) throw new UsageError(`There is no tenant ${name}.`);
      const sources = await new SourceStore(db).list(tenant.id);
      const namespaces = new Map(sources.map(({ id, provider }) => [id, namespaceOf(provider)]));
      const legs = await new TraceStore(db).rebuild(tenant.id, namespaces, Date.now(), (done) =>
        context.say(`${done} legs`),
      );
      context.print(`${legs} legs of ${tenant.name} were made anew.`);
      return 0;
    }),
};
