import { DeployError, messageOf } from '../../errors.ts';
import type { App } from '../../heroku/apps.ts';
import { type DynoState, listDynos } from '../../heroku/dynos.ts';
import { isPassing } from '../../heroku/platform-error.ts';
import { findCurrentRelease, type Release } from '../../heroku/releases.ts';
import { fetchPage } from '../../http/page.ts';
import type { HealthCheckSettings } from '../../settings/health-check.ts';
import type { Target } from './target.ts';

/** The platform's router waits no longer (H12; https://devcenter.heroku.com/articles/request-timeout). */
const longestRequestMilliseconds = 30_000;
const pauseMilliseconds = 1_000;
/** One that is idle wakes up when it is asked for the page. */
const fitStates: readonly DynoState['state'][] = ['up', 'idle'];

/** The URL that a health check asks, for this app. @throws DeployError where the app has none. */
export function healthCheckUrl(app: App, { target }: HealthCheckSettings): string {
  if (!target.startsWith('/')) return target;
  if (app.webUrl !== undefined) return new URL(target, app.webUrl).href;
  throw new DeployError(
    `The app ${app.name} has no URL of its own, so "health-check: ${target}" leads nowhere.`,
    'Name the whole URL in "health-check".',
  );
}

/**
 * Waits until an app's current release is a healthy one, where the run is to check that: its web
 * dynos are up and no others are left, and what is to answer answers as it should. It is asked until
 * then: for some seconds, or minutes with preboot, the dynos of the release before may answer still.
 * @throws DeployError where that does not come in time, with what was wrong the last time.
 */
export async function checkHealth(target: Target): Promise<void> {
  const { app, context, client } = target;
  const { healthCheck: check } = context.settings;
  if (check === undefined) return;
  const release = await findCurrentRelease(client, app.name);
  const url = healthCheckUrl(app, check);
  await context.reporter.phase(`Health check of ${app.name}`, async () => {
    const deadline = Date.now() + check.timeoutSeconds * 1000;
    for (let tries = 1; ; tries += 1) {
      const problem = await findProblem(target, check, { release, url, deadline });
      if (problem === undefined) {
        context.reporter.info(`GET ${url} answers ${check.status}`);
        return;
      }
      if (Date.now() + pauseMilliseconds >= deadline)
        throw unhealthy(target, check, problem, tries);
      await client.sleep(pauseMilliseconds, context.signal);
    }
  });
}

interface Attempt {
  /** Absent where the app has none. */
  readonly release: Release | undefined;
  readonly url: string;
  /** In milliseconds since 1970. */
  readonly deadline: number;
}

async function findProblem(
  target: Target,
  check: HealthCheckSettings,
  { release, url, deadline }: Attempt,
): Promise<string | undefined> {
  return (
    (await dynoProblem(target, release)) ??
    pageProblem(target, check, { url, milliseconds: Math.max(deadline - Date.now(), 1) })
  );
}

async function dynoProblem(
  { client, app }: Target,
  release: Release | undefined,
): Promise<string | undefined> {
  try {
    const dynos = (await listDynos(client, app.name)).filter(({ type }) => type === 'web');
    const old = dynos.find((dyno) => dyno.release.version < (release?.version ?? 0));
    if (old !== undefined) return `${old.name} is still of v${old.release.version}`;
    const unfit = dynos.find(({ state }) => !fitStates.includes(state));
    return unfit && `${unfit.name} is ${unfit.state}`;
  } catch (error) {
    if (isPassing(error)) return error.message;
    throw error;
  }
}

async function pageProblem(
  { context }: Target,
  check: HealthCheckSettings,
  { url, milliseconds }: { url: string; milliseconds: number },
): Promise<string | undefined> {
  try {
    const page = await fetchPage(url, {
      signal: context.signal,
      timeoutMilliseconds: Math.min(milliseconds, longestRequestMilliseconds),
    });
    if (page.status !== check.status) return `GET ${url} answered ${page.status}`;
    if (check.text === undefined || page.text.includes(check.text)) return undefined;
    return `the answer to GET ${url} does not have the text ${JSON.stringify(check.text)}`;
  } catch (error) {
    context.signal.throwIfAborted();
    return messageOf(error);
  }
}

function unhealthy(
  { app }: Target,
  { timeoutSeconds, status }: HealthCheckSettings,
  problem: string,
  tries: number,
): DeployError {
  return new DeployError(
    `${app.name} was not healthy within ${timeoutSeconds} s: ${problem} (asked ${tries === 1 ? 'once' : `${tries} times`}, wanted ${status}).`,
    `See what its dynos say (heroku logs --app ${app.name}), or give them longer with "health-check-timeout".`,
  );
}
