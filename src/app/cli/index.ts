import { calibrate } from './calibrate.js';
import type { Command } from './commands.js';
import { doctor } from './doctor.js';
import { exportInteractions } from './export.js';
import { importRecords } from './import.js';
import { keys } from './keys.js';
import { migrate } from './migrate.js';
import { rebuild } from './rebuild.js';
import { schema } from './schema.js';
import { serve } from './serve.js';
import { sources } from './sources.js';
import { tenants } from './tenants.js';

/** Every command there is. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  serve,
  migrate,
  keys,
  sources,
  tenants,
  import: importRecords,
  export: exportInteractions,
  rebuild,
  calibrate,
  doctor,
  schema,
};

/** Commands that the documentation announces and this version does not have. */
export const LATER: readonly string[] = ['simulate'];

export function helpText(): string {
  const lines = Object.values(COMMANDS).map(
    ({ usage, sentence }) => `  ${usage.split(' | ').join('\n  ')}\n      ${sentence}`,
  );
  return ['Usage: npm run throughline -- <command>', '', ...lines].join('\n');
}
