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

/** A field that not everybody sees. */
export interface GuardedField {
  type: string;
  field: string;
  needed: Permission;
}

/** Every field that needs a permission, in the order of the printed schema. */
export const guardedFields = (schema: GraphQLSchema): GuardedField[] =>
  guardedOf(schema)
    .map(({ type, field, needed }) => ({ type, field: field.name, needed }))
    .sort((a, b) => (`${a.type}.${a.field}` < `${b.type}.${b.field}` ? -1 : 1));

/** Puts the guard before every field that needs a permission. */
export function guardFields(schema: GraphQLSchema): void {
  for (const { field, needed } of guardedOf(schema)) guard(field, needed);
}

const guardedOf = (schema: GraphQLSchema): { type: string; field: AnyField; needed: Permission }[] =>
  Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) =>
      (Object.values(type.getFields()) as AnyField[]).flatMap((field) => {
        const needed = neededFor(schema, type.name, field);
        return needed === null ? [] : [{ type: type.name, field, needed }];
      }),
    );

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
