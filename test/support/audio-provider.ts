import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** A provider of recordings on a real socket, which does with each path what the test says, and else answers 404. */
export class AudioProvider {
  readonly requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  readonly #paths = new Map<string, Behaviour>();

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<AudioProvider> {
    const server = http.createServer();
    const provider = new AudioProvider(server);
    server.on('request', (request, response) => provider.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** As a source's settings name it. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Says what happens at a path; answers its address. */
  at(path: string, behaviour: Behaviour): string {
    this.#paths.set(path, behaviour);
    return `http://${this.host}${path}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push({ path, headers: request.headers });
    const behaviour = this.#paths.get(path) ?? status(404);
    response.on('error', () => undefined);
    behaviour(request, response);
  }
}

export const status =
  (code: number): Behaviour =>
  (_request, response) =>
    void response.writeHead(code).end();

export const redirect =
  (location: string, code = 302): Behaviour =>
  (_request, response) =>
    void response.writeHead(code, { location }).end();

export const serve =
  (body: Buffer, headers: Record<string, string> = { 'content-type': 'audio/wav' }): Behaviour =>
  (_request, response) =>
    void response.writeHead(200, { 'content-length': String(body.length), ...headers }).end(body);

/** Announces more than it sends, and then says that it is done. */
export const tooShort =
  (body: Buffer): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': String(body.length + 10) });
    response.write(body, () => response.socket?.end());
  };

/** Breaks the connection half-way. */
export const brokenOff =
  (body: Buffer): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': String(body.length) });
    response.write(body.subarray(0, body.length >> 1), () => response.socket?.resetAndDestroy());
  };

/** Sends bytes for as long as anybody takes them, so many every so many ms; it never says how many. */
export const endless =
  (chunk: Buffer, everyMs: number): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'audio/mpeg' });
    const timer = setInterval(() => response.write(chunk), everyMs);
    response.once('close', () => clearInterval(timer));
  };

/** Takes the request and never answers. */
export const silent: Behaviour = () => undefined;
