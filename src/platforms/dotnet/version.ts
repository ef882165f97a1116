import semver from 'semver';
import { DeployError, messageOf, type SourceLocation } from '../../errors.ts';
import type { AppFolder, Notice } from '../platform.ts';
import { nearestRelease, newestRelease } from '../releases.ts';
import type { AppSource } from './app-source.ts';
import inventory from './inventory.json' with { type: 'json' };

/** The .NET SDK that an app is built with; the runtime in it is what the dyno gets. */
export interface SdkVersion {
  readonly version: string;
  /** Of the archive for linux-x64, as the vendor publishes it: 128 hexadecimal digits. */
  readonly sha512: string;
  /** What of the app led to it. */
  readonly reason: string;
  readonly warnings: readonly Notice[];
}

/** Releases with security fixes (https://dotnet.microsoft.com/platform/support/policy/dotnet-core, late 2026). */
const supportedMajors = [10];

const checksums: Readonly<Record<string, string>> = inventory;
const versions = Object.keys(checksums);

const globalName = 'global.json';

interface Wanted {
  /** In npm's terms. */
  readonly range: string;
  readonly reason: string;
  readonly location: SourceLocation;
}

/**
 * Chooses the SDK as Heroku's buildpack does: by global.json, else by the newest framework that a
 * project is for (buildpacks-dotnet, main.rs and global_json.rs).
 * @throws DeployError where neither names one, or one that is not known.
 */
export function chooseSdkVersion(app: AppFolder, source: AppSource): SdkVersion {
  const { range, reason, location } = fromGlobalJson(app) ?? fromFrameworks(source);
  const version = newestRelease(versions, range);
  if (version === undefined) {
    const wanted = semver.minVersion(range) ?? new semver.SemVer('0.0.0');
    const nearest = nearestRelease(versions, wanted);
    throw new DeployError(
      `${reason}, but no such .NET SDK is known here; the nearest is ${nearest}.`,
      `Ask for ${nearest}, let "rollForward" in ${globalName} reach it, or update this tool: its list ends with ${newestRelease(versions)}.`,
      { location },
    );
  }
  return {
    version,
    sha512: checksums[version] ?? '',
    reason,
    warnings: supportWarnings(version, location),
  };
}

function fromGlobalJson(app: AppFolder): Wanted | undefined {
  const text = app.read(globalName);
  if (text === undefined) return undefined;
  const location = { file: globalName };
  let sdk: { version?: unknown; rollForward?: unknown } | undefined;
  try {
    // Comments are allowed, as in all settings files of .NET's.
    sdk = JSON.parse(text.replaceAll(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g, '$1'))?.sdk;
  } catch (error) {
    throw new DeployError(`${globalName} is not JSON: ${messageOf(error)}`, 'Mend the syntax.', {
      cause: error,
      location,
    });
  }
  if (sdk?.version === undefined) return undefined;
  const policy = sdk.rollForward ?? 'patch';
  const range = rangeFor(semver.parse(String(sdk.version)), String(policy));
  if (range === undefined) {
    throw new DeployError(
      `${globalName}: version "${sdk.version}" with rollForward "${policy}" is none that .NET has.`,
      'Write a whole version ("10.0.100") and one of the policies at https://learn.microsoft.com/dotnet/core/tools/global-json',
      { location },
    );
  }
  const rolls = sdk.rollForward === undefined ? '' : ` (${policy})`;
  return { range, reason: `${globalName} asks for the SDK ${sdk.version}${rolls}`, location };
}

/** A policy of global.json's as npm's range. The third number's hundreds are the feature band. */
function rangeFor(version: semver.SemVer | null, policy: string): string | undefined {
  if (version === null) return undefined;
  const { major, minor, patch } = version;
  const band = Math.floor(patch / 100) * 100;
  switch (policy.replace(/^latest(.)/, (_, first: string) => first.toLowerCase())) {
    case 'patch':
      return `>=${version.version} <${major}.${minor}.${band + 100}`;
    case 'feature':
      return `>=${version.version} <${major}.${minor + 1}.0`;
    case 'minor':
      return `>=${version.version} <${major + 1}.0.0`;
    case 'major':
      return `>=${version.version}`;
    case 'disable':
      return version.version;
    default:
      return undefined;
  }
}

function fromFrameworks({ file, projects }: AppSource): Wanted {
  const frameworks = projects.map(({ path, framework }) => {
    const [, version] = /^net(\d+\.\d+)$/.exec(framework ?? '') ?? [];
    if (version !== undefined) return { path, framework, version: `${version}.0` };
    throw new DeployError(
      framework === undefined
        ? `${path} has no TargetFramework, which says what .NET it is for.`
        : `${path} is for "${framework}", which runs on no dyno.`,
      'Set TargetFramework to net8.0 or newer, without an operating system behind it.',
      { location: { file: path } },
    );
  });
  const newest = frameworks.toSorted((one, other) =>
    semver.rcompare(one.version, other.version),
  )[0];
  if (newest === undefined) {
    throw new DeployError(`${file} has no projects.`, 'Add one with "dotnet sln add".', {
      location: { file },
    });
  }
  const { version, path, framework } = newest;
  return {
    range: `${semver.major(version)}.${semver.minor(version)}.x`,
    reason: `${path} is for ${framework}`,
    location: { file: path },
  };
}

function supportWarnings(version: string, location: SourceLocation): Notice[] {
  const major = semver.major(version);
  if (supportedMajors.includes(major)) return [];
  return [
    {
      message: `.NET ${major} gets no security fixes any more; supported: ${supportedMajors.join(', ')}.`,
      location,
    },
  ];
}
