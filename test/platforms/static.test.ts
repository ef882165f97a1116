import { describe, expect, it } from 'vitest';
import { detectPlatform } from '../../src/platforms/index.ts';
import { staticSite } from '../../src/platforms/static/index.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';
import { dockerfileFor, instructionsOf, triggersOf } from './dockerfile.ts';

type Files = Readonly<Record<string, string>>;

const page = '<h1>Hello</h1>';
const settings = (fields: Readonly<Record<string, unknown>> = {}) => JSON.stringify(fields);
const plan = (files: Files) => staticSite.plan(makeApp(files));
const site = (fields: Readonly<Record<string, unknown>>, files: Files = {}) =>
  dockerfileFor({ 'static.json': settings(fields), 'public_html/index.html': page, ...files });

describe('an app', () => {
  it.each<[string, Files]>([
    ['static', { 'index.html': page }],
    ['static', { 'public/index.html': page }],
    ['static', { 'dist/index.html': page }],
    ['static', { 'static.json': settings() }],
    ['static', { 'static.json': settings(), 'package.json': manifestText() }],
    ['static', { 'static.json': settings(), Procfile: 'web: bin/boot' }],
    ['static', { Caddyfile: '', Procfile: 'web: caddy run' }],
    ['node', { 'index.html': page, 'package.json': manifestText() }],
    [
      'node',
      { 'static.json': settings(), 'package.json': manifestText(), Procfile: 'web: npm start' },
    ],
    ['go', { 'static.json': settings(), 'go.mod': 'module m' }],
    ['minimal', { 'index.html': page, Procfile: 'web: ./server' }],
    ['minimal', { 'index.html': page, Procfile: 'worker: ./work' }],
  ])('is one for %s with %j', (platform, files) => {
    expect(detectPlatform(makeApp(files)).name).toBe(platform);
  });
});

describe('the default process', () => {
  const types = (files: Files) => staticSite.defaultProcessTypes(makeApp(files));
  const web = 'caddy run --config /app/heroku/caddy/Caddyfile';

  it('is Caddy, also with the Dockerfile that was made here', () => {
    expect(types({ 'index.html': page })).toEqual({ web });
    expect(types({ 'index.html': page, Dockerfile: '# Caddy 2.11.6.' })).toEqual({ web });
  });

  it('is none with a Dockerfile that has no Caddy', () => {
    expect(types({ 'index.html': page, Dockerfile: 'FROM scratch' })).toEqual({});
  });
});

describe('the root', () => {
  it.each<[string, Files]>([
    ['/app/src/public', { 'index.html': page, 'public/index.html': page }],
    ['/app/src', { 'index.html': page }],
    ['/app/src/public_html', { 'static.json': settings(), 'public_html/index.html': page }],
    ['/app/src/build', { 'static.json': settings({ root: './build/' }), 'build/a.html': page }],
    ['/app/src/dist', { 'static.json': settings({ root: '/dist' }), 'package.json': '{}' }],
  ])('is %s for %j', (root, files) => {
    expect(dockerfileFor(files)).toContain(`\troot * ${root}\n`);
  });

  it('is to be there, unless it is built', () => {
    const error = refusalOf(() => plan({ 'static.json': settings({ root: 'dist' }) }));
    expect(error.message).toContain('in the folder dist, which is not there');
  });

  it('is to have a first page where nothing names it', () => {
    expect(refusalOf(() => plan({})).message).toContain('has no index.html');
  });

  it('hides the app’s own files where it is the app’s folder', () => {
    expect(dockerfileFor({ 'index.html': page })).toContain('hide /app/src/Procfile');
    expect(dockerfileFor({ 'public/index.html': page })).not.toContain('hide ');
  });
});

