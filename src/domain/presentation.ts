import type { Call } from './call.js';
import type { Leg } from './leg.js';
import { legStart } from './leg.js';
import type { KnowledgeSearch, Latency, RecordRecording, ToolCall, Transfer, Turn } from './record.js';
import type { HeldRecording } from './recording.js';
import { isKept, referTo } from './recording.js';
import { wasBridged } from './transfer.js';
import type { Instant, RecordingState, Role } from './words.js';

/** What a reader of the pages sees beside the stored facts. Pure functions of them. */

const LATENCY_PARTS = ['sttMs', 'llmMs', 'ragMs', 'toolMs', 'ttsMs', 'totalMs'] as const;

/**
 * A turn with what follows from its instants where its source states no time: to the first token, and from
 * the customer's last word to the voice.
 */
export function timedTurn(turn: Turn): Turn {
  return {
    ...turn,
    llmMs: turn.llmMs ?? between(turn.llmRequestAt, turn.llmFirstTokenAt),
    totalMs: turn.totalMs ?? between(turn.sttFinalAt, turn.ttsStartAt),
  };
}

const between = (from: Instant | null | undefined, to: Instant | null | undefined): number | null =>
  from == null || to == null ? null : Math.max(0, to - from);

/** What of a call took time beside its turns. */
export interface TimedParts {
  toolCalls: readonly Pick<ToolCall, 'durationMs'>[];
  knowledgeSearches: readonly Pick<KnowledgeSearch, 'latency'>[];
}

/**
 * The average times of a call: as its source states them, else averaged over its turns, else, for tools and
 * the knowledge base, over the calls and searches themselves; null without inputs.
 */
export function latencyOf(
  call: Pick<Call, 'latency' | 'turns'>,
  { toolCalls, knowledgeSearches }: TimedParts = { toolCalls: [], knowledgeSearches: [] },
): Required<Latency> {
  const turns = call.turns.map(timedTurn);
  const byPart: Partial<Record<keyof Latency, (number | null)[]>> = {
    toolMs: toolCalls.map(({ durationMs }) => durationMs ?? null),
    ragMs: knowledgeSearches.map(({ latency }) => latency?.totalMs ?? null),
  };
  const averages = LATENCY_PARTS.map((part) => {
    const stated = call.latency?.[part] ?? null;
    const ofTurns = average(turns.map((turn) => turn[part] ?? null));
    return [part, stated ?? ofTurns ?? average(byPart[part] ?? [])] as const;
  });
  return Object.fromEntries(averages) as Required<Latency>;
}

function average(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.round(known.reduce((sum, value) => sum + value, 0) / known.length);
}

/** From the first sign of a call to its end, in ms; null while it has none. */
export const callDuration = (call: Leg): number | null =>
  call.endedAt === null ? null : Math.max(0, call.endedAt - legStart(call));

/** From the request to the first token, a model that takes longer than this is called slow. In ms. */
export const SLOW_MODEL_AFTER_MS = 1_500;

export const LATENCY_HINTS = ['SLOW_MODEL'] as const;
export type LatencyHint = (typeof LATENCY_HINTS)[number];

/** When each stage of one answer began. */
export interface TraceRow {
  turn: number;
  sttFinalAt: Instant | null;
  llmRequestAt: Instant | null;
  llmFirstTokenAt: Instant | null;
  ttsStartAt: Instant | null;
  /** From the request to the first token. */
  firstTokenMs: number | null;
  hint: LatencyHint | null;
}

/** One row for each turn whose source gave at least one of the instants. */
export const latencyTrace = (turns: readonly Turn[]): TraceRow[] => turns.map(traceRow).filter(isTraced);

