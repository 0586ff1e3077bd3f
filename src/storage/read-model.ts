import type { Call } from '../domain/call.js';
import type { Breach } from '../domain/health.js';
import type { Json } from '../domain/record.js';
import type { CauseKind, DropStage, Instant, InteractionStatus, Role } from '../domain/words.js';
import type {
  CallEntity,
  KnowledgeSearchEntity,
  ToolCallEntity,
  TranscriptEntryEntity,
} from './entities/call.entity.js';
import type { CoachingNoteEntity, MonitoringActionEntity } from './entities/control.entity.js';
import type { InteractionEntity, StatusChangeEntity } from './entities/interaction.entity.js';
import type { LegEntity } from './entities/leg.entity.js';
import type { JoinHealthEntity, SourcePairEntity } from './entities/pair.entity.js';
import type { CappedCount } from './list/count.js';
import type { RecordingEntity } from './entities/recording.entity.js';
import type { RejectedRecordEntity, SourceRecordEntity } from './entities/source-record.entity.js';
import type { SourceEntity } from './entities/tenant.entity.js';

/** Rows as the readers give them: plain objects of the entities' shape, instants in epoch ms. */
export type InteractionRow = Omit<InteractionEntity, (typeof INTERACTION_UNSHOWN)[number]>;
/** Columns that statements read and nobody sees. */
export const INTERACTION_UNSHOWN = [
  'sourceIds',
  'customerReversed',
  'stages',
  'stageMarks',
  'calledBackAt',
  'labels',
  'nextEvaluationAt',
  'deletedAt',
] as const satisfies (keyof InteractionEntity)[];
export type LegRow = Omit<LegEntity, never>;
/** A call with the facts of its leg beside its own. Lists of the call that have tables of their own are not in it. */
export type CallRow = Omit<CallEntity, (typeof CALL_UNSHOWN)[number]> &
  Omit<
    LegRow,
    'keys' | 'ignoredKeys' | 'link' | 'endPresumed' | 'attemptEnd' | 'attemptEndDerived' | 'deletedAt'
  > &
  Pick<Call, 'statusRaw'>;
export const CALL_UNSHOWN = ['labels', 'madeOf'] as const satisfies (keyof CallEntity)[];
export type TranscriptRow = Omit<TranscriptEntryEntity, (typeof ENTRY_UNSHOWN)[number]>;
export const ENTRY_UNSHOWN = ['words'] as const satisfies (keyof TranscriptEntryEntity)[];
export type ToolCallRow = Omit<ToolCallEntity, never>;
export type KnowledgeSearchRow = Omit<KnowledgeSearchEntity, never>;
export type RecordingRow = Omit<RecordingEntity, never>;
export type SourceRow = Omit<SourceEntity, 'secret'> & {
  /** True when deliveries are proved by a secret. The secret itself is for the door alone. */
  hasSecret: boolean;
};
export type SourcePairRow = Omit<SourcePairEntity, never>;
export type JoinHealthRow = Omit<JoinHealthEntity, never>;
/** Something that is wrong with the latest hour of a pair of sources. */
export type JoinAlarmRow = Breach &
  Pick<JoinHealthRow, 'dialerSourceId' | 'assistantSourceId' | 'hour' | 'calls'>;
export type SourceRecordRow = Omit<SourceRecordEntity, never> & { role: Role };
export type RejectedRecordRow = Omit<RejectedRecordEntity, never>;
export type MonitoringActionRow = Omit<MonitoringActionEntity, never>;
export type CoachingNoteRow = Omit<CoachingNoteEntity, never>;
/** A call whose assistant asked for a human, under the call's id. */
export type HandOffRow = Pick<CallRow, 'id' | 'transfers'> & { handOffAt: Instant };
/** `mergedFrom` is the interaction that had the status, when it was merged into `interactionId` since. */
export type StatusChangeRow = Omit<StatusChangeEntity, never> & { mergedFrom: string | null };

/** Something that was said or done, with the interaction and call it belongs to. */
export type TimelineRow =
  | ({ kind: 'MESSAGE' } & TranscriptRow)
  | ({ kind: 'TOOL_CALL' } & ToolCallRow)
  | ({ kind: 'KNOWLEDGE_SEARCH' } & KnowledgeSearchRow)
  | ({ kind: 'EVENT' } & EventRow);

/** A low-level event of a call's life; one without a time stands at the call's beginning. */
export interface EventRow {
  tenantId: string;
  callId: string;
  id: string;
  at: Instant;
  type: string | null;
  data: Json;
}

/** Relay's page arguments, as the client gave them. */
export interface PageArgs {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

export interface Page<T> {
  edges: { cursor: string; node: T }[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Counts the whole list, as far as the cap, when it is called. */
  count?: () => Promise<CappedCount>;
}

export interface Range<T> {
  from?: T | null;
  to?: T | null;
}

export const DATE_PRESETS = [
  'TODAY',
  'YESTERDAY',
  'LAST_24_HOURS',
  'LAST_7_DAYS',
  'THIS_MONTH',
  'LAST_30_DAYS',
] as const;
export type DatePreset = (typeof DATE_PRESETS)[number];

/** What "now" and "today" mean for the tenant that asks. */
export interface TenantFrame {
  tenantId: string;
  timeZone: string;
  defaultCountry: string;
  now: Instant;
  /** Interactions are shown as they were known then; absent: as they are. */
  asOf?: Instant;
  /** True for one who may see neither sources nor keys: nothing is found by them either. */
  hidesSources?: boolean;
}

/** The frame of one who asks what was known at a time: "today" is that day. */
export const frameAsOf = (frame: TenantFrame, asOf: Instant | null | undefined): TenantFrame =>
  asOf == null ? frame : { ...frame, now: Math.min(asOf, frame.now), asOf };

/** A change of an interaction, and what caused it. */
export interface VersionRow {
  interactionId: string;
  revision: number;
  at: Instant;
  changedFields: string[];
  /** Null when it was merged away. */
  status: InteractionStatus | null;
  dropStage: DropStage | null;
  causeKind: CauseKind;
  causeId: string | null;
  mergedInto: string | null;
}
