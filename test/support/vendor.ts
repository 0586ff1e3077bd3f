import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

/** A request that a vendor got, as it came. */
export interface Received {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/**
 * What the vendor does with a request. `hang`: no answer, the connection stays. `cut`: the connection is cut after
 * the request was read. `half`: headers and half of a body, then cut.
 */
export type Behaviour =
  { status: number; body?: object | string; headers?: Record<string, string> } | 'hang' | 'cut' | 'half';

/** A vendor on this machine: it remembers every request and does as it is told. */
export class Vendor {
  readonly received: Received[] = [];
  readonly listeners: WebSocket[] = [];
  #answer: (request: Received) => Behaviour = () => ({ status: 200, body: {} });
  readonly #open = new Set<Socket>();

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    private readonly sockets: WebSocketServer,
  ) {}

  static async start(): Promise<Vendor> {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    const vendor = new Vendor(server, sockets);
    server.on('request', (request, response) => void vendor.#take(request, response));
    server.on('connection', (socket) => {
      vendor.#open.add(socket);
      socket.on('close', () => vendor.#open.delete(socket));
    });
    sockets.on('connection', (socket) => vendor.listeners.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return vendor;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on; a function decides by the request. */
  answers(behaviour: Behaviour | ((request: Received) => Behaviour)): void {
    this.#answer = typeof behaviour === 'function' ? behaviour : () => behaviour;
  }

  /** Forgets what it got and answers 200 again. */
  reset(): void {
    this.received.length = 0;
    this.answers({ status: 200, body: {} });
  }

  async close(): Promise<void> {
    for (const socket of this.listeners) socket.terminate();
    this.sockets.close();
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method = '', url: path = '', headers } = request;
    const received = { method, path, headers, body: Buffer.concat(parts).toString('utf8') };
    this.received.push(received);
    const behaviour = this.#answer(received);
    if (behaviour === 'hang') return;
    if (behaviour === 'cut') return void request.socket.destroy();
    if (behaviour === 'half') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"half', () => request.socket.destroy());
      return;
    }
    const { status, body = '', headers: more = {} } = behaviour;
    response.writeHead(status, { 'content-type': 'application/json', ...more });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

/** An address where nobody listens. */
export async function nowhere(): Promise<string> {
  const vendor = await Vendor.start();
  const { url } = vendor;
  await vendor.close();
  return url;
}
