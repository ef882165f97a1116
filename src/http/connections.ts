import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { isThisMachine } from './this-machine.ts';

const connectTimeoutMilliseconds = 10_000;

/** What every request says of who is asking. */
export const userAgent = 'heroku-docker-release';

/**
 * Connections to servers, kept open for the next request. A runner behind a company's proxy names it
 * in HTTPS_PROXY; this machine is never behind one.
 */
export class Connections {
  readonly #closing = new AbortController();
  readonly #options: Agent.Options;
  #direct: Agent | undefined;
  #proxied: EnvHttpProxyAgent | undefined;

  /** @param answerTimeoutMilliseconds how long an answer may keep silent, in its beginning or between two pieces of it. */
  constructor(answerTimeoutMilliseconds: number) {
    this.#options = {
      connect: { timeout: connectTimeoutMilliseconds },
      headersTimeout: answerTimeoutMilliseconds,
      bodyTimeout: answerTimeoutMilliseconds,
    };
  }

  /** Aborted when they are closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** The way to a URL. */
  dispatcher(url: string): Dispatcher {
    const isProxied = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].some(
      (name) => process.env[name],
    );
    if (isProxied && !isThisMachine(new URL(url))) {
      this.#proxied ??= new EnvHttpProxyAgent(this.#options);
      return this.#proxied;
    }
    this.#direct ??= new Agent(this.#options);
    return this.#direct;
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The client was closed.'));
    await Promise.all([this.#direct?.destroy(), this.#proxied?.destroy()]);
  }
}
