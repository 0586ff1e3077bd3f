import type { IncomingMessage, Server } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs, GraphQLError, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Context } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Services, Viewer } from '../graphql/context.js';
import { createContext } from '../graphql/context.js';
import { prepareDocument } from '../graphql/limits.js';
import type { Authenticator } from './authenticate.js';
import type { Metrics } from './metrics.js';

export interface WebSocketParts {
  schema: GraphQLSchema;
  services: Services;
  authenticator: Authenticator;
  metrics: Metrics;
  maxSocketsPerTenant: number;
  maskErrors: (errors: readonly GraphQLError[], requestId: string) => GraphQLFormattedError[];
  now: () => number;
  /** Takes upgrades of other paths; false: it is not for it either. */
  others: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
}

/** Close codes: clients of graphql-ws come again after 4403, 1001 and 1013, and stay away after 4429. */
const CLOSE = { forbidden: 4403, goingAway: 1001, tryLater: 1013, abuse: 4429 } as const;

const OPERATIONS_PER_SOCKET = 50;
const MESSAGES_PER_SECOND = 200;
const MESSAGE_BURST = 600;
const RECHECK_MS = 30_000;
const LONGEST_TIMER = 2 ** 31 - 1;
const KEEP_ALIVE_MS = 12_000;

type Extra = {
  socket: WebSocket;
  viewer?: Viewer;
  requestId?: string;
  stop?: () => void;
};

export interface WebSocketSide {
  /** Sends every client away with "going away", then waits for them a short while. */
  close(): Promise<void>;
  readonly size: number;
}

/** graphql-transport-ws on the server's own port, with the same limits and masks as HTTP. */
export function serveWebSocket(server: Server, parts: WebSocketParts): WebSocketSide {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: 256 * 1_024,
    perMessageDeflate: false,
    closeTimeout: 3_000,
  } as never);
  const perTenant = new Map<string, number>();
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?')[0] !== '/graphql') {
      if (!parts.others(request, socket, head)) socket.destroy();
    } else wss.handleUpgrade(request, socket, head, (client) => wss.emit('connection', client, request));
  };
  server.on('upgrade', upgrade);
  wss.on('connection', (socket: WebSocket) => {
    limitMessages(socket, parts.now);
    parts.metrics.sockets.set(wss.clients.size);
    socket.on('close', () => parts.metrics.sockets.set(wss.clients.size));
  });
  const cleanup = useServer<Record<string, unknown>, Extra>(
    {
      schema: parts.schema,
      connectionInitWaitTimeout: 3_000,
      onConnect: (context) => admit(context, parts, perTenant),
      onClose: (context) => leave(context, perTenant),
      onSubscribe: (context, _id, payload) => prepare(context, parts, payload),
      onError: (context, _id, _payload, errors) => parts.maskErrors(errors, context.extra.requestId ?? ''),
      onNext: (context, _id, _payload, _args, result) =>
        result.errors
          ? { ...result, errors: parts.maskErrors(result.errors, context.extra.requestId ?? '') as never }
          : undefined,
    },
    wss,
    KEEP_ALIVE_MS,
  );
  return {
    get size() {
      return wss.clients.size;
    },
    close: async () => {
      server.off('upgrade', upgrade);
      for (const client of wss.clients) client.close(CLOSE.goingAway, 'Going away');
      const patience = setTimeout(() => wss.clients.forEach((client) => client.terminate()), 1_000);
      await cleanup.dispose();
      clearTimeout(patience);
    },
  };
}

/** True lets the client in; false closes with 4403, for every reason alike. */
async function admit(
  context: Context<Record<string, unknown>, Extra>,
  parts: WebSocketParts,
  perTenant: Map<string, number>,
): Promise<boolean> {
  const given = context.connectionParams?.['authorization'] ?? context.connectionParams?.['Authorization'];
  const authorization = typeof given === 'string' ? given : undefined;
  const viewer = await parts.authenticator.authenticate(authorization);
  const { extra } = context;
  if (viewer === null) return false;
  const open = perTenant.get(viewer.tenantId) ?? 0;
  if (open >= parts.maxSocketsPerTenant) {
    extra.socket.close(CLOSE.tryLater, 'Too many connections');
    return true;
  }
  perTenant.set(viewer.tenantId, open + 1);
  extra.viewer = viewer;
  extra.requestId = randomUUID();
  extra.stop = watchCredential(
    extra.socket,
    viewer,
    () => parts.authenticator.authenticate(authorization),
    parts.now,
  );
  return true;
}

/** Closes the socket when its credential expires or is taken back. */
function watchCredential(
  socket: WebSocket,
  viewer: Viewer,
  check: () => Promise<Viewer | null>,
  now: () => number,
): () => void {
  const end = () => socket.close(CLOSE.forbidden, 'Forbidden');
  const recheck = setInterval(() => {
    check().then(
      (still) => (still === null || still.role !== viewer.role ? end() : undefined),
      () => undefined,
    );
  }, RECHECK_MS);
  const expiry =
    viewer.expiresAt === null
      ? null
      : setTimeout(end, Math.min(Math.max(viewer.expiresAt - now(), 0), LONGEST_TIMER));
  return () => {
    clearInterval(recheck);
    if (expiry) clearTimeout(expiry);
  };
}

function leave({ extra }: Context<Record<string, unknown>, Extra>, perTenant: Map<string, number>): void {
  extra.stop?.();
  if (extra.viewer === undefined) return;
  const left = (perTenant.get(extra.viewer.tenantId) ?? 1) - 1;
  if (left > 0) perTenant.set(extra.viewer.tenantId, left);
  else perTenant.delete(extra.viewer.tenantId);
}

interface SubscribePayload {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** Never throws: an exception here would end all of the client's subscriptions. */
function prepare(
  context: Context<Record<string, unknown>, Extra>,
  parts: WebSocketParts,
  payload: SubscribePayload,
): ExecutionArgs | readonly GraphQLError[] {
  const { viewer, requestId = '' } = context.extra;
  if (Object.keys(context.subscriptions).length > OPERATIONS_PER_SOCKET) {
    context.extra.socket.close(CLOSE.abuse, 'Too many operations');
    return [];
  }
  const prepared = prepareDocument(
    parts.schema,
    payload.query,
    payload.operationName ?? null,
    payload.variables ?? {},
  );
  if ('errors' in prepared) return prepared.errors;
  return {
    schema: parts.schema,
    document: prepared.document,
    operationName: payload.operationName ?? null,
    variableValues: payload.variables ?? null,
    contextValue: viewer === undefined ? null : createContext(parts.services, viewer, requestId),
  };
}

/** A bucket of messages for each socket. */
function limitMessages(socket: WebSocket, now: () => number): void {
  let tokens = MESSAGE_BURST;
  let filledAt = now();
  socket.on('message', () => {
    const at = now();
    tokens = Math.min(MESSAGE_BURST, tokens + ((at - filledAt) / 1_000) * MESSAGES_PER_SECOND) - 1;
    filledAt = at;
    if (tokens < 0) socket.close(CLOSE.abuse, 'Too many messages');
  });
}
