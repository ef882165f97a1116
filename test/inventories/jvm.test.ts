import { expect, test } from 'vitest';
import jvm from '../../script/inventories/jvm.ts';
import { vendor } from './vendor.ts';

const artifact = (name: string, digit: string, change = {}) => ({
  version: name.replace(/\.0\.0$/, ''),
  os: 'linux',
  arch: 'amd64',
  url: `https://jdk.example/openjdk/zulu/amd64/${name}.tar.gz`,
  checksum: `sha256:${digit.repeat(64)}`,
  ...change,
});

test('Java’s releases for dynos, named as their archives, the newest first', async () => {
  const artifacts = [
    artifact('1.7.0_352', '0'),
    artifact('1.8.0_482', '1'),
    artifact('21.0.9', '2'),
    artifact('21.0.10', '3'),
    artifact('18.0.0', '4'),
    artifact('21.0.10', '5', { arch: 'arm64' }),
    artifact('17.0.9', '6', { url: 'https://jdk.example/openjdk/heroku/amd64/17.0.9.tar.gz' }),
  ];
  const mirror = await vendor({
    '/inventory.json': JSON.stringify({ version_aliases: {}, artifacts }),
  });
  expect(Object.entries(await jvm.published(mirror))).toEqual([
    ['21.0.10', '3'.repeat(64)],
    ['21.0.9', '2'.repeat(64)],
    ['18.0.0', '4'.repeat(64)],
    ['1.8.0_482', '1'.repeat(64)],
  ]);
});
