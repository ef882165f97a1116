import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stackSuite, unpackDebian } from '../packages/debian.ts';
import {
  archiveFolder,
  herokuArchive,
  herokuRepository,
  makersVersion,
  place,
} from '../packages/heroku-php.ts';
import type { Packer } from './packer.ts';

/** nginx as Heroku lays it out for PHP (heroku-buildpack-php, support/build/nginx). */
const nginx: Packer = {
  vendor: herokuRepository,
  defaultVersion: '1',
  resolve: () => makersVersion('nginx'),
  download: (version) => ({
    path: herokuArchive('nginx', version),
    withoutTopFolder: true,
    assemble: assembleNginx,
  }),
};

export default nginx;

function assembleNginx(work: string): string {
  const debian = join(work, 'debian');
  unpackDebian(stackSuite, ['nginx', 'nginx-common'], debian);
  const archive = archiveFolder(work);
  place(join(debian, 'usr/sbin/nginx'), join(archive, 'sbin/nginx'));
  for (const name of ['mime.types', 'fastcgi_params']) {
    place(join(debian, 'etc/nginx', name), join(archive, 'etc/nginx', name));
  }
  mkdirSync(join(archive, 'var/run/nginx'), { recursive: true });
  mkdirSync(join(archive, 'var/log/nginx'), { recursive: true });
  return archive;
}
