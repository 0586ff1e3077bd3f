/**
 * The vocabulary of the product: every closed set of values, once.
 * GraphQL enums, database columns and the neutral record all take their values from here.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. Every instant inside the product has this form. */
export type Instant = number;

const words = <const T extends string>(...values: T[]) => values;

/** What part of an interaction a system plays. */
export const ROLES = words('DIALER', 'ASSISTANT', 'HUMAN', 'CHAT');
export type Role = (typeof ROLES)[number];

export const CHANNELS = words('VOICE', 'WEB', 'CHAT', 'SMS', 'EMAIL', 'OTHER');
export type Channel = (typeof CHANNELS)[number];

export const DIRECTIONS = words('INBOUND', 'OUTBOUND');
export type Direction = (typeof DIRECTIONS)[number];

export const PLATFORMS = words('PHONE', 'WEB', 'SIP', 'MESSAGING', 'OTHER');
export type Platform = (typeof PLATFORMS)[number];

/** Does the trace of an interaction line up? Dropped is not failed: the call may have been handled. */
export const INTERACTION_STATUSES = words('COMPLETE', 'PARTIAL', 'IN_PROGRESS', 'DROPPED');
export type InteractionStatus = (typeof INTERACTION_STATUSES)[number];

/** State of one call as its own system tells it. */
export const CALL_STATUSES = words(
  'QUEUED',
  'RINGING',
  'ACTIVE',
  'COMPLETED',
  'FAILED',
  'DECLINED',
  'MISSED',
  'NO_ANSWER',
  'BUSY',
  'CANCELED',
  'VOICEMAIL',
  'UNKNOWN',
);
export type CallStatus = (typeof CALL_STATUSES)[number];

/** How the interaction ended for the customer. */
export const OUTCOMES = words(
  'COMPLETED',
  'TRANSFERRED',
  'ABANDONED',
  'FAILED',
  'NO_ANSWER',
  'BUSY',
  'VOICEMAIL',
  'DECLINED',
  'CANCELED',
  'UNKNOWN',
);
export type Outcome = (typeof OUTCOMES)[number];

export const DISCONNECTED_BY = words(
  'BOT',
  'CUSTOMER',
  'AGENT',
  'SYSTEM',
  'VOICEMAIL',
  'RNR',
  'TIMEOUT',
  'ERROR',
  'NO_ANSWER',
  'REJECTED',
  'UNKNOWN',
);
export type DisconnectedBy = (typeof DISCONNECTED_BY)[number];

/** A leg only ever moves to the right in this list (rule R4). */
export const LEG_STATES = words('UNKNOWN', 'QUEUED', 'RINGING', 'ACTIVE', 'TERMINAL');
export type LegState = (typeof LEG_STATES)[number];

/** INTERACTION keys join, BRIDGE keys relate, CUSTOMER keys feed the journey (rules R5 and R9). */
export const KEY_SCOPES = words('INTERACTION', 'BRIDGE', 'CUSTOMER');
export type KeyScope = (typeof KEY_SCOPES)[number];

export const DROP_STAGES = words('INFRA_TO_BOT', 'SYNC_GAP', 'UNSPECIFIED');
export type DropStage = (typeof DROP_STAGES)[number];

export const DROP_DETAILS = words(
  'ASSISTANT_NEVER_STARTED',
  'ASSISTANT_NOT_REPORTED_YET',
  'ASSISTANT_FAILED_TO_JOIN',
  'CANDIDATE_EXISTS',
  'DIALER_NOT_SYNCED_YET',
  'DIALER_NEVER_REPORTED',
  'HUMAN_NEVER_REPORTED',
);
export type DropDetail = (typeof DROP_DETAILS)[number];

/** Which party's system the missing or failing part belongs to. */
export const FAULT_DOMAINS = words('DIALER', 'ASSISTANT', 'HUMAN_DESK', 'SYNC', 'UNKNOWN');
export type FaultDomain = (typeof FAULT_DOMAINS)[number];

/** What the funnel counts: five stages of the way to an outcome, then three of the way to a human. */
export const STAGES = words(
  'ATTEMPTED',
  'CONNECTED',
  'ASSISTANT_JOINED',
  'CUSTOMER_SPOKE',
  'OUTCOME_REACHED',
  'TRANSFER_REQUESTED',
  'TRANSFER_BRIDGED',
  'HUMAN_CONNECTED',
);
export type Stage = (typeof STAGES)[number];

export const SEGMENT_STATES = words('PRESENT', 'EXPECTED', 'MISSING', 'LIVE');
export type SegmentState = (typeof SEGMENT_STATES)[number];

export const SPEAKERS = words('CUSTOMER', 'ASSISTANT', 'AGENT', 'SYSTEM');
export type Speaker = (typeof SPEAKERS)[number];

export const TOOL_STATUSES = words('OK', 'ERROR', 'TIMEOUT');
export type ToolStatus = (typeof TOOL_STATUSES)[number];

export const CACHE_STATUSES = words('HIT', 'MISS', 'PARTIAL', 'DISABLED');
export type CacheStatus = (typeof CACHE_STATUSES)[number];

export const TRANSFER_KINDS = words('BLIND', 'ATTENDED', 'WARM');
export type TransferKind = (typeof TRANSFER_KINDS)[number];

export const TRANSFER_INITIATORS = words('AI', 'SUPERVISOR', 'AGENT');
export type TransferInitiator = (typeof TRANSFER_INITIATORS)[number];

export const TRANSFER_STATES = words('REQUESTED', 'RINGING', 'BRIDGED', 'ENDED', 'FAILED', 'CANCELLED');
export type TransferState = (typeof TRANSFER_STATES)[number];

