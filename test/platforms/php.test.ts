import { describe, expect, it } from 'vitest';
import { detectPlatform } from '../../src/platforms/index.ts';
import { php } from '../../src/platforms/php/index.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';
import { dockerfileFor, instructionsOf, triggersOf } from './dockerfile.ts';

type Fields = Readonly<Record<string, unknown>>;

const json = (fields: Fields) => JSON.stringify(fields, null, 4);
const composer = (require: Fields, fields: Fields = {}) => ({
  'composer.json': json({ require, ...fields }),
});
const locked = (...packages: readonly Fields[]) => ({ 'composer.lock': json({ packages }) });
const plan = (files: Readonly<Record<string, string>>) => php.plan(makeApp(files));
const versionOf = (files: Readonly<Record<string, string>>) =>
  / PHP (\S+)/.exec(` ${plan(files).summary}`)?.[1];

describe('an app is PHP’s', () => {
  it.each(['composer.json', 'index.php'])('that has %s', (name) => {
    expect(detectPlatform(makeApp({ [name]: '{}' })).name).toBe('php');
  });

  it('whose assets are built with Node.js', () => {
    const files = { 'composer.json': '{}', 'package.json': manifestText() };
    expect(detectPlatform(makeApp(files)).name).toBe('php');
  });

  it('and runs behind Apache where no Procfile says otherwise', () => {
    expect(php.defaultProcessTypes(makeApp())).toEqual({ web: 'heroku-php-apache2' });
  });
});

describe('the version', () => {
  it('is the default’s where nothing asks for one', () => {
    const { reason } = plan({ 'index.php': '' });
    expect(reason).toMatch(/^PHP 8\.5\.\d+ \(the default\)$/);
  });

  it('is the newest that composer.json takes', () => {
    const files = composer({ php: '~8.3.1' });
    expect(versionOf(files)).toMatch(/^8\.3\.\d+$/);
    expect(plan(files).reason).toContain('composer.json asks for php ~8.3.1');
  });

  it('is one that the locked libraries take as well', () => {
    const library = { name: 'a/b', version: '1.0.0', require: { php: '>=8.1 <8.3' } };
    expect(versionOf({ ...composer({ php: '^8.1' }), ...locked(library) })).toMatch(/^8\.2\./);
    const files = { ...composer({}), ...locked(library) };
    expect(versionOf(files)).toMatch(/^8\.2\./);
    expect(plan(files).reason).toContain('the libraries in composer.lock take it');
  });

  it('that gets no security fixes any more is warned of', () => {
    expect(plan(composer({ php: '8.1.*' })).warnings).toEqual([
      {
        message: expect.stringContaining('PHP 8.1 gets no security fixes'),
        location: { file: 'composer.json', line: 3 },
      },
    ]);
  });

  it('that is not known is refused with the nearest', () => {
    const error = refusalOf(() => plan(composer({ php: '^7.4' })));
    expect(error.message).toContain('require.php is "^7.4", but no such PHP release is known here');
    expect(error.message).toMatch(/the nearest is 8\.5\.\d+/);
    expect(error.location).toEqual({ file: 'composer.json', line: 3 });
  });

  it('is refused where the app and a library take no common one', () => {
    const library = { name: 'a/b', version: '1.0.0', require: { php: '<8.2' } };
    const error = refusalOf(() => plan({ ...composer({ php: '^8.2' }), ...locked(library) }));
    expect(error.message).toContain('No PHP release that is known here meets all of ^8.2, <8.2');
  });

  it('is refused where its constraint is none', () => {
    const error = refusalOf(() => plan(composer({ php: 'newest' })));
    expect(error.message).toContain('"newest", which is no version constraint');
  });
});

describe('composer.json', () => {
  it('may be empty', () => {
    expect(versionOf({ 'composer.json': '' })).toMatch(/^8\.5\./);
  });

  it.each(['{', '[]', '"text"'])('that is %j is refused', (text) => {
    expect(refusalOf(() => plan({ 'composer.json': text })).message).toMatch(/^composer\.json /);
  });

  it('beside a package.json with assets to build is warned of', () => {
    const assets = { 'package.json': manifestText({ scripts: { build: 'vite build' } }) };
    expect(plan({ 'composer.json': '{}', ...assets }).warnings).toEqual([
      {
        message: expect.stringContaining('The script "build" is not run'),
        location: { file: 'package.json' },
      },
    ]);
    expect(plan({ 'composer.json': '{}', 'package.json': manifestText() }).warnings).toEqual([]);
  });

  it('with libraries and no composer.lock is warned of', () => {
    const { warnings } = plan(composer({ 'a/b': '^1.0' }));
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('There is no composer.lock'),
    ]);
  });
});

