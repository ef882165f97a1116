import { Readable } from 'node:stream';
import { request } from 'undici';
import { DeployError, messageOf } from '../errors.ts';
import type { Reporter } from '../reporter.ts';
import { Connections, userAgent } from './connections.ts';
import { type Answer, NoAnswerError, RefusalError } from './http-error.ts';
import { type Sleep, sleep, withRetry } from './retry.ts';

/** Whom a client tells of what, and what ends it. */
export interface HttpClientOptions {
  readonly reporter: Reporter;
  /** Ends every call and every wait. */
  readonly signal: AbortSignal;
  readonly sleep?: Sleep;
  /**
   * How long a call may take until its answer is whole, of an upload from its last piece on; and how
   * long an answer that is read as it comes may keep silent.
   */
  readonly answerTimeoutMilliseconds?: number;
}

/** A kind of server, for what an error of it means. */
export interface Service {
  /** Where its people tell of an outage. */
  readonly statusPage: string;
  /** The error that a status of 300 or more is. */
  readonly refusal: (what: string, answer: Answer) => RefusalError;
}

/** One call, which may take several tries. */
export interface HttpCall<Result> {
  /** What it is called in messages. */
  readonly what: string;
  readonly service: Service;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Gives each try its body. */
  readonly body: () => string | Readable | null;
  /**
   * Whether the call may be made again although the first one may have been carried out. One that
   * was refused (429) or never sent is made again in any case.
   */
  readonly repeatable: boolean;
  /** Takes from the answer what is wanted. What it throws is the failure of an answer that is not whole. */
  readonly read: (answer: Answer) => Result;
}

/** An answer whose body is still on its way. Whoever reads it must read it to its end or destroy it. */
export interface OpenAnswer extends Omit<Answer, 'text'> {
  readonly body: Readable;
}

const answerTimeoutMilliseconds = 60_000;
const overloaded = 429;
const transientStatuses = [500, 502, 503, 504];
/** A blob store's 400 that says that the body came too slowly. */
const transientIds = ['RequestTimeout'];

/** Speaks HTTP with servers elsewhere: kept connections, proxies, timeouts, retries. It follows no redirect. */
export class HttpClient {
  readonly reporter: Reporter;
  /** Aborted when the run is cancelled, and when the client is closed. */
  readonly signal: AbortSignal;
  readonly sleep: Sleep;
  readonly #answerTimeoutMilliseconds: number;
  readonly #connections: Connections;

  constructor(options: HttpClientOptions, connections?: Connections) {
    this.#answerTimeoutMilliseconds =
      options.answerTimeoutMilliseconds ?? answerTimeoutMilliseconds;
    this.#connections = connections ?? new Connections(this.#answerTimeoutMilliseconds);
    this.reporter = options.reporter;
    this.signal = AbortSignal.any([options.signal, this.#connections.closed]);
    this.sleep = options.sleep ?? sleep;
  }

  /** A client with other options over the same connections; closing either closes both. */
  with(options: HttpClientOptions): HttpClient {
    return new HttpClient(options, this.#connections);
  }

  /**
   * Makes the call, again where that is allowed.
   * @throws RefusalError where the server refuses, NoAnswerError where nothing whole came back.
   */
  send<Result>(call: HttpCall<Result>): Promise<Result> {
    return withRetry(() => this.#try(call), {
      repeatable: (error) => mayRepeat(error, call.repeatable),
      signal: this.signal,
      sleep: this.sleep,
      onRetry: (error, milliseconds) =>
        this.reporter.info(
          `${messageOf(error)}; trying again in ${(milliseconds / 1000).toFixed(1)} s`,
        ),
    });
  }

  /**
   * GETs a URL for an answer of any status that is read as it comes; tried once. What is read of the
   * body is under the same timeout for silence as any answer.
   * @throws NoAnswerError where no answer begins.
   */
  async open(
    { what, service, url, headers }: Pick<HttpCall<never>, 'what' | 'service' | 'url' | 'headers'>,
    signal: AbortSignal,
  ): Promise<OpenAnswer> {
    const joined = AbortSignal.any([signal, this.signal]);
    try {
      const answer = await request(url, {
        headers: { 'user-agent': userAgent, ...headers },
        dispatcher: this.#connections.dispatcher(url),
        signal: joined,
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    } catch (error) {
      joined.throwIfAborted();
      throw new NoAnswerError(what, error, service.statusPage);
    }
  }

  /** Ends what is under way, and lets go of the connections that are kept open. */
  async close(): Promise<void> {
    await this.#connections.close();
  }

  /** The connections' own timeouts are of silence: an answer that drips would never end by them. */
  async #try<Result>(call: HttpCall<Result>): Promise<Result> {
    const { what, service, method, url, headers } = call;
    const limit = new AbortController();
    const milliseconds = this.#answerTimeoutMilliseconds;
    const clock = setTimeout(
      () => limit.abort(new Error(`it was not whole after ${milliseconds / 1000} s`)),
      milliseconds,
    );
    const body = call.body();
    try {
      const answer = await request(url, {
        method,
        headers: { 'user-agent': userAgent, ...headers },
        body: body instanceof Readable ? renewing(clock, body) : body,
        dispatcher: this.#connections.dispatcher(url),
        signal: AbortSignal.any([this.signal, limit.signal]),
      });
      const text = await answer.body.text();
      const whole = { status: answer.statusCode, headers: answer.headers, text };
      if (whole.status >= 300) throw service.refusal(what, whole);
      return call.read(whole);
    } catch (error) {
      this.signal.throwIfAborted();
      throw error instanceof DeployError
        ? error
        : new NoAnswerError(what, error, service.statusPage);
    } finally {
      clearTimeout(clock);
    }
  }
}

/** A piece is asked for when the one before is on its way: the other side is still there. */
function renewing(clock: NodeJS.Timeout, body: Readable): Readable {
  const pieces = async function* () {
    for await (const piece of body) {
      clock.refresh();
      yield piece;
    }
  };
  return Readable.from(pieces(), { objectMode: false });
}

function mayRepeat(error: unknown, repeatable: boolean): boolean | number {
  if (error instanceof NoAnswerError) return !error.permanent && (repeatable || !error.ambiguous);
  if (!(error instanceof RefusalError)) return false;
  const transient =
    transientStatuses.includes(error.status) || transientIds.includes(error.id ?? '');
  return ((repeatable && transient) || error.status === overloaded) && (error.retryAfter ?? true);
}
