import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Retention } from '../../storage/removal/retention-store.js';
import type { GraphQLContext } from '../context.js';
import { actorOf } from '../context.js';
import { Needs } from '../guard.js';
import { RetentionType, UpdateRetentionInput, UpdateRetentionPayload } from './retention.type.js';

@Resolver()
export class RetentionResolver {
  @Needs('CONFIGURE')
  @Query(() => RetentionType, { description: 'What is removed by age. Needs CONFIGURE.' })
  retention(@Ctx() { retention, frame }: GraphQLContext): Promise<Retention> {
    return retention.read(frame.tenantId);
  }

  @Needs('CONFIGURE')
  @Mutation(() => UpdateRetentionPayload, {
    description:
      'Says what is to be removed by age: for good, within minutes, only of interactions that have ended. Needs ' +
      'CONFIGURE.',
  })
  async updateRetention(
    @Arg('input', () => UpdateRetentionInput, { validate: true, description: 'The change.' })
    { reason = null, ...change }: UpdateRetentionInput,
    @Ctx() { retention, frame, viewer }: GraphQLContext,
  ): Promise<UpdateRetentionPayload> {
    const by = { actor: actorOf(viewer), reason };
    return { retention: await retention.change(frame.tenantId, change, by, frame.now), userErrors: [] };
  }
}
