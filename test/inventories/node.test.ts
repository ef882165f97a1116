import { expect, test } from 'vitest';
import node from '../../script/inventories/node.ts';
import { vendor } from './vendor.ts';

const index = JSON.stringify([
  { version: 'v24.1.0', files: ['linux-x64', 'headers'] },
  { version: 'v26.0.0', files: ['linux-x64'] },
  { version: 'v25.0.0', files: ['osx-arm64-tar'] },
  { version: 'v17.9.1', files: ['linux-x64'] },
]);

const checksums = (version: string, digit: string) => ({
  [`/v${version}/SHASUMS256.txt`]: [
    `${'0'.repeat(64)}  node-v${version}-headers.tar.gz`,
    `${digit.repeat(64)}  node-v${version}-linux-x64.tar.gz`,
    '',
  ].join('\n'),
});

test('Node.js’s releases for dynos, with their checksums, the newest first', async () => {
  const mirror = await vendor({
    '/index.json': index,
    ...checksums('24.1.0', 'a'),
    ...checksums('26.0.0', 'b'),
  });
  expect(Object.entries(await node.published(mirror))).toEqual([
    ['26.0.0', 'b'.repeat(64)],
    ['24.1.0', 'a'.repeat(64)],
  ]);
});

test('a release without a checksum, or without its list, is a failure', async () => {
  const without = await vendor({ '/index.json': index, ...checksums('26.0.0', 'b') });
  await expect(node.published(without)).rejects.toThrow(/SHASUMS256\.txt answered 404/);
  const other = await vendor({
    '/index.json': index,
    '/v26.0.0/SHASUMS256.txt': '',
    ...checksums('24.1.0', 'a'),
  });
  await expect(node.published(other)).rejects.toThrow(/No checksum of node-v26\.0\.0-linux-x64/);
});
