import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLField,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
} from 'graphql';
import {
  getNamedType,
  getNullableType,
  getOperationAST,
  GraphQLError,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
} from 'graphql';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../storage/list/page-size.js';

/** Most objects that one operation may ask for. */
export const COST_LIMIT = 5_000;

/** What a plain list is taken to hold: an interaction has two or three legs, a call a few of everything else. */
export const LIST_SIZE = 3;

/** A count is a statement of its own. */
const COUNT_COST = 10;
const COUNTS = new Set(['totalCount', 'facets']);

type Variables = Readonly<Record<string, unknown>>;

/**
 * The cost of an operation is the number of objects that it may answer with: each object counts one,
 * a page counts as many as it is asked to hold (50 when it does not say), any other list three,
 * `totalCount` and `facets` ten. Plain values count nothing. Linear in the document, however often a fragment is spread.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Variables | null | undefined,
): number {
  const operation = getOperationAST(document, operationName);
  const root = operation == null ? null : schema.getRootType(operation.operation);
  if (operation == null || root == null) return 0;
  return new CostReader(schema, document, valuesOf(operation, variables ?? {})).selections(
    operation.selectionSet,
    root,
    1,
  );
}

export function costFault(...args: Parameters<typeof costOf>): GraphQLError | null {
  const cost = costOf(...args);
  if (cost <= COST_LIMIT) return null;
  return new GraphQLError(
    `The operation may answer with ${String(Math.min(cost, Number.MAX_SAFE_INTEGER))} objects, more than ${String(COST_LIMIT)}. Ask for smaller pages.`,
    { extensions: { code: 'COST_LIMIT_EXCEEDED', cost, limit: COST_LIMIT } },
  );
}

/** The variables as given, else as the operation sets them. */
function valuesOf(operation: OperationDefinitionNode, given: Variables): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
    values.set(variable.name.value, given[variable.name.value] ?? literalNumber(defaultValue));
  return values;
}

const literalNumber = (node: ValueNode | undefined): number | null =>
  node?.kind === Kind.INT ? Number(node.value) : null;

class CostReader {
  private readonly fragments: Map<string, FragmentDefinitionNode>;
  /** Costs of fragments, by name and by the page that they are spread in. */
  private readonly known = new Map<string, number>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly variables: ReadonlyMap<string, unknown>,
  ) {
    const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
    this.fragments = new Map(fragments.map((node) => [node.name.value, node]));
  }

  /** What one object of the type costs below itself; `page` is how many its lists hold when it is a connection. */
  selections(set: SelectionSetNode | undefined, parent: GraphQLCompositeType, page: number): number {
    let cost = 0;
    for (const node of set?.selections ?? []) {
      if (node.kind === Kind.FIELD) cost += this.field(node, parent, page);
      else if (node.kind === Kind.FRAGMENT_SPREAD) cost += this.fragment(node.name.value, page);
      else
        cost += this.selections(
          node.selectionSet,
          this.narrowed(node.typeCondition?.name.value, parent),
          page,
        );
    }
    return cost;
  }

  private fragment(name: string, page: number): number {
    const key = `${name}/${String(page)}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.known.set(key, 0);
    const fragment = this.fragments.get(name);
    const type = fragment && this.schema.getType(fragment.typeCondition.name.value);
    const cost = isCompositeType(type) ? this.selections(fragment?.selectionSet, type, page) : 0;
    this.known.set(key, cost);
    return cost;
  }

  private field(node: FieldNode, parent: GraphQLCompositeType, page: number): number {
    const name = node.name.value;
    if (name.startsWith('__')) return 0;
    const counting = COUNTS.has(name) ? COUNT_COST : 0;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const type = field && getNamedType(field.type);
    if (field === undefined || !isCompositeType(type)) return counting;
    const objects = isListType(getNullableType(field.type)) ? this.listSize(node, field, parent, page) : 1;
    return counting + objects * (1 + this.selections(node.selectionSet, type, this.pageSize(node, field)));
  }

  private listSize(
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    parent: GraphQLCompositeType,
    page: number,
  ) {
    if (parent.name.endsWith('Connection')) return page;
    const ids = node.arguments?.find((argument) => argument.name.value === 'ids');
    if (ids !== undefined) return this.length(ids.value);
    return field.args.some((argument) => argument.name === 'first') ? this.pageSize(node, field) : LIST_SIZE;
  }

  /** What `first` or `last` says, a variable's value among it. More than a page can have is refused where it is read. */
  private pageSize(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    const stated = node.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last')?.value;
    const value =
      stated?.kind === Kind.VARIABLE ? this.variables.get(stated.name.value) : literalNumber(stated);
    if (typeof value === 'number') return Math.min(Math.max(1, value), MAX_PAGE_SIZE);
    const byDefault = field.args.find((argument) => argument.name === 'first')?.defaultValue;
    return typeof byDefault === 'number' ? byDefault : DEFAULT_PAGE_SIZE;
  }

  private length(value: ValueNode): number {
    const list = value.kind === Kind.VARIABLE ? this.variables.get(value.name.value) : value;
    if (Array.isArray(list)) return list.length;
    return value.kind === Kind.LIST ? value.values.length : 1;
  }

  private narrowed(name: string | undefined, parent: GraphQLCompositeType): GraphQLCompositeType {
    const type = name === undefined ? parent : this.schema.getType(name);
    return isCompositeType(type) ? type : parent;
  }
}
