import semver from 'semver';
import { DeployError } from '../../errors.ts';
import type { Notice } from '../platform.ts';
import { nearestRelease, newestRelease } from '../releases.ts';
import inventory from './inventory.json' with { type: 'json' };
import { type GoModule, moduleFile, type Statement } from './module.ts';

/** The Go release that an app gets. */
export interface GoVersion {
  readonly version: string;
  /** Of the archive for linux-amd64, as the vendor publishes it: 64 hexadecimal digits. */
  readonly sha256: string;
  /** What of the app led to it. */
  readonly reason: string;
  readonly warnings: readonly Notice[];
}

/** The release line of Heroku's buildpack for a go.mod that names none (heroku-buildpack-go, data.json). */
const defaultLine = '1.25';

const checksums: Readonly<Record<string, string>> = inventory;
const versions = Object.keys(checksums);

/**
 * Release lines that get fixes: a line does until there are two newer ones
 * (https://go.dev/doc/devel/release#policy).
 */
const supportedLines = [...new Set(versions.map(lineOf))].slice(0, 2);

/**
 * Chooses as Heroku's buildpack does (heroku-buildpack-go, lib/common.sh): its comment in go.mod,
 * the line `go`, the default; `1.25` is the newest of that line, `1.25.3` that one. A line
 * `toolchain` with a newer version counts as it does for Go itself, which would fetch that one.
 * @throws DeployError where no known release is meant.
 */
export function chooseGoVersion(module: GoModule): GoVersion {
  const { herokuVersion, toolchain } = module;
  if (herokuVersion !== undefined) {
    return release(herokuVersion, `${moduleFile} has // +heroku goVersion ${herokuVersion.value}`);
  }
  if (module.go === undefined) return releaseByDefault();
  const chosen = release(module.go, `${moduleFile} asks for ${module.go.value}`);
  if (toolchain === undefined || !/^\d/.test(toolchain.value)) return chosen;
  const preferred = release(toolchain, `${moduleFile} has toolchain go${toolchain.value}`);
  return semver.gt(preferred.version, chosen.version) ? preferred : chosen;
}

function releaseByDefault(): GoVersion {
  const version = newestRelease(versions, defaultLine) ?? '';
  const notice = {
    message: `${moduleFile} names no version of Go; ${version} it is.`,
    location: { file: moduleFile },
  };
  return { version, sha256: checksums[version] ?? '', reason: 'the default', warnings: [notice] };
}

function release(asked: Statement, reason: string): GoVersion {
  if (!/^\d+\.\d+(\.\d+)?$/.test(asked.value)) throw notARelease(asked);
  const version = newestRelease(versions, asked.value);
  if (version === undefined) throw unknownVersion(asked);
  return {
    version,
    sha256: checksums[version] ?? '',
    reason,
    warnings: supportWarnings(version, asked),
  };
}

function notARelease({ value, location }: Statement): DeployError {
  return new DeployError(
    `${moduleFile} asks for Go "${value}", which is no release of Go.`,
    `Write two or three numbers, such as "${defaultLine}".`,
    { location },
  );
}

function unknownVersion({ value, location }: Statement): DeployError {
  const wanted = semver.coerce(value) ?? new semver.SemVer('0.0.0');
  const nearest = nearestRelease(versions, wanted);
  return new DeployError(
    `${moduleFile} asks for Go ${value}, but no such release is known here; the nearest is ${nearest}.`,
    `Ask for "${lineOf(nearest)}", or update this tool: its list ends with ${newestRelease(versions)}.`,
    { location },
  );
}

function supportWarnings(version: string, { location }: Statement): Notice[] {
  const line = lineOf(version);
  if (supportedLines.includes(line)) return [];
  const supported = supportedLines.join(', ');
  return [
    { message: `Go ${line} gets no security fixes any more; supported: ${supported}.`, location },
  ];
}

function lineOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
