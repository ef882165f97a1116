/** A job of GitHub Actions, as far as a deployment needs to know of it. */
export interface GitHubJob {
  /** `https://api.github.com`; of an Enterprise Server such as `https://github.example.org/api/v3`. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  /** The commit that the job runs on. */
  readonly sha: string;
  /** The page with the job's log. */
  readonly runUrl: string;
}

/**
 * Reads from the environment which job this is; `undefined` where it is none
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/variables).
 */
export function githubJob(
  environment: Readonly<Record<string, string | undefined>>,
): GitHubJob | undefined {
  const {
    GITHUB_API_URL: apiUrl = 'https://api.github.com',
    GITHUB_SERVER_URL: serverUrl = 'https://github.com',
    GITHUB_REPOSITORY: repository = '',
    GITHUB_SHA: sha = '',
    GITHUB_RUN_ID: run = '',
  } = environment;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || sha === '') return undefined;
  return {
    apiUrl: withoutSlash(apiUrl),
    repository,
    sha,
    runUrl: `${withoutSlash(serverUrl)}/${repository}/actions/runs/${run}`,
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
