import type { Readable } from 'node:stream';
import { HttpClient, type HttpClientOptions, type OpenAnswer } from '../http/http-client.ts';
import { parseAnswer, type Shape } from '../http/json.ts';
import type { Sleep } from '../http/retry.ts';
import type { Reporter } from '../reporter.ts';
import { blobStore, platform } from './platform-error.ts';

/** What a client needs to talk to a Platform API. */
export interface ClientOptions extends HttpClientOptions {
  /** Origin of the API, such as `https://api.heroku.com`. */
  readonly url: string;
  readonly token: string;
}

/** One call of the Platform API. */
export interface Call extends Shape {
  readonly method: 'GET' | 'POST' | 'PATCH';
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

/** Speaks the Platform API v3, and with the stores that its signed URLs lead to. */
export class HerokuClient {
  readonly #options: ClientOptions;
  readonly #http: HttpClient;

  constructor(options: ClientOptions, http = new HttpClient(options)) {
    this.#options = options;
    this.#http = http;
  }

  get reporter(): Reporter {
    return this.#http.reporter;
  }

  /** Aborted when the run is cancelled, and when the client is closed. */
  get signal(): AbortSignal {
    return this.#http.signal;
  }

  get sleep(): Sleep {
    return this.#http.sleep;
  }

  /** The same client, but with another one to tell; closing either closes both. */
  withReporter(reporter: Reporter): HerokuClient {
    return this.#with({ ...this.#options, reporter });
  }

  /** The same client, but ended by another signal than the run's: to clean up after that. */
  withSignal(signal: AbortSignal): HerokuClient {
    return this.#with({ ...this.#options, signal });
  }

  /**
   * Makes the call, again where that is allowed, and returns the answer's JSON.
   * @throws PlatformError where the API refuses, NoAnswerError where nothing whole came back.
   */
  async call<Answer>(call: Call): Promise<Answer> {
    return this.#http.send({
      what: `${call.method} ${call.path}`,
      service: platform,
      method: call.method,
      url: this.#urlOf(call),
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: `Bearer ${this.#options.token}`,
        ...(call.body && { 'content-type': 'application/json' }),
        ...call.headers,
      },
      body: () => (call.body ? JSON.stringify(call.body) : null),
      repeatable: call.repeatable,
      read: ({ headers, text }) => {
        const warning = headers['x-heroku-warning'];
        if (warning !== undefined) this.reporter.warning(`Heroku says: ${warning}`);
        return parseAnswer<Answer>(text, call);
      },
    });
  }

  /**
   * PUTs a file to a signed URL with its length and without a type, as the signature has it; a
   * blob store takes no chunked body.
   */
  async upload(upload: Upload): Promise<void> {
    await this.#http.send({
      what: 'Upload of the slug',
      service: blobStore,
      method: 'PUT',
      url: upload.url,
      headers: { 'content-length': String(upload.sizeBytes) },
      body: upload.open,
      repeatable: true,
      read: () => {},
    });
  }

  /**
   * GETs a signed URL, which is the permission itself, so that no token goes there, for an answer of
   * any status that is read as it comes; tried once.
   * @throws NoAnswerError where no answer begins.
   */
  open(
    what: string,
    url: string,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly signal: AbortSignal },
  ): Promise<OpenAnswer> {
    const { headers = {}, signal } = options;
    return this.#http.open({ what, service: platform, url, headers }, signal);
  }

  /** Ends what is under way, and lets go of the connections that are kept open. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  #with(options: ClientOptions): HerokuClient {
    return new HerokuClient(options, this.#http.with(options));
  }

  /** The token goes with it, so the path may not make another host of it (`.example.org/`, `@example.org/`). */
  #urlOf({ path }: Call): string {
    if (!path.startsWith('/')) throw new Error(`The path "${path}" has no leading slash.`);
    return `${this.#options.url}${path}`;
  }
}
