import {
  Arg,
  Args,
  Ctx,
  FieldResolver,
  ID,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { MonitoringKind } from '../../domain/words.js';
import type { MonitoringActionRow } from '../../storage/read-model.js';
import { CallType } from '../call/call.type.js';
import { connection } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { actorOf, latest } from '../context.js';
import { Needs } from '../guard.js';
import { userErrorOf } from '../ingest/user-error.js';
import { globalId } from '../node.js';
import {
  actionFilter,
  AddCoachingInput,
  callOf,
  EndCallInput,
  EnqueueCallInput,
  HandBackInput,
  ListenInInput,
  MonitoringActionsArgs,
  requestOf,
  TakeOverInput,
  TransferCallInput,
} from './monitoring.args.js';
import type { JoinPayload } from './monitoring.type.js';
import {
  AddCoachingPayload,
  EndCallPayload,
  EnqueueCallPayload,
  HandBackPayload,
  ListenInPayload,
  MonitoringActionConnection,
  MonitoringActionType,
  TakeOverPayload,
  TransferCallPayload,
} from './monitoring.type.js';

/** Does it, or says what the caller can mend. */
async function act(
  kind: MonitoringKind,
  input: Parameters<typeof requestOf>[1],
  { monitor, frame, viewer }: GraphQLContext,
): Promise<JoinPayload> {
  try {
    const person = { ...actorOf(viewer), expiresAt: viewer.expiresAt };
    return { ...(await monitor.act(frame, person, requestOf(kind, input))), userErrors: [] };
  } catch (error) {
    return { action: null, join: null, userErrors: [userErrorOf(error, 'callId')] };
  }
}

const ONLY = 'Only while the call of an AI agent is in progress, else ACTION_NOT_ALLOWED says why not.';
const input = 'Which call, and what is needed for it.';

@Resolver(() => MonitoringActionType)
export class MonitoringResolver {
  @Needs('MONITOR')
  @Mutation(() => ListenInPayload, {
    description: `Lets you hear a live call; nobody on it hears you. ${ONLY} Needs MONITOR.`,
  })
  listenIn(
    @Arg('input', () => ListenInInput, { validate: true, description: input }) asked: ListenInInput,
    @Ctx() context: GraphQLContext,
  ) {
    return act('LISTEN_IN', asked, context);
  }

  @Needs('MONITOR')
  @Mutation(() => TakeOverPayload, {
    description:
      'Makes you the speaking participant in the place of the AI agent; of two at once one wins and the other ' +
      `gets CONFLICT. ${ONLY} Needs MONITOR.`,
  })
  takeOver(
    @Arg('input', () => TakeOverInput, { validate: true, description: input }) asked: TakeOverInput,
    @Ctx() context: GraphQLContext,
  ) {
    return act('TAKE_OVER', asked, context);
  }

  @Needs('MONITOR')
  @Mutation(() => HandBackPayload, {
    description: 'Gives a call that was taken over back to who had it before. Needs MONITOR.',
  })
  handBack(
    @Arg('input', () => HandBackInput, { validate: true, description: input }) asked: HandBackInput,
    @Ctx() context: GraphQLContext,
  ) {
    return act('HAND_BACK', asked, context);
  }

  @Needs('MONITOR')
  @Mutation(() => TransferCallPayload, {
    description: `Sends the caller to a telephone number. ${ONLY} Needs MONITOR.`,
  })
  transferCall(
    @Arg('input', () => TransferCallInput, { validate: true, description: input }) asked: TransferCallInput,
    @Ctx() context: GraphQLContext,
  ) {
    return act('TRANSFER', asked, context);
  }

  @Needs('MONITOR')
  @Mutation(() => EnqueueCallPayload, {
    description: `Puts the caller into the queue for a human agent; the AI agent stops. ${ONLY} Needs MONITOR.`,
  })
  enqueueCall(
    @Arg('input', () => EnqueueCallInput, { validate: true, description: input }) asked: EnqueueCallInput,
    @Ctx() context: GraphQLContext,
  ) {
    return act('ENQUEUE', asked, context);
  }

  @Needs('MONITOR')
  @Mutation(() => EndCallPayload, {
    description: `Hangs up for everybody; wrap-up, transcript and analysis follow as always. ${ONLY} Needs MONITOR.`,
  })
  endCall(
    @Arg('input', () => EndCallInput, { validate: true, description: input }) asked: EndCallInput,
    @Ctx() context: GraphQLContext,
  ) {
    return act('END', asked, context);
  }

  @Needs('COACH')
  @Mutation(() => AddCoachingPayload, {
    description: `Tells the agent of a call something that the caller never hears. ${ONLY} Needs COACH.`,
  })
  addCoaching(
    @Arg('input', () => AddCoachingInput, { validate: true, description: input }) asked: AddCoachingInput,
    @Ctx() context: GraphQLContext,
  ) {
    return act('COACH', asked, context);
  }

  @Needs('MONITOR')
  @Query(() => MonitoringActionConnection, {
    description: 'What was done to live calls, the latest first. Needs MONITOR.',
  })
  async monitoringActions(
    @Args(() => MonitoringActionsArgs) { filter = null, ...page }: MonitoringActionsArgs,
    @Ctx() { readers, frame }: GraphQLContext,
  ) {
    return connection(await readers.actions.page(frame, actionFilter(filter), page));
  }

  @Needs('MONITOR')
  @Subscription(() => MonitoringActionType, {
    description:
      'Actions that wait, then each action whenever its state changes, on one call or on all. Needs MONITOR.',
    subscribe: ({ args, context }: { args: { callId?: string | null }; context: GraphQLContext }) =>
      context.liveActions.actions(context.frame.tenantId, args.callId == null ? null : callOf(args.callId)),
  })
  monitoringActionUpdated(
    @Root() action: MonitoringActionRow,
    @Arg('callId', () => ID, { nullable: true, description: 'Of this call; of all calls by default.' })
    _callId: string | null,
    @Ctx() context: GraphQLContext,
  ) {
    return latest(action, context);
  }

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() { id }: MonitoringActionRow) {
    return globalId('MonitoringAction', id);
  }

  @FieldResolver(() => ID, { description: 'The UUID that it was asked for with, or that was made for it.' })
  actionId(@Root() { id }: MonitoringActionRow) {
    return id;
  }

  @FieldResolver(() => CallType, {
    nullable: true,
    description: 'The call; null when it was deleted.',
  })
  call(@Root() { callId }: MonitoringActionRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.calls.load(callId);
  }

  @FieldResolver(() => String, { description: 'Names the credential of who asked.' })
  requestedBy(@Root() { actor }: MonitoringActionRow) {
    return actor;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Who had the call before a take-over, in the words of its system; null otherwise.',
  })
  previousParticipant(@Root() { previous }: MonitoringActionRow) {
    return previous;
  }
}
