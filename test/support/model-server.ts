import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the server got it. */
export interface Asked {
  path: string;
  authorization: string | undefined;
  body: {
    model: string;
    messages: { role: string; content: string }[];
    max_completion_tokens: number;
    response_format: { type: string; json_schema: { strict: boolean; schema: object } };
  };
}

type Answer = (response: ServerResponse, asked: Asked) => void;

/** A server that speaks the chat-completions protocol: each request takes the next answer, the last one for ever. */
export class ModelServer {
  readonly asked: Asked[] = [];
  private answers: Answer[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ModelServer> {
    const server = createServer();
    const model = new ModelServer(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void model.take(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  /** What comes next; forgets what was asked. */
  will(...answers: Answer[]): void {
    this.answers = answers;
    this.asked.length = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked: Asked = {
      path: request.url ?? '',
      authorization: request.headers.authorization,
      body: JSON.parse(Buffer.concat(chunks).toString()) as Asked['body'],
    };
    this.asked.push(asked);
    const [answer] = this.answers;
    if (this.answers.length > 1) this.answers.shift();
    answer?.(response, asked);
  }
}

const completion = (message: object, finish = 'stop') => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'reviewer-1',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
  usage: { prompt_tokens: 900, completion_tokens: 100, total_tokens: 1_000 },
});

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

/** An answer whose content is this value as JSON, or this text as it is. */
export const says = (content: unknown): Answer =>
  json(
    200,
    completion({ content: typeof content === 'string' ? content : JSON.stringify(content), refusal: null }),
  );

export const refuses: Answer = json(200, completion({ content: null, refusal: 'I cannot help with that.' }));
export const isCut: Answer = json(200, completion({ content: '{"narrative": "A ca' }, 'length'));

/** A fault in the form of the protocol; our client may try again at once. */
export const fails = (status: number, code: string | null = null): Answer =>
  json(
    status,
    { error: { message: 'SECRET of the server', type: 'x', code, param: null } },
    { 'retry-after-ms': '1' },
  );

/** Never answers. */
export const hangs: Answer = () => undefined;

/** Sends the headers and then keeps silent. */
export const stalls: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{');
};

/** Sends this many bytes that are no end of an answer. */
export const floods =
  (bytes: number): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`{"id":"${'x'.repeat(bytes)}"}`);
  };

export const isNoJson: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('<html>502 Bad Gateway</html>');
};

export const hangsUp: Answer = (response) => response.destroy();

export const redirects =
  (location: string): Answer =>
  (response) => {
    response.writeHead(307, { location });
    response.end();
  };
