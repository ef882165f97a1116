import { expect, test } from 'vitest';
import clojure from '../../script/inventories/clojure.ts';
import { vendor } from './vendor.ts';

const release = (version: string, digest: string | null) => ({
  tag_name: version,
  assets: [
    { name: `leiningen-${version}-standalone.jar.asc`, digest: `sha256:${'0'.repeat(64)}` },
    { name: `leiningen-${version}-standalone.jar`, digest },
  ],
});

test('Leiningen’s releases with a checksum, the newest first', async () => {
  const releases = [
    release('2.11.2', null),
    release('2.12.0', `sha256:${'a'.repeat(64)}`),
    release('2.13.0', `sha256:${'b'.repeat(64)}`),
    release('2.14.0-RC1', `sha256:${'c'.repeat(64)}`),
    release('3.0.0', 'sha512:00'),
  ];
  const mirror = await vendor({ '/releases?per_page=100': JSON.stringify(releases) });
  expect(Object.entries(await clojure.published(mirror))).toEqual([
    ['2.13.0', 'b'.repeat(64)],
    ['2.12.0', 'a'.repeat(64)],
  ]);
});
