import { DeployError, messageOf } from '../errors.ts';
import { HttpClient, type HttpClientOptions } from '../http/http-client.ts';
import { parseAnswer, type Shape } from '../http/json.ts';
import { isThisMachine } from '../http/this-machine.ts';
import type { Reporter } from '../reporter.ts';
import type { GitHubJob } from './job.ts';
import { githubService } from './service.ts';

/** What GitHub is to show. */
export interface DeploymentOptions extends HttpClientOptions {
  readonly job: GitHubJob;
  /** Goes to the API's origin alone. */
  readonly token: string;
  /** Name of the environment: `production`. */
  readonly environment: string;
  /** Where what is deployed answers. */
  readonly environmentUrl: string | undefined;
  /** What is deployed, in a few words. */
  readonly description: string;
}

/** How a deployment ended: `error` where it was not let end. */
export type DeploymentResult = 'success' | 'failure' | 'error';

/** A deployment that GitHub shows as being under way. */
export interface Deployment {
  /**
   * Tells how it ended, at a cancelled run's end as well. To be called once.
   * @param description in a few words.
   */
  finish(result: DeploymentResult, description: string): Promise<void>;
}

type Fields = Readonly<Record<string, unknown>>;

/** What GitHub takes of a status's description (https://docs.github.com/en/rest/deployments/statuses). */
const longestDescription = 140;
const finishMilliseconds = 30_000;
/** A runner that was told to cancel the job waits for some seconds only, of which others need most. */
const hurriedMilliseconds = 2_000;

/**
 * Makes a deployment of the job's repository, and shows it as being under way. GitHub's trouble is
 * none of the release's: what goes wrong with it is a warning.
 * @throws the signal's reason alone.
 */
export async function startDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { reporter, signal } = options;
  const http = new HttpClient(options);
  let id: number | undefined;
  const finish: Deployment['finish'] = async (result, description) => {
    try {
      if (id !== undefined) await end(http, options, id, result, description);
    } catch (error) {
      warn(reporter, error);
    } finally {
      await http.close();
    }
  };
  try {
    id = await create(http, options);
    await addStatus(http, options, id, 'in_progress');
  } catch (error) {
    if (signal.aborted) await finish('error', 'Cancelled');
    signal.throwIfAborted();
    warn(reporter, error);
  }
  return { finish };
}

async function create(http: HttpClient, options: DeploymentOptions): Promise<number> {
  const { job, environment, description } = options;
  const fields = {
    ref: job.sha,
    environment,
    description: description.slice(0, longestDescription),
    // The commit is deployed as it is, whatever there is of its branch and its checks.
    auto_merge: false,
    required_contexts: [],
  };
  const { id } = await post<{ id: number }>(http, options, '/deployments', fields, ['id']);
  return id;
}

function end(
  http: HttpClient,
  options: DeploymentOptions,
  id: number,
  result: DeploymentResult,
  description: string,
): Promise<void> {
  const { signal, environmentUrl } = options;
  const milliseconds = signal.aborted ? hurriedMilliseconds : finishMilliseconds;
  const outliving = http.with({ ...options, signal: AbortSignal.timeout(milliseconds) });
  return addStatus(outliving, options, id, result, {
    description: description.slice(0, longestDescription),
    // What was deployed to the environment before does not run there any more.
    auto_inactive: result === 'success',
    ...(environmentUrl !== undefined && { environment_url: environmentUrl }),
  });
}

async function addStatus(
  http: HttpClient,
  options: DeploymentOptions,
  id: number,
  state: DeploymentResult | 'in_progress',
  more: Fields = {},
): Promise<void> {
  const fields = { state, log_url: options.job.runUrl, ...more };
  await post(http, options, `/deployments/${id}/statuses`, fields);
}

/** Made again where the answer was lost: a deployment or a status that is there twice only shows. */
function post<Answer>(
  http: HttpClient,
  { job, token }: DeploymentOptions,
  path: string,
  body: Fields,
  fields: Shape['fields'] = [],
): Promise<Answer> {
  const place = `/repos/${job.repository}${path}`;
  return http.send({
    what: `POST ${place}`,
    service: githubService(job.apiUrl),
    method: 'POST',
    url: `${checkedUrl(job.apiUrl)}${place}`,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
    },
    body: () => JSON.stringify(body),
    repeatable: true,
    read: ({ text }) => parseAnswer<Answer>(text, { fields }),
  });
}

/** The token goes with it. */
function checkedUrl(apiUrl: string): string {
  const url = new URL(apiUrl);
  if (url.protocol === 'https:' || isThisMachine(url)) return apiUrl;
  throw new DeployError(`No token is sent to ${apiUrl}.`, 'GITHUB_API_URL is to begin with https.');
}

function warn(reporter: Reporter, error: unknown): void {
  const remedy = error instanceof DeployError ? `\n${error.remedy}` : '';
  reporter.warning(`GitHub does not show the deployment: ${messageOf(error)}${remedy}`);
}
