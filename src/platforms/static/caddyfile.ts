import type { Rule, SiteSettings } from './settings.ts';

/** Where the app is in its image. */
export const appFolder = '/app/src';

/**
 * Caddy's configuration for a site (https://caddyserver.com/docs/caddyfile), which answers as
 * Heroku's buildpack for static sites does: files first, then proxies, redirects and routes
 * (https://github.com/heroku/heroku-buildpack-static#route-ordering).
 * @param root the folder with the site's files, absolute.
 */
export function caddyfile(settings: SiteSettings, root: string): string {
  const { cleanUrls, httpsOnly, logsAccess } = settings;
  const route = [
    httpsOnly ? redirectToHttps : [],
    hiddenFiles,
    settings.headers.flatMap((rule, index) => headerLines(rule, index, settings.headers)),
    settings.proxies.flatMap(proxyLines),
    settings.redirects.flatMap(redirectLines),
    cleanUrls ? ['try_files {path}.html {path}'] : [],
    settings.routes.flatMap((rule, index) => routeLines(rule, index, cleanUrls)),
    fileServer(root),
  ];
  const site = [
    [`root * ${quoted(root)}`, 'encode zstd gzip', ...(logsAccess ? ['log'] : [])],
    ['route {', ...indented(paragraphs(route)), '}'],
    errorLines(settings.errorPage),
  ];
  return [...globalOptions, '', ':{$PORT:3000} {', ...indented(paragraphs(site)), '}'].join('\n');
}

/**
 * A dyno has nobody to administer it, its router has the certificate and says in headers who asks,
 * and nothing on it stays.
 */
const globalOptions = [
  '{',
  ...indented([
    'admin off',
    'auto_https off',
    'persist_config off',
    'servers {',
    '\ttrusted_proxies static private_ranges',
    '}',
  ]),
  '}',
];

const redirectToHttps = [
  '# As the router saw it.',
  '@insecure header X-Forwarded-Proto http',
  'redir @insecure https://{host}{uri} 301',
];

const hiddenFiles = [
  '# Not for visitors: .git, .env and the like.',
  '@hidden {',
  '\tpath */.*',
  '\tnot path /.well-known/*',
  '}',
  'error @hidden 404',
];

/** Files of the app that are no part of the site, where its root is the app's folder. */
const ownFiles = ['Procfile', 'static.json', 'app.json', 'Caddyfile'];

function fileServer(root: string): string[] {
  if (root !== appFolder) return ['file_server'];
  return ['file_server {', `\thide ${ownFiles.map((file) => `${root}/${file}`).join(' ')}`, '}'];
}

/** Headers do not add up: the last rule for a path is the one that counts. */
function headerLines(
  { pattern, target }: Rule<Readonly<Record<string, string>>>,
  index: number,
  all: SiteSettings['headers'],
): string[] {
  const fields = Object.entries(target);
  if (fields.length === 0) return [];
  const name = `@headers${index + 1}`;
  const others = all
    .slice(index + 1)
    .map((rule) => `\tnot path_regexp ${expression(rule.pattern)}`);
  return [
    `${name} {`,
    `\tpath_regexp ${expression(pattern)}`,
    ...others,
    '}',
    `header ${name} {`,
    ...fields.map(([field, value]) => `\t${field} ${quoted(value)}`),
    '}',
  ];
}

/** The path below the pattern goes to the origin, below the origin's own path. */
function proxyLines({ pattern, target }: Rule<string>, index: number): string[] {
  const [, server = '', path = ''] = /^(\w+:\/\/[^/]+)(.*?)\/*$/.exec(withVariables(target)) ?? [];
  const prefix = pattern.replace(/\/*$/, '');
  const name = `@proxied${index + 1}`;
  return [
    `${name} {`,
    `\tpath ${prefix}/*`,
    '\tnot file',
    '}',
    `handle ${name} {`,
    `\turi strip_prefix ${prefix}`,
    ...(path === '' ? [] : [`\trewrite * ${path}{uri}`]),
    `\treverse_proxy ${server} {`,
    '\t\theader_up Host {upstream_hostport}',
    '\t}',
    '}',
  ];
}

function redirectLines(
  { pattern, target }: Rule<{ readonly url: string; readonly status: number }>,
  index: number,
): string[] {
  const name = `@moved${index + 1}`;
  return [
    `${name} {`,
    `\tpath_regexp ${expression(pattern)}`,
    '\tnot file',
    '}',
    `redir ${name} ${quoted(withVariables(target.url))} ${target.status}`,
  ];
}

function routeLines(
  { pattern, target }: Rule<string>,
  index: number,
  cleanUrls: boolean,
): string[] {
  const name = `@route${index + 1}`;
  const files = [...(cleanUrls ? ['{path}.html'] : []), '{path}', '{path}/'];
  return [
    `${name} {`,
    `\tpath_regexp ${expression(pattern)}`,
    `\tnot file ${files.join(' ')}`,
    '}',
    `rewrite ${name} ${quoted(`/${target.replace(/^\/+/, '')}`)}`,
  ];
}

function errorLines(page: string | undefined): string[] {
  if (page === undefined) {
    return ['handle_errors {', '\trespond "{err.status_code} {err.status_text}"', '}'];
  }
  return ['handle_errors 404 500 {', `\trewrite * ${quoted(`/${page}`)}`, '\tfile_server', '}'];
}

/** A regular expression for the whole of a path: `*` does not pass a slash, `**` does. */
function expression(pattern: string): string {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === '**') return '.*';
    return part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  });
  return quoted(`^${parts.join('')}$`);
}

/** `${NAME}`, as static.json has config vars, for Caddy, which puts their values in when it starts. */
function withVariables(value: string): string {
  return value.replaceAll(/\$\{(\w+)\}/g, '{$$$1}');
}

/** One word of a Caddyfile, in which braces of a placeholder keep their meaning. */
function quoted(value: string): string {
  return /^[\w./:*^$+@{}[\]()\\|-]+$/.test(value) ? value : `"${value.replaceAll('"', '\\"')}"`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `\t${line}`));
}

/** Groups of lines, with an empty one between them. */
function paragraphs(groups: readonly (readonly string[])[]): string[] {
  return groups
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}