function traceRow(turn: Turn): TraceRow {
  const { sttFinalAt = null, llmRequestAt = null, llmFirstTokenAt = null, ttsStartAt = null } = turn;
  const firstTokenMs = between(llmRequestAt, llmFirstTokenAt);
  const hint = firstTokenMs !== null && firstTokenMs > SLOW_MODEL_AFTER_MS ? 'SLOW_MODEL' : null;
  return { turn: turn.turn, sttFinalAt, llmRequestAt, llmFirstTokenAt, ttsStartAt, firstTokenMs, hint };
}

const isTraced = (row: TraceRow): boolean =>
  [row.sttFinalAt, row.llmRequestAt, row.llmFirstTokenAt, row.ttsStartAt].some((at) => at !== null);

/** What we keep of a recording beside what its source states. */
export interface KeptRecording extends HeldRecording {
  durationMs: number | null;
  contentType: string | null;
  bytes: number | null;
  expiresAt: Instant | null;
}

/** A recording with its place on the timeline of what it is shown with. */
export interface PlacedRecording {
  callId: string;
  /** Where its provider has it; null unless it is AVAILABLE and we have no copy. */
  url: string | null;
  format: string | null;
  /** Null when nothing tells when it begins. */
  startedAt: Instant | null;
  durationMs: number | null;
  /** From the start of the call or interaction it is shown with; null when nothing tells when it begins. */
  offsetMs: number | null;
  state: RecordingState;
  reason: string | null;
  /** True when we have a copy. */
  isKept: boolean;
  contentType: string | null;
  bytes: number | null;
  fetchedAt: Instant | null;
  expiresAt: Instant | null;
}

export type RecordedCall = Leg & { recording: RecordRecording | null };

/**
 * The recording of a call; null when its source said nothing of one. One whose source states no start
 * begins with the answer: before it there is nothing to record.
 */
export function placeRecording(
  call: RecordedCall,
  kept: KeptRecording | null,
  from: Instant,
): PlacedRecording | null {
  const stated = call.recording;
  if (stated === null) return null;
  const held = kept ?? statedOnly(stated);
  const startedAt = stated.startedAt ?? call.answeredAt;
  const isCopied = isKept(held);
  return {
    callId: call.id,
    url: held.state === 'AVAILABLE' && !isCopied ? held.url : null,
    format: stated.format ?? null,
    startedAt,
    durationMs: held.durationMs ?? stated.durationMs ?? null,
    offsetMs: startedAt === null ? null : startedAt - from,
    state: held.state,
    reason: held.reason,
    isKept: isCopied,
    contentType: held.contentType,
    bytes: held.bytes,
    fetchedAt: held.fetchedAt,
    expiresAt: held.expiresAt,
  };
}

/** What a statement alone says of a recording. */
const statedOnly = (stated: RecordRecording): KeptRecording => ({
  durationMs: null,
  contentType: null,
  bytes: null,
  expiresAt: null,
  ...referTo(stated),
});

/**
 * Where an instant lies in a recording, in ms from its start: in that of the call it belongs to, else in
 * the earliest of the interaction's that covers it. Null when none that can be played does.
 */
export function recordingOffset(
  at: Instant,
  callId: string,
  recordings: readonly PlacedRecording[],
): number | null {
  const starts = recordings
    .flatMap((one) => (one.startedAt === null ? [] : { ...one, startedAt: one.startedAt }))
    .filter((one) => one.state === 'AVAILABLE' && covers(one, at))
    .sort((a, b) => Number(b.callId === callId) - Number(a.callId === callId) || a.startedAt - b.startedAt);
  const [best] = starts;
  return best === undefined ? null : at - best.startedAt;
}

const covers = (one: { startedAt: Instant; durationMs: number | null }, at: Instant): boolean =>
  at >= one.startedAt && (one.durationMs === null || at <= one.startedAt + one.durationMs);

export const BANNER_KINDS = ['TRANSFERRED', 'TRANSFER_FAILED', 'HANDED_TO_HUMAN', 'FROM_BOT_CALL'] as const;
export type BannerKind = (typeof BANNER_KINDS)[number];

