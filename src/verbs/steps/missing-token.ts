import { readFileSync } from 'node:fs';
import { DeployError } from '../../errors.ts';
import { printableName } from '../../printable.ts';
import type { Context } from '../context.ts';

/** The part of a pull request's event that is read here (GitHub's webhook `pull_request`). */
interface PullRequestEvent {
  readonly pull_request?: {
    /** Its repository is `null` once a fork was deleted. */
    readonly head: { readonly repo: Repository | null };
    readonly base: { readonly repo: Repository };
  };
}

interface Repository {
  readonly full_name: string;
}

/** A run for one of these has no secrets where the pull request is from a fork. */
const pullRequestEvents = ['pull_request', 'pull_request_review', 'pull_request_review_comment'];

/**
 * The error of a release without a token: where GitHub has withheld it, that says so
 * (https://docs.github.com/actions/security-for-github-actions, "Using secrets in GitHub Actions").
 */
export function missingToken(environment: Context['environment']): DeployError {
  if (environment['GITHUB_ACTOR'] === 'dependabot[bot]') {
    return new DeployError(
      'No Heroku token: this run is Dependabot’s, and GitHub gives those no secrets of Actions.',
      "Do not release in it (if: github.actor != 'dependabot[bot]'), or store the token in the repository’s Dependabot secrets too.",
    );
  }
  const fork = forkOf(environment);
  if (fork !== undefined) {
    return new DeployError(
      `No Heroku token: this run is for a pull request from ${fork}, and GitHub gives those no secrets.`,
      'Release for pull requests of this repository alone (if: github.event.pull_request.head.repo.full_name == github.repository), and use "command: build", which needs no token, for the others. Release never in pull_request_target: what a fork’s Dockerfile runs would run beside your secrets.',
    );
  }
  return new DeployError(
    'No Heroku token.',
    'Give one with the "api-key" setting or in HEROKU_API_KEY; a secret of an environment is there only in a job that names the environment.',
  );
}

/** Where a pull request is from, if that is a fork. */
function forkOf(environment: Context['environment']): string | undefined {
  if (!pullRequestEvents.includes(environment['GITHUB_EVENT_NAME'] ?? '')) return undefined;
  const { head, base } = readEvent(environment['GITHUB_EVENT_PATH'])?.pull_request ?? {};
  if (head === undefined || base === undefined) return undefined;
  if (!head.repo) return 'a fork that is gone';
  const { full_name: name } = head.repo;
  return name === base.repo.full_name ? undefined : `the fork ${printableName(name)}`;
}

function readEvent(path = ''): PullRequestEvent | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PullRequestEvent;
  } catch {
    return undefined; // Then only that there is no token is known.
  }
}
