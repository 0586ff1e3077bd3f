import { CallEntity, KnowledgeSearchEntity, ToolCallEntity, TranscriptEntryEntity } from './call.entity.js';
import { ChangeEntity, FeedHeadEntity } from './change.entity.js';
import { InteractionEntity, InteractionRedirectEntity, StatusChangeEntity } from './interaction.entity.js';
import { CorrelationKeyEntity, LegEntity, QuarantinedKeyEntity } from './leg.entity.js';
import { RejectedRecordEntity, SourceRecordEntity } from './source-record.entity.js';
import { ApiKeyEntity, InstanceEntity, SourceEntity, TenantEntity } from './tenant.entity.js';

export const ENTITIES = [
  ApiKeyEntity,
  CallEntity,
  ChangeEntity,
  CorrelationKeyEntity,
  FeedHeadEntity,
  InstanceEntity,
  InteractionEntity,
  InteractionRedirectEntity,
  KnowledgeSearchEntity,
  LegEntity,
  QuarantinedKeyEntity,
  RejectedRecordEntity,
  SourceEntity,
  SourceRecordEntity,
  StatusChangeEntity,
  TenantEntity,
  ToolCallEntity,
  TranscriptEntryEntity,
];
