import type { GraphQLField, GraphQLFieldResolver, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { defaultFieldResolver, getNamedType, isListType, isNonNullType, isObjectType } from 'graphql';
import type { GraphQLContext } from './context.js';
import { argumentFault } from './errors.js';
import type { UserError } from './ingest/user-error.js';
import { userErrorOf } from './ingest/user-error.js';

type Payload = Record<string, unknown>;
type Resolve = GraphQLFieldResolver<unknown, GraphQLContext>;

/**
 * Answers what a caller can mend in the `userErrors` of every mutation that has them, whoever finds the fault: the
 * rules of the input type or the deed itself. Any other error is thrown.
 */
export function answerFaults(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const refusal = refusalOf(field);
    if (refusal !== null) field.resolve = answering(field.resolve ?? defaultFieldResolver, refusal);
  }
}

/** The payload of a mutation that did nothing; null when it has no room for faults. */
function refusalOf(field: GraphQLField<unknown, GraphQLContext>): Payload | null {
  const payload = getNamedType(field.type);
  if (!isObjectType(payload) || payload.getFields()['userErrors'] === undefined) return null;
  return emptyOf(payload);
}

function emptyOf(payload: GraphQLObjectType): Payload {
  return Object.fromEntries(
    Object.values(payload.getFields()).map(({ name, type }) => {
      if (!isNonNullType(type)) return [name, null];
      if (isListType(type.ofType)) return [name, []];
      if (String(type.ofType) === 'Int') return [name, 0];
      throw new Error(`${payload.name}.${name} has no value for a refusal: make it nullable`);
    }),
  );
}

const answering =
  (resolve: Resolve, refusal: Payload): Resolve =>
  async (...call) => {
    try {
      return (await resolve(...call)) as unknown;
    } catch (error) {
      return { ...refusal, userErrors: [faultOf(error)] };
    }
  };

function faultOf(error: unknown): UserError {
  const broken = argumentFault(error);
  return broken === null ? userErrorOf(error, null) : { ...broken, code: 'BAD_USER_INPUT' };
}
