import { DeployError } from '../errors.ts';
import type { HerokuClient } from './client.ts';
import { isPassing } from './platform-error.ts';
import { type FollowedLog, followReleaseLog } from './release-log.ts';
import { type Release, readRelease } from './releases.ts';

/** How a release is waited for. */
export interface WaitOptions {
  /** How long, from now on. Default: a little more than the platform gives a release phase. */
  readonly timeoutMilliseconds?: number;
  /** What its `release` process type runs, for the error where that fails. */
  readonly command?: string | undefined;
}

/** The platform gave a release up, and the one before it goes on running. */
export class ReleaseFailedError extends DeployError {
  readonly release: Release;
  /** The last of what its release phase wrote. */
  readonly lastLines: readonly string[];

  constructor(
    app: string,
    release: Release,
    lastLines: readonly string[],
    command: string | undefined,
  ) {
    const { version, status } = release;
    super(
      [
        `Release v${version} of ${app} ${status}; the release before it goes on running.`,
        ...(command === undefined ? [] : [`Its release command: ${command}`]),
        ...shown(lastLines),
      ].join('\n'),
      `${lastLines.length === 0 ? 'Read what its release process said' : 'Mend what its last lines name and release again; all of them'}: ${outputCommand(app, release)}`,
    );
    this.release = release;
    this.lastLines = lastLines;
  }
}

/** The platform ends a release phase after an hour; a little more for its own work around it. */
const releaseTimeoutMilliseconds = 65 * 60_000;
const firstPollMilliseconds = 500;
const longestPollMilliseconds = 5_000;
/** The final state is seen at most a fifth later than it is there. */
const pollGrowth = 1.2;
/** Of each line in an error message. */
const shownCharacters = 500;

/**
 * Waits until a release is in its final state, and passes on what its release phase writes. Only the
 * state counts: the end of the log says nothing.
 * @throws ReleaseFailedError where the final state is not `succeeded`, another DeployError where
 * none comes in time.
 */
export async function waitForRelease(
  client: HerokuClient,
  app: string,
  started: Release,
  options: WaitOptions = {},
): Promise<Release> {
  let log: FollowedLog | undefined;
  const follow = ({ output_stream_url: url }: Release) => {
    if (url) log ??= followReleaseLog(client, url, (line) => client.reporter.output(line));
  };
  try {
    const release = await pollToFinalState(client, app, started, options, follow);
    await log?.drain();
    if (release.status === 'succeeded') return release;
    throw new ReleaseFailedError(app, release, log?.lastLines ?? [], options.command);
  } finally {
    await log?.stop();
  }
}

async function pollToFinalState(
  client: HerokuClient,
  app: string,
  started: Release,
  { timeoutMilliseconds = releaseTimeoutMilliseconds }: WaitOptions,
  onState: (release: Release) => void,
): Promise<Release> {
  const deadline = Date.now() + timeoutMilliseconds;
  let release = started;
  let trouble: DeployError | undefined;
  let pause = firstPollMilliseconds;
  for (;;) {
    onState(release);
    if (release.status !== 'pending') return release;
    const left = deadline - Date.now();
    if (left < 0) throw stillPending(app, release, timeoutMilliseconds, trouble);
    await client.sleep(Math.min(pause, left), client.signal);
    pause = Math.min(pause * pollGrowth, longestPollMilliseconds);
    try {
      release = await readRelease(client, app, release.id);
      trouble = undefined;
    } catch (error) {
      // A release goes on while the API is down, and is not given up for that.
      if (!isPassing(error)) throw error;
      trouble = error;
    }
  }
}

function stillPending(
  app: string,
  release: Release,
  milliseconds: number,
  trouble: DeployError | undefined,
): DeployError {
  const known = trouble === undefined ? '' : ` as far as is known (${trouble.message})`;
  return new DeployError(
    `Release v${release.version} of ${app} is still pending after ${milliseconds / 1000} s${known}; Heroku may still finish it.`,
    `Give it longer with "release-timeout" (in seconds), or look at its release phase: ${outputCommand(app, release)}`,
  );
}

function outputCommand(app: string, { version }: Release): string {
  return `heroku releases:output v${version} --app ${app}`;
}

function shown(lastLines: readonly string[]): string[] {
  if (lastLines.length === 0) return [];
  return ['Its last lines:', ...lastLines.map((line) => line.slice(0, shownCharacters))];
}
