import type { GraphQLField, GraphQLInputType, GraphQLOutputType } from 'graphql';
import { getNamedType, isInterfaceType, isNonNullType, isObjectType, isUnionType } from 'graphql';
import { schema } from './api.js';

/** What a document asks for, and the document. */
type Named = [name: string, document: string];

/** Documents that ask for everything that the schema lets one reach from some objects. */
export class Everything {
  /** `given`: arguments that must be given, by the name of the root field or else of the argument. */
  constructor(private readonly given: Readonly<Record<string, unknown>>) {}

  /** A document for each root of reading that can be asked, with all that is below it; `node` by each id. */
  queries(ids: readonly string[]): Named[] {
    return Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field): Named[] => {
      const byNode = ids.map((id) => `(id: ${JSON.stringify(id)})`);
      const targets = field.name === 'node' ? byNode : [this.#argumentsOf(field)];
      const path = field.name === 'node' ? ['Query', 'Node', 'Node'] : ['Query'];
      const selection = this.selectionOf(field.type, path);
      return targets.flatMap((args): Named[] =>
        args === null || selection === null ? [] : [[field.name, `{ ${field.name}${args} ${selection} }`]],
      );
    });
  }

  subscriptions(): Named[] {
    return Object.values(schema.getSubscriptionType()?.getFields() ?? {}).map((field): Named => {
      const args = this.#argumentsOf(field, true) ?? '';
      const selection = this.selectionOf(field.type, ['Subscription']) ?? '';
      return [field.name, `subscription { ${field.name}${args} ${selection} }`];
    });
  }

  /** Everything that can be selected of a type: no type twice on one way, so that it ends. */
  selectionOf(type: GraphQLOutputType, path: readonly string[]): string | null {
    const named = getNamedType(type);
    if (isUnionType(named) || isInterfaceType(named)) {
      const parts = schema.getPossibleTypes(named).flatMap((one) => {
        const fields = this.#fieldsOf(one, path);
        return fields === null ? [] : [`... on ${one.name} ${fields}`];
      });
      return `{ __typename ${parts.join(' ')} }`;
    }
    return isObjectType(named) ? this.#fieldsOf(named, path) : '';
  }

  /** Aliases keep fields of one name apart that different types of a union give different shapes. */
  #fieldsOf(type: { name: string; getFields(): object }, path: readonly string[]): string | null {
    if (path.includes(type.name) || path.length > 4) return null;
    const fields = Object.values(type.getFields() as Record<string, GraphQLField<unknown, unknown>>);
    const selected = fields.flatMap((field) => {
      const args = this.#argumentsOf(field);
      const selection = args === null ? null : this.selectionOf(field.type, [...path, type.name]);
      return args === null || selection === null
        ? []
        : [`${type.name}_${field.name}: ${field.name}${args} ${selection}`];
    });
    return selected.length === 0 ? null : `{ ${selected.join(' ')} }`;
  }

  /** Null when an argument that the field must have is not known here. */
  #argumentsOf(field: GraphQLField<unknown, unknown>, alsoOptional = false): string | null {
    const given: string[] = [];
    for (const { name, type, defaultValue } of field.args) {
      const isNeeded = isNonNullType(type as GraphQLInputType) && defaultValue === undefined;
      const value = this.given[`${field.name}.${name}`] ?? this.given[name];
      if (isNeeded && value === undefined) return null;
      if (value !== undefined && (isNeeded || alsoOptional)) given.push(`${name}: ${JSON.stringify(value)}`);
    }
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }
}
