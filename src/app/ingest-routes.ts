import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Forbidden, NotFound, Unauthenticated } from '../domain/errors.js';
import { may } from '../domain/permissions.js';
import type { Viewer } from '../graphql/context.js';
import { readNeutralBody } from '../ingest/neutral/body.js';
import type { Ingest } from '../ingest/receive.js';
import type { RecordResult } from '../ingest/results.js';
import type { SourceEntity } from '../storage/entities/tenant.entity.js';
import type { Authenticator } from './authenticate.js';
import { HTTP_NEEDS } from './http-needs.js';
import type { Metrics } from './metrics.js';

export interface IngestRouteParts {
  ingest: Ingest;
  authenticator: Authenticator;
  metrics: Metrics;
  /** Where providers reach us: their signatures cover this URL, not what a proxy made of it. */
  publicUrl: () => string;
}

interface IngestRoute {
  Params: { source: string };
  Querystring: { tenant?: string };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `POST /ingest/:source`: a provider's webhook, or neutral records. Bodies reach us as the bytes they were. */
export const registerIngest = (parts: IngestRouteParts) => async (app: FastifyInstance) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post<IngestRoute>('/ingest/:source', async (request, reply) => {
    const viewer = await parts.authenticator.authenticate(request.headers.authorization);
    if (viewer !== null && !may(viewer.role, HTTP_NEEDS['POST /ingest/:source']))
      throw new Forbidden('Records are taken with a key of the role INGEST or ADMIN.');
    const source = await sourceOf(parts.ingest, request, viewer);
    const results = await receive(parts, request, source, viewer);
    for (const { status } of results) parts.metrics.records.labels(source.provider, status).inc();
    const allRejected = results.length > 0 && results.every((result) => result.status === 'REJECTED');
    return reply.code(allRejected ? 400 : 200).send(answer(results));
  });
};

/** The key decides the tenant; without one, the address does, and then the signature must hold. */
async function sourceOf(
  ingest: Ingest,
  request: FastifyRequest<IngestRoute>,
  viewer: Viewer | null,
): Promise<SourceEntity> {
  const tenantId = viewer?.tenantId ?? request.query.tenant;
  if (tenantId === undefined) throw new Unauthenticated();
  if (typeof tenantId !== 'string' || !UUID.test(tenantId)) throw new NotFound('source');
  return ingest.source(tenantId, request.params.source);
}

async function receive(
  { ingest, publicUrl }: IngestRouteParts,
  request: FastifyRequest<IngestRoute>,
  source: SourceEntity,
  viewer: Viewer | null,
): Promise<RecordResult[]> {
  const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (source.provider === 'neutral') {
    if (viewer === null) throw new Unauthenticated();
    return ingest.receiveFor(source, readNeutralBody(rawBody, request.headers['content-type'] ?? ''));
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : value,
    ]),
  );
  return ingest.receiveDelivery(
    source,
    { url: publicUrl() + request.url, headers, rawBody },
    viewer !== null,
  );
}

/** Counts first, then what became of each record; GraphQL's error form when everything was refused. */
function answer(results: readonly RecordResult[]): object {
  const count = (status: RecordResult['status']) =>
    results.filter((result) => result.status === status).length;
  const errors = results.flatMap(({ error, index }) =>
    error === null
      ? []
      : [
          {
            message: error.message,
            extensions: { code: 'BAD_USER_INPUT', field: error.field, record: index },
          },
        ],
  );
  return {
    accepted: count('ACCEPTED'),
    duplicates: count('DUPLICATE'),
    conflicts: count('CONFLICT'),
    rejected: count('REJECTED'),
    results,
    ...(errors.length > 0 ? { errors } : {}),
  };
}
