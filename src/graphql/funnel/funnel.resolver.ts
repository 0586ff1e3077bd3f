import { Args, Ctx, Query, Resolver } from 'type-graphql';
import type { GraphQLContext } from '../context.js';
import { FunnelArgs } from './funnel.args.js';
import { FunnelType } from './funnel.type.js';

@Resolver(() => FunnelType)
export class FunnelResolver {
  @Query(() => FunnelType, { description: 'How far interactions come, stage by stage.' })
  funnel(@Args(() => FunnelArgs) request: FunnelArgs, @Ctx() { readers, frame }: GraphQLContext) {
    return readers.funnel.read(frame, request);
  }
}
