import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type ClientOptions, HerokuClient } from '../../src/heroku/client.ts';
import type { Sleep } from '../../src/http/retry.ts';
import { RecordingReporter } from '../support/reporter.ts';

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What the server does about one request; `undefined` reads none of its body. */
export type Answer = ((request: SeenRequest, response: ServerResponse) => unknown) & {
  readonly withoutReading?: true;
};

/** A real HTTP server on this machine that gives one scripted answer after another. */
export class ScriptedServer {
  readonly requests: SeenRequest[] = [];
  readonly #answers: Answer[] = [];
  readonly #server = createServer(async (message, response) => {
    const answer =
      this.#answers.shift() ?? status(599, { id: 'unscripted', message: 'unscripted' });
    const { method = '', url: path = '', headers } = message;
    const chunks: Buffer[] = [];
    try {
      if (!answer.withoutReading) for await (const chunk of message) chunks.push(chunk as Buffer);
    } catch {
      return; // The client cut the connection.
    }
    const seen = { method, path, headers, body: Buffer.concat(chunks) };
    this.requests.push(seen);
    answer(seen, response);
  });

  /** Adds answers for the requests to come. */
  answers(...answers: readonly Answer[]): void {
    this.#answers.push(...answers);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Method and path of each request, in their order. */
  get calls(): string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  async start(): Promise<this> {
    this.#server.on('clientError', (_error, socket) => socket.destroy());
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Answers with JSON. */
export function json(body: unknown, code = 200, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Refuses, in the platform's own words. */
export function status(
  code: number,
  body: { id: string; message: string },
  headers: Record<string, string> = {},
): Answer {
  return json(body, code, headers);
}

/** Answers with any text. */
export function text(body: string, code = 200, headers: Record<string, string> = {}): Answer {
  return (_request, response) => response.writeHead(code, headers).end(body);
}

/** Cuts the connection without a word. */
export const cut: Answer = (_request, response) => response.destroy();

/** Promises more than it sends, and cuts the connection in the middle. */
export const truncated: Answer = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"id":', () => response.destroy());
};

/** Never answers. */
export const silence: Answer = () => {};

/** Gives an answer while the request's body is still on its way, reading none of it. */
export function early(answer: Answer): Answer {
  return Object.assign((...parts: Parameters<Answer>) => answer(...parts), {
    withoutReading: true as const,
  });
}

/** How long a release's log may go on when the release is final. */
const graceMilliseconds = 3_000;

/** No wait takes time but that for the rest of a log, which lasts until it has come. */
export const patient: Sleep = async (milliseconds, signal) => {
  if (milliseconds === graceMilliseconds) await wait(60_000, undefined, { signal });
  signal.throwIfAborted();
  await turn();
};

/** Everything that a test of the client needs, gone when the test is over. */
export async function setUp(options: Partial<ClientOptions> = {}) {
  const server = await new ScriptedServer().start();
  const reporter = new RecordingReporter();
  const cancellation = new AbortController();
  /** The waits that the client asked for; none is waited. */
  const pauses: number[] = [];
  const client = new HerokuClient({
    url: server.url,
    token: 'HRKU-secret',
    reporter,
    signal: cancellation.signal,
    sleep: async (milliseconds, signal) => {
      signal.throwIfAborted();
      pauses.push(milliseconds);
    },
    ...options,
  });
  onTestFinished(async () => {
    await client.close();
    await server.stop();
  });
  return { server, reporter, cancellation, pauses, client };
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It was not rejected.');
}
