import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DeployError } from '../errors.ts';
import { platformUrl } from '../heroku/platform-url.ts';
import { parseStack, type Stack } from '../heroku/stack.ts';
import { definitionOf, type SettingName, type Verb, verbs } from './definitions.ts';

/** Everything a run was asked for, parsed and checked once, whichever door it came through. */
export interface Settings {
  readonly command: Verb;
  readonly apiKey: string | undefined;
  readonly apps: readonly string[];
  /** Absolute path of the app's folder. */
  readonly workingDirectory: string;
  readonly dockerfile: string;
  readonly template: string | undefined;
  readonly force: boolean;
  readonly stack: Stack | undefined;
  readonly stackImage: string | undefined;
  readonly buildArguments: Readonly<Record<string, string>>;
  /** Build secrets: id to value. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly builder: string | undefined;
  readonly pull: boolean;
  readonly procfile: string;
  readonly exclude: readonly string[];
  /** Absolute path, where one was asked for. */
  readonly slugPath: string | undefined;
  readonly dryRun: boolean;
  /** Without a slash at its end. */
  readonly platformUrl: string;
}

/** Gives a setting's text as the user wrote it; empty where it was not given. */
export type RawSettings = (name: SettingName) => string;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Parses what a door collected into one typed object.
 * @throws DeployError that names the setting and what it takes.
 */
export function readSettings(given: RawSettings, environment: Environment): Settings {
  const raw = (name: SettingName) => given(name).trim() || (definitionOf(name).default ?? '');
  return {
    command: oneOf('command', raw('command'), verbs),
    apiKey: token(raw('api-key') || environment['HEROKU_API_KEY']?.trim()),
    apps: lines(raw('app') || environment['HEROKU_APP'] || ''),
    workingDirectory: folder('working-directory', raw('working-directory')),
    dockerfile: raw('dockerfile'),
    template: raw('template') || undefined,
    force: truth('force', raw('force')),
    stack: raw('stack') ? parseStack(raw('stack')) : undefined,
    stackImage: raw('stack-image') || undefined,
    buildArguments: Object.fromEntries(lines(raw('build-args')).map(buildArgument)),
    secrets: Object.fromEntries(lines(raw('secrets')).map((line) => secret(line, environment))),
    cacheFrom: lines(raw('cache-from')),
    cacheTo: lines(raw('cache-to')),
    builder: raw('builder') || undefined,
    pull: truth('pull', raw('pull')),
    procfile: raw('procfile'),
    exclude: lines(raw('exclude')),
    slugPath: raw('slug-path') ? resolve(raw('slug-path')) : undefined,
    dryRun: truth('dry-run', raw('dry-run')),
    platformUrl: platformUrl(raw('platform-url') || environment['HEROKU_HOST']),
  };
}

/** It becomes an HTTP header, so nothing but visible ASCII goes; the message must not hold it. */
function token(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new DeployError(
    'Invalid api-key: it has spaces, line breaks or characters that no Heroku token has.',
    'Store it again, alone on one line, as "heroku authorizations:create" prints it.',
  );
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function oneOf<Value extends string>(
  name: SettingName,
  text: string,
  allowed: readonly Value[],
): Value {
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  throw invalid(name, text, `Must be one of: ${allowed.join(', ')}.`);
}

function truth(name: SettingName, text: string): boolean {
  return oneOf(name, text.toLowerCase(), ['true', 'false']) === 'true';
}

function folder(name: SettingName, text: string): string {
  const path = resolve(text);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw invalid(name, text, `There is no folder ${path}; was the repository checked out?`);
}

function buildArgument(line: string): [string, string] {
  const [, name, value] = /^([^=\s]+)=(.*)$/s.exec(line) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw invalid('build-args', line, 'Each line must be NAME=value.');
}

function secret(line: string, environment: Environment): [string, string] {
  // A comma or a quote in an id would be an option of its own to the builder.
  const [, id = '', assigned] = /^([^=\s,"]+)(?:=(.*))?$/s.exec(line) ?? [];
  const value = assigned ?? (Object.hasOwn(environment, id) ? environment[id] : undefined);
  if (id !== '' && value !== undefined) return [id, value];
  // The line may hold a secret, so the message must not.
  throw new DeployError(
    id === ''
      ? 'Invalid secrets: a line is not `id=value`.'
      : `Invalid secrets: no value for ${id}.`,
    'Each line must be id=value, or the name of an environment variable that is set.',
  );
}

function invalid(name: SettingName, text: string, remedy: string): DeployError {
  return new DeployError(`Invalid ${name}: "${text}".`, remedy);
}
