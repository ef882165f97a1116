import semver from 'semver';
import { fetchText, type InventorySource } from './source.ts';

/** Leiningen's releases. GitHub has made a SHA-256 of each file since mid 2025; older ones have none. */
const clojure: InventorySource = {
  mirror: 'https://api.github.com/repos/technomancy/leiningen',
  async published(mirror) {
    const releases: Release[] = JSON.parse(await fetchText(`${mirror}/releases?per_page=100`));
    const checksums = releases.flatMap((release) => {
      const digest = digestOf(release);
      return digest === undefined ? [] : [[release.tag_name, digest] as const];
    });
    return Object.fromEntries(checksums.sort(([one], [other]) => semver.rcompare(one, other)));
  },
};

export default clojure;

/** What counts of https://docs.github.com/rest/releases/releases#list-releases. */
interface Release {
  readonly tag_name: string;
  readonly assets: readonly { readonly name: string; readonly digest: string | null }[];
}

function digestOf({ tag_name: version, assets }: Release): string | undefined {
  if (semver.prerelease(version) !== null || semver.valid(version) === null) return undefined;
  const jar = assets.find(({ name }) => name === `leiningen-${version}-standalone.jar`);
  return /^sha256:([0-9a-f]{64})$/.exec(jar?.digest ?? '')?.[1];
}
