import semver from 'semver';
import { fetchText, type InventorySource } from './source.ts';

/**
 * sbt's launcher, which starts any other version: the newest is enough. That of sbt 2 would not run
 * on the older Javas that sbt 1 takes.
 */
const launcherRange = '1.x';

const scala: InventorySource = {
  mirror: 'https://repo.maven.apache.org/maven2/org/scala-sbt/sbt-launch',
  async published(mirror) {
    const metadata = await fetchText(`${mirror}/maven-metadata.xml`);
    const versions = [...metadata.matchAll(/<version>([^<]+)<\/version>/g)].map(
      ([, version = '']) => version,
    );
    const newest = semver.maxSatisfying(versions, launcherRange);
    if (newest === null) throw new Error(`No launcher ${launcherRange} at ${mirror}`);
    return { [newest]: await checksumOf(mirror, newest) };
  },
};

export default scala;

async function checksumOf(mirror: string, version: string): Promise<string> {
  const file = `${version}/sbt-launch-${version}.jar.sha1`;
  const checksum = (await fetchText(`${mirror}/${file}`)).trim();
  if (!/^[0-9a-f]{40}$/.test(checksum)) throw new Error(`No checksum in ${file} at ${mirror}`);
  return checksum;
}
