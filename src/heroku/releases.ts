import { DeployError } from '../errors.ts';
import type { HerokuClient } from './client.ts';
import { NoAnswerError, PlatformError } from './platform-error.ts';

/** A release of an app (schema of release, as far as it is read here). */
export interface Release {
  readonly id: string;
  readonly version: number;
  readonly status: 'pending' | 'succeeded' | 'failed' | 'expired';
  readonly slug: { readonly id: string } | null;
}

/** The platform ends a release phase after an hour; a little more for its own work around it. */
const releaseTimeoutMilliseconds = 65 * 60_000;
const releaseTries = 3;
/** A call whose answer was lost may still be under way: it gets this long to show. */
const settleMilliseconds = 2_000;
const firstPollMilliseconds = 500;
const longestPollMilliseconds = 5_000;

/**
 * Releases a slug, exactly once: where the answer was lost, the app's newest releases tell whether
 * the call was carried out, since no release but ours can have a slug that was just made.
 */
export async function createRelease(
  client: HerokuClient,
  app: string,
  release: { slug: string; description: string },
): Promise<Release> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.call<Release>({
        method: 'POST',
        path: releasesOf(app),
        repeatable: false,
        body: release,
      });
    } catch (error) {
      if (!isAmbiguous(error)) throw error;
      client.reporter.info(`${error.message}; looking whether the release was made`);
      await client.sleep(settleMilliseconds, client.signal);
      const made = await findReleaseOf(client, app, release.slug);
      if (made !== undefined) return made;
      if (attempt === releaseTries) throw error;
    }
  }
}

/**
 * Waits until a release is in its final state.
 * @throws DeployError where that is not `succeeded`, or does not come in time.
 */
export async function waitForRelease(
  client: HerokuClient,
  app: string,
  started: Release,
  timeoutMilliseconds = releaseTimeoutMilliseconds,
): Promise<Release> {
  const deadline = Date.now() + timeoutMilliseconds;
  let release = started;
  let pause = firstPollMilliseconds;
  while (release.status === 'pending') {
    if (Date.now() > deadline) throw stillPending(app, release);
    await client.sleep(pause, client.signal);
    pause = Math.min(pause * 1.5, longestPollMilliseconds);
    release = await client.call<Release>({
      method: 'GET',
      path: `${releasesOf(app)}/${release.id}`,
      repeatable: true,
    });
  }
  if (release.status !== 'succeeded') throw notReleased(app, release);
  return release;
}

/** After an ambiguous failure, a 5xx included, the release may be there all the same. */
function isAmbiguous(error: unknown): error is DeployError {
  if (error instanceof NoAnswerError) return error.ambiguous;
  return error instanceof PlatformError && error.status >= 500;
}

async function findReleaseOf(
  client: HerokuClient,
  app: string,
  slug: string,
): Promise<Release | undefined> {
  const newest = await client.call<Release[]>({
    method: 'GET',
    path: releasesOf(app),
    headers: { range: 'version ..; max=10, order=desc' },
    repeatable: true,
  });
  return newest.find((release) => release.slug?.id === slug);
}

function releasesOf(app: string): string {
  return `/apps/${encodeURIComponent(app)}/releases`;
}

function stillPending(app: string, release: Release): DeployError {
  return new DeployError(
    `Release v${release.version} of ${app} is still pending.`,
    `Look at its release phase: heroku releases:output v${release.version} --app ${app}`,
  );
}

function notReleased(app: string, release: Release): DeployError {
  return new DeployError(
    `Release v${release.version} of ${app} ${release.status}; the release before it goes on running.`,
    `Read what its release process said: heroku releases:output v${release.version} --app ${app}`,
  );
}
