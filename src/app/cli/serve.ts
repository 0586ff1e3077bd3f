import { openDatabase } from '../database.js';
import { startDemo } from '../demo/start.js';
import type { RunningServer } from '../compose.js';
import { startServer } from '../compose.js';
import type { CommandContext, Command } from './commands.js';

const DRAIN_MS = 1_000;
/** After this an orderly end is given up. */
const PATIENCE_MS = 10_000;

/** `serve`: the whole product in one process, until it is told to stop. */
export const serve: Command = {
  usage: 'serve',
  sentence:
    'Starts the server, with an embedded PostgreSQL unless DATABASE_URL is set. `npm start` does this.',
  options: [],
  run: async (context) => {
    const stopped = stopSignal();
    const { config, log, say } = context;
    const database = await openDatabase(config, say);
    const closers: (() => Promise<void>)[] = [() => database.close()];
    try {
      const demoMode = config.demo && database.isEmbedded;
      const demo = { key: '', tenant: '' };
      const server = await startServer({
        config,
        database,
        log,
        drainMs: DRAIN_MS,
        demo: demoMode ? demo : null,
      });
      closers.push(() => server.close());
      const running = demoMode ? await startDemo({ server, database, config, log }) : null;
      if (running !== null) {
        Object.assign(demo, running.credentials ?? {});
        closers.push(() => running.stop());
      }
      welcome(context, server, database.description, demo.key === '' ? null : demo);
      await stopped;
      say('Stopping.');
      setTimeout(() => process.exit(1), PATIENCE_MS).unref();
      return 0;
    } finally {
      for (const close of closers.reverse()) await close();
      say('Stopped.');
    }
  },
};

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve());
  });

/** What a new user needs: where to look, with which key, and what to ask first. */
function welcome(
  { config, say }: CommandContext,
  server: RunningServer,
  database: string,
  demo: { key: string; tenant: string } | null,
): void {
  const { url } = server;
  const lines = [
    '',
    `  Throughline is ready at ${url}`,
    '',
    `    GraphiQL       ${url}/graphiql`,
    `    GraphQL        ${url}/graphql        (WebSocket: ${url.replace('http', 'ws')}/graphql)`,
    `    Records        POST ${config.publicUrl}/ingest/<source>`,
    `    Health         ${url}/healthz  ${url}/readyz  ${url}/metrics`,
    `    Database       ${database}`,
    '',
    ...(demo === null ? noDemo() : firstQuery(url, demo)),
    '',
  ];
  for (const line of lines) say(line);
}

const noDemo = (): string[] => [
  '  Make a key:    npm run throughline -- keys create --tenant <name> --role ADMIN',
  '  Add a source:  npm run throughline -- sources add --tenant <name> --name <slug> --provider <provider> --role <ROLE>',
];

const firstQuery = (url: string, demo: { key: string; tenant: string }): string[] => [
  `  Demo tenant "${demo.tenant}", admin key: ${demo.key}`,
  '',
  '  Paste this:',
  '',
  `    curl -s ${url}/graphql -H 'authorization: Bearer ${demo.key}' -H 'content-type: application/json' \\`,
  `      -d '{"query":"{ interactions(first: 5) { nodes { startedAt status dropStage customer { address } why { headline } segments { role state } } } }"}'`,
];
