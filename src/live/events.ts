import type { CauseKind, Instant } from '../domain/words.js';
import type { TimelineAnalysisRow } from '../storage/analysis/analysis-reader.js';
import type { InteractionFilter } from '../storage/list/filter.js';
import type {
  CallRow,
  HandOffRow,
  InteractionRow,
  JoinAlarmRow,
  MonitoringActionRow,
  SourceRow,
  TenantFrame,
  TranscriptRow,
} from '../storage/read-model.js';

export const REMOVAL_REASONS = ['LEFT_FILTER', 'MERGED', 'DELETED', 'ERASED'] as const;
export type FeedRemovalReason = (typeof REMOVAL_REASONS)[number];

export const RESYNC_REASONS = ['CURSOR_EXPIRED', 'CURSOR_AHEAD', 'SLOW_CONSUMER'] as const;
export type ResyncReason = (typeof RESYNC_REASONS)[number];

/** What made a change: a record, a timer, a person, a rule. */
export interface CausedBy {
  kind: CauseKind;
  id: string | null;
}

export interface SourceLag {
  source: SourceRow;
  /** Now minus the latest event the source told of, in ms; null when it never told any. */
  lagMs: number | null;
}

/** One event of the interaction feed. A client that has handled it may resume after its cursor. */
export type FeedEvent = { cursor: string } & (
  | { type: 'SNAPSHOT_START'; count: number }
  | {
      type: 'UPSERTED';
      interaction: InteractionRow;
      revision: number;
      changedFields: string[];
      causedBy: CausedBy;
    }
  | { type: 'REMOVED'; interactionId: string; reason: FeedRemovalReason; mergedInto: string | null }
  | { type: 'SNAPSHOT_END' }
  | { type: 'HEARTBEAT'; at: Instant; sources: SourceLag[]; joinAlarms: JoinAlarmRow[] }
  | { type: 'RESYNC_REQUIRED'; reason: ResyncReason }
);

export interface TranscriptAppended {
  cursor: string;
  call: CallRow;
  entries: TranscriptRow[];
}

/** One row of the feed as `interactionChanges` polls it. */
export interface FeedChange {
  cursor: string;
  event: FeedEvent;
}

/** What the GraphQL layer needs of the live side. */
export interface LiveFeed {
  interactions(
    frame: TenantFrame,
    args: { filter: InteractionFilter | null; after: string | null; windowMinutes: number },
  ): AsyncIterableIterator<FeedEvent>;
  /** The call now, then each time it changes. Throws NotFound when the tenant has no such call. */
  call(frame: TenantFrame, callId: string): AsyncIterableIterator<CallRow>;
  transcript(
    frame: TenantFrame,
    callId: string,
    after: string | null,
  ): AsyncIterableIterator<TranscriptAppended>;
  /** The same feed by polling: at most `first` changes after the cursor (null: from the oldest kept). */
  changes(
    frame: TenantFrame,
    args: { filter: InteractionFilter | null; after: string | null; first: number },
  ): Promise<{ edges: FeedChange[]; hasNextPage: boolean; endCursor: string }>;
}

/** Timeline analyses as they go on. */
export interface AnalysisUpdates {
  /** Null: those of the whole tenant. Throws NotFound when the tenant has no such interaction. */
  updates(frame: TenantFrame, interactionId: string | null): AsyncIterableIterator<TimelineAnalysisRow>;
}

/** Calls that wait for a human, as they come and go. */
export interface LiveHandOffs {
  /** Those that wait now, the longest wait first, then all of them again whenever that changes. */
  inbox(frame: TenantFrame): AsyncIterableIterator<HandOffRow[]>;
}

/** Follows actions on live calls as they change, whichever process changes them. */
export interface LiveActions {
  /**
   * What waits now, then every change; of one call, or of all calls of the tenant. An action that changes faster
   * than it is read comes in its latest state.
   */
  actions(tenantId: string, callId: string | null): AsyncIterableIterator<MonitoringActionRow>;
}
