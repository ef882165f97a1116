import { expect, test } from 'vitest';
import go from '../../script/inventories/go.ts';
import { vendor } from './vendor.ts';

const archive = { os: 'linux', arch: 'amd64', kind: 'archive' };

const releases = JSON.stringify([
  { version: 'go1.27rc1', files: [{ ...archive, sha256: '9'.repeat(64) }] },
  {
    version: 'go1.25.9',
    files: [
      { ...archive, os: 'darwin', sha256: '0'.repeat(64) },
      { ...archive, sha256: '1'.repeat(64) },
    ],
  },
  { version: 'go1.25.10', files: [{ ...archive, sha256: '2'.repeat(64) }] },
  { version: 'go1.9.7', files: [{ ...archive, sha256: '3'.repeat(64) }] },
  { version: 'go1.26.0', files: [{ ...archive, kind: 'installer', sha256: '4'.repeat(64) }] },
]);

test('Go’s releases for dynos, with their checksums, the newest first', async () => {
  const mirror = await vendor({ '/?mode=json&include=all': releases });
  expect(Object.entries(await go.published(mirror))).toEqual([
    ['1.25.10', '2'.repeat(64)],
    ['1.25.9', '1'.repeat(64)],
  ]);
});

test('no list is a failure', async () => {
  await expect(go.published(await vendor({}))).rejects.toThrow('answered 404');
});
