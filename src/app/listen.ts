import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Closed, Listening, Opened } from '../control/listening.js';
import type { Hearing, RelayOptions } from '../control/relay.js';
import { relay, RELAY_CLOSE } from '../control/relay.js';
import { may } from '../domain/permissions.js';
import type { Viewer } from '../graphql/context.js';
import { actorOf } from '../graphql/context.js';
import type { Authenticator } from './authenticate.js';
import { HTTP_NEEDS } from './http-needs.js';

export interface ListenParts {
  authenticator: Authenticator;
  listening: Listening;
  onError: (error: unknown) => void;
  /** How the relays behave; for tests. */
  options?: Omit<RelayOptions, 'hearing'>;
}

const PATH = /^\/listen\/([0-9a-f-]{36})$/;

/** The path of the link to what an action lets its person hear. */
export const listenPath = (actionId: string): string => `/listen/${actionId}`;

const STATUS: Record<Closed, string> = {
  NOT_FOUND: '404 Not Found',
  EXPIRED: '410 Gone',
  CALL_OVER: '409 Conflict',
  NO_STREAM: '502 Bad Gateway',
};

/** WebSockets of people who listen to calls: `/listen/:actionId`, its address signed. */
export class ListenSockets {
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 1_024, perMessageDeflate: false });
  readonly #running = new Set<WebSocket>();

  constructor(private readonly parts: ListenParts) {}

  /** True when the request is for here; then it is answered here, whatever it is. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const { url = '' } = request;
    const [, actionId] = PATH.exec(url.split('?')[0] ?? '') ?? [];
    if (actionId === undefined) return false;
    this.#admit(url, actionId).then(
      (admitted) =>
        typeof admitted === 'string' ? refuse(socket, admitted) : this.#open(admitted, request, socket, head),
      (error: unknown) => {
        this.parts.onError(error);
        refuse(socket, '503 Service Unavailable');
      },
    );
    return true;
  }

  close(): void {
    for (const listener of this.#running) listener.close(RELAY_CLOSE.goingAway, 'going away');
  }

  get size(): number {
    return this.#running.size;
  }

  async #admit(url: string, actionId: string): Promise<(Opened & { viewer: Viewer }) | string> {
    const viewer = await this.parts.authenticator.authenticateLink(url);
    if (viewer === null || !may(viewer.role, HTTP_NEEDS['GET /listen/:actionId'])) return '403 Forbidden';
    const opened = await this.parts.listening.open(viewer.tenantId, actionId, actorOf(viewer));
    return typeof opened === 'string' ? STATUS[opened] : { ...opened, viewer };
  }

  #open(
    { stream, callId, viewer }: Opened & { viewer: Viewer },
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    this.#sockets.handleUpgrade(request, socket, head, (listener) => {
      this.#running.add(listener);
      listener.on('close', () => this.#running.delete(listener));
      const hearing = () => this.#hearing(viewer, callId);
      relay(listener, stream, { ...this.parts.options, hearing }).catch(this.parts.onError);
    });
  }

  /** The link only opens: who listens may go on as long as the key stands. */
  async #hearing(viewer: Viewer, callId: string): Promise<Hearing> {
    if (!(await this.parts.authenticator.isStanding(viewer))) return 'RIGHT_OVER';
    return (await this.parts.listening.isAudible(viewer.tenantId, callId)) ? 'YES' : 'CALL_OVER';
  }
}

const refuse = (socket: Duplex, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};
