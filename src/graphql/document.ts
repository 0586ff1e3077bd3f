import type { DocumentNode, GraphQLSchema } from 'graphql';
import { getOperationAST, GraphQLError, parse, specifiedRules, validate } from 'graphql';
import { costFault } from './cost.js';
import { LIMITS, limitsRule, textFault } from './shape.js';

/** Errors of one document that a client is told of. */
export const MAX_ERRORS = 5;

export type Prepared = { document: DocumentNode } | { errors: GraphQLError[] };

/**
 * From the text of a request to a document that may run: the limits, the grammar, the rules, the cost.
 * Never throws, because on a socket an exception would end every other operation of the client.
 */
export function prepareDocument(
  schema: GraphQLSchema,
  text: string,
  operationName?: string | null,
  variables?: Readonly<Record<string, unknown>> | null,
): Prepared {
  const read = known(schema).get(text) ?? readDocument(schema, text);
  if ('errors' in read) return read;
  remember(known(schema), text, read);
  if (getOperationAST(read.document, operationName) == null) return { errors: [noOperation(operationName)] };
  const dear = costFault(schema, read.document, operationName, variables);
  return dear === null ? read : { errors: [dear] };
}

function readDocument(schema: GraphQLSchema, text: string): Prepared {
  const unreadable = textFault(text);
  if (unreadable !== null) return { errors: [unreadable] };
  const document = parsed(text);
  if (document instanceof GraphQLError) return { errors: [document] };
  const errors = validated(schema, document);
  return errors.length > 0 ? { errors } : { document };
}

/** Clients send the same few texts again and again; they are read once. */
const MOST_KNOWN = 500;
const LONGEST_KNOWN = 10_000;

type Known = Map<string, { document: DocumentNode }>;
const knownBySchema = new WeakMap<GraphQLSchema, Known>();

function known(schema: GraphQLSchema): Known {
  const texts = knownBySchema.get(schema) ?? new Map();
  knownBySchema.set(schema, texts);
  return texts;
}

/** The one that was used longest ago makes room. */
function remember(texts: Known, text: string, read: { document: DocumentNode }): void {
  if (text.length > LONGEST_KNOWN) return;
  texts.delete(text);
  texts.set(text, read);
  const [oldest] = texts.size > MOST_KNOWN ? texts.keys() : [];
  if (oldest !== undefined) texts.delete(oldest);
}

function parsed(text: string): DocumentNode | GraphQLError {
  try {
    return parse(text, { maxTokens: LIMITS.tokens });
  } catch (error) {
    const message = error instanceof GraphQLError ? error.message : 'The document cannot be read.';
    const code = TOO_MANY_TOKENS.test(message) ? 'COST_LIMIT_EXCEEDED' : 'GRAPHQL_PARSE_FAILED';
    return new GraphQLError(message, { ...placeOf(error), extensions: { code } });
  }
}

/** As graphql-js says it. */
const TOO_MANY_TOKENS = /more that \d+ tokens/;

const placeOf = (error: unknown) =>
  error instanceof GraphQLError ? { source: error.source ?? null, positions: error.positions ?? null } : {};

/** The limits first and alone: what they refuse would be slow to check for anything else. */
function validated(schema: GraphQLSchema, document: DocumentNode): GraphQLError[] {
  const refused = validate(schema, document, [limitsRule]);
  if (refused.length > 0) return [...refused];
  return validate(schema, document, specifiedRules, { maxErrors: MAX_ERRORS }).map(withCode);
}

function withCode(error: GraphQLError): GraphQLError {
  const { message, nodes, extensions } = error;
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    extensions: { ...extensions, code: extensions['code'] ?? 'GRAPHQL_VALIDATION_FAILED' },
  });
}

const noOperation = (name: string | null | undefined): GraphQLError =>
  new GraphQLError(
    name == null
      ? 'The document has several operations: name the one to run.'
      : 'The document has no operation of this name.',
    { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } },
  );
