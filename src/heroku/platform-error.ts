import type { Dispatcher } from 'undici';
import { DeployError, messageOf } from '../errors.ts';

/** What to do about an error of one kind of server. */
export type Remedy = (status: number, id: string | undefined) => string;

interface Words {
  /** The kind of error, in the server's own word: `not_found`. */
  readonly id?: string;
  readonly message: string;
}

/** The server said no: the Platform API, or the blob store that slugs are uploaded to. */
export class PlatformError extends DeployError {
  /** HTTP status. */
  readonly status: number;
  readonly id: string | undefined;
  /** Milliseconds that the answer's `Retry-After` asks for. */
  readonly retryAfter: number | undefined;

  constructor(answer: Dispatcher.ResponseData, text: string, what: string, remedy: Remedy) {
    const requestId = answer.headers['request-id'] ?? answer.headers['x-amz-request-id'];
    const { id, message } = platformWords(text) ?? blobStoreWords(text) ?? pageWords(text);
    super(
      `${what}: ${message} (${[
        `HTTP ${answer.statusCode}`,
        id,
        requestId && `Request-Id ${requestId}`,
      ]
        .filter(Boolean)
        .join(', ')})`,
      remedy(answer.statusCode, id),
    );
    this.status = answer.statusCode;
    this.id = id;
    this.retryAfter = retryAfter(answer.headers['retry-after']);
  }
}

/** No whole answer arrived. */
export class NoAnswerError extends DeployError {
  /** Whether the call may have been carried out all the same: not where no connection was made. */
  readonly ambiguous: boolean;
  /** Whether the same call can only fail in the same way. */
  readonly permanent: boolean;

  constructor(what: string, cause: unknown) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    const untrusted = untrustedPeer.includes(code);
    // Where a name has several addresses and none answers, the error has a code and no message.
    super(
      `${what}: no answer (${messageOf(cause) || code})`,
      untrusted
        ? 'A proxy that inspects TLS needs its own certificate authority: name its file in NODE_EXTRA_CA_CERTS.'
        : 'Check the runner’s network and https://status.heroku.com, then run again.',
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

const remedies: Readonly<Record<number, string>> = {
  401: 'Make a new token with "heroku authorizations:create" and store it as the secret that api-key is read from.',
  402: 'The account has an unpaid balance; settle it at https://dashboard.heroku.com/account/billing.',
  403: 'Give the token’s account access to the app (deploy permission), or lift the suspension that the message names.',
  404: 'Check the app’s name and that the token’s account can see it; apps are never created unasked.',
  429: 'The account made too many calls this hour; wait and run again.',
};

const outage = 'See https://status.heroku.com and run again.';

/** For the Platform API. */
export const platformRemedy: Remedy = (status, id) => {
  if (id === 'two_factor') {
    return 'Use a token of "heroku authorizations:create"; it needs no second factor.';
  }
  if (status >= 500) return outage;
  return remedies[status] ?? 'Mend what the message names; it is the platform’s own word.';
};

/** For the blob store that the signed URL of a slug leads to. */
export const blobStoreRemedy: Remedy = (status, id) => {
  if (status === 413 || id === 'EntityTooLarge') {
    return 'Make the slug smaller: leave files out with "exclude" or a .dockerignore.';
  }
  if (status >= 500) return outage;
  return 'Run again: the URL of an upload is good for about an hour, and for this one file alone.';
};

/** Heroku's format (https://devcenter.heroku.com/articles/platform-api-reference#errors). */
function platformWords(text: string): Words | undefined {
  try {
    const { id, message } = JSON.parse(text) as { id?: unknown; message?: unknown };
    if (typeof message !== 'string') return undefined;
    return { message, ...(typeof id === 'string' && { id }) };
  } catch {
    return undefined;
  }
}

/**
 * Amazon S3's format (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html): code and
 * message alone, since the rest of it may repeat the signature.
 */
function blobStoreWords(text: string): Words | undefined {
  const [, id] = /<Code>([^<]+)<\/Code>/.exec(text) ?? [];
  const [, message = 'no explanation'] = /<Message>([^<]+)<\/Message>/.exec(text) ?? [];
  return id === undefined ? undefined : { id, message };
}

/** Neither's own format: the page of a proxy on the way. */
function pageWords(text: string): Words {
  return { message: text.replace(/\s+/g, ' ').trim().slice(0, 300) || 'no explanation' };
}

/** Seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = Number(header);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
