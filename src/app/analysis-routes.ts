import type { FastifyInstance } from 'fastify';
import { Forbidden, NotFound, Unauthenticated } from '../domain/errors.js';
import { may } from '../domain/permissions.js';
import type { Json, JsonObject } from '../domain/record.js';
import { inDocumentOrder } from '../domain/verdict/key-order.js';
import { FAILURES } from '../domain/verdict/lifecycle.js';
import { localId } from '../graphql/node.js';
import type { AnalysisReader, TimelineAnalysisRow } from '../storage/analysis/analysis-reader.js';
import type { Authenticator } from './authenticate.js';
import { HTTP_NEEDS } from './http-needs.js';

export interface AnalysisRouteParts {
  analyses: AnalysisReader;
  authenticator: Authenticator;
}

/** `GET /timeline-analyses/:id`: an analysis in its JSON form. */
export const registerAnalyses =
  ({ analyses, authenticator }: AnalysisRouteParts) =>
  async (app: FastifyInstance) => {
    app.get<{ Params: { id: string } }>('/timeline-analyses/:id', async (request, reply) => {
      const viewer = await authenticator.authenticate(request.headers.authorization);
      if (viewer === null) throw new Unauthenticated();
      if (!may(viewer.role, HTTP_NEEDS['GET /timeline-analyses/:id'])) throw new Forbidden();
      const id = localId('TimelineAnalysis', request.params.id);
      const [row] = id === null ? [] : await analyses.byIds(viewer.tenantId, [id]);
      if (row === undefined) throw new NotFound('timeline analysis');
      return reply.header('cache-control', 'no-store').send(analysisJson(row));
    });
  };

/**
 * The names that the form has always had: the customer is the tenant, the activeflow is the interaction.
 * `result` is there only when it is completed; `error` is empty unless it failed.
 */
export function analysisJson(row: TimelineAnalysisRow): JsonObject {
  const result: Record<string, Json> = row.result === null ? {} : { result: inDocumentOrder(row.result) };
  return {
    id: row.id,
    customer_id: row.tenantId,
    activeflow_id: row.interactionId,
    status: row.status.toLowerCase(),
    ...result,
    error: row.failure === null ? '' : FAILURES[row.failure],
    tm_create: new Date(row.createdAt).toISOString(),
    tm_update: new Date(row.updatedAt).toISOString(),
  };
}
