import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Answer } from './server.js';

/** Starting takes seconds on a busy machine. */
const START_MS = 60_000;

/** The server as the operating system runs it: a process of its own, which can be killed. */
export class ServerProcess {
  readonly #clients: Client[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** On a migrated database, and on any free port. */
  static async start(databaseUrl: string, env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
    const child = spawn(process.execPath, ['dist/src/main.js', 'serve'], {
      env: { ...process.env, DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'silent', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new ServerProcess(child, await addressOf(child));
  }

  async graphql<T>(key: string, query: string, variables: object = {}): Promise<T> {
    const { status, body } = await this.post('/graphql', key, { query, variables });
    const { data, errors } = body as Partial<Answer<T>>;
    if (errors !== undefined || data === undefined) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return data;
  }

  async post(path: string, key: string, body: object): Promise<{ status: number; body: unknown }> {
    const response = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  /** What a subscription of one field tells from now on, over a WebSocket of its own. */
  follow<T>(key: string, query: string, variables: Record<string, unknown> = {}): T[] {
    const client = createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${key}` },
      retryAttempts: 0,
    });
    this.#clients.push(client);
    const told: T[] = [];
    client.subscribe<Record<string, T>>(
      { query, variables },
      {
        next: ({ data }) => told.push(...Object.values(data ?? {})),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    return told;
  }

  /** A number that the process tells of itself. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 'NaN');
  }

  /** Ends it without a word, as a crash or a lost machine does. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.dispose()));
    await this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }
}

/** Where it listens, by its own words. A process that does not come up is ended, and what it said is the error. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = () => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`the server process did not start: ${said}`));
    };
    const timer = setTimeout(fail, START_MS);
    child.once('exit', fail);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [, url] = /ready at (http:\/\/\S+)/.exec(said) ?? [];
      if (url === undefined) return;
      clearTimeout(timer);
      child.off('exit', fail);
      resolve(url);
    });
  });
}
