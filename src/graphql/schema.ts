import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { InteractionAnalysesResolver, TimelineAnalysisResolver } from './analysis/analysis.resolver.js';
import { AuditResolver } from './audit/audit.resolver.js';
import { CallResolver } from './call/call.resolver.js';
import {
  KnowledgeSearchResolver,
  LifecycleEventResolver,
  MessageResolver,
  PostCallAnalysisResolver,
  ToolCallResolver,
} from './call/timeline.resolver.js';
import { RecordingResolver } from './call/recording.resolver.js';
import { ExportResolver } from './export/export.resolver.js';
import { HandOffResolver, LiveCallResolver } from './control/live-call.resolver.js';
import { MonitoringResolver } from './control/monitoring.resolver.js';
import { FunnelResolver } from './funnel/funnel.resolver.js';
import { guardFields } from './guard.js';
import { IngestResolver } from './ingest/ingest.resolver.js';
import { CustomerResolver } from './interaction/customer.resolver.js';
import {
  CauseResolver,
  InteractionHistoryResolver,
  InteractionRevisionResolver,
} from './interaction/history.resolver.js';
import { InteractionResolver } from './interaction/interaction.resolver.js';
import { InteractionRelationsResolver, RelationResolver } from './interaction/relation.resolver.js';
import {
  BannerResolver,
  ClaimResolver,
  DisagreementResolver,
  LegResolver,
  LinkEvidenceResolver,
  LinkMatchResolver,
  LinkResolver,
  SegmentResolver,
  StatusChangeResolver,
  TransferResolver,
} from './interaction/parts.resolver.js';
import {
  FeedResolver,
  InteractionRemovedResolver,
  TranscriptAppendedResolver,
} from './live/feed.resolver.js';
import { AnnotationResolver, MarkResolver } from './mark/mark.resolver.js';
import { answerFaults } from './mutation-faults.js';
import { NodeResolver } from './node.resolver.js';
import {
  JudgedStatusResolver,
  LinkDifferenceResolver,
  PolicyDifferenceResolver,
  PolicyResolver,
  SimulationResolver,
} from './policy/policy.resolver.js';
import {
  ClockOffsetResolver,
  InteractionClockResolver,
  JoinAlarmResolver,
  JoinHealthResolver,
  LegClockResolver,
  SourceMeasuresResolver,
} from './source/measured.resolver.js';
import { ApiKeyResolver, SourceAdminResolver } from './source/admin.resolver.js';
import { DecisionResolver } from './reconciliation/decision.resolver.js';
import {
  InteractionSuggestionsResolver,
  LinkExplanationResolver,
  LinkFeatureResolver,
  LinkRivalResolver,
  ReconciliationGroupResolver,
  ReconciliationResolver,
  SuggestionResolver,
} from './reconciliation/reconciliation.resolver.js';
import { RejectedRecordResolver, SourceRecordResolver, SourceResolver } from './source/source.resolver.js';
import { WatermarkResolver } from './source/watermark.resolver.js';
import { DeletionResolver } from './removal/deletion.resolver.js';
import { ErasureResolver } from './removal/erasure.resolver.js';
import { RetentionResolver } from './removal/retention.resolver.js';
import { ViewerResolver } from './viewer/viewer.resolver.js';
import { keepIntegers } from './whole-numbers.js';

/** Subscriptions come from the live feed alone; the library asks for a topic bus and never gets to use this one. */
const NO_TOPICS = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('no subscription uses topics');
  },
};

/** The schema that every transport serves. Resolvers take what they need from the context. */
export function buildThroughlineSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      AnnotationResolver,
      ApiKeyResolver,
      AuditResolver,
      BannerResolver,
      CallResolver,
      CauseResolver,
      ClaimResolver,
      ClockOffsetResolver,
      CustomerResolver,
      DecisionResolver,
      DeletionResolver,
      DisagreementResolver,
      ErasureResolver,
      ExportResolver,
      FeedResolver,
      FunnelResolver,
      HandOffResolver,
      IngestResolver,
      InteractionAnalysesResolver,
      InteractionHistoryResolver,
      InteractionRelationsResolver,
      InteractionRemovedResolver,
      InteractionResolver,
      InteractionRevisionResolver,
      InteractionSuggestionsResolver,
      JoinAlarmResolver,
      JoinHealthResolver,
      JudgedStatusResolver,
      KnowledgeSearchResolver,
      InteractionClockResolver,
      LegClockResolver,
      LegResolver,
      LifecycleEventResolver,
      LinkDifferenceResolver,
      LinkEvidenceResolver,
      LinkExplanationResolver,
      LinkFeatureResolver,
      LinkMatchResolver,
      LinkResolver,
      LinkRivalResolver,
      MarkResolver,
      LiveCallResolver,
      MessageResolver,
      MonitoringResolver,
      NodeResolver,
      PolicyDifferenceResolver,
      PolicyResolver,
      PostCallAnalysisResolver,
      ReconciliationGroupResolver,
      ReconciliationResolver,
      RecordingResolver,
      RejectedRecordResolver,
      RelationResolver,
      RetentionResolver,
      SegmentResolver,
      TransferResolver,
      SimulationResolver,
      SourceAdminResolver,
      SourceMeasuresResolver,
      SourceRecordResolver,
      SourceResolver,
      StatusChangeResolver,
      TimelineAnalysisResolver,
      SuggestionResolver,
      ToolCallResolver,
      TranscriptAppendedResolver,
      ViewerResolver,
      WatermarkResolver,
    ],
    pubSub: NO_TOPICS,
    validate: false,
  });
  keepIntegers(schema);
  answerFaults(schema);
  guardFields(schema);
  return schema;
}

/** The schema as text: sorted, with descriptions, the same on every machine. */
export const printThroughlineSchema = (schema: GraphQLSchema): string =>
  `${printSchema(lexicographicSortSchema(schema))}\n`;
