import type { Json, JsonObject } from '../domain/record.js';
import type { Answer, Failure, Success } from './port.js';
import type { Send, VendorReply, VendorRequest } from './request.js';

/** What adapters share: settings and answers read with care, and what a reply means for an action. */

export const objectOf = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

export const textOf = (value: Json | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** A base URL from the settings, without its last slash. */
export const baseOf = (settings: JsonObject, fallback = ''): string =>
  (textOf(settings.baseUrl) ?? fallback).replace(/\/+$/, '');

export const failed = (reason: string): Failure => ({ result: 'FAILED', reason });
export const done = (): Success => ({ result: 'DONE' });
export const accepted = (): Success => ({ result: 'ACCEPTED' });

/** The answer as an object; an empty one when it is something else. */
export function readAnswer(body: string): JsonObject {
  try {
    return objectOf(JSON.parse(body) as Json);
  } catch {
    return {};
  }
}

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** The body of a vendor's answer is never repeated: it may carry a customer's data. */
export function answerOf(reply: VendorReply, success: (body: JsonObject, status: number) => Answer): Answer {
  if (reply.result !== 'ANSWERED') return unanswered(reply);
  const { status, body } = reply;
  if (isSuccess(status)) return success(readAnswer(body), status);
  return status >= 500
    ? failed(`The vendor failed with HTTP ${status}. Whether it acted is unknown.`)
    : failed(`The vendor refused with HTTP ${status}${errorCode(body)}.`);
}

/** The number of the vendor's own fault, where its answer has one: it can be looked up, and tells nothing of the call. */
export function errorCode(body: string): string {
  const { code } = readAnswer(body);
  return Number.isInteger(code) && Math.abs(Number(code)) < 1_000_000 ? ` (error ${Number(code)})` : '';
}

const unanswered = ({ result, reason }: Exclude<VendorReply, { result: 'ANSWERED' }>): Failure =>
  result === 'UNSENT'
    ? failed(`The vendor was not reached: ${reason}. Nothing was sent.`)
    : { result, reason: `No answer came: ${reason}. Whether the vendor acted is unknown.` };

/** The one command of an order, with a JSON body. */
export async function command(
  send: Send,
  url: string,
  headers: Record<string, string>,
  body: JsonObject,
  success: (body: JsonObject, status: number) => Answer,
): Promise<Answer> {
  const json = { 'content-type': 'application/json', accept: 'application/json' };
  const request = {
    method: 'POST',
    url,
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  } as const;
  return answerOf(await send(request), success);
}

/** Something that is read before a command. When it cannot be had, nothing was asked for yet. */
export type Found = { found: JsonObject } | { refused: Failure };

export const lookUp = async (send: Send, request: VendorRequest): Promise<Found> =>
  foundIn(await send(request));

export function foundIn(reply: VendorReply): Found {
  if (reply.result === 'ANSWERED' && isSuccess(reply.status)) return { found: readAnswer(reply.body) };
  const why = reply.result === 'ANSWERED' ? `HTTP ${reply.status}` : reply.reason;
  return { refused: failed(`The vendor did not say what it knows of the call: ${why}. Nothing was sent.`) };
}
