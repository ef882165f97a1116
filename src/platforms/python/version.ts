import semver from 'semver';
import { DeployError, messageOf, type SourceLocation } from '../../errors.ts';
import type { AppFolder, Notice } from '../platform.ts';
import { nearestRelease, newestRelease } from '../releases.ts';
import inventory from './inventory.json' with { type: 'json' };
import type { PackageManagerName } from './package-manager.ts';

/** The Python release that an app gets. */
export interface PythonVersion {
  readonly version: string;
  /** What of the app led to it. */
  readonly reason: string;
  readonly warnings: readonly Notice[];
}

/** What one of the app's files asks for: `3.13` for its newest release, or `3.13.2`. */
interface Request {
  readonly version: string;
  readonly location: SourceLocation;
  readonly warnings: readonly Notice[];
}

/** What Heroku's buildpack gives an app that asks for none (heroku-buildpack-python, lib/python_version.sh). */
const defaultLine = '3.14';

/** Release lines that get security fixes (https://devguide.python.org/versions/, November 2026). */
const supportedLines = ['3.11', '3.12', '3.13', '3.14'];

const versions = Object.keys(inventory);

/**
 * Reads the version where Heroku's buildpack reads it, in the same order, and resolves it against
 * the list that comes with this program.
 * @throws DeployError where a file has no version, or one that is not known.
 */
export function choosePythonVersion(
  app: AppFolder,
  packageManager: PackageManagerName,
): PythonVersion {
  const request =
    requestInRuntimeTxt(app) ??
    requestInVersionFile(app) ??
    (packageManager === 'pipenv' ? requestInPipfileLock(app) : undefined);
  if (request === undefined) {
    return { version: newestOf(defaultLine) ?? '', reason: 'the default', warnings: [] };
  }
  const { version: asked, location } = request;
  const version = isLine(asked) ? newestOf(asked) : versions.find((release) => release === asked);
  if (version === undefined) throw unknownVersion(asked, location);
  return {
    version,
    reason: `${location.file} asks for ${asked}`,
    warnings: [...request.warnings, ...supportWarnings(asked, version, location)],
  };
}

function requestInRuntimeTxt(app: AppFolder): Request | undefined {
  const file = 'runtime.txt';
  const text = app.read(file);
  if (text === undefined) return undefined;
  const location = { file, line: 1 };
  const version = versionIn(text.trim().replace(/^python-/, ''), file, location);
  const message = `${file} is deprecated: delete it, and write "${lineOf(version)}" into .python-version.`;
  return { version, location, warnings: [{ message, location }] };
}

/** One version, beside comments on lines of their own. */
function requestInVersionFile(app: AppFolder): Request | undefined {
  const file = '.python-version';
  const text = app.read(file);
  if (text === undefined) return undefined;
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'));
  const [first, second] = lines;
  if (first === undefined || second !== undefined) {
    throw new DeployError(
      `${file} has ${first === undefined ? 'no version' : 'several versions'} in it.`,
      `Write one, such as "${defaultLine}".`,
      { location: { file, line: second?.number ?? 1 } },
    );
  }
  const location = { file, line: first.number };
  return { version: versionIn(first.text, file, location), location, warnings: [] };
}

/** What `requires` in the Pipfile says, if it says anything. */
function requestInPipfileLock(app: AppFolder): Request | undefined {
  const file = 'Pipfile.lock';
  const text = app.read(file) ?? '';
  const requires = readRequires(text, file);
  const fields = ['python_full_version', 'python_version'];
  const field = fields.find((name) => requires[name] !== undefined);
  if (field === undefined) return undefined;
  const line = text.split('\n').findIndex((candidate) => candidate.includes(`"${field}"`)) + 1;
  const location = { file, line };
  return { version: versionIn(String(requires[field]), file, location), location, warnings: [] };
}

function readRequires(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text)?._meta?.requires ?? {};
  } catch (error) {
    throw new DeployError(
      `${file} is not JSON: ${messageOf(error)}`,
      'Have it written anew: pipenv lock',
      { cause: error, location: { file } },
    );
  }
}

function versionIn(text: string, file: string, location: SourceLocation): string {
  if (/^\d+\.\d+(\.\d+)?$/.test(text)) return text;
  throw new DeployError(
    `${file} asks for Python "${text}", which is no version.`,
    `Write two numbers for the newest release of a line, such as "${defaultLine}", or three for one release.`,
    { location },
  );
}

function isLine(version: string): boolean {
  return version.split('.').length === 2;
}

/** The release line of a version: `3.13` of `3.13.2`. */
function lineOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function newestOf(line: string): string | undefined {
  return newestRelease(versions, `${line}.x`);
}

function unknownVersion(asked: string, location: SourceLocation): DeployError {
  const wanted = semver.coerce(asked) ?? new semver.SemVer('0.0.0');
  const nearest = nearestRelease(versions, wanted);
  const isOld = semver.lt(wanted, nearest) && lineOf(asked) !== lineOf(nearest);
  return new DeployError(
    isOld
      ? `${location.file} asks for Python ${asked}, which gets no fixes any more and which Heroku has none of; the nearest is ${nearest}.`
      : `${location.file} asks for Python ${asked}, but no such release is known here; the nearest is ${nearest}.`,
    `Ask for "${lineOf(nearest)}"${isOld ? '' : `, or update this tool: its list ends with ${newestRelease(versions)}`}.`,
    { location },
  );
}

function supportWarnings(asked: string, version: string, location: SourceLocation): Notice[] {
  const line = lineOf(version);
  const newest = newestOf(line);
  const messages: string[] = [];
  if (!supportedLines.includes(line)) {
    messages.push(
      `Python ${line} gets no security fixes any more; supported: ${supportedLines.join(', ')}.`,
    );
  } else if (!isLine(asked) && version !== newest) {
    messages.push(`Python ${version} lacks the fixes of ${newest}; "${line}" asks for the newest.`);
  }
  return messages.map((message) => ({ message, location }));
}