describe('static.json', () => {
  it('leaves out what it does not ask for', () => {
    const text = site({});
    expect(text).not.toMatch(/redir|try_files|rewrite|reverse_proxy|@headers/);
    expect(text).toContain('respond "{err.status_code} {err.status_text}"');
    expect(text).toContain('\tlog\n');
    expect(site({ logging: { access: false } })).not.toContain('\tlog\n');
  });

  it('turns patterns into expressions for the whole path', () => {
    const text = site({ routes: { '/a.b/*': 'x.html', '/**': '/y.html' } });
    expect(text).toContain(String.raw`path_regexp ^/a\.b/[^/]*$`);
    expect(text).toContain('path_regexp ^/.*$');
    expect(text).toContain('rewrite @route1 /x.html');
    expect(text).toContain('rewrite @route2 /y.html');
  });

  it('has the page of errors named, or at hand', () => {
    expect(site({ error_page: '/lost.html' })).toContain('rewrite * /lost.html');
    expect(site({}, { 'public_html/404.html': page })).toContain('rewrite * /404.html');
  });

  it('quotes what is more than a word', () => {
    expect(site({ headers: { '/a b': { 'X-Said': 'he said "no"' } } })).toContain(
      String.raw`X-Said "he said \"no\""`,
    );
  });

  it('puts config vars in where it names them', () => {
    const proxies = { '/api/': { origin: `https://\${API}.example.com/v1/` } };
    const text = site({ proxies, redirects: { '/a': { url: `\${SHOP}/b` } } });
    expect(text).toContain('reverse_proxy https://{$API}.example.com {');
    expect(text).toContain('rewrite * /v1{uri}');
    expect(text).toContain('redir @moved1 {$SHOP}/b 301');
  });

  it('warns of what is not understood', () => {
    const { warnings } = plan({
      'static.json': settings({ encoding: 'UTF-8', canonical_host: 'example.com' }),
      'public_html/index.html': page,
    });
    expect(warnings).toEqual([
      {
        message: expect.stringContaining('"canonical_host" is not understood'),
        location: { file: 'static.json' },
      },
    ]);
  });

  it('is refused where leaving a setting out would let everybody in', () => {
    expect(refusalOf(() => site({ basic_auth: true })).message).toContain('basic_auth');
  });

  it.each([
    ['{ "root": ', 'is not JSON'],
    ['[]', 'holds no JSON object'],
  ])('is refused as %s', (text, message) => {
    expect(refusalOf(() => plan({ 'static.json': text })).message).toContain(message);
  });
});

describe('a Caddyfile of the app', () => {
  const files = { 'index.html': page, Caddyfile: ':{$PORT}\nfile_server\n' };

  it('takes the place of one made here', () => {
    expect(dockerfileFor(files)).not.toContain('/app/heroku/caddy/Caddyfile');
    expect(staticSite.defaultProcessTypes(makeApp(files))).toEqual({
      web: 'caddy run --config Caddyfile',
    });
    expect(plan(files).warnings).toEqual([]);
  });

  it('is to name the port', () => {
    const [warning] = plan({ ...files, Caddyfile: ':8080\n' }).warnings;
    expect(warning?.message).toContain('does not name $PORT');
  });
});

describe('a site that Node.js builds', () => {
  const files = {
    'static.json': settings({ root: 'dist' }),
    'package.json': manifestText({ scripts: { build: 'vite build' } }),
    'package-lock.json': '{ "lockfileVersion": 3 }',
  };

  it('is built, and Node.js does not stay', () => {
    expect(triggersOf(dockerfileFor(files))).toEqual([
      'COPY --chown=1000:1000 package.json package-lock.json .npmr[c] ./',
      'RUN npm ci --include=dev',
      'COPY --chown=1000:1000 . ./',
      'RUN npm run build && rm -rf node_modules /app/heroku/node',
    ]);
  });

  it('has its source before the install where that needs it', () => {
    const scripts = { postinstall: 'node setup.js', build: 'vite build' };
    expect(
      triggersOf(dockerfileFor({ ...files, 'package.json': manifestText({ scripts }) })),
    ).toEqual([
      'COPY --chown=1000:1000 . ./',
      'RUN npm ci --include=dev && npm run build && rm -rf node_modules /app/heroku/node',
    ]);
  });

  it('loses its package manager too', () => {
    const yarn = { ...files, 'package-lock.json': '', 'yarn.lock': '' };
    expect(triggersOf(dockerfileFor(yarn)).at(-1)).toContain('/app/heroku/node /app/heroku/yarn');
  });

  it('has the server by the name that the Procfile has', () => {
    const copies = instructionsOf(dockerfileFor({ ...files, Procfile: 'web: bin/boot' }));
    expect(copies.filter((line) => line.includes('/app/src/bin/boot'))).toHaveLength(1);
    expect(dockerfileFor(files)).not.toContain('bin/boot');
  });
});
