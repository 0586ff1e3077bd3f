import { isPrecise } from '../../domain/calibration.js';
import type { Share } from '../../domain/calibration.js';
import { SourceStats } from '../../storage/source-stats.js';
import { SourceStore } from '../../storage/source-store.js';
import { TenantStore } from '../../storage/tenant-store.js';
import type { Command } from './commands.js';
import { UsageError } from './commands.js';
import { withDatabase } from './with-database.js';

/** `calibrate`: how well circumstantial evidence finds what keys have joined. */
export const calibrate: Command = {
  usage: 'calibrate --tenant <name>',
  sentence:
    'Hides the keys of joined calls and tells how many of them the score finds again; links without a person ' +
    'are switched off for pairs of sources below a precision of 99.5 %.',
  options: ['tenant'],
  run: (context, args) =>
    withDatabase(context, async ({ db }) => {
      const name = args.required('tenant');
      const tenant = await new TenantStore(db).byName(name);
      if (tenant === null) throw new UsageError(`There is no tenant ${name}.`);
      const sources = await new SourceStore(db).list(tenant.id);
      const nameOf = (id: string) => sources.find((source) => source.id === id)?.name ?? id;
      const pairs = await new SourceStats(db).calibrate(tenant.id, Date.now());
      if (pairs.length === 0) context.say('No two sources have joined calls by key yet.');
      for (const { dialerSourceId, assistantSourceId, calibration } of pairs)
        context.print(
          [
            `${nameOf(dialerSourceId)} + ${nameOf(assistantSourceId)}`,
            `${calibration.calls} calls`,
            `precision ${told(calibration.precision)}`,
            `recall ${told(calibration.recall)}`,
            `links without a person ${isPrecise(calibration) ? 'on' : 'off'}`,
          ].join('\t'),
        );
      return 0;
    }),
};

const percent = (rate: number): string => `${(rate * 100).toFixed(1)} %`;

const told = ({ hits, of, rate, low, high }: Share): string =>
  rate === null || low === null || high === null
    ? 'unknown'
    : `${percent(rate)} (${hits} of ${of}, 95 %: ${percent(low)} to ${percent(high)})`;
