import { ArgsType, Field, Int, ObjectType } from 'type-graphql';
import type { ClassType } from 'type-graphql';
import { COUNT_CAP } from '../storage/list/count.js';
import { once } from '../storage/list/once.js';
import type { Page } from '../storage/read-model.js';

@ObjectType('PageInfo', { description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfoType {
  @Field(() => Boolean, { description: 'True when more follows: ask again with `after: endCursor`.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, {
    description: 'True when something precedes: ask again with `before: startCursor`.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first edge; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last edge; null on an empty page.' })
  endCursor!: string | null;
}

const SIZE = 'from 1 to 100; 50 when nothing is said';

@ArgsType()
export class ForwardArgs {
  @Field(() => Int, { nullable: true, description: `Page size, ${SIZE}.` })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'A cursor: the page begins after it.' })
  after?: string | null;
}

@ArgsType()
export class PageArgsType extends ForwardArgs {
  @Field(() => Int, {
    nullable: true,
    description: `Page size counted from the end of the list, ${SIZE}. Not together with \`first\`.`,
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'A cursor: the page ends before it.' })
  before?: string | null;
}

/** Counted only when a client asks for it. */
export type Counted = () => Promise<{ count: number; isCapped: boolean }>;

/** A page in the form that clients see. What is a function or a getter costs nothing until it is asked for. */
export interface ConnectionOf<T> {
  edges: Page<T>['edges'];
  nodes: T[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: () => string | null;
    endCursor: () => string | null;
  };
  totalCount?: () => Promise<number>;
  totalCountIsCapped?: () => Promise<boolean>;
}

export function connection<T>(page: Page<T>, count: Counted | undefined = page.count): ConnectionOf<T> {
  const { edges, hasNextPage, hasPreviousPage } = page;
  const startCursor = () => edges[0]?.cursor ?? null;
  const endCursor = () => edges.at(-1)?.cursor ?? null;
  const nodes = edges.map((edge) => edge.node);
  const result = { edges, nodes, pageInfo: { hasNextPage, hasPreviousPage, startCursor, endCursor } };
  if (count === undefined) return result;
  const counted = once(count);
  return {
    ...result,
    totalCount: async () => (await counted()).count,
    totalCountIsCapped: async () => (await counted()).isCapped,
  };
}

/** The same page with other nodes. A cursor is made when it is asked for, so it is passed on unread. */
export const mapPage = <T, U>(page: Page<T>, change: (node: T) => U): Page<U> => ({
  ...page,
  edges: page.edges.map((edge) => ({
    node: change(edge.node),
    get cursor() {
      return edge.cursor;
    },
  })),
});

/**
 * The classes of a connection: `<name>Connection` and `<name>Edge`. `of` completes "a page of ...";
 * a counted one has `totalCount` too, and one with facets counts by them.
 */
export function connectionType(
  name: string,
  of: string,
  node: () => ClassType | object,
  options: { isCounted?: boolean; facets?: () => ClassType } = {},
): ClassType {
  @ObjectType(`${name}Edge`, {
    description: `One of ${of}, with its place in the list.`,
    simpleResolvers: true,
  })
  class Edge {
    @Field(() => String, { description: 'Opaque; pass it as `after` or `before`.' })
    cursor!: string;

    @Field(() => node(), { description: 'The object itself.' })
    node!: unknown;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${of}.`, simpleResolvers: true })
  class Connection {
    @Field(() => [Edge], { description: 'The page, each object with its cursor.' })
    edges!: unknown[];

    @Field(() => [node()], { description: 'The page without cursors.' })
    nodes!: unknown[];

    @Field(() => PageInfoType, { description: 'Whether there is more, on either side.' })
    pageInfo!: PageInfoType;
  }
  if (options.isCounted === true) addCount(Connection);
  if (options.facets !== undefined) addFacets(Connection, options.facets);
  return Connection;
}

function addCount({ prototype }: ClassType): void {
  const upTo = COUNT_CAP.toLocaleString('en');
  Field(() => Int, { description: `How many match, counted up to ${upTo}.` })(
    prototype as object,
    'totalCount',
  );
  Field(() => Boolean, { description: 'True when more match than `totalCount` says.' })(
    prototype as object,
    'totalCountIsCapped',
  );
}

function addFacets({ prototype }: ClassType, facets: () => ClassType): void {
  const description =
    'How many match, by each value of some of the fields. Counted only for what is asked for.';
  Field(() => facets(), { description })(prototype as object, 'facets');
}