const triggers = (files: Readonly<Record<string, string>>) => triggersOf(dockerfileFor(files));
const base = (files: Readonly<Record<string, string>>) =>
  instructionsOf(dockerfileFor(files)).filter((line) => !line.startsWith('ONBUILD'));

describe('the Dockerfile', () => {
  it('installs libraries from the two files of Composer’s, and all else with the source', () => {
    expect(triggers({ ...composer({}), ...locked() })).toEqual([
      'COPY --chown=1000:1000 composer.json composer.lock ./',
      'RUN composer install --no-dev --prefer-dist --no-progress --no-autoloader --no-scripts',
      'COPY --chown=1000:1000 . ./',
      'RUN composer install --no-dev --prefer-dist --no-progress --optimize-autoloader',
    ]);
  });

  it('needs no Composer for an index.php alone', () => {
    expect(triggers({ 'index.php': '' })).toEqual(['COPY --chown=1000:1000 . ./']);
    expect(base({ 'index.php': '' }).join('\n')).not.toContain('COMPOSER_VERSION');
  });

  it('runs the script "compile" as Heroku’s buildpack does', () => {
    const files = composer({}, { scripts: { compile: 'php build.php' } });
    expect(triggers(files).at(-1)).toContain(
      '--optimize-autoloader && composer run-script --no-dev compile',
    );
  });

  it.each([
    ['a dependency is part of the app', {}, { repositories: [{ type: 'path', url: 'libs/*' }] }],
    ['its libraries are patched', { 'cweagans/composer-patches': '^1.7' }, {}],
  ])('has the source first where %s', (because, require, fields) => {
    const files = composer(require, fields);
    expect(dockerfileFor(files)).toContain(`It comes before its dependencies, because ${because}.`);
    expect(triggers(files)).toHaveLength(2);
  });

  it('takes the secret of private repositories', () => {
    expect(dockerfileFor(composer({}))).toContain(
      '--mount=type=secret,id=COMPOSER_AUTH,env=COMPOSER_AUTH',
    );
  });

  it('has the web servers where Procfiles of some age call them', () => {
    const files = { ...composer({}), Procfile: 'web: vendor/bin/heroku-php-nginx\n' };
    expect(triggers(files).at(-1)).toContain('/app/heroku/php/bin/heroku-php-* vendor/bin/');
    const moved = {
      ...composer({}, { config: { 'vendor-dir': './libs/' } }),
      Procfile: 'web: libs/bin/heroku-php-nginx\n',
    };
    expect(triggers(moved).at(-1)).toContain('/app/heroku/php/bin/heroku-php-* libs/bin/');
    expect(dockerfileFor(moved)).toContain(`<Directory "\${HEROKU_APP_DIR}/libs">`);
  });
});

describe('extensions', () => {
  const extensionsOf = (files: Readonly<Record<string, string>>) =>
    /printf 'extension=%s\.so\\n' (.*?) >/.exec(dockerfileFor(files))?.[1];

  it('that come with PHP are loaded where the app or a library asks for them', () => {
    const library = { name: 'a/b', version: '1.0.0', require: { 'ext-gd': '*', 'ext-json': '*' } };
    const files = { ...composer({ 'ext-mbstring': '*' }), ...locked(library) };
    expect(extensionsOf(files)).toBe('gd mbstring');
    expect(plan(files).reason).toContain('; extensions: gd, mbstring');
  });

  it('are loaded by nobody where nobody asks', () => {
    expect(extensionsOf(composer({ 'ext-json': '*' }))).toBeUndefined();
  });

  it('with an archive of their own are fetched for the version of PHP', () => {
    const files = composer({ php: '~8.4.1', 'ext-redis': '*' });
    expect(extensionsOf(files)).toBe('redis');
    expect(base(files).join('\n')).toContain(
      `-stable/extensions/no-debug-non-zts-20240924/redis-\${EXT_REDIS_VERSION}.tar.gz`,
    );
  });

  it('come after those that they need', () => {
    expect(extensionsOf(composer({ 'ext-pq': '*' }))).toBe('raphf pq');
  });

  it('that left PHP with a release are fetched from then on', () => {
    const archive = 'EXT_IMAP_VERSION';
    const older = composer({ php: '~8.3.1', 'ext-imap': '*' });
    const newer = composer({ php: '~8.4.1', 'ext-imap': '*' });
    expect([extensionsOf(older), extensionsOf(newer)]).toEqual(['imap', 'imap']);
    expect(dockerfileFor(older)).not.toContain(archive);
    expect(dockerfileFor(newer)).toContain(archive);
  });
});
