import { expect, test } from 'vitest';
import maven from '../../script/inventories/maven.ts';
import { vendor } from './vendor.ts';

const folder = '/org/apache/maven/apache-maven';
const versions = ['3.5.4', '3.8.5', '3.9.9', '3.10.0', '4.0.0-rc-4'];
const metadata = `<metadata><versioning><latest>4.0.0-rc-4</latest><versions>
  ${versions.map((version) => `<version>${version}</version>`).join('\n')}
</versions></versioning></metadata>`;

const checksum = (version: string, text: string) => ({
  [`${folder}/${version}/apache-maven-${version}-bin.tar.gz.sha512`]: text,
});

test('Maven’s releases with their checksums, where they have one, the newest first', async () => {
  const mirror = await vendor({
    [`${folder}/maven-metadata.xml`]: metadata,
    ...checksum('3.9.9', 'a'.repeat(128)),
    ...checksum('3.10.0', `${'b'.repeat(128)}\n`),
  });
  expect(Object.entries(await maven.published(mirror))).toEqual([
    ['3.10.0', 'b'.repeat(128)],
    ['3.9.9', 'a'.repeat(128)],
    ['3.8.5', ''],
  ]);
});

test('what is no checksum is a failure', async () => {
  const mirror = await vendor({
    [`${folder}/maven-metadata.xml`]: metadata,
    ...checksum('3.9.9', '<html>Sign in</html>'),
  });
  await expect(maven.published(mirror)).rejects.toThrow(/3\.9\.9-bin\.tar\.gz\.sha512 is no check/);
});
