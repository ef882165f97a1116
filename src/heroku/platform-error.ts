import type { DeployError } from '../errors.ts';
import type { Service } from '../http/http-client.ts';
import {
  type Answer,
  jsonWords,
  NoAnswerError,
  pageWords,
  RefusalError,
  type Words,
} from '../http/http-error.ts';

/** What to do about an error of one kind of server. */
type Remedy = (status: number, id: string | undefined) => string;

const statusPage = 'https://status.heroku.com';

/** The Platform API said no, or the blob store that slugs are uploaded to. */
export class PlatformError extends RefusalError {
  constructor(what: string, answer: Answer, remedy: Remedy) {
    // Heroku's own format (https://devcenter.heroku.com/articles/platform-api-reference#errors) first.
    const words = jsonWords(answer.text) ?? blobStoreWords(answer.text) ?? pageWords(answer.text);
    super(what, answer, words, remedy(answer.status, words.id));
  }
}

/** The Platform API, for the errors of calls to it. */
export const platform: Service = {
  statusPage,
  refusal: (what, answer) => new PlatformError(what, answer, platformRemedy),
};

/** The blob store that the signed URL of a slug leads to. */
export const blobStore: Service = {
  statusPage,
  refusal: (what, answer) => new PlatformError(what, answer, blobStoreRemedy),
};

/** Whether a call that failed, with a 5xx included, may have been carried out all the same. */
export function isAmbiguous(error: unknown): error is DeployError {
  if (error instanceof NoAnswerError) return error.ambiguous;
  return error instanceof PlatformError && error.status >= 500;
}

/** Whether the platform may answer the same question a little later. */
export function isPassing(error: unknown): error is DeployError {
  if (error instanceof NoAnswerError) return !error.permanent;
  return error instanceof PlatformError && (error.status >= 500 || error.status === 429);
}

/** What a call answers, or nothing where there is no such thing. */
export async function ifThere<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PlatformError && error.status === 404) return undefined;
    throw error;
  }
}

const remedies: Readonly<Record<number, string>> = {
  401: 'Make a new token with "heroku authorizations:create" and store it as the secret that api-key is read from.',
  402: 'The account has an unpaid balance; settle it at https://dashboard.heroku.com/account/billing.',
  403: 'Give the token’s account access to the app (deploy permission), or lift the suspension that the message names.',
  404: 'Check the app’s name and that the token’s account can see it; apps are never created unasked.',
  429: 'The account made too many calls this hour; wait and run again.',
};

const outage = `See ${statusPage} and run again.`;

function platformRemedy(status: number, id: string | undefined): string {
  if (id === 'two_factor') {
    return 'Use a token of "heroku authorizations:create"; it needs no second factor.';
  }
  if (status >= 500) return outage;
  return remedies[status] ?? 'Mend what the message names; it is the platform’s own word.';
}

function blobStoreRemedy(status: number, id: string | undefined): string {
  if (status === 413 || id === 'EntityTooLarge') {
    return 'Make the slug smaller: leave files out with "exclude" or a .dockerignore.';
  }
  if (status >= 500) return outage;
  return 'Run again: the URL of an upload is good for about an hour, and for this one file alone.';
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
