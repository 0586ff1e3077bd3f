import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Call } from '../../domain/call.js';
import type {
  CallEvent,
  IntegrationEntry,
  Interruption,
  Json,
  JsonObject,
  KnowledgeSearch,
  Latency,
  Message,
  PostCallAnalysis,
  PostCallCache,
  RecordRecording,
  ReviewFlag,
  SearchLatency,
  Sentiment,
  ServiceError,
  Tokens,
  ToolCall,
  Transfer,
  Turn,
} from '../../domain/record.js';
import type {
  CacheStatus,
  CallStatus,
  Channel,
  DisconnectedBy,
  Outcome,
  Platform,
  Speaker,
  ToolStatus,
} from '../../domain/words.js';
import type { VersionConflict } from '../../domain/version-conflict.js';
import { instant, json, optionalInstant, optionalJson, optionalText, text } from './columns.js';

/** What the call table adds to its leg; what is said and done in a call has tables of its own. */
export type CallDetail = Omit<
  Call,
  | 'sourceId'
  | 'externalId'
  | 'role'
  | 'direction'
  | 'state'
  | 'queuedAt'
  | 'ringAt'
  | 'answeredAt'
  | 'startedAt'
  | 'endedAt'
  | 'firstEventAt'
  | 'lastEventAt'
  | 'statedKeys'
  | 'hasWholeLists'
  | 'messages'
  | 'toolCalls'
  | 'knowledgeSearches'
>;

/** The source record of a leg in full. It has its leg's id. */
@Entity('call')
@Index('call_by_start', ['tenantId', 'sortedAt', 'id'])
@Index('call_by_status', ['tenantId', 'status', 'sortedAt', 'id'])
@Index('call_by_hand_off', ['tenantId', 'handOffAt', 'id'], { where: 'hand_off_at is not null' })
@Index('call_by_update', ['tenantId', 'updatedAt', 'id'])
@Index('call_by_duration', ['tenantId', 'durationMs', 'id'])
@Index('call_by_label', ['labels'], { type: 'gin' })
@Index('call_by_origin', ['tenantId', 'madeOf'], { where: 'made_of is not null' })
export class CallEntity implements CallDetail {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') id!: string;
  /** When the call began as far as anything says so: lists are ordered by it. */
  @Column(instant()) sortedAt!: number;
  /** When its latest record came, by our clock. */
  @Column(instant()) lastReceivedAt!: number;
  /** Whether its transcript has a word of the customer; null: it has no transcript. */
  @Column('boolean', { nullable: true }) customerSpoke!: boolean | null;
  /** From the first sign of it to its end; null while it has none. */
  @Column('bigint', { nullable: true }) durationMs!: number | null;
  @Column(optionalText()) channel!: Channel | null;
  @Column(text()) status!: CallStatus;
  @Column(optionalText()) statusRaw!: string | null;
  @Column('boolean') isTest!: boolean;
  @Column(optionalText()) customerAddress!: string | null;
  @Column(optionalText()) customerName!: string | null;
  @Column(optionalText()) did!: string | null;
  @Column(optionalText()) carrier!: string | null;
  @Column(optionalText()) reference!: string | null;
  @Column(optionalText()) campaign!: string | null;
  @Column(optionalText()) flow!: string | null;
  @Column(optionalText()) platform!: Platform | null;
  @Column(json()) tags!: Record<string, string>;
  @Column(optionalText()) disconnectedBy!: DisconnectedBy | null;
  @Column(optionalText()) disconnectedByRaw!: string | null;
  @Column(optionalText()) endReason!: string | null;
  @Column(optionalText()) outcome!: Outcome | null;
  @Column(optionalJson()) recording!: RecordRecording | null;
  @Column(optionalJson()) cost!: { amount: string; currency: string; isComplete?: boolean } | null;
  @Column(optionalJson()) latency!: Latency | null;
  @Column(optionalJson()) tokens!: Tokens | null;
  @Column(optionalJson()) postCallCache!: PostCallCache | null;
  @Column(optionalJson()) postCallAnalysis!: PostCallAnalysis | null;
  @Column(optionalJson()) qcAnalysis!: { fields: JsonObject } | null;
  @Column(json()) turns!: Turn[];
  @Column(json()) interruptions!: Interruption[];
  @Column(json()) events!: CallEvent[];
  @Column(json()) serviceErrors!: ServiceError[];
  @Column(json()) integrationLog!: IntegrationEntry[];
  @Column(json()) transfers!: Transfer[];
  @Column(json()) sentiment!: Sentiment[];
  @Column(json()) reviewFlags!: ReviewFlag[];
  @Column(json()) versionConflicts!: VersionConflict[];
  @Column('integer') recordCount!: number;
  /** Since when its assistant has been asking for a human; null: it is not. */
  @Column(optionalInstant()) handOffAt!: number | null;
  /** The id of the call that it is a transcription or a recording of; null: of none. */
  @Column(optionalText()) madeOf!: string | null;
  /** What filters look up (see list/labels.ts). */
  @Column('text', { array: true, default: () => "'{}'" }) labels!: string[];
  @Column(instant({ default: () => 'now()' })) updatedAt!: number;
}

/** Something said in a call. `at` orders it among everything else that happened. */
@Entity('transcript_entry')
@Index('transcript_entry_by_time', ['tenantId', 'callId', 'at', 'id'])
@Index('transcript_entry_by_word', ['words'], { type: 'gin' })
export class TranscriptEntryEntity implements Message {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') callId!: string;
  @PrimaryColumn('text') id!: string;
  @Column(instant()) at!: number;
  @Column(optionalText()) speaker!: Speaker | null;
  @Column(optionalText()) text!: string | null;
  @Column(optionalInstant()) startedAt!: number | null;
  @Column(optionalInstant()) endedAt!: number | null;
  @Column('boolean', { nullable: true }) interrupted!: boolean | null;
  /** The words of the text and where they stand (see list/transcript.ts): whoever changes the one changes the other. */
  @Column('tsvector', { nullable: true }) words!: string | null;
}

@Entity('tool_call')
@Index('tool_call_by_time', ['tenantId', 'callId', 'at', 'id'])
export class ToolCallEntity implements ToolCall {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') callId!: string;
  @PrimaryColumn('text') id!: string;
  @Column(instant()) at!: number;
  @Column(optionalText()) name!: string | null;
  @Column(optionalText()) status!: ToolStatus | null;
  @Column(optionalInstant()) startedAt!: number | null;
  @Column('integer', { nullable: true }) durationMs!: number | null;
  @Column(optionalJson()) arguments!: Json;
  @Column(optionalJson()) rawResponse!: Json;
  @Column(optionalText()) error!: string | null;
  @Column(optionalText()) postProcessorError!: string | null;
}

@Entity('knowledge_search')
@Index('knowledge_search_by_time', ['tenantId', 'callId', 'at', 'id'])
export class KnowledgeSearchEntity implements KnowledgeSearch {
  @PrimaryColumn('uuid') tenantId!: string;
  @PrimaryColumn('uuid') callId!: string;
  @PrimaryColumn('text') id!: string;
  @Column(instant()) at!: number;
  @Column(optionalText()) query!: string | null;
  @Column('integer', { nullable: true }) hitCount!: number | null;
  @Column(optionalInstant()) startedAt!: number | null;
  @Column(optionalJson()) latency!: SearchLatency | null;
  @Column(optionalText()) cacheStatus!: CacheStatus | null;
}
