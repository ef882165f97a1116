import semver from 'semver';
import { fetchText, type InventorySource } from './source.ts';

/** The oldest release of interest: modules need no more than that, and few apps are so old. */
const oldest = '1.20.14';

interface Release {
  /** `go1.26.5` */
  readonly version: string;
  readonly files: readonly {
    readonly os: string;
    readonly arch: string;
    readonly kind: string;
    readonly sha256: string;
  }[];
}

/** The list of releases that https://go.dev/dl shows (https://pkg.go.dev/golang.org/x/website/internal/dl). */
const go: InventorySource = {
  mirror: 'https://go.dev/dl',
  async published(mirror) {
    const releases: Release[] = JSON.parse(await fetchText(`${mirror}/?mode=json&include=all`));
    const checksums = releases.flatMap(({ version, files }): [string, string][] => {
      const number = version.replace(/^go/, '');
      const archive = files.find(
        ({ os, arch, kind }) => os === 'linux' && arch === 'amd64' && kind === 'archive',
      );
      const isKept = semver.valid(number) !== null && semver.gte(number, oldest);
      return isKept && archive !== undefined ? [[number, archive.sha256]] : [];
    });
    return Object.fromEntries(checksums.sort(([one], [other]) => semver.rcompare(one, other)));
  },
};

export default go;
