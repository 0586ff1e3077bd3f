import type { ServiceError } from '../../domain/record.js';
import type { DisconnectedBy, Instant } from '../../domain/words.js';
import type { Cast } from './cast.js';
import type { Manner, Spoken } from './dialogue.js';
import { converse } from './dialogue.js';
import type { Random } from './random.js';
import type { Line } from './scripts/script.js';
import { bot } from './scripts/script.js';
import type { StoryShape } from './shapes.js';
import { SHAPES } from './shapes.js';

/** What really happened in a call, before any system tells of it. */
export interface Plot {
  shape: StoryShape;
  cast: Cast;
  queuedAt: Instant;
  ringAt: Instant;
  answeredAt: Instant | null;
  endedAt: Instant;
  hungUpBy: DisconnectedBy;
  /** Why nobody answered; null when someone did. */
  unanswered: 'NO_ANSWER' | 'BUSY' | null;
  assistant: AssistantPart | null;
  human: HumanPart | null;
}

export interface AssistantPart {
  startedAt: Instant;
  endedAt: Instant;
  spoken: Spoken[];
  failure: ServiceError | null;
}

export interface HumanPart {
  requestedAt: Instant;
  bridgedAt: Instant;
  endedAt: Instant;
  queue: string;
  spoken: Spoken[];
}

/** Decides everything that happens from the first ring to the last word. */
export function plotCall(
  shape: StoryShape,
  cast: Cast,
  startAt: Instant,
  pace: number,
  random: Random,
): Plot {
  const { talk, slowModel, toolTimesOut } = SHAPES[shape];
  const later = (shortest: number, longest: number) => Math.round(random.whole(shortest, longest) / pace);
  const isOutbound = cast.script.direction === 'OUTBOUND';
  const ringAt = startAt + later(200, 900);
  const dialed = { shape, cast, queuedAt: startAt, ringAt, unanswered: null, assistant: null, human: null };
  if (talk === 'UNANSWERED') return { ...dialed, ...neverAnswered(ringAt, later, random) };
  const answeredAt = ringAt + (isOutbound ? later(3_000, 9_000) : later(800, 2_500));
  if (talk === 'NOBODY')
    return { ...dialed, answeredAt, endedAt: answeredAt + later(12_000, 25_000), hungUpBy: 'CUSTOMER' };
  const manner: Manner = { pace, slowModel, toolTimesOut };
  const startedAt = answeredAt + random.whole(300, shape === 'HALF_DIALER' ? 4_000 : 1_400);
  const assistant = assistantPart(shape, cast, startedAt, manner, random);
  const human = shape === 'TRANSFERRED' ? humanPart(cast, assistant, manner, random) : null;
  return {
    ...dialed,
    answeredAt,
    endedAt: (human?.endedAt ?? assistant.endedAt) + random.whole(80, 500),
    hungUpBy: hungUpBy(shape, random),
    assistant:
      human === null ? assistant : { ...assistant, endedAt: human.bridgedAt + random.whole(400, 900) },
    human,
  };
}

type Later = (shortest: number, longest: number) => number;

function neverAnswered(ringAt: Instant, later: Later, random: Random) {
  return random.chance(0.35)
    ? {
        answeredAt: null,
        endedAt: ringAt + later(900, 1_800),
        hungUpBy: 'REJECTED' as const,
        unanswered: 'BUSY' as const,
      }
    : {
        answeredAt: null,
        endedAt: ringAt + later(20_000, 30_000),
        hungUpBy: 'NO_ANSWER' as const,
        unanswered: 'NO_ANSWER' as const,
      };
}

function hungUpBy(shape: StoryShape, random: Random): DisconnectedBy {
  const { talk } = SHAPES[shape];
  if (talk === 'BROKEN_OFF') return 'ERROR';
  if (talk === 'MACHINE') return 'BOT';
  if (talk === 'GREETING') return 'CUSTOMER';
  return random.chance(0.6) ? 'CUSTOMER' : shape === 'TRANSFERRED' ? 'AGENT' : 'BOT';
}

function assistantPart(
  shape: StoryShape,
  cast: Cast,
  startedAt: Instant,
  manner: Manner,
  random: Random,
): AssistantPart {
  const spoken = converse(linesOf(shape, cast), startedAt + random.whole(200, 500), manner, random);
  const { talk } = SHAPES[shape];
  const silentAt = spoken.at(-1)?.message.endedAt ?? startedAt;
  if (talk === 'GREETING') return hungUpOn(spoken, startedAt, startedAt + random.whole(1_500, 4_200));
  if (talk === 'BROKEN_OFF') {
    const failure = failureAt(silentAt + random.whole(3_000, 6_000), random);
    return { startedAt, endedAt: failure.at + 250, spoken, failure };
  }
  return { startedAt, endedAt: silentAt + random.whole(300, 1_100), spoken, failure: null };
}

/** What is said of the script when the call has this shape. */
function linesOf(shape: StoryShape, { script }: Cast): readonly Line[] {
  const { talk, toolTimesOut } = SHAPES[shape];
  if (talk === 'GREETING') return script.lines.slice(0, 1);
  if (talk === 'MACHINE') return [bot(script.voicemail ?? script.apology)];
  if (talk === 'BROKEN_OFF') return script.lines.slice(0, 4);
  if (toolTimesOut !== true) return script.lines;
  const failing = script.lines.findIndex((line) => line.uses !== undefined);
  return script.lines
    .slice(0, failing + 1)
    .map((line, index) => (index === failing ? { ...line, text: script.apology } : line));
}

/** The customer leaves in the middle of the greeting. */
function hungUpOn(spoken: readonly Spoken[], startedAt: Instant, endedAt: Instant): AssistantPart {
  const cutShort = spoken.map((one) => ({
    ...one,
    message: { ...one.message, endedAt: Math.min(one.message.endedAt, endedAt), interrupted: true },
  }));
  return { startedAt, endedAt, spoken: cutShort, failure: null };
}

const failureAt = (at: Instant, random: Random): ServiceError => ({
  at,
  fatal: true,
  ...random.pick<Pick<ServiceError, 'service' | 'processor' | 'message'>>([
    { service: 'LLM', processor: 'turn', message: 'The model gave no token within the time limit.' },
    { service: 'TTS', processor: 'voice', message: 'The voice service closed the stream.' },
    { service: 'STT', processor: 'ears', message: 'The transcriber refused the audio format.' },
  ]),
});

function humanPart(cast: Cast, assistant: AssistantPart, manner: Manner, random: Random): HumanPart {
  const requestedAt = (assistant.spoken.at(-1)?.message.endedAt ?? assistant.startedAt) + 150;
  const bridgedAt = requestedAt + Math.round(random.whole(2_500, 7_000) / manner.pace);
  const { queue, lines } = cast.script.handover ?? { queue: 'desk', lines: [] };
  const spoken = converse(lines, bridgedAt, { pace: manner.pace }, random);
  const endedAt = (spoken.at(-1)?.message.endedAt ?? bridgedAt) + random.whole(300, 900);
  return { requestedAt, bridgedAt, endedAt, queue, spoken };
}
