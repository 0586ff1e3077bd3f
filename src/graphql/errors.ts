import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import { ThroughlineError } from '../domain/errors.js';

/** Gets every fault that clients are not told of. */
export type ErrorLog = (error: unknown, requestId: string | null) => void;

/** For graphql-ws: what clients are told of the errors of one operation. */
export const maskErrors =
  (log: ErrorLog) =>
  (errors: readonly unknown[], requestId: string): GraphQLFormattedError[] =>
    errors.map((error) => publicError(error, requestId, log));

/** For Apollo's `formatError`, which is told nothing of the request but by `ofRequest`. */
export const maskingFormatError =
  (log: ErrorLog) =>
  (_formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError =>
    publicError(error, requestIds.get(Object(error) as object) ?? null, log);

const requestIds = new WeakMap<object, string>();

/** Notes which request an error belongs to. */
export const ofRequest = (error: object, requestId: string): unknown => requestIds.set(error, requestId);

export const isUnavailable = (error: GraphQLFormattedError): boolean =>
  error.extensions?.['code'] === 'SERVICE_UNAVAILABLE';

/** Longest message that is given to a client: those of graphql-js quote the caller's own data. */
const MESSAGE_LIMIT = 500;

const INTERNAL = 'Something went wrong on our side. Name the request id when you ask for help.';
const UNAVAILABLE = 'The service cannot reach its database at the moment. Try again in a few seconds.';

/** What graphql-js, Apollo and the doors say of a request; a message with any other code is not passed on. */
const REQUEST_CODES = new Set<unknown>([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'COST_LIMIT_EXCEEDED',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'INTROSPECTION_DISABLED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
  'UNAUTHENTICATED',
]);

/**
 * What a client is told of an error. Only faults that the caller can understand and mend keep their
 * message; anything else is masked and goes to the log.
 */
export function publicError(
  error: unknown,
  requestId: string | null,
  log: ErrorLog = () => undefined,
): GraphQLFormattedError {
  const cause = causeOf(error);
  if (cause instanceof ThroughlineError) return stated(error, cause);
  if (isDatabaseFault(cause))
    return masked(error, cause, { code: 'SERVICE_UNAVAILABLE', requestId }, UNAVAILABLE, log);
  const fault = invalidArgument(cause) ?? requestFault(error, cause);
  if (fault !== null) return { ...placeOf(error), ...fault };
  return masked(error, cause, { code: 'INTERNAL_SERVER_ERROR', requestId }, INTERNAL, log);
}

/** The error that was thrown first, below all that was wrapped around it. */
function causeOf(error: unknown): unknown {
  const inner = error instanceof GraphQLError ? error.originalError : undefined;
  return inner === undefined ? error : causeOf(inner);
}

/** Where in the document and in the answer it happened. */
function placeOf(error: unknown): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  if (!(error instanceof GraphQLError)) return {};
  const { locations, path } = error;
  return { ...(locations === undefined ? {} : { locations }), ...(path === undefined ? {} : { path }) };
}

function stated(error: unknown, { code, message, field }: ThroughlineError): GraphQLFormattedError {
  return { message, ...placeOf(error), extensions: { code, ...(field === null ? {} : { field }) } };
}

function masked(
  error: unknown,
  cause: unknown,
  { code, requestId }: { code: string; requestId: string | null },
  message: string,
  log: ErrorLog,
): GraphQLFormattedError {
  log(cause, requestId);
  return { message, ...placeOf(error), extensions: { code, ...(requestId === null ? {} : { requestId }) } };
}

interface Violation {
  property: string;
  constraints?: Record<string, string>;
  children?: Violation[];
}

/** A value that breaks the rules of its input type: the rule is told, the value is not repeated. */
export function argumentFault(error: unknown): { message: string; field: string } | null {
  const violations = error instanceof GraphQLError ? error.extensions['validationErrors'] : undefined;
  if (!Array.isArray(violations)) return null;
  const { path, rule } = firstViolation(violations as Violation[], []);
  return { message: rule, field: path.join('.') };
}

function invalidArgument(error: unknown): Pick<GraphQLFormattedError, 'message' | 'extensions'> | null {
  const fault = argumentFault(error);
  return fault === null
    ? null
    : { message: fault.message, extensions: { code: 'BAD_USER_INPUT', field: fault.field } };
}

function firstViolation([first]: Violation[], above: string[]): { path: string[]; rule: string } {
  const path = first === undefined ? above : [...above, first.property];
  if (first?.children !== undefined && first.children.length > 0) return firstViolation(first.children, path);
  return { path, rule: Object.values(first?.constraints ?? {})[0] ?? 'The input is not valid.' };
}

/** A fault of the document or its variables. One with a path comes from running, and is ours. */
function requestFault(
  error: unknown,
  cause: unknown,
): Pick<GraphQLFormattedError, 'message' | 'extensions'> | null {
  if (!(error instanceof GraphQLError && cause instanceof GraphQLError) || error.path !== undefined)
    return null;
  const code = codeOf(error);
  return REQUEST_CODES.has(code)
    ? { message: plain(error.message), extensions: { ...detailOf(error), code } }
    : null;
}

/** graphql-js gives faults of variables no code. A value written in the document counts as input, like one in a variable. */
function codeOf(error: GraphQLError): unknown {
  const code = error.extensions['code'] ?? 'BAD_USER_INPUT';
  const isValue = /Value$/.test(error.nodes?.[0]?.kind ?? '');
  return code === 'GRAPHQL_VALIDATION_FAILED' && isValue ? 'BAD_USER_INPUT' : code;
}

/** What a refusal says in numbers. */
function detailOf({ extensions: { cost, limit } }: GraphQLError): Record<string, unknown> {
  return typeof cost === 'number' && typeof limit === 'number' ? { cost, limit } : {};
}

/** Without suggestions: they tell the schema to whoever may not read it. */
export function plain(message: string): string {
  const text = message.replace(/ Did you mean .*\?$/s, '');
  return text.length <= MESSAGE_LIMIT ? text : `${text.slice(0, MESSAGE_LIMIT)}…`;
}

/** Lost and refused connections, shutdown, too many clients, time-outs, deadlocks and lost races. */
const FAULT_STATES =
  /^(?:08...|57P0[123]|57014|53300|40001|40P01|55P03|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/;
const FAULT_MESSAGES =
  /Connection terminated|timeout exceeded|timeout expired|Query read timeout|Query runner already released|ECONNREFUSED|Client has encountered a connection error/;

/** True for a fault of the way to the database, which passes, as against one of a statement. */
export function isDatabaseFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  if (typeof code === 'string' && FAULT_STATES.test(code)) return true;
  return FAULT_MESSAGES.test(error.message) || isDatabaseFault(driverError);
}
