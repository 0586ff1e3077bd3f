import { ArrayMaxSize } from 'class-validator';
import { Arg, Args, ArgsType, Ctx, Field, ID, Query, Resolver } from 'type-graphql';
import { Forbidden } from '../domain/errors.js';
import type { Permission } from '../domain/permissions.js';
import { may } from '../domain/permissions.js';
import type { GraphQLContext } from './context.js';
import type { Loaders } from './loaders.js';
import type { NodeTypeName } from './node.js';
import { NodeType, readGlobalId } from './node.js';

/** How each kind of node is found, and what it takes to see it. */
const FIND: Record<NodeTypeName, { needs: Permission; loader: (loaders: Loaders) => { load(id: string): Promise<object | null> } }> = {
  Interaction: { needs: 'READ', loader: (loaders) => loaders.interactions },
  Leg: { needs: 'READ', loader: (loaders) => loaders.legs },
  Call: { needs: 'READ', loader: (loaders) => loaders.calls },
  SourceRecord: { needs: 'READ', loader: (loaders) => loaders.sourceRecords },
  Source: { needs: 'READ_SOURCES', loader: (loaders) => loaders.sources },
  RejectedRecord: { needs: 'READ_SOURCES', loader: (loaders) => loaders.rejectedRecords },
};

/** Unknown, malformed and foreign ids alike are null. */
async function findNode(id: string, { loaders, viewer }: GraphQLContext): Promise<object | null> {
  const local = readGlobalId(id);
  if (local === null) return null;
  const { needs, loader } = FIND[local.type];
  if (!may(viewer.role, needs)) throw new Forbidden();
  const row = await loader(loaders).load(local.id);
  return row === null ? null : { ...row, __typename: local.type };
}

/** Most ids that one call of `nodes` takes. */
export const MAX_IDS = 100;

@ArgsType()
class NodesArgs {
  @ArrayMaxSize(MAX_IDS)
  @Field(() => [ID], { description: `At most ${String(MAX_IDS)} ids.` })
  ids!: string[];
}

@Resolver()
export class NodeResolver {
  @Query(() => NodeType, { nullable: true, description: 'Any object by its id; null when there is none.' })
  node(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: GraphQLContext) {
    return findNode(id, context);
  }

  @Query(() => [NodeType], { nullable: 'items', description: 'Objects by their ids, in the same order; null where there is none.' })
  nodes(@Args(() => NodesArgs, { validate: true }) { ids }: NodesArgs, @Ctx() context: GraphQLContext) {
    return ids.map((id) => findNode(id, context));
  }
}
