/** The server sends more than any answer of a model needs. */
export class OversizedAnswer extends Error {}

/**
 * A fetch that follows no redirects, reads no more than `maxBytes` of a body, and gives up on headers and
 * body together after `timeoutMs`, or when the signal says so.
 */
export const boundedFetch =
  (maxBytes: number, timeoutMs: number, signal: AbortSignal) =>
  async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const signals = [signal, AbortSignal.timeout(timeoutMs), ...(init.signal ? [init.signal] : [])];
    const response = await fetch(input, { ...init, redirect: 'error', signal: AbortSignal.any(signals) });
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
