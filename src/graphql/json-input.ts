import type { GraphQLInputType, GraphQLSchema } from 'graphql';
import { astFromValue, coerceInputValue, isInputType, valueFromASTUntyped } from 'graphql';
import { BadUserInput, ThroughlineError } from '../domain/errors.js';
import { plain } from './errors.js';

/**
 * Inputs of the schema outside GraphQL: as JSON text in a query string. They are read by the schema's own
 * types, so that both doors take and refuse the same.
 */

/** The value of an input type from its JSON; null for none. A fault names its place: `filter.startedAt.from`. */
export function readJsonInput(
  schema: GraphQLSchema,
  typeName: string,
  field: string,
  text: string | undefined,
): unknown {
  if (text === undefined) return null;
  const value = parse(field, text);
  if (value === null) return null;
  return coerceInputValue(value, inputType(schema, typeName), (path, _value, error) => {
    const place = [field, ...path].join('.');
    throw new ThroughlineError('BAD_USER_INPUT', `${place}: ${plain(error.message)}`, place);
  });
}

/** The JSON that `readJsonInput` reads as this value. */
export function writeJsonInput(schema: GraphQLSchema, typeName: string, value: object): string {
  const ast = astFromValue(value, inputType(schema, typeName));
  return JSON.stringify(ast ? valueFromASTUntyped(ast) : null);
}

function inputType(schema: GraphQLSchema, name: string): GraphQLInputType {
  const type = schema.getType(name);
  if (!isInputType(type)) throw new Error(`the schema has no input type ${name}`);
  return type;
}

function parse(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadUserInput(field, 'must be JSON, written as in GraphQL variables');
  }
}
