import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { docker } from '../support/machine.ts';

/** A request to the engine that meets a fault. */
export interface EngineWhere {
  /** Matched against method and path, without the API's version: `GET /containers/x/archive?path=…`. */
  readonly request: RegExp;
  /** How many of them pass before; none where not said. */
  readonly after?: number;
}

/** What goes wrong with a request, before the engine hears of it. */
export type EngineFault = (engine: FaultEngine, connection: Connection) => void;

/** A client's connection, and the one to the real engine that it goes on to. */
export interface Connection {
  readonly client: Socket;
  readonly engine: Socket;
  /** Bytes of the engine's answer that still pass, where it is to be cut off. */
  answerBytes?: number;
}

interface ArmedFault extends EngineWhere {
  readonly fault: EngineFault;
  seen: number;
}

/** The requests that a release makes, of Docker's client and of the action's own. */
export const requests = {
  pull: /^POST \/images\/create/,
  create: /^POST \/containers\/create/,
  readArchive: /^GET \/containers\/[^/]+\/archive/,
  remove: /^DELETE \/containers\//,
  writeArchive: /^PUT \/containers\/[^/]+\/archive/,
  start: /^POST \/containers\/[^/]+\/start/,
  execute: /^POST \/containers\/[^/]+\/exec/,
} as const;

/** Stands between a run and the machine's Docker engine, and breaks as an engine does. */
export class FaultEngine {
  readonly #socketPath = join(mkdtempSync(join(tmpdir(), 'engine-')), 'docker.sock');
  readonly #realSocketPath = realSocketPath();
  readonly #connections = new Set<Connection>();
  readonly #armed: ArmedFault[] = [];
  readonly #server = createServer({ allowHalfOpen: true }, (client) => this.#take(client));
  #hangs = false;

  /** Starts one that lasts as long as a test. */
  static async start(context: TestContext): Promise<FaultEngine> {
    const engine = new FaultEngine();
    await engine.recover();
    context.onTestFinished(() => engine.die());
    return engine;
  }

  /** What makes Docker's clients come here. */
  get environment(): Readonly<Record<string, string>> {
    return { DOCKER_HOST: `unix://${this.#socketPath}` };
  }

  /** Whether every armed fault has happened. */
  get isSpent(): boolean {
    return this.#armed.every(({ seen, after = 0 }) => seen > after);
  }

  arm(where: EngineWhere, fault: EngineFault): void {
    this.#armed.push({ ...where, fault, seen: 0 });
  }

  /** Cuts all connections, and refuses new ones. */
  die(): void {
    this.#server.close();
    this.#cutAll();
  }

  /** Keeps all connections and takes new ones, and nothing comes of any. */
  hang(): void {
    this.#hangs = true;
    for (const { client, engine } of this.#connections) {
      client.pause();
      engine.pause();
    }
  }

  /** Works again; connections that hang stay lost. */
  async recover(): Promise<void> {
    this.#hangs = false;
    this.#cutAll();
    if (this.#server.listening) return;
    this.#server.listen(this.#socketPath);
    await once(this.#server, 'listening');
  }

  #cutAll(): void {
    for (const { client, engine } of this.#connections) {
      client.destroy();
      engine.destroy();
    }
  }

  #take(client: Socket): void {
    const engine = connect({ path: this.#realSocketPath, allowHalfOpen: true });
    const connection: Connection = { client, engine };
    this.#connections.add(connection);
    for (const [from, to] of [
      [client, engine],
      [engine, client],
    ] as const) {
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => this.#connections.delete(connection));
    }
    client.on('close', () => engine.destroy()); // Nobody is there to read the rest.
    client.on('data', (bytes) => this.#request(connection, bytes));
    engine.on('data', (bytes) => this.#answer(connection, bytes));
    if (this.#hangs) client.pause();
  }

  #request(connection: Connection, bytes: Buffer): void {
    this.#faultFor(bytes)?.(this, connection);
    this.#pass(bytes, connection.client, connection.engine);
  }

  #answer(connection: Connection, bytes: Buffer): void {
    const { client, engine, answerBytes = Number.POSITIVE_INFINITY } = connection;
    this.#pass(bytes.subarray(0, answerBytes), engine, client);
    if (connection.answerBytes === undefined) return;
    connection.answerBytes -= bytes.length;
    if (connection.answerBytes > 0) return;
    client.end();
    engine.destroy();
  }

  /** Of what hangs, nothing passes; of what is cut, nothing can. */
  #pass(bytes: Buffer, from: Socket, to: Socket): void {
    if (this.#hangs || to.destroyed) return;
    if (to.write(bytes)) return;
    from.pause();
    to.once('drain', () => this.#hangs || from.resume());
  }

  /** A client sends a request's head at once, and nothing before it was answered the one before. */
  #faultFor(bytes: Buffer): EngineFault | undefined {
    const [, method, path] =
      /^([A-Z]+) (?:\/v[\d.]+)?(\/\S*) HTTP/.exec(bytes.toString('latin1', 0, 1000)) ?? [];
    if (method === undefined) return undefined;
    for (const armed of this.#armed) {
      if (!armed.request.test(`${method} ${path}`)) continue;
      armed.seen += 1;
      if (armed.seen === (armed.after ?? 0) + 1) return armed.fault;
    }
    return undefined;
  }
}

/** The answer ends too early, and as if that were its end. */
export function cutAnswer(afterBytes: number): EngineFault {
  return (_engine, connection) => {
    connection.answerBytes = afterBytes;
  };
}

/** The answer stays away for as long as its client waits; everything else goes on. */
export const stallAnswer: EngineFault = (_engine, { client, engine }) => {
  engine.pause();
  client.once('end', () => {
    client.destroy();
    engine.destroy();
  });
};

/** The answer is an error of the engine's. */
export function refuse(message: string): EngineFault {
  const body = JSON.stringify({ message });
  const head = [
    'HTTP/1.1 500 Internal Server Error',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return (_engine, { client, engine }) => {
    client.end(`${head.join('\r\n')}\r\n\r\n${body}`);
    engine.destroy();
  };
}

function realSocketPath(): string {
  const host = docker('context', 'inspect', '--format', '{{.Endpoints.docker.Host}}');
  return host.replace('unix://', '');
}
