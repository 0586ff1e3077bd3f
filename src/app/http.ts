import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Fastify from 'fastify';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { ThroughlineError, Unauthenticated } from '../domain/errors.js';
import type { ErrorCode } from '../domain/errors.js';
import type { GraphQLContext, Services } from '../graphql/context.js';
import { createContext } from '../graphql/context.js';
import { isDatabaseFault } from '../graphql/errors.js';
import type { Ingest } from '../ingest/receive.js';
import type { AnalysisReader } from '../storage/analysis/analysis-reader.js';
import { registerAnalyses } from './analysis-routes.js';
import type { Authenticator } from './authenticate.js';
import type { Config } from './config.js';
import type { ExportParts } from './exports/routes.js';
import { registerExports } from './exports/routes.js';
import { faultName } from './fault.js';
import { registerGraphiql } from './graphiql.js';
import { registerIngest } from './ingest-routes.js';
import type { Metrics } from './metrics.js';
import { registerRecordings } from './recordings/recording-routes.js';
import type { Recordings } from './recordings/recordings.js';

export interface HttpParts {
  config: Config;
  log: Logger;
  apollo: ApolloServer<GraphQLContext>;
  services: Services;
  ingest: Ingest;
  analyses: AnalysisReader;
  authenticator: Authenticator;
  metrics: Metrics;
  exports: ExportParts;
  recordings: Recordings;
  graphiql: { bundleDir: string; demoKey: () => string | null; tenant: () => string | null };
  /** True when the process can serve: the database answers and it is not draining. */
  isReady: () => Promise<boolean>;
}

/** The server, and every address that it has a route for: `GET /recordings/:id`. */
export interface Http {
  app: FastifyInstance;
  addresses: readonly string[];
}

/** All HTTP routes of the product. Bodies, headers and query strings are never logged. */
export async function buildHttp(parts: HttpParts): Promise<Http> {
  const app = Fastify({
    bodyLimit: parts.config.maxBodyBytes,
    requestTimeout: 15_000,
    connectionTimeout: 0,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    genReqId: (request) => requestId(request.headers['x-request-id']),
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000 },
  });
  const addresses: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    addresses.push(...[method].flat().map((one) => `${one} ${url}`));
  });
  watch(app, parts);
  app.setErrorHandler((error: FastifyError, request, reply) => answerFault(error, request, reply, parts));
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(faultBody('NOT_FOUND', 'There is nothing at this address.')),
  );
  registerHealth(app, parts);
  await app.register(registerGraphql(parts));
  await app.register(
    registerIngest({
      ingest: parts.ingest,
      authenticator: parts.authenticator,
      metrics: parts.metrics,
      publicUrl: parts.services.publicUrl,
    }),
  );
  await app.register(registerAnalyses(parts));
  await app.register(registerExports(parts.exports));
  await app.register(registerRecordings({ ...parts.recordings, authenticator: parts.authenticator }));
  await registerGraphiql(app, parts.graphiql);
  app.get('/', async (_request, reply) => reply.redirect('/graphiql/'));
  return { app, addresses };
}

/** With PORT=0 the port is known only once the server listens. */
export function publicUrl(app: FastifyInstance, config: Config): string {
  const { port } = app.server.address() as AddressInfo;
  return config.port === 0 ? config.publicUrl.replace(/:0(?=\/|$)/, `:${port}`) : config.publicUrl;
}

/** A caller's own id is kept when it is harmless to log. */
const requestId = (given: unknown): string =>
  typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();

function watch(app: FastifyInstance, { metrics, log }: HttpParts): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.requests
      .labels(request.method, route, String(reply.statusCode))
      .observe(reply.elapsedTime / 1_000);
    log.info(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'request',
    );
  });
}

function registerHealth(app: FastifyInstance, { isReady, metrics }: HttpParts): void {
  app.get('/healthz', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const ready = await isReady();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}

const registerGraphql = (parts: HttpParts) => async (app: FastifyInstance) => {
  const context = async (request: FastifyRequest): Promise<GraphQLContext> => {
    const viewer = await parts.authenticator.authenticate(request.headers.authorization).catch(refuseForNow);
    if (viewer === null) throw unauthenticated();
    return createContext(parts.services, viewer, request.id);
  };
  app.route({
    url: '/graphql',
    method: ['GET', 'POST', 'OPTIONS'],
    handler: fastifyApolloHandler(parts.apollo, { context }),
  });
  app.route({
    url: '/graphql',
    method: ['PUT', 'DELETE', 'PATCH'],
    handler: async (_request, reply) =>
      reply
        .code(405)
        .header('allow', 'GET, POST')
        .send(faultBody('BAD_USER_INPUT', 'GraphQL is served by GET and POST.')),
  });
};

/** A key cannot be looked up while the database is away: that is said as such, and is no fault of the key. */
function refuseForNow(error: unknown): never {
  if (!isDatabaseFault(error)) throw error;
  const message = 'The service cannot reach its database at the moment. Try again in a few seconds.';
  const headers = new HeaderMap([['retry-after', '2']]);
  throw new GraphQLError(message, {
    extensions: { code: 'SERVICE_UNAVAILABLE', http: { status: 503, headers } },
  });
}

const unauthenticated = (): GraphQLError => {
  const { code, message } = new Unauthenticated();
  return new GraphQLError(message, { extensions: { code, http: { status: 401 } } });
};

const STATUS: Record<ErrorCode, number> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  ACTION_NOT_ALLOWED: 409,
  CAPABILITY_MISSING: 422,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  COST_LIMIT_EXCEEDED: 400,
  CURSOR_EXPIRED: 410,
  GONE: 410,
  SERVICE_UNAVAILABLE: 503,
};

/** The form of every fault outside GraphQL, which is also GraphQL's. */
export const faultBody = (code: string, message: string, field: string | null = null) => ({
  errors: [{ message, extensions: { code, ...(field === null ? {} : { field }) } }],
});

function answerFault(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  { log, metrics }: HttpParts,
) {
  if (error instanceof ThroughlineError)
    return reply.code(STATUS[error.code]).send(faultBody(error.code, error.message, error.field));
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return reply.code(413).send(faultBody('PAYLOAD_TOO_LARGE', 'The body is larger than this server takes.'));
  if (isDatabaseFault(error))
    return reply
      .code(503)
      .header('retry-after', '2')
      .send(faultBody('SERVICE_UNAVAILABLE', 'The database does not answer; try again.'));
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return reply.code(error.statusCode).send(faultBody('BAD_USER_INPUT', 'The request cannot be read.'));
  metrics.errors.labels('http').inc();
  log.error({ requestId: request.id, fault: faultName(error) }, 'internal error');
  return reply
    .code(500)
    .send(faultBody('INTERNAL_SERVER_ERROR', `Something failed on our side (request ${request.id}).`));
}
