import type {
  ASTVisitor,
  DocumentNode,
  FragmentDefinitionNode,
  SelectionSetNode,
  ValidationContext,
} from 'graphql';
import { GraphQLError, Kind } from 'graphql';

/** What a document may hold. Generous for a person or a program, closed to a flood. */
export const LIMITS = {
  /** Characters of the text. */
  text: 100_000,
  /** Brackets of any kind that are open at one place. */
  brackets: 100,
  tokens: 2_000,
  operations: 10,
  variables: 50,
  fragments: 30,
  directives: 20,
  aliases: 30,
  /** Fields at the root of one operation. */
  rootFields: 20,
  /** Fields after all fragments are written out. */
  fields: 400,
  depth: 12,
  /** The standard introspection query asks for types of types of types. */
  introspectionDepth: 20,
} as const;

const refusal = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'COST_LIMIT_EXCEEDED' } });

const tooMany = (what: string, limit: number): GraphQLError =>
  refusal(`The document has more than ${String(limit)} ${what}.`);

/** Looks at the text before it is parsed: the parser calls itself for every bracket. */
export function textFault(text: string): GraphQLError | null {
  if (text.length > LIMITS.text) return tooMany('characters', LIMITS.text);
  let open = 0;
  for (let place = 0; place < text.length; place++) {
    const character = text[place] ?? '';
    if ('{[('.includes(character)) open++;
    else if ('}])'.includes(character)) open--;
    if (open > LIMITS.brackets) return tooMany('open brackets', LIMITS.brackets);
  }
  return null;
}

/** A validation rule like those of graphql-js: both transports validate with it. */
export function limitsRule(context: ValidationContext): ASTVisitor {
  return {
    Document(document) {
      const fault = countFault(document) ?? shapeFault(document);
      if (fault === null) return undefined;
      context.reportError(fault);
      return false;
    },
  };
}

type Counted = 'operations' | 'variables' | 'fragments' | 'directives' | 'aliases';

/** Counts what the document itself holds; its size is bounded by its tokens. */
function countFault(document: DocumentNode): GraphQLError | null {
  const counts: Record<Counted, number> = {
    operations: 0,
    variables: 0,
    fragments: 0,
    directives: 0,
    aliases: 0,
  };
  const open: object[] = [document];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    count(node, counts);
    for (const value of Object.values(node) as unknown[])
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
        if (isNode(child)) open.push(child);
  }
  const names = Object.keys(counts) as Counted[];
  const over = names.find((name) => counts[name] > LIMITS[name]);
  return over === undefined ? null : tooMany(over, LIMITS[over]);
}

const isNode = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  typeof value.kind === 'string' &&
  !('prev' in value);

function count(node: object, counts: Record<Counted, number>): void {
  const { kind, alias } = node as { kind?: Kind; alias?: object };
  if (kind === Kind.OPERATION_DEFINITION) counts.operations++;
  if (kind === Kind.VARIABLE_DEFINITION) counts.variables++;
  if (kind === Kind.FRAGMENT_DEFINITION) counts.fragments++;
  if (kind === Kind.DIRECTIVE) counts.directives++;
  if (alias !== undefined) counts.aliases++;
}

interface Shape {
  fields: number;
  depth: number;
  rootFields: number;
}

/** Measures each operation with its fragments written out, without writing them out. */
function shapeFault(document: DocumentNode): GraphQLError | null {
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const reader = new ShapeReader(new Map(fragments.map((node) => [node.name.value, node])));
  for (const node of document.definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const { fields, depth, rootFields } = reader.shapeOf(node.selectionSet);
    if (rootFields > LIMITS.rootFields) return tooMany('root fields', LIMITS.rootFields);
    if (fields > LIMITS.fields) return tooMany('fields', LIMITS.fields);
    if (depth > LIMITS.depth)
      return refusal(`The document is nested deeper than ${String(LIMITS.depth)} fields.`);
  }
  return null;
}

const NOTHING: Shape = { fields: 0, depth: 0, rootFields: 0 };

class ShapeReader {
  private readonly known = new Map<string, Shape>();

  constructor(private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>) {}

  shapeOf(set: SelectionSetNode | undefined): Shape {
    const total = { ...NOTHING };
    for (const node of set?.selections ?? []) {
      const part = this.partOf(node);
      total.fields += part.fields;
      total.rootFields += part.rootFields;
      total.depth = Math.max(total.depth, part.depth);
    }
    return total;
  }

  private partOf(node: SelectionSetNode['selections'][number]): Shape {
    if (node.kind === Kind.FRAGMENT_SPREAD) return this.fragment(node.name.value);
    const inner = this.shapeOf(node.selectionSet);
    if (node.kind === Kind.INLINE_FRAGMENT) return inner;
    const depth = 1 + inner.depth;
    const isIntrospection = node.name.value === '__schema' || node.name.value === '__type';
    const allowed =
      isIntrospection && depth <= LIMITS.introspectionDepth ? Math.min(depth, LIMITS.depth) : depth;
    return { fields: 1 + inner.fields, rootFields: 1, depth: allowed };
  }

  /** A fragment that spreads itself counts nothing the second time: another rule refuses it. */
  private fragment(name: string): Shape {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    this.known.set(name, NOTHING);
    const shape = this.shapeOf(this.fragments.get(name)?.selectionSet);
    this.known.set(name, shape);
    return shape;
  }
}
