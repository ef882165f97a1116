import type { Dispatcher } from 'undici';
import { DeployError, messageOf } from '../errors.ts';

/** The Platform API said no, in its own error format (https://devcenter.heroku.com/articles/platform-api-reference#errors). */
export class PlatformError extends DeployError {
  /** HTTP status. */
  readonly status: number;
  /** Milliseconds that the answer's `Retry-After` asks for. */
  readonly retryAfter: number | undefined;

  constructor(answer: Dispatcher.ResponseData, text: string, what: string) {
    const requestId = answer.headers['request-id'] ?? answer.headers['x-amz-request-id'];
    const { id, message } = platformWords(text);
    super(
      `${what}: ${message} (${[`HTTP ${answer.statusCode}`, id, requestId && `Request-Id ${requestId}`]
        .filter(Boolean)
        .join(', ')})`,
      remedyFor(answer.statusCode, id),
    );
    this.status = answer.statusCode;
    this.retryAfter = retryAfter(answer.headers['retry-after']);
  }
}

/** No whole answer arrived. */
export class NoAnswerError extends DeployError {
  /** Whether the call may have been carried out all the same: not where no connection was made. */
  readonly ambiguous: boolean;

  constructor(what: string, cause: unknown) {
    super(
      `${what}: no answer (${messageOf(cause)})`,
      'Check the runner’s network and https://status.heroku.com, then run again.',
      { cause },
    );
    this.ambiguous = !neverSent.includes((cause as NodeJS.ErrnoException).code ?? '');
  }
}

const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

const remedies: Readonly<Record<number, string>> = {
  401: 'Make a new token with "heroku authorizations:create" and store it as the secret that api-key is read from.',
  402: 'The account has an unpaid balance; settle it at https://dashboard.heroku.com/account/billing.',
  403: 'Give the token’s account access to the app (deploy permission), or lift the suspension that the message names.',
  404: 'Check the app’s name and that the token’s account can see it; apps are never created unasked.',
  413: 'Make the slug smaller: leave files out with "exclude" or a .dockerignore.',
  422: 'Mend what the message names; it is the platform’s own word.',
  429: 'The account made too many calls this hour; wait and run again.',
};

function remedyFor(status: number, id: string | undefined): string {
  if (id === 'two_factor') return 'Use a token of "heroku authorizations:create"; it needs no second factor.';
  return remedies[status] ?? 'See https://status.heroku.com and run again.';
}

function platformWords(text: string): { id?: string; message: string } {
  try {
    const { id, message } = JSON.parse(text) as { id?: unknown; message?: unknown };
    if (typeof message === 'string') return { message, ...(typeof id === 'string' && { id }) };
  } catch {
    // Not the platform's own error: a proxy's or a blob store's page.
  }
  return { message: text.replace(/\s+/g, ' ').trim().slice(0, 300) || 'no explanation' };
}

/** Seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = Number(header);
  const milliseconds = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}
