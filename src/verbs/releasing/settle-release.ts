import { waitForRelease } from '../../heroku/final-release.ts';
import type { Release } from '../../heroku/releases.ts';
import type { Target } from './target.ts';

/**
 * Waits for a release as long as the run may, with its release phase in the log.
 * @param command what its `release` process type runs, where that is known.
 * @throws ReleaseFailedError where it fails, DeployError where it takes longer.
 */
export function settleRelease(
  { client, app, context }: Target,
  started: Release,
  command?: string,
): Promise<Release> {
  context.reporter.info(`Release v${started.version} is ${started.status}`);
  return waitForRelease(client, app.name, started, {
    timeoutMilliseconds: context.settings.releaseTimeoutSeconds * 1000,
    command,
  });
}
