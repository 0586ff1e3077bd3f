import type { KnowledgeSearch, Message, ToolCall, Turn } from '../../domain/record.js';
import type { Instant } from '../../domain/words.js';
import type { Random } from './random.js';
import type { Line } from './scripts/script.js';

/** One line of a conversation with its time, and what the assistant did before it said it. */
export interface Spoken {
  message: Message & { startedAt: Instant; endedAt: Instant };
  mood: string | null;
  turn: Turn | null;
  search: Search | null;
  tool: Use | null;
}

type Search = KnowledgeSearch & { startedAt: Instant; latency: { totalMs: number } };
type Use = ToolCall & { startedAt: Instant; durationMs: number };

/** How a conversation is held. */
export interface Manner {
  /** How many times faster than in life people speak and think; machines take the time they take. */
  pace: number;
  slowModel?: boolean;
  toolTimesOut?: boolean;
}

const MS_PER_CHARACTER = 60;
const TOOL_TIMEOUT_MS = 8_000;

/** Speaks the lines one after the other. Assistant and customer, or agent and customer, take turns. */
export function converse(lines: readonly Line[], from: Instant, manner: Manner, random: Random): Spoken[] {
  const cutIn = random.chance(0.25) ? random.whole(1, lines.length) : -1;
  const spoken: Spoken[] = [];
  let at = from;
  let turns = 0;
  for (const [index, line] of lines.entries()) {
    const answers = line.by === 'ASSISTANT' && index > 0;
    const before = answers ? prepare(line, at, ++turns, manner, random) : null;
    const isCutShort = index === cutIn && line.by === 'ASSISTANT' && index + 1 < lines.length;
    const startedAt = before?.readyAt ?? at + wait(line, spoken.at(-1), manner, random);
    const endedAt = startedAt + speakingTime(line.text, manner) * (isCutShort ? 0.6 : 1);
    at = Math.round(endedAt);
    spoken.push({
      message: {
        id: `m${index + 1}`,
        speaker: line.by,
        text: line.text,
        startedAt,
        endedAt: at,
        interrupted: isCutShort,
      },
      mood: line.mood ?? null,
      turn: before?.turn ?? null,
      search: before?.search ?? null,
      tool: before?.tool ?? null,
    });
  }
  return spoken;
}

const speakingTime = (text: string, { pace }: Manner): number =>
  Math.max(700, Math.round((text.length * MS_PER_CHARACTER) / pace));

/** The breath before a line; who interrupts takes none. */
function wait(line: Line, last: Spoken | undefined, { pace }: Manner, random: Random): number {
  if (last?.message.interrupted === true) return 0;
  const [shortest, longest] = line.by === 'CUSTOMER' ? [500, 2_400] : [200, 700];
  return Math.round(random.whole(shortest, longest) / pace);
}

/** Everything between the last word of the customer and the first of the answer. */
function prepare(line: Line, heardAt: Instant, turn: number, manner: Manner, random: Random) {
  const sttMs = random.whole(120, 260);
  const ragMs = line.reads === undefined ? null : random.whole(60, 190);
  const isSlow = manner.slowModel === true && (turn === 2 || random.chance(0.5));
  const llmMs = isSlow ? random.whole(2_200, 5_200) : random.whole(330, 900);
  const toolMs = toolTime(line, manner, random);
  const ttsMs = random.whole(110, 260);
  const sttFinalAt = heardAt + sttMs;
  const llmRequestAt = sttFinalAt + (ragMs ?? 0);
  const llmFirstTokenAt = llmRequestAt + llmMs;
  const ttsStartAt = llmFirstTokenAt + (toolMs ?? 0);
  const readyAt = ttsStartAt + ttsMs;
  const times = { sttMs, ragMs, toolMs, llmMs, ttsMs, totalMs: readyAt - heardAt };
  const instants = { sttFinalAt, llmRequestAt, llmFirstTokenAt, ttsStartAt };
  const tokens = 260 + 85 * turn + Math.round(line.text.length / 4);
  const confidence = random.between(0.86, 0.99, 2);
  return {
    readyAt,
    turn: { turn, ...times, ...instants, tokens, confidence } satisfies Turn,
    search: searchOf(line, turn, sttFinalAt, ragMs, random),
    tool: toolOf(line, turn, llmFirstTokenAt, toolMs, manner),
  };
}

const toolTime = (line: Line, { toolTimesOut }: Manner, random: Random): number | null => {
  if (line.uses === undefined) return null;
  return toolTimesOut === true ? TOOL_TIMEOUT_MS : Math.round(line.uses.ms * random.between(0.7, 1.6, 2));
};

function searchOf(
  line: Line,
  turn: number,
  startedAt: Instant,
  totalMs: number | null,
  random: Random,
): Search | null {
  if (line.reads === undefined || totalMs === null) return null;
  const [embedMs, rerankMs] = [random.whole(8, 20), random.whole(12, 28)];
  const searchMs = totalMs - embedMs - rerankMs;
  return {
    id: `k${turn}`,
    query: line.reads.query,
    hitCount: line.reads.hits,
    startedAt,
    latency: { embedMs, searchMs, rerankMs, totalMs },
    cacheStatus: random.chance(0.3) ? 'HIT' : 'MISS',
  };
}

function toolOf(
  line: Line,
  turn: number,
  startedAt: Instant,
  durationMs: number | null,
  manner: Manner,
): Use | null {
  if (line.uses === undefined || durationMs === null) return null;
  const { name, asks, answers } = line.uses;
  const call = { id: `t${turn}`, name, startedAt, durationMs, arguments: asks };
  if (manner.toolTimesOut !== true) return { ...call, status: 'OK', rawResponse: answers, error: null };
  const error = `No answer within ${TOOL_TIMEOUT_MS} ms.`;
  return { ...call, status: 'TIMEOUT', rawResponse: null, error };
}
