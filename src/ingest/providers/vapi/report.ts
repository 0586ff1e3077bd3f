import type {
  CallEvent,
  Json,
  JsonObject,
  Latency,
  Message,
  NeutralRecord,
  PostCallCache,
  RecordRecording,
  Tokens,
  Turn,
} from '../../../domain/record.js';
import { instantOf, numberOf, objectOf, objectsOf, said, someOf, textOf } from '../read.js';
import { analysed } from './analysis.js';
import { endingOf, faultOf } from './ended-reason.js';
import type { ServerMessage } from './payload.js';
import { speakerOf } from './payload.js';
import { reportedToolCalls } from './tools.js';
import { reportedTransfers } from './transfers.js';

/** All that the end-of-call-report says; what the message itself states wins over the embedded call. */
export function report({ message, call, at }: ServerMessage): Partial<NeutralRecord> {
  const artifact = objectOf(message.artifact);
  const items = [artifact.messages, message.messages].map(objectsOf).find((list) => list.length > 0) ?? [];
  const endedReason = textOf(message.endedReason) ?? textOf(call.endedReason);
  const toolCalls = reportedToolCalls(items);
  const messages = items.flatMap(spoken);
  return said({
    ...end(message, call, endedReason),
    // A report without a transcript (retention switched off) does not unsay what was heard live.
    ...(messages.length === 0 ? {} : { messages, wholeLists: ['messages' as const] }),
    toolCalls: toolCalls.length === 0 ? undefined : toolCalls,
    transfers: reportedTransfers(message, endedReason, toolCalls),
    recording: recording(artifact, message),
    cost: cost(message),
    tokens: tokens(message),
    postCallCache: postCallCache(message),
    ...latencies(objectOf(artifact.performanceMetrics)),
    ...analysed(message),
    events: consent(objectOf(message.compliance)),
    serviceErrors: faultOf(endedReason, instantOf(message.endedAt) ?? at),
  });
}

function end(message: JsonObject, call: JsonObject, endedReason: string | undefined): Partial<NeutralRecord> {
  const { connected, ...verdict } = endingOf(endedReason);
  const startedAt = connected ? (instantOf(message.startedAt) ?? instantOf(call.startedAt)) : undefined;
  return {
    ...verdict,
    statusRaw: 'ended',
    disconnectedByRaw: endedReason,
    endReason: endedReason,
    answeredAt: startedAt,
    startedAt,
    endedAt: instantOf(message.endedAt) ?? instantOf(call.endedAt),
  };
}

/** Timed by `time` and `endTime` alone: `secondsFromStart` begins anew with each assistant of a squad. */
function spoken(item: JsonObject, index: number): Message[] {
  const speaker = speakerOf(item.role);
  const text = textOf(item.message) ?? textOf(item.content);
  if (speaker === undefined || text === undefined) return [];
  return [
    said({
      id: `m${index}`,
      speaker,
      text,
      startedAt: instantOf(item.time),
      endedAt: instantOf(item.endTime),
    }),
  ];
}

/** The permanent address, never a presigned one: that would be a key, and one that expires. */
function recording(artifact: JsonObject, message: JsonObject): RecordRecording | undefined {
  const stated = objectOf(artifact.recording);
  const url = [
    objectOf(stated.mono).combinedUrl,
    stated.stereoUrl,
    artifact.recordingUrl,
    message.recordingUrl,
    artifact.stereoRecordingUrl,
    message.stereoRecordingUrl,
  ]
    .map(textOf)
    .find((one) => one !== undefined);
  if (url === undefined) return undefined;
  return said({
    url,
    format: /\.(wav|mp3|ogg|m4a)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase(),
    state: 'AVAILABLE' as const,
  });
}

function cost(message: JsonObject): NeutralRecord['cost'] | undefined {
  const amount = numberOf(message.cost) ?? numberOf(objectOf(message.costBreakdown).total);
  return amount === undefined ? undefined : { amount: decimal(amount), currency: 'USD' };
}

/** Never `1e-7`: money is decimal text. */
const decimal = (amount: number): string =>
  /e/.test(String(amount)) ? amount.toFixed(12).replace(/\.?0+$/, '') : String(amount);

