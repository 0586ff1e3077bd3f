import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import { runCommand } from './app/cli/run.js';

// Rows that are read die young here. V8 guesses otherwise once a few lists have been answered, puts all later
// ones among the old objects, and an export fills the heap with what only a full collection finds.
setFlagsFromString('--no-allocation-site-pretenuring');

process.exitCode = await runCommand(process.argv.slice(2), process.env);
