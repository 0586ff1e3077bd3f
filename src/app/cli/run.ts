import { pino } from 'pino';
import { ThroughlineError } from '../../domain/errors.js';
import { InvalidEnvironment, readConfig } from '../config.js';
import { readArguments } from './arguments.js';
import { UsageError } from './commands.js';
import { COMMANDS, helpText, LATER } from './index.js';

/** Obeys one command line; answers the exit code: 0 well, 1 failed, 2 not understood. */
export async function runCommand(words: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const [name = 'help', ...rest] = words;
  if (name === 'help' || name === '--help') {
    print(helpText());
    return 0;
  }
  const command = COMMANDS[name];
  if (command === undefined) {
    say(
      LATER.includes(name)
        ? `The command ${name} is not part of this version yet.`
        : `There is no command ${name}.\n\n${helpText()}`,
    );
    return 2;
  }
  try {
    const config = readConfig(env);
    const log = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
    return await command.run({ config, log, say, print }, readArguments(rest, command.options));
  } catch (error) {
    if (error instanceof UsageError) say(`${error.message}\n\nUsage: ${command.usage}`);
    else if (error instanceof InvalidEnvironment || error instanceof ThroughlineError) say(error.message);
    else say(error instanceof Error ? error.message : 'It failed.');
    return error instanceof UsageError || error instanceof InvalidEnvironment ? 2 : 1;
  }
}
