/** The server sends more than any answer of a model needs. */
export class OversizedAnswer extends Error {
  override readonly name = 'OversizedAnswer';
}

/** The server kept us waiting. */
class TimedOut extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * A fetch that follows no redirects, reads no more than `maxBytes` of a body, and gives up on headers and
 * body together after `timeoutMs`, or when the signal says so.
 */
export const boundedFetch =
  (maxBytes: number, timeoutMs: number, signal: AbortSignal) =>
  async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signals = [signal, timeout, ...(init.signal ? [init.signal] : [])];
    const bounded = { ...init, redirect: 'error' as const, signal: AbortSignal.any(signals) };
    const response = await fetch(input, bounded).catch((error: unknown) => {
      throw timeout.aborted ? new TimedOut('The request timed out.') : error;
    });
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(limiter(maxBytes)), { status, statusText, headers });
  };

function limiter(maxBytes: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) controller.error(new OversizedAnswer());
      else controller.enqueue(chunk);
    },
  });
}
