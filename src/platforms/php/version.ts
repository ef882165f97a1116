import semver from 'semver';
import { DeployError } from '../../errors.ts';
import type { Notice } from '../platform.ts';
import { nearestRelease } from '../releases.ts';
import { parseConstraint } from './constraint.ts';
import inventory from './inventory.json' with { type: 'json' };
import { locationOf, lockName, type Manifest, manifestName } from './manifest.ts';

/** The PHP release that an app gets. */
export interface PhpVersion {
  readonly version: string;
  /** What of the app led to it. */
  readonly reason: string;
  readonly warnings: readonly Notice[];
}

/** What an app gets that asks for none (heroku-buildpack-php, bin/compile). */
const defaultConstraint = '^8.1.0 <8.6';

/** Release lines that get security fixes (https://www.php.net/supported-versions.php, late 2026). */
const supportedLines = ['8.2', '8.3', '8.4', '8.5'];

const versions = Object.keys(inventory).sort(semver.rcompare);

/**
 * The newest release that the app and all its locked libraries take, as Heroku's buildpack resolves
 * it, but from the list that comes with this program.
 * @throws DeployError where no known version is taken, or the app's constraint does not parse.
 */
export function choosePhpVersion(manifest: Manifest): PhpVersion {
  const asked = manifest.require['php'];
  if (asked !== undefined && parseConstraint(asked) === undefined) {
    throw new DeployError(
      `${manifestName}: require.php is "${asked}", which is no version constraint.`,
      'Write one as Composer takes it, such as "^8.4".',
      { location: locationOf(manifest, 'php') },
    );
  }
  const all = manifest.platform.flatMap(({ php, 'php-64bit': wide }) => [php, wide]);
  const given = all.filter((each) => each !== undefined);
  const constraints = given.length > 0 ? given : [defaultConstraint];
  const version = newestFor(constraints);
  if (version === undefined) throw noVersion(asked, given, manifest);
  return { version, reason: reasonFor(asked, given), warnings: supportWarnings(version, manifest) };
}

/** A library's constraint that does not parse is left to Composer, which checks it again. */
function newestFor(constraints: readonly string[]): string | undefined {
  const known = constraints.map(parseConstraint).filter((each) => each !== undefined);
  return versions.find((version) => known.every((isMet) => isMet(version)));
}

function reasonFor(asked: string | undefined, given: readonly string[]): string {
  if (asked !== undefined) return `${manifestName} asks for php ${asked}`;
  return given.length > 0 ? `the libraries in ${lockName} take it` : 'the default';
}

function noVersion(
  asked: string | undefined,
  given: readonly string[],
  manifest: Manifest,
): DeployError {
  const alone = asked !== undefined && newestFor([asked]) === undefined;
  const wanted = semver.coerce(alone ? asked : given[0]) ?? new semver.SemVer('0.0.0');
  const nearest = nearestRelease(versions, wanted);
  return new DeployError(
    alone
      ? `${manifestName}: require.php is "${asked}", but no such PHP release is known here; the nearest is ${nearest}.`
      : `No PHP release that is known here meets all of ${[...new Set(given)].join(', ')}, which ${manifestName} and ${lockName} ask for.`,
    `Ask for "~${nearest}", or update this tool: its list ends with ${versions[0]}.`,
    { location: locationOf(manifest, 'php') },
  );
}

function supportWarnings(version: string, manifest: Manifest): Notice[] {
  const line = version.split('.').slice(0, 2).join('.');
  if (supportedLines.includes(line)) return [];
  return [
    {
      message: `PHP ${line} gets no security fixes any more; supported: ${supportedLines.join(', ')}.`,
      location: locationOf(manifest, 'php'),
    },
  ];
}
