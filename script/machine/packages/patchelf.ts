import { join } from 'node:path';
import { run } from './command.ts';
import { stackSuite, unpackDebian } from './debian.ts';

/**
 * Sets where a program looks for its libraries, with patchelf. That comes from Debian too, with its
 * own C library: the machine's may be older.
 * @param work a folder for it, which is left as it is.
 */
export function setLibraryPath(work: string, program: string, path: string): void {
  const tools = join(work, 'patchelf');
  unpackDebian(stackSuite, ['patchelf', 'libc6', 'libgcc-s1', 'libstdc++6'], tools);
  run(join(tools, 'usr/lib64/ld-linux-x86-64.so.2'), [
    ...['--library-path', join(tools, 'usr/lib/x86_64-linux-gnu')],
    join(tools, 'usr/bin/patchelf'),
    ...['--set-rpath', path, program],
  ]);
}
