import semver from 'semver';
import { DeployError } from '../../errors.ts';
import type { Notice } from '../platform.ts';
import { nearestRelease, newestRelease } from '../releases.ts';
import inventory from './inventory.json' with { type: 'json' };
import { locationOf, type Manifest, manifestName } from './manifest.ts';

/** The Node.js release that an app gets. */
export interface NodeVersion {
  readonly version: string;
  /** Of the archive for linux-x64, as the vendor publishes it: 64 hexadecimal digits. */
  readonly sha256: string;
  /** What of the app led to it. */
  readonly reason: string;
  readonly warnings: readonly Notice[];
}

/**
 * The release line that Heroku's buildpack gives an app that asks for none, or for a range that
 * reaches beyond it (heroku-buildpack-nodejs, resolve-version/src/main.rs, lts_upper_bound).
 */
const defaultRange = '24.x';

/** Release lines that get security fixes (https://devcenter.heroku.com/articles/nodejs-support, mid 2026). */
const supportedMajors = [22, 24, 26];

const checksums: Readonly<Record<string, string>> = inventory;
const versions = Object.keys(checksums);

/**
 * Resolves `engines.node` as Heroku's buildpack does, but against the list that comes with this
 * program: no network, and a checksum for every version.
 * @throws DeployError where the range does not parse or no known version satisfies it.
 */
export function chooseNodeVersion(manifest: Manifest): NodeVersion {
  const asked = manifest.engines['node'];
  if (asked === undefined) return release(defaultRange, 'the default');
  const range = parseRange(asked, manifest);
  const newest = newestRelease(versions, range);
  if (newest === undefined) throw unknownVersion(asked, range, manifest);
  const reason = `${manifestName} asks for ${asked}`;
  if (!reachesBeyondDefault(range, newest)) {
    return release(newest, reason, supportWarnings(newest, manifest));
  }
  return release(defaultRange, `${reason}, which reaches beyond the long-term support line`);
}

function release(range: string, reason: string, warnings: readonly Notice[] = []): NodeVersion {
  const version = newestRelease(versions, range) ?? '';
  return { version, sha256: checksums[version] ?? '', reason, warnings };
}

function parseRange(asked: string, manifest: Manifest): string {
  const range = asked.trim() === 'latest' ? '*' : semver.validRange(asked);
  if (range === null) {
    throw new DeployError(
      `${manifestName}: engines.node is "${asked}", which is no version range.`,
      `Write a range as npm takes it, such as "${defaultRange}".`,
      { location: locationOf(manifest, 'engines', 'node') },
    );
  }
  return range;
}

function reachesBeyondDefault(range: string, newest: string): boolean {
  const reachesDefault = versions.some(
    (version) => semver.satisfies(version, defaultRange) && semver.satisfies(version, range),
  );
  return reachesDefault && semver.gtr(newest, defaultRange);
}

function unknownVersion(asked: string, range: string, manifest: Manifest): DeployError {
  const nearest = nearestRelease(versions, semver.minVersion(range) ?? new semver.SemVer('0.0.0'));
  return new DeployError(
    `${manifestName}: engines.node is "${asked}", but no such Node.js release is known here; the nearest is ${nearest}.`,
    `Ask for "${semver.major(nearest)}.x", or update this tool: its list ends with ${newestRelease(versions)}.`,
    { location: locationOf(manifest, 'engines', 'node') },
  );
}

function supportWarnings(version: string, manifest: Manifest): Notice[] {
  const major = semver.major(version);
  if (supportedMajors.includes(major)) return [];
  return [
    {
      message: `Node.js ${major} gets no security fixes any more; supported: ${supportedMajors.join(', ')}.`,
      location: locationOf(manifest, 'engines', 'node'),
    },
  ];
}
