import { pino } from 'pino';
import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { RunningServer, ServerOptions } from '../../src/app/compose.js';
import { startServer } from '../../src/app/compose.js';
import { readConfig } from '../../src/app/config.js';
import type { Database } from '../../src/app/database.js';
import type { ApiRole, Role } from '../../src/domain/words.js';
import { createDataSource } from '../../src/storage/data-source.js';
import { testDatabase } from './database.js';

export interface Answer<T = Record<string, unknown>> {
  status: number;
  data: T;
  errors: { message: string; path?: (string | number)[]; extensions: { code: string; field?: string } }[];
}

/** The whole server on a free port over a database of its own, as a client meets it. */
export class TestServer {
  readonly lines: string[] = [];
  readonly #clients: Client[] = [];

  private constructor(
    readonly server: RunningServer,
    readonly database: Database,
    private readonly drop: () => Promise<void>,
    lines: string[],
  ) {
    this.lines = lines;
  }

  static async start(options: Partial<ServerOptions> = {}, env: NodeJS.ProcessEnv = {}): Promise<TestServer> {
    const { url, drop } = await testDatabase();
    const db = await createDataSource(url).initialize();
    const database: Database = { url, db, isEmbedded: false, description: 'test', close: () => db.destroy() };
    const lines: string[] = [];
    const log = pino({ level: 'trace', base: null }, { write: (line: string) => void lines.push(line) });
    const config = readConfig({ PORT: '0', ...env });
    const server = await startServer({ config, database, log, ...options });
    return new TestServer(server, database, drop, lines);
  }

  get url(): string {
    return this.server.url;
  }

  /** A new key of the role in the tenant, which is made when it is new. */
  async key(tenant: string, role: ApiRole = 'ADMIN', expiresAt: number | null = null): Promise<string> {
    const { id } = await this.server.tenants.ensure(tenant);
    return (await this.server.keys.create({ tenantId: id, name: role, role, expiresAt })).key;
  }

  /** A new source; answers its webhook URL. */
  async source(
    tenant: string,
    name: string,
    provider: string,
    role: Role,
    secret: string | null = null,
  ): Promise<string> {
    const { id } = await this.server.tenants.ensure(tenant);
    await this.server.sources.add({
      tenantId: id,
      name,
      provider,
      role,
      secret,
      timeZone: 'UTC',
      settings: {},
    });
    return `${this.url}/ingest/${name}?tenant=${id}`;
  }

  async graphql<T = Record<string, never>>(
    key: string,
    query: string,
    variables: object = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = (await response.json()) as Answer<T>;
    return { status: response.status, data, errors };
  }

  async post(
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(path.startsWith('http') ? path : this.url + path, {
      method: 'POST',
      body,
      headers,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** A client of graphql-ws, as integrators use it. */
  client(key: string, options: { onClosed?: (event: unknown) => void; retryAttempts?: number } = {}): Client {
    const client = createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${key}` },
      retryAttempts: options.retryAttempts ?? 0,
      ...(options.onClosed ? { on: { closed: options.onClosed } } : {}),
    });
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.dispose()));
    await this.server.close();
    await this.database.close();
    await this.drop();
  }
}
