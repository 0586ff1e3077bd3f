import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { AnalystFailure } from '../../../domain/verdict/analyst.js';
import type { Failure } from '../../../domain/verdict/lifecycle.js';
import { ANSWER_SCHEMA } from './answer.js';
import { boundedFetch, OversizedAnswer } from './bounded-fetch.js';

/** Where a model is, and how patiently it is asked. */
export interface ModelEndpoint {
  /** Such as `https://api.openai.com/v1`. */
  baseUrl: string;
  model: string;
  /** Null: the server asks for none. */
  apiKey: string | null;
  /** Of one request, headers and body together, in ms. */
  timeoutMs?: number;
  /** After lost connections, time-outs, 408, 409, 429 and 5xx, each later than the one before. */
  retries?: number;
}

const TIMEOUT_MS = 60_000;
const RETRIES = 2;
/** Answers are a few kilobytes; a server that sends more is not what we think it is. */
const MAX_ANSWER_BYTES = 1_048_576;

type Messages = OpenAI.ChatCompletionMessageParam[];

/** One answer of the model, as text. Throws an `AnalystFailure` that tells nothing of what the server said. */
export async function completeChat(
  endpoint: ModelEndpoint,
  messages: Messages,
  maxTokens: number,
  signal: AbortSignal,
): Promise<{ text: string; tokens: number }> {
  const completion = await request(endpoint, messages, maxTokens, signal).catch((error: unknown) => {
    throw signal.aborted ? error : new AnalystFailure(failureOf(error));
  });
  const choice = completion.choices?.[0];
  if (choice?.message?.refusal != null || choice?.finish_reason === 'content_filter')
    throw new AnalystFailure('ANALYST_DECLINED');
  const text = choice?.message?.content;
  return { text: typeof text === 'string' ? text : '', tokens: completion.usage?.total_tokens ?? maxTokens };
}

/** What comes is whatever a server sent: nothing in it is certain. */
interface Completion {
  choices?: { finish_reason?: string; message?: { content?: unknown; refusal?: unknown } }[];
  usage?: { total_tokens?: number };
}

/** Everything is given: the library would read what is not from the environment. */
async function request(
  { baseUrl, model, apiKey, timeoutMs = TIMEOUT_MS, retries = RETRIES }: ModelEndpoint,
  messages: Messages,
  maxTokens: number,
  signal: AbortSignal,
): Promise<Completion> {
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: retries,
    // Ours comes first: the library's own bounds the headers alone.
    timeout: timeoutMs + 1_000,
    logLevel: 'off',
    fetch: boundedFetch(MAX_ANSWER_BYTES, timeoutMs, signal),
  });
  const answer: unknown = await client.chat.completions.create(
    {
      model,
      messages,
      max_completion_tokens: maxTokens,
      response_format: { type: 'json_schema', json_schema: ANSWER_SCHEMA },
    },
    { signal },
  );
  return answer !== null && typeof answer === 'object' ? answer : {};
}

function failureOf(error: unknown): Failure {
  if (error instanceof APIConnectionTimeoutError || isTimeout(error)) return 'ANALYST_TIMEOUT';
  if (error instanceof APIConnectionError) return 'ANALYST_UNREACHABLE';
  if (!(error instanceof APIError)) return isUnreadable(error) ? 'ANALYST_INVALID' : 'ANALYST_UNREACHABLE';
  const status: unknown = error.status;
  if (error.code === 'context_length_exceeded' || status === 413) return 'INPUT_TOO_LARGE';
  if (status === 429) return 'ANALYST_BUSY';
  return typeof status === 'number' && status >= 500 ? 'ANALYST_FAULT' : 'ANALYST_REFUSED';
}

const isUnreadable = (error: unknown): boolean =>
  namesOf(error).some((name) => name === 'SyntaxError' || name === OversizedAnswer.name);

const isTimeout = (error: unknown): boolean => namesOf(error).includes('TimeoutError');

/** What the error, and the one behind it, are called: errors of the platform are of classes of their own. */
function namesOf(error: unknown): string[] {
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: unknown };
  return [...(typeof name === 'string' ? [name] : []), ...(cause === undefined ? [] : namesOf(cause))];
}
