import semver from 'semver';
import { fetchText, type InventorySource } from './source.ts';

interface Release {
  /** `v2.11.6` */
  readonly tag_name: string;
  readonly prerelease: boolean;
  readonly assets: readonly { readonly name: string; readonly digest: string | null }[];
}

/**
 * Caddy's releases on GitHub, which says the SHA-256 of each file
 * (https://docs.github.com/en/rest/releases/releases); Caddy's own lists are of SHA-512.
 */
const caddy: InventorySource = {
  mirror: 'https://api.github.com/repos/caddyserver/caddy/releases',
  async published(mirror) {
    const releases: Release[] = JSON.parse(await fetchText(`${mirror}?per_page=100`));
    const checksums = releases.flatMap((release): [string, string][] => {
      const version = release.tag_name.replace(/^v/, '');
      const name = `caddy_${version}_linux_amd64.tar.gz`;
      const digest = release.assets.find((asset) => asset.name === name)?.digest;
      const [, checksum] = /^sha256:([0-9a-f]{64})$/.exec(digest ?? '') ?? [];
      return release.prerelease || checksum === undefined ? [] : [[version, checksum]];
    });
    return Object.fromEntries(checksums.sort(([one], [other]) => semver.rcompare(one, other)));
  },
};

export default caddy;
