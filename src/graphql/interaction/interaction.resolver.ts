import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { analysisOf } from '../../domain/disposition.js';
import { bannersOf } from '../../domain/presentation.js';
import { explain, printDuration } from '../../domain/why.js';
import type { Instant } from '../../domain/words.js';
import type { KnownCustomer } from '../../storage/customer-reader.js';
import type { InteractionRow, StatusChangeRow } from '../../storage/read-model.js';
import { frameAsOf } from '../../storage/read-model.js';
import { SummarySourceEnum } from '../call/analysis.type.js';
import { PostCallAnalysisType } from '../call/analysis.type.js';
import { placedRecordings } from '../call/recording.resolver.js';
import { RecordingType } from '../call/recording.type.js';
import { CallType } from '../call/call.type.js';
import { MATCHES, matchWithin, transcriptMatches, TranscriptMatchesArgs } from '../call/match.js';
import { within } from '../call/timeline.resolver.js';
import {
  KnowledgeSearchType,
  MessageConnection,
  TimelineArgs,
  TimelineEntryConnection,
  ToolCallType,
  TranscriptMatchType,
} from '../call/timeline.type.js';
import { connection, ForwardArgs, mapPage } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { globalId, localId } from '../node.js';
import { DateTime } from '../scalars.js';
import { SourceRecordType } from '../source/source.type.js';
import { AS_OF, InteractionsArgs } from './interaction.args.js';
import { customerOf } from './customer.resolver.js';
import { CustomerType } from './customer.type.js';
import { interactionList } from './interaction-list.js';
import { BannerType } from './interaction.parts.type.js';
import { InteractionConnection, InteractionType } from './interaction.type.js';
import { LegType } from './leg.type.js';
import { DEFAULT_LOCALE, localeOf } from './locale.js';
import { StatusChangeType, WhyType } from './status.type.js';
import { reviewOf, summaryOf } from './summary.js';

const LOCALE = 'Language of the sentence: `en` or `es`.';

@Resolver(() => InteractionType)
export class InteractionResolver {
  @Query(() => InteractionConnection, { description: 'Interactions, the latest first.' })
  async interactions(
    @Args(() => InteractionsArgs) { filter, orderBy, asOf, ...page }: InteractionsArgs,
    @Ctx() { readers, frame: now }: GraphQLContext,
  ) {
    return interactionList(readers, frameAsOf(now, asOf), { filter, orderBy, page });
  }

  @Query(() => InteractionType, {
    nullable: true,
    description:
      'One interaction; the id of one that was merged finds its survivor. Null when there is none.',
  })
  interaction(
    @Arg('id', () => ID, { description: 'Its id, or the bare uuid in it.' }) id: string,
    @Arg('asOf', () => DateTime, { nullable: true, description: AS_OF }) asOf: Instant | null | undefined,
    @Ctx() { loaders, readers, frame }: GraphQLContext,
  ) {
    const local = localId('Interaction', id);
    if (local === null) return null;
    return asOf == null
      ? loaders.interactions.load(local)
      : readers.interactions.asOf({ ...frame, asOf }, local);
  }

  @FieldResolver(() => ID, {
    description: 'Opaque id; survives everything but a merge, after which it still finds the survivor.',
  })
  id(@Root() row: InteractionRow) {
    return globalId('Interaction', row.id);
  }

