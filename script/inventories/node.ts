import semver from 'semver';
import { fetchText, type InventorySource } from './source.ts';

/** Older release lines are of no use: stack heroku-22, the oldest, came out with Node.js 18. */
const oldestMajor = 18;
const requestsAtATime = 10;

const node: InventorySource = {
  mirror: 'https://nodejs.org/download/release',
  async published(mirror) {
    const versions = await publishedVersions(mirror);
    const checksums: Record<string, string> = {};
    for (let start = 0; start < versions.length; start += requestsAtATime) {
      const some = versions.slice(start, start + requestsAtATime);
      const found = await Promise.all(some.map((version) => checksumOf(mirror, version)));
      for (const [index, version] of some.entries()) checksums[version] = found[index] ?? '';
    }
    return checksums;
  },
};

export default node;

async function publishedVersions(mirror: string): Promise<string[]> {
  const releases: { version: string; files: string[] }[] = JSON.parse(
    await fetchText(`${mirror}/index.json`),
  );
  return releases
    .filter(({ files }) => files.includes('linux-x64'))
    .map(({ version }) => version.replace(/^v/, ''))
    .filter((version) => semver.major(version) >= oldestMajor)
    .sort(semver.rcompare);
}

async function checksumOf(mirror: string, version: string): Promise<string> {
  const archive = `node-v${version}-linux-x64.tar.gz`;
  const lines = (await fetchText(`${mirror}/v${version}/SHASUMS256.txt`)).split('\n');
  const line = lines.find((candidate) => candidate.endsWith(`  ${archive}`));
  const checksum = line?.split(' ')[0] ?? '';
  if (!/^[0-9a-f]{64}$/.test(checksum)) throw new Error(`No checksum of ${archive} at ${mirror}`);
  return checksum;
}
