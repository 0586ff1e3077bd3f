import type { Leg } from './leg.js';
import { compareText, stateRank } from './leg.js';
import type {
  CallEvent,
  IntegrationEntry,
  Interruption,
  KnowledgeSearch,
  Latency,
  ListName,
  Message,
  NeutralRecord,
  PostCallAnalysis,
  PostCallCache,
  RecordKey,
  RecordRecording,
  ReviewFlag,
  Sentiment,
  ServiceError,
  StoredRecord,
  Tokens,
  ToolCall,
  Transfer,
  Turn,
} from './record.js';
import { LIST_NAMES } from './record.js';
import type { VersionConflict } from './version-conflict.js';
import { conflictingVersions } from './version-conflict.js';
import type { CallStatus, Channel, DisconnectedBy, Instant, LegState, Outcome, Platform } from './words.js';
import type { JsonObject } from './record.js';

/** The source record of a leg in full: what one system said of one call, all its statements folded into one. */
export interface Call extends Leg {
  channel: Channel | null;
  status: CallStatus;
  statusRaw: string | null;
  isTest: boolean;
  customerAddress: string | null;
  customerName: string | null;
  did: string | null;
  carrier: string | null;
  reference: string | null;
  campaign: string | null;
  flow: string | null;
  platform: Platform | null;
  tags: Record<string, string>;
  disconnectedBy: DisconnectedBy | null;
  disconnectedByRaw: string | null;
  endReason: string | null;
  outcome: Outcome | null;
  recording: RecordRecording | null;
  cost: { amount: string; currency: string; isComplete?: boolean } | null;
  latency: Latency | null;
  tokens: Tokens | null;
  postCallCache: PostCallCache | null;
  postCallAnalysis: PostCallAnalysis | null;
  qcAnalysis: { fields: JsonObject } | null;
  messages: Message[];
  toolCalls: ToolCall[];
  knowledgeSearches: KnowledgeSearch[];
  turns: Turn[];
  interruptions: Interruption[];
  events: CallEvent[];
  serviceErrors: ServiceError[];
  integrationLog: IntegrationEntry[];
  transfers: Transfer[];
  sentiment: Sentiment[];
  reviewFlags: ReviewFlag[];
  /** Every key any statement named, not yet cleaned. */
  statedKeys: RecordKey[];
  /** Versions that came with two different bodies (rule R1). */
  versionConflicts: VersionConflict[];
  /** True when some statement gave a list in full, or said that there is none. */
  hasWholeLists: boolean;
  recordCount: number;
}

/** The fields that the latest statement decides. */
const LATEST = [
  'channel',
  'direction',
  'statusRaw',
  'did',
  'carrier',
  'reference',
  'campaign',
  'flow',
  'platform',
  'queuedAt',
  'ringAt',
  'answeredAt',
  'startedAt',
  'endedAt',
  'disconnectedBy',
  'disconnectedByRaw',
  'endReason',
  'outcome',
  'recording',
  'cost',
  'latency',
  'tokens',
  'postCallCache',
  'postCallAnalysis',
  'qcAnalysis',
] as const satisfies readonly (keyof NeutralRecord & keyof Call)[];

/** Fields whose parts are stated one by one: a later `recording.durationMs` leaves `recording.url` alone. */
const MERGED = new Set<string>(['recording', 'latency', 'tokens', 'postCallCache', 'postCallAnalysis']);

const KEY_OF: { [L in ListName]: (item: NonNullable<NeutralRecord[L]>[number]) => string } = {
  messages: (item) => item.id,
  toolCalls: (item) => item.id,
  knowledgeSearches: (item) => item.id,
  turns: (item) => String(item.turn),
  interruptions: (item) => `${item.at}/${item.by ?? ''}`,
  events: (item) => item.id,
  serviceErrors: (item) => `${item.service}/${item.at}/${item.processor ?? ''}`,
  integrationLog: (item) => `${item.integration}/${item.at}`,
  transfers: (item) => item.id,
  sentiment: (item) => `${item.label}/${item.at}`,
  reviewFlags: (item) => item.code,
};

