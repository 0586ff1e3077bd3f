import { createHash } from 'node:crypto';
import type { LookupAddress } from 'node:dns';
import { createWriteStream } from 'node:fs';
import http from 'node:http';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Allowed, Resolve } from './address-guard.js';
import { destinationOf } from './address-guard.js';
import { audioType, wavDuration } from './audio-type.js';
import { FetchFault } from './fetch-fault.js';

export interface AudioRequest {
  url: string;
  /** What proves us to the host; never sent to another one. */
  headers: Record<string, string>;
  allowed: Allowed;
}

export interface FetchLimits {
  maxBytes: number;
  /** In each span of this many ms there must come an answer, or so many bytes, or the end. */
  idleMs: number;
  minBytesPerIdle: number;
  maxRedirects: number;
}

export const USUAL_LIMITS: FetchLimits = {
  maxBytes: 500_000_000,
  idleMs: 10_000,
  minBytesPerIdle: 10_000,
  maxRedirects: 3,
};

export interface FetchedAudio {
  bytes: number;
  /** Hex. */
  sha256: string;
  contentType: string;
  /** In ms, as far as the file's own header tells it. */
  durationMs: number | null;
}

/** Fetches audio into a file; throws FetchFault. Every address on the way is checked before it is asked. */
export async function fetchAudio(
  request: AudioRequest,
  path: string,
  limits: FetchLimits,
  resolve: Resolve,
): Promise<FetchedAudio> {
  const watch = new ProgressWatch(limits);
  try {
    const answer = await follow(request, limits, resolve, watch.signal);
    return await keep(answer, path, limits, watch);
  } catch (error) {
    throw watch.fault ?? (error instanceof FetchFault ? error : new FetchFault('broke off on its way'));
  } finally {
    watch.stop();
  }
}

/** Ends a fetch that makes too little progress, however it spreads its bytes. */
class ProgressWatch {
  fault: FetchFault | null = null;
  #progress = 0;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor({ idleMs, minBytesPerIdle }: FetchLimits) {
    this.#timer = setInterval(() => {
      if (this.#progress < minBytesPerIdle) this.#end();
      this.#progress = 0;
    }, idleMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  came(bytes: number): void {
    this.#progress += bytes;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #end(): void {
    this.fault = new FetchFault('came too slowly');
    this.#abort.abort();
  }
}

/** The answer that is no redirect. */
async function follow(
  { url, headers, allowed }: AudioRequest,
  { maxRedirects }: FetchLimits,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let current = readUrl(url);
  const { origin } = current;
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const destination = await destinationOf(current, allowed, { resolve, isRedirect: redirects > 0 });
    const answer = await ask(current, destination, current.origin === origin ? headers : {}, signal);
    const { statusCode = 0 } = answer;
    if (statusCode < 300 || statusCode >= 400) return answer;
    answer.destroy();
    current = readUrl(answer.headers.location ?? '', current);
  }
  throw new FetchFault('was redirected too often', 'final');
}

function readUrl(text: string, base?: URL): URL {
  try {
    return new URL(text, base);
  } catch {
    throw new FetchFault('has an address that cannot be read', 'final');
  }
}

/** Connects to the address that was checked, whatever the name means by now. */
function ask(
  url: URL,
  { address, family }: LookupAddress,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const asked = request({
      host: address,
      family,
      port: url.port === '' ? undefined : url.port,
      path: url.pathname + url.search,
      headers: { accept: 'audio/*', 'accept-encoding': 'identity', ...headers, host: url.host },
      ...(isIP(host) === 0 ? { servername: host } : {}),
      agent: false,
      signal,
    });
    asked.on('response', resolve).on('error', reject).end();
  });
}

async function keep(
  answer: IncomingMessage,
  path: string,
  limits: FetchLimits,
  watch: ProgressWatch,
): Promise<FetchedAudio> {
  try {
    refuseAnswer(answer, limits);
    const meter = new Meter(limits, watch);
    await pipeline(answer, meter, createWriteStream(path, { mode: 0o600 }), { signal: watch.signal });
    return described(answer, meter);
  } finally {
    answer.destroy();
  }
}

/** Counts and hashes what goes through, and keeps its beginning. */
class Meter extends Transform {
  bytes = 0;
  head = Buffer.alloc(0);
  readonly hash = createHash('sha256');

  constructor(
    private readonly limits: FetchLimits,
    private readonly watch: ProgressWatch,
  ) {
    super();
  }

  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error: Error | null, data?: Buffer) => void,
  ): void {
    this.bytes += chunk.length;
    this.watch.came(chunk.length);
    if (this.bytes > this.limits.maxBytes) return done(tooLarge());
    if (this.head.length < HEAD_BYTES)
      this.head = Buffer.concat([this.head, chunk.subarray(0, HEAD_BYTES - this.head.length)]);
    this.hash.update(chunk);
    done(null, chunk);
  }
}

const HEAD_BYTES = 4_096;

const tooLarge = (): FetchFault => new FetchFault('is larger than we take', 'final');

function refuseAnswer({ statusCode = 0, headers }: IncomingMessage, { maxBytes }: FetchLimits): void {
  if (statusCode !== 200) throw refusedStatus(statusCode);
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new FetchFault('came in an encoding that was not asked for', 'final');
  if (audioType(headers['content-type'] ?? '', Buffer.alloc(0)) === null && isSaid(headers['content-type']))
    throw notAudio();
}

const isSaid = (type: string | undefined): boolean => type !== undefined && !/octet-stream/i.test(type);

const notAudio = (): FetchFault => new FetchFault('is not audio', 'final');

/** What may be otherwise next time: not there yet, too many at once, a fault of the server. */
function refusedStatus(status: number): FetchFault {
  const reason = `could not be had: its host answered ${status}`;
  if (status === 410) return new FetchFault('was deleted by its provider', 'gone');
  const isPassing = status >= 500 || [404, 408, 425, 429].includes(status);
  return new FetchFault(reason, isPassing ? 'passing' : 'final');
}

/** A file that is shorter than it was announced never comes so far: the stream breaks off. */
function described({ headers }: IncomingMessage, { bytes, head, hash }: Meter): FetchedAudio {
  if (bytes === 0) throw new FetchFault('is empty');
  const contentType = audioType(headers['content-type'] ?? '', head);
  if (contentType === null) throw notAudio();
  return { bytes, sha256: hash.digest('hex'), contentType, durationMs: wavDuration(head, bytes) };
}
