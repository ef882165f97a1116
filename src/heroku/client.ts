import type { Readable } from 'node:stream';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { DeployError, messageOf } from '../errors.ts';
import type { Reporter } from '../reporter.ts';
import {
  blobStoreRemedy,
  NoAnswerError,
  PlatformError,
  platformRemedy,
  type Remedy,
} from './platform-error.ts';
import { isThisMachine } from './platform-url.ts';
import { type Sleep, sleep, withRetry } from './retry.ts';

/** What a client needs to talk to a Platform API. */
export interface ClientOptions {
  /** Origin of the API, such as `https://api.heroku.com`. */
  readonly url: string;
  readonly token: string;
  readonly reporter: Reporter;
  /** Ends every call and every wait of the run. */
  readonly signal: AbortSignal;
  readonly sleep?: Sleep;
  /** How long an answer may keep silent, in its beginning or between two pieces of it. */
  readonly answerTimeoutMilliseconds?: number;
}

/** One call of the Platform API. */
export interface Call {
  readonly method: 'GET' | 'POST';
  /** Path with its leading slash, its parts already encoded. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Whether the call may be made again although the first one may have been carried out. One that
   * was refused (429) or never sent is made again in any case.
   */
  readonly repeatable: boolean;
}

/** A file on its way to a blob store; a fresh stream for each try. */
export interface Upload {
  /** Signed URL: it is the permission itself, so no token goes there. */
  readonly url: string;
  readonly sizeBytes: number;
  readonly open: () => Readable;
}

const connectTimeoutMilliseconds = 10_000;
const answerTimeoutMilliseconds = 60_000;
const overloaded = 429;
const transientStatuses = [500, 502, 503, 504];
/** A blob store's 400 that says that the body came too slowly. */
const transientIds = ['RequestTimeout'];

/** Speaks the Platform API v3 over HTTP: one connection pool, timeouts, retries, errors with a remedy. */
export class HerokuClient {
  readonly reporter: Reporter;
  /** Aborted when the run is cancelled, and when the client is closed. */
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
  readonly #closing = new AbortController();
  readonly #url: string;
  readonly #token: string;
  readonly #dispatcher: Dispatcher;

  constructor(options: ClientOptions) {
    this.reporter = options.reporter;
    this.signal = AbortSignal.any([options.signal, this.#closing.signal]);
    this.sleep = options.sleep ?? sleep;
    this.#url = options.url;
    this.#token = options.token;
    this.#dispatcher = openDispatcher(
      options.url,
      options.answerTimeoutMilliseconds ?? answerTimeoutMilliseconds,
    );
  }

  /**
   * Makes the call, again where that is allowed, and returns the answer's JSON.
   * @throws PlatformError where the API refuses, NoAnswerError where nothing whole came back.
   */
  async call<Answer>(call: Call): Promise<Answer> {
    const what = `${call.method} ${call.path}`;
    return this.#retrying(call.repeatable, async () => {
      const { answer, text } = await this.#exchange(
        what,
        platformRemedy,
        `${this.#url}${call.path}`,
        {
          method: call.method,
          headers: {
            accept: 'application/vnd.heroku+json; version=3',
            authorization: `Bearer ${this.#token}`,
            'user-agent': 'heroku-docker-release',
            ...(call.body && { 'content-type': 'application/json' }),
            ...call.headers,
          },
          body: call.body ? JSON.stringify(call.body) : null,
        },
      );
      const warning = answer.headers['x-heroku-warning'];
      if (warning !== undefined) this.reporter.warning(`Heroku says: ${warning}`);
      return parseAnswer<Answer>(what, text);
    });
  }

  /**
   * PUTs a file to a signed URL with its length and without a type, as the signature has it; a
   * blob store takes no chunked body.
   */
  async upload(upload: Upload): Promise<void> {
    await this.#retrying(true, () =>
      this.#exchange('Upload of the slug', blobStoreRemedy, upload.url, {
        method: 'PUT',
        headers: { 'content-length': String(upload.sizeBytes) },
        body: upload.open(),
      }),
    );
  }

  /** Ends what is under way, and lets go of the connections that are kept open. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The client was closed.'));
    await this.#dispatcher.destroy();
  }

  async #exchange(what: string, remedy: Remedy, url: string, options: ExchangeOptions) {
    try {
      const answer = await request(url, {
        ...options,
        dispatcher: this.#dispatcher,
        signal: this.signal,
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new PlatformError(answer, text, what, remedy);
      return { answer, text };
    } catch (error) {
      this.signal.throwIfAborted();
      throw error instanceof DeployError ? error : new NoAnswerError(what, error);
    }
  }

  #retrying<Result>(repeatable: boolean, call: () => Promise<Result>) {
    return withRetry(call, {
      repeatable: (error) => mayRepeat(error, repeatable),
      signal: this.signal,
      sleep: this.sleep,
      onRetry: (error, milliseconds) =>
        this.reporter.info(
          `${messageOf(error)}; trying again in ${(milliseconds / 1000).toFixed(1)} s`,
        ),
    });
  }
}

interface ExchangeOptions {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Record<string, string>;
  readonly body: string | Readable | null;
}

/** A runner behind a company's proxy names it in HTTPS_PROXY; this machine is never behind one. */
function openDispatcher(url: string, timeoutMilliseconds: number): Dispatcher {
  const options = {
    connect: { timeout: connectTimeoutMilliseconds },
    headersTimeout: timeoutMilliseconds,
    bodyTimeout: timeoutMilliseconds,
  };
  const proxied = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].some(
    (name) => process.env[name],
  );
  return proxied && !isThisMachine(new URL(url))
    ? new EnvHttpProxyAgent(options)
    : new Agent(options);
}

function mayRepeat(error: unknown, repeatable: boolean): boolean | number {
  if (error instanceof NoAnswerError) return !error.permanent && (repeatable || !error.ambiguous);
  if (!(error instanceof PlatformError)) return false;
  const transient =
    transientStatuses.includes(error.status) || transientIds.includes(error.id ?? '');
  return ((repeatable && transient) || error.status === overloaded) && (error.retryAfter ?? true);
}

function parseAnswer<Answer>(what: string, text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch (error) {
    throw new NoAnswerError(what, error);
  }
}
