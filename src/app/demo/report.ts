import type { IntegrationEntry, NeutralRecord, ReviewFlag, Sentiment } from '../../domain/record.js';
import type { Instant } from '../../domain/words.js';
import { centsPerMinute } from './money.js';
import type { AssistantPart, Plot } from './plot.js';
import type { Random } from './random.js';
import type { StoryShape } from './shapes.js';

const PRICE_CENTS = 7.5;
/** From so many turns on there is something to analyse. */
const WORTH_ANALYSING = 2;

/** What the assistant's system says once more when all is over: recording, price, counts and its judgement. */
export function reportOf(plot: Plot, part: AssistantPart, random: Random): Partial<NeutralRecord> {
  const { startedAt, endedAt } = part;
  const turns = part.spoken.flatMap(({ turn }) => turn ?? []);
  const isWorthIt = turns.length >= WORTH_ANALYSING;
  const postCallAndQc = isWorthIt ? random.whole(280, 640) : 0;
  return {
    statusRaw: 'reported',
    recording: {
      url: `https://example.com/recordings/${plot.cast.call}.mp3`,
      format: 'mp3',
      startedAt,
      durationMs: endedAt - startedAt,
      state: 'AVAILABLE',
    },
    cost: centsPerMinute(PRICE_CENTS, endedAt - startedAt),
    tokens: { ...tokensOf(part), postCallAndQc },
    sentiment: sentimentOf(part, random),
    ...(isWorthIt && { ...analysis(plot, postCallAndQc, random), ...integration(plot, endedAt, random) }),
    ...flags(plot.shape, endedAt, random),
  };
}

function tokensOf({ spoken }: AssistantPart) {
  const said = spoken.filter(({ message }) => message.speaker === 'ASSISTANT');
  const ttsCharacters = said.reduce((sum, { message }) => sum + (message.text ?? '').length, 0);
  const completion = Math.round(ttsCharacters / 4);
  const all = spoken.reduce((sum, { turn }) => sum + (turn?.tokens ?? 0), 0);
  return { prompt: Math.max(0, all - completion), completion, ttsCharacters };
}

const sentimentOf = ({ spoken }: AssistantPart, random: Random): Sentiment[] =>
  spoken.flatMap(({ mood, message }) =>
    mood === null ? [] : [{ label: mood, score: random.between(0.55, 0.95, 2), at: message.endedAt }],
  );

function analysis(plot: Plot, tokens: number, random: Random): Partial<NeutralRecord> {
  const { summary, tags, dispositions, language } = plot.cast.script;
  const isWhole = plot.assistant?.failure === null && plot.shape !== 'TOOL_TIMEOUT';
  const cachedRead = random.chance(0.6) ? random.whole(600, 1_400) : 0;
  return {
    postCallAnalysis: {
      summary: isWhole ? summary : BROKEN_OFF[language],
      tags: [...tags],
      fields: { language, reference: plot.cast.reference },
      dispositions: isWhole ? [...dispositions] : [{ name: 'result', value: 'UNRESOLVED' }],
      autoAssigned: random.chance(0.2),
    },
    postCallCache: {
      status: cachedRead > 0 ? 'HIT' : 'MISS',
      cachedRead,
      cacheCreated: cachedRead > 0 ? 0 : random.whole(600, 1_400),
      freshPrompt: random.whole(90, 240),
      completion: Math.round(tokens / 4),
    },
    ...(random.chance(0.5) && { qcAnalysis: { fields: qualityOf(isWhole, random) } }),
  };
}

const BROKEN_OFF = {
  en: 'The conversation ended before the request was settled.',
  es: 'La conversación terminó antes de resolver la solicitud.',
} as const;

const qualityOf = (isWhole: boolean, random: Random) => ({
  greeted: true,
  understoodRequest: random.chance(0.95),
  settledRequest: isWhole,
  politeness: random.between(4, 5, 1),
});

function integration({ cast }: Plot, endedAt: Instant, random: Random): Partial<NeutralRecord> {
  if (random.chance(0.35)) return {};
  const failed = random.chance(0.08);
  const entry: IntegrationEntry = {
    integration: 'crm',
    at: endedAt + 900,
    status: failed ? 'ERROR' : 'OK',
    detail: failed
      ? { contact: cast.customer.id, httpStatus: 503 }
      : { contact: cast.customer.id, written: ['summary', 'dispositions'] },
  };
  return { integrationLog: [entry] };
}

const FLAGS: Partial<Record<StoryShape, Omit<ReviewFlag, 'at'>>> = {
  ASSISTANT_FAILED: { code: 'SERVICE_ERROR', reason: 'A service failed during the call.', by: 'RULE' },
  SLOW_MODEL: { code: 'SLOW_ANSWERS', reason: 'The customer waited for answers.', by: 'RULE' },
  TOOL_TIMEOUT: { code: 'TOOL_TIMEOUT', reason: 'A tool gave no answer in time.', by: 'RULE' },
};

const DOUBT: Omit<ReviewFlag, 'at'> = {
  code: 'ANOMALY',
  reason: 'The answer may not fit the question.',
  by: 'AI',
};

function flags(shape: StoryShape, at: Instant, random: Random): Partial<NeutralRecord> {
  const flag = FLAGS[shape] ?? (random.chance(0.05) ? DOUBT : null);
  return flag === null ? {} : { reviewFlags: [{ ...flag, at }] };
}
