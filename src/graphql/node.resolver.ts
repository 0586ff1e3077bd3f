import { ArrayMaxSize } from 'class-validator';
import { Arg, Args, ArgsType, Ctx, Field, ID, Query, Resolver } from 'type-graphql';
import { Forbidden } from '../domain/errors.js';
import type { Permission } from '../domain/permissions.js';
import { may } from '../domain/permissions.js';
import { isOneOf } from '../domain/words.js';
import type { GraphQLContext } from './context.js';
import type { Loaders } from './loaders.js';
import type { NodeTypeName } from './node.js';
import { NODE_TYPES, NodeType, readGlobalId } from './node.js';

interface Kind {
  needs: Permission;
  find: (loaders: Loaders, key: string[]) => Promise<object | null>;
}

type OneLoader = (loaders: Loaders) => { load(id: string): Promise<object | null> };

const byId = (loader: OneLoader, needs: Permission = 'READ'): Kind => ({
  needs,
  find: async (loaders, [id, ...rest]) =>
    id === undefined || rest.length > 0 ? null : loader(loaders).load(id),
});

/** How each kind of node is found, and what it takes to see it. A source record is found with its leg. */
const KINDS: Record<NodeTypeName, Kind> = {
  Interaction: byId((loaders) => loaders.interactions),
  Leg: byId((loaders) => loaders.legs),
  Call: byId((loaders) => loaders.calls),
  Source: byId((loaders) => loaders.sources, 'READ_SOURCES'),
  TimelineAnalysis: byId((loaders) => loaders.analyses),
  MonitoringAction: byId((loaders) => loaders.monitoringActions, 'MONITOR'),
  SourceRecord: {
    needs: 'READ',
    find: async (loaders, [legId = '', id]) =>
      (await loaders.recordsByLeg.load(legId)).find((record) => record.id === id) ?? null,
  },
};

/** Unknown, malformed and foreign ids alike are null. */
async function findNode(id: string, { loaders, viewer }: GraphQLContext): Promise<object | null> {
  const read = readGlobalId(id);
  if (read === null || !isOneOf(NODE_TYPES, read.type)) return null;
  const { needs, find } = KINDS[read.type];
  if (!may(viewer.role, needs)) throw new Forbidden();
  const row = await find(loaders, read.key);
  return row === null ? null : { ...row, __typename: read.type };
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

  @Query(() => [NodeType], {
    nullable: 'items',
    description: 'Objects by their ids, in the same order; null where there is none.',
  })
  nodes(@Args(() => NodesArgs, { validate: true }) { ids }: NodesArgs, @Ctx() context: GraphQLContext) {
    return ids.map((id) => findNode(id, context));
  }
}
