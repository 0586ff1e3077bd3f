import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { NotFound } from '../../domain/errors.js';
import { inDocumentOrder } from '../../domain/verdict/key-order.js';
import { FAILURES } from '../../domain/verdict/lifecycle.js';
import type { TimelineAnalysisFilter, TimelineAnalysisRow } from '../../storage/analysis/analysis-reader.js';
import { isStale } from '../../storage/analysis/analysis-reader.js';
import type { InteractionRow } from '../../storage/read-model.js';
import { connection, ForwardArgs } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { actorOf, latest } from '../context.js';
import { Needs } from '../guard.js';
import { userErrorOf } from '../ingest/user-error.js';
import { InteractionType } from '../interaction/interaction.type.js';
import { globalId, localId } from '../node.js';
import { JsonValue } from '../scalars.js';
import {
  StartTimelineAnalysisInput,
  StartTimelineAnalysisPayload,
  TimelineAnalysisConnection,
  TimelineAnalysisFilterInput,
  TimelineAnalysisType,
} from './analysis.type.js';
import { shownVerdict } from './shown-verdict.js';
import { TimelineVerdictType } from './verdict.type.js';

@ArgsType()
class TimelineAnalysesArgs extends ForwardArgs {
  @Field(() => TimelineAnalysisFilterInput, { nullable: true, description: 'Which ones; all by default.' })
  filter?: TimelineAnalysisFilterInput | null;
}

interface UpdatedArgs {
  interactionId?: string | null;
}

function interactionIdOf(id: string): string {
  const local = localId('Interaction', id);
  if (local === null) throw new NotFound('interaction');
  return local;
}

/** The id of one that was merged stands for its survivor; what is no id matches nothing. */
async function readFilter(
  filter: TimelineAnalysisFilterInput | null | undefined,
  { loaders }: GraphQLContext,
): Promise<TimelineAnalysisFilter | null> {
  if (filter?.interactionId == null) return filter ?? null;
  const local = localId('Interaction', filter.interactionId);
  const found = local === null ? null : await loaders.interactions.load(local);
  return { ...filter, interactionId: found?.id ?? '' };
}

@Resolver(() => TimelineAnalysisType)
export class TimelineAnalysisResolver {
  @Query(() => TimelineAnalysisType, {
    nullable: true,
    description: 'One analysis; null when there is none.',
  })
  timelineAnalysis(
    @Arg('id', () => ID, { description: 'Its id, or the bare uuid in it.' }) id: string,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    const local = localId('TimelineAnalysis', id);
    return local === null ? null : loaders.analyses.load(local);
  }

  @Query(() => TimelineAnalysisConnection, { description: 'Analyses, the latest first.' })
  async timelineAnalyses(
    @Args(() => TimelineAnalysesArgs) { filter, ...page }: TimelineAnalysesArgs,
    @Ctx() context: GraphQLContext,
  ) {
    const { readers, frame } = context;
    const read = await readFilter(filter, context);
    const counted = () => readers.analyses.count(frame.tenantId, read);
    return connection(await readers.analyses.page(frame.tenantId, read, page), counted);
  }

  @Needs('ANALYZE')
  @Mutation(() => StartTimelineAnalysisPayload, {
    description:
      'Analyses an interaction that has ended, in the background. Asking again answers the analysis that is ' +
      'there, unless `reanalyze` is true. Needs ANALYZE.',
  })
  async startTimelineAnalysis(
    @Arg('input', () => StartTimelineAnalysisInput, { description: 'What to analyse.' })
    { interactionId, reanalyze }: StartTimelineAnalysisInput,
    @Ctx() { analyses, loaders, frame, viewer }: GraphQLContext,
  ): Promise<StartTimelineAnalysisPayload> {
    try {
      const local = interactionIdOf(interactionId);
      const id = await analyses.start(frame.tenantId, local, reanalyze ?? false, actorOf(viewer), frame.now);
      return { timelineAnalysis: await loaders.analyses.load(id), userErrors: [] };
    } catch (error) {
      return { timelineAnalysis: null, userErrors: [userErrorOf(error, 'interactionId')] };
    }
  }

  @Subscription(() => TimelineAnalysisType, {
    description:
      'Analyses as they go on. Of one interaction: its latest analysis now, then every status that one reaches. ' +
      'Of all: those that run now, then every status. NOT_FOUND when there is no such interaction.',
    subscribe: ({ args, context }: { args: UpdatedArgs; context: GraphQLContext }) =>
      context.analysisUpdates.updates(
        context.frame,
        args.interactionId == null ? null : interactionIdOf(args.interactionId),
      ),
  })
  timelineAnalysisUpdated(
    @Root() analysis: TimelineAnalysisRow,
    @Arg('interactionId', () => ID, {
      nullable: true,
      description: 'The id of an interaction, or the bare uuid in it; absent: all analyses.',
    })
    _interactionId: string | null,
    @Ctx() context: GraphQLContext,
  ) {
    return latest(analysis, context);
  }

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() row: TimelineAnalysisRow) {
    return globalId('TimelineAnalysis', row.id);
  }

  @FieldResolver(() => InteractionType, {
    nullable: true,
    description: 'The interaction it belongs to now: after a merge the survivor.',
  })
  interaction(@Root() row: TimelineAnalysisRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.interactions.load(row.interactionId);
  }

  @FieldResolver(() => TimelineVerdictType, {
    nullable: true,
    description: 'The verdict; null unless COMPLETED.',
  })
  result(@Root() { result }: TimelineAnalysisRow) {
    return result === null ? null : shownVerdict(result);
  }

  @FieldResolver(() => JsonValue, {
    nullable: true,
    description:
      'The verdict as `GET /timeline-analyses/:id` has it: snake_case, and what does not apply is an absent key.',
  })
  resultJson(@Root() { result }: TimelineAnalysisRow) {
    return result === null ? null : inDocumentOrder(result);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why it failed, in a sentence that anybody may read; null unless FAILED.',
  })
  error(@Root() { failure }: TimelineAnalysisRow) {
    return failure === null ? null : FAILURES[failure];
  }

  @FieldResolver(() => Boolean, {
    description: 'True when the interaction has changed, or became part of another one, since it was judged.',
  })
  isStale(@Root() row: TimelineAnalysisRow) {
    return isStale(row);
  }
}

@Resolver(() => InteractionType)
export class InteractionAnalysesResolver {
  @FieldResolver(() => [TimelineAnalysisType], {
    description: 'Its analyses, the latest first, at most a hundred.',
  })
  timelineAnalyses(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.analysesByInteraction.load(row.id);
  }

  @FieldResolver(() => TimelineAnalysisType, {
    nullable: true,
    description: 'Its latest analysis, whatever its status; null when it was never analysed.',
  })
  async latestTimelineAnalysis(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return (await loaders.latestAnalysisByInteraction.load(row.id))[0] ?? null;
  }
}
