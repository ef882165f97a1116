import { DeployError, messageOf, type SourceLocation } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';

/** The file that describes a Node.js app. */
export const manifestName = 'package.json';

type Strings = Readonly<Record<string, string>>;

/** What of a package.json decides how the app is built. */
export interface Manifest {
  /** Version ranges that the app asks for, by the program's name: `node`, `npm`, `yarn`, `pnpm`. */
  readonly engines: Strings;
  /** The field `packageManager`: `yarn@4.5.0+sha512.…`. */
  readonly packageManager: string | undefined;
  readonly scripts: Strings;
  /** Where the dependencies of every kind come from: `^4.0.0`, `file:../shared`, `patch:…`. */
  readonly dependencySources: readonly string[];
  readonly hasWorkspaces: boolean;
  /** The file's text, for what no field tells. */
  readonly text: string;
}

/** Maps of package.json whose values say where a dependency comes from. */
const dependencyFields = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'overrides',
  'resolutions',
];

/**
 * Reads an app's package.json.
 * @throws DeployError where there is none, or it is not a JSON object.
 */
export function readManifest(app: AppFolder): Manifest {
  const text = app.read(manifestName);
  if (text === undefined) {
    throw new DeployError(
      `${app.path} has no ${manifestName}, which the template "node" builds from.`,
      'Add one with "npm init", or choose another template.',
    );
  }
  const fields = parse(text);
  return {
    engines: strings(fields['engines']),
    packageManager: stringOrNothing(fields['packageManager']),
    scripts: strings(fields['scripts']),
    dependencySources: dependencyFields.flatMap((field) => allStrings(fields[field])),
    hasWorkspaces: fields['workspaces'] !== undefined,
    text,
  };
}

/** Where a field of package.json stands, for an error about its value. */
export function locationOf(manifest: Manifest, ...path: readonly string[]): SourceLocation {
  let position = 0;
  for (const key of path) {
    const found = manifest.text.indexOf(`${JSON.stringify(key)}`, position);
    if (found === -1) return { file: manifestName };
    position = found;
  }
  return { file: manifestName, line: lineAt(manifest.text, position) };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const line = lineOfSyntaxError(messageOf(error), text);
    throw new DeployError(
      `${manifestName}, line ${line} is not JSON: ${messageOf(error)}`,
      'Mend the syntax there; trailing commas and comments are not allowed.',
      { cause: error, location: { file: manifestName, line } },
    );
  }
  if (!isObject(value)) {
    throw new DeployError(
      `${manifestName} holds no JSON object.`,
      'Write it as npm does: "npm init" makes a new one.',
      { location: { file: manifestName, line: 1 } },
    );
  }
  return value;
}

/** V8 says "… at position 25 (line 3 column 5)", and no position where the text ends too early. */
function lineOfSyntaxError(message: string, text: string): number {
  const [, line] = /\(line (\d+) column \d+\)/.exec(message) ?? [];
  return line === undefined ? lineAt(text, text.trimEnd().length) : Number(line);
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function strings(value: unknown): Strings {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

function stringOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Overrides nest: every string below the value. */
function allStrings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return isObject(value) ? Object.values(value).flatMap(allStrings) : [];
}
