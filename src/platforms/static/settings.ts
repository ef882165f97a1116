import { DeployError, messageOf } from '../../errors.ts';
import type { AppFolder, Notice } from '../platform.ts';

/** The settings of Heroku's buildpack for static sites. */
export const settingsFile = 'static.json';

/** A path with `*` for a part of it and `**` for any number of parts, and what it leads to. */
export interface Rule<Target> {
  readonly pattern: string;
  readonly target: Target;
}

/** What static.json asks for (https://github.com/heroku/heroku-buildpack-static#configuration). */
export interface SiteSettings {
  /** The folder with the site's files, relative to the app's; `undefined` where it is not said. */
  readonly root: string | undefined;
  /** Whether `/about` is answered with about.html. */
  readonly cleanUrls: boolean;
  readonly httpsOnly: boolean;
  /** Whether requests are logged. */
  readonly logsAccess: boolean;
  /** The page for what is not there, relative to the root. */
  readonly errorPage: string | undefined;
  /** Paths without a file of their own, and the file that answers them instead. */
  readonly routes: readonly Rule<string>[];
  readonly redirects: readonly Rule<{ readonly url: string; readonly status: number }>[];
  readonly headers: readonly Rule<Readonly<Record<string, string>>>[];
  /** Paths that another server answers, and its address. */
  readonly proxies: readonly Rule<string>[];
  readonly warnings: readonly Notice[];
}

type Fields = Readonly<Record<string, unknown>>;

const understood = [
  'root',
  'clean_urls',
  'https_only',
  'error_page',
  'routes',
  'redirects',
  'headers',
  'proxies',
  'logging',
  'basic_auth',
];

/**
 * Reads static.json; without one all is as the buildpack has it by default.
 * @throws DeployError where it is no JSON object, or asks for what would be unsafe to leave out.
 */
export function readSettings(app: AppFolder): SiteSettings {
  const fields = parse(app.read(settingsFile) ?? '{}');
  if (fields['basic_auth']) throw noBasicAuth();
  const logging = object(fields['logging']);
  return {
    root: text(fields['root'])?.replace(/^\.?\/+|\/+$/g, '') || undefined,
    cleanUrls: fields['clean_urls'] === true,
    httpsOnly: fields['https_only'] === true,
    logsAccess: logging['access'] !== false,
    errorPage: text(fields['error_page'])?.replace(/^\/+/, ''),
    routes: rules(fields['routes'], (value) => text(value) ?? text(object(value)['path'])),
    redirects: rules(fields['redirects'], redirect),
    headers: rules(fields['headers'], headers),
    proxies: rules(fields['proxies'], (value) => text(object(value)['origin'])),
    warnings: Object.keys(fields)
      .filter((name) => !understood.includes(name) && !isDefaultEncoding(name, fields[name]))
      .map(notUnderstood),
  };
}

function parse(content: string): Fields {
  try {
    const value: unknown = JSON.parse(content);
    if (isObject(value)) return value;
  } catch (error) {
    throw new DeployError(
      `${settingsFile} is not JSON: ${messageOf(error)}`,
      'Mend the syntax there; trailing commas and comments are not allowed.',
      { cause: error, location: { file: settingsFile } },
    );
  }
  throw new DeployError(
    `${settingsFile} holds no JSON object.`,
    'Write the settings in braces, such as { "root": "dist/" }.',
    { location: { file: settingsFile, line: 1 } },
  );
}

/** Left out with no more than a warning, it would let everybody in. */
function noBasicAuth(): DeployError {
  return new DeployError(
    `${settingsFile} asks for basic_auth, which the template "static" does not have.`,
    'Write a Caddyfile with the directive basic_auth; it takes the place of static.json.',
    { location: { file: settingsFile } },
  );
}

function notUnderstood(name: string): Notice {
  return {
    message: `${settingsFile}: "${name}" is not understood, and left out. A Caddyfile of your own could say it.`,
    location: { file: settingsFile },
  };
}

function isDefaultEncoding(name: string, value: unknown): boolean {
  return name === 'encoding' && String(value).toLowerCase() === 'utf-8';
}

function redirect(value: unknown) {
  const url = text(object(value)['url']);
  const status = Number(object(value)['status'] ?? 301);
  return url === undefined ? undefined : { url, status };
}

function headers(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(object(value)).map(([name, content]) => [name, String(content)]),
  );
}

function rules<Target>(
  value: unknown,
  read: (value: unknown) => Target | undefined,
): Rule<Target>[] {
  return Object.entries(object(value)).flatMap(([pattern, content]) => {
    const target = read(content);
    return target === undefined ? [] : [{ pattern, target }];
  });
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
