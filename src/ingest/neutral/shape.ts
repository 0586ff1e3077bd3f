import type {
  CallEvent,
  IntegrationEntry,
  Interruption,
  KnowledgeSearch,
  Latency,
  Message,
  NeutralRecord,
  PostCallAnalysis,
  PostCallCache,
  RecordKey,
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
import { LIST_NAMES } from '../../domain/record.js';
import * as words from '../../domain/words.js';
import type { Reader } from './reader.js';
import {
  currency,
  decimal,
  flag,
  instant,
  json,
  jsonObject,
  list,
  name,
  number,
  object,
  oneOf,
  orElse,
  required,
  text,
  texts,
  version,
  whole,
} from './reader.js';

const MAX_NAME = 256;
const MAX_URL = 4_096;
const MAX_TEXT = 100_000;
const MAX_ITEMS = 10_000;
const MAX_KEYS = 100;
const MAX_TAGS = 1_000;

const id = () => required(name(MAX_NAME));
const label = () => text(MAX_NAME);
const prose = () => text(MAX_TEXT);
const items = <T>(item: Reader<T>) => list(item, MAX_ITEMS);

const key = object<RecordKey>({
  namespace: id(),
  value: required(label()),
  scope: orElse(oneOf(words.KEY_SCOPES), 'INTERACTION'),
});

const customer = object<NonNullable<NeutralRecord['customer']>>({ address: label(), displayName: label() });

const recording = object<RecordRecording>({
  url: text(MAX_URL),
  format: label(),
  startedAt: instant(),
  durationMs: whole(),
  state: oneOf(words.RECORDING_STATES),
  reason: prose(),
});

const cost = object<NonNullable<NeutralRecord['cost']>>({
  amount: required(decimal()),
  currency: required(currency()),
  isComplete: orElse(flag(), true),
});

const latency = object<Latency>({
  sttMs: whole(),
  llmMs: whole(),
  ragMs: whole(),
  toolMs: whole(),
  ttsMs: whole(),
  totalMs: whole(),
});

const message = object<Message>({
  id: id(),
  speaker: oneOf(words.SPEAKERS),
  text: prose(),
  startedAt: instant(),
  endedAt: instant(),
  interrupted: flag(),
});

const toolCall = object<ToolCall>({
  id: id(),
  name: label(),
  status: oneOf(words.TOOL_STATUSES),
  startedAt: instant(),
  durationMs: whole(),
  arguments: json(),
  rawResponse: json(),
  error: prose(),
  postProcessorError: prose(),
});

const searchLatency = object<SearchLatency>({
  embedMs: whole(),
  searchMs: whole(),
  rerankMs: whole(),
  totalMs: whole(),
});

const knowledgeSearch = object<KnowledgeSearch>({
  id: id(),
  query: prose(),
  hitCount: whole(),
  startedAt: instant(),
  latency: searchLatency,
  cacheStatus: oneOf(words.CACHE_STATUSES),
});

const turn = object<Turn>({
  turn: required(whole()),
  sttMs: whole(),
  ragMs: whole(),
  toolMs: whole(),
  llmMs: whole(),
  ttsMs: whole(),
  totalMs: whole(),
  tokens: whole(),
  confidence: number(),
  sttFinalAt: instant(),
  llmRequestAt: instant(),
  llmFirstTokenAt: instant(),
  ttsStartAt: instant(),
});

const tokens = object<Tokens>({
  prompt: whole(),
  completion: whole(),
  ttsCharacters: whole(),
  postCallAndQc: whole(),
});

const postCallCache = object<PostCallCache>({
  status: label(),
  cachedRead: whole(),
  cacheCreated: whole(),
  freshPrompt: whole(),
  completion: whole(),
});

const interruption = object<Interruption>({
  at: required(instant()),
  by: oneOf(words.SPEAKERS),
  handledBy: label(),
  turn: whole(),
});

const event = object<CallEvent>({ id: id(), type: label(), at: instant(), data: json() });

const serviceError = object<ServiceError>({
  service: required(oneOf(words.SERVICES)),
  at: required(instant()),
  processor: label(),
  fatal: flag(),
  message: prose(),
});

const integrationEntry = object<IntegrationEntry>({
  integration: id(),
  at: required(instant()),
  status: oneOf(words.INTEGRATION_STATUSES),
  detail: json(),
});

const transfer = object<Transfer>({
  id: id(),
  kind: oneOf(words.TRANSFER_KINDS),
  initiator: oneOf(words.TRANSFER_INITIATORS),
  state: oneOf(words.TRANSFER_STATES),
  target: label(),
  requestedAt: instant(),
  bridgedAt: instant(),
  endedAt: instant(),
  failureReason: prose(),
  observable: flag(),
});

const sentiment = object<Sentiment>({ label: id(), at: required(instant()), score: number() });

const reviewFlag = object<ReviewFlag>({
  code: id(),
  reason: prose(),
  by: oneOf(words.FLAGGED_BY),
  at: instant(),
});

const postCallAnalysis = object<PostCallAnalysis>({
  summary: prose(),
  tags: items(label()),
  fields: jsonObject(),
  dispositions: items(object({ name: id(), value: required(prose()) })),
  autoAssigned: flag(),
});

const qcAnalysis = object<NonNullable<NeutralRecord['qcAnalysis']>>({ fields: required(jsonObject()) });

/** The neutral record as its senders write it. What the type has and this table lacks does not compile. */
export const neutralRecord = object<NeutralRecord>({
  externalId: id(),
  version: version(128),
  occurredAt: required(instant()),
  role: required(oneOf(words.ROLES)),
  channel: oneOf(words.CHANNELS),
  direction: oneOf(words.DIRECTIONS),
  keys: list(key, MAX_KEYS),
  customer,
  did: label(),
  carrier: label(),
  reference: label(),
  campaign: label(),
  flow: label(),
  platform: oneOf(words.PLATFORMS),
  isTest: flag(),
  tags: texts(MAX_NAME, MAX_TEXT, MAX_TAGS),
  status: oneOf(words.CALL_STATUSES),
  statusRaw: label(),
  queuedAt: instant(),
  ringAt: instant(),
  answeredAt: instant(),
  startedAt: instant(),
  endedAt: instant(),
  disconnectedBy: oneOf(words.DISCONNECTED_BY),
  disconnectedByRaw: label(),
  endReason: prose(),
  outcome: oneOf(words.OUTCOMES),
  recording,
  cost,
  latency,
  messages: items(message),
  toolCalls: items(toolCall),
  knowledgeSearches: items(knowledgeSearch),
  turns: items(turn),
  tokens,
  postCallCache,
  interruptions: items(interruption),
  events: items(event),
  serviceErrors: items(serviceError),
  integrationLog: items(integrationEntry),
  transfers: items(transfer),
  sentiment: items(sentiment),
  reviewFlags: items(reviewFlag),
  postCallAnalysis,
  qcAnalysis,
  wholeLists: list(oneOf(LIST_NAMES), LIST_NAMES.length),
  payload: json(),
});
