import { posix } from 'node:path';
import { DeployError, messageOf, type SourceLocation } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';

/** The file that describes a PHP app, and the one with the versions that Composer chose. */
export const manifestName = 'composer.json';
export const lockName = 'composer.lock';

type Strings = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

/** What of composer.json and composer.lock decides how the app is built. */
export interface Manifest {
  /** Whether there is a composer.json: an index.php alone makes an app too. */
  readonly isThere: boolean;
  readonly isLocked: boolean;
  /** What the app requires itself: versions by name, `php` and extensions among them. */
  readonly require: Strings;
  /**
   * What has to be met by PHP and its extensions: the app's own and each locked library's. Those for
   * development are not installed.
   */
  readonly platform: readonly Strings[];
  /** Folders relative to the app's, as Composer has them where nothing else is said. */
  readonly vendorFolder: string;
  readonly binFolder: string;
  readonly scripts: readonly string[];
  /** Kinds of the repositories that the app names: `vcs`, `path` … */
  readonly repositories: readonly string[];
  readonly text: string;
}

/**
 * Reads an app's composer.json and composer.lock.
 * @throws DeployError where one of them is not a JSON object.
 */
export function readManifest(app: AppFolder): Manifest {
  const text = app.read(manifestName);
  const fields = parse(manifestName, text);
  const lockText = app.read(lockName);
  const lock = parse(lockName, lockText);
  const config = object(fields['config']);
  const vendorFolder = stringOrNothing(config['vendor-dir']) ?? 'vendor';
  const require = strings(fields['require']);
  return {
    isThere: text !== undefined,
    isLocked: lockText !== undefined,
    require,
    platform: [require, ...objects(lock['packages']).map((each) => strings(each['require']))],
    vendorFolder: plainPath(vendorFolder),
    binFolder: plainPath(
      stringOrNothing(config['bin-dir'])?.replace('{$vendor-dir}', vendorFolder) ??
        `${vendorFolder}/bin`,
    ),
    scripts: Object.keys(object(fields['scripts'])),
    repositories: objects(fields['repositories']).map(({ type }) => stringOrNothing(type) ?? ''),
    text: text ?? '',
  };
}

/** Where something is written in composer.json, for an error about it. */
export function locationOf(manifest: Manifest, key: string): SourceLocation {
  const position = manifest.text.indexOf(JSON.stringify(key));
  return position === -1
    ? { file: manifestName }
    : { file: manifestName, line: manifest.text.slice(0, position).split('\n').length };
}

/** An empty file is an empty object to Heroku's buildpack (bin/compile), and so it is here. */
function parse(file: string, text: string | undefined): Fields {
  if (text === undefined || text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DeployError(
      `${file} is not JSON: ${messageOf(error)}`,
      `Mend the syntax; "composer validate" tells more.`,
      { cause: error, location: { file } },
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return object(value);
  throw new DeployError(`${file} holds no JSON object.`, 'Write it as "composer init" does.', {
    location: { file, line: 1 },
  });
}

function object(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

/** The objects of a list; Composer takes an object of them as well, and `false` for none. */
function objects(value: unknown): Fields[] {
  return Object.values(object(value))
    .filter((each) => typeof each === 'object')
    .map(object);
}

function strings(value: unknown): Strings {
  const entries = Object.entries(object(value));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function stringOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** `./libs/` is `libs`. */
function plainPath(folder: string): string {
  return posix.normalize(folder).replace(/\/$/, '');
}
