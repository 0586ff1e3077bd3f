import { parseArgs } from 'node:util';
import type { Arguments } from './commands.js';
import { UsageError } from './commands.js';

/** Reads what follows a command; an unknown option or one without its value is a usage error. */
export function readArguments(words: string[], names: readonly string[]): Arguments {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true, strict: true });
    const option = (name: string) => (values[name] as string | undefined) ?? null;
    const required = (name: string) => {
      const value = option(name);
      if (value === null || value === '') throw new UsageError(`--${name} is missing.`);
      return value;
    };
    return { positional: positionals, option, required };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}
