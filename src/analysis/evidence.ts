import type { Call } from '../domain/call.js';
import { byStart, compareText, legStart, statedStart } from '../domain/leg.js';
import type { Interruption, Json, ToolCall, Transfer, Turn } from '../domain/record.js';
import type { EvidenceEvent, Measure, Resource } from '../domain/verdict/evidence.js';
import type { SpokenTurn } from '../domain/verdict/metrics.js';
import { spokenTurns } from '../domain/verdict/metrics.js';
import type { Session } from '../domain/verdict/session.js';
import { tagOf } from '../domain/verdict/session.js';
import type { Instant, Role, Speaker } from '../domain/words.js';

type Draft = Omit<EvidenceEvent, 'index'>;
type Told = Partial<Pick<Draft, 'isError' | 'name' | 'text'>> & {
  measures?: Partial<Record<Measure, number | null | undefined>>;
};

const RESOURCE: Record<Role, Resource> = {
  DIALER: 'call',
  HUMAN: 'agent',
  ASSISTANT: 'ai',
  CHAT: 'conversation',
};

/** Everything that happened in an interaction, in order of time: what analysts judge and issues cite. */
export function timelineOf({ calls, interaction }: Session): EvidenceEvent[] {
  const sorted = [...calls].sort(byStart);
  const turns = new Map(spokenTurns(calls).map((turn) => [`${turn.legId}/${turn.messageId}`, turn]));
  const drafts = sorted.flatMap((call) => [
    ...frameOf(call),
    ...spokenIn(call, turns),
    ...workOf(call),
    ...turnsOf(call),
    ...incidentsOf(call),
  ]);
  const transfers = interaction.transfers.flatMap((transfer) =>
    transferEvents(sorted.find(({ id }) => id === transfer.legId) ?? sorted[0], transfer),
  );
  return [...drafts, ...transfers]
    .map((draft, place) => ({ draft, place }))
    .sort((a, b) => a.draft.at - b.draft.at || a.place - b.place)
    .map(({ draft }, index) => ({ index, ...draft }));
}

function event(call: Call, type: string, at: Instant | null | undefined, told: Told = {}): Draft[] {
  if (at === null || at === undefined) return [];
  const measures = Object.entries(told.measures ?? {}).filter(([, value]) => typeof value === 'number');
  return [
    {
      type,
      at,
      resource: RESOURCE[call.role],
      resourceId: call.id,
      isError: told.isError ?? false,
      name: told.name ?? null,
      text: told.text ?? null,
      measures: Object.fromEntries(measures),
    },
  ];
}

/** How the leg began and ended. Every leg has at least its beginning. */
function frameOf(call: Call): Draft[] {
  const kind = RESOURCE[call.role];
  const isLine = kind === 'call' || kind === 'agent';
  const measures = { mos: numberIn(tagOf([call], 'mos')) };
  const ended = event(call, isLine ? `${kind}_hangup` : `${kind}_ended`, call.endedAt, {
    name: call.endReason ?? call.disconnectedBy,
    measures,
  });
  if (!isLine) return [...event(call, `${kind}_started`, statedStart(call) ?? legStart(call)), ...ended];
  const stated = [
    ...event(call, `${kind}_queued`, call.queuedAt),
    ...event(call, `${kind}_ringing`, call.ringAt),
    ...event(call, `${kind}_answered`, call.answeredAt),
  ];
  return [...(stated.length > 0 ? stated : event(call, `${kind}_started`, legStart(call))), ...ended];
}

const SAID: Record<Speaker, string> = {
  CUSTOMER: 'message_user',
  ASSISTANT: 'message_bot',
  AGENT: 'message_agent',
  SYSTEM: 'message_system',
};

function spokenIn(call: Call, turns: ReadonlyMap<string, SpokenTurn>): Draft[] {
  return call.messages.flatMap((message) => {
    const turn = turns.get(`${call.id}/${message.id}`);
    const measures = { gapMs: turn?.gapMs, responseMs: turn?.responseMs };
    const at = message.startedAt ?? message.endedAt ?? legStart(call);
    return event(call, SAID[message.speaker ?? 'SYSTEM'], at, { text: message.text ?? null, measures });
  });
}

