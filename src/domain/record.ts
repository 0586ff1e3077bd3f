import type {
  CacheStatus,
  CallStatus,
  Channel,
  Direction,
  DisconnectedBy,
  FlaggedBy,
  Instant,
  IntegrationStatus,
  KeyScope,
  Outcome,
  Platform,
  RecordingState,
  Role,
  Service,
  Speaker,
  ToolStatus,
  TransferInitiator,
  TransferKind,
  TransferState,
} from './words.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/**
 * One statement of one system about one call, in our words. Every provider's payload becomes
 * records of this form; everything else in the product is computed from them.
 *
 * Absent means "not said", null means "said: none". Lists are upserts by their id; a list named in
 * `wholeLists` is stated in full, and what earlier statements added to it and this one lacks is gone.
 */
export interface NeutralRecord {
  externalId: string;
  /** The provider's own sequence or event number; absent when it has none. */
  version?: string | null;
  /** The source's clock, never ours. */
  occurredAt: Instant;
  role: Role;
  channel?: Channel | null;
  direction?: Direction | null;
  keys?: RecordKey[] | null;
  customer?: { address?: string | null; displayName?: string | null } | null;
  did?: string | null;
  carrier?: string | null;
  reference?: string | null;
  campaign?: string | null;
  flow?: string | null;
  platform?: Platform | null;
  isTest?: boolean | null;
  tags?: Record<string, string> | null;
  status?: CallStatus | null;
  statusRaw?: string | null;
  queuedAt?: Instant | null;
  ringAt?: Instant | null;
  answeredAt?: Instant | null;
  startedAt?: Instant | null;
  endedAt?: Instant | null;
  disconnectedBy?: DisconnectedBy | null;
  disconnectedByRaw?: string | null;
  endReason?: string | null;
  outcome?: Outcome | null;
  recording?: RecordRecording | null;
  cost?: { amount: string; currency: string; isComplete?: boolean } | null;
  latency?: Latency | null;
  messages?: Message[] | null;
  toolCalls?: ToolCall[] | null;
  knowledgeSearches?: KnowledgeSearch[] | null;
  turns?: Turn[] | null;
  tokens?: Tokens | null;
  postCallCache?: PostCallCache | null;
  interruptions?: Interruption[] | null;
  events?: CallEvent[] | null;
  serviceErrors?: ServiceError[] | null;
  integrationLog?: IntegrationEntry[] | null;
  transfers?: Transfer[] | null;
  sentiment?: Sentiment[] | null;
  reviewFlags?: ReviewFlag[] | null;
  postCallAnalysis?: PostCallAnalysis | null;
  qcAnalysis?: { fields: JsonObject } | null;
  wholeLists?: ListName[] | null;
  /** The native payload, secrets stripped; for a neutral record whatever the sender put here. */
  payload?: Json;
}

/** The lists of a record that are upserted item by item. */
export const LIST_NAMES = [
  'messages',
  'toolCalls',
  'knowledgeSearches',
  'turns',
  'interruptions',
  'events',
  'serviceErrors',
  'integrationLog',
  'transfers',
  'sentiment',
  'reviewFlags',
] as const;
export type ListName = (typeof LIST_NAMES)[number];

export interface RecordKey {
  namespace: string;
  value: string;
  scope?: KeyScope;
}

export interface RecordRecording {
  url?: string | null;
  format?: string | null;
  startedAt?: Instant | null;
  durationMs?: number | null;
  state?: RecordingState | null;
  /** Why there is none, when the source says so. */
  reason?: string | null;
}

/** Average times of the whole call, in ms. */
export interface Latency {
  sttMs?: number | null;
  llmMs?: number | null;
  ragMs?: number | null;
  toolMs?: number | null;
  ttsMs?: number | null;
  totalMs?: number | null;
}

export interface Message {
  id: string;
  speaker?: Speaker | null;
  text?: string | null;
  startedAt?: Instant | null;
  endedAt?: Instant | null;
  interrupted?: boolean | null;
}

export interface ToolCall {
  id: string;
  name?: string | null;
  status?: ToolStatus | null;
  startedAt?: Instant | null;
  durationMs?: number | null;
  arguments?: Json;
  rawResponse?: Json;
  error?: string | null;
  postProcessorError?: string | null;
}

export interface KnowledgeSearch {
  id: string;
  query?: string | null;
  hitCount?: number | null;
  startedAt?: Instant | null;
  latency?: SearchLatency | null;
  cacheStatus?: CacheStatus | null;
}

export interface SearchLatency {
  embedMs?: number | null;
  searchMs?: number | null;
  rerankMs?: number | null;
  totalMs?: number | null;
}

/** One exchange: the customer speaks, the assistant answers. Times in ms. */
export interface Turn {
  turn: number;
  sttMs?: number | null;
  ragMs?: number | null;
  toolMs?: number | null;
  llmMs?: number | null;
  ttsMs?: number | null;
  totalMs?: number | null;
  tokens?: number | null;
  confidence?: number | null;
  sttFinalAt?: Instant | null;
  llmRequestAt?: Instant | null;
  llmFirstTokenAt?: Instant | null;
  ttsStartAt?: Instant | null;
}

export interface Tokens {
  prompt?: number | null;
  completion?: number | null;
  ttsCharacters?: number | null;
  postCallAndQc?: number | null;
}

export interface PostCallCache {
  status?: string | null;
  cachedRead?: number | null;
  cacheCreated?: number | null;
  freshPrompt?: number | null;
  completion?: number | null;
}

export interface Interruption {
  at: Instant;
  by?: Speaker | null;
  handledBy?: string | null;
  turn?: number | null;
}

export interface CallEvent {
  id: string;
  type?: string | null;
  at?: Instant | null;
  data?: Json;
}

export interface ServiceError {
  service: Service;
  at: Instant;
  processor?: string | null;
  fatal?: boolean | null;
  message?: string | null;
}

export interface IntegrationEntry {
  integration: string;
  at: Instant;
  status?: IntegrationStatus | null;
  detail?: Json;
}

export interface Transfer {
  id: string;
  kind?: TransferKind | null;
  initiator?: TransferInitiator | null;
  state?: TransferState | null;
  target?: string | null;
  requestedAt?: Instant | null;
  bridgedAt?: Instant | null;
  endedAt?: Instant | null;
  failureReason?: string | null;
  /** False when the source cannot see what follows the transfer (rule R21, NOT_OBSERVABLE). */
  observable?: boolean | null;
}

export interface Sentiment {
  label: string;
  at: Instant;
  score?: number | null;
}

export interface ReviewFlag {
  code: string;
  reason?: string | null;
  by?: FlaggedBy | null;
  at?: Instant | null;
}

export interface PostCallAnalysis {
  summary?: string | null;
  tags?: string[] | null;
  fields?: JsonObject | null;
  dispositions?: { name: string; value: string }[] | null;
  autoAssigned?: boolean | null;
}

/** A record as stored: with the facts that identify and order it (rules R1 and R4). */
export interface StoredRecord {
  id: string;
  version: string | null;
  occurredAt: Instant;
  receivedAt: Instant;
  /** SHA-256 of the canonical body. */
  hash: string;
  record: NeutralRecord;
}
