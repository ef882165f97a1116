import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** An answer of the Heroku behind the proxy, whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request that has arrived, its body not yet read, and what a fault can do about it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Sends the request on and returns what the Heroku answers. */
  forward(): Promise<WholeAnswer>;
}

/** What goes wrong with a request. */
export type Fault = (exchange: Exchange) => unknown;

/** Which requests a fault is for. */
export interface Where {
  /** Matched against method and path: `POST /apps/x/releases`. */
  readonly call: RegExp;
  /** How many in a row meet it; 1 where not said. */
  readonly times?: number;
  /** How many of them pass before. */
  readonly after?: number;
}

interface ArmedFault extends Where {
  readonly fault: Fault;
  seen: number;
  met: number;
}

/** The calls of a release, in their order. */
export const calls = {
  app: /^GET \/apps\/[^/]+$/,
  slug: /^POST \/apps\/[^/]+\/slugs$/,
  upload: /^PUT \/blobs\//,
  release: /^POST \/apps\/[^/]+\/releases$/,
  status: /^GET \/apps\/[^/]+\/releases\/[^/]+$/,
  changeConfigVars: /^PATCH \/apps\/[^/]+\/config-vars$/,
  releaseLog: /^GET \/streams\//,
} as const;

/**
 * Stands between a run and an embedded Heroku: the origin in the Heroku's answers becomes its own, so
 * that signed URLs lead through it too. What is not armed passes as it is.
 */
export class FaultProxy {
  readonly #target: string;
  readonly #armed: ArmedFault[] = [];
  readonly #server = createServer((request, response) => this.#answer(request, response));
  #port = 0;

  private constructor(target: string) {
    this.#target = target;
  }

