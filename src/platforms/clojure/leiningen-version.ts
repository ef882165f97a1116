import semver from 'semver';
import { DeployError } from '../../errors.ts';
import { newestRelease } from '../releases.ts';
import inventory from './inventory.json' with { type: 'json' };
import { type Project, projectName } from './project.ts';

/** The Leiningen that builds an app. */
export interface LeiningenVersion {
  readonly version: string;
  /** Of the jar, as GitHub has it: 64 hexadecimal digits. */
  readonly sha256: string;
  /** What of the app led to it. */
  readonly reason: string;
}

/** What Heroku's buildpack gives every app (heroku-buildpack-clojure, CHANGELOG.md, v93). */
const defaultVersion = '2.12.0';

const keyword = ':min-lein-version';

const checksums: Readonly<Record<string, string>> = inventory;
const versions = Object.keys(checksums);

/**
 * The default, or the newest where the app wants a later one than that.
 * @throws DeployError for an app of Leiningen 1, or one that wants a version that is not known.
 */
export function chooseLeiningenVersion(project: Project): LeiningenVersion {
  const least = semver.coerce(project.minLeinVersion);
  if (least === null || (least.major === 2 && semver.lte(least, defaultVersion))) {
    return release(defaultVersion, 'the default');
  }
  if (least.major < 2) throw firstLeiningen(project);
  const version = newestRelease(versions, `>=${least}`);
  if (version === undefined) throw unknownVersion(project);
  return release(version, `${projectName} asks for ${project.minLeinVersion}`);
}

function release(version: string, reason: string): LeiningenVersion {
  return { version, sha256: checksums[version] ?? '', reason };
}

function firstLeiningen(project: Project): DeployError {
  return new DeployError(
    `${projectName} is for Leiningen ${project.minLeinVersion}, which Heroku does not have any more.`,
    `Move the app to Leiningen 2, and write ${keyword} "2.0.0".`,
    { location: project.locationOf(keyword) },
  );
}

function unknownVersion(project: Project): DeployError {
  const newest = newestRelease(versions);
  return new DeployError(
    `${projectName}: ${keyword} is "${project.minLeinVersion}", but no such Leiningen is known here; the nearest is ${newest}.`,
    `Ask for "${newest}", or update this tool.`,
    { location: project.locationOf(keyword) },
  );
}