const STATUS_STATE: Record<CallStatus, LegState> = {
  UNKNOWN: 'UNKNOWN',
  QUEUED: 'QUEUED',
  RINGING: 'RINGING',
  ACTIVE: 'ACTIVE',
  COMPLETED: 'TERMINAL',
  FAILED: 'TERMINAL',
  DECLINED: 'TERMINAL',
  MISSED: 'TERMINAL',
  NO_ANSWER: 'TERMINAL',
  BUSY: 'TERMINAL',
  CANCELED: 'TERMINAL',
  VOICEMAIL: 'TERMINAL',
};

/**
 * The state of one call from all that its source ever said of it (rules R1 to R4). The statements
 * are put in their own order first, so the result depends neither on the order in which they
 * arrived, nor on repetition, nor on how they were batched.
 */
export function foldCall(identity: { id: string; sourceId: string }, records: readonly StoredRecord[]): Call {
  const ordered = distinct(records).sort(byStatement);
  const first = ordered[0];
  if (first === undefined) throw new Error('a call has at least one record');
  const call = emptyCall(identity, first);
  const lists = new Map<ListName, Map<string, object>>(LIST_NAMES.map((name) => [name, new Map()]));
  const keys = new Map<string, RecordKey>();
  for (const { record, occurredAt } of ordered) {
    call.role = record.role;
    call.firstEventAt = Math.min(call.firstEventAt, occurredAt);
    call.lastEventAt = Math.max(call.lastEventAt, occurredAt);
    takeLatest(call, record);
    takeStatus(call, record);
    for (const name of LIST_NAMES) takeList(lists, name, record);
    for (const key of record.keys ?? []) keys.set(nameOf(key), key);
  }
  for (const name of LIST_NAMES) Object.assign(call, { [name]: [...(lists.get(name)?.values() ?? [])] });
  call.statedKeys = [...keys.values()];
  call.versionConflicts = conflictingVersions(ordered);
  call.hasWholeLists = ordered.some(({ record }) => statesWholeList(record));
  call.recordCount = ordered.length;
  return inTimeOrder(call);
}

/**
 * Highest (version, event time, hash) last. Numbers count as numbers; a statement without a number
 * precedes those with one, because a provider that numbers its statements orders them by that alone.
 */
export function byStatement(a: StoredRecord, b: StoredRecord): number {
  return (
    Number(sequence(a.version) - sequence(b.version)) ||
    a.occurredAt - b.occurredAt ||
    compareText(a.version ?? '', b.version ?? '') ||
    compareText(a.hash, b.hash)
  );
}

/** Of any length: numbers made of the time in nanoseconds have nineteen digits. */
const sequence = (version: string | null): bigint =>
  version !== null && /^\d+$/.test(version) ? BigInt(version) : -1n;

const distinct = (records: readonly StoredRecord[]): StoredRecord[] => [
  ...new Map(records.map((record) => [`${record.version ?? ''}/${record.hash}`, record])).values(),
];

function takeLatest(call: Call, record: NeutralRecord): void {
  const target = call as unknown as Record<string, unknown>;
  for (const field of LATEST) {
    const said = record[field];
    if (said === undefined) continue;
    const held = target[field];
    target[field] =
      MERGED.has(field) && said !== null && held !== null
        ? { ...(held as object), ...(said as object) }
        : said;
  }
  if (record.isTest !== undefined) call.isTest = record.isTest ?? false;
  if (record.tags !== undefined) call.tags = record.tags === null ? {} : { ...call.tags, ...record.tags };
  if (record.customer === null) Object.assign(call, { customerAddress: null, customerName: null });
  if (record.customer?.address !== undefined) call.customerAddress = record.customer.address;
  if (record.customer?.displayName !== undefined) call.customerName = record.customer.displayName;
}

