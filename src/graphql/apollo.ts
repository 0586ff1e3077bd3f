import type { ApolloServerOptions, ApolloServerPlugin, GraphQLResponse } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { DocumentNode, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { getOperationAST, GraphQLError, Kind, OperationTypeNode } from 'graphql';
import type { GraphQLContext } from './context.js';
import { MAX_ERRORS, prepareDocument } from './document.js';
import type { ErrorLog } from './errors.js';
import { publicError } from './errors.js';

type Plugin = ApolloServerPlugin<GraphQLContext>;

/** What Apollo Server needs to serve this schema by the same rules as the WebSocket. Plug-ins may be added. */
export function apolloOptions(schema: GraphQLSchema, log: ErrorLog) {
  const requestIds = new WeakMap<object, string>();
  return {
    schema,
    plugins: [documentPlugin(schema, log), requestIdPlugin(requestIds), unavailablePlugin()],
    formatError: (_formatted: GraphQLFormattedError, error: unknown) =>
      publicError(error, requestIds.get(Object(error) as object) ?? null, log),
    documentStore: null,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    introspection: true,
    stopOnTerminationSignals: false,
    status400ForVariableCoercionErrors: true,
    executionOptions: { maxCoercionErrors: MAX_ERRORS },
  } satisfies ApolloServerOptions<GraphQLContext>;
}

/** Stands in for a document that was refused, until the refusal is sent. */
const REFUSED: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/**
 * Prepares documents by our own function, so that both transports refuse the same with the same words.
 * Apollo parses and validates only when a request has no document yet; it is given one, or the refusal.
 */
function documentPlugin(schema: GraphQLSchema, log: ErrorLog): Plugin {
  return {
    async requestDidStart({ contextValue: { requestId } }) {
      let refusals: readonly GraphQLError[] = [];
      return {
        async didResolveSource(requestContext) {
          const { source, request } = requestContext;
          const prepared = prepareForHttp(schema, source, request.operationName, request.variables);
          if ('errors' in prepared) refusals = prepared.errors;
          Object.assign(requestContext, { document: 'errors' in prepared ? REFUSED : prepared.document });
        },
        async responseForOperation() {
          if (refusals.length === 0) return null;
          return refused(refusals.map((error) => publicError(error, requestId, log)));
        },
      };
    },
  };
}

function prepareForHttp(...[schema, text, name, variables]: Parameters<typeof prepareDocument>) {
  const prepared = prepareDocument(schema, text, name, variables);
  const operation = 'document' in prepared ? getOperationAST(prepared.document, name) : null;
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return prepared;
  const message = 'Subscriptions run over the WebSocket of the same path, by the protocol graphql-transport-ws.';
  return { errors: [new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } })] };
}

const refused = (errors: GraphQLFormattedError[]): GraphQLResponse => ({
  http: { status: 400, headers: new HeaderMap() },
  body: { kind: 'single', singleResult: { errors } },
});

/** `formatError` is not told of the request: this remembers which one an error belongs to. */
function requestIdPlugin(requestIds: WeakMap<object, string>): Plugin {
  return {
    async requestDidStart({ contextValue: { requestId } }) {
      return {
        async didEncounterErrors({ errors }) {
          for (const error of errors) requestIds.set(error, requestId);
        },
      };
    },
  };
}

/** Without any data, a lost database is a 503 that says when to come again. */
function unavailablePlugin(): Plugin {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response }) {
          if (response.body.kind !== 'single') return;
          const { data, errors = [] } = response.body.singleResult;
          const isDown = errors.some(({ extensions }) => extensions?.['code'] === 'SERVICE_UNAVAILABLE');
          if (!isDown || Object.values(data ?? {}).some((value) => value !== null)) return;
          response.http.status = 503;
          response.http.headers.set('retry-after', '1');
        },
      };
    },
  };
}
