// Brings src/platforms/node/inventory.json up to date with what Node.js has published:
//
//   node script/refresh-inventory.ts
//
// NODE_MIRROR names another server with the same layout. Every checksum is read anew, so that a run
// also proves the ones that are there; one that differs ends the run, since releases never change.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import semver from 'semver';

const mirror = process.env['NODE_MIRROR'] || 'https://nodejs.org/download/release';
const inventoryPath = join(import.meta.dirname, '../src/platforms/node/inventory.json');

/** Older release lines are of no use: stack heroku-22, the oldest, came out with Node.js 18. */
const oldestMajor = 18;
const requestsAtATime = 10;

type Inventory = Record<string, string>;

async function main(): Promise<void> {
  const known: Inventory = JSON.parse(await readFile(inventoryPath, 'utf8'));
  const published = await publishedVersions();
  const inventory: Inventory = {};
  for (let start = 0; start < published.length; start += requestsAtATime) {
    const versions = published.slice(start, start + requestsAtATime);
    const checksums = await Promise.all(versions.map(checksumOf));
    for (const [index, version] of versions.entries()) {
      inventory[version] = unchanged(version, checksums[index] ?? '', known[version]);
    }
  }
  await writeFile(inventoryPath, `${JSON.stringify(inventory, null, 2)}\n`);
  const added = published.filter((version) => known[version] === undefined);
  process.stdout.write(`${published.length} versions, new: ${added.join(', ') || 'none'}\n`);
}

/** Newest first, those alone that have an archive for dynos. */
async function publishedVersions(): Promise<string[]> {
  const releases: { version: string; files: string[] }[] = JSON.parse(
    await fetchText('index.json'),
  );
  return releases
    .filter(({ files }) => files.includes('linux-x64'))
    .map(({ version }) => version.replace(/^v/, ''))
    .filter((version) => semver.major(version) >= oldestMajor)
    .sort(semver.rcompare);
}

async function checksumOf(version: string): Promise<string> {
  const archive = `node-v${version}-linux-x64.tar.gz`;
  const lines = (await fetchText(`v${version}/SHASUMS256.txt`)).split('\n');
  const line = lines.find((candidate) => candidate.endsWith(`  ${archive}`));
  const checksum = line?.split(' ')[0] ?? '';
  if (!/^[0-9a-f]{64}$/.test(checksum)) throw new Error(`No checksum of ${archive} at ${mirror}`);
  return checksum;
}

function unchanged(version: string, checksum: string, known: string | undefined): string {
  if (known !== undefined && known !== checksum) {
    throw new Error(`Node.js ${version} has checksum ${checksum}; the inventory has ${known}`);
  }
  return checksum;
}

async function fetchText(path: string): Promise<string> {
  const response = await fetch(`${mirror}/${path}`);
  if (!response.ok) throw new Error(`${mirror}/${path} answered ${response.status}`);
  return await response.text();
}

await main();
