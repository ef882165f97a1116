import { chmodSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { newestOnPypi, unpackFromPypi } from '../packages/pypi.ts';
import type { Packer } from './packer.ts';

const name = 'uv-x86_64-unknown-linux-gnu';

/** uv, as its vendor lays it out at https://releases.astral.sh/github/uv/releases/download. */
const uv: Packer = {
  vendor: `https://releases.astral.sh/github/uv/releases/download/0.12.16/${name}.tar.gz`,
  defaultVersion: '0.12',
  resolve: (version) => newestOnPypi('uv', version),
  download: (version) => ({
    path: `${version}/${name}.tar.gz`,
    assemble: (work) => assembleUv(version, join(work, 'wheel'), join(work, name)),
  }),
};

export default uv;

/** The vendor's archive has two programs, and so has its wheel, in the folder for scripts. */
function assembleUv(version: string, wheel: string, folder: string): string {
  unpackFromPypi('uv', version, wheel);
  mkdirSync(folder);
  for (const program of ['uv', 'uvx']) {
    renameSync(join(wheel, `uv-${version}.data/scripts`, program), join(folder, program));
    chmodSync(join(folder, program), 0o755);
  }
  return folder;
}
