import type { Logger } from 'pino';
import type { Decision } from '../../storage/removal/deletion-store.js';
import type { Config } from '../config.js';

/** What every command is given. */
export interface CommandContext {
  config: Config;
  log: Logger;
  /** For the person who waits: standard error. */
  say: (line: string) => void;
  /** For the next program: standard output. */
  print: (line: string) => void;
}

/** A command line that cannot be obeyed; the message says how it is written. */
export class UsageError extends Error {}

export interface Command {
  usage: string;
  sentence: string;
  /** Options that take a value, by name. */
  options: readonly string[];
  /** Answers the exit code. */
  run(context: CommandContext, args: Arguments): Promise<number>;
}

export interface Arguments {
  positional: string[];
  option(name: string): string | null;
  required(name: string): string;
}

/** Whom the audit log names: whoever can run commands beside the database may do everything. */
export const BY_COMMAND: Decision = { actor: { id: 'command line', role: 'ADMIN' }, reason: null };
