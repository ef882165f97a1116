import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOfGoModule, installGoProgram, newestGo } from '../packages/go.ts';
import type { Packer } from './packer.ts';

const module = 'github.com/caddyserver/caddy/v2';

/** Caddy, built from its module, as its vendor lays it out in its releases on GitHub. */
const caddy: Packer = {
  vendor:
    'https://github.com/caddyserver/caddy/releases/download/v2.11.6/caddy_2.11.6_linux_amd64.tar.gz',
  defaultVersion: '2.11.6',
  resolve: (version) => version,
  download: (version) => ({
    path: `v${version}/caddy_${version}_linux_amd64.tar.gz`,
    withoutTopFolder: true,
    assemble: (work) => assembleCaddy(version, work),
  }),
};

export default caddy;

function assembleCaddy(version: string, work: string): string {
  const folder = join(work, 'caddy');
  installGoProgram(`${module}/cmd/caddy@v${version}`, newestGo('1.26'), folder);
  const source = folderOfGoModule(`${module}@v${version}`);
  for (const file of ['LICENSE', 'README.md']) {
    copyFileSync(join(source, file), join(folder, file));
  }
  return folder;
}