  /** @param target origin of the Heroku behind it. */
  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await proxy.accept();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Whether every armed fault has happened as often as it was to. */
  get isSpent(): boolean {
    return this.#armed.every(
      ({ met, times = 1 }) => met === times || (times === Infinity && met > 0),
    );
  }

  arm(where: Where, fault: Fault): void {
    this.#armed.push({ ...where, fault, seen: 0, met: 0 });
  }

  /** Takes connections, at the same port as before. */
  async accept(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Cuts all connections, and refuses new ones. */
  refuse(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = `${request.method} ${request.url?.split('?')[0]}`;
    const exchange: Exchange = { request, response, forward: () => this.#forward(request) };
    try {
      await (this.#faultFor(call) ?? pass)(exchange);
    } catch {
      response.destroy(); // One of the two sides is gone.
    }
  }

  #faultFor(call: string): Fault | undefined {
    for (const armed of this.#armed) {
      if (!armed.call.test(call)) continue;
      armed.seen += 1;
      const turn = armed.seen - (armed.after ?? 0);
      if (turn < 1 || turn > (armed.times ?? 1)) continue;
      armed.met += 1;
      return armed.fault;
    }
    return undefined;
  }

  async #forward(request: IncomingMessage): Promise<WholeAnswer> {
    const sent = await buffer(request);
    const { host: _, connection: __, ...headers } = request.headers;
    const forwarded = sendRequest(`${this.#target}${request.url}`, {
      method: request.method,
      headers,
      agent: false,
    });
    forwarded.end(sent);
    const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
    const body = (await buffer(answer)).toString().replaceAll(this.#target, this.url);
    const { connection: ___, 'transfer-encoding': ____, ...kept } = answer.headers;
    return {
      status: answer.statusCode ?? 0,
      headers: { ...kept, 'content-length': String(Buffer.byteLength(body)) },
      body: Buffer.from(body),
    };
  }
}

/** No fault: the Heroku's answer as it is. */
export const pass: Fault = async ({ response, forward }) => {
  const { status, headers, body } = await forward();
  response.writeHead(status, headers).end(body);
};

/** The connection is reset before the Heroku hears of the request. */
export const reset: Fault = ({ request }) => request.socket.resetAndDestroy();

/** The Heroku does what it was asked to, and its answer is lost. */
export const loseAnswer: Fault = async ({ request, forward }) => {
  await forward();
  request.socket.resetAndDestroy();
};

/** The connection is reset when part of the request's body has arrived. */
export const resetInTheMiddle: Fault = async ({ request }) => {
  await once(request, 'data');
  request.socket.resetAndDestroy();
};

/** Answers in the Heroku's place, which hears nothing. */
export function answerInstead(
  status: number,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): Fault {
  return async ({ request, response }) => {
    await buffer(request);
    response.writeHead(status, headers).end(body);
  };
}

/** Answers before the request's body has arrived, and closes the connection. */
export function answerEarly(status: number, body: string): Fault {
  return ({ request, response }) => {
    response
      .writeHead(status, { connection: 'close', 'content-length': Buffer.byteLength(body) })
      .end(body, () => request.socket.end());
  };
}

/** The Heroku does what it was asked to, and something else comes back. */
export function replaceAnswer(body: string, contentType = 'application/json'): Fault {
  return async ({ response, forward }) => {
    const { status } = await forward();
    response.writeHead(status, { 'content-type': contentType }).end(body);
  };
}

/** Refuses as the Platform API does. */
export function refuseWith(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  id = 'unavailable',
): Fault {
  const body = JSON.stringify({ id, message: `The platform says ${status}.` });
  return answerInstead(status, body, { 'content-type': 'application/json', ...headers });
}

/** Refuses as the store of slugs does. */
export function refuseUpload(status: number, code: string, message: string): Fault {
  return answerInstead(status, storeError(code, message), { 'content-type': 'application/xml' });
}

/** The body with which the store of slugs refuses. */
export function storeError(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

/** The Heroku does what it was asked to; half of its answer comes back, and then the connection's end. */
export const truncateAnswer: Fault = async ({ request, response, forward }) => {
  const { status, headers, body } = await forward();
  response.writeHead(status, headers);
  response.write(body.subarray(0, body.length / 2), () => request.socket.end());
};

/** The Heroku does what it was asked to, and its answer comes byte by byte. */
export function answerBytewise(pauseMilliseconds: number): Fault {
  return async ({ request: { socket }, forward }) => {
    const { status, body } = await forward();
    await drip(socket, `${headOf(status)}\r\n${body}`, pauseMilliseconds);
    socket.end();
  };
}

/** The Heroku does what it was asked to, and the head of its answer never comes to its end. */
export const neverEndHead: Fault = async ({ request: { socket }, forward }) => {
  const { status } = await forward();
  socket.write(headOf(status));
  while (!socket.destroyed) await drip(socket, 'x-more: 1\r\n', dripMilliseconds);
};

/** The Heroku does what it was asked to, and white space before the answer's last byte never ends. */
export const neverEndBody: Fault = async ({ request: { socket }, forward }) => {
  const { status, body } = await forward();
  socket.write(`${headOf(status)}\r\n${body.toString().slice(0, -1)}`);
  while (!socket.destroyed) await drip(socket, ' ', dripMilliseconds);
};

/** Often enough that no limit on silence ends it. */
const dripMilliseconds = 500;

/** Written by hand, as a server of Node.js sends a head at once. */
function headOf(status: number): string {
  return `HTTP/1.1 ${status} OK\r\ncontent-type: application/json\r\nconnection: close\r\n`;
}

async function drip(socket: Socket, text: string, pauseMilliseconds: number): Promise<void> {
  for (const byte of text) {
    await delay(pauseMilliseconds);
    if (socket.destroyed) return;
    socket.write(byte);
  }
}

/** The Heroku does what it was asked to, and nothing comes back. */
export const answerNever: Fault = async ({ forward }) => {
  await forward();
};

/** The Heroku does what it was asked to; half of the answer's body comes back, and then nothing. */
export const stallBody: Fault = async ({ response, forward }) => {
  const { status, headers, body } = await forward();
  response.writeHead(status, headers);
  response.write(body.subarray(0, body.length / 2));
};
