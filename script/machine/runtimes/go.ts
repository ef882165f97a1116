import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderOfGo, newestGo } from '../packages/go.ts';
import type { Packer } from './packer.ts';

/** What of Go a build needs: not its own tests, nor the documentation. */
const parts = ['LICENSE', 'VERSION', 'bin', 'go.env', 'lib', 'pkg', 'src'];

/** Go, as its vendor lays it out at https://dl.google.com/go. */
const go: Packer = {
  vendor: 'https://dl.google.com/go/go1.26.5.linux-amd64.tar.gz',
  defaultVersion: '1.26',
  resolve: newestGo,
  download: (version) => ({
    path: `go${version}.linux-amd64.tar.gz`,
    assemble: (work) => assembleGo(version, join(work, 'go')),
  }),
};

export default go;

function assembleGo(version: string, folder: string): string {
  const original = folderOfGo(version);
  mkdirSync(folder);
  for (const part of parts) {
    cpSync(join(original, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
  }
  return folder;
}
