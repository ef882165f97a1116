import { describe, expect, it } from 'vitest';
import dotnet from '../../script/inventories/dotnet.ts';
import { vendor } from './vendor.ts';

/** The vendor's files, whose content is JSON. */
function texts(files: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, JSON.stringify(content)]),
  );
}

describe('the inventory of .NET', () => {
  const sdk = (version: string, hash: string) => ({
    version,
    files: [
      { name: 'dotnet-sdk-linux-arm64.tar.gz', hash: '0' },
      { name: 'dotnet-sdk-linux-x64.tar.gz', hash },
    ],
  });
  const index = (...channels: readonly string[]) => ({
    '/releases-index.json': {
      'releases-index': channels.map((channel) => ({ 'channel-version': channel })),
    },
  });

  it('has the SDKs of its release metadata, with their checksums', async () => {
    const mirror = await vendor(
      texts({
        ...index('10.0', '8.0', '3.1'),
        '/10.0/releases.json': {
          releases: [
            {
              sdks: [
                sdk('10.0.302', 'A'.repeat(128)),
                sdk('10.0.100-rc.1.25451.107', 'c'.repeat(128)),
              ],
            },
            {},
          ],
        },
        '/8.0/releases.json': { releases: [{ sdks: [sdk('8.0.423', 'b'.repeat(128))] }] },
      }),
    );
    expect(Object.entries(await dotnet.published(mirror))).toEqual([
      ['10.0.302', 'a'.repeat(128)],
      ['8.0.423', 'b'.repeat(128)],
    ]);
  });

  it('takes no checksum that is none', async () => {
    const releases = [{ sdks: [sdk('10.0.302', 'abc')] }];
    const mirror = await vendor(texts({ ...index('10.0'), '/10.0/releases.json': { releases } }));
    await expect(dotnet.published(mirror)).rejects.toThrow('No checksum of 10.0.302');
  });
});
