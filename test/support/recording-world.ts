import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServerOptions } from '../../src/app/compose.js';
import { AudioProvider } from './audio-provider.js';
import { eventually } from './eventually.js';
import { TestServer } from './server.js';

/** A recording as GraphQL shows it. */
export interface ShownRecording {
  state: string;
  reason: string | null;
  url: string | null;
  downloadUrl: string | null;
  isKept: boolean;
  bytes: number | null;
  contentType: string | null;
  durationMs: number | null;
  offsetMs: number | null;
  fetchedAt: string | null;
  expiresAt: string | null;
}

const RECORDING =
  'recording { state reason url downloadUrl isKept bytes contentType durationMs offsetMs fetchedAt expiresAt }';

/** A server that keeps recordings, and a provider that it has them from. */
export class RecordingWorld {
  #version = 0;

  private constructor(
    readonly server: TestServer,
    readonly provider: AudioProvider,
    readonly admin: string,
    readonly clock: { now: number },
    private readonly folder: string,
  ) {}

  /** Two tenants, `acme` with the source `dialer`, whose recordings are fetched from the provider. */
  static async start(
    options: Partial<ServerOptions> = {},
    env: NodeJS.ProcessEnv = {},
  ): Promise<RecordingWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'recordings-'));
    const clock = { now: Date.parse('2026-09-14T15:00:00Z') };
    const server = await TestServer.start(
      { now: () => clock.now, ...options },
      { RECORDINGS_URL: pathToFileURL(folder).href, ...env },
    );
    const provider = await AudioProvider.start();
    const world = new RecordingWorld(server, provider, await server.key('acme'), clock, folder);
    await world.source('dialer', 'neutral');
    return world;
  }

  /** A source whose recordings are fetched, unless its settings say otherwise. */
  async source(name: string, provider: string, recordings: object = {}): Promise<void> {
    await this.server.source('acme', name, provider, 'DIALER');
    await this.settings(name, recordings);
  }

  async settings(name: string, recordings: object): Promise<void> {
    const said = { mode: 'FETCH', trustedHosts: [this.provider.host], ...recordings };
    await this.query('update source set settings = $1 where name = $2', [
      JSON.stringify({ recordings: said }),
      name,
    ]);
  }

  query<T extends object>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.server.database.db.query<T[]>(sql, parameters);
  }

  /** Sends a record of a call with this recording; answers the call's id. */
  async say(externalId: string, recording: object, fields: object = {}): Promise<string> {
    this.#version += 1;
    const record = {
      externalId,
      version: String(this.#version),
      occurredAt: '2026-09-14T14:50:00Z',
      startedAt: '2026-09-14T14:50:00Z',
      ...fields,
      recording,
    };
    const { status, body } = await this.server.post('/ingest/dialer', JSON.stringify(record), {
      'content-type': 'application/json',
      authorization: `Bearer ${this.admin}`,
    });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return this.callId(externalId);
  }

  async callId(externalId: string): Promise<string> {
    const [leg] = await this.query<{ id: string }>('select id from leg where external_id = $1', [externalId]);
    return leg?.id ?? '';
  }

  async recording(callId: string, key = this.admin): Promise<ShownRecording> {
    const query = `query ($id: ID!) { call(id: $id) { ${RECORDING} } }`;
    type Data = { call: { recording: ShownRecording } };
    const { data } = await this.server.graphql<Data>(key, query, { id: callId });
    return data.call.recording;
  }

  /** Waits until the recording is in this state, and answers it. */
  async until(callId: string, state: string): Promise<ShownRecording> {
    await eventually(async () => {
      const shown = await this.recording(callId);
      if (shown.state !== state) throw new Error(`it is ${shown.state}: ${shown.reason}`);
    });
    return this.recording(callId);
  }

  /** Begins what waits for its time, as if the time had come. */
  async hurry(): Promise<void> {
    await this.query('update graphile_worker._private_jobs set run_at = now()');
    await this.query(`select graphile_worker.add_job('nothing', job_key := 'wake')`);
  }

  /** The keys of all copies that are kept as files. */
  async files(): Promise<string[]> {
    return (await readdir(this.folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.folder, join(entry.parentPath, entry.name)));
  }

  get(callIdOrUrl: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    const url = callIdOrUrl.startsWith('http')
      ? callIdOrUrl
      : `${this.server.url}${callIdOrUrl.startsWith('/') ? '' : '/recordings/'}${callIdOrUrl}`;
    return fetch(url, { method, headers, redirect: 'manual' });
  }

  /** With the administrator's key. */
  getAs(key: string, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return this.get(path, { authorization: `Bearer ${key}`, ...headers }, method);
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.provider.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