export const RECORDING_STATES = words('NONE', 'PENDING', 'AVAILABLE', 'FAILED', 'EXPIRED');
export type RecordingState = (typeof RECORDING_STATES)[number];

export const SERVICES = words('STT', 'LLM', 'TTS', 'RAG', 'TOOL', 'TELEPHONY', 'OTHER');
export type Service = (typeof SERVICES)[number];

export const INTEGRATION_STATUSES = words('OK', 'ERROR', 'PENDING', 'SKIPPED');
export type IntegrationStatus = (typeof INTEGRATION_STATUSES)[number];

export const FLAGGED_BY = words('AI', 'PERSON', 'RULE');
export type FlaggedBy = (typeof FLAGGED_BY)[number];

/** What a person can leave on an interaction. */
export const MARK_KINDS = words('FLAG', 'TAG', 'ANNOTATION');
export type MarkKind = (typeof MARK_KINDS)[number];

/** Who is asking. The order is from most to least able. */
export const API_ROLES = words('ADMIN', 'SUPERVISOR', 'AGENT', 'CALLS_ONLY', 'INGEST');
export type ApiRole = (typeof API_ROLES)[number];

/** How a leg came to its interaction. */
export const LINK_TIERS = words('ALONE', 'KEY', 'HEURISTIC', 'PERSON');
export type LinkTier = (typeof LINK_TIERS)[number];

/** How an interaction stands to another: each kind but the last reads the other way round from the other end. */
export const RELATION_KINDS = words(
  'CALLBACK_OF',
  'CALLED_BACK_BY',
  'RETRY_OF',
  'RETRIED_BY',
  'PREVIOUS',
  'NEXT',
  'SHARED_BRIDGE',
);
export type RelationKind = (typeof RELATION_KINDS)[number];

/** How an attempt of a group call ended that was not answered (rule R22). */
export const ATTEMPT_ENDS = words('CANCELLED_ANSWERED_ELSEWHERE');
export type AttemptEnd = (typeof ATTEMPT_ENDS)[number];

/** What made an interaction change. */
export const CAUSES = words('RECORD', 'TIMER', 'PERSON', 'RULE');
export type CauseKind = (typeof CAUSES)[number];

/** What a person says of two legs: one call, not one call, or not one call as far as this evidence goes. */
export const LEG_VERDICTS = words('TOGETHER', 'APART', 'DISMISSED');
export type LegVerdict = (typeof LEG_VERDICTS)[number];

/** Too many legs carry a key, so that it joins none; or it was used again, so that it joins only the first. */
export const KEY_REACH_FAULTS = words('TOO_MANY_LEGS', 'TOO_FAR_APART', 'SESSION_TOO_LARGE');
export type KeyReachFault = (typeof KEY_REACH_FAULTS)[number];

/** Why a person leaves a broken trace as it is. */
export const RESOLUTION_KINDS = words('NO_PARTNER', 'RECORD_LOST', 'TEST_CALL', 'ACCEPTED');
export type ResolutionKind = (typeof RESOLUTION_KINDS)[number];
/** What a person may do to a call that an AI agent holds. */
export const MONITORING_KINDS = words(
  'LISTEN_IN',
  'TAKE_OVER',
  'HAND_BACK',
  'TRANSFER',
  'ENQUEUE',
  'END',
  'COACH',
);
export type MonitoringKind = (typeof MONITORING_KINDS)[number];

/** How far such an action has come; the last three are final. */
export const MONITORING_STATES = words('REQUESTED', 'ACCEPTED', 'DONE', 'FAILED', 'TIMED_OUT');
export type MonitoringState = (typeof MONITORING_STATES)[number];

/** The commands of an action that takes several: each is sent at most once. */
export const ACTION_STEPS = words('RING_PERSON', 'MOVE_CALLER', 'RELEASE_PERSON');
export type ActionStep = (typeof ACTION_STEPS)[number];

/** How far the erasing of a customer has come. */
export const ERASURE_STATES = words('RUNNING', 'DONE');
export type ErasureState = (typeof ERASURE_STATES)[number];

/** What people and rules do beside sending records: every one of these leaves an entry in the audit log. */
export const AUDIT_ACTIONS = words(
  'INTERACTIONS_LINKED',
  'LEG_UNLINKED',
  'SUGGESTION_DISMISSED',
  'INTERACTION_RESOLVED',
  'INTERACTION_FLAGGED',
  'INTERACTION_UNFLAGGED',
  'INTERACTION_TAGGED',
  'INTERACTION_UNTAGGED',
  'INTERACTION_ANNOTATED',
  'ANNOTATION_REMOVED',
  'RECORDING_PLAYED',
  'UNDONE',
  'EXPORTED',
  'INTERACTION_DELETED',
  'INTERACTION_RESTORED',
  'CUSTOMER_ERASED',
  'RETENTION_CHANGED',
  'RETENTION_RUN',
  'TIMELINE_ANALYSIS_STARTED',
  'CALL_LISTEN_IN',
  'CALL_TAKE_OVER',
  'CALL_HAND_BACK',
  'CALL_TRANSFER',
  'CALL_ENQUEUE',
  'CALL_END',
  'CALL_COACH',
  'CALL_LISTENED',
  'SOURCE_CREATED',
  'SOURCE_CHANGED',
  'API_KEY_CREATED',
  'API_KEY_REVOKED',
  'TENANT_CHANGED',
);
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const isOneOf = <T extends string>(values: readonly T[], value: unknown): value is T =>
  (values as readonly unknown[]).includes(value);
