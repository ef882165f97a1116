import { expect, test } from 'vitest';
import scala from '../../script/inventories/scala.ts';
import { vendor } from './vendor.ts';

const metadata = (...versions: readonly string[]) =>
  `<metadata><versioning><versions>${versions
    .map((version) => `<version>${version}</version>`)
    .join('')}</versions></versioning></metadata>`;

test('the newest launcher of sbt 1, with its checksum', async () => {
  const mirror = await vendor({
    '/maven-metadata.xml': metadata('1.9.9', '1.13.0-RC1', '1.12.0', '1.10.2', '2.0.3'),
    '/1.12.0/sbt-launch-1.12.0.jar.sha1': `${'a'.repeat(40)}\n`,
  });
  expect(await scala.published(mirror)).toEqual({ '1.12.0': 'a'.repeat(40) });
});

test('no launcher, or one without a checksum, is a failure', async () => {
  const none = await vendor({ '/maven-metadata.xml': metadata('2.0.3') });
  await expect(scala.published(none)).rejects.toThrow(/No launcher 1\.x/);
  const empty = await vendor({
    '/maven-metadata.xml': metadata('1.12.0'),
    '/1.12.0/sbt-launch-1.12.0.jar.sha1': '<html>',
  });
  await expect(scala.published(empty)).rejects.toThrow(/No checksum in 1\.12\.0/);
});
