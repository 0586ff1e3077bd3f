import type { ValueNode } from 'graphql';
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { readInstant } from '../domain/instant.js';
import type { Json } from '../domain/record.js';
import type { Instant } from '../domain/words.js';

/** Deepest nesting of a JSON value. */
export const JSON_DEPTH = 32;

const refuse = (message: string, node?: ValueNode): never => {
  throw new GraphQLError(message, { nodes: node ?? null, extensions: { code: 'BAD_USER_INPUT' } });
};

function instant(value: unknown, node?: ValueNode): Instant {
  const read = readInstant(value);
  return typeof read === 'number' ? read : refuse(read, node);
}

/** Our instants are epoch ms; clients see text. */
export const DateTime = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  description:
    'An instant. Written as ISO 8601 in UTC with milliseconds, `2026-09-14T15:04:07.210Z`. ' +
    'Read as RFC 3339 with any zone, in the years 1990 to 2100.',
  serialize: (value) => new Date(Number(value)).toISOString(),
  parseValue: (value) => instant(value),
  parseLiteral: (node) => instant(node.kind === Kind.STRING ? node.value : null, node),
});

function bounded(value: unknown, depth = 0): Json {
  if (depth > JSON_DEPTH) return refuse(`must not be nested deeper than ${String(JSON_DEPTH)} levels`);
  if (Array.isArray(value)) for (const item of value) bounded(item, depth + 1);
  else if (value !== null && typeof value === 'object')
    for (const item of Object.values(value)) bounded(item, depth + 1);
  return value as Json;
}

function literal(node: ValueNode, variables: Record<string, unknown> | null | undefined): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.ENUM:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((item) => literal(item, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, literal(field.value, variables)]),
      );
    case Kind.VARIABLE:
      return variables?.[node.name.value] ?? null;
  }
}

export const JsonValue = new GraphQLScalarType<Json, Json>({
  name: 'JSON',
  description: `Any JSON value: object, list, text, number, boolean or null, nested at most ${String(JSON_DEPTH)} levels.`,
  serialize: (value) => value as Json,
  parseValue: (value) => bounded(value),
  parseLiteral: (node, variables) => bounded(literal(node, variables)),
});
