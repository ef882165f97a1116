import { expect, test } from 'vitest';
import caddy from '../../script/inventories/static.ts';
import { vendor } from './vendor.ts';

const release = (version: string, digest: string | null, prerelease = false) => ({
  tag_name: `v${version}`,
  prerelease,
  assets: [
    { name: `caddy_${version}_linux_arm64.tar.gz`, digest: `sha256:${'0'.repeat(64)}` },
    { name: `caddy_${version}_linux_amd64.tar.gz`, digest },
  ],
});

test('Caddy’s releases whose checksum is known, the newest first', async () => {
  const mirror = await vendor({
    '/?per_page=100': JSON.stringify([
      release('2.12.0-beta.1', `sha256:${'9'.repeat(64)}`, true),
      release('2.9.1', `sha256:${'1'.repeat(64)}`),
      release('2.11.6', `sha256:${'2'.repeat(64)}`),
      release('2.8.4', null),
    ]),
  });
  expect(Object.entries(await caddy.published(`${mirror}/`))).toEqual([
    ['2.11.6', '2'.repeat(64)],
    ['2.9.1', '1'.repeat(64)],
  ]);
});
