import { resolve } from 'node:path';
import { DeployError } from '../errors.ts';
import { platformUrl } from '../heroku/platform-url.ts';
import { parseStack, type Stack } from '../heroku/stack.ts';
import { definitionOf, type SettingName, type Verb, verbs } from './definitions.ts';
import { type HealthCheckSettings, readHealthCheck } from './health-check.ts';
import { readSmokeTest, type SmokeTestSettings } from './smoke-test.ts';
import {
  folder,
  invalid,
  lines,
  oneOf,
  type RawSettings,
  refuseStray,
  truth,
  wholeNumber,
} from './values.ts';

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
  /** Relative to the working directory, where one was asked for. */
  readonly envFile: string | undefined;
  /** `exec`'s command or `start`'s process types, one a line; empty where none was asked for. */
  readonly run: string;
  /** The port that `start` is to publish, where one was asked for. */
  readonly port: number | undefined;
  readonly image: ExecImage;
  readonly bootTimeoutSeconds: number;
  readonly runImage: string | undefined;
  /** `undefined` where none was asked for. */
  readonly smokeTest: SmokeTestSettings | undefined;
  /** How many base images `clean` leaves. */
  readonly keep: number;
  readonly exclude: readonly string[];
  /** Absolute path, where one was asked for. */
  readonly slugPath: string | undefined;
  /** Config vars to set, in the form of a `.env` file; empty where none were given. */
  readonly configVars: string;
  /** A file of such, relative to the working directory, where one was asked for. */
  readonly configFile: string | undefined;
  /** Names of config vars to remove. */
  readonly unsetConfigVars: readonly string[];
  readonly releaseTimeoutSeconds: number;
  /** `undefined` where none was asked for. */
  readonly healthCheck: HealthCheckSettings | undefined;
  readonly rollback: boolean;
  /** How many apps are released to at once. */
  readonly parallel: number;
  readonly promote: boolean;
  readonly createAddOns: boolean;
  readonly applyFormation: boolean;
  /** Absent where no deployment is to be shown. */
  readonly githubToken: string | undefined;
  /** Of the deployment at GitHub, where one was asked for. */
  readonly environment: string | undefined;
  readonly dryRun: boolean;
  /** Without a slash at its end. */
  readonly platformUrl: string;
}

const execImages = ['base', 'app'] as const;
export type ExecImage = (typeof execImages)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Parses what a door collected into one typed object.
 * @throws DeployError that names the setting and what it takes.
 */
export function readSettings(given: RawSettings, environment: Environment): Settings {
  const raw = (name: SettingName) => given(name).trim() || (definitionOf(name).default ?? '');
  const apps = lines(raw('app') || environment['HEROKU_APP'] || '');
  return {
    command: oneOf('command', raw('command'), verbs),
    apiKey: token('api-key', raw('api-key') || environment['HEROKU_API_KEY']?.trim()),
    apps,
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
    envFile: raw('env-file') || undefined,
    run: raw('run'),
    port: raw('port') ? wholeNumber('port', raw('port'), 1, 65_535) : undefined,
    image: oneOf('image', raw('image'), execImages),
    bootTimeoutSeconds: wholeNumber('boot-timeout', raw('boot-timeout'), 1, 3600),
    runImage: raw('run-image') || undefined,
    smokeTest: readSmokeTest(raw),
    keep: wholeNumber('keep', raw('keep'), 0, 1000),
    exclude: lines(raw('exclude')),
    slugPath: raw('slug-path') ? resolve(raw('slug-path')) : undefined,
    configVars: raw('config-vars'),
    configFile: raw('config-file') || undefined,
    unsetConfigVars: lines(raw('unset-config-vars')),
    releaseTimeoutSeconds: wholeNumber('release-timeout', raw('release-timeout'), 1, 86_400),
    healthCheck: readHealthCheck(raw),
    rollback: truth('rollback', raw('rollback')),
    parallel: wholeNumber('parallel', raw('parallel'), 1, 100),
    promote: truth('promote', raw('promote')),
    createAddOns: truth('create-addons', raw('create-addons')),
    applyFormation: truth('apply-formation', raw('apply-formation')),
    githubToken: token('github-token', raw('github-token')),
    environment: environmentOf(raw, apps),
    dryRun: truth('dry-run', raw('dry-run')),
    platformUrl: platformUrl(raw('platform-url') || environment['HEROKU_HOST']),
  };
}

/** It becomes an HTTP header, so nothing but visible ASCII goes; the message must not hold it. */
function token(name: SettingName, text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new DeployError(
    `Invalid ${name}: it has spaces, line breaks or characters that no token has.`,
    'Store it again, alone on one line, as it was printed when it was made.',
  );
}

function environmentOf(raw: RawSettings, apps: readonly string[]): string | undefined {
  const name = raw('environment') || undefined;
  if (raw('github-token') === '') {
    refuseStray(raw, ['environment'], {
      purpose: 'deployment at GitHub',
      remedy: 'Give a token in "github-token"',
    });
  }
  if (name !== undefined && apps.length > 1) {
    throw invalid(
      'environment',
      name,
      'With several apps, each is an environment of its own name.',
    );
  }
  return name;
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
