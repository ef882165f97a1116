import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stackSuite, unpackDebian } from '../packages/debian.ts';
import {
  archiveFolder,
  herokuArchive,
  herokuPrefix,
  herokuRepository,
  makersVersion,
  place,
  write,
  writeProgram,
} from '../packages/heroku-php.ts';
import { setLibraryPath } from '../packages/patchelf.ts';
import type { Packer } from './packer.ts';

/** PHP as Heroku lays it out (heroku-buildpack-php, support/build/php), from Debian's packages. */
const php: Packer = {
  vendor: herokuRepository,
  defaultVersion: '8.4',
  resolve: () => makersVersion('php8.4-cli'),
  download: (version) => ({
    path: herokuArchive('php', version),
    withoutTopFolder: true,
    assemble: assemblePhp,
  }),
};

export default php;

const packages = ['cli', 'fpm', 'common', 'opcache', 'readline', 'curl', 'intl', 'mbstring'];
const morePackages = ['xml', 'zip', 'bcmath', 'sqlite3'];

/**
 * Compiled into Heroku's PHP, libraries of their own in Debian's. A name comes after those it needs.
 */
const compiledIn = [
  ...['ctype', 'curl', 'fileinfo', 'iconv', 'pdo', 'phar', 'posix', 'readline', 'sockets'],
  ...['tokenizer', 'xml', 'dom', 'simplexml', 'xmlreader', 'xmlwriter', 'zip'],
];

function assemblePhp(work: string): string {
  const debian = join(work, 'debian');
  const names = [...packages, ...morePackages].map((name) => `php8.4-${name}`);
  unpackDebian(stackSuite, [...names, 'libapparmor1'], debian);
  const archive = archiveFolder(work);
  const [api = ''] = readdirSync(join(debian, 'usr/lib/php')).filter((name) =>
    /^\d{8}$/.test(name),
  );
  const extensions = `lib/php/extensions/no-debug-non-zts-${api}`;
  place(join(debian, 'usr/lib/php', api), join(archive, extensions));
  place(join(debian, 'usr/lib/php/8.4/php.ini-production'), join(archive, 'etc/php/php.ini'));
  write(join(archive, 'etc/php/conf.d/000-heroku.ini'), settings(extensions));
  write(join(archive, 'etc/php/conf.d/010-ext-zend_opcache.ini'), [
    'zend_extension=opcache.so',
    'opcache.enable_cli=1',
    'opcache.validate_timestamps=0',
  ]);
  placeProgram(join(debian, 'usr/bin/php8.4'), archive, 'bin/php');
  placeProgram(join(debian, 'usr/sbin/php-fpm8.4'), archive, 'sbin/php-fpm');
  addLibrary(work, debian, archive);
  return archive;
}

/** Heroku's settings for PHP 8.4, and what makes up for Debian's build. */
function settings(extensions: string): string[] {
  return [
    'date.timezone = UTC',
    'error_reporting = E_ALL',
    'expose_php = Off',
    'short_open_tag = On',
    'user_ini.cache_ttl = 86400',
    'variables_order = EGPCS',
    `extension_dir = ${herokuPrefix}/${extensions}`,
    ...compiledIn.map((name) => `extension=${name}.so`),
  ];
}

/** Debian's programs look for their settings in /etc unless these variables say otherwise. */
function placeProgram(from: string, archive: string, to: string): void {
  const real = to.replace(/.*\//, 'libexec/');
  place(from, join(archive, real));
  writeProgram(join(archive, to), [
    `export PHPRC="\${PHPRC-${herokuPrefix}/etc/php}"`,
    `export PHP_INI_SCAN_DIR="\${PHP_INI_SCAN_DIR-${herokuPrefix}/etc/php/conf.d}"`,
    `exec ${herokuPrefix}/${real} "$@"`,
  ]);
}

/** Only Debian's PHP-FPM needs it, so that the stack has none. */
function addLibrary(work: string, debian: string, archive: string): void {
  const folder = 'usr/lib/x86_64-linux-gnu';
  const name = 'libapparmor.so.1';
  const [file = ''] = readdirSync(join(debian, folder)).filter((each) =>
    each.startsWith(`${name}.`),
  );
  place(join(debian, folder, file), join(archive, 'lib', name));
  setLibraryPath(work, join(archive, 'libexec/php-fpm'), '$ORIGIN/../lib');
}
