import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stackSuite, unpackDebian } from '../packages/debian.ts';
import {
  archiveFolder,
  herokuArchive,
  herokuPrefix,
  herokuRepository,
  makersVersion,
  place,
  writeProgram,
} from '../packages/heroku-php.ts';
import type { Packer } from './packer.ts';

/** Composer where Heroku has it (heroku-buildpack-php, support/build/composer). */
const composer: Packer = {
  vendor: herokuRepository,
  defaultVersion: '2',
  resolve: () => makersVersion('composer'),
  download: (version) => ({
    path: herokuArchive('composer', version),
    withoutTopFolder: true,
    assemble: assembleComposer,
  }),
};

export default composer;

/** Composer, and the libraries that its makers' single file has inside. */
const packages = [
  ...['composer', 'jsonlint', 'php-enum', 'php-json-schema', 'php-psr-container', 'php-psr-log'],
  ...['php-react-promise', 'php-seld-signal-handler'],
  ...[
    'ca-bundle',
    'class-map-generator',
    'metadata-minifier',
    'pcre',
    'semver',
    'spdx-licenses',
  ].map((name) => `php-composer-${name}`),
  'php-composer-xdebug-handler',
  ...[
    'console',
    'deprecation-contracts',
    'filesystem',
    'finder',
    'process',
    'service-contracts',
  ].map((name) => `php-symfony-${name}`),
  'php-symfony-string',
];

function assembleComposer(work: string): string {
  const debian = join(work, 'debian');
  unpackDebian(stackSuite, packages, debian);
  const archive = archiveFolder(work);
  place(join(debian, 'usr/share/php'), join(archive, 'share/php'));
  place(join(debian, 'usr/bin/composer'), join(archive, 'share/composer/composer'));
  move(archive);
  // The makers' file has replacements for these two inside, which Debian leaves to the extensions.
  writeProgram(join(archive, 'bin/composer'), [
    `missing="$(php -r 'foreach (["mbstring", "intl"] as $name)`,
    `  if (!extension_loaded($name)) echo "-d extension=$name ";')"`,
    `exec php $missing ${herokuPrefix}/share/composer/composer "$@"`,
  ]);
  return archive;
}

/** Debian's libraries name each other by where Debian has them. */
function move(archive: string): void {
  const share = join(archive, 'share');
  for (const entry of readdirSync(share, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/(\.php|^composer)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const text = readFileSync(file, 'utf8');
    const moved = text
      .replaceAll('/usr/share/php/', `${herokuPrefix}/share/php/`)
      .replaceAll("__DIR__ . '/../share/php/", "__DIR__ . '/../php/");
    if (moved !== text) writeFileSync(file, moved);
  }
}
