import { AnalysisDueEntity, TimelineAnalysisEntity } from './analysis.entity.js';
import { AuditEntryEntity } from './audit.entity.js';
import { LegPairEntity, LegVerdictEntity, OrphanEntity, ResolutionEntity } from './bond.entity.js';
import { CallEntity, KnowledgeSearchEntity, ToolCallEntity, TranscriptEntryEntity } from './call.entity.js';
import { ChangeEntity, FeedHeadEntity } from './change.entity.js';
import {
  CallControlEntity,
  CoachingNoteEntity,
  MonitoringActionEntity,
  MonitoringStepEntity,
} from './control.entity.js';
import { CallBackCheckEntity, FunnelCellEntity, FunnelDeltaEntity } from './funnel.entity.js';
import { InteractionEntity, InteractionRedirectEntity, StatusChangeEntity } from './interaction.entity.js';
import { CorrelationKeyEntity, LegEntity, QuarantinedKeyEntity } from './leg.entity.js';
import { MarkEntity } from './mark.entity.js';
import { DeletedLegEntity, ErasedNameEntity, ErasureEntity } from './removal.entity.js';
import { PolicyEntity } from './policy.entity.js';
import { JoinHealthEntity, SourcePairEntity } from './pair.entity.js';
import { RecordingEntity } from './recording.entity.js';
import { RejectedRecordEntity, SourceRecordEntity } from './source-record.entity.js';
import { ApiKeyEntity, InstanceEntity, SourceEntity, TenantEntity } from './tenant.entity.js';
import { InteractionVersionEntity } from './version.entity.js';

export const ENTITIES = [
  AnalysisDueEntity,
  ApiKeyEntity,
  AuditEntryEntity,
  CallBackCheckEntity,
  CallControlEntity,
  CallEntity,
  ChangeEntity,
  CoachingNoteEntity,
  CorrelationKeyEntity,
  DeletedLegEntity,
  ErasedNameEntity,
  ErasureEntity,
  FeedHeadEntity,
  FunnelCellEntity,
  FunnelDeltaEntity,
  InstanceEntity,
  InteractionEntity,
  InteractionRedirectEntity,
  InteractionVersionEntity,
  JoinHealthEntity,
  KnowledgeSearchEntity,
  LegEntity,
  LegPairEntity,
  LegVerdictEntity,
  OrphanEntity,
  MarkEntity,
  MonitoringActionEntity,
  MonitoringStepEntity,
  PolicyEntity,
  QuarantinedKeyEntity,
  RecordingEntity,
  RejectedRecordEntity,
  ResolutionEntity,
  SourceEntity,
  SourcePairEntity,
  SourceRecordEntity,
  StatusChangeEntity,
  TenantEntity,
  TimelineAnalysisEntity,
  ToolCallEntity,
  TranscriptEntryEntity,
];
