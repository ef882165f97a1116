import semver from 'semver';
import { fetchText, type InventorySource } from './source.ts';

/** The repository of the stack that most apps are on; those of the others have the same releases. */
const repository = 'dist-heroku-24-amd64-stable/packages.json';

interface Repository {
  /** A list, or lists of them: Composer takes both. */
  readonly packages: readonly (Package | readonly Package[])[];
}

interface Package {
  readonly name: string;
  readonly version: string;
}

/** Heroku's builds of PHP, of which no checksums are published. */
const php: InventorySource = {
  mirror: 'https://heroku-buildpack-php.s3.dualstack.us-east-1.amazonaws.com',
  async published(mirror) {
    const { packages }: Repository = JSON.parse(await fetchText(`${mirror}/${repository}`));
    const versions = packages
      .flat()
      .filter(({ name, version }) => name === 'heroku-sys/php' && /^\d+\.\d+\.\d+$/.test(version))
      .map(({ version }) => version)
      .sort(semver.rcompare);
    return Object.fromEntries(versions.map((version) => [version, '']));
  },
};

export default php;
