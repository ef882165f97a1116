import { fetchText, type InventorySource } from './source.ts';

/** Older ones take no `--no-transfer-progress`, which the template gives. */
const wanted = /^3\.(?:6\.[1-9]|[89]\.|\d{2,}\.)\d*$/;

const maven: InventorySource = {
  mirror: 'https://repo.maven.apache.org/maven2',
  async published(mirror) {
    const folder = `${mirror}/org/apache/maven/apache-maven`;
    const metadata = await fetchText(`${folder}/maven-metadata.xml`);
    const versions = [...metadata.matchAll(/<version>([^<]+)<\/version>/g)]
      .map(([, version = '']) => version)
      .filter((version) => wanted.test(version))
      .reverse();
    const checksums = await Promise.all(
      versions.map((version) =>
        checksumAt(`${folder}/${version}/apache-maven-${version}-bin.tar.gz.sha512`),
      ),
    );
    return Object.fromEntries(versions.map((version, index) => [version, checksums[index] ?? '']));
  },
};

export default maven;

/** A few came out without one. */
async function checksumAt(url: string): Promise<string> {
  const text = await fetchText(url).catch((error: Error) => {
    if (error.message.endsWith('answered 404')) return '';
    throw error;
  });
  const checksum = text.trim();
  if (!/^([0-9a-f]{128})?$/.test(checksum)) throw new Error(`${url} is no checksum: ${checksum}`);
  return checksum;
}
