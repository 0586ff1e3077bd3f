import { Args, Ctx, FieldResolver, Int, Query, Resolver, Root, Subscription } from 'type-graphql';
import { may, neededToAct } from '../../domain/permissions.js';
import type { Instant } from '../../domain/words.js';
import type { CallRow, HandOffRow } from '../../storage/read-model.js';
import { CallType } from '../call/call.type.js';
import { connection, ForwardArgs } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { latest } from '../context.js';
import { Needs } from '../guard.js';
import { TransferType } from '../interaction/interaction.parts.type.js';
import { DateTime } from '../scalars.js';
import { MonitoringKindEnum } from './monitoring.enums.js';
import { CoachingNoteType, HandOffConnection, HandOffType } from './monitoring.type.js';

/** What a call shows to those who act on it. */
@Resolver(() => CallType)
export class LiveCallResolver {
  @FieldResolver(() => [MonitoringKindEnum], {
    description:
      'What you may do to it now: by your role, by who has the call, and by what its system can do. Empty when it ' +
      'is not the call of an AI agent in progress.',
  })
  async availableActions(@Root() { id }: CallRow, @Ctx() { loaders, viewer }: GraphQLContext) {
    const possible = await loaders.availableActions.load(id);
    return possible.filter((kind) => may(viewer.role, neededToAct(kind)));
  }

  @Needs('COACH')
  @FieldResolver(() => [CoachingNoteType], {
    nullable: true,
    description: 'What its agent was told, in order of time. Needs COACH.',
  })
  coachingNotes(@Root() { id }: CallRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.coachingNotesByCall.load(id);
  }
}

@Resolver(() => HandOffType)
export class HandOffResolver {
  @Query(() => HandOffConnection, {
    description:
      'The hand-off inbox: calls in progress whose assistant asked for a human who has not come, the one that waits ' +
      'longest first. Each request and each answer changes its interaction, so `interactionFeed` tells when to look again; `handOffsUpdated` is the inbox live.',
  })
  async handOffs(@Args(() => ForwardArgs) page: ForwardArgs, @Ctx() { readers, frame }: GraphQLContext) {
    return connection(await readers.actions.handOffs(frame, page));
  }

  @Subscription(() => [HandOffType], {
    description:
      'The hand-off inbox, live: the calls that wait now, the longest wait first, then all of them again whenever one ' +
      'comes or goes. At most 100.',
    subscribe: ({ context }: { context: GraphQLContext }) => context.liveHandOffs.inbox(context.frame),
  })
  handOffsUpdated(@Root() waiting: HandOffRow[], @Ctx() context: GraphQLContext) {
    return latest(waiting, context);
  }

  @FieldResolver(() => CallType, { description: 'The call of the assistant.' })
  call(@Root() { id }: HandOffRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.calls.load(id);
  }

  @FieldResolver(() => DateTime, { description: 'When it asked.' })
  requestedAt(@Root() { handOffAt }: HandOffRow): Instant {
    return handOffAt;
  }

  @FieldResolver(() => Int, { description: 'How long the customer has waited since, in ms.' })
  waitingMs(@Root() { handOffAt }: HandOffRow, @Ctx() { frame }: GraphQLContext) {
    return Math.max(0, frame.now - handOffAt);
  }

  @FieldResolver(() => [TransferType], { description: 'The hand-overs that wait.' })
  transfers(@Root() { transfers }: HandOffRow) {
    return transfers.filter(({ state }) => state === 'REQUESTED' || state === 'RINGING');
  }
}
