import type { GraphQLField, GraphQLInputType, GraphQLNamedType, GraphQLOutputType } from 'graphql';
import { getNamedType, isInterfaceType, isNonNullType, isObjectType, isUnionType } from 'graphql';
import { schema } from './api.js';

/** The literal for an argument that must be given, by its name and its field; null: none is known. */
export type ArgumentOf = (name: string, field: string) => string | null;

/**
 * A document for each root field that can be asked, with all that is below it. Each field has the alias
 * `Type_field`, which keeps those of one name apart that the types of a union give different shapes.
 */
export function everyField(
  argumentOf: ArgumentOf,
  nodeIds: readonly string[] = [],
): [name: string, document: string][] {
  return Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) => {
    const targets = field.name === 'node' ? nodeIds.map((id) => `(id: ${JSON.stringify(id)})`) : [];
    const given = targets.length > 0 ? targets : [argumentsOf(field, argumentOf)];
    return given.flatMap((args) => {
      const path = field.name === 'node' ? ['Query', 'Node', 'Node'] : ['Query'];
      const selection = args === null ? null : selectionOf(field.type, path, argumentOf);
      return selection === null
        ? []
        : [[field.name, `{ ${field.name}${args ?? ''} ${selection} }`] as [string, string]];
    });
  });
}

/** The arguments of a field, or null when one that it must have is not known here. */
function argumentsOf(field: GraphQLField<unknown, unknown>, argumentOf: ArgumentOf): string | null {
  const needed = field.args.filter(
    ({ type, defaultValue }) => isNonNullType(type as GraphQLInputType) && defaultValue === undefined,
  );
  const given = needed.map(({ name }) => [name, argumentOf(name, field.name)] as const);
  if (given.some(([, value]) => value === null)) return null;
  return given.length === 0 ? '' : `(${given.map(([name, value]) => `${name}: ${value ?? ''}`).join(', ')})`;
}

/** Everything that can be selected of a type: no type twice on one way, so that it ends. */
export function selectionOf(
  type: GraphQLOutputType | GraphQLNamedType,
  path: readonly string[],
  argumentOf: ArgumentOf,
): string | null {
  const named = getNamedType(type);
  if (isUnionType(named) || isInterfaceType(named)) {
    const parts = schema.getPossibleTypes(named).flatMap((one) => {
      const fields = fieldsOf(one, path, argumentOf);
      return fields === null ? [] : [`... on ${one.name} ${fields}`];
    });
    return `{ __typename ${parts.join(' ')} }`;
  }
  return isObjectType(named) ? fieldsOf(named, path, argumentOf) : '';
}

function fieldsOf(
  type: { name: string; getFields(): object },
  path: readonly string[],
  argumentOf: ArgumentOf,
): string | null {
  if (path.includes(type.name) || path.length > 4) return null;
  const fields = Object.values(type.getFields() as Record<string, GraphQLField<unknown, unknown>>);
  const selected = fields.flatMap((field) => {
    const given = argumentsOf(field, argumentOf);
    const selection = given === null ? null : selectionOf(field.type, [...path, type.name], argumentOf);
    return given === null || selection === null
      ? []
      : [`${type.name}_${field.name}: ${field.name}${given} ${selection}`];
  });
  return selected.length === 0 ? null : `{ ${selected.join(' ')} }`;
}
