import type OpenAI from 'openai';
import type { Analyst, Case } from '../../../domain/verdict/analyst.js';
import { AnalystFailure } from '../../../domain/verdict/analyst.js';
import { resourcesUsed } from '../../../domain/verdict/context.js';
import type { Findings } from '../../../domain/verdict/evidence.js';
import { faultsOf } from '../../../domain/verdict/evidence.js';
import { eventLine } from '../../../domain/verdict/reduce.js';
import type { ModelEndpoint } from './client.js';
import { completeChat } from './client.js';
import { readAnswer } from './answer.js';
import { masker } from './privacy.js';
import { correctionPrompt } from './prompts/correction.js';
import { SYSTEM_PROMPT } from './prompts/system.js';

type Message = OpenAI.ChatCompletionMessageParam;

/** What one analysis may cost. An answer that cannot be used is asked for once more, within the same budget. */
export const MODEL_BUDGET = {
  /** Of what the model is given, in bytes. Errors may exceed what the input is reduced to. */
  inputBytes: 192 * 1_024,
  /** Of one answer. */
  answerTokens: 4_000,
  /** Of all requests together, as the server counts them. */
  tokens: 120_000,
  asks: 2,
} as const;

/** A language model behind the chat-completions protocol. Its words are checked; its faults are failures, never verdicts. */
export class ModelAnalyst implements Analyst {
  readonly name = 'MODEL';
  readonly model: string;

  constructor(private readonly endpoint: ModelEndpoint) {
    this.model = endpoint.model;
  }

  async judge(one: Case, signal: AbortSignal): Promise<Findings> {
    const material = materialOf(one);
    if (Buffer.byteLength(material) > MODEL_BUDGET.inputBytes) throw new AnalystFailure('INPUT_TOO_LARGE');
    const messages: Message[] = [
      { role: 'system', content: SYSTEM_PROMPT },
      { role: 'user', content: material },
    ];
    let tokens = 0;
    for (let ask = 1; ask <= MODEL_BUDGET.asks && tokens < MODEL_BUDGET.tokens; ask += 1) {
      const answer = await completeChat(this.endpoint, messages, MODEL_BUDGET.answerTokens, signal);
      tokens += answer.tokens;
      const read = readAnswer(answer.text);
      const faults = 'faults' in read ? read.faults : faultsOf(read.findings, one.events);
      if ('findings' in read && faults.length === 0) return read.findings;
      messages.push(
        { role: 'assistant', content: answer.text },
        { role: 'user', content: correctionPrompt(faults.slice(0, 20)) },
      );
    }
    throw new AnalystFailure('ANALYST_INVALID');
  }
}

/** What the model reads: no ids, no addresses, no names that we know, no arguments or results of tools. */
function materialOf({ session, context, outcome, metrics, events, isReduced }: Case): string {
  const mask = masker(session);
  const masked = (text: string | null) => (text === null ? null : mask(text));
  const facts = {
    reference: context?.referenceType ?? null,
    channel: context?.channel ?? null,
    direction: context?.direction ?? null,
    aiHandled: context?.aiHandled ?? false,
    humanInvolved: context?.humanInvolved ?? false,
    result: outcome?.result ?? null,
    endedBy: outcome?.endedBy ?? null,
    status: session.interaction.status,
    outcome: session.interaction.outcome,
    durationMs: session.interaction.durationMs,
    metrics,
  };
  const head = JSON.stringify({ facts, resources: resourcesUsed(session), reduced: isReduced });
  const lines = events.map((event) =>
    eventLine({ ...event, text: masked(event.text), name: masked(event.name) }),
  );
  return `${head}\n"events":\n${lines.join('\n')}`;
}
