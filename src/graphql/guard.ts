import type { GraphQLField, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { defaultFieldResolver, isObjectType } from 'graphql';
import { Extensions } from 'type-graphql';
import { Forbidden } from '../domain/errors.js';
import type { Permission } from '../domain/permissions.js';
import { may } from '../domain/permissions.js';
import type { GraphQLContext } from './context.js';

type AnyField = GraphQLField<unknown, GraphQLContext>;

/** Callers without this permission get null for the field, with an error FORBIDDEN that names its path. */
export const Needs = (permission: Permission) => Extensions({ needs: permission });

/** What a field needs: what it says itself, else READ at the roots of reading, else nothing beyond its parent. */
export function neededFor(schema: GraphQLSchema, typeName: string, field: AnyField): Permission | null {
  const stated = field.extensions['needs'] as Permission | undefined;
  if (stated !== undefined) return stated;
  const reading = [schema.getQueryType(), schema.getSubscriptionType()].some(
    (type) => type?.name === typeName,
  );
  if (reading) return 'READ';
  if (schema.getMutationType()?.name === typeName)
    throw new Error(`Mutation.${field.name} must say what it needs`);
  return null;
}

/** Puts the guard before every field that needs a permission. */
export function guardFields(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields()) as AnyField[]) {
      const permission = neededFor(schema, type.name, field);
      if (permission !== null) guard(field, permission);
    }
  }
}

function guard(field: AnyField, permission: Permission): void {
  if (field.subscribe !== undefined) field.subscribe = guarded(field.subscribe, permission);
  field.resolve = guarded(field.resolve ?? defaultFieldResolver, permission);
}

const guarded =
  (resolve: GraphQLFieldResolver<unknown, GraphQLContext>, permission: Permission) =>
  (...[source, args, context, info]: Parameters<typeof resolve>): unknown => {
    if (!may(context.viewer.role, permission)) throw new Forbidden();
    return resolve(source, args, context, info);
  };
