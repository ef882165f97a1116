import { join } from 'node:path';
import { debianVersion, stackSuite, unpackDebian } from '../packages/debian.ts';
import type { Packer } from './packer.ts';

/**
 * Leiningen in one jar, as its vendor offers it at
 * https://github.com/technomancy/leiningen/releases/download. Debian has one version, in such a jar.
 */
const lein: Packer = {
  vendor:
    'https://github.com/technomancy/leiningen/releases/download/2.12.0/leiningen-2.12.0-standalone.jar',
  defaultVersion: '2',
  resolve: () => debianVersion(stackSuite, 'leiningen').split('-')[0] ?? '',
  download: (version) => ({
    path: `${version}/leiningen-${version}-standalone.jar`,
    assemble: (work) => {
      unpackDebian(stackSuite, ['leiningen'], work);
      return join(work, `usr/share/java/leiningen-${version}.jar`);
    },
  }),
};

export default lein;