/** A line at the top of the page of a call or an interaction. */
export interface Banner {
  kind: BannerKind;
  target: string | null;
  at: Instant | null;
  reason: string | null;
  /** The bot's call that a human agent's call came from. */
  originCallId: string | null;
}

/** A call as far as banners need it. */
export interface Party {
  id: string;
  role: Role;
  startedAt: Instant;
  /** Null: nobody answered it. */
  answeredAt: Instant | null;
}

/**
 * What happened on the way to another party; `viewed` is the call whose page it is, null for the interaction's,
 * and `takeOvers` are the times at which somebody took one of the calls over.
 */
export function bannersOf(
  transfers: readonly (Transfer & { isDerived?: boolean })[],
  parties: readonly Party[],
  viewed: Party | null,
  takeOvers: readonly Instant[] = [],
): Banner[] {
  const stated = transfers.filter(({ isDerived }) => isDerived !== true);
  const handed = handover(parties, viewed, [...takeOvers, ...agentsBridged(stated, parties)]);
  const banners = [...stated.flatMap(transferBanner), ...handed];
  return banners.sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity));
}

function transferBanner(transfer: Transfer): Banner[] {
  const { state, target = null, requestedAt = null, bridgedAt = null, endedAt = null } = transfer;
  if (wasBridged(transfer)) return [{ ...NO_BANNER, kind: 'TRANSFERRED', target, at: bridgedAt }];
  if (state !== 'FAILED' && state !== 'CANCELLED') return [];
  const reason = transfer.failureReason ?? (state === 'CANCELLED' ? 'cancelled' : null);
  return [{ ...NO_BANNER, kind: 'TRANSFER_FAILED', target, at: endedAt ?? requestedAt, reason }];
}

const NO_BANNER = { target: null, at: null, reason: null, originCallId: null };

/**
 * A call is in a human's hands once one has answered: a leg of the bot's call was, or `otherwise` somebody is known
 * to have come on the line. The first to come counts; a time that nobody told comes last.
 */
function handover(
  parties: readonly Party[],
  viewed: Party | null,
  otherwise: readonly (Instant | null)[],
): Banner[] {
  const originCallId = viewed === null ? null : originOf(viewed, parties);
  if (viewed !== null && originCallId !== null)
    return [{ ...NO_BANNER, kind: 'FROM_BOT_CALL', at: viewed.startedAt, originCallId }];
  if (viewed?.role === 'HUMAN') return [];
  const hasBot = parties.some(({ role }) => role === 'ASSISTANT');
  const answers = parties.flatMap(({ role, answeredAt }) => (role === 'HUMAN' ? (answeredAt ?? []) : []));
  const [first] = [...(hasBot ? answers : []), ...otherwise].sort(
    (a, b) => (a ?? Infinity) - (b ?? Infinity),
  );
  return first === undefined ? [] : [{ ...NO_BANNER, kind: 'HANDED_TO_HUMAN', at: first }];
}

/**
 * When agents came on the line by transfers in which one was spoken with first. Whom a blind transfer reached nobody
 * knows; and where the agents' own system tells, it is believed.
 */
const agentsBridged = (transfers: readonly Transfer[], parties: readonly Party[]): (Instant | null)[] =>
  parties.some(({ role }) => role === 'HUMAN')
    ? []
    : transfers
        .filter((one) => wasBridged(one) && (one.kind === 'ATTENDED' || one.kind === 'WARM'))
        .map(({ bridgedAt = null }) => bridgedAt);

/** The bot's call that a human agent's call came from: the latest that began before it. Null for any other call. */
export function originOf(viewed: Party, parties: readonly Party[]): string | null {
  if (viewed.role !== 'HUMAN') return null;
  const bots = parties.filter((one) => one.role === 'ASSISTANT' && one.startedAt <= viewed.startedAt);
  return bots.sort((a, b) => b.startedAt - a.startedAt)[0]?.id ?? null;
}
