import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root, Subscription } from 'type-graphql';
import { NotFound } from '../../domain/errors.js';
import type { FeedEvent, TranscriptAppended } from '../../live/events.js';
import type { CallRow } from '../../storage/read-model.js';
import { CallType } from '../call/call.type.js';
import { within } from '../call/timeline.resolver.js';
import { MessageType } from '../call/timeline.type.js';
import type { GraphQLContext } from '../context.js';
import { latest } from '../context.js';
import { globalId, localId } from '../node.js';
import { ChangesArgs, changesArgs, FeedArgs, feedArgs, TranscriptAppendedArgs } from './feed.args.js';
import {
  InteractionChangeConnection,
  InteractionFeedEvent,
  InteractionRemoved,
  TranscriptAppendedType,
} from './feed.type.js';

type Removed = Extract<FeedEvent, { type: 'REMOVED' }>;
type Subscribing<A> = { args: A; context: GraphQLContext };

const callIdOf = (id: string): string => {
  const local = localId('Call', id);
  if (local === null) throw new NotFound('call');
  return local;
};

@Resolver()
export class FeedResolver {
  @Query(() => InteractionChangeConnection, {
    description:
      'The interaction feed by polling: changes in their order, from the oldest that is kept or after a cursor.',
  })
  async interactionChanges(
    @Args(() => ChangesArgs) args: ChangesArgs,
    @Ctx() { live, frame }: GraphQLContext,
  ) {
    const { edges, hasNextPage, endCursor } = await live.changes(frame, changesArgs(args));
    const nodes = edges.map(({ event }) => event);
    const pageInfo = {
      hasNextPage,
      hasPreviousPage: args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor,
    };
    return { edges: edges.map(({ cursor, event }) => ({ cursor, node: event })), nodes, pageInfo };
  }

  @Subscription(() => InteractionFeedEvent, {
    description:
      'Interactions as they happen: a snapshot, then every change. With `after` it goes on after that event instead.',
    subscribe: ({ args, context }: Subscribing<FeedArgs>) =>
      context.live.interactions(context.frame, feedArgs(args)),
  })
  interactionFeed(
    @Root() event: FeedEvent,
    @Args(() => FeedArgs) _args: FeedArgs,
    @Ctx() context: GraphQLContext,
  ) {
    return latest(event, context);
  }

  @Subscription(() => CallType, {
    description: 'A call now, and then each time it changes. NOT_FOUND when there is none.',
    subscribe: ({ args, context }: Subscribing<{ callId: string }>) =>
      context.live.call(context.frame, callIdOf(args.callId)),
  })
  callUpdated(
    @Root() call: CallRow,
    @Arg('callId', () => ID, { description: 'The id of the call, or the bare uuid in it.' }) _callId: string,
    @Ctx() context: GraphQLContext,
  ) {
    return latest(call, context);
  }

  @Subscription(() => TranscriptAppendedType, {
    description: 'What is said in a call, as it is said. NOT_FOUND when there is no such call.',
    subscribe: ({ args, context }: Subscribing<TranscriptAppendedArgs>) =>
      context.live.transcript(context.frame, callIdOf(args.callId), args.after ?? null),
  })
  transcriptAppended(
    @Root() event: TranscriptAppended,
    @Args(() => TranscriptAppendedArgs) _args: TranscriptAppendedArgs,
    @Ctx() context: GraphQLContext,
  ) {
    return latest(event, context);
  }
}

@Resolver(() => InteractionRemoved)
export class InteractionRemovedResolver {
  @FieldResolver(() => ID, { description: 'The id of the interaction.' })
  id(@Root() { interactionId }: Removed) {
    return globalId('Interaction', interactionId);
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'The id of the interaction it became part of; null unless MERGED.',
  })
  mergedInto(@Root() { mergedInto }: Removed) {
    return mergedInto === null ? null : globalId('Interaction', mergedInto);
  }
}

@Resolver(() => TranscriptAppendedType)
export class TranscriptAppendedResolver {
  @FieldResolver(() => [MessageType], {
    description: 'What was said, in order of time. A message that changed comes again.',
  })
  entries(@Root() { call, entries }: TranscriptAppended) {
    return entries.map(within(call.sortedAt));
  }
}
