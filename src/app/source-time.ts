import { DeployError } from '../errors.ts';
import { findCommitTime } from './commit.ts';

/**
 * Of a source that nobody knows the time of: 1980-01-01 00:00:01, as in Cloud Native Buildpacks
 * (https://github.com/buildpacks/pack, pkg/archive/archive.go: `NormalizedDateTime`). ZIP knows no
 * earlier time than 1980, so that tools that make archives would fail at files of 1970.
 */
const unknownTime = 315_532_801;

/** The latest that a tar header holds in its octal digits, in the year 2242; what is later is in milliseconds. */
const latestTime = 8 ** 11 - 1;

/**
 * The one time that the files of a slug get, in seconds since 1970: what SOURCE_DATE_EPOCH says
 * (https://reproducible-builds.org/specs/source-date-epoch/), else that of the last commit in the
 * app's folder, else one that never changes. It is not always that one, because web servers and
 * browsers tell a file from its next version by time and size.
 * @throws DeployError where SOURCE_DATE_EPOCH is no time.
 */
export async function sourceTime(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const given = environment['SOURCE_DATE_EPOCH'];
  return given ? parseTime(given) : ((await findCommitTime(folder)) ?? unknownTime);
}

function parseTime(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= latestTime) return Number(text);
  throw new DeployError(
    `SOURCE_DATE_EPOCH is "${text}", which is no number of seconds since 1970.`,
    'Set it to what "git log -1 --format=%ct" prints, or leave it out for the time of the commit.',
  );
}
