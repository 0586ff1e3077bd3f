import type { Json, JsonObject, ToolCall } from '../../../domain/record.js';
import type { Instant, ToolStatus } from '../../../domain/words.js';
import { instantOf, objectOf, objectsOf, openJson, said, textOf } from '../read.js';

/** A live message lists the same calls three times over; each counts once, by its id. */
export function liveToolCalls(message: JsonObject, at: Instant): ToolCall[] {
  const listed = [
    ...objectsOf(message.toolCallList),
    ...objectsOf(message.toolCalls),
    ...objectsOf(message.toolWithToolCallList).map((tool) => ({
      ...nameOf(tool),
      ...objectOf(tool.toolCall),
    })),
  ];
  const calls = new Map<string, ToolCall>();
  for (const call of listed.map((one) => toolCall(one, at))) {
    if (call !== undefined && !calls.has(call.id)) calls.set(call.id, call);
  }
  return [...calls.values()];
}

/** The calls of a report's messages, each with the result that names it. */
export function reportedToolCalls(messages: readonly JsonObject[]): ToolCall[] {
  const results = new Map(
    messages
      .filter((message) => message.role === 'tool_call_result')
      .map((result) => [textOf(result.toolCallId), result]),
  );
  return messages.flatMap((message) => {
    const at = instantOf(message.time);
    return objectsOf(message.toolCalls).flatMap((one) => {
      const call = toolCall(one, at);
      return call === undefined ? [] : { ...call, ...resultOf(results.get(call.id), at) };
    });
  });
}

const nameOf = (tool: JsonObject): JsonObject => {
  const name = textOf(objectOf(tool.function).name) ?? textOf(tool.name);
  return name === undefined ? {} : { name };
};

/** Arguments are an object in live messages, JSON text in reports, and were once called parameters. */
function toolCall(stated: JsonObject, startedAt: Instant | undefined): ToolCall | undefined {
  const id = textOf(stated.id);
  if (id === undefined) return undefined;
  const called = objectOf(stated.function);
  const given = called.arguments ?? called.parameters ?? stated.arguments ?? stated.parameters;
  return said({
    id,
    name: textOf(called.name) ?? textOf(stated.name),
    startedAt,
    arguments: openJson(given),
  });
}

function resultOf(result: JsonObject | undefined, startedAt: Instant | undefined): Partial<ToolCall> {
  if (result === undefined) return {};
  const doneAt = instantOf(result.time);
  const timed = startedAt !== undefined && doneAt !== undefined;
  const rawResponse = openJson(result.result);
  return said({
    ...judge(rawResponse),
    durationMs: timed ? Math.max(0, doneAt - startedAt) : undefined,
    rawResponse,
  });
}

const FAILURE_TEXT = /^\s*(?:error\b|failed\b|failure\b|exception\b|no result returned)/i;
const TIMEOUT_TEXT = /\btim(?:ed?[ -]?)out\b/i;

/** Vapi says nothing of success: an answer that calls itself an error is one, any other is not. */
function judge(response: Json | undefined): Pick<ToolCall, 'status' | 'error'> {
  const error = typeof response === 'string' ? failureText(response) : failureField(objectOf(response));
  if (error === undefined) return { status: 'OK' };
  const status: ToolStatus = TIMEOUT_TEXT.test(error) ? 'TIMEOUT' : 'ERROR';
  return { status, error };
}

const failureText = (text: string): string | undefined =>
  FAILURE_TEXT.test(text) || (TIMEOUT_TEXT.test(text) && text.length < 200) ? text : undefined;

function failureField(response: JsonObject): string | undefined {
  const named = response.error ?? response.errors;
  const isNamed = !NO_ERROR.has(JSON.stringify(named ?? null));
  const isSaid =
    response.success === false || response.ok === false || FAILURE_STATUS.test(textOf(response.status) ?? '');
  if (!isNamed && !isSaid) return undefined;
  const text = isNamed ? (textOf(named) ?? textOf(objectOf(named).message)) : textOf(response.message);
  return text ?? JSON.stringify(isNamed ? named : response);
}

const FAILURE_STATUS = /^(?:error|failed)$/i;
/** How answers write that nothing went wrong. */
const NO_ERROR = new Set(['null', 'false', '""', '[]', '{}', '0']);