function workOf(call: Call): Draft[] {
  const tools = call.toolCalls.flatMap((tool) =>
    event(call, 'tool_call', tool.startedAt ?? legStart(call), {
      name: tool.name ?? null,
      text: faultOf(tool),
      isError: tool.status === 'ERROR' || tool.status === 'TIMEOUT' || tool.postProcessorError != null,
      measures: { toolMs: tool.durationMs },
    }).map((draft) => ({ ...draft, type: tool.status === 'TIMEOUT' ? 'tool_timeout' : draft.type })),
  );
  const searches = call.knowledgeSearches.flatMap((search) =>
    event(call, 'knowledge_search', search.startedAt ?? legStart(call), {
      text: search.query ?? null,
      measures: { hits: search.hitCount, ragMs: search.latency?.totalMs },
    }),
  );
  return [...tools, ...searches];
}

const faultOf = ({ error, postProcessorError }: ToolCall): string | null =>
  error ?? postProcessorError ?? null;

/** The stages of each answer. A turn without an instant of its own stands at the start of its leg. */
function turnsOf(call: Call): Draft[] {
  return call.turns.flatMap((turn) => {
    const { sttMs, llmMs, ttsMs, ragMs, toolMs, totalMs } = turn;
    const measures = { sttMs, llmMs: llmMs ?? firstToken(turn), ttsMs, ragMs, toolMs, totalMs };
    const at = turn.sttFinalAt ?? turn.llmRequestAt ?? turn.llmFirstTokenAt ?? turn.ttsStartAt;
    return event(call, 'turn', at ?? legStart(call), { name: String(turn.turn), measures });
  });
}

const firstToken = ({ llmRequestAt, llmFirstTokenAt }: Turn): number | null =>
  llmRequestAt == null || llmFirstTokenAt == null ? null : Math.max(0, llmFirstTokenAt - llmRequestAt);

function incidentsOf(call: Call): Draft[] {
  return [
    ...call.interruptions.flatMap((one) => interruption(call, one)),
    ...call.serviceErrors.flatMap(({ service, at, fatal, message }) =>
      event(call, fatal === true ? 'service_error_fatal' : 'service_error', at, {
        name: service,
        text: message ?? null,
        isError: true,
      }),
    ),
    ...call.integrationLog.flatMap(({ integration, at, status }) =>
      event(call, 'integration', at, { name: integration, isError: status === 'ERROR' }),
    ),
    ...[...call.events]
      .sort((a, b) => compareText(a.id, b.id))
      .flatMap(({ type, at, data }) =>
        event(call, type ?? 'event', at, { measures: { mos: mosIn(data ?? null) } }),
      ),
  ];
}

const interruption = (call: Call, { at, by }: Interruption): Draft[] =>
  event(call, 'interruption', at, { name: by ?? null });

/** The mean opinion score of a call's sound, 1 to 5, where a system measures it. */
function mosIn(data: Json): number | null {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return null;
  return numberIn(data['mos'] ?? data['mosScore'] ?? data['mos_score'] ?? null);
}

function numberIn(value: Json): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && number >= 1 && number <= 5 ? number : null;
}

function transferEvents(call: Call | undefined, transfer: Transfer): Draft[] {
  if (call === undefined) return [];
  const { state, requestedAt, bridgedAt, endedAt, failureReason } = transfer;
  const asked = requestedAt ?? legStart(call);
  const failed = state === 'FAILED' || state === 'CANCELLED';
  const name = transfer.kind ?? null;
  return [
    ...event(call, 'transfer_requested', asked, { name }),
    ...event(call, 'transfer_bridged', bridgedAt, { name }),
    ...(failed
      ? event(call, state === 'FAILED' ? 'transfer_failed' : 'transfer_cancelled', endedAt ?? asked, {
          name,
          text: failureReason ?? null,
          isError: state === 'FAILED',
        })
      : event(call, 'transfer_ended', endedAt, { name })),
  ];
}
