import { join } from 'node:path';
import { run } from './command.ts';

/** The Debian release that the stand-ins for Heroku's stack images are made of. */
export const stackSuite = 'trixie';

/** What their /etc/os-release has for `VERSION_ID`, where Heroku's own have `24.04`. */
export const stackVersion = '13';

/**
 * Unpacks Debian packages into a folder: their files alone, without what they depend on and without
 * their scripts.
 */
export function unpackDebian(suite: string, packages: readonly string[], folder: string): void {
  run(join(import.meta.dirname, '../debian-packages'), ['unpack', suite, folder, ...packages]);
}

/** The version of a Debian package, such as `21.0.9+10-1~deb13u1`. */
export function debianVersion(suite: string, name: string): string {
  return run(join(import.meta.dirname, '../debian-packages'), ['version', suite, name]).trim();
}

/**
 * Unpacks what upstream released and a Debian package is made of.
 * @returns whether Debian's mirror has it: some keep no sources, or not all.
 */
export function unpackDebianSource(suite: string, name: string, folder: string): boolean {
  try {
    run(join(import.meta.dirname, '../debian-packages'), ['source', suite, folder, name]);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a program of unpacked packages, with the loader and the libraries that were unpacked beside
 * it: this machine may have older ones.
 */
export function runUnpacked(root: string, program: string, args: readonly string[]): string {
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  const loader = join(libraries, 'ld-linux-x86-64.so.2');
  return run(loader, ['--library-path', libraries, join(root, program), ...args]);
}
