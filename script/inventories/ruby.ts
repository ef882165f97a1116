import semver from 'semver';
import { fetchText, type InventorySource } from './source.ts';

/** What Heroku builds for the oldest of its stacks, heroku-22, begins with it. */
const oldest = '3.1.0';

/**
 * Heroku builds each Ruby that comes out and publishes no list of them, nor checksums: the list is
 * that of Ruby's own releases, and the inventory has empty texts for checksums.
 */
const ruby: InventorySource = {
  mirror: 'https://cache.ruby-lang.org/pub/ruby',
  async published(mirror) {
    const lines = (await fetchText(`${mirror}/index.txt`)).split('\n');
    const versions = lines
      .map((line) => /^ruby-(\d+\.\d+\.\d+)\t/.exec(line)?.[1] ?? '')
      .filter((version) => semver.valid(version) !== null && semver.gte(version, oldest));
    if (versions.length === 0) throw new Error(`No release of Ruby in ${mirror}/index.txt`);
    return Object.fromEntries(
      [...new Set(versions)].sort(semver.rcompare).map((version) => [version, '']),
    );
  },
};

export default ruby;
