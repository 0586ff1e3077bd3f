import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { NotFound } from '../../domain/errors.js';
import type { DeletedInteractionRow } from '../../storage/removal/deletion-store.js';
import { connection, ForwardArgs } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { actorOf } from '../context.js';
import { Needs } from '../guard.js';
import { userErrorOf } from '../ingest/user-error.js';
import { globalId, localId } from '../node.js';
import {
  DeletedInteractionConnection,
  DeletedInteractionType,
  DeleteInteractionInput,
  DeleteInteractionPayload,
  RestoreInteractionInput,
  RestoreInteractionPayload,
} from './deletion.type.js';

const idOf = (id: string): string => {
  const local = localId('Interaction', id);
  if (local === null) throw new NotFound('interaction');
  return local;
};

@Resolver(() => DeletedInteractionType)
export class DeletionResolver {
  @Needs('DELETE')
  @Mutation(() => DeleteInteractionPayload, {
    description:
      'Deletes an interaction with all its calls: no reader, list, count, search or subscription shows it any ' +
      'more. Records that come for it later are kept and stay deleted with it. `restoreInteraction` brings it ' +
      'back whole. Needs DELETE.',
  })
  async deleteInteraction(
    @Arg('input', () => DeleteInteractionInput, { validate: true, description: 'Which one, and why.' })
    { interactionId, reason = null }: DeleteInteractionInput,
    @Ctx() { deletions, frame, viewer }: GraphQLContext,
  ): Promise<DeleteInteractionPayload> {
    try {
      const by = { actor: actorOf(viewer), reason };
      const id = await deletions.delete(frame.tenantId, idOf(interactionId), by, frame.now);
      return { deletedInteractionId: globalId('Interaction', id), userErrors: [] };
    } catch (error) {
      return { deletedInteractionId: null, userErrors: [userErrorOf(error, 'interactionId')] };
    }
  }

  @Needs('DELETE')
  @Mutation(() => RestoreInteractionPayload, {
    description:
      'Brings a deleted interaction back, with all that was recorded of it meanwhile. Needs DELETE.',
  })
  async restoreInteraction(
    @Arg('input', () => RestoreInteractionInput, { validate: true, description: 'Which one, and why.' })
    { interactionId, reason = null }: RestoreInteractionInput,
    @Ctx() { deletions, loaders, frame, viewer }: GraphQLContext,
  ): Promise<RestoreInteractionPayload> {
    try {
      const by = { actor: actorOf(viewer), reason };
      const id = await deletions.restore(frame.tenantId, idOf(interactionId), by, frame.now);
      return { interaction: await loaders.interactions.load(id), userErrors: [] };
    } catch (error) {
      return { interaction: null, userErrors: [userErrorOf(error, 'interactionId')] };
    }
  }

  @Needs('DELETE')
  @Query(() => DeletedInteractionConnection, {
    description: 'Interactions that are deleted and can be restored, the latest deleted first. Needs DELETE.',
  })
  async deletedInteractions(
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() { deletions, frame }: GraphQLContext,
  ) {
    return connection(await deletions.page(frame, page));
  }

  @FieldResolver(() => ID, { description: 'The id of the interaction, which `restoreInteraction` takes.' })
  id(@Root() row: DeletedInteractionRow) {
    return globalId('Interaction', row.id);
  }
}
