import { DeployError, messageOf } from '../errors.ts';

/** An answer that has come whole. */
export interface Answer {
  /** HTTP status. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What a server says about an error. */
export interface Words {
  /** The kind of error, in the server's own word: `not_found`. */
  readonly id?: string;
  readonly message: string;
}

/** The server said no. */
export class RefusalError extends DeployError {
  /** HTTP status. */
  readonly status: number;
  readonly id: string | undefined;
  /** Milliseconds that the answer's `Retry-After` asks for. */
  readonly retryAfter: number | undefined;

  constructor(what: string, { status, headers }: Answer, words: Words, remedy: string) {
    const requestId =
      headers['request-id'] ?? headers['x-amz-request-id'] ?? headers['x-github-request-id'];
    super(
      `${what}: ${words.message} (${[
        `HTTP ${status}`,
        words.id,
        requestId && `Request-Id ${requestId}`,
      ]
        .filter(Boolean)
        .join(', ')})`,
      remedy,
    );
    this.status = status;
    this.id = words.id;
    this.retryAfter = retryAfter(headers['retry-after']);
  }
}

/** No whole answer arrived. */
export class NoAnswerError extends DeployError {
  /** Whether the call may have been carried out all the same: not where no connection was made. */
  readonly ambiguous: boolean;
  /** Whether the same call can only fail in the same way. */
  readonly permanent: boolean;

  /** @param elsewhere what to look at besides the runner's network, such as a status page. */
  constructor(what: string, cause: unknown, elsewhere: string) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const untrusted = untrustedPeer.includes(code);
    // Where a name has several addresses and none answers, the error has a code and no message.
    super(
      `${what}: no answer (${messageOf(cause) || code})`,
      untrusted
        ? 'A proxy that inspects TLS needs its own certificate authority: name its file in NODE_EXTRA_CA_CERTS.'
        : `Check the runner’s network and ${elsewhere}, then run again.`,
      { cause },
    );
    this.ambiguous = !untrusted && !neverSent.includes(code);
    this.permanent = untrusted;
  }
}

const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

/** A TLS certificate that this machine does not trust (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const untrustedPeer = [
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** `{"message": …}`, with an `id` or without, as Heroku and GitHub have it. */
export function jsonWords(text: string): Words | undefined {
  try {
    const { id, message } = JSON.parse(text) as { id?: unknown; message?: unknown };
    if (typeof message !== 'string') return undefined;
    return { message, ...(typeof id === 'string' && { id }) };
  } catch {
    return undefined;
  }
}

/** No format of the server's own: the page of a proxy on the way. */
export function pageWords(text: string): Words {
  return { message: text.replace(/\s+/g, ' ').trim().slice(0, 300) || 'no explanation' };
}

/** Seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = Number(header);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