/** The state only moves up; among statements of the same height the later one names the status. */
function takeStatus(call: Call, record: NeutralRecord): void {
  const stated = record.status ?? null;
  if (stated !== null && stateRank(STATUS_STATE[stated]) >= stateRank(STATUS_STATE[call.status]))
    call.status = stated;
  const reached = impliedState(record);
  if (stateRank(reached) > stateRank(call.state)) call.state = reached;
}

function impliedState(record: NeutralRecord): LegState {
  const byStatus = STATUS_STATE[record.status ?? 'UNKNOWN'];
  const byTime: LegState =
    record.endedAt != null
      ? 'TERMINAL'
      : record.answeredAt != null
        ? 'ACTIVE'
        : record.ringAt != null
          ? 'RINGING'
          : record.queuedAt != null
            ? 'QUEUED'
            : 'UNKNOWN';
  return stateRank(byTime) > stateRank(byStatus) ? byTime : byStatus;
}

function takeList(lists: Map<ListName, Map<string, object>>, name: ListName, record: NeutralRecord): void {
  const said = record[name];
  const held = lists.get(name);
  if (said === undefined || held === undefined) return;
  const keyOf = KEY_OF[name] as (item: object) => string;
  const items = new Map((said ?? []).map((item) => [keyOf(item), item as object]));
  if (said === null || record.wholeLists?.includes(name)) {
    for (const key of held.keys()) if (!items.has(key)) held.delete(key);
  }
  for (const [key, item] of items) held.set(key, { ...held.get(key), ...item });
}

/** One value may be stated under several scopes: a key cannot be unsaid. */
const nameOf = ({ namespace, value, scope = 'INTERACTION' }: RecordKey): string =>
  [namespace, value, scope].join('\u0000');

const statesWholeList = (record: NeutralRecord): boolean =>
  (record.wholeLists?.length ?? 0) > 0 || LIST_NAMES.some((name) => record[name] === null);

function inTimeOrder(call: Call): Call {
  call.messages.sort(
    (a, b) => time(a.startedAt ?? a.endedAt) - time(b.startedAt ?? b.endedAt) || compareText(a.id, b.id),
  );
  call.toolCalls.sort((a, b) => time(a.startedAt) - time(b.startedAt) || compareText(a.id, b.id));
  call.knowledgeSearches.sort((a, b) => time(a.startedAt) - time(b.startedAt) || compareText(a.id, b.id));
  call.turns.sort((a, b) => a.turn - b.turn);
  call.interruptions.sort((a, b) => a.at - b.at || compareText(a.by ?? '', b.by ?? ''));
  call.events.sort((a, b) => time(a.at) - time(b.at) || compareText(a.id, b.id));
  call.serviceErrors.sort((a, b) => a.at - b.at || compareText(a.service, b.service));
  call.integrationLog.sort((a, b) => a.at - b.at || compareText(a.integration, b.integration));
  call.transfers.sort((a, b) => time(a.requestedAt) - time(b.requestedAt) || compareText(a.id, b.id));
  call.sentiment.sort((a, b) => a.at - b.at || compareText(a.label, b.label));
  call.reviewFlags.sort((a, b) => compareText(a.code, b.code));
  call.statedKeys.sort((a, b) => compareText(nameOf(a), nameOf(b)));
  return call;
}

const time = (at: Instant | null | undefined): number => at ?? Number.MAX_SAFE_INTEGER;

function emptyCall(identity: { id: string; sourceId: string }, first: StoredRecord): Call {
  const call = Object.fromEntries(LATEST.map((field) => [field, null])) as unknown as Call;
  return Object.assign(call, {
    ...identity,
    externalId: first.record.externalId,
    role: first.record.role,
    state: 'UNKNOWN' as const,
    status: 'UNKNOWN' as const,
    firstEventAt: first.occurredAt,
    lastEventAt: first.occurredAt,
    isTest: false,
    customerAddress: null,
    customerName: null,
    tags: {},
    versionConflicts: [],
    statedKeys: [],
    hasWholeLists: false,
    recordCount: 0,
  });
}
