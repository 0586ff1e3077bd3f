import 'reflect-metadata';
import { runCommand } from './app/cli/run.js';

process.exitCode = await runCommand(process.argv.slice(2), process.env);
