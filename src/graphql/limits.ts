import type { ApolloServerPlugin, GraphQLResponse } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { DocumentNode, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { getOperationAST, GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { GraphQLContext } from './context.js';
import type { Prepared } from './document.js';
import { MAX_ERRORS, prepareDocument } from './document.js';
import { isUnavailable, ofRequest, publicError } from './errors.js';
import { LIMITS, limitsRule } from './shape.js';

export { prepareDocument } from './document.js';

type Plugin = ApolloServerPlugin<GraphQLContext>;

/** Stands in for a document that was refused, until the refusal is sent. */
const REFUSED: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/**
 * Prepares documents for HTTP by the function that the WebSocket uses, so that both refuse the same with
 * the same words. Apollo parses and validates only when a request has no document yet (no document store
 * given): it gets one here, or the refusal.
 */
const preparing: Plugin = {
  async requestDidStart({ contextValue: { requestId } }) {
    let refusals: readonly GraphQLError[] = [];
    return {
      async didResolveSource(requestContext) {
        const { schema, source, request } = requestContext;
        const prepared = prepareForHttp(schema, source, request.operationName, request.variables);
        if ('errors' in prepared) refusals = prepared.errors;
        Object.assign(requestContext, { document: 'errors' in prepared ? REFUSED : prepared.document });
      },
      async responseForOperation() {
        return refusals.length === 0 ? null : refused(refusals.map((error) => publicError(error, requestId)));
      },
    };
  },
};

function prepareForHttp(schema: GraphQLSchema, ...request: Asked): Prepared {
  const prepared = prepareDocument(schema, ...request);
  const operation = 'document' in prepared ? getOperationAST(prepared.document, request[1]) : null;
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return prepared;
  const message =
    'Subscriptions run over the WebSocket of the same path, by the protocol graphql-transport-ws.';
  return { errors: [new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })] };
}

type Asked = Parameters<typeof prepareDocument> extends [GraphQLSchema, ...infer R] ? R : never;

const refused = (errors: GraphQLFormattedError[]): GraphQLResponse => ({
  http: { status: 400, headers: new HeaderMap() },
  body: { kind: 'single', singleResult: { errors } },
});

/** Apollo does not tell `formatError` of the request. */
const identifying: Plugin = {
  async requestDidStart({ contextValue: { requestId } }) {
    return {
      async didEncounterErrors({ errors }) {
        for (const error of errors) ofRequest(error, requestId);
      },
    };
  },
};

/** Without any data, a lost database is a 503 that says when to come again. */
const tellingOutage: Plugin = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body, http } }) {
        if (body.kind !== 'single') return;
        const { data, errors = [] } = body.singleResult;
        if (!errors.some(isUnavailable) || Object.values(data ?? {}).some((value) => value !== null)) return;
        http.status = 503;
        http.headers.set('retry-after', '1');
      },
    };
  },
};

/**
 * Options of Apollo Server that hold the limits. The plug-ins are part of them: whoever adds others keeps
 * these, `plugins: [...apolloLimits.plugins, ...]`. The parser's and the validator's options are what is
 * left of the limits without them.
 */
export const apolloLimits = {
  plugins: [preparing, identifying, tellingOutage],
  documentStore: null,
  parseOptions: { maxTokens: LIMITS.tokens },
  validationRules: [limitsRule],
  executionOptions: { maxCoercionErrors: MAX_ERRORS },
  allowBatchedHttpRequests: false,
};
