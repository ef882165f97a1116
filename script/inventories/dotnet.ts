import semver from 'semver';
import { fetchText, type InventorySource } from './source.ts';

/** The build writes outside the app's folder, which SDKs before this one cannot. */
const oldestMajor = 8;

interface Index {
  readonly 'releases-index': readonly { readonly 'channel-version': string }[];
}

interface Channel {
  readonly releases: readonly { readonly sdks?: readonly Sdk[] }[];
}

interface Sdk {
  readonly version: string;
  readonly files: readonly { readonly name: string; readonly hash: string }[];
}

/** The SDKs in the release metadata of .NET (https://github.com/dotnet/core/tree/main/release-notes). */
const dotnet: InventorySource = {
  mirror: 'https://builds.dotnet.microsoft.com/dotnet/release-metadata',
  async published(mirror) {
    const index: Index = JSON.parse(await fetchText(`${mirror}/releases-index.json`));
    const channels = index['releases-index']
      .map((channel) => channel['channel-version'])
      .filter((version) => Number.parseInt(version, 10) >= oldestMajor);
    const checksums: Record<string, string> = {};
    for (const channel of channels) {
      Object.assign(checksums, await checksumsOf(`${mirror}/${channel}/releases.json`));
    }
    return Object.fromEntries(
      Object.entries(checksums).sort(([one], [other]) => semver.rcompare(one, other)),
    );
  },
};

export default dotnet;

async function checksumsOf(url: string): Promise<Record<string, string>> {
  const { releases }: Channel = JSON.parse(await fetchText(url));
  const sdks = releases.flatMap((release) => release.sdks ?? []);
  const checksums: Record<string, string> = {};
  for (const { version, files } of sdks) {
    const archive = files.find(({ name }) => name === 'dotnet-sdk-linux-x64.tar.gz');
    if (archive === undefined || !/^\d+\.\d+\.\d+$/.test(version)) continue;
    if (!/^[0-9a-f]{128}$/i.test(archive.hash))
      throw new Error(`No checksum of ${version} at ${url}`);
    checksums[version] = archive.hash.toLowerCase();
  }
  return checksums;
}
