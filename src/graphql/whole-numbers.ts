import type { GraphQLSchema } from 'graphql';
import { defaultFieldResolver, getNamedType, GraphQLInt, isObjectType } from 'graphql';

const MAX = 2_147_483_647;

/** An Int holds 24.8 days of ms, and sources send fractions: the nearest value it can hold, rather than an error. */
export const asInt = (value: unknown): unknown =>
  typeof value === 'number' ? Math.round(Math.min(Math.max(value, -MAX), MAX)) : value;

/** Lets every Int field answer with the nearest whole number it can hold. */
export function keepIntegers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (getNamedType(field.type) !== GraphQLInt) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (...args) => whenKnown(resolve(...args));
    }
  }
}

const whenKnown = (value: unknown): unknown => (value instanceof Promise ? value.then(asInt) : asInt(value));