/** What was spent while the call lasted, apart from what its analysis took afterwards. */
function tokens(message: JsonObject): Tokens | undefined {
  const costs = objectsOf(message.costs);
  if (costs.length === 0) return tokensOfBreakdown(objectOf(message.costBreakdown));
  const sum = (types: readonly string[], ...fields: string[]) =>
    total(
      costs
        .filter((one) => types.includes(textOf(one.type) ?? ''))
        .flatMap((one) => fields.map((field) => one[field])),
    );
  return someOf({
    prompt: sum(['model', 'knowledge-base'], 'promptTokens'),
    completion: sum(['model', 'knowledge-base'], 'completionTokens'),
    ttsCharacters: sum(['voice'], 'characters'),
    postCallAndQc: sum(['analysis'], 'promptTokens', 'completionTokens'),
  });
}

/**
 * What the analyses read from a cache, and what they sent beside it: the prompt tokens are the total, of which
 * the cached ones are a part. Vapi does not say what was written into a cache.
 */
function postCallCache(message: JsonObject): PostCallCache | undefined {
  const analyses = objectsOf(message.costs).filter((one) => one.type === 'analysis');
  const breakdown = Object.entries(objectOf(objectOf(message.costBreakdown).analysisCostBreakdown));
  const sum = (field: string, suffix: RegExp) =>
    total(analyses.map((one) => one[field])) ??
    total(breakdown.filter(([name]) => suffix.test(name)).map(([, value]) => value));
  const cachedRead = sum('cachedPromptTokens', /CachedPromptTokens$/);
  if (cachedRead === undefined) return undefined;
  const prompt = sum('promptTokens', /(?<!Cached)PromptTokens$/);
  const freshPrompt = prompt === undefined ? undefined : Math.max(0, prompt - cachedRead);
  const completion = sum('completionTokens', /CompletionTokens$/);
  return said({ status: cachedRead > 0 ? 'HIT' : 'MISS', cachedRead, freshPrompt, completion });
}

function tokensOfBreakdown(breakdown: JsonObject): Tokens | undefined {
  const analysed = Object.entries(objectOf(breakdown.analysisCostBreakdown));
  return someOf({
    prompt: numberOf(breakdown.llmPromptTokens),
    completion: numberOf(breakdown.llmCompletionTokens),
    ttsCharacters: numberOf(breakdown.ttsCharacters),
    postCallAndQc: total(
      analysed
        .filter(([name]) => /(?<!Cached)(?:Prompt|Completion)Tokens$/.test(name))
        .map(([, value]) => value),
    ),
  });
}

/** Nothing stated is no sum, not zero. */
function total(values: readonly (Json | undefined)[]): number | undefined {
  const numbers = values.flatMap((value) => numberOf(value) ?? []);
  return numbers.length === 0 ? undefined : numbers.reduce((sum, value) => sum + value, 0);
}

/** Who consented to be recorded, and when; the kind of consent is all that is shown of it. */
function consent(compliance: JsonObject): CallEvent[] | undefined {
  const { type, grantedAt } = objectOf(compliance.recordingConsent);
  const at = instantOf(grantedAt);
  if (at === undefined) return undefined;
  const data = said({ consent: textOf(type) }) as JsonObject;
  return [{ id: `recording-consent/${String(at)}`, type: 'recording-consent', at, data }];
}

const LATENCIES = [
  ['sttMs', 'transcriberLatency'],
  ['llmMs', 'modelLatency'],
  ['ttsMs', 'voiceLatency'],
  ['totalMs', 'turnLatency'],
] as const;

/** Above it a latency cannot be in seconds: nobody waits half a minute for an answer. */
const SECONDS_BELOW = 30;

/** Vapi does not state the unit. One report has one: seconds if all its latencies are that small. */
function latencies(metrics: JsonObject): { latency?: Latency; turns?: Turn[] } {
  const turns = objectsOf(metrics.turnLatencies);
  const values = [metrics, ...turns].flatMap((place) =>
    LATENCIES.flatMap(([, name]) => numberOf(place[name]) ?? numberOf(place[`${name}Average`]) ?? []),
  );
  const factor = values.every((value) => value < SECONDS_BELOW) ? 1000 : 1;
  const inMs = (place: JsonObject, suffix = ''): Latency =>
    said(
      Object.fromEntries(
        LATENCIES.map(([ours, theirs]) => [ours, milliseconds(place[theirs + suffix], factor)]),
      ),
    );
  return said({
    latency: someOf(inMs(metrics, 'Average')),
    turns:
      turns.length === 0 ? undefined : turns.map((turn, index): Turn => ({ turn: index + 1, ...inMs(turn) })),
  });
}

function milliseconds(value: Json | undefined, factor: number): number | undefined {
  const number = numberOf(value);
  return number === undefined ? undefined : Math.round(number * factor);
}
