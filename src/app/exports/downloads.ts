import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply } from 'fastify';
import { ThroughlineError } from '../../domain/errors.js';

/** A file in the making. */
export interface Download {
  filename: string;
  contentType: string;
  chunks: AsyncIterable<string>;
  /** Gives back at once what the making of it holds. May be called more than once. */
  stop(): Promise<void>;
  /** Called when it cannot be finished, also while nobody reads. */
  onLost(listener: (error: Error) => void): void;
}

export interface DownloadLimits {
  /** How many a tenant may have at a time. */
  perTenant: number;
  onError: (error: unknown) => void;
}

/**
 * Sends files as fast as the client takes them. When one cannot be finished, the connection is cut: a file
 * that ends well is whole.
 */
export class Downloads {
  readonly #running = new Set<Readable>();
  readonly #ofTenant = new Map<string, number>();

  constructor(private readonly limits: DownloadLimits) {}

  /** `open` may still refuse; after it the answer is 200. Resolves when all is sent or the client is gone. */
  async send(reply: FastifyReply, tenantId: string, open: () => Promise<Download>): Promise<void> {
    const leave = this.#enter(reply, tenantId);
    try {
      await this.#pour(reply, await open());
    } finally {
      leave();
    }
  }

  /** Cuts what is still running. */
  close(): void {
    for (const body of this.#running) body.destroy(new Error('the server is going away'));
  }

  #enter(reply: FastifyReply, tenantId: string): () => void {
    const running = this.#ofTenant.get(tenantId) ?? 0;
    if (running >= this.limits.perTenant) {
      reply.header('retry-after', '5');
      throw new ThroughlineError('RATE_LIMITED', 'Too many exports are running; wait for one to end.');
    }
    this.#ofTenant.set(tenantId, running + 1);
    return () => {
      const left = (this.#ofTenant.get(tenantId) ?? 1) - 1;
      if (left > 0) this.#ofTenant.set(tenantId, left);
      else this.#ofTenant.delete(tenantId);
    };
  }

  async #pour(reply: FastifyReply, download: Download): Promise<void> {
    const { raw } = reply.headers(headersOf(download)).hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) raw.setHeader(name, value);
    const body = Readable.from(download.chunks, { objectMode: false });
    this.#running.add(body);
    download.onLost((error) => body.destroy(error));
    raw.once('close', () => void download.stop());
    try {
      raw.flushHeaders();
      await pipeline(body, raw);
    } catch (error) {
      if (!isGone(error)) this.limits.onError(error);
    } finally {
      this.#running.delete(body);
      await download.stop();
    }
  }
}

const headersOf = ({ contentType, filename }: Download) => ({
  'content-type': contentType,
  'content-disposition': `attachment; filename="${filename}"`,
  'x-content-type-options': 'nosniff',
  'cache-control': 'private, no-store',
});

/** The client went away, which is its right. */
const isGone = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE';