  @FieldResolver(() => CustomerType, {
    nullable: true,
    description: 'The customer; null when no source names one.',
  })
  customer(@Root() row: InteractionRow): KnownCustomer | null {
    return customerOf(row);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The duration as pages show it, `2m 15s`; null while it goes on.',
  })
  durationText(@Root() row: InteractionRow) {
    return row.durationMs === null ? null : printDuration(row.durationMs);
  }

  @FieldResolver(() => WhyType, { description: 'Why it has its status, in a sentence and in facts.' })
  why(
    @Root() row: InteractionRow,
    @Arg('locale', () => String, { nullable: true, defaultValue: DEFAULT_LOCALE, description: LOCALE })
    locale: string | null,
  ) {
    return explain(row.why, localeOf(locale));
  }

  @FieldResolver(() => [StatusChangeType], {
    description: 'Every status it ever had, and those of interactions merged into it, the first one first.',
  })
  statusHistory(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext): Promise<StatusChangeRow[]> {
    return loaders.statusChangesByInteraction.load(row.id);
  }

  @FieldResolver(() => [LegType], { description: "Each system's view of it, the earliest first." })
  legs(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.legsByInteraction.load(row.id);
  }

  @FieldResolver(() => [CallType], { description: "Each leg's source record in full, the earliest first." })
  calls(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.callsByInteraction.load(row.id);
  }

  @FieldResolver(() => TimelineEntryConnection, {
    description: 'All that was said and done in its calls, in order of time.',
  })
  async timeline(
    @Root() row: InteractionRow,
    @Args(() => TimelineArgs) page: TimelineArgs,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    return connection(
      mapPage(await loaders.timelines('interaction', page).load(row.id), within(row.startedAt)),
    );
  }

  @FieldResolver(() => MessageConnection, {
    description: 'All that was said in its calls, in order of time.',
  })
  async transcript(
    @Root() row: InteractionRow,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    return connection(
      mapPage(await loaders.transcripts('interaction', page).load(row.id), within(row.startedAt)),
    );
  }

  @FieldResolver(() => [TranscriptMatchType], { description: MATCHES })
  async transcriptMatches(
    @Root() row: InteractionRow,
    @Args(() => TranscriptMatchesArgs) args: TranscriptMatchesArgs,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    return (await transcriptMatches(loaders, 'interaction', row.id, args)).map(matchWithin(row.startedAt));
  }

  @FieldResolver(() => [ToolCallType], { description: 'The tools that ran in its calls, in order of time.' })
  async toolCalls(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return (await loaders.toolCallsByInteraction.load(row.id)).map(within(row.startedAt));
  }

  @FieldResolver(() => [KnowledgeSearchType], {
    description: 'The knowledge searches of its calls, in order of time.',
  })
  async knowledgeSearches(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return (await loaders.knowledgeSearchesByInteraction.load(row.id)).map(within(row.startedAt));
  }

  @FieldResolver(() => [RecordingType], {
    description: 'The recordings of its calls, each with its place on the timeline.',
  })
  async recordings(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return placedRecordings(await loaders.callsByInteraction.load(row.id), row.startedAt, loaders);
  }

  @FieldResolver(() => [BannerType], {
    description: 'What happened on the way to other parties, in order of time.',
  })
  async banners(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    const parties = partiesOf(row);
    const takeOvers = await Promise.all(parties.map(({ id }) => loaders.takeOversByCall.load(id)));
    return bannersOf(
      row.transfers,
      parties,
      null,
      takeOvers.flat().map(({ at }) => at),
    );
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'What happened, in words: from the post-call analysis of a source, else from our own latest timeline analysis. ' +
      '`summarySource` says which.',
  })
  async summary(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return (await summaryOf(row, loaders))?.summary ?? null;
  }

  @FieldResolver(() => SummarySourceEnum, {
    nullable: true,
    description: 'Whose words `summary` is; null when there is none.',
  })
  async summarySource(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    return (await summaryOf(row, loaders))?.source ?? null;
  }

  @FieldResolver(() => PostCallAnalysisType, {
    nullable: true,
    description:
      "The assistant's analysis after the call, else another system's, else our own review; null when there is none.",
  })
  async analysis(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    const told = analysisOf(await loaders.callsByInteraction.load(row.id));
    if (told !== null) return told;
    const summary = await reviewOf(row, loaders);
    return summary === null ? null : { summary, source: 'THROUGHLINE' };
  }

  @FieldResolver(() => [SourceRecordType], {
    description: 'The records it is joined from, leg by leg, in order of arrival.',
  })
  async sourceRecords(@Root() row: InteractionRow, @Ctx() { loaders }: GraphQLContext) {
    const legs = await loaders.legsByInteraction.load(row.id);
    return (await Promise.all(legs.map((leg) => loaders.recordsByLeg.load(leg.id)))).flat();
  }
}

/** The stored bars say who took part, and who answered. */
const partiesOf = (row: InteractionRow) =>
  row.segments.flatMap(({ legId, role, startedAt, answeredAt }) =>
    legId === null || startedAt === null ? [] : [{ id: legId, role, startedAt, answeredAt }],
  );
