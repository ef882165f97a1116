import { expect, test } from 'vitest';
import { DebianPackages } from '../../src/losses/debian-packages.ts';

const packages = new DebianPackages(
  [
    '/var/lib/dpkg/info/libgd3:amd64.list:/usr/lib/x86_64-linux-gnu/libgd.so.3',
    '/var/lib/dpkg/info/libz1.list:/lib/x86_64-linux-gnu/libz.so.1',
    '/var/lib/dpkg/info/odd.list:/usr/lib/a:b.list:c.so',
    '',
  ].join('\n'),
  [
    'Package: php-gd',
    'Depends: libc6 (>= 2.38), libgd3:amd64 (>= 2.1) | libgd2, libgd4 [amd64]',
    'Package: php',
    'Pre-Depends: php-gd',
    'Package: libgd4',
    'Recommends: php',
    '',
  ].join('\n'),
);

test.each([
  ['/usr/lib/x86_64-linux-gnu/libgd.so.3', 'libgd3'],
  ['/lib/x86_64-linux-gnu/libgd.so.3', 'libgd3'],
  ['/usr/lib/x86_64-linux-gnu/libz.so.1', 'libz1'],
  ['/usr/lib/a:b.list:c.so', 'odd'],
  ['/usr/local/lib/libgd.so.3', undefined],
])('%s is of %s', (path, owner) => {
  expect(packages.of(path)).toBe(owner);
});

test('a package is needed by others, near ones first, and by those that need each other', () => {
  expect(packages.withThoseThatNeed('libgd3')).toEqual(['libgd3', 'php-gd', 'php', 'libgd4']);
  expect(packages.withThoseThatNeed('php')).toEqual(['php', 'libgd4', 'php-gd']);
  expect(packages.withThoseThatNeed('other')).toEqual(['other']);
});
