import { expect, test } from 'vitest';
import ruby from '../../script/inventories/ruby.ts';
import { vendor } from './vendor.ts';

const line = (name: string, ending: string) =>
  [name, `https://cache.ruby-lang.org/pub/ruby/${name}.${ending}`, 'sha1', 'sha256', 'sha512'].join(
    '\t',
  );

test('Ruby’s releases since the oldest stack, without checksums, the newest first', async () => {
  const mirror = await vendor({
    '/index.txt': [
      'name\turl\tsha1\tsha256\tsha512',
      line('ruby-2.7.8', 'tar.gz'),
      line('ruby-3.3.9', 'tar.gz'),
      line('ruby-3.3.9', 'zip'),
      line('ruby-3.3.10', 'tar.gz'),
      line('ruby-3.4.0-preview1', 'tar.gz'),
      line('ruby-4.0.0', 'tar.xz'),
      '',
    ].join('\n'),
  });
  expect(Object.entries(await ruby.published(mirror))).toEqual([
    ['4.0.0', ''],
    ['3.3.10', ''],
    ['3.3.9', ''],
  ]);
});

test('a list without a release is a failure', async () => {
  const mirror = await vendor({ '/index.txt': 'name\turl\n' });
  await expect(ruby.published(mirror)).rejects.toThrow(/No release of Ruby in .*\/index\.txt/);
});
