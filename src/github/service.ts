import type { Service } from '../http/http-client.ts';
import { jsonWords, pageWords, RefusalError } from '../http/http-error.ts';

const remedies: Readonly<Record<number, string>> = {
  401: 'Pass the job’s own token, github.token, as "github-token".',
  403: 'Give the job "permissions: deployments: write".',
  404: 'Give the job "permissions: deployments: write", or the token access to the repository.',
};

/** GitHub's API, or that of an Enterprise Server, for the errors of calls to it. */
export function githubService(apiUrl: string): Service {
  const { hostname } = new URL(apiUrl);
  const statusPage = hostname === 'api.github.com' ? 'https://www.githubstatus.com' : hostname;
  return {
    statusPage,
    refusal: (what, answer) =>
      new RefusalError(
        what,
        answer,
        jsonWords(answer.text) ?? pageWords(answer.text),
        remedies[answer.status] ?? `See ${statusPage}.`,
      ),
  };
}
