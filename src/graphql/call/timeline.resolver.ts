import type { ClassType } from 'type-graphql';
import { Ctx, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import type { PostCallAnalysis } from '../../domain/record.js';
import { recordingOffset } from '../../domain/presentation.js';
import type { Instant } from '../../domain/words.js';
import type { GraphQLContext } from '../context.js';
import { globalId } from '../node.js';
import type { SummarySource } from './analysis.type.js';
import { DispositionType, PostCallAnalysisType, SummarySourceEnum } from './analysis.type.js';
import { CallType } from './call.type.js';
import { placedRecordings } from './recording.resolver.js';
import { KnowledgeSearchType, LifecycleEventType, MessageType, ToolCallType } from './timeline.type.js';

/** Something of a call, as it is read through the call or its interaction. */
interface Entry {
  callId: string;
  id: string;
  at: Instant;
  ownerStartedAt: Instant;
}

/** Tells an entry when that began which it is read through: its offset is counted from there. */
export const within =
  (ownerStartedAt: Instant) =>
  <T extends object>(row: T): T & Pick<Entry, 'ownerStartedAt'> => ({ ...row, ownerStartedAt });

/** What messages, tool calls and knowledge searches have in common. */
function entryResolver(name: string, type: ClassType) {
  @Resolver(() => type)
  class EntryResolver {
    @FieldResolver(() => ID, { description: 'Opaque id.' })
    id(@Root() entry: Entry) {
      return globalId(name, entry.callId, entry.id);
    }

    @FieldResolver(() => Int, {
      description: 'When, in ms from the start of the call or interaction it is read through.',
    })
    offsetMs(@Root() entry: Entry) {
      return entry.at - entry.ownerStartedAt;
    }

    @FieldResolver(() => Int, {
      nullable: true,
      description:
        "Where to jump to in the recording, in ms: in that of its own call, else in the interaction's earliest that covers it. " +
        'Null when none does.',
    })
    async recordingOffsetMs(@Root() entry: Entry, @Ctx() { loaders }: GraphQLContext) {
      const call = await loaders.calls.load(entry.callId);
      const calls = call === null ? [] : await loaders.callsByInteraction.load(call.interactionId);
      return recordingOffset(entry.at, entry.callId, await placedRecordings(calls, 0, loaders));
    }

    @FieldResolver(() => CallType, { description: 'The call in which it happened.' })
    call(@Root() entry: Entry, @Ctx() { loaders }: GraphQLContext) {
      return loaders.calls.load(entry.callId);
    }
  }
  return EntryResolver;
}

export const MessageResolver = entryResolver('Message', MessageType);
export const ToolCallResolver = entryResolver('ToolCall', ToolCallType);
export const KnowledgeSearchResolver = entryResolver('KnowledgeSearch', KnowledgeSearchType);
export const LifecycleEventResolver = entryResolver('LifecycleEvent', LifecycleEventType);

/** Lists that a source left out are empty. */
@Resolver(() => PostCallAnalysisType)
export class PostCallAnalysisResolver {
  @FieldResolver(() => [String], { description: 'Words that describe the call.' })
  tags(@Root() { tags }: PostCallAnalysis) {
    return tags ?? [];
  }

  @FieldResolver(() => SummarySourceEnum, { description: 'Whose analysis it is; ours has a summary alone.' })
  source(@Root() { source = 'PROVIDER' }: PostCallAnalysis & { source?: SummarySource }): SummarySource {
    return source;
  }

  @FieldResolver(() => [DispositionType], { description: 'Business results, shown as badges.' })
  dispositions(@Root() { dispositions }: PostCallAnalysis) {
    return dispositions ?? [];
  }
}
