import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** One request to a vendor. It is sent once: no redirect is followed, nothing is tried again. */
export interface VendorRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body: string | null;
}

/**
 * What came of it. UNSENT: no connection, so nothing reached the vendor. LOST: the request may have reached it,
 * but there is no whole answer.
 */
export type VendorReply =
  { result: 'ANSWERED'; status: number; body: string } | { result: 'UNSENT' | 'LOST'; reason: string };

export type Send = (request: VendorRequest) => Promise<VendorReply>;

/** What an answer may weigh; the rest of a larger one is not kept. */
const LONGEST_ANSWER = 256 * 1_024;

const FAULTS = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ENOTFOUND', 'its name is not known'],
  ['EAI_AGAIN', 'its name could not be looked up'],
  ['EHOSTUNREACH', 'there is no way to it'],
  ['ENETUNREACH', 'there is no way to it'],
]);

/**
 * Sends over a connection of its own, so that no idle one that is just closing loses a request. `left` says how
 * many ms there are for the whole.
 */
export const sendWithin =
  (left: () => number): Send =>
  ({ method, url, headers, body }) =>
    new Promise((resolve) => {
      const target = new URL(url);
      const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const begin = target.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = begin(target, { method, headers: { ...headers, ...length }, agent: false });
      let isConnected = false;
      const end = (reply: VendorReply) => {
        clearTimeout(timer);
        request.destroy();
        resolve(reply);
      };
      const fail = (reason: string) =>
        end(isConnected ? { result: 'LOST', reason } : { result: 'UNSENT', reason });
      const timer = setTimeout(() => fail('time is up'), Math.max(0, left()));
      request.on('socket', (socket) => socket.once('connect', () => (isConnected = true)));
      request.on('error', (error: NodeJS.ErrnoException) =>
        fail(FAULTS.get(error.code ?? '') ?? 'the connection broke'),
      );
      request.on('response', (response) => read(response, end, () => fail('the connection broke')));
      request.end(body ?? undefined);
    });

function read(response: IncomingMessage, end: (reply: VendorReply) => void, broken: () => void): void {
  const parts: Buffer[] = [];
  let size = 0;
  response.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= LONGEST_ANSWER) parts.push(part);
  });
  response.on('end', () => {
    const body = Buffer.concat(parts).toString('utf8');
    end({ result: 'ANSWERED', status: response.statusCode ?? 0, body });
  });
  response.on('error', broken);
}
