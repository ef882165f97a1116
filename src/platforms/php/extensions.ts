import semver from 'semver';
import type { Manifest } from './manifest.ts';

/** Extensions that the app and its libraries ask for, and that have to be loaded. */
export interface Extensions {
  /** Those with an archive of their own, in the order in which PHP is to load them. */
  readonly archives: readonly { readonly name: string; readonly version: string }[];
  /** All, by the name of their library: `mbstring`. */
  readonly loaded: readonly string[];
}

/**
 * Built with PHP as libraries of their own; all others that come with PHP are compiled in, and a
 * composer.json that asks for them asks for nothing more (heroku-buildpack-php, support/build/php).
 */
const builtWithPhp = [
  ...['bcmath', 'calendar', 'exif', 'ftp', 'gd', 'gettext', 'gmp', 'imap', 'intl', 'ldap'],
  ...['mbstring', 'pcntl', 'pdo_sqlite', 'shmop', 'soap', 'sodium', 'sqlite3', 'xsl'],
];

interface Archive {
  readonly version: string;
  /** The PHP versions that it is built for; all, where it is not said. */
  readonly php?: string;
  /** Another extension that has to be loaded before it. */
  readonly after?: string;
}

/**
 * Extensions in archives of their own (heroku-buildpack-php, support/build/extensions). Those that
 * need a program beside them, or a library's archive, are not among them.
 */
const archives: Readonly<Record<string, Archive>> = {
  amqp: { version: '2.2.0' },
  apcu: { version: '5.1.28' },
  ev: { version: '1.2.2' },
  event: { version: '3.1.4' },
  grpc: { version: '1.76.0', php: '<8.5' },
  imagick: { version: '3.8.1' },
  imap: { version: '1.0.3', php: '>=8.4' }, // Until then it came with PHP.
  memcached: { version: '3.4.0' },
  mongodb: { version: '2.1.4' },
  oauth: { version: '2.0.10' },
  pcov: { version: '1.0.12' },
  phalcon: { version: '5.10.0', php: '<8.5' },
  psr: { version: '1.2.0' },
  raphf: { version: '2.0.2' },
  pq: { version: '2.2.3', after: 'raphf' },
  redis: { version: '6.3.0' },
  uuid: { version: '1.3.0' },
};

/** The version of PHP's interface for extensions, which is in their path. */
const interfaces: Readonly<Record<string, string>> = {
  '8.1': '20210902',
  '8.2': '20220829',
  '8.3': '20230831',
  '8.4': '20240924',
  '8.5': '20250925',
};

/** Those that the app's files ask for; what is neither known nor compiled in, Composer reports. */
export function chooseExtensions(manifest: Manifest, phpVersion: string): Extensions {
  const asked = new Set(
    manifest.platform.flatMap(Object.keys).flatMap((name) => {
      const [, extension] = /^ext-(.+)$/.exec(name.toLowerCase()) ?? [];
      return extension === undefined ? [] : [extension, archives[extension]?.after ?? extension];
    }),
  );
  const fetched = Object.entries(archives)
    .filter(([name, { php = '*' }]) => asked.has(name) && semver.satisfies(phpVersion, php))
    .map(([name, { version }]) => ({ name, version }));
  const names = fetched.map(({ name }) => name);
  const built = builtWithPhp.filter((name) => asked.has(name) && !names.includes(name));
  return { archives: fetched, loaded: [...built, ...names] };
}

/** Where the archive of an extension is, below the folder of the stack. */
export function archivePath(name: string, version: string, phpVersion: string): string {
  const line = phpVersion.split('.').slice(0, 2).join('.');
  return `extensions/no-debug-non-zts-${interfaces[line] ?? ''}/${name}-${version}.tar.gz`;
}
