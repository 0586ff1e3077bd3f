import { Arg, Args, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { callAnalysis } from '../../domain/disposition.js';
import { wasAnswered } from '../../domain/leg.js';
import type { Party } from '../../domain/presentation.js';
import {
  bannersOf,
  callDuration,
  latencyTrace,
  originOf,
  placeRecording,
  timedTurn,
} from '../../domain/presentation.js';
import { printDuration } from '../../domain/why.js';
import type { CallRow } from '../../storage/read-model.js';
import { connection, ForwardArgs, mapPage } from '../connection.js';
import type { GraphQLContext } from '../context.js';
import { Needs } from '../guard.js';
import {
  BannerType,
  CostType,
  ReviewFlagType,
  SentimentType,
  TransferType,
} from '../interaction/interaction.parts.type.js';
import { InteractionType } from '../interaction/interaction.type.js';
import { LegType } from '../interaction/leg.type.js';
import { globalId, localId } from '../node.js';
import { JsonValue } from '../scalars.js';
import { SourceType } from '../source/source.type.js';
import { PostCallAnalysisType, QcAnalysisType } from './analysis.type.js';
import { CallsArgs } from './call.args.js';
import { CallConnection, CallType } from './call.type.js';
import { LatencyTraceType, LatencyType, PostCallCacheType, TokensType, TurnType } from './metrics.type.js';
import { RecordingType } from './recording.type.js';
import { averageLatency } from './latency.js';
import { rawRecord } from './raw-record.js';
import { MATCHES, matchWithin, transcriptMatches, TranscriptMatchesArgs } from './match.js';
import { within } from './timeline.resolver.js';
import {
  KnowledgeSearchType,
  MessageConnection,
  TimelineArgs,
  TimelineEntryConnection,
  ToolCallType,
  TranscriptMatchType,
} from './timeline.type.js';

@Resolver(() => CallType)
export class CallResolver {
  @Query(() => CallConnection, { description: 'Calls, the latest first.' })
  async calls(
    @Args(() => CallsArgs) { filter, orderBy, ...page }: CallsArgs,
    @Ctx() { readers, frame }: GraphQLContext,
  ) {
    const counted = () => readers.calls.count(frame, filter);
    return connection(await readers.calls.page(frame, filter, orderBy, page), counted);
  }

  @Query(() => CallType, { nullable: true, description: 'One call; null when there is none.' })
  call(
    @Arg('id', () => ID, { description: 'Its id, or the bare uuid in it.' }) id: string,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    const local = localId('Call', id);
    return local === null ? null : loaders.calls.load(local);
  }

  @FieldResolver(() => ID, { description: 'Opaque id.' })
  id(@Root() row: CallRow) {
    return globalId('Call', row.id);
  }

  @FieldResolver(() => String, {
    description: "The source's own id of the session: what its support asks for.",
  })
  sessionId(@Root() row: CallRow) {
    return row.externalId;
  }

  @FieldResolver(() => LegType, { description: 'The leg it is the record of.' })
  leg(@Root() row: CallRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.legs.load(row.id);
  }

  @FieldResolver(() => InteractionType, { description: 'The interaction it belongs to now.' })
  interaction(@Root() row: CallRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.interactions.load(row.interactionId);
  }

  @Needs('READ_SOURCES')
  @FieldResolver(() => SourceType, {
    nullable: true,
    description: 'The system that reported it. Needs READ_SOURCES.',
  })
  source(@Root() row: CallRow, @Ctx() { loaders }: GraphQLContext) {
    return loaders.sources.load(row.sourceId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The customer's address: usually the phone number, as the source wrote it.",
  })
  caller(@Root() row: CallRow) {
    return row.customerAddress;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The customer's name, when the source knows it.",
  })
  callerName(@Root() row: CallRow) {
    return row.customerName;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'From its first sign to its end, in ms; null while it has no end.',
  })
  durationMs(@Root() row: CallRow) {
    return callDuration(row);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The duration as pages show it, `2m 15s`; null while it has no end.',
  })
  durationText(@Root() row: CallRow) {
    const ms = callDuration(row);
    return ms === null ? null : printDuration(ms);
  }

  @FieldResolver(() => CostType, {
    nullable: true,
    description: 'What it cost; null when its source has not said.',
  })
  cost(@Root() { cost }: CallRow) {
    return cost === null ? null : { ...cost, isComplete: cost.isComplete !== false };
  }

  @FieldResolver(() => LatencyType, { description: 'Average response times.' })
  latency(@Root() row: CallRow, @Ctx() { loaders }: GraphQLContext) {
    return averageLatency(row, loaders);
  }

  @Needs('READ_USAGE')
  @FieldResolver(() => TokensType, {
    nullable: true,
    description: 'Language-model work; null when not said. Needs READ_USAGE.',
  })
  tokens(@Root() row: CallRow) {
    return row.tokens;
  }

  @Needs('READ_USAGE')
  @FieldResolver(() => PostCallCacheType, {
    nullable: true,
    description: 'Reuse of cached prompts after the call; null when there was none. Needs READ_USAGE.',
  })
  postCallCache(@Root() row: CallRow) {
    return row.postCallCache;
  }

  @FieldResolver(() => RecordingType, {
    nullable: true,
    description: 'Its audio; null when its source said nothing of any.',
  })
  async recording(@Root() row: CallRow, @Ctx() { loaders }: GraphQLContext) {
    return placeRecording(row, await loaders.recordings.load(row.id), row.sortedAt);
  }

  @FieldResolver(() => MessageConnection, { description: 'All that was said, in order of time.' })
  async transcript(
    @Root() row: CallRow,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    return connection(mapPage(await loaders.transcripts('call', page).load(row.id), within(row.sortedAt)));
  }

  @FieldResolver(() => TimelineEntryConnection, {
    description: 'All that was said and done, in order of time.',
  })
  async timeline(
    @Root() row: CallRow,
    @Args(() => TimelineArgs) page: TimelineArgs,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    return connection(mapPage(await loaders.timelines('call', page).load(row.id), within(row.sortedAt)));
  }

  @FieldResolver(() => [TranscriptMatchType], { description: MATCHES })
  async transcriptMatches(
    @Root() row: CallRow,
    @Args(() => TranscriptMatchesArgs) args: TranscriptMatchesArgs,
    @Ctx() { loaders }: GraphQLContext,
  ) {
    return (await transcriptMatches(loaders, 'call', row.id, args)).map(matchWithin(row.sortedAt));
  }

  @FieldResolver(() => [ToolCallType], { description: 'The tools that ran, in order of time.' })
  async toolCalls(@Root() row: CallRow, @Ctx() { loaders }: GraphQLContext) {
    return (await loaders.toolCallsByCall.load(row.id)).map(within(row.sortedAt));
  }

  @FieldResolver(() => [KnowledgeSearchType], { description: 'The knowledge searches, in order of time.' })
  async knowledgeSearches(@Root() row: CallRow, @Ctx() { loaders }: GraphQLContext) {
    return (await loaders.knowledgeSearchesByCall.load(row.id)).map(within(row.sortedAt));
  }

  @FieldResolver(() => PostCallAnalysisType, {
    nullable: true,
    description:
      'The structured outcome; for a call of an assistant that was very short, or without a conversation, one that was set by rule. ' +
      'Null when there is none.',
  })
  postCallAnalysis(@Root() row: CallRow) {
    return callAnalysis(row);
  }

  @FieldResolver(() => QcAnalysisType, {
    nullable: true,
    description: 'The quality-control review; null when there is none.',
  })
  qcAnalysis(@Root() row: CallRow) {
    return row.qcAnalysis;
  }

  @FieldResolver(() => [TurnType], { description: 'The call turn by turn.' })
  turns(@Root() row: CallRow) {
    return row.turns.map(timedTurn);
  }

  @FieldResolver(() => [LatencyTraceType], {
    description: 'When each stage of each answer began, for the turns whose source says.',
  })
  latencyTrace(@Root() row: CallRow) {
    return latencyTrace(row.turns);
  }

  @FieldResolver(() => [TransferType], { description: 'Hand-overs to other parties.' })
  transfers(@Root() row: CallRow) {
    return row.transfers;
  }

  @FieldResolver(() => [BannerType], {
    description: 'What happened on the way to other parties, in order of time.',
  })
  async banners(@Root() row: CallRow, @Ctx() { loaders }: GraphQLContext) {
    const calls = await loaders.callsByInteraction.load(row.interactionId);
    const takeOvers = await loaders.takeOversByCall.load(row.id);
    return bannersOf(
      row.transfers,
      calls.map(partyOf),
      partyOf(row),
      takeOvers.map(({ at }) => at),
    );
  }

  @FieldResolver(() => CallType, {
    nullable: true,
    description: "The bot's call that this human agent's call came from; else null.",
  })
  async originCall(@Root() row: CallRow, @Ctx() { loaders }: GraphQLContext) {
    const calls = await loaders.callsByInteraction.load(row.interactionId);
    const origin = originOf(partyOf(row), calls.map(partyOf));
    return calls.find((call) => call.id === origin) ?? null;
  }

  @FieldResolver(() => [SentimentType], { description: "The customer's emotions, in order of time." })
  sentiment(@Root() row: CallRow) {
    return row.sentiment;
  }

  @FieldResolver(() => [ReviewFlagType], { description: 'Marks for inspection.' })
  reviewFlags(@Root() row: CallRow) {
    return row.reviewFlags;
  }

  @Needs('READ_RAW')
  @FieldResolver(() => JsonValue, {
    nullable: true,
    description:
      'Everything that is stored of it: the folded call, and each record with the payload as it came. Needs READ_RAW.',
  })
  async rawRecord(@Root() row: CallRow, @Ctx() { loaders }: GraphQLContext) {
    return rawRecord(row, await loaders.recordsByLeg.load(row.id), loaders.payloads);
  }
}

const partyOf = (call: CallRow): Party => ({
  id: call.id,
  role: call.role,
  startedAt: call.sortedAt,
  answeredAt: wasAnswered(call) ? (call.answeredAt ?? call.sortedAt) : null,
});
