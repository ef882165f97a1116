import { describe, expect, it } from 'vitest';
import php from '../../script/inventories/php.ts';
import { vendor } from './vendor.ts';

describe('the inventory of PHP', () => {
  const path = '/dist-heroku-24-amd64-stable/packages.json';

  it('has the releases in Heroku’s repository, the newest first', async () => {
    const packages = [
      { name: 'heroku-sys/php', version: '8.4.9' },
      { name: 'heroku-sys/php', version: '8.4.24' },
      { name: 'heroku-sys/php', version: '8.6.0RC1' },
      { name: 'heroku-sys/ext-redis', version: '6.3.0' },
    ];
    const mirror = await vendor({ [path]: JSON.stringify({ packages: [packages] }) });
    expect(Object.entries(await php.published(mirror))).toEqual([
      ['8.4.24', ''],
      ['8.4.9', ''],
    ]);
  });

  it('fails where the repository does not answer', async () => {
    await expect(php.published(await vendor({}))).rejects.toThrow('answered 404');
  });
});
