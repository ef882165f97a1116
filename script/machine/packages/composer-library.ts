import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Packer } from '../runtimes/packer.ts';
import { stackSuite, unpackDebian } from './debian.ts';
import { makersVersion, place } from './heroku-php.ts';

interface ComposerLibrary {
  readonly name: string;
  /** Its archive at its makers'. */
  readonly vendor: string;
  /** Debian's package. */
  readonly package_: string;
  /** Where the package has the library's source. */
  readonly from: string;
  /** Where its makers have it. */
  readonly to: string;
}

/** A PHP library from Debian's package of it, in a ZIP archive as Composer downloads one. */
export function composerLibrary({ name, vendor, package_, from, to }: ComposerLibrary): Packer {
  return {
    vendor,
    defaultVersion: '3',
    resolve: () => makersVersion(package_),
    download: (version) => ({
      path: `${name}-${version}.zip`,
      assemble(work) {
        const folder = join(work, `${name}-${version}`);
        unpackDebian(stackSuite, [package_], join(work, 'debian'));
        place(join(work, 'debian', from), join(folder, to));
        rmSync(join(folder, to, 'autoload.php')); // Debian's own; Composer writes one.
        return folder;
      },
    }),
  };
}
