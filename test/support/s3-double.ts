import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';

const SIGNED =
  /^AWS4-HMAC-SHA256 Credential=access\/\d{8}\/eu-test-1\/s3\/aws4_request, SignedHeaders=[a-z0-9;-]+, Signature=[0-9a-f]{64}$/;

/** An object storage that speaks as much of S3 as we use: path-style addresses, put, ranged get, delete. */
export class S3Double {
  readonly objects = new Map<string, { body: Buffer; type: string }>();
  readonly requests: { method: string; key: string; range: string | undefined }[] = [];
  /** How many answers were not taken to their end. */
  unfinished = 0;
  /** What it answers instead of doing anything; null: nothing is the matter. */
  fault: { status: number; code: string } | null = null;
  /** Answers ranges with the whole, as some that only look compatible do. */
  ignoresRanges = false;

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<S3Double> {
    const server = http.createServer();
    const double = new S3Double(server);
    server.on('request', (request, response) => double.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return double;
  }

  /** As `RECORDINGS_URL`; the bucket is `calls`, keys begin with `audio/`. */
  get recordingsUrl(): string {
    const { port } = this.server.address() as AddressInfo;
    const endpoint = encodeURIComponent(`http://127.0.0.1:${port}`);
    return `s3://access:se%2Fcret@calls/audio?region=eu-test-1&endpoint=${endpoint}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.#act(request, response, Buffer.concat(chunks)));
  }

  #act(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const { method = '', headers } = request;
    const { pathname } = new URL(request.url ?? '', 'http://double');
    const key = decodeURIComponent(pathname.replace(/^\/calls\//, ''));
    this.requests.push({ method, key, range: headers.range });
    if (!SIGNED.test(headers.authorization ?? '') || headers['x-amz-date'] === undefined)
      return refuse(response, 403, 'AccessDenied');
    if (this.fault !== null) return refuse(response, this.fault.status, this.fault.code);
    if (method === 'PUT') return this.#put(request, response, key, body);
    if (method === 'DELETE') {
      this.objects.delete(key);
      return void response.writeHead(204).end();
    }
    this.#get(request, response, key);
  }

  #put({ headers }: IncomingMessage, response: ServerResponse, key: string, body: Buffer): void {
    if (Number(headers['content-length']) !== body.length || headers['content-encoding'] !== undefined)
      return refuse(response, 400, 'IncompleteBody');
    this.objects.set(key, { body, type: headers['content-type'] ?? '' });
    response.writeHead(200, { etag: '"1"' }).end();
  }

  #get({ headers }: IncomingMessage, response: ServerResponse, key: string): void {
    const object = this.objects.get(key);
    if (object === undefined) return refuse(response, 404, 'NoSuchKey');
    const { body, type } = object;
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (start === undefined || end === undefined || this.ignoresRanges)
      return void response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
    const part = body.subarray(Number(start), Number(end) + 1);
    const range = `bytes ${start}-${Number(start) + part.length - 1}/${body.length}`;
    response.writeHead(206, { 'content-type': type, 'content-length': part.length, 'content-range': range });
    pipeline(Readable.from(inChunks(part)), response, (error) => (this.unfinished += error == null ? 0 : 1));
  }
}

function* inChunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

const refuse = (response: ServerResponse, status: number, code: string): void =>
  void response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
    );
