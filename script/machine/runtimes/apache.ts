import { mkdirSync, readdirSync, realpathSync } from 'node:fs';
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
} from '../packages/heroku-php.ts';
import { setLibraryPath } from '../packages/patchelf.ts';
import type { Packer } from './packer.ts';

/** Apache as Heroku lays it out for PHP (heroku-buildpack-php, support/build/apache). */
const apache: Packer = {
  vendor: herokuRepository,
  defaultVersion: '2.4',
  resolve: () => makersVersion('apache2-bin'),
  download: (version) => ({
    path: herokuArchive('apache', version),
    withoutTopFolder: true,
    assemble: assembleApache,
  }),
};

export default apache;

/** What Heroku's httpd.conf loads and Debian has as files; the rest is compiled in there. */
const modules = [
  ...['mpm_event', 'authn_file', 'authn_core', 'authz_host', 'authz_groupfile', 'authz_user'],
  ...['authz_core', 'access_compat', 'auth_basic', 'reqtimeout', 'filter', 'deflate', 'mime'],
  ...['env', 'expires', 'headers', 'setenvif', 'remoteip', 'proxy', 'proxy_http', 'proxy_fcgi'],
  ...['status', 'autoindex', 'dir', 'alias', 'rewrite'],
];

function assembleApache(work: string): string {
  const debian = join(work, 'debian');
  const names = ['apache2-bin', 'libapr1t64', 'libaprutil1t64', 'media-types'];
  unpackDebian(stackSuite, names, debian);
  const archive = archiveFolder(work);
  place(join(debian, 'usr/sbin/apache2'), join(archive, 'sbin/httpd'));
  for (const name of modules) {
    const file = `mod_${name}.so`;
    place(join(debian, 'usr/lib/apache2/modules', file), join(archive, 'libexec', file));
  }
  place(join(debian, 'etc/mime.types'), join(archive, 'etc/apache2/mime.types'));
  write(join(archive, 'etc/apache2/httpd.conf'), httpdConfiguration());
  for (const name of ['log', 'run']) {
    mkdirSync(join(archive, 'var/apache2', name), { recursive: true });
  }
  addLibraries(debian, archive);
  setLibraryPath(work, join(archive, 'sbin/httpd'), `${herokuPrefix}/lib`);
  return archive;
}

/** The part of Heroku's that decides what the boot script's own settings find. */
function httpdConfiguration(): string[] {
  return [
    `ServerRoot "${herokuPrefix}/"`,
    ...modules.map((name) => `LoadModule ${name}_module libexec/mod_${name}.so`),
    'User daemon',
    'Group daemon',
    'ServerName localhost',
    '<Directory />',
    '    AllowOverride none',
    '    Require all denied',
    '</Directory>',
    'DirectoryIndex index.html',
    'ErrorLog "var/apache2/log/error_log"',
    'LogLevel warn',
    'TypesConfig etc/apache2/mime.types',
  ];
}

/** Heroku's are built with Apache, so that the stack has none. */
function addLibraries(debian: string, archive: string): void {
  const folder = join(debian, 'usr/lib/x86_64-linux-gnu');
  for (const name of readdirSync(folder)) {
    if (!/^libapr(util)?-1\.so\.0$/.test(name)) continue;
    place(realpathSync(join(folder, name)), join(archive, 'lib', name));
  }
}
